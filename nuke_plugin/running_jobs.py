"""Holds the jobs that paint now, so that Cancel finds its own and no two write the same files.

A job belongs to its node, which may be renamed or saved elsewhere meanwhile, and to its files,
which another script of the same folder may name too: either is enough to find it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

import nuke

from nuke_plugin.render_job import RenderJob
from nuke_plugin.style_node import is_attached

_jobs: list[tuple[nuke.Group, RenderJob]] = []


def remember(node: nuke.Group, job: RenderJob) -> None:
    """Keep a job until it has ended."""
    _jobs[:] = [(owner, other) for owner, other in _jobs if not other.ended.is_set()]
    _jobs.append((node, job))


def job_of(node: nuke.Group) -> Optional[RenderJob]:
    """Return the job that this node started."""
    for owner, job in _jobs:
        if not job.ended.is_set() and is_attached(owner) and owner.fullName() == node.fullName():
            return job
    return None


def job_writing(results: Iterable[str]) -> Optional[RenderJob]:
    """Return the job that writes files of one of these patterns, resolved, whoever started it."""
    wanted = set(results)
    for _, job in _jobs:
        if not job.ended.is_set() and wanted.intersection(job.settings.results):
            return job
    return None
