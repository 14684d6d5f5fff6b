"""Makes jobs for a farm and does their tasks, outside Nuke.

A job is a bundle of files that Open Job Description engines run (``job_bundle``); a task is one
command, ``impasto farm-task``, which any other engine may call as well (``tasks``).
"""
