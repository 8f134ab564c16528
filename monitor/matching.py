"""Mentions: where a text names a watched subject, however it is written (traditional, full-width, glossed, spaced)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from core.nouns import Confidence, Mention, Record
from core.settings import Subject, Term
from core.text import Folded, fold, fold_plain


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A term of a subject in folded writing."""

    subject: str
    term: Term
    text: str
    unless: tuple[str, ...]
    near: tuple[str, ...]

    @classmethod
    def of(cls, subject: Subject, term: Term) -> _Pattern:
        unless, near = tuple(map(fold_plain, term.unless)), tuple(map(fold_plain, term.near))
        return cls(subject.name, term, fold_plain(term.text), unless, near)

    @property
    def in_doubt(self) -> bool:
        return self.term.confidence == "possible" and bool(self.near)

    def confidence(self, context: str) -> Confidence:
        if self.in_doubt and any(word in context for word in self.near):
            return "certain"
        return self.term.confidence


class _Hit(NamedTuple):
    pattern: _Pattern
    start: int
    end: int


class Matcher:
    """Finds every term of every subject in one pass. Built once, used for many texts."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._patterns: dict[str, list[_Pattern]] = {}
        for subject in subjects:
            for term in subject.terms:
                pattern = _Pattern.of(subject, term)
                self._patterns.setdefault(pattern.text, []).append(pattern)
        self._texts = list(self._patterns)
        self._automaton = AhoCorasick(self._texts, implementation=Implementation.DFA)

    def find(self, text: str, field: str, context: str = "") -> list[Mention]:
        """Mentions in one field, in the order of the text. ``context`` is what else stands in the same record: a
        possible term is certain where one of its ``near`` words stands in the text or in the context."""
        folded = fold(text)
        hits = self._hits(folded.text)
        around = ""
        if any(hit.pattern.in_doubt for hit in hits):  # folding the context again is worth it for these alone
            around = f"{folded.text}\n{fold_plain(context)}"
        return [_mention(hit, text, folded, field, around) for hit in hits]

    def record(self, record: Record) -> list[Mention]:
        """Mentions in title, body, official replies and what was read of the attachments. Title, body and the board
        that a thread was left on are context to each other and to the rest."""
        context = "\n".join((record.title, record.body, str(record.thread.get("forum") or "")))
        return [mention for field, text in fields(record) for mention in self.find(text, field, context)]

    def _hits(self, folded: str) -> list[_Hit]:
        found: dict[str, list[_Hit]] = {}
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            for pattern in self._patterns[self._texts[index]]:
                if not any(_is_part(folded, start, end, word) for word in pattern.unless):
                    found.setdefault(pattern.subject, []).append(_Hit(pattern, start, end))
        return sorted((hit for hits in found.values() for hit in _longest(hits)), key=lambda hit: (hit.start, hit.end))


def fields(record: Record) -> Iterator[tuple[str, str]]:
    """The searched texts of a record, each with the name that a mention gives it."""
    yield "title", record.title
    yield "body", record.body
    for number, reply in enumerate(record.replies):
        yield f"reply:{number}", reply.body
    for number, attachment in enumerate(record.attachments):
        yield f"attachment:{number}", attachment.text


def _mention(hit: _Hit, text: str, folded: Folded, field: str, context: str) -> Mention:
    start, end = folded.span(hit.start, hit.end)
    return Mention(
        subject=hit.pattern.subject, term=hit.pattern.term.text, text=text[start:end], start=start, end=end,
        field=field, confidence=hit.pattern.confidence(context),
    )


def _longest(hits: list[_Hit]) -> Iterator[_Hit]:
    """Of overlapping hits of one subject the longest; of equally long ones the surer, then the first."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.pattern.term.confidence, hit.start)):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
            yield hit


def _is_part(text: str, start: int, end: int, word: str) -> bool:
    """Whether the hit stands inside ``word`` (六安 in 周六安排), or ``word`` right after or before it (霍山 + 路)."""
    term, at = text[start:end], word.find(text[start:end])
    if at < 0:
        return text.startswith(word, end) or text.endswith(word, 0, start)
    while at >= 0:
        if start >= at and text.startswith(word, start - at):
            return True
        at = word.find(term, at + 1)
    return False
