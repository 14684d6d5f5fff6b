"""Holds the *Styles* tab: every installed style as a picture, and the selected node's strength."""

from __future__ import annotations

import os
from typing import Optional

import nuke

from nuke_plugin import style_knobs, style_node
from nuke_plugin.contract.errors import FavouritesUnusable
from nuke_plugin.panel import style_filter
from nuke_plugin.panel.favourites import Favourites
from nuke_plugin.panel.notice import Notice
from nuke_plugin.panel.strength_control import StrengthControl
from nuke_plugin.panel.style_details import StyleDetails
from nuke_plugin.panel.style_filter import Category
from nuke_plugin.panel.style_grid import StyleGrid
from nuke_plugin.qt import Qt, QtWidgets
from nuke_plugin.style_list import StyleList


class StylesTab(QtWidgets.QWidget):
    """Search, categories, the grid, and what can be done with the chosen style."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._node: Optional[nuke.Group] = None
        self._node_name = ""
        self._styles = StyleList((), ())
        self._categories: list[Category] = []
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
        self.grid = StyleGrid(self)
        self.details = StyleDetails(self)
        self.node_label = QtWidgets.QLabel(self)
        self.node_label.setTextFormat(Qt.TextFormat.PlainText)
        self.strength = StrengthControl(self)
        self.create_button = QtWidgets.QPushButton("&Create node", self)
        self.create_button.setToolTip("Create an ImpastoStyle node with this style (Return).")
        self.apply_button = QtWidgets.QPushButton("&Apply to node", self)
        self.apply_button.setToolTip("Give this style to the selected ImpastoStyle node (Return).")
        self.setFocusProxy(self.grid)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        top = QtWidgets.QHBoxLayout()
        top.addWidget(self.search_field, 3)
        top.addWidget(self.category_menu, 2)
        top.addWidget(self.refresh_button)
        self.category_menu.setMinimumContentsLength(8)
        line = QtWidgets.QFrame(self)
        line.setFrameShape(QtWidgets.QFrame.Shape.HLine)
        line.setFrameShadow(QtWidgets.QFrame.Shadow.Sunken)
        buttons = QtWidgets.QHBoxLayout()
        buttons.addWidget(self.create_button, 1)
        buttons.addWidget(self.apply_button, 1)
        for widget in (self.node_label, self.create_button, self.apply_button, self.category_menu):
            # A node's long name must not make the pane wider.
            policy = widget.sizePolicy()
            policy.setHorizontalPolicy(QtWidgets.QSizePolicy.Policy.Ignored)
            widget.setSizePolicy(policy)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(top)
        layout.addWidget(self.model_notice)
        layout.addWidget(self.favourites_notice)
        layout.addWidget(self.grid, 1)
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
        self.details.starred.connect(self._mark_favourite)
        self.create_button.clicked.connect(self._create_node)
        self.apply_button.clicked.connect(self._apply_to_node)

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
        self.grid.thumbnails.forget()
        self._read_favourites()
        self._fill_categories()
        self._fill_grid()
        self._show_problems()

    def look(self) -> None:
        """Follow the selected ImpastoStyle node."""
        self._follow(style_node.selected_style_node())

    def category(self) -> Category:
        """Return the chosen category."""
        return self._categories[int(self.category_menu.currentData())]

    def _fill_categories(self) -> None:
        groups = style_filter.categories(self._styles.entries, self.favourites.styles)
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
        self.grid.setEntries(style_filter.matching(self._styles.entries, typed, category))

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
        self.apply_button.setEnabled(entry is not None and self._node is not None)
        nothing = "Nothing matches." if self._styles.entries else ""
        if self.category().key == style_filter.FAVOURITES and not self.category().styles:
            nothing = "No favourite yet: choose a style and press its star."
        is_favourite = entry is not None and entry.key in self.favourites
        self.details.show_entry(entry, is_favourite, nothing)

    def _follow(self, node: Optional[nuke.Group]) -> None:
        name = node.fullName() if node is not None else ""
        is_another = name != self._node_name
        self._node, self._node_name = node, name
        self.strength.follow(node)
        if node is None:
            self.node_label.setText("No ImpastoStyle node is selected.")
            self.apply_button.setText("&Apply to node")
        else:
            style = node[style_knobs.STYLE].value()
            self.node_label.setText(f"{name}: {style}")
            self.apply_button.setText(f"&Apply to {node.name()}")
            if is_another:
                self.grid.choose(node[style_knobs.MODEL].value(), style)
        entry = self.grid.chosen()
        self.apply_button.setEnabled(entry is not None and node is not None)

    def _apply_or_create(self) -> None:
        if self._node is not None:
            self._apply_to_node()
        else:
            self._create_node()

    def _apply_to_node(self) -> None:
        entry = self.grid.chosen()
        if entry is not None and self._node is not None and style_node.is_attached(self._node):
            style_node.set_style(self._node, *entry.key)
            self._follow(self._node)

    def _create_node(self) -> None:
        entry = self.grid.chosen()
        if entry is not None:
            self._follow(style_node.create(*entry.key))
