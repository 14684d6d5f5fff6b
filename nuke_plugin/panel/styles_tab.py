"""Holds the *Styles* tab: all styles and effects as pictures, and the selected node's strength."""

from __future__ import annotations

import os
from typing import Optional

import nuke

from nuke_plugin import effect_list, effect_node, node_knobs, style_knobs, style_node
from nuke_plugin.contract.errors import FavouritesUnusable
from nuke_plugin.looks.any_look import AnyLook
from nuke_plugin.looks.effect_look import EffectLook
from nuke_plugin.panel import style_filter
from nuke_plugin.panel.favourites import Favourites
from nuke_plugin.panel.frame_bar import FrameBar, FrameWipe
from nuke_plugin.panel.frame_previews import FramePreviews
from nuke_plugin.panel.narrow import let_shrink
from nuke_plugin.panel.notice import Notice
from nuke_plugin.panel.own_frame import OwnFrame
from nuke_plugin.panel.strength_control import StrengthControl
from nuke_plugin.panel.style_details import StyleDetails
from nuke_plugin.panel.style_filter import Category
from nuke_plugin.panel.style_grid import CellPicture, StyleGrid
from nuke_plugin.panel.thumbnails import png_of
from nuke_plugin.qt import Qt, QtCore, QtGui, QtWidgets
from nuke_plugin.style_list import StyleEntry, StyleList

_WISH_AFTER_MS = 120
"""How long scrolling and typing must rest before the order of the previews follows."""


