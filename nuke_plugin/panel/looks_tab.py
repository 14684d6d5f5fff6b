"""Holds the *Looks* tab: the looks of a shot or of the show, saved from nodes and given to nodes.

Folders of looks stand on drives that may be slow or gone, so they are read and written on a thread;
what is taken from nodes and given to them happens here, on the main thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional

import nuke

from nuke_plugin import impasto_nodes
from nuke_plugin.contract.errors import ImpastoNodeNeeded, LookError
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.effect_list import EffectList
from nuke_plugin.looks import facts, installed, names, on_node, places, shot_name
from nuke_plugin.looks.any_look import AnyLook
from nuke_plugin.looks.effect_look import EffectLook
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.listing import Listing
from nuke_plugin.looks.store import LookFolder, Saved
from nuke_plugin.panel import said
from nuke_plugin.panel.background import Background
from nuke_plugin.panel.look_list import LOOK_ROLE, ListedLook, LookLinePainter, LookModel
from nuke_plugin.panel.narrow import let_shrink
from nuke_plugin.panel.notice import Notice
from nuke_plugin.panel.shot_rows import shot_of
from nuke_plugin.panel.thumbnails import Thumbnails
from nuke_plugin.qt import Qt, QtWidgets
from nuke_plugin.style_list import StyleList

SHOW = "show"

ThumbnailOf = Callable[[nuke.Group, AnyLook], Optional[bytes]]
"""Returns a PNG of what a node's look does to its frame, or None."""

NodesOf = Callable[[], Sequence[nuke.Group]]


@dataclass(frozen=True)
class Place:
    """Where looks are kept: with a shot, or for the show."""

    shot: str
    """Name of the shot; empty for the show's library."""

    def folder(self) -> LookFolder:
        """Return its folder; raises ``LookHasNoPlace`` or ``ShotPatternInvalid``."""
        if not self.shot:
            return places.show_library(os.environ)
        environ = {**os.environ, shot_name.SHOT_VARIABLE: self.shot}
        return places.shot_looks(on_node.script_path(), environ)


@dataclass(frozen=True)
class _Read:
    listing: Listing
    looks: tuple[ListedLook, ...]


