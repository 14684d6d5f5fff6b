"""Holds the contact sheet: labelled panels on one page, written as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from nuke_plugin.worker.lettering import Lettering, Picture
from nuke_plugin.worker.whole_file import whole_file

_PAPER = 38
"""Grey of the page, 0 to 255: dark and neutral, so that it tints no panel's colours."""

_MARGIN_PX = 40
_GAP_PX = 20
_TITLE = Lettering(38, weight=600)
_SUBTITLE = Lettering(22, colour=(170, 170, 170))
_CAPTION = Lettering(24, weight=500)
_DETAIL = Lettering(20, colour=(165, 165, 165))
_FOOTER = Lettering(18, colour=(135, 135, 135))
_CAPTION_HEIGHT_PX = 46


@dataclass(frozen=True)
class Panel:
    """One picture of a sheet and what stands under it."""

    picture: Picture
    """The picture, scaled to the panel's width."""

    caption: str
    """What it is, at the left."""

    detail: str = ""
    """What else is worth knowing, smaller, at the right; gives way to the caption."""


@dataclass(frozen=True)
class ContactSheet:
    """A page of panels."""

    title: str
    """Headline."""

    subtitle: str
    """A line under the headline."""

    panels: Sequence[Panel]
    """The panels, row by row, all of one shape."""

    columns: int
    """Panels in a row."""

    footer: str = ""
    """Small print: credits."""

    panel_width_px: int = 640
    """Width of each panel."""

    def draw(self) -> Picture:
        """Return the page, (H, W, 3)."""
        panel_height = self._panel_height()
        rows = -(-len(self.panels) // self.columns)
        top = _MARGIN_PX + 104
        width = 2 * _MARGIN_PX + self.columns * (self.panel_width_px + _GAP_PX) - _GAP_PX
        height = top + rows * (panel_height + _CAPTION_HEIGHT_PX + _GAP_PX) + _MARGIN_PX
        page: Picture = np.full((height, width, 3), _PAPER, np.uint8)
        text_width = width - 2 * _MARGIN_PX
        _TITLE.draw(page, _TITLE.fitted(self.title, text_width), _MARGIN_PX, _MARGIN_PX + 34)
        subtitle = _SUBTITLE.fitted(self.subtitle, text_width)
        _SUBTITLE.draw(page, subtitle, _MARGIN_PX, _MARGIN_PX + 72)
        for index, panel in enumerate(self.panels):
            row, column = divmod(index, self.columns)
            self._draw_panel(
                page,
                panel,
                left=_MARGIN_PX + column * (self.panel_width_px + _GAP_PX),
                top=top + row * (panel_height + _CAPTION_HEIGHT_PX + _GAP_PX),
            )
        footer = _FOOTER.fitted(self.footer, text_width)
        _FOOTER.draw(page, footer, _MARGIN_PX, height - _MARGIN_PX + 14)
        return page

    def _panel_height(self) -> int:
        height, width = self.panels[0].picture.shape[:2]
        return max(round(self.panel_width_px * int(height) / int(width)), 1)

    def _draw_panel(self, page: Picture, panel: Panel, left: int, top: int) -> None:
        height, width = self._panel_height(), self.panel_width_px
        shrinks = panel.picture.shape[1] >= width
        filter_ = cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST  # pixels, if there are so few
        scaled = cv2.resize(panel.picture, (width, height), interpolation=filter_)
        page[top : top + height, left : left + width] = scaled
        baseline = top + height + 32
        caption = _CAPTION.fitted(panel.caption, width)
        _CAPTION.draw(page, caption, left, baseline)
        room = width - _CAPTION.width(caption) - _GAP_PX
        if _DETAIL.width(panel.detail[:3]) < room:
            detail = _DETAIL.fitted(panel.detail, room)
            _DETAIL.draw_right(page, detail, left + width, baseline)


def write_sheet(path: Path, sheet: ContactSheet) -> None:
    """Write a sheet as PNG; raises ``DiskFull`` or ``ResultFolderUnwritable``."""
    # Not cv2.imwrite: on Windows it cannot open names outside the system's code page.
    _, png = cv2.imencode(".png", sheet.draw()[..., ::-1])
    with whole_file(path) as temporary:
        temporary.write_bytes(png.tobytes())
