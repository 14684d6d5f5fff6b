"""Measures the fringe of an element's soft edge when it is painted with its alpha and without.

    python -m benchmarks.soft_edge [--model gallery] [--style ID] [--picture FILE.png]

A patterned disc, multiplied by its alpha and over black as a CG element is, is painted and put over
a blue. What it should be is known: the same pattern, painted without any edge, through the same
alpha over the same blue. Printed is the difference in the edge and outside, by width of the edge
and by ``--premult``, as light.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nuke_plugin.contract.light_settings import OFF, PREMULTS, LightSettings
from nuke_plugin.worker.colour import PlateColour
from nuke_plugin.worker.coverage import Plane
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import Studio
from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.sheet import ContactSheet, Panel, write_sheet
from nuke_plugin.worker.view import shown

SIDE_PX = 192
WIDTHS_PX = (3.0, 40.0)
"""Widths of the edge, from alpha 1 to 0."""

ELEMENT = (0.6, 0.35, 0.15)
BACKGROUND = (0.1, 0.3, 0.6)


@dataclass(frozen=True)
class Fringe:
    """One element, painted one way, over the background."""

    width_px: float
    """Width of its edge."""

    premult: str
    """What was done with its alpha."""

    over: Planes
    """What the comp shows, (3, H, W)."""

    ideal: Planes
    """What it should show."""

    alpha: Plane
    """The element's alpha, (H, W)."""

    @property
    def in_edge(self) -> float:
        """Mean absolute difference where alpha is between 0 and 1."""
        return self._mean((self.alpha > 0) & (self.alpha < 1))

    @property
    def outside(self) -> float:
        """Mean absolute difference where alpha is 0: paint on nothing."""
        return self._mean(self.alpha == 0)

    def _mean(self, where: np.ndarray) -> float:
        return float(np.abs(self.over - self.ideal)[:, where].mean())


def main() -> None:
    """Print the table, and draw the page if one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="gallery")
    parser.add_argument("--style")
    parser.add_argument("--picture", type=Path)
    arguments = parser.parse_args()
    studio = Studio.from_environment(os.environ)
    network = studio.network(arguments.model)
    style = arguments.style or network.card.styles[0].id
    colour = studio.colours.plate_colour(None, is_integer=False)
    print(f"{arguments.model}, {style}, {SIDE_PX}x{SIDE_PX}")
    print(f"{'edge':>6s}  {'premult':8s} {'in the edge':>12s} {'outside':>12s}")
    found = list(fringes(network, style, colour))
    for fringe in found:
        print(f"{fringe.width_px:3.0f} px  {fringe.premult:8s}", end="")
        print(f" {fringe.in_edge:12.5f} {fringe.outside:12.5f}")
    if arguments.picture:
        write_sheet(arguments.picture, page(found, f"{arguments.model}, {style}"))


def fringes(network: Network, style: str, colour: PlateColour) -> Iterator[Fringe]:
    """Yield each width of edge painted each way."""
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX] - (SIDE_PX - 1) / 2
    pattern = 1 + 0.15 * np.sin(x / 5) * np.cos(y / 6)
    element = _flat(ELEMENT) * pattern.astype(np.float32)
    background = _flat(BACKGROUND)
    without_edge = Painter(network, {style: 1.0}, 1.0).paint_frame(element, colour)
    for width_px in WIDTHS_PX:
        alpha = np.clip((SIDE_PX / 3 - np.hypot(x, y)) / width_px + 0.5, 0, 1).astype(np.float32)
        ideal = without_edge * alpha + (1 - alpha) * background
        for premult in PREMULTS:
            painter = Painter(network, {style: 1.0}, 1.0, LightSettings(premult=premult))
            given = None if premult == OFF else alpha
            painted = painter.paint_frame(element * alpha, colour, alpha=given)
            yield Fringe(width_px, premult, painted + (1 - alpha) * background, ideal, alpha)


def page(found: list[Fringe], painted_by: str) -> ContactSheet:
    """Return a page with a row for each width."""
    panels = []
    for width_px in WIDTHS_PX:
        row = [fringe for fringe in found if fringe.width_px == width_px]
        panels.append(Panel(shown(row[0].ideal), "as it should be", f"edge {width_px:g} px"))
        panels += [Panel(shown(fringe.over), f"premult {fringe.premult}") for fringe in row]
    title = "A soft edge, painted and put over a colour"
    columns = 1 + len(PREMULTS)
    return ContactSheet(title, painted_by, panels, columns, panel_width_px=SIDE_PX * 3 // 2)


def _flat(rgb: tuple[float, float, float]) -> Planes:
    """Return one colour, (3, side, side)."""
    planes: Planes = np.empty((3, SIDE_PX, SIDE_PX), np.float32)
    planes[:] = np.array(rgb, np.float32)[:, None, None]
    return planes


if __name__ == "__main__":
    main()
