"""Promises of the Shots tab, with real Qt off screen and nodes in the stand-in for Nuke."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Callable

import pytest
from nuke_standin import session

from nuke_plugin import frame_states, style_node
from nuke_plugin.contract.farm_job import GPU, FarmJob
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.frame_states import NO_FRAMES, FrameStates
from nuke_plugin.looks import on_node
from nuke_plugin.looks.facts import OTHER_KIND
from nuke_plugin.panel import shot_actions, shot_rows, shot_table
from nuke_plugin.panel.dock import Panel
from nuke_plugin.panel.shot_rows import shot_of
from nuke_plugin.panel.shot_table import ShotTable, StateReader
from nuke_plugin.panel.shots_tab import ShotsTab
from nuke_plugin.qt import Qt, QtCore, QtGui
from tests.nuke_plugin.comp import Comp
from tests.nuke_plugin.effect_comp import effect_node

RENDER_MS = 120_000


@pytest.fixture
def shots(panel: Panel) -> ShotsTab:
    """Return the tab, shown."""
    panel.tabs.setCurrentWidget(panel.shots)
    return panel.shots


def look(shots: ShotsTab) -> None:
    """Look at the script now, nodes included."""
    shots._walk_at = 0.0
    shots.look()


def row_texts(shots: ShotsTab, row: int) -> list[str]:
    """Return the texts of a row as it stands in the view."""
    model = shots.proxy
    return [str(model.index(row, column).data() or "") for column in range(model.columnCount())]


def select(shots: ShotsTab, *rows: int) -> None:
    """Select rows of the view."""
    selection = shots.view.selectionModel()
    selection.clear()
    flags = (
        QtCore.QItemSelectionModel.SelectionFlag.Select
        | QtCore.QItemSelectionModel.SelectionFlag.Rows
    )
    for row in rows:
        selection.select(shots.proxy.index(row, 0), flags)


def column(shots: ShotsTab, number: int) -> list[str]:
    """Return the texts of a column."""
    return [row_texts(shots, row)[number] for row in range(shots.proxy.rowCount())]


def test_every_node_has_a_row(shots: ShotsTab, comp: Comp, nuke: ModuleType, qtbot: Any) -> None:
    """Shot, node, style, strength, range and counts are told, of nodes inside Groups too."""
    node = comp.node(strength=0.75)
    group = nuke.nodes.Group()
    with group:
        style_node.create("tiny", "cold")
    look(shots)
    qtbot.waitUntil(lambda: "…" not in column(shots, shot_table.FRESH), timeout=10000)

    first, second = (row_texts(shots, row) for row in (0, 1))
    assert first == ["comp", node.fullName(), "Warm", "0.75", "1001-1003", "0", "0", "3", ""]
    assert second[1:5] == ["Group1.ImpastoStyle1", "Cold", "1.00", ""]
    assert second[5:8] == ["0", "0", "0"]
    assert shots.count_label.text() == "2 nodes"


def test_the_rows_follow_the_script(shots: ShotsTab, comp: Comp, nuke: ModuleType) -> None:
    """A changed knob, a new node and a deleted one are seen, and the selection stays."""
    one, two = comp.node(), comp.node()
    look(shots)
    select(shots, 1)
    assert column(shots, shot_table.STYLE) == ["Warm", "Warm"]
    two["style"].setValue("cold")
    three = comp.node()
    nuke.delete(one)
    look(shots)

    assert column(shots, shot_table.NODE) == [two.fullName(), three.fullName()]
    assert column(shots, shot_table.STYLE) == ["Cold", "Warm"]
    assert [node.fullName() for node in shots.selectedNodes()] == [two.fullName()]


def test_style_and_strength_of_many_are_one_step_each(
    shots: ShotsTab, comp: Comp, qtbot: Any
) -> None:
    """Set style and Set strength change every selected node in one step; animation is kept."""
    nodes = [comp.node() for _ in range(3)]
    nodes[2]["strength"].setExpression("frame / 2000")
    look(shots)
    select(shots, 1, 2)
    before = len(session.undo.steps)
    shots.style_menu.aboutToShow.emit()
    (cold,) = [action for action in shots.style_menu.actions() if action.text() == "Cold"]
    cold.trigger()
    shots.strength_field.setValue(0.3)
    qtbot.mouseClick(shots.strength_button, Qt.MouseButton.LeftButton)

    assert [node["style"].value() for node in nodes] == ["warm", "cold", "cold"]
    assert [node["strength"].value() for node in nodes[:2]] == [1.0, 0.3]
    assert nodes[2]["strength"].hasExpression()
    assert "animated" in shots.notice.text()
    names = [name for name, _ in session.undo.steps[before:]]
    assert names == ["Choose Impasto style", "Impasto strength"]
    qtbot.mouseClick(shots.notice.close_button, Qt.MouseButton.LeftButton)
    assert not shots.notice.isVisible()


def test_a_look_is_carried_from_row_to_rows(shots: ShotsTab, comp: Comp, qtbot: Any) -> None:
    """Copy look takes one row's, Paste look gives it to the selected ones."""
    nodes = [comp.node() for _ in range(3)]
    nodes[0]["style"].setValue("cold")
    nodes[0]["strength"].setValue(0.4)
    look(shots)
    select(shots, 0, 1)
    assert not shots.copy_button.isEnabled()
    select(shots, 0)
    qtbot.mouseClick(shots.copy_button, Qt.MouseButton.LeftButton)
    assert json.loads(QtGui.QGuiApplication.clipboard().text())["strength"] == 0.4
    select(shots, 1, 2)
    qtbot.mouseClick(shots.paste_button, Qt.MouseButton.LeftButton)

    assert [node["style"].value() for node in nodes] == ["cold"] * 3
    assert [node["strength"].value() for node in nodes] == [0.4] * 3
    QtGui.QGuiApplication.clipboard().setText("no look")
    qtbot.mouseClick(shots.paste_button, Qt.MouseButton.LeftButton)
    assert "not a look" in shots.notice.text()


