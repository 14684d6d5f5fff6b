"""Holds the jobs that wait or paint, so that Cancel finds its own and no two write the same files.

They paint one after the other, in the order in which they were started: there is one worker, and
Nuke renders one thing at a time.

A job belongs to its node, which may be renamed or saved elsewhere meanwhile, and to its files,
which another script of the same folder may name too: either is enough to find it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

import nuke

from nuke_plugin.impasto_nodes import is_attached
from nuke_plugin.render_job import RenderJob

_jobs: list[tuple[nuke.Group, RenderJob]] = []


def remember(node: nuke.Group, job: RenderJob) -> None:
    """Keep a job until it has ended."""
    _jobs[:] = [(owner, other) for owner, other in _jobs if not other.ended.is_set()]
    _jobs.append((node, job))


def is_first(job: RenderJob) -> bool:
    """Whether it is a job's turn: every one that was started before it has ended."""
    return next((other for _, other in tuple(_jobs) if not other.ended.is_set()), job) is job


def ahead_of(job: RenderJob) -> Optional[RenderJob]:
    """Return the job that paints while this one waits, None when it is its turn."""
    first = next((other for _, other in tuple(_jobs) if not other.ended.is_set()), None)
    return None if first is job else first


def job_of(node: nuke.Group) -> Optional[RenderJob]:
    """Return the job that this node started."""
    for owner, job in _jobs:
        if not job.ended.is_set() and is_attached(owner) and owner.fullName() == node.fullName():
            return job
    return None


def by_node() -> dict[str, RenderJob]:
    """Return the jobs that have not ended, by the full names that their nodes have now."""
    return {
        owner.fullName(): job
        for owner, job in tuple(_jobs)
        if not job.ended.is_set() and is_attached(owner)
    }


def job_writing(results: Iterable[str]) -> Optional[RenderJob]:
    """Return the job that writes files of one of these patterns, resolved, whoever started it."""
    wanted = set(results)
    for _, job in _jobs:
        if not job.ended.is_set() and wanted.intersection(job.settings.results):
            return job
    return None
