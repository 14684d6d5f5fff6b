"""Holds what a check of a model folder comes to."""

from __future__ import annotations

from dataclasses import dataclass

OK, FAILED, NOT_RUN = "ok", "failed", "not run"


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    check: str
    """The check's name."""

    outcome: str
    """``ok``, ``failed`` or ``not run``."""

    text: str
    """What was found, what was expected, and for a failure what to do about it."""

    value: float | None = None
    """The number that decided, where there is one."""

    @classmethod
    def compared(
        cls, check: str, value: float, limit: float, text: str, remedy: str = ""
    ) -> Finding:
        """Return ``ok`` for a value up to the limit; no number (NaN) is a failure."""
        if value <= limit:
            return cls(check, OK, text, value)
        return cls(check, FAILED, f"{text}. {remedy}".rstrip(), value)


@dataclass(frozen=True)
class Verification:
    """What all checks of one model folder found."""

    folder: str
    """The folder."""

    findings: tuple[Finding, ...]
    """In the order of the checks."""

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The checks that failed."""
        return tuple(finding for finding in self.findings if finding.outcome == FAILED)
