"""Holds the names of the knobs that every Impasto node has, whatever it renders.

The names follow Nuke's own nodes (``useGPUIfAvailable``, ``tileSize``, ``mix``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import nuke

from nuke_plugin.contract.errors import NodeEdited

VERSION_KNOB = "impasto_version"
"""Marks a Group as an ImpastoStyle, and says which version of it stands in the script."""

EFFECT_VERSION_KNOB = "impasto_effect_version"
"""Marks a Group as an ImpastoEffect, likewise."""

LIBRARY, MODEL, ABOUT = "library", "model", "about"
USE_GPU, TILE_SIZE = "useGPUIfAvailable", "tileSize"
AUTOMATIC_TILES = "None"
"""The item of ``TILE_SIZE`` that leaves the size to the worker, as in Nuke's own nodes."""

FRAME_RANGE, RESULTS = "frame_range", "results"
RENDER, CANCEL, STATUS = "render", "cancel", "status"
RENDER_FRAME, RENDER_ALL = "render_frame", "render_all"
OPEN_FOLDER, CLEAR_CACHE = "open_folder", "clear_cache"
VERSION_UP, VERSION_DOWN = "version_up", "version_down"
FRAMES = "frames"
"""Shows which frames are fresh, stale or missing."""

MIX = "mix"

RENDERED_MODEL = "rendered_model"
MIXED = "(mixed)"
"""Stands in ``RENDERED_MODEL`` while frames of another setting lie beside those of the last render;
no model's id, so that it equals none."""

NOTICE = "notice"
"""What the node's label says beside its state: that its choice is not installed."""

FRAMES_NOTICE = "frames_notice"
"""What the node's label says of frames that are stale, missing or failed. It is not saved: where
the plugin is absent nobody would bring it up to date."""


def set_flags(group: nuke.Group, neutral: Mapping[str, float], hidden: Iterable[str]) -> None:
    """Set what a script does not keep, flags and defaults; on creation, loading and pasting.

    ``neutral`` are the numbers that have a default, ``hidden`` the knobs that nobody sees.
    """
    knobs = group.knobs()
    for name, number in neutral.items():
        if name in knobs:
            give_default(knobs[name], number)
    for name in hidden:
        if name in knobs:
            knobs[name].setVisible(False)
    if LIBRARY in knobs:
        knobs[LIBRARY].setFlag(nuke.KNOB_CHANGED_ALWAYS)  # else it does nothing in a closed panel
    if FRAMES_NOTICE in knobs:
        knobs[FRAMES_NOTICE].setFlag(nuke.DO_NOT_WRITE)


def give_default(knob: nuke.Double_Knob, number: float) -> None:
    """Give a number its default, which must neither move it nor keep it out of the script."""
    knob.setFlag(nuke.ALWAYS_SAVE)  # a value that is the default would be left out, and load as 0
    held = knob.toScript()
    knob.setDefaultValue([number])
    if knob.toScript() != held:
        knob.fromScript(held)


def check_present(group: nuke.Group, names: Iterable[str]) -> None:
    """Raise ``NodeEdited`` where one of these knobs is gone; Nuke lets a user remove any."""
    knobs = group.knobs()
    for name in names:
        if name not in knobs:
            raise NodeEdited(group.fullName(), f"knob {name}")


def note(
    group: nuke.Group, kept: Mapping[str, str], values: Mapping[str, str], is_mixed: bool
) -> None:
    """Remember what the results were made with, for the label.

    ``kept`` names the hidden knob of each value: texts as they are, numbers as a script holds them,
    so that an animation is kept whole. With ``is_mixed`` frames of other settings lie beside them.
    """
    for name, hidden in kept.items():
        knob = group[hidden]
        if isinstance(knob, nuke.String_Knob):
            knob.setValue(values[name])
        else:
            knob.fromScript(values[name])
    if is_mixed:
        group[RENDERED_MODEL].setValue(MIXED)


def fill_menu(menu: nuke.Enumeration_Knob, installed: list[str], chosen: str) -> None:
    """Offer what is installed and keep the choice, which may be a text that is not installed."""
    items = list(installed)
    if chosen and chosen != NOTHING_INSTALLED and chosen not in items:
        items.append(chosen)
    if not items:
        items = [NOTHING_INSTALLED]
    if menu.values() != items:
        menu.setValues(items)
    if menu.value() != (chosen if chosen in items else items[0]):
        menu.setValue(chosen if chosen in items else items[0])


NOTHING_INSTALLED = "(none)"
"""What a menu holds when no model is installed: a menu cannot be empty."""
