"""What a check of accuracy is told of a page beside its text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from core.calendar import WorkCalendar
from core.nouns import Attachment, Severity
from monitor.privacy.masking import mask_text
from monitor.scanned import Flaw, Paragraph, ScannedText

_DAY = re.compile(r"20\d\d-\d\d-\d\d")
_DAYS = re.compile(r"((?<!\d)20\d\d-\d\d-\d\d(?!\d))")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """A page as its site describes it. ``own``: names of the town and of what belongs to it; ``calendar`` counts working days."""

    title: str
    published: date | None
    written: date | None
    doc_no: str
    own: tuple[str, ...]
    calendar: WorkCalendar
    attachments: tuple[Attachment, ...] = ()
    region: tuple[str, ...] = ()
    """The county and the prefecture that it belongs to."""


def paragraphs(text: ScannedText) -> list[Paragraph]:
    """The prose of a page."""
    return [part for part in text.parts if isinstance(part, Paragraph)]


def flaw(rule: str, severity: Severity, where: str, evidence: str, advice: str) -> Flaw:
    """A fault of accuracy; what is shown of the text is masked."""
    return Flaw(
        rule_id=f"accuracy.{rule}", kind="element", severity=severity, where=where, evidence=masked(evidence), advice=advice
    )


def masked(text: str) -> str:
    """Without private numbers; days stay, which a mask of identity numbers would take for parts of one."""
    return "".join(part if _DAY.fullmatch(part) else mask_text(part) for part in _DAYS.split(text))
