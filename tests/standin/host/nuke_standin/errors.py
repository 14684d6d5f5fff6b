"""Holds the one error that is the stand-in's own; all others are the ones Nuke raises."""

from __future__ import annotations


class NotModelled(NotImplementedError):
    """Something Nuke can do and this stand-in does not model: extend the stand-in or do without it."""
