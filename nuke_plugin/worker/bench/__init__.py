"""Holds the bench: how fast this machine paints, beside what it could do at most.

A render is measured as it runs, from files to files in a process of its own; the network alone and
the machine's own matrix product are timed beside it in the same run.
"""
