"""Holds what the panel says of the chosen style: painting, licence, origin, steadiness, cost.

A card says in full what a model is and which limits it misses; here stands the short of it, and a
link shows the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from nuke_plugin import rich_text
from nuke_plugin.qt import Qt, QtWidgets, Signal
from nuke_plugin.style_list import StyleEntry


class StyleDetails(QtWidgets.QWidget):
    """The text and the star; ``starred`` is sent when the user presses the star."""

    starred = Signal(bool)

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.label = QtWidgets.QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.label.linkActivated.connect(lambda _: self._turn())
        self._entry: Optional[StyleEntry] = None
        self._is_whole = False
        self.star = QtWidgets.QToolButton(self)
        self.star.setCheckable(True)
        self.star.setAutoRaise(True)
        font = self.star.font()
        font.setPointSizeF(1.4 * font.pointSizeF())
        self.star.setFont(font)
        self.star.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.star.setAccessibleName("Favourite")
        self.star.setToolTip("Keep this style among your favourites (Alt+F).")
        self.star.setShortcut("Alt+F")
        self.star.clicked.connect(lambda: self.starred.emit(self.star.isChecked()))
        self.star.toggled.connect(lambda is_on: self.star.setText("★" if is_on else "☆"))
        self.star.setText("☆")
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(2, 0, 0, 0)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.star, 0, Qt.AlignmentFlag.AlignTop)

    def show_entry(
        self, entry: Optional[StyleEntry], is_favourite: bool, nothing: str = ""
    ) -> None:
        """Describe a style; without one, say ``nothing``."""
        self.star.setChecked(is_favourite)
        if entry is None or self._entry is None or entry.key != self._entry.key:
            self._is_whole = False
        self._entry = entry
        self.label.setText(
            rich_text.of(nothing) if entry is None else described(entry, self._is_whole)
        )
        # Last: hiding it hands its focus to the grid, which chooses a style and calls again.
        self.star.setVisible(entry is not None)

    def _turn(self) -> None:
        """Show the whole description, or the short one again."""
        if self._entry is not None:
            self._is_whole = not self._is_whole
            self.label.setText(described(self._entry, self._is_whole))

    def text(self) -> str:
        """Return what it says, as rich text."""
        return self.label.text()


def described(entry: StyleEntry, is_whole: bool = False) -> str:
    """Return a style's description as rich text: in short, with a link to the rest, or whole."""
    credit = f" · {rich_text.of(entry.credit)}" if entry.credit else ""
    rows = "".join(
        f"<tr><td style='color:gray; padding-right:8px'>{name}</td>"
        f"<td>{rich_text.of(text)}</td></tr>"
        for name, text in _rows(entry)
    )
    return (
        f"<b>{rich_text.of(entry.title)}</b>{credit}<br>{_text(entry, is_whole)}"
        f"<table cellspacing='0' cellpadding='0' style='margin-top:4px'>{rows}</table>"
    )


def _text(entry: StyleEntry, is_whole: bool) -> str:
    if not entry.summary or entry.summary == entry.description:
        return rich_text.of(entry.description)
    shown, link = (entry.description, "Less") if is_whole else (entry.summary, "More")
    return f"{rich_text.of(shown)} <a href='rest' style='color:gray'>{link}</a>"


def _rows(entry: StyleEntry) -> Iterator[tuple[str, str]]:
    facts = entry.facts
    yield "Model", f"{entry.model_title} ({entry.model_id} / {entry.style_id})"
    if entry.is_effect:
        yield "Licence", facts.licence
        return
    if facts.boil is None:
        yield "Motion", "not measured"
    else:
        yield "Motion", f"{facts.steadiness}: boil {facts.boil:.2f} (0 moves as one, 1 crawls)"
    if facts.kmac_per_pixel is None or facts.gmac_per_hd_frame is None:
        yield "Cost", "not measured"
    else:
        size = (
            f"{facts.kmac_per_pixel:.3g} kMAC a pixel, {facts.gmac_per_hd_frame:.3g} G an HD frame"
        )
        yield "Cost", f"{facts.weight}: {size}"
    painting = f"; painting: {facts.painting_licence}" if facts.painting_licence else ""
    yield "Licence", f"{facts.licence}{painting}"
    if facts.origin:
        yield "Origin", facts.origin
