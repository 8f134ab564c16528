"""The nouns of disclosure on application (依申请公开): applications, what was done with them, and what was contested.

Who applied is not kept: the number leads to the paper file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal


class Applicant(StrEnum):
    """What kind of person applied, in the order of table 3 of the yearly report (国办公开办函〔2021〕30号)."""

    PERSON = "person"
    BUSINESS = "business"
    RESEARCH = "research"
    CHARITY = "charity"
    LEGAL = "legal"
    OTHER = "other"


class ContestKind(StrEnum):
    """How a reply is contested, in the order of table 4."""

    REVIEW = "review"
    DIRECT_SUIT = "direct_suit"
    SUIT_AFTER_REVIEW = "suit_after_review"


class ContestResult(StrEnum):
    """How it ended, in the order of table 4; what has not ended has none."""

    UPHELD = "upheld"
    CORRECTED = "corrected"
    OTHER = "other"


Channel = Literal["in_person", "post", "online", "fax"]
StepAction = Literal["receive", "ask_correction", "correct", "consult", "consulted", "extend", "delay", "close", "note"]
Consulted = Literal["third_party", "co_maker", "fee"]
"""What stops the clock: asking a third party (art. 32), another organ that made it (art. 34), the fee notice (art. 42)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationStep:
    """What was done with an application: ``day`` is when it happened, ``at`` when it was entered.

    ``data``: ``until`` of ask_correction and delay, ``whom`` of consult and consulted, ``workdays`` of extend, ``outcome``
    of close.
    """

    day: date
    at: datetime
    who: str
    action: StepAction
    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An entry of the register (依申请公开台账). ``received`` is the day of art. 31, which depends on the channel;
    ``outcome`` is a key of table 3, None while it waits. Its clock is computed from its steps, never stored."""

    id: int
    number: str
    title: str
    applicant: Applicant
    channel: Channel
    received: date
    owner: str | None
    registered_at: datetime
    outcome: str | None = None
    closed_on: date | None = None
    steps: tuple[ApplicationStep, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it still waits for its answer."""
        return self.closed_on is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """An administrative review or a lawsuit about disclosure. ``result`` and ``decided_on`` are None until it has ended."""

    id: int
    kind: ContestKind
    number: str
    title: str
    accepted: date
    result: ContestResult | None = None
    decided_on: date | None = None
    application_id: int | None = None
    note: str = ""