class StylesTab(QtWidgets.QWidget):
    """Search, categories, the grid, and what can be done with the chosen style."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._node: Optional[nuke.Group] = None
        self._node_name = ""
        self._effect_node: Optional[nuke.Group] = None
        self._styles = StyleList((), ())
        self._entries: tuple[StyleEntry, ...] = ()
        self._categories: list[Category] = []
        self._wiped_strength = 1.0
        self._shown_frame: Optional[OwnFrame] = None
        self.favourites = Favourites.of_user()
        self.search_field = QtWidgets.QLineEdit(self)
        self.search_field.setPlaceholderText("Find a style")
        self.search_field.setAccessibleName("Find a style")
        self.search_field.setToolTip("Title, artist, year, model, or what was measured: 'steady'.")
        self.search_field.setClearButtonEnabled(True)
        self.category_menu = QtWidgets.QComboBox(self)
        self.category_menu.setAccessibleName("Category")
        self.category_menu.setMaxVisibleItems(30)
        self.refresh_button = QtWidgets.QPushButton("Refresh", self)
        self.refresh_button.setToolTip("Look again for models, styles and the worker.")
        self.model_notice = Notice(self)
        self.favourites_notice = Notice(self)
        self.previews = FramePreviews(self)
        self.frame_bar = FrameBar(self.previews, self)
        self.grid = StyleGrid(self)
        self.grid.picture_source = self._picture
        self.wipe = FrameWipe(self)
        self.details = StyleDetails(self)
        self.node_label = QtWidgets.QLabel(self)
        self.node_label.setTextFormat(Qt.TextFormat.PlainText)
        self.strength = StrengthControl(self)
        self.create_button = QtWidgets.QPushButton("&Create node", self)
        self.create_button.setToolTip("Create a node with this style or effect (Return).")
        self.apply_button = QtWidgets.QPushButton("&Apply to node", self)
        self.apply_button.setToolTip("Give it to the selected node (Return).")
        self.setFocusProxy(self.grid)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        top = QtWidgets.QHBoxLayout()
        let_shrink(self.search_field)
        top.addWidget(self.search_field, 3)
        top.addWidget(self.category_menu, 2)
        top.addWidget(self.refresh_button)
        line = QtWidgets.QFrame(self)
        line.setFrameShape(QtWidgets.QFrame.Shape.HLine)
        line.setFrameShadow(QtWidgets.QFrame.Shadow.Sunken)
        buttons = QtWidgets.QHBoxLayout()
        buttons.addWidget(self.create_button, 1)
        buttons.addWidget(self.apply_button, 1)
        let_shrink(self.node_label, self.create_button, self.apply_button, self.category_menu)
        self.splitter = QtWidgets.QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.addWidget(self.grid)
        self.splitter.addWidget(self.wipe)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setCollapsible(0, False)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(top)
        layout.addWidget(self.frame_bar)
        layout.addWidget(self.model_notice)
        layout.addWidget(self.favourites_notice)
        layout.addWidget(self.splitter, 1)
        layout.addWidget(self.details)
        layout.addWidget(line)
        layout.addWidget(self.node_label)
        layout.addWidget(self.strength)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.search_field.textChanged.connect(lambda _: self._fill_grid())
        self.category_menu.currentIndexChanged.connect(lambda _: self._fill_grid())
        self.grid.selectionModel().currentChanged.connect(lambda *_: self._show_details())
        self.grid.model().modelReset.connect(self._show_details)
        self.grid.applied.connect(self._apply_or_create)
        self._wisher = QtCore.QTimer(self)
        self._wisher.setSingleShot(True)
        self._wisher.setInterval(_WISH_AFTER_MS)
        self._wisher.timeout.connect(self._wish)
        self.grid.verticalScrollBar().valueChanged.connect(lambda _: self._wisher.start())
        self.previews.changed.connect(self._show_previews)
        self.frame_bar.asked.connect(lambda: self.previews.take_now(self._node))
        self.frame_bar.switched.connect(self.look)
        self.details.starred.connect(self._mark_favourite)
        self.create_button.clicked.connect(self._create_node)
        self.apply_button.clicked.connect(self._apply_to_node)

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Have the previews painted on."""
        super().showEvent(event)
        self._wisher.start()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        """Stop painting previews that nobody sees."""
        self.previews.want([])
        super().hideEvent(event)

    @property
    def styles(self) -> StyleList:
        """What was found installed."""
        return self._styles

    @property
    def node(self) -> Optional[nuke.Group]:
        """The ImpastoStyle node that is followed."""
        return self._node

    def refresh(self) -> None:
        """Look again at what is installed."""
        self._styles = StyleList.read(os.environ)
        self._entries = (*self._styles.entries, *effect_list.entries(os.environ))
        self.grid.thumbnails.forget()
        self._read_favourites()
        self._fill_categories()
        self._fill_grid()
        self._show_problems()

    def look(self) -> None:
        """Follow the selected node, and the current frame of an ImpastoStyle."""
        self._effect_node = effect_node.selected_effect_node()
        self._follow(style_node.selected_style_node())
        self.previews.follow(self._node)
        if self._strength() != self._wiped_strength:
            self._wisher.start()
        self._show_frame_state()

    def thumbnail_of(self, node: nuke.Group, look: AnyLook) -> Optional[bytes]:
        """Return a PNG that shows a node's look: on its own frame, else what came with the model.

        Of a look of several styles it is the heaviest one's, for no picture here shows a blend.
        None for a style or effect that is not installed.
        """
        if isinstance(look, EffectLook):
            effects = (entry for entry in self._entries if entry.is_effect)
            shown = next((entry for entry in effects if entry.model_id == look.model), None)
            return None if shown is None else png_of(shown.preview)
        style = max(look.styles, key=lambda one: one.weight)
        entry, frame = self._styles.entry(style.model, style.style), self.previews.frame
        if entry is None:
            return None
        picture = entry.preview
        if frame is not None and frame.moment.node == node.fullName():
            for strength in (round(look.strength, 2), 1.0):
                painted = frame.picture(*entry.key, strength)
                if self.previews.painted(painted):
                    picture = painted
                    break
        return png_of(picture)

    def category(self) -> Category:
        """Return the chosen category."""
        return self._categories[int(self.category_menu.currentData())]

    def _fill_categories(self) -> None:
        groups = style_filter.categories(self._entries, self.favourites.styles)
        before = self.category().key if self._categories else style_filter.ALL
        self._categories = [category for group in groups for category in group]
        menu = self.category_menu
        menu.blockSignals(True)
        menu.clear()
        number = 0
        for group in groups:
            if number:
                menu.insertSeparator(menu.count())
            for category in group:
                menu.addItem(f"{category.title} ({len(category.styles)})", number)
                if category.key == before:
                    menu.setCurrentIndex(menu.count() - 1)
                number += 1
        menu.blockSignals(False)

    def _fill_grid(self) -> None:
        typed, category = self.search_field.text(), self.category()
        self.grid.setEntries(style_filter.matching(self._entries, typed, category))

    # -- previews -----------------------------------------------------------------------
    def _picture(self, entry: StyleEntry, size: QtCore.QSize) -> CellPicture:
        """Return a style's picture: on the artist's frame where it is painted, else the card's."""
        frame = self.previews.frame
        if frame is None or entry.is_effect:
            return self.grid.cardPicture(entry, size)
        picture = frame.picture(*entry.key)
        if self.previews.painted(picture):
            found = self.grid.thumbnails.picture(picture, size)
            if found is not None:
                return CellPicture(found)
        card = self.grid.cardPicture(entry, size).picture
        return CellPicture(card, "not painted" if self.previews.failure(picture) else "waiting")

    def _wish(self) -> None:
        """Ask for the previews again: those on the screen first, the chosen style before all."""
        frame, chosen = self.previews.frame, self._chosen_style()
        if frame is None or not self.isVisible():
            return
        self._wiped_strength = self._strength()
        first = [] if chosen is None else [chosen]
        shown = (*first, *self.grid.visibleEntries(), *self.grid.entries())
        entries = [entry for entry in dict.fromkeys(shown) if not entry.is_effect]
        plain = [frame.plain_request(*entry.key) for entry in entries[:1]]
        compared = [frame.request(*entry.key, self._wiped_strength) for entry in first]
        wishes = [*plain, *compared, *(frame.request(*entry.key) for entry in entries)]
        self.previews.want(list({wish.picture: wish for wish in wishes}.values()))
        self._show_wipe()

    def _show_previews(self) -> None:
        if self.previews.frame is not self._shown_frame:
            self._shown_frame = self.previews.frame
            self._wish()
        self.grid.viewport().update()
        self._show_wipe()
        self._show_frame_state()

    def _show_wipe(self) -> None:
        self.wipe.setVisible(self.previews.frame is not None)
        self.wipe.show_style(self.previews, self._chosen_style(), self._wiped_strength)

    def _show_frame_state(self) -> None:
        entries = [entry for entry in self.grid.entries() if not entry.is_effect]
        frame = self.previews.frame
        painted = 0
        if frame is not None:
            painted = sum(self.previews.painted(frame.picture(*entry.key)) for entry in entries)
        self.frame_bar.show_state(self._node is not None, len(entries), painted)

    def _strength(self) -> float:
        """Return the strength that the wipe compares at: the node's, to a hundredth."""
        if self._node is None:
            return 1.0
        return min(max(round(float(self._node[style_knobs.STRENGTH].value()), 2), 0.0), 1.0)

    def _read_favourites(self) -> None:
        try:
            self.favourites.read()
            self.favourites_notice.show_text("", "")
        except FavouritesUnusable as error:
            self.favourites_notice.show_text("Favourites cannot be used", error.message)
        self.grid.setFavourites(self.favourites.styles)

    def _mark_favourite(self, is_favourite: bool) -> None:
        entry = self.grid.chosen()
        if entry is None:
            return
        try:
            self.favourites.mark(entry.key, is_favourite)
            self.favourites_notice.show_text("", "")
        except FavouritesUnusable as error:
            self.favourites_notice.show_text("Not kept among the favourites", error.message)
        self.grid.setFavourites(self.favourites.styles)
        self._fill_categories()
        if self.category().key == style_filter.FAVOURITES:
            self._fill_grid()
        self._show_details()

    def _show_problems(self) -> None:
        problems = self._styles.problems
        if self._styles.entries:
            title = f"{len(problems)} model folder{'' if len(problems) == 1 else 's'} left out"
        else:
            title = "No style is installed"
            problems = (
                *problems,
                "Set IMPASTO_MODELS to a folder of models, or copy a model into onnx_models.",
            )
        self.model_notice.show_text(title, "\n\n".join(problems))

    def _show_details(self) -> None:
        entry = self.grid.chosen()
        self.create_button.setEnabled(entry is not None)
        self.apply_button.setEnabled(self._target(entry) is not None)
        nothing = "Nothing matches." if self._entries else ""
        if self.category().key == style_filter.FAVOURITES and not self.category().styles:
            nothing = "No favourite yet: choose a style and press its star."
        is_favourite = entry is not None and entry.key in self.favourites
        self.details.show_entry(entry, is_favourite, nothing)
        self._show_wipe()
        self._wisher.start()

    def _follow(self, node: Optional[nuke.Group]) -> None:
        name = node.fullName() if node is not None else ""
        is_another = name != self._node_name
        self._node, self._node_name = node, name
        self.strength.follow(node)
        effect = self._effect_node
        if node is None and effect is not None:
            self.node_label.setText(f"{effect.fullName()}: {effect[node_knobs.MODEL].value()}")
            self.apply_button.setText(f"&Apply to {effect.name()}")
        elif node is None:
            self.node_label.setText("No ImpastoStyle node is selected.")
            self.apply_button.setText("&Apply to node")
        else:
            style = node[style_knobs.STYLE].value()
            self.node_label.setText(f"{name}: {style}")
            self.apply_button.setText(f"&Apply to {node.name()}")
            if is_another:
                self.grid.choose(node[style_knobs.MODEL].value(), style)
        self.apply_button.setEnabled(self._target(self.grid.chosen()) is not None)

    def _chosen_style(self) -> Optional[StyleEntry]:
        """Return the chosen entry if a frame can be painted in it."""
        entry = self.grid.chosen()
        return None if entry is None or entry.is_effect else entry

    def _target(self, entry: Optional[StyleEntry]) -> Optional[nuke.Group]:
        """Return the selected node that an entry can be set on."""
        if entry is None:
            return None
        return self._effect_node if entry.is_effect else self._node

    def _apply_or_create(self) -> None:
        if self._target(self.grid.chosen()) is not None:
            self._apply_to_node()
        else:
            self._create_node()

    def _apply_to_node(self) -> None:
        entry = self.grid.chosen()
        node = self._target(entry)
        if entry is None or node is None or not style_node.is_attached(node):
            return
        if entry.is_effect:
            effect_node.set_effect(node, entry.model_id)
        else:
            style_node.set_style(node, *entry.key)
        self._follow(self._node)

    def _create_node(self) -> None:
        entry = self.grid.chosen()
        if entry is None:
            return
        if entry.is_effect:
            self._effect_node = effect_node.create(entry.model_id)
            self._follow(None)
        else:
            self._effect_node = None
            self._follow(style_node.create(*entry.key))
