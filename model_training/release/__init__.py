"""Holds the way from a finished run to a model folder."""
