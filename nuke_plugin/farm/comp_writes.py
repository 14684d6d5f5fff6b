"""Holds the script's own Writes that show what a job paints: the farm renders them at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import nuke

from nuke_plugin import cache_paths
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.output_folder import check_folder
from nuke_plugin.plate_fingerprint import PlateFingerprint


@dataclass(frozen=True)
class CompWrite:
    """One Write of the script."""

    node: nuke.Node
    """The Write; it stands in the script itself, not inside a Group."""

    @property
    def name(self) -> str:
        """Its full name."""
        return str(self.node.fullName())

    @property
    def views(self) -> list[str]:
        """The views it writes that the project has."""
        known = list(nuke.views())
        if "views" not in self.node.knobs():
            return known
        chosen = self.node["views"].value().split()
        return [view for view in known if view in chosen] or known

    def frames(self, wanted: FrameRange) -> FrameRange:
        """Return what of these frames it writes: all, unless it is limited to a range."""
        if not self.node["use_limit"].value():
            return wanted
        first, last = int(self.node["first"].value()), int(self.node["last"].value())
        return FrameRange(tuple(frame for frame in wanted if first <= frame <= last))

    def patterns(self) -> tuple[str, ...]:
        """Return its files, one pattern for each view, or one that all views share."""
        text = self.node["file"].value()
        return tuple(dict.fromkeys(cache_paths.resolved(self.node, text, self.views)))

    def check_folders(self, host: str) -> None:
        """Raise ``FarmOutputUnreachable`` unless this host can write its files."""
        is_made = bool(self.node["create_directories"].value())
        for pattern in self.patterns():
            check_folder(FramePattern.parse(pattern).folder, is_made, host)

    def execute(self, frames: FrameRange) -> None:
        """Render frames in Nuke; raises ``RuntimeError`` as Nuke does."""
        ranges = nuke.FrameRanges(frames.to_text().split(","))
        nuke.executeMultiple([self.node], ranges, self.views, continueOnError=False)


def comp_writes(nodes: Sequence[nuke.Group]) -> list[CompWrite]:
    """Return the Writes that are below any of the nodes and enabled, in the order Nuke has them."""
    names = {node.fullName() for node in nodes}
    found = [
        CompWrite(node)
        for node in nuke.root().nodes()
        if node.Class() == "Write" and _is_rendered(node) and _shows(node, names)
    ]
    return sorted(found, key=lambda write: _order(write.node))


def _is_rendered(write: nuke.Node) -> bool:
    is_off = write["disable"].value() or write["reading"].value()
    return not is_off and bool(write["file"].value()) and write.input(0) is not None


def _shows(write: nuke.Node, names: set[str]) -> bool:
    return bool(names & PlateFingerprint(write.input(0)).node_names)


def _order(write: nuke.Node) -> float:
    return float(write["render_order"].value()) if "render_order" in write.knobs() else 1.0
