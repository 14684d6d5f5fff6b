"""Opens a script in a Nuke that has no plugins, and prints what a node shows, as JSON.

It is run as a process of its own, from a file and without site-packages, so that nothing of this
repository is importable::

    python -S plain_nuke.py HOST_FOLDER SCRIPT NODE FRAME
"""

from __future__ import annotations

import importlib.util
import json
import sys


def main(host_folder: str, script: str, node_name: str, frame: str) -> None:
    """Print the node's red, green, blue and alpha rows, its label, and what its button says."""
    sys.path.insert(0, host_folder)
    import nuke
    from nuke_standin.pixels import pixel_rows
    from nuke_standin.session import session

    assert importlib.util.find_spec("nuke_plugin") is None
    nuke.scriptOpen(script)
    nuke.root().setFrame(int(frame))
    node = nuke.toNode(node_name)
    node["render"].execute()
    channels = ("red", "green", "blue", "alpha")
    shown = {
        "picture": {name: pixel_rows(node, f"rgba.{name}", int(frame)) for name in channels},
        "label": node["label"].evaluate(),
        "has_error": node.treeHasError(),
        "style": node["style"].value(),
        "messages": session.messages,
    }
    json.dump(shown, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
