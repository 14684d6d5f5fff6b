"""Holds what an import has found so far and what it must ask for: gathered, so that all is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from nuke_plugin.worker.importing.request import Finding


@dataclass
class Evidence:
    """Findings and open questions, in the order they come up."""

    findings: list[Finding] = field(default_factory=list)
    """What was found, or given."""

    needs: list[str] = field(default_factory=list)
    """What must be given, each clause beginning with the option and its choices."""

    warnings: list[str] = field(default_factory=list)
    """Sentences the user should read before painting with the model."""

    def found(self, what: str, value: str, why: str) -> None:
        """Note a finding and what says so."""
        self.findings.append(Finding(what, value, why))

    def need(self, clause: str) -> None:
        """Note that only a person can say this."""
        self.needs.append(clause)
