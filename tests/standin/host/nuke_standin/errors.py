"""Holds the one error that is the stand-in's own; all others are the ones Nuke raises."""

from __future__ import annotations


class NotModelled(Exception):
    """Something Nuke can do and the stand-in does not model: extend it, or do without."""
