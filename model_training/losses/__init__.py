"""Holds the losses as pure functions, by what they look at."""
