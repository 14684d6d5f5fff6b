"""Holds the command ``impasto nuke-install``, which leads Nuke to the plugin and its worker."""

from __future__ import annotations
