"""Starts a Nuke that knows Impasto only by its user's folder, and prints what came of it, as JSON.

It is run as a process of its own, from a file and without site-packages, so that nothing of this
repository is importable until the folder's ``init.py`` leads to it::

    python -S installed_nuke.py HOST_FOLDER NUKE_FOLDER gui|terminal
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys


def main(host_folder: str, nuke_folder: str, mode: str) -> None:
    """Print the menus' entries, the plugin's folder and version, and the worker's Python."""
    sys.path.insert(0, host_folder)
    import nuke
    import nuke_standin

    assert importlib.util.find_spec("nuke_plugin") is None
    nuke_standin.start([nuke_folder], gui=mode == "gui")
    shown = {"found": importlib.util.find_spec("nuke_plugin") is not None, "menus": []}
    if mode == "gui":
        items = [
            ("Nodes", "Impasto/ImpastoStyle"),
            ("Nuke", "Impasto/ImpastoStyle"),
            ("Pane", "Impasto"),
        ]
        shown["menus"] = [name for menu, name in items if nuke.menu(menu).findItem(name)]
    if shown["found"]:
        from nuke_plugin.worker_python import PLUGIN_ROOT, find_worker_python

        shown["root"] = str(PLUGIN_ROOT)
        shown["python"] = str(find_worker_python(os.environ))
    json.dump(shown, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
