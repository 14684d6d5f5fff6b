"""The plugin's source against the API data: it uses no name, knob or menu item Nuke lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standin.plugin_names import problems_in

REPOSITORY = Path(__file__).resolve().parents[2]
ELSEWHERE = ("contract", "worker")
"""Folders of the plugin that know no Nuke: the contract, and what runs in the worker's process."""

NUKE_SIDE = [
    *(
        path
        for path in sorted((REPOSITORY / "nuke_plugin").rglob("*.py"))
        if path.relative_to(REPOSITORY / "nuke_plugin").parts[0] not in ELSEWHERE
    ),
    REPOSITORY / "init.py",
    REPOSITORY / "menu.py",
]

MISTAKES = {
    "nuke.mesage('x')": "nuke.mesage is not in the API data",
    "nukescripts.registerWidgetAsPanle('a', 'b', 'c')": "is not in the API data",
    "from nuke import toNodes": "nuke.toNodes is not in the API data",
    "nuke.nodes.Keymx()": "nuke.nodes.Keymx is not in the API data",
    "nuke.createNode('Keymx')": "createNode 'Keymx'",
    "nuke.nodes.Keymix(maskchannel='rgba.red')": "Keymix has no knob 'maskchannel'",
    "nuke.nodes.Keymix(bbox='Bside')": "Keymix.bbox has no item 'Bside'",
    "w = nuke.nodes.Write()\nw['compresion'].setValue('RLE')": "no knob 'compresion'",
    "w = nuke.nodes.Write()\nw['datatype'].setValue('16 bit hal')": "no item '16 bit hal'",
    "w = nuke.createNode('Write')\nw.setInputs(0, None)": "nuke.Node has no method 'setInputs'",
    "k = nuke.Double_Knob('a')\nk.setRanges(0, 1)": "has no method 'setRanges'",
    "k = nuke.Double_Knob('a')\nk.setRange(0)": "does not take these arguments",
    "nuke.Double_Knob('a', 'b', 0, 1)": "does not take these arguments",
    "nuke.toNode(node='a')": "does not take these arguments",
    "def f(group: nuke.Group):\n    group.outputs()": "nuke.Group has no method 'outputs'",
    "nuke.Undo.begins()": "nuke.Undo.begins is not in the API data",
}

CORRECT = """
import nuke
import nukescripts

write = nuke.nodes.Write(name="PlateWrite", channels="all")
write["file_type"].setValue("exr")
write["datatype"].setValue("16 bit half")
write.setInput(0, None)
knob = nuke.Double_Knob("strength", "Strength")
knob.setRange(0, 1)
nuke.execute(write, 1, 10)
nuke.execute(write, frameRangeSet=nuke.FrameRange("1-3"))
nukescripts.registerWidgetAsPanel("Panel", "Impasto", "id", True)


def follow(node: nuke.Group) -> None:
    with nuke.Undo("one step"):
        node.node("Blend").setInput(0, node.input(0))
"""


def test_every_folder_is_read() -> None:
    """What runs inside Nuke is checked in whichever folder it stands, and nothing else is."""
    read = {path.parent.relative_to(REPOSITORY).as_posix() for path in NUKE_SIDE}
    folders = ("farm", "looks", "panel", "self_check")
    assert read == {".", "nuke_plugin", *(f"nuke_plugin/{name}" for name in folders)}


@pytest.mark.parametrize("path", NUKE_SIDE, ids=lambda path: path.name)
def test_plugin_uses_only_names_that_exist(path: Path) -> None:
    """No module that runs inside Nuke uses a Nuke name, knob or menu item that Nuke lacks."""
    assert problems_in(path) == []


@pytest.mark.parametrize("source", MISTAKES)
def test_mistake_is_found(source: str, tmp_path: Path) -> None:
    """The check finds a planted misspelling of each kind, and names it."""
    module = tmp_path / "planted.py"
    module.write_text(f"import nuke\nimport nukescripts\n{source}\n", encoding="utf-8")
    found = problems_in(module)
    assert len(found) == 1
    assert MISTAKES[source] in found[0]


def test_correct_code_has_no_problems(tmp_path: Path) -> None:
    """The check has nothing to say about code that is right."""
    module = tmp_path / "right.py"
    module.write_text(CORRECT, encoding="utf-8")
    assert problems_in(module) == []
