"""Holds Python panels: a stack of knobs that opens as a dialog or docks in a pane."""

from __future__ import annotations

from typing import Any, Callable, Optional

from nuke_standin.knob import Knob
from nuke_standin.session import session


class PythonPanel:
    """nukescripts.PythonPanel: subclass it, add knobs, show it or add it to a pane."""

    def __init__(self, title: str = "", id: str = "", scrollable: bool = True) -> None:
        if not session.gui:
            raise RuntimeError("panels exist in the GUI only")
        self._title, self._id = title, id
        self._panel_knobs: dict[str, Knob] = {}

    def addKnob(self, knob: Knob) -> None:
        self._panel_knobs[knob.name()] = knob

    def removeKnob(self, knob: Knob) -> None:
        del self._panel_knobs[knob.name()]

    def knobs(self) -> dict[str, Knob]:
        return dict(self._panel_knobs)

    def addToPane(self, pane: Any = None) -> PythonPanel:
        self.show()
        return self

    def show(self) -> None:
        for knob in self._panel_knobs.values():
            if knob.Class() == "PyCustom_Knob":
                knob._open()  # type: ignore[attr-defined]
        session.open_panels.append(self)

    def hide(self) -> None:
        session.open_panels.remove(self)


class WidgetKnob:
    """Wraps a widget class for a PyCustom_Knob."""

    def __init__(self, widget: Callable[[], Any]) -> None:
        self.widgetClass = widget

    def makeUI(self) -> Any:
        self.widget = self.widgetClass()
        return self.widget


def registerPanel(id: str, command: Callable[[], Any]) -> None:
    session.panels[id] = command


def unregisterPanel(id: str, command: Callable[[], Any]) -> None:
    if session.panels.get(id) is command:
        del session.panels[id]


def restorePanel(id: str) -> Any:
    """Open a registered panel, as loading a saved layout does."""
    if id not in session.panels:
        raise RuntimeError(f"no panel is registered as {id!r}")
    return session.panels[id]()


class _WidgetPanel(PythonPanel):
    def __init__(self, widget: str, name: str, id: str) -> None:
        super().__init__(name, id)
        from nuke_standin.text_knobs import PyCustom_Knob

        self.customKnob = PyCustom_Knob(
            name, "", f"__import__('nukescripts').panels.WidgetKnob({widget})"
        )
        self.addKnob(self.customKnob)


def registerWidgetAsPanel(
    widget: str, name: str, id: str, create: bool = False
) -> Optional[PythonPanel]:
    """Add a widget class, given as Python text that evaluates in any scope, to the Pane menu."""
    from nuke_standin.menus import menu

    if not isinstance(widget, str):
        raise TypeError(
            f"registerWidgetAsPanel: the widget is given as Python text, found {widget!r}"
        )

    def open_panel() -> Any:
        return _WidgetPanel(widget, name, id).addToPane()

    pane = menu("Pane")
    assert pane is not None
    pane.addCommand(name, open_panel)
    registerPanel(id, open_panel)
    return _WidgetPanel(widget, name, id) if create else None
