"""What the scan says of files that are handed over before they are published. Nothing of them is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Literal

from core.nouns import Severity
from crawler.attachments import UnreadableError
from monitor import elements, wording
from monitor.elements import ElementRules, check_draft
from monitor.places import Told, gathered
from monitor.privacy import rules
from monitor.privacy.rules import PrivacyRules
from monitor.scan import scan
from monitor.scanned import Flaw, ScannedText, from_text
from monitor.wording import Wording
from service.scanning import read_bytes

Verdict = Literal["may", "confirm", "mend", "must_not", "unread"]
VERDICTS: dict[Verdict, str] = {
    "may": "可以发布", "confirm": "核对后再发布", "mend": "改正后再发布", "must_not": "不得发布", "unread": "没有检查，不能当作通过",
}
_PERSONAL = ("id_number", "mobile", "bank_account", "address", "sensitive_list")
PASTED = "粘贴的文字"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as it was handed over."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found in one file; ``error`` says why it could not be read, and then nothing was found."""

    name: str
    flaws: tuple[Flaw, ...] = ()
    error: str | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether it may go out: not with an error that concerns people or may cost a veto; not before anything else is mended, nor
        before a person has looked at what may be a leak."""
        if self.error is not None:
            return "unread"
        if any(flaw.severity is Severity.VETO or (flaw.severity is Severity.ERROR and flaw.kind in _PERSONAL) for flaw in self.flaws):
            return "must_not"
        if self.to_mend:
            return "mend"
        return "confirm" if any(flaw.severity.at_least(Severity.WARN) for flaw in self.flaws) else "may"

    @property
    def to_mend(self) -> tuple[Flaw, ...]:
        """须改正: what is wrong."""
        return tuple(flaw for flaw in self.flaws if flaw.severity.at_least(Severity.WARN) and not flaw.to_confirm)

    @property
    def to_look_at(self) -> tuple[Flaw, ...]:
        """请核对: what a person must say of, and hints."""
        return tuple(flaw for flaw in self.flaws if flaw not in self.to_mend)

    @property
    def told(self) -> list[tuple[str, int, list[Told]]]:
        """What was found by what is to be done (须改正, 请核对) with how many places, the worst first; what stands in one column or
        follows line by line is one line."""
        parts = (("须改正", self.to_mend), ("请核对", self.to_look_at))
        return [
            (name, len(flaws), gathered([flaw.data() for flaw in sorted(flaws, key=lambda flaw: flaw.severity.rank)]))
            for name, flaws in parts if flaws
        ]

    @property
    def sentence(self) -> str:
        """The verdict for the clerk, in one sentence."""
        if self.error is not None:
            return f"{VERDICTS['unread']}：{self.error}。"
        must, look = len(self.to_mend), len(self.to_look_at)
        if self.verdict == "may":
            return f"{VERDICTS['may']}：没有发现问题。" if not look else f"{VERDICTS['may']}：请先核对下列{look}处。"
        if self.verdict == "confirm":
            return f"{VERDICTS['confirm']}：有{look}处请核对，没有必须改正的。"
        rest = f"，另有{look}处请核对" if look else ""
        return f"{VERDICTS[self.verdict]}：有{must}处须改正{rest}。"


@dataclass(frozen=True, slots=True)
class ScanRules:
    """What a town scans for."""

    privacy: PrivacyRules
    wording: Wording
    elements: ElementRules

    @classmethod
    def of(cls, directory: Path) -> ScanRules:
        """From its configuration folder; raises ConfigErrors."""
        return cls(rules.load(directory), wording.load(directory), elements.load(directory))


def check_drafts(drafts: Iterable[Draft], with_rules: ScanRules, today: date) -> list[Checked]:
    """Each file by itself: one that cannot be read says so and stops no other."""
    return [_check(draft, with_rules, today) for draft in drafts]


def check_pasted(text: str, with_rules: ScanRules, today: date) -> Checked:
    """A text out of an editor."""
    return Checked(name=PASTED, flaws=_flaws(from_text(text, unit="段"), text.strip().partition("\n")[0], with_rules, today))


def suffixes(drafts: Sequence[Draft]) -> list[str]:
    """What kinds of files they are: all that may be noted of them, for a file's name may name a person."""
    known = {PurePath(draft.name).suffix.lower() for draft in drafts}
    return sorted(suffix if len(suffix) <= 6 and suffix[1:].isalnum() and suffix.isascii() else "?" for suffix in known)


def _check(draft: Draft, with_rules: ScanRules, today: date) -> Checked:
    try:
        return Checked(name=draft.name, flaws=_flaws(read_bytes(draft.name, draft.body), PurePath(draft.name).stem, with_rules, today))
    except UnreadableError as error:
        return Checked(name=draft.name, error=str(error))


def _flaws(text: ScannedText, name: str, with_rules: ScanRules, today: date) -> tuple[Flaw, ...]:
    return (*scan(text, with_rules.privacy, with_rules.wording, today), *check_draft(name, text, with_rules.elements))