def test_a_style_dropped_on_a_row_is_set(shots: ShotsTab, comp: Comp, panel: Panel) -> None:
    """A style dragged from the grid lands on its row, or on all selected ones with it."""
    nodes = [comp.node() for _ in range(3)]
    look(shots)
    grid = panel.styles.grid.model()
    dragged = grid.mimeData([grid.index(1, 0)])
    onto = shots.table.index(0, 2)
    assert shots.table.dropMimeData(dragged, Qt.DropAction.CopyAction, -1, -1, onto)
    assert [node["style"].value() for node in nodes] == ["cold", "warm", "warm"]
    select(shots, 1, 2)
    shots.table.dropMimeData(dragged, Qt.DropAction.CopyAction, -1, -1, shots.table.index(2, 0))

    assert [node["style"].value() for node in nodes] == ["cold", "cold", "cold"]


def test_rows_are_rendered_one_after_the_other(shots: ShotsTab, comp: Comp, qtbot: Any) -> None:
    """Render starts every selected node's job; the table tells how far they are and the end."""
    nodes = [comp.node(), comp.node()]
    nodes[1]["model"].setValues(["gone"])
    nodes[1]["model"].setValue("gone")
    look(shots)
    select(shots, 0, 1)
    qtbot.mouseClick(shots.render_button, Qt.MouseButton.LeftButton)
    assert column(shots, shot_table.RENDER) == ["waits", "waits"]
    qtbot.waitUntil(lambda: not shots._to_render, timeout=RENDER_MS)
    assert "No model named 'gone'" in shots.notice.text()
    assert nodes[1].fullName() in shots.notice.text()

    def is_rendered() -> bool:
        shots.look()
        return row_texts(shots, 0)[shot_table.FRESH] == "3"

    qtbot.waitUntil(is_rendered, timeout=RENDER_MS)
    assert comp.result_file(nodes[0], 1003).is_file()


def test_cancel_stops_what_waits(shots: ShotsTab, comp: Comp, qtbot: Any) -> None:
    """A render that was asked for and not started yet is taken back."""
    node = comp.node()
    look(shots)
    select(shots, 0)
    session.executing = True
    qtbot.mouseClick(shots.render_button, Qt.MouseButton.LeftButton)
    qtbot.wait(150)
    assert column(shots, shot_table.RENDER) == ["waits"]
    qtbot.mouseClick(shots.cancel_button, Qt.MouseButton.LeftButton)
    session.executing = False
    qtbot.wait(150)

    assert column(shots, shot_table.RENDER) == [""]
    assert not comp.result_file(node, 1001).exists()