class LooksTab(QtWidgets.QWidget):
    """Places, the list of looks, and the ways to save and to apply one."""

    def __init__(
        self,
        thumbnail_of: ThumbnailOf,
        selected_shots: NodesOf,
        parent: Optional[QtWidgets.QWidget] = None,
    ) -> None:
        super().__init__(parent)
        self._thumbnail_of = thumbnail_of
        self._selected_shots = selected_shots
        self._script: Optional[str] = None
        self._places: list[Place] = []
        self.background = Background(self)
        self.place_menu = QtWidgets.QComboBox(self)
        self.place_menu.setAccessibleName("Where the looks are kept")
        self.refresh_button = QtWidgets.QPushButton("Refresh", self)
        self.refresh_button.setToolTip("Look again for shots and looks.")
        self.place_notice = Notice(self)
        self.place_notice.show_text("", "")
        self.list = QtWidgets.QListView(self)
        self.model = LookModel(self)
        self.thumbnails = Thumbnails(self)
        self.details = QtWidgets.QLabel(self)
        self.notice = Notice(self, can_be_closed=True)
        self.notice.show_text("", "")
        self.name_field = QtWidgets.QLineEdit(self)
        self.name_field.setPlaceholderText("Name of a new look")
        self.name_field.setAccessibleName("Name of the look")
        self.name_field.setMaxLength(names.LONGEST_NAME)
        self.save_button = QtWidgets.QPushButton("&Save look", self)
        self.remove_button = QtWidgets.QPushButton("Re&move", self)
        self.apply_button = QtWidgets.QPushButton("&Apply to selected nodes", self)
        self.apply_shots_button = QtWidgets.QPushButton("Apply to s&hots", self)
        self.setFocusProxy(self.list)
        self._set_up()
        self._arrange()
        self._connect()

    def _set_up(self) -> None:
        self.list.setAccessibleName("Looks")
        self.list.setModel(self.model)
        self.list.setItemDelegate(LookLinePainter(self.thumbnails, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.details.setWordWrap(True)
        self.details.setTextFormat(Qt.TextFormat.PlainText)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.save_button.setToolTip("Save the look of the selected Impasto nodes here.")
        self.remove_button.setToolTip("Put the look among the earlier ones of its folder.")
        self.apply_button.setToolTip("Give the look to the selected nodes of its kind (Return).")
        self.apply_shots_button.setToolTip("Give the look to the rows selected in Shots.")

    def _arrange(self) -> None:
        let_shrink(self.place_menu, self.name_field, self.apply_button, self.apply_shots_button)
        top = QtWidgets.QHBoxLayout()
        top.addWidget(self.place_menu, 1)
        top.addWidget(self.refresh_button)
        save = QtWidgets.QHBoxLayout()
        save.addWidget(self.name_field, 1)
        save.addWidget(self.save_button)
        save.addWidget(self.remove_button)
        apply = QtWidgets.QHBoxLayout()
        apply.addWidget(self.apply_button, 1)
        apply.addWidget(self.apply_shots_button, 1)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(top)
        layout.addWidget(self.place_notice)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.details)
        layout.addWidget(self.notice)
        layout.addLayout(save)
        layout.addLayout(apply)

    def _connect(self) -> None:
        self.place_menu.currentIndexChanged.connect(lambda _: self.read())
        self.refresh_button.clicked.connect(lambda: self.refresh())
        self.thumbnails.arrived.connect(self.list.viewport().update)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._show_chosen())
        self.list.activated.connect(lambda _: self._apply_to_selected())
        self.model.modelReset.connect(self._show_chosen)
        self.name_field.textChanged.connect(lambda _: self._show_buttons())
        self.save_button.clicked.connect(lambda: self._save())
        self.remove_button.clicked.connect(lambda: self._remove())
        self.apply_button.clicked.connect(lambda: self._apply_to_selected())
        self.apply_shots_button.clicked.connect(lambda: self._apply(self._selected_shots()))

    # -- what is shown ------------------------------------------------------------------
    def refresh(self) -> None:
        """Look again for shots, and for looks in the place that is shown."""
        before = self.place()
        script = self._script = on_node.script_path()
        shots: dict[str, None] = {}
        for find in (lambda: shot_name.shot_name(script, os.environ), *_finders()):
            try:
                shots[find()] = None
            except LookError:
                continue  # said when looks are to be kept there
        self._places = [*(Place(shot) for shot in shots), Place("")]
        self.place_menu.blockSignals(True)
        self.place_menu.clear()
        for place in self._places:
            self.place_menu.addItem(f"Shot {place.shot}" if place.shot else "Show library")
        if before in self._places:
            self.place_menu.setCurrentIndex(self._places.index(before))
        self.place_menu.blockSignals(False)
        self.thumbnails.forget()
        self.read()

    def look(self) -> None:
        """Follow the script and the selection."""
        if on_node.script_path() != self._script:
            self.refresh()
        self._show_buttons()

    def place(self) -> Optional[Place]:
        """Return the place that is shown."""
        index = self.place_menu.currentIndex()
        return self._places[index] if 0 <= index < len(self._places) else None

    def chosen(self) -> Optional[ListedLook]:
        """Return the chosen look."""
        index = self.list.currentIndex()
        return index.data(LOOK_ROLE) if index.isValid() else None

    def read(self) -> None:
        """Read the looks of the place that is shown; they appear when they are there."""
        place = self.place()
        if place is None:
            return
        try:
            folder = place.folder()
        except LookError as error:
            self.model.setLooks(())
            self.place_notice.show_text("No looks here", error.message)
            return
        self.background.run(lambda: _read(folder), lambda read: self._show_read(place, read))

    def _show_read(self, place: Place, read: Any) -> None:
        if place != self.place():
            return
        if isinstance(read, Exception):
            said.run(self.place_notice, "No looks here", lambda: _raised(read))
            return
        chosen = self.chosen()
        self.model.setLooks(read.looks)
        lines = facts.as_lines(read.listing.facts)
        said.show(self.place_notice, "Not all can be used", lines)
        for row, listed in enumerate(read.looks):
            if chosen is not None and listed.stored.look.name == chosen.stored.look.name:
                self.list.setCurrentIndex(self.model.index(row, 0))

    def _show_chosen(self) -> None:
        listed = self.chosen()
        if listed is None:
            empty = self.model.rowCount() == 0 and not self.place_notice.text()
            self.details.setText("No look is saved here yet." if empty else "")
        else:
            self.name_field.setText(listed.stored.look.name)
            self.details.setText("\n\n".join(facts.as_lines(listed.differences)))
        self.details.setVisible(bool(self.details.text()))
        self._show_buttons()

    def _show_buttons(self) -> None:
        nodes, shots = len(on_node.selected_nodes()), len(self._selected_shots())
        is_chosen = self.chosen() is not None
        self.apply_button.setText(f"&Apply to {_counted(nodes, 'selected node')}")
        self.apply_shots_button.setText(f"Apply to {_counted(shots, 's&hot')}")
        self.apply_button.setEnabled(is_chosen and nodes > 0)
        self.apply_shots_button.setEnabled(is_chosen and shots > 0)
        self.remove_button.setEnabled(is_chosen)
        self.save_button.setEnabled(nodes > 0 and self.place() is not None)
        self.save_button.setText("&Replace look" if self._replaced(1) else "&Save look")

    # -- what is done -------------------------------------------------------------------
    def _replaced(self, nodes: int) -> Optional[ListedLook]:
        """Return the look of the list that saving under the typed name replaces."""
        key = names.key_of(self.name_field.text())
        same = [one for one in self.model.looks() if names.key_of(one.stored.look.name) == key]
        return same[0] if len(same) == 1 and nodes == 1 else None

    def _save(self) -> None:
        said.run(self.notice, "Save look", self._begin_to_save)

    def _begin_to_save(self) -> Iterable[Fact]:
        """Take the looks of the selected nodes and have them written; raises ``ImpastoError``."""
        nodes, place = on_node.selected_nodes(), self.place()
        if not nodes or place is None:
            raise ImpastoNodeNeeded("Save look", "one or more", len(nodes))
        folder, typed = place.folder(), names.tidy(self.name_field.text())
        taken_facts: list[Fact] = []
        looks: list[tuple[AnyLook, Optional[bytes]]] = []
        for node in nodes:
            name = f"{typed} {node.name()}".strip() if len(nodes) > 1 else typed
            taken = on_node.take(node, name)
            taken_facts.extend(taken.facts)
            looks.append((taken.look, self._thumbnail_of(node, taken.look)))
        replaced = self._replaced(len(nodes))
        replaces = replaced.stored if replaced is not None else None

        def write() -> list[Saved]:
            return [folder.save(look, replaces, picture) for look, picture in looks]

        self.background.run(write, lambda saved: self._show_saved(saved, taken_facts))
        return ()

    def _show_saved(self, saved: Any, taken_facts: Sequence[Fact]) -> None:
        def told() -> Iterable[Fact]:
            if isinstance(saved, Exception):
                raise saved
            return [*taken_facts, *(fact for one in saved for fact in one.facts)]

        if said.run(self.notice, "Save look", told):
            self.name_field.setText(saved[-1].stored.look.name)
        self.read()

    def _remove(self) -> None:
        listed, place = self.chosen(), self.place()
        if listed is None or place is None:
            return
        folder, stored = place.folder(), listed.stored

        def told(removed: Any) -> None:
            said.run(self.notice, "Remove look", lambda: _raised(removed))
            self.read()

        self.background.run(lambda: folder.remove(stored), told)

    def _apply_to_selected(self) -> None:
        self._apply(on_node.selected_nodes())

    def _apply(self, nodes: Sequence[nuke.Group]) -> None:
        listed = self.chosen()
        if listed is not None and nodes:
            look = listed.stored.look
            said.run(self.notice, "Apply look", lambda: on_node.apply(look, nodes).facts)


