"""Reading the items of one source: each row's page, its attachments, and what became of it. No I/O.

A few requests are out at a time and the rest wait here, so that a source that fails again and again can be left alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal
from urllib.parse import urlsplit

from core.nouns import Attachment, Outcome, Record
from core.settings import SourceSettings
from core.text import mask_private
from crawler.attachments import read_attachment
from crawler.outcomes import guarded
from crawler.platforms.base import Answer, Ask, Failure, Platform, Row, on_site
from crawler.platforms.pages import row_record
from crawler.readers.outward import outward
from crawler.steps import (
    Checked,
    Errand,
    Found,
    Gone,
    Kept,
    Noted,
    Settled,
    Sighted,
    SiteMemory,
    Step,
    Tally,
    Validator,
    validator_of,
)
from store.known import KnownRecord

GIVE_UP_AFTER = 5
"""Failed items in a row after which a source is left alone for this run."""
WINDOW = 32
"""Item requests of one source that are out at a time; politeness to the host is the downloader's."""
MOST_FILES = 200
"""Files of one page that are asked for. A page of thousands is a mistake or a trap, and would hold up its site for hours."""
KEPT = "kept"
"""The ``reason`` of an attachment that answered 304: the loader puts in what is stored."""

_SAID = ("title", "body", "content_source", "publisher", "index_no", "doc_no", "column_name")


@dataclass(slots=True)
class _Draft:
    """A record whose attachments are being fetched; without record and answer where its page is as it was and only its
    attachments are looked at."""

    record: Record | None
    answer: Answer | None
    waiting: int
    fetched: dict[str, Attachment]
    notes: list[Noted]
    """Validators of its files. Told after what the files became: one that came first would, if the run ended between the two,
    have the next run believe that it had seen them."""


