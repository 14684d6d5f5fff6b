"""Promises of the buttons for a node's files: only our own are removed, versions as Nuke counts."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin import pixels, session

from nuke_plugin import result_buttons
from nuke_plugin.contract.errors import VersionNotFound
from nuke_plugin.result_buttons import with_version
from tests.nuke_plugin.comp import Comp
from tests.nuke_plugin.test_frame_states import FRAMES, paint, states


def plates(comp: Comp, node: Any) -> list[Path]:
    """Write the plates that a render leaves."""
    folder = comp.results(node).parent / "plates"
    folder.mkdir(parents=True)
    files = [folder / f"painted.{frame}.exr" for frame in FRAMES]
    for file in files:
        file.write_bytes(b"a plate")
    (folder / ".painted.impasto.json").write_text("{}", encoding="ascii")
    return files


def test_clear_cache_removes_our_files(comp: Comp) -> None:
    """After a yes results and plates are gone, and their folders when nothing else is in them."""
    node = comp.node()
    paint(node, *FRAMES)
    plates(comp, node)
    session.answers.append(True)
    node["clear_cache"].execute()
    assert "Remove 3 painted frames and 3 plates of ImpastoStyle1" in session.messages[-1]
    assert not comp.results(node).parent.exists()
    assert states(node) == ([], [], [*FRAMES])
    assert "3 missing" in node["frames"].value()


def test_clear_cache_asks(comp: Comp) -> None:
    """After a no every file is there; with nothing to remove nobody is asked."""
    node = comp.node()
    node["clear_cache"].execute()
    assert session.messages == ["ImpastoStyle1 has no files to remove."]
    paint(node, *FRAMES)
    kept = plates(comp, node)
    session.answers.append(False)
    node["clear_cache"].execute()
    assert all(file.exists() for file in kept)
    assert states(node) == ([*FRAMES], [], [])


def test_clear_cache_leaves_what_is_not_ours(comp: Comp) -> None:
    """A frame that another program wrote under a result's name stays, and that is said."""
    node = comp.node()
    paint(node, 1001, 1002)
    foreign = comp.result_file(node, 1003)
    pixels.store_exr(str(foreign), {name: [[0.5]] for name in "RGB"})
    note = foreign.parent / "notes.txt"
    note.write_text("keep", encoding="utf-8")
    session.answers.append(True)
    node["clear_cache"].execute()
    assert (
        "1 files that Impasto did not write stay, such as painted.1003.exr"
        in (session.messages[-1])
    )
    assert sorted(file.name for file in foreign.parent.iterdir()) == [
        "notes.txt",
        "painted.1003.exr",
    ]


def test_plates_elsewhere_stay(comp: Comp) -> None:
    """Plates that stand where the plugin does not put them are somebody's, and stay."""
    node = comp.node()
    paint(node, *FRAMES)
    node.node("PlateWrite")["file"].setValue(str(comp.folder / "plates" / "shot.%04d.exr"))
    session.answers.append(True)
    node["clear_cache"].execute()
    assert (comp.folder / "plates" / "shot.1001.exr").exists()


@pytest.mark.parametrize(
    ("text", "step", "expected"),
    [
        ("/a/impasto/Sky/%V/painted.%04d.exr", 1, "/a/impasto/Sky_v002/%V/painted.%04d.exr"),
        ("/a/impasto/Sky_v002/%V/p.%04d.exr", 1, "/a/impasto/Sky_v003/%V/p.%04d.exr"),
        ("/a/sky_v009/sky_v009.%04d.exr", 1, "/a/sky_v010/sky_v010.%04d.exr"),
        ("/a/take_v003/sky.v12.%04d.exr", -1, "/a/take_v003/sky.v11.%04d.exr"),
        ("/a/sky.%04d.exr", 1, "/a/sky_v002.%04d.exr"),
    ],
)
def test_versions_are_nukes(text: str, step: int, expected: str) -> None:
    """All of the last number rise together and keep their width; none counts as version 1."""
    assert with_version(text, step) == expected


@pytest.mark.parametrize("text", ["/a/sky_v001.%04d.exr", "/a/sky.%04d.exr"])
def test_there_is_no_version_0(text: str) -> None:
    """Below version 1 is said."""
    with pytest.raises(VersionNotFound, match="There is no version before"):
        with_version(text, -1)


def test_a_version_has_its_own_frames(comp: Comp) -> None:
    """Version up has nothing painted yet; version down shows the older frames again."""
    node = comp.node()
    paint(node, *FRAMES)
    steps = len(session.undo.steps)
    node["version_up"].execute()
    assert node["results"].value().endswith("/impasto/ImpastoStyle1_v002/%V/painted.%04d.exr")
    assert "/ImpastoStyle1_v002/%V/plates/" in node.node("PlateWrite")["file"].value()
    assert states(node) == ([], [], [*FRAMES])
    assert len(session.undo.steps) == steps + 1
    node["version_down"].execute()
    assert node["results"].value().endswith("/impasto/ImpastoStyle1/%V/painted.%04d.exr")
    assert states(node) == ([*FRAMES], [], [])
    node["version_down"].execute()
    assert "There is no version before" in session.messages[-1]


def test_open_folder_says_when_there_is_none(
    comp: Comp, monkeypatch: pytest.MonkeyPatch, nuke: ModuleType
) -> None:
    """The folder is opened in the system's browser; before the first render it is said."""
    from nuke_plugin.qt import QtGui

    opened: list[str] = []
    monkeypatch.setattr(
        QtGui.QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile())
    )
    node = comp.node()
    node["open_folder"].execute()
    assert "Nothing was rendered yet" in session.messages[-1]
    paint(node, 1001)
    node["open_folder"].execute()
    assert [Path(folder) for folder in opened] == [comp.results(node).parent]


def test_a_fault_of_a_button_is_told(comp: Comp, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody thought of is a message and no traceback in the user's face."""
    node = comp.node()

    def fail(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(result_buttons, "results_on_disk", fail)
    node["open_folder"].execute()
    assert "ZeroDivisionError: planted" in session.messages[-1]