def _read(folder: LookFolder) -> _Read:
    listing = folder.looks()
    library = ModelLibrary.from_environment(os.environ)
    styles, effects = StyleList.read(), EffectList.read()
    looks = (
        ListedLook(
            stored,
            installed.differences(stored.look, library),
            _paints(stored.look, styles, effects),
        )
        for stored in listing.looks
    )
    return _Read(listing, tuple(looks))


def _paints(look: AnyLook, styles: StyleList, effects: EffectList) -> str:
    """Return the titles of what a look paints or makes."""
    if isinstance(look, EffectLook):
        card = effects.card(look.model)
        return f"{look.model if card is None else card.title} ({look.effect})"
    total = sum(style.weight for style in look.styles)
    found = ((style, styles.entry(style.model, style.style)) for style in look.styles)
    titles = [
        (style.weight, entry.title if entry is not None else style.style) for style, entry in found
    ]
    if len(titles) == 1:
        return titles[0][1]
    return ", ".join(f"{title} {100 * weight / total:.0f} %" for weight, title in titles)


def _finders() -> list[Callable[[], str]]:
    """Return what finds the shots of the script's nodes."""
    return [lambda node=node: shot_of(node) for node in impasto_nodes.all_nodes()]  # type: ignore[misc]


def _raised(outcome: Any) -> Iterable[Fact]:
    """Return the facts that came of background work; raises what it raised."""
    if isinstance(outcome, Exception):
        raise outcome
    return outcome or ()


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
