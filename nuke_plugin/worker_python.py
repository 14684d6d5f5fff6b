"""Holds where Nuke's side finds the worker's Python.

The search and its words are the contract's, because ``impasto nuke-install --check`` asks and says
the same outside Nuke.
"""

from __future__ import annotations

from nuke_plugin.contract.worker_start import PLUGIN_ROOT, find_worker_python, install_command

__all__ = ["PLUGIN_ROOT", "find_worker_python", "install_command"]
