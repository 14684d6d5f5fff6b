"""Nuke's entry in the GUI: adds Impasto's menus; whatever goes wrong, Nuke itself starts."""

from __future__ import annotations

import traceback

import nuke

try:
    from nuke_plugin import nuke_menu

    nuke_menu.install()
except Exception:  # noqa: BLE001  an error here would leave the artist without any menus at all
    nuke.tprint("Impasto could not be loaded; the rest of Nuke is not affected.")
    nuke.tprint(traceback.format_exc())