def test_rows_are_sent_to_the_farm(
    shots: ShotsTab, comp: Comp, nuke: ModuleType, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Send to farm makes one job of the selected rows; what keeps it from that is said at once."""
    monkeypatch.setenv("PATH", str(comp.folder))  # no Deadline is installed
    nodes = [comp.node() for _ in range(3)]
    look(shots)
    select(shots, 0, 2)
    gpu = shots.farm_menu.actions()[1]
    gpu.trigger()
    assert "changes that are not saved" in shots.notice.text()
    assert not (comp.folder / "impasto").exists()

    comp.save()
    with monkeypatch.context() as without_worker:
        without_worker.setenv("IMPASTO_PYTHON", str(comp.folder / "python"))
        gpu.trigger()
        assert not shots.farm_button.isEnabled()
        qtbot.waitUntil(lambda: "IMPASTO_PYTHON" in shots.notice.text(), timeout=RENDER_MS)

    gpu.trigger()
    bundle = comp.folder / "impasto" / "farm_comp_v001"
    qtbot.waitUntil(lambda: str(bundle) in shots.notice.text(), timeout=RENDER_MS)
    assert "3 frames" in shots.notice.text()
    job = FarmJob.from_file(bundle / "job.json", "here")
    assert job.nodes == (nodes[0].fullName(), nodes[2].fullName())
    assert job.device == GPU
    look(shots)
    assert shots.farm_button.isEnabled()


def test_return_shows_the_node(shots: ShotsTab, comp: Comp, nuke: ModuleType, qtbot: Any) -> None:
    """Return on a row selects its node alone and opens its properties."""
    one, two = comp.node(), comp.node()
    one.hideControlPanel()
    look(shots)
    shots.view.setCurrentIndex(shots.proxy.index(0, 0))
    qtbot.keyClick(shots.view, Qt.Key.Key_Return)

    assert nuke.selectedNodes() == [one]
    assert one.shown()
    assert not two.isSelected()


def test_searching_and_sorting(shots: ShotsTab, comp: Comp, qtbot: Any) -> None:
    """The search reads every column; a click on a header sorts by number or text."""
    for strength in (0.5, 0.25, 1.0):
        comp.node(strength=strength)
    look(shots)
    shots.view.sortByColumn(shot_table.STRENGTH, Qt.SortOrder.AscendingOrder)
    assert column(shots, shot_table.STRENGTH) == ["0.25", "0.50", "1.00"]
    qtbot.keyClicks(shots.search_field, "impastostyle2")

    assert column(shots, shot_table.STRENGTH) == ["0.25"]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "comp"),
        ({"IMPASTO_SHOT": "sh010"}, "sh010"),
        ({"IMPASTO_SHOT_PATTERN": r"/plates/(\w+)\."}, "shot"),
        ({"IMPASTO_SHOT_PATTERN": r"/(\w+)_v\d+\.nk$"}, "comp"),
        ({"IMPASTO_SHOT_PATTERN": r"/plates/(\w+)\.", "IMPASTO_SHOT": "sh020"}, "sh020"),
    ],
)
def test_the_shot_of_a_node(comp: Comp, environ: dict[str, str], expected: str) -> None:
    """The environment names it; a pattern is searched in the plate's path, then the script's."""
    assert shot_of(comp.node(), environ) == expected


def test_a_plate_behind_other_nodes_is_found(comp: Comp, nuke: ModuleType) -> None:
    """The file of a plate is found through grades and out of Groups."""
    group = nuke.nodes.Group()
    with group:
        source = nuke.nodes.Input()
        node = style_node.create("tiny", "warm")
        node.setInput(0, nuke.nodes.Grade(inputs=[source]))
    group.setInput(0, nuke.nodes.Grade(inputs=[comp.plate]))

    assert shot_rows.plate_file(node) == comp.plate["file"].value()


def test_a_wrong_pattern_is_told_in_the_row(
    shots: ShotsTab, comp: Comp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no shot is found the cell is empty and its tooltip says why."""
    monkeypatch.setenv("IMPASTO_SHOT_PATTERN", "sh[0-9")
    comp.node()
    look(shots)
    index = shots.proxy.index(0, shot_table.SHOT)

    assert index.data() == ""
    assert "IMPASTO_SHOT_PATTERN" in index.data(Qt.ItemDataRole.ToolTipRole)


class Clock:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Judged:
    """A judging whose slices are given: what each finds, or a fault; each takes half a second."""

    def __init__(self, slices: list[Any], clock: Clock = Clock()) -> None:  # noqa: B008
        self._slices, self._clock = iter(slices), clock

    def go_on(self) -> Any:
        """Return what the next slice finds."""
        self._clock.now += 0.5
        found = next(self._slices)
        if isinstance(found, Exception):
            raise found
        return found


ONE_FRESH = FrameStates(FrameRange((1001,)), FrameRange(()), FrameRange(()))


@pytest.fixture
def reader_of() -> Iterator[Callable[..., StateReader]]:
    """Make readers of states that look no more when the test is over."""
    made: list[StateReader] = []

    def make(*arguments: Any) -> StateReader:
        made.append(StateReader(*arguments))
        return made[-1]

    yield make
    for reader in made:
        reader.stop()


def test_states_are_read_for_what_is_on_the_screen(
    comp: Comp, nuke: ModuleType, reader_of: Callable[..., StateReader]
) -> None:
    """One node a look, those on the screen only, and again the later, the more it cost."""
    nodes = [comp.node() for _ in range(4)]
    table, clock = ShotTable(), Clock()
    table.setNodes(nodes)
    looked: list[str] = []

    def judging_of(node: Any) -> Any:
        looked.append(node.fullName())
        return Judged([ONE_FRESH], clock)

    reader = reader_of(table, lambda: [1, 2], judging_of, clock)
    for _ in range(5):
        reader.look()
    assert looked == [nodes[1].fullName(), nodes[2].fullName()]
    assert reader._timer.interval() <= 4500
    assert table.states(0) is None
    assert table.index(1, shot_table.FRESH).data() == "1"
    clock.now += 23
    reader.look()
    assert len(looked) == 2
    clock.now += 3
    reader.look()
    assert len(looked) == 3
    session.executing = True
    clock.now += 100
    reader.look()
    assert len(looked) == 3


def test_a_node_is_judged_in_slices(
    comp: Comp, nuke: ModuleType, reader_of: Callable[..., StateReader]
) -> None:
    """A look takes a slice; the row is told when all are done, and what they cost counts whole."""
    nodes = [comp.node() for _ in range(2)]
    table, clock = ShotTable(), Clock()
    table.setNodes(nodes)
    judged = {
        nodes[0].fullName(): Judged([None, None, ONE_FRESH, None, ONE_FRESH], clock),
        nodes[1].fullName(): Judged([ONE_FRESH, ONE_FRESH], clock),
    }
    reader = reader_of(table, lambda: [0, 1], lambda node: judged[node.fullName()], clock)
    told = []
    for _ in range(4):
        reader.look()
        told.append([table.states(row) for row in (0, 1)])
        assert reader._timer.isActive()
        assert reader._timer.interval() >= 4500  # a tenth of the time, after each slice
    assert told == [[None, None], [None, None], [ONE_FRESH, None], [ONE_FRESH, ONE_FRESH]]
    clock.now = 70.0
    reader.look()  # the second, 25 s after its half second; the first cost 1.5 s
    assert reader._judged is None
    clock.now = 80.0
    reader.look()
    assert reader._judged is not None
    nuke.delete(nodes[0])
    reader.look()
    assert reader._judged is None


def test_a_fault_of_one_row_costs_no_other(
    comp: Comp, nuke: ModuleType, reader_of: Callable[..., StateReader]
) -> None:
    """When a node cannot be judged the rows below it are, and it is tried again later."""
    nodes = [comp.node() for _ in range(2)]
    table, clock = ShotTable(), Clock()
    table.setNodes(nodes)
    judged = {
        nodes[0].fullName(): Judged([ZeroDivisionError("planted"), ONE_FRESH], clock),
        nodes[1].fullName(): Judged([ONE_FRESH], clock),
    }
    reader = reader_of(table, lambda: [0, 1], lambda node: judged[node.fullName()], clock)
    with pytest.raises(ZeroDivisionError):
        reader.look()
    assert reader._timer.isActive()
    reader.look()
    assert [table.states(row) for row in (0, 1)] == [None, ONE_FRESH]
    clock.now += 100
    reader.look()
    assert table.states(0) == ONE_FRESH


def test_five_hundred_rows_cost_what_is_seen(
    shots: ShotsTab, comp: Comp, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many nodes only the rows on the screen are read from Nuke, also while scrolling."""
    nodes = [comp.node() for _ in range(6)] * 80
    names = iter(range(len(nodes)))
    read: list[Any] = []
    row_of = shot_table.row_of

    class Named:
        """A node under a name of its own: as many nodes would take the stand-in a minute."""

        def __init__(self, node: Any) -> None:
            self._node, self._name = node, f"Node{next(names)}"

        def fullName(self) -> str:
            return self._name

        def __getattr__(self, name: str) -> Any:
            return getattr(self._node, name)

        def __getitem__(self, name: str) -> Any:
            return self._node[name]

    def watched(node: Any, *rest: Any) -> Any:
        read.append(node.fullName())
        return row_of(node, *rest)

    monkeypatch.setattr(shot_table, "row_of", watched)
    monkeypatch.setattr(shots.reader, "_judging_of", lambda node: Judged([NO_FRAMES]))
    shots._walk_at = float("inf")
    shots.proxy.sort(-1)
    shots.table.setNodes([Named(node) for node in nodes])
    shots.view.grab()
    seen = len(set(read))
    assert 0 < seen < 60
    bar = shots.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    shots.view.grab()

    assert len(set(read)) < 3 * seen
    assert f"Node{len(nodes) - 1}" in read
    shots.table.setNodes([])


def test_what_is_missing_is_told_in_the_row(comp: Comp) -> None:
    """A style that is not installed is named as such."""
    row = shot_rows.row_of(comp.node(), shot_rows.StyleList((), ()), {})
    assert row.style == "warm (not found)"


def test_effects_have_rows_and_the_same_actions(
    effects: Path, shots: ShotsTab, comp: Comp, qtbot: Any
) -> None:
    """An effect is listed, set, rendered and cancelled as a style; what is a style's is said."""
    style, effect = comp.node(), effect_node(comp)
    look(shots)
    qtbot.waitUntil(lambda: "…" not in column(shots, shot_table.FRESH), timeout=10000)
    assert row_texts(shots, 1)[1:8] == [
        "ImpastoEffect1",
        "tiny_fire (effect)",
        "",
        "1001-1003",
        "0",
        "0",
        "3",
    ]
    select(shots, 0, 1)
    shots.style_menu.aboutToShow.emit()
    (effects_entry,) = [one for one in shots.style_menu.actions() if one.text() == "Effects"]
    effects_entry.menu().actions()[1].trigger()
    assert (style["model"].value(), effect["model"].value()) == ("tiny", "tiny_smoke")
    assert "takes no effect" in shots.notice.text()
    qtbot.mouseClick(shots.strength_button, Qt.MouseButton.LeftButton)
    assert "no strength" in shots.notice.text()
    select(shots, 1)
    qtbot.mouseClick(shots.copy_button, Qt.MouseButton.LeftButton)
    assert "impasto_effect_look" in QtGui.QGuiApplication.clipboard().text()
    select(shots, 0, 1)
    qtbot.mouseClick(shots.paste_button, Qt.MouseButton.LeftButton)
    assert "It paints in a style, and the look" in shots.notice.text()
    select(shots, 1)
    qtbot.mouseClick(shots.render_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(frame_states.of(effect).fresh) == 3, timeout=RENDER_MS)
    comp.save()
    assert shot_actions.farm_job([effect], GPU).nodes == ("ImpastoEffect1",)


def test_a_look_passes_effects_by(effects: Path, comp: Comp) -> None:
    """Pasted onto both kinds, a look is the style node's, and the effect's row says why not."""
    one, two, effect = comp.node(strength=0.25), comp.node(), effect_node(comp)
    applied = on_node.apply(on_node.take(one).look, [two, effect])
    assert applied.nodes == (two.fullName(),)
    assert two["strength"].value() == 0.25
    assert [fact.subject for fact in applied.facts if fact.kind == OTHER_KIND] == ["ImpastoEffect1"]