class Items:
    """The items of one source. ``seen``: the rows that this run's lists showed, by key, filled by the walk."""

    def __init__(
        self, platform: Platform, source: SourceSettings, memory: SiteMemory, tally: Tally, seen: dict[str, Row],
        when_idle: Callable[[], Iterator[Step]],
    ) -> None:
        self.platform, self.source, self.memory, self.tally, self.seen = platform, source, memory, tally, seen
        self._when_idle = when_idle
        self._queue: deque[Errand] = deque()
        self._out = 0
        self._drafts: dict[str, _Draft] = {}
        self._looked: dict[str, _Draft] = {}

    def want(self, row: Row, *, attachments: bool = False) -> Iterator[Step]:
        """Ask for a row's page, unless another source of the site does or did so already; ``attachments``: ask for these too,
        even if the page is as it was."""
        memory, known = self.memory, self.memory.known.get(row.key)
        if row.key in memory.settled:
            yield from self._share(row, memory.settled[row.key])
        elif row.key in memory.claims:
            self.tally.pending += 1
            memory.claims[row.key].append((self, row))
        elif row.external:
            memory.claims[row.key] = []
            yield from self._settle(row, _masked(row_record(self.platform.site, row)), None, None)
        else:
            memory.claims[row.key] = []
            row = _remembering(row, known)
            ask = self.platform.ask_item(self.source, row)
            conditional = ask.conditional and known is not None and not known.removed
            attachments = attachments and known is not None and bool(known.attachments)
            self._queue.append(Errand(self.source.id, ask, "item", conditional, row, attachments=attachments))
            self.tally.pending += 1
            yield from self._pump()

    def take(self, errand: Errand, got: Answer | Failure) -> Iterator[Step]:
        """What follows from one answer."""
        self._out -= 1
        self.tally.pending -= 1
        if errand.role == "attachment":
            yield from self._attachment(errand, got)
        else:
            yield from self._item(errand, got)
        yield from self._pump()

    def filtered_before(self, row: Row) -> bool:
        """Whether this very row was read in an earlier run and found not to belong to the source."""
        note = self.memory.validators.get(self._filter_note(row))
        return note is not None and note.etag == row.row_hash

    def _pump(self) -> Iterator[Step]:
        if self.tally.in_a_row >= GIVE_UP_AFTER:
            left, self._queue = self._queue, deque()
            self.tally.pending -= len(left)
            for errand in left:
                assert errand.row is not None
                self.tally.count["left"] += 1
                yield from self._release(errand.row.key, Settled(self.tally.failures[-1]))
        while self._queue and self._out < WINDOW:
            self._out += 1
            yield self._queue.popleft()

    def _send(self, errand: Errand) -> Errand:
        """A request that follows from one that is being answered goes out at once."""
        self._out += 1
        self.tally.pending += 1
        return errand

    def _item(self, errand: Errand, got: Answer | Failure) -> Iterator[Step]:
        row = errand.row
        assert row is not None
        known = self.memory.known.get(row.key)
        if isinstance(got, Answer) and got.status == 304:
            self._succeeded()
            if errand.attachments and known is not None:
                yield from self._look_at_attachments(row, known)
            else:
                yield from self._as_it_was(row, None, self.memory.validators.get(row.url))
            return
        read = self._read(errand, row, got, known)
        if isinstance(read, Failure):
            yield from self._failed(errand, row, read)
            return
        assert isinstance(got, Answer)
        self._succeeded()
        yield from self._arrived(row, read, got, errand.attachments)

    def _arrived(self, row: Row, record: Record, answer: Answer, attachments: bool = False) -> Iterator[Step]:
        """A record has been read, by this source or by another that does not keep it."""
        if self.platform.keeps(self.source, record) or self.listed_before(row.key):
            yield from self._fetch_attachments(row, record, answer, self.memory.known.get(row.key), attachments)
        else:
            yield from self._filter(self.seen.get(row.key, row))
            yield from self._release(row.key, Settled(record, answer))

    def _read(self, errand: Errand, row: Row, got: Answer | Failure, known: KnownRecord | None) -> Record | Failure:
        if isinstance(got, Failure):
            return got
        home = ("", "/", "/index.html")
        if urlsplit(got.url).path in home and urlsplit(errand.ask.url).path not in home:
            return Failure(outcome=Outcome.REDESIGNED, reason="文章地址转到了首页")
        read = guarded(self.platform.read_item, self.source, row, got)
        if isinstance(read, Record) and known is not None and known.has_body and not read.body:
            return Failure(outcome=Outcome.REDESIGNED, reason="原来有正文的文章现在读不出正文")
        return read if isinstance(read, Failure) else _masked(read)

    def _as_it_was(self, row: Row, record: Record | None, validator: Validator | None, answer: Answer | None = None) -> Iterator[Step]:
        """``answer``: what came, where it was not "not modified"."""
        shown = self.seen.get(row.key)
        before = self.memory.validators.get(row.url)
        now = validator.outward if validator is not None and answer is not None else None
        # None before: by a program that did not look. What changed was not the text, so it may be the links.
        relook = now is not None and now != ((before.outward if before else None) or "")
        if shown is not None:
            self._note_if_new(row.key)
        yield Checked(self.source.id, row.key, shown is not None, shown.row_hash if shown else None, validator, relook)
        yield from self._release(row.key, Settled(record))

    def _validator(self, row: Row, answer: Answer) -> Validator | None:
        """The validators of an item's page, with the foreign hosts that it names; of what is no page, the validators alone."""
        found = validator_of(row.url, answer)
        if answer.read is not None or not (answer.content_type or "text/html").startswith(("text/html", "application/xhtml")):
            return found
        return replace(found or Validator(row.url, None, None), outward=outward(answer.body, self.platform.site.hosts))

    def _failed(self, errand: Errand, row: Row, failure: Failure) -> Iterator[Step]:
        if failure.definite and errand.role == "item":
            # Gone only when a second try in the same run says so too.
            yield self._send(replace(errand, role="confirm", conditional=False))
            return
        known = self.memory.known.get(row.key)
        if failure.definite and known is not None and not known.removed:
            self.tally.count["removed"] += 1
            yield Gone(self.source.id, row.key)
        else:
            self.tally.failures.append(failure)
            self.tally.in_a_row += not failure.definite
        yield from self._release(row.key, Settled(failure))

    def _succeeded(self) -> None:
        self.tally.in_a_row = 0
        self.tally.count["read"] += 1

    # Attachments ----------------------------------------------------------------------------------------------------

    def _fetch_attachments(
        self, row: Row, record: Record, answer: Answer, known: KnownRecord | None, attachments: bool
    ) -> Iterator[Step]:
        hashes, before = known.attachments if known else {}, self._looked.pop(row.key, None)
        looked = before.fetched if before else {}
        if known is not None and not known.removed and not attachments and all(a.url in hashes for a in record.attachments):
            as_known = tuple(replace(a, sha256=hashes[a.url]) for a in record.attachments)
            if replace(record, attachments=as_known).content_hash() == known.content_hash:
                yield from self._as_it_was(row, record, self._validator(row, answer), answer)
                return
        draft = self._drafts[row.key] = _Draft(record, answer, 0, {}, before.notes if before else [])
        for attachment in {a.url: a for a in record.attachments}.values():
            if attachment.url == answer.url:
                whole = answer.read or read_attachment(attachment, answer.body, answer.content_type)
                draft.fetched[attachment.url] = replace(whole, name=attachment.name)
            elif attachment.url in looked:
                draft.fetched[attachment.url] = replace(looked[attachment.url], name=attachment.name)
            elif not on_site(attachment.url, self.platform.site):
                draft.fetched[attachment.url] = replace(attachment, reason="附件不在本站，未下载")
            elif draft.waiting >= MOST_FILES:
                draft.fetched[attachment.url] = replace(attachment, reason=f"同一页的附件超过 {MOST_FILES} 个，未下载")
            else:
                draft.waiting += 1
                yield self._ask_attachment(row, attachment, known)
        if not draft.waiting:
            yield from self._finish(row)

    def _look_at_attachments(self, row: Row, known: KnownRecord) -> Iterator[Step]:
        """The page is as it was; whether its files are too, only they can tell."""
        draft = self._drafts[row.key] = _Draft(None, None, 0, {}, [])
        for url in islice(known.attachments, MOST_FILES):
            if url != row.url and on_site(url, self.platform.site):
                draft.waiting += 1
                yield self._ask_attachment(row, Attachment(url=url, name=""), known)
        if not draft.waiting:
            yield from self._finish(row)

    def _ask_attachment(self, row: Row, attachment: Attachment, known: KnownRecord | None) -> Errand:
        conditional = known is not None and known.attachments.get(attachment.url) is not None
        return self._send(Errand(self.source.id, Ask(url=attachment.url, conditional=True), "attachment", conditional, row, attachment))

    def _attachment(self, errand: Errand, got: Answer | Failure) -> Iterator[Step]:
        row, attachment = errand.row, errand.attachment
        assert row is not None and attachment is not None
        draft, known = self._drafts[row.key], self.memory.known.get(row.key)
        stored = known.attachments.get(attachment.url) if known else None
        if isinstance(got, Failure) and (got.definite or stored is None):
            state: Literal["dead", "not_fetched"] = "dead" if got.definite else "not_fetched"
            draft.fetched[attachment.url] = replace(attachment, state=state, reason=got.reason)
        elif isinstance(got, Failure) or (got.status == 304 and known is not None):
            # What cannot be asked for now says nothing of the file: what is stored of it stands.
            draft.fetched[attachment.url] = replace(attachment, sha256=stored, reason=KEPT)
        else:
            whole = got.read or read_attachment(attachment, got.body, got.content_type)
            # The same bytes lie in the archive already.
            same = whole.sha256 == stored
            draft.fetched[attachment.url] = replace(whole, reason=KEPT) if same else whole
            if not same:
                yield Kept(attachment.url, got)
            if validator := validator_of(attachment.url, got):
                draft.notes.append(Noted(self.source.id, validator))
        draft.waiting -= 1
        if not draft.waiting:
            yield from self._finish(row)

    def _finish(self, row: Row) -> Iterator[Step]:
        draft = self._drafts.pop(row.key)
        if draft.record is None or draft.answer is None:
            yield from self._looked_at(row, draft)
            return
        record = replace(draft.record, attachments=tuple(draft.fetched[a.url] for a in draft.record.attachments))
        yield from self._settle(row, record, draft.answer, self._validator(row, draft.answer))
        yield from draft.notes

    def _looked_at(self, row: Row, draft: _Draft) -> Iterator[Step]:
        """All files as they were, or one that is not: then the page is wanted whole, for the version that they make together."""
        known = self.memory.known[row.key]
        if all(attachment.sha256 == known.attachments[url] for url, attachment in draft.fetched.items()):
            yield from self._as_it_was(row, None, self.memory.validators.get(row.url))
            yield from draft.notes
            return
        self._looked[row.key] = draft
        yield self._send(Errand(self.source.id, self.platform.ask_item(self.source, row), "item", False, row, attachments=True))

    # Settling -------------------------------------------------------------------------------------------------------

    def _settle(self, row: Row, record: Record, answer: Answer | None, validator: Validator | None) -> Iterator[Step]:
        """A record has been read whole, with its attachments: as it was, changed or new."""
        known, shown = self.memory.known.get(row.key), self.seen.get(row.key, row)
        if known is not None and not known.removed and record.content_hash() == known.content_hash:
            yield from self._as_it_was(row, record, validator, answer)
            return
        change: Literal["new", "changed"] = "changed" if self.listed_before(row.key) else "new"
        self.tally.count[change] += 1
        yield Found(self.source.id, shown, record, change, answer, validator)
        yield from self._release(row.key, Settled(record))

    def _share(self, row: Row, settled: Settled) -> Iterator[Step]:
        """What another source of the site read holds for this one too."""
        result = settled.result
        if isinstance(result, Failure):
            if not result.definite or row.key not in self.memory.known:
                self.tally.failures.append(result)
        elif isinstance(result, Record) and settled.unwritten is not None:
            del self.memory.settled[row.key]
            self.memory.claims[row.key] = []
            yield from self._arrived(row, result, settled.unwritten)
        elif result is not None and not self.platform.keeps(self.source, result) and not self.listed_before(row.key):
            yield from self._filter(row)
        else:
            self._note_if_new(row.key)
            yield Sighted(self.source.id, ((row.key, row.row_hash),))

    def _release(self, key: str, settled: Settled) -> Iterator[Step]:
        self.memory.settled[key] = settled
        for items, row in self.memory.claims.pop(key, []):
            items.tally.pending -= 1
            yield from items.want(row)
            yield from items._when_idle()

    def listed_before(self, key: str) -> bool:
        """Whether this source listed a known record in an earlier run."""
        known = self.memory.known.get(key)
        return known is not None and self.source.id in known.row_hashes

    def _note_if_new(self, key: str) -> None:
        """``new`` counts what this source had not listed before, whoever else had."""
        if not self.listed_before(key):
            self.tally.count["new"] += 1

    def _filter(self, row: Row) -> Iterator[Step]:
        self.tally.count["filtered"] += 1
        if row.row_hash:
            yield Noted(self.source.id, Validator(self._filter_note(row), row.row_hash, None))

    def _filter_note(self, row: Row) -> str:
        return f"{row.url}#{self.source.id}"


def _masked(record: Record) -> Record:
    """Without private numbers in anything that a page says: what it leaks must not be leaked again from the store. The archive keeps
    the page as it was published, which is the proof. Addresses stay: they are asked for again."""
    said: dict[str, Any] = {name: mask_private(value) for name in _SAID if (value := getattr(record, name))}
    return replace(
        record, **said, meta={name: mask_private(value) for name, value in record.meta.items()},
        attachments=tuple(replace(a, name=mask_private(a.name), reason=mask_private(a.reason)) for a in record.attachments),
        replies=tuple(replace(r, office=mask_private(r.office), body=mask_private(r.body)) for r in record.replies),
        thread={name: mask_private(value) if isinstance(value, str) else value for name, value in record.thread.items()},
    )


def _remembering(row: Row, known: KnownRecord | None) -> Row:
    """What lists call differently (a forum's name) keeps the name under which it is stored; the state is the row's."""
    if known is None:
        return row
    state = {"state": row.thread["state"]} if row.thread.get("state") else {}
    return replace(row, thread={**row.thread, **known.thread, **state})
