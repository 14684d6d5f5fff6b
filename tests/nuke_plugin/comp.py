"""Holds the script the tests work in: a small plate that changes from frame to frame.

The plate has values above 1, an alpha that is not its picture, and a layer of its own. It is made
of Nuke's nodes, written as EXR files and read back: plates in a comp are files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

FIRST, LAST = 1001, 1003
WIDTH, HEIGHT = 24, 16


class Comp:
    """A saved script with a plate, and ways to look at pictures."""

    def __init__(self, folder: Path, width: int = WIDTH, height: int = HEIGHT) -> None:
        import nuke

        self.folder = folder
        self.script = folder / "comp_v001.nk"
        folder.mkdir(parents=True)
        nuke.addFormat(f"{width} {height} test_format")
        root = nuke.root()
        root["format"].setValue("test_format")
        root["first_frame"].setValue(FIRST)
        root["last_frame"].setValue(LAST)
        root.setFrame(FIRST)
        nuke.scriptSaveAs(str(self.script).replace("\\", "/"), 1)
        self.plate = self._written_plate()
        self.save()

    def save(self) -> None:
        """Save the script under its name."""
        import nuke

        nuke.scriptSave()

    def node(self, **choices: Any) -> Any:
        """Return a new ImpastoStyle node on the plate, with these values on its knobs."""
        from nuke_plugin import style_node

        for selected in [node for node in _all_nodes() if node.isSelected()]:
            selected.setSelected(False)
        self.plate.setSelected(True)
        node = style_node.create("tiny", "warm")
        for name, value in choices.items():
            node[name].setValue(value)
        return node

    def read(self, pattern: Path) -> Any:
        """Return a raw Read of files, outside any Group."""
        return self._read(str(pattern).replace("\\", "/"))

    def results(self, node: Any, view: str = "main") -> Path:
        """Return the pattern of a node's results."""
        return self.folder / "impasto" / node.name() / view / "painted.%04d.exr"

    def result_file(self, node: Any, frame: int) -> Path:
        """Return one result's file."""
        return Path(str(self.results(node)) % frame)

    def _written_plate(self) -> Any:
        import nuke

        board = nuke.nodes.CheckerBoard2(boxsize=5)
        board["color1"].setValue([0.1, 0.4, 0.8, 0.5])
        moving = nuke.nodes.Grade(channels="rgba")
        moving["multiply"].setExpression("0.5 + (frame - 1000) / 2")
        moving.setInput(0, board)
        depth = nuke.nodes.Copy(from0="rgba.red", to0="depth.Z")
        depth.setInput(0, moving)
        depth.setInput(1, board)
        write = nuke.nodes.Write(name="WritePlate", raw=True, channels="all")
        write["file_type"].setValue("exr")
        write["file"].setValue(str(self.folder / "plates" / "shot.%04d.exr").replace("\\", "/"))
        write["create_directories"].setValue(True)
        write.setInput(0, depth)
        nuke.execute(write, FIRST, LAST, 1)
        for node in (board, moving, depth, write):
            nuke.delete(node)
        return self._read(str(self.folder / "plates" / "shot.%04d.exr").replace("\\", "/"))

    def _read(self, pattern: str) -> Any:
        import nuke

        read = nuke.nodes.Read(raw=True)
        read["file"].fromUserText(f"{pattern} {FIRST}-{LAST}")
        return read


def picture(
    node: Any, frame: int, channels: tuple[str, ...] = ("red", "green", "blue", "alpha")
) -> dict[str, list[list[float]]]:
    """Return what a node shows at a frame: each channel's rows, top row first."""
    from nuke_standin.pixels import pixel_rows

    return {name: pixel_rows(node, f"rgba.{name}", frame) for name in channels}


def largest_difference(
    one: dict[str, list[list[float]]], other: dict[str, list[list[float]]]
) -> float:
    """Return the largest difference between two pictures of one size."""
    assert one.keys() == other.keys()
    return max(
        abs(a - b)
        for name in one
        for row, other_row in zip(one[name], other[name])
        for a, b in zip(row, other_row)
    )


def _all_nodes() -> list[Any]:
    import nuke

    return list(nuke.root().nodes())
