"""Makes jobs for a farm of a script's nodes, and does the tasks of such jobs that need Nuke.

Standard library and ``nuke`` only. The bundle that an engine takes is written by the worker's
Python (``nuke_plugin/worker/farm``).
"""
