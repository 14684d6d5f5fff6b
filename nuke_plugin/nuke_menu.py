"""Holds what Impasto adds to Nuke's GUI: menus, the panel, and the callbacks its nodes live by."""

from __future__ import annotations

import nuke
import nukescripts

from nuke_plugin import effect_node, frame_strip, style_node
from nuke_plugin.panel import style_drag

PANEL_ID = "impasto.StylesPanel"
PANEL_NAME = "Impasto"
PANEL_CLASS = "__import__('nuke_plugin.panel.dock', fromlist=['Panel']).Panel"
"""Python that Nuke evaluates in a scope of its own each time the panel opens."""

_CREATE = "__import__('nuke_plugin.style_node', fromlist=['create']).create()"
_CREATE_EFFECT = "__import__('nuke_plugin.effect_node', fromlist=['create']).create()"
_OPEN_PANEL = "__import__('nuke_plugin.nuke_menu', fromlist=['open_panel']).open_panel()"
_COPY_LOOK = "__import__('nuke_plugin.looks.clipboard', fromlist=['copy_look']).copy_look()"
_PASTE_LOOK = "__import__('nuke_plugin.looks.clipboard', fromlist=['paste_look']).paste_look()"


def install() -> None:
    """Add everything; called once when the GUI starts."""
    nuke.addOnCreate(style_node.on_create, nodeClass="Group")
    nuke.addOnCreate(effect_node.on_create, nodeClass="Group")
    nuke.addOnScriptLoad(style_node.on_script_load)
    nuke.addKnobChanged(style_node.knob_changed, nodeClass="Group")
    nuke.addKnobChanged(effect_node.knob_changed, nodeClass="Group")
    nukescripts.registerWidgetAsPanel(PANEL_CLASS, PANEL_NAME, PANEL_ID)
    nukescripts.addDropDataCallback(style_drag.on_drop)
    frame_strip.start()
    for menu in (nuke.menu("Nuke").addMenu("Impasto"), nuke.toolbar("Nodes").addMenu("Impasto")):
        menu.addCommand("ImpastoStyle", _CREATE)
        menu.addCommand("ImpastoEffect", _CREATE_EFFECT)
    menu = nuke.menu("Nuke").addMenu("Impasto")
    menu.addCommand("Styles panel", _OPEN_PANEL)
    menu.addCommand("Copy look", _COPY_LOOK, tooltip="Copy the selected node's look as text.")
    menu.addCommand("Paste look", _PASTE_LOOK, tooltip="Give the copied look to selected nodes.")


def open_panel() -> None:
    """Show the panel: in the pane of the Properties if there is one, else in a window."""
    pane = nuke.getPaneFor("Properties.1")
    panel = nukescripts.registerWidgetAsPanel(PANEL_CLASS, PANEL_NAME, PANEL_ID, True)
    if pane is not None:
        panel.addToPane(pane)
    else:
        panel.show()
