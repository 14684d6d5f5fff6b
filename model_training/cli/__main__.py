"""Holds the start of `python -m model_training.cli`."""

from __future__ import annotations

from model_training.cli import main

main()
