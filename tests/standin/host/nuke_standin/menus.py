"""Holds Nuke's menus and toolbars as a tree of named items."""

from __future__ import annotations

from typing import Any, Optional

from nuke_standin.session import session

_TOP = ("Nuke", "Nodes", "Pane", "Node Graph", "Animation", "Properties", "Axis", "Viewer")
_menus: dict[str, Any] = {}


class MenuItem:
    """One command of a menu: Python text or a callable."""

    def __init__(
        self, name: str, command: Any = None, shortcut: str = "", icon: str = "", tooltip: str = ""
    ) -> None:
        self._name, self._command = name, command
        self._shortcut, self._icon, self._tooltip = shortcut or "", icon or "", tooltip or ""
        self._enabled = self._visible = True

    def name(self) -> str:
        return self._name

    def script(self) -> str:
        return self._command if isinstance(self._command, str) else ""

    def icon(self) -> str:
        return self._icon

    def shortcut(self) -> str:
        return self._shortcut

    def setEnabled(self, enabled: bool, recursive: bool) -> None:
        self._enabled = bool(enabled)

    def setVisible(self, visible: bool) -> None:
        self._visible = bool(visible)

    def invoke(self) -> None:
        """Run the command, as choosing the item does."""
        if not self._enabled:
            raise RuntimeError(f"menu item {self._name!r} is disabled")
        if isinstance(self._command, str):
            session.run_text(self._command, f"menu {self._name}")
        elif self._command is not None:
            self._command()


class _Items:
    """What menus and toolbars share: named items; '/' in a name steps into submenus (made)."""

    _items: list[MenuItem]

    def addCommand(
        self,
        name: str,
        command: Any = None,
        shortcut: Optional[str] = None,
        icon: Optional[str] = None,
        tooltip: Optional[str] = None,
        index: Optional[int] = None,
        readonly: Optional[bool] = None,
        shortcutContext: Optional[int] = None,
        tag: Optional[int] = None,
        tagTarget: Optional[int] = None,
        nodeClass: Optional[str] = "",
    ) -> MenuItem:
        if command is not None and not isinstance(command, str) and not callable(command):
            raise TypeError(
                f"addCommand {name}: a command is a text or a callable, found {command!r}"
            )
        owner, leaf = self._owner_of(name)
        item = MenuItem(leaf, command, shortcut or "", icon or "", tooltip or "")
        return owner._put(item, index)

    def addMenu(
        self,
        name: str,
        icon: str = "",
        tooltip: str = "",
        index: Optional[int] = None,
        tag: Optional[int] = None,
    ) -> Menu:
        owner, leaf = self._owner_of(name)
        present = owner._child(leaf)
        if isinstance(present, Menu):
            return present
        made = Menu(leaf, icon, tooltip)
        owner._put(made, index)
        return made

    def addSeparator(self, index: Optional[int] = None) -> MenuItem:
        item = MenuItem("")
        self._items.insert(len(self._items) if index is None else index, item)
        return item

    def _put(self, item: MenuItem, index: Optional[int]) -> MenuItem:
        self._items = [present for present in self._items if present.name() != item.name()]
        self._items.insert(len(self._items) if index is None or index < 0 else index, item)
        return item

    def _child(self, name: str) -> Optional[MenuItem]:
        return next((item for item in self._items if item.name() == name), None)

    def _owner_of(self, path: str) -> Any:
        *outer, leaf = path.split("/")
        owner: _Items = self
        for name in outer:
            owner = owner.addMenu(name)
        return owner, leaf

    def findItem(self, name: str) -> Optional[MenuItem]:
        item: Any = self
        for part in name.split("/"):
            item = item._child(part) if isinstance(item, _Items) else None
        return item

    def menu(self, name: str) -> Optional[Menu]:
        item = self.findItem(name)
        return item if isinstance(item, Menu) else None

    def items(self) -> list[MenuItem]:
        return list(self._items)

    def removeItem(self, name: str) -> bool:
        before = len(self._items)
        self._items = [item for item in self._items if item.name() != name]
        return len(self._items) < before

    def clearMenu(self) -> bool:
        self._items = []
        return True


class Menu(_Items, MenuItem):
    """A menu of commands and submenus."""

    def __init__(self, name: str, icon: str = "", tooltip: str = "") -> None:
        super().__init__(name, icon=icon, tooltip=tooltip)
        self._items = []


class ToolBar(_Items):
    """A toolbar holds commands and menus like a menu does."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._items = []

    def name(self) -> str:
        return self._name


def menu(name: str) -> Any:
    """Return a menu of the main window; there are none in terminal mode."""
    if not session.gui:
        raise RuntimeError(f"menu {name!r}: there are no menus in terminal mode")
    return _menus.get(name)


def toolbar(name: str, create: bool = True) -> Any:
    """Return a toolbar of the main window; 'Nodes' is the one that always exists."""
    found = menu(name)
    if found is None and create:
        found = _menus[name] = ToolBar(name)
    return found


def getPaneFor(panelName: str) -> Any:
    """Return the pane that holds a panel, or None: no pane is modelled."""
    if not session.gui:
        raise RuntimeError("there are no panes in terminal mode")
    return None


def new_menus() -> None:
    """Give the main window its empty menus."""
    _menus.clear()
    _menus.update({name: ToolBar(name) if name == "Nodes" else Menu(name) for name in _TOP})
