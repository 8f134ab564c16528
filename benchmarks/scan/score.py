"""How many planted things a scan finds and how much of what it calls a leak is one, per kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.scan.plants import Plant
from core.nouns import Severity
from monitor.scanned import Flaw

KINDS = ("id_number", "mobile", "bank_account", "address", "sensitive_list")


@dataclass(slots=True)
class Score:
    """Counts per kind. ``confirms``: what a scan only asks a person to look at; wrong nowhere, and right only where
    something was planted and it warns."""

    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    confirms: int = 0
    slips: list[str] = field(default_factory=list)

    def add(self, name: str, plants: Sequence[Plant], flaws: Iterable[Flaw]) -> None:
        """Match the leaks that a scan told of a document with what was planted there, one to one."""
        left = list(plants)
        for flaw in flaws:
            if flaw.kind not in KINDS:
                continue
            told = flaw.severity.at_least(Severity.WARN)
            match = next((plant for plant in left if told and plant.kind == flaw.kind and flaw.evidence.startswith(plant.shown)), None)
            if match is None and flaw.rule_id.endswith("_confirm"):
                self.confirms += 1
                continue
            if match is None:
                self.false[flaw.kind] += 1
                self.slips.append(f"{name}: false {flaw.rule_id} {flaw.where} {flaw.evidence}")
                continue
            left.remove(match)
            self.found[flaw.kind] += 1
        for plant in left:
            self.missed[plant.kind] += 1
            self.slips.append(f"{name}: missed {plant.kind} {plant.shown}")

    def recall(self, kind: str) -> float:
        """Found of what was planted."""
        return self.found[kind] / max(1, self.found[kind] + self.missed[kind])

    def precision(self, kind: str) -> float:
        """Planted of what was found."""
        return self.found[kind] / max(1, self.found[kind] + self.false[kind])
