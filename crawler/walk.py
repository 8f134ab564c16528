"""One source's crawl as a state machine without I/O: what to ask next, what was found, and how it ended.

A list is walked newest first and left after pages whose rows are all known, but only if it was once read to its end;
whatever cannot be read leaves the source not walked, so that nothing is ever skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from core.clock import Moment
from core.nouns import Outcome, SourceResult
from core.settings import Politeness, SourceSettings
from crawler.items import GIVE_UP_AFTER, Items
from crawler.outcomes import guarded, judge
from crawler.platforms.base import Answer, Ask, Failure, Listing, Platform, Row, on_site
from crawler.recheck import Due, Turn, floor_of, plan_rechecks, vanished
from crawler.steps import Done, Errand, Sighted, SiteMemory, Step, Tally, Validator, validator_of
from store.known import KnownRecord


class Walk:
    """The crawl of one source. ``walked``: its list has been read to the end since the last gap."""

    def __init__(
        self, platform: Platform, source: SourceSettings, memory: SiteMemory, *, walked: bool, full: bool, now: datetime,
        politeness: Politeness,
    ) -> None:
        self.platform, self.source, self.memory = platform, source, memory
        self.walked, self.full, self.now, self.politeness = walked, full, now, politeness
        self.options = platform.walk_options(source)
        self.tally, self.seen = Tally(), dict[str, Row]()
        self.items = Items(platform, source, memory, self.tally, self.seen, self._end_if_done)
        self.ended = False
        self._streams: list[Ask] = platform.streams(source)
        self._open = {ask.stream for ask in self._streams}
        self._known_pages: Counter[int] = Counter()
        self._unchanged: set[int] = set()
        self._failed: dict[int, Failure] = {}
        self._validators: list[Validator] = []
        self._cut_short = ""
        self._rechecked = False
        self._floor: date | None = None
        self._to_the_end = False

    def start(self) -> list[Step]:
        """The first questions."""
        return [self._ask(ask) for ask in self._streams]

    def take(self, errand: Errand, got: Answer | Failure) -> list[Step]:
        """What follows from one answer, or from the reason why there is none."""
        if isinstance(got, Answer) and (failure := judge(got.status, got.headers, got.body)):
            got = failure
        steps = list(self._list(errand.ask, got) if errand.role == "list" else self.items.take(errand, got))
        return [*steps, *self._end_if_done()]

    # Lists ----------------------------------------------------------------------------------------------------------

    def _ask(self, ask: Ask) -> Errand:
        self.tally.pending += 1
        return Errand(self.source.id, ask, "list", ask.conditional and self.walked and not self.full)

    def _list(self, ask: Ask, got: Answer | Failure) -> Iterator[Step]:
        self.tally.pending -= 1
        if isinstance(got, Answer) and got.status == 304:
            self._unchanged.add(ask.stream)
            self._open.discard(ask.stream)
            return
        listing = got if isinstance(got, Failure) else guarded(self.platform.read_list, self.source, ask, got)
        if isinstance(listing, Failure):
            self._failed[ask.stream] = listing
            self._open.discard(ask.stream)
            return
        assert isinstance(got, Answer)
        if ask.conditional and listing.carries and (validator := validator_of(ask.url, got)):
            self._validators.append(validator)
        fresh = [row for row in listing.rows if self._is_news(row)]
        yield from self._rows(ask, fresh)
        follow = self._follow(ask, listing, bool(fresh))
        if listing.rows:
            self._floor, self._to_the_end = floor_of(listing.rows), listing.next is None
        if follow is None:
            self._open.discard(ask.stream)
        else:
            yield self._ask(follow)

    def _is_news(self, row: Row) -> bool:
        """Not shown before in this run, or shown only by a list that does not show all of a row."""
        before = self.seen.get(row.key)
        return before is None or (before.row_hash is None and row.row_hash is not None)

    def _rows(self, ask: Ask, rows: list[Row]) -> Iterator[Step]:
        sighted: list[tuple[str, str | None]] = []
        all_known = True
        for row in rows:
            again = row.key in self.seen
            self.seen[row.key] = row
            known = self.memory.known.get(row.key)
            if known is not None and not known.removed and self._same(row, known):
                sighted.append((row.key, None))
            elif again and known is None:
                sighted.append((row.key, row.row_hash))
            elif not self.items.listed_before(row.key) and self.items.filtered_before(row):
                self.tally.count["filtered"] += 1
            else:
                all_known = False
                yield from self.items.want(row)
        self._known_pages[ask.stream] = self._known_pages[ask.stream] + 1 if all_known else 0
        if sighted:
            yield Sighted(self.source.id, tuple(sighted))

    def _same(self, row: Row, known: KnownRecord) -> bool:
        if self.source.id not in known.row_hashes:
            return False
        if row.row_hash is None:
            return row.thread.get("state") == known.thread.get("state")
        return known.row_hashes[self.source.id] == row.row_hash

    def _follow(self, ask: Ask, listing: Listing, any_fresh: bool) -> Ask | None:
        """The next page; none after one that brought no new link, nor once enough pages were known through."""
        if listing.next is None or (listing.rows and not any_fresh and ask.page > 1 and "list" not in ask.context):
            return None
        if listing.next.page > self.options.max_pages:
            self._cut_short = f"超过 {self.options.max_pages} 页，未读完"
            return None
        may_stop = self.walked and not self.full and bool(listing.rows)
        return None if may_stop and self._known_pages[ask.stream] > self.options.overlap else listing.next

    # Rechecks and the end -------------------------------------------------------------------------------------------

    def _recheck(self) -> Iterator[Step]:
        self._rechecked = True
        if self._list_failure() or self.tally.in_a_row >= GIVE_UP_AFTER:
            return
        due = self._due()
        asked = {turn.record.key: turn for turn in self._vanished()} | dict(due.turns)
        taken = self.memory.settled.keys() | self.memory.claims.keys()
        for key, turn in asked.items():
            known = turn.record
            if self.source.id in known.row_hashes and key not in taken and on_site(known.url, self.platform.site):
                yield from self.items.want(_row_of(known), attachments=turn.attachments)
        self.tally.count["put_off"] = sum(self.source.id in turn.record.row_hashes for turn in due.put_off.values())

    def _vanished(self) -> list[Turn]:
        """What this list must still show, and does not. Boards and searches show what they please."""
        if self.source.kind != "list" or len(self._streams) != 1 or self._unchanged or self._failed or not self.seen:
            return []
        mine = (known for known in self.memory.known.values() if self.source.id in known.row_hashes)
        return vanished(mine, self.seen.keys(), self._floor, to_the_end=self._to_the_end, now=self.now)

    def _due(self) -> Due:
        """What the run asks the whole site for again: worked out by the first of its sources that comes to it."""
        if self.memory.due is None:
            platform = self.platform
            sources = {source.id: source for source in (*platform.site.sources, self.source)}

            def lively(known: KnownRecord) -> bool:
                row = _row_of(known)
                return any(platform.recheck(sources[name], row) for name in known.row_hashes if name in sources)

            self.memory.due = plan_rechecks(
                self.memory.known.values(), self.now, self.politeness, sources.values(), full=self.full, lively=lively,
                cheap=lambda known: platform.light or self._says_not_modified(known.url),
                cheap_files=lambda known: all(map(self._says_not_modified, known.attachments)),
            )
        return self.memory.due

    def _says_not_modified(self, url: str) -> bool:
        found = self.memory.validators.get(url)
        return found is not None and found.conditional

    def _end_if_done(self) -> Iterator[Step]:
        if self._open or self.tally.pending or self.ended:
            return
        if not self._rechecked:
            yield from self._recheck()
        if not self.tally.pending and not self.ended:
            self.ended = True
            yield self._done()

    def _done(self) -> Done:
        count, failure = self.tally.count, self._list_failure() or self._item_failure()
        outcome = failure.outcome if failure else self._outcome()
        if outcome is Outcome.EMPTY and self.platform.empty_again is not Outcome.EMPTY and self._had_rows():
            outcome = self.platform.empty_again
            failure = Failure(outcome=outcome, reason="以前有内容，现在返回空列表（疑似限流）")
        gap = bool(self._gaps() or count["left"] or self._cut_short)
        complete = failure is None and not gap
        # A failure before anything new was taken leaves no gap; after it, the next walk must go to the end.
        walked = True if complete else False if gap or count["new"] or count["changed"] else None
        result = SourceResult(
            source=self.source.id, outcome=outcome, seen=len(self.seen), new=count["new"], changed=count["changed"],
            removed=count["removed"], error="；".join(self._words(failure)) or None, checked_at=self.now,
        )
        return Done(result, walked, tuple(self._validators) if complete else ())

    def _outcome(self) -> Outcome:
        count = self.tally.count
        if count["new"] or count["changed"]:
            return Outcome.NEW
        if self._unchanged and self._unchanged == {ask.stream for ask in self._streams}:
            return Outcome.UNCHANGED
        if not self.seen:
            return Outcome.EMPTY
        return Outcome.ALL_FILTERED if count["filtered"] >= len(self.seen) else Outcome.ALL_KNOWN

    def _list_failure(self) -> Failure | None:
        fatal = next((failure for failure in self._failed.values() if failure.fatal), None)
        if fatal or not self._failed or self.platform.tolerates(self._streams, self._failed):
            return fatal
        return self._failed[min(self._failed)]

    def _item_failure(self) -> Failure | None:
        """The failure of items that is the outcome: nothing came through, or the source had to be left alone."""
        gaps = self._gaps()
        if gaps and (self.tally.in_a_row >= GIVE_UP_AFTER or not self.tally.count["read"]):
            return gaps[-1]
        return None

    def _gaps(self) -> list[Failure]:
        return [failure for failure in self.tally.failures if not failure.definite]

    def _had_rows(self) -> bool:
        return any(self.source.id in known.row_hashes for known in self.memory.known.values() if not known.removed)

    def _words(self, failure: Failure | None) -> Iterator[str]:
        if failure is not None:
            yield failure.reason
        elif self._failed:
            yield "部分列表未读到：" + "、".join(dict.fromkeys(f.reason for f in self._failed.values()))
        if self._cut_short:
            yield self._cut_short
        for reason, times in Counter(f.reason for f in self.tally.failures).items():
            yield f"{times} 篇未读到：{reason}"
        if self.tally.count["put_off"]:
            yield f"本次复查已达上限 {self.politeness.recheck_most} 篇（recheck_most），{self.tally.count['put_off']} 篇顺延到以后"
        if self.tally.count["left"]:
            yield f"连续 {GIVE_UP_AFTER} 篇失败后停止，{self.tally.count['left']} 篇未请求"


def _row_of(known: KnownRecord) -> Row:
    published = Moment.parse(known.published) if known.published else None
    return Row(key=known.key, url=known.url, title=known.title, published=published, thread=known.thread)
