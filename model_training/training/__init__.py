"""Holds a run: its configuration, its loop, its saved state and its sheets."""
