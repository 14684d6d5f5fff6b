"""Holds the compliance suite for one model folder: what a card promises is tried, not believed.

The shipped models pass it in the tests; `impasto verify` runs it on any other.
"""
