"""Holds the training of effects: solved windows in, a generator from fields to channels out."""
