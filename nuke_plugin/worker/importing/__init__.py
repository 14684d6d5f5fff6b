"""Holds the import: a style network that others trained becomes a model folder.

Nothing in the file is trusted and little is known of it. So it is looked at before it is loaded,
tried in a process of its own with bounded time and memory, and what the trials showed, with the
reasons, is told and written into the card. What they cannot show is asked for.
"""
