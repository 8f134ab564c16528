"""One source's crawl, step by step, on a platform of a few lines: when a list is left, and what counts as a gap."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from core.clock import Moment
from core.nouns import Attachment, Outcome, Record
from core.settings import Politeness, Site, SourceSettings
from crawler.items import GIVE_UP_AFTER, KEPT, MOST_FILES, WINDOW
from crawler.platforms.base import Answer, Ask, Failure, Listing, Platform, Row
from crawler.readers.outward import outward
from crawler.steps import Checked, Done, Errand, Found, Gone, Kept, Noted, SiteMemory, Step, Validator
from crawler.walk import Walk
from store.known import KnownRecord

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SITE = Site(id="s", name="站", platform="plain", home="https://a.gov.cn/", hosts=("a.gov.cn",))
RECHECK_NOTHING = Politeness(recheck_days=0)


class Plain(Platform):
    """A list page is lines ``key hash [day]``; an article is its body, after ``FILE`` with a file ``key.txt``, after ``FILES`` with
    ten thousand."""

    id = "plain"

    def streams(self, source: SourceSettings) -> list[Ask]:
        return [Ask(url="https://a.gov.cn/list/1", conditional=True)]

    def read_list(self, source: SourceSettings, ask: Ask, answer: Answer) -> Listing | Failure:
        lines = map(str.split, answer.body.decode().splitlines())
        rows = tuple(
            Row(key=k, url=f"https://a.gov.cn/{k}", title=k, row_hash=h, published=Moment.parse(day[0]) if day else None)
            for k, h, *day in lines
        )
        following = Ask(url=f"https://a.gov.cn/list/{ask.page + 1}", page=ask.page + 1)
        return Listing(rows=rows, next=following if rows else None)

    def ask_item(self, source: SourceSettings, row: Row) -> Ask:
        return Ask(url=row.url, conditional=True)

    def read_item(self, source: SourceSettings, row: Row, answer: Answer) -> Record | Failure:
        body = answer.body.decode()
        files = (Attachment(url=f"https://a.gov.cn/{row.key}.txt", name="附表.txt"),) if body.startswith("FILE") else ()
        if body.startswith("FILES"):
            files = tuple(Attachment(url=f"https://a.gov.cn/{n}.txt", name="附表.txt") for n in range(10_000))
        return replace(record(row.key, body), attachments=files)


def record(key: str, body: str = "正文") -> Record:
    return Record(site="s", key=key, kind="article", url=f"https://a.gov.cn/{key}", title=key, body=body)


def with_file(key: str, text: str, **more: Any) -> KnownRecord:
    """A known record whose page is ``FILE`` and whose file holds ``text``."""
    digest = sha256(text.encode()).hexdigest()
    whole = replace(record(key, "FILE"), attachments=(Attachment(url=f"https://a.gov.cn/{key}.txt", name="附表.txt", sha256=digest),))
    before = known(key)[key]
    return replace(before, content_hash=whole.content_hash(), attachments={f"https://a.gov.cn/{key}.txt": digest}, **more)


def known(*keys: str, source: str = "a", row_hash: str = "h") -> dict[str, KnownRecord]:
    return {
        key: KnownRecord(key=key, url=f"https://a.gov.cn/{key}", title=key, published=None, content_hash=record(key).content_hash(),
                         first_seen="2026-01-01T00:00:00+00:00", checked="2026-11-23T12:00:00+00:00", removed=False, has_body=True,
                         row_hashes={source: row_hash})
        for key in keys
    }


def remembered(*keys: str) -> dict[str, Validator]:
    return {url: Validator(url, '"e"', None) for key in keys for url in [f"https://a.gov.cn/{key}"]}


def walk(memory: SiteMemory, *, walked: bool = True, full: bool = False, source: str = "a", polite: Politeness = RECHECK_NOTHING,
         **options: int) -> Walk:
    settings = SourceSettings(id=source, name="源", url="https://a.gov.cn/list/1", options=options)
    return Walk(Plain(SITE), settings, memory, walked=walked, full=full, now=NOW, politeness=polite)


def play(walks: list[Walk], web: dict[str, Any], headers: dict[str, str] | None = None) -> tuple[list[Step], list[str]]:
    """Answer every errand from ``web`` (a body, a status, or a list of these, one after the other); the facts, and the paths that
    were asked for."""
    steps: list[Step] = [step for one in walks for step in one.start()]
    by_id, facts, asked = {one.source.id: one for one in walks}, list[Step](), list[str]()
    while steps:
        step = steps.pop(0)
        if not isinstance(step, Errand):
            facts.append(step)
            continue
        path = step.ask.url.removeprefix("https://a.gov.cn/")
        asked.append(path)
        got = web.get(path, 404)
        if isinstance(got, list):
            got = got.pop(0)
        body, status = (got.encode(), 200) if isinstance(got, str) else (b"", got)
        steps += by_id[step.source].take(step, Answer(url=step.ask.url, status=status, headers=headers or {}, body=body))
    return facts, asked


def done(facts: list[Step]) -> Done:
    (found,) = [fact for fact in facts if isinstance(fact, Done)]
    return found


def pages(*keys_of_pages: str) -> dict[str, str | int]:
    web: dict[str, str | int] = {f"list/{n}": "\n".join(f"{key} h" for key in keys) for n, keys in enumerate(keys_of_pages, 1)}
    web |= {key: "正文" for keys in keys_of_pages for key in keys}
    return web


@pytest.mark.parametrize(("walked", "full", "overlap", "last"), [
    (True, False, 1, "list/3"),   # page 2 is all known; one more to be sure
    (True, False, 0, "list/2"),
    (False, False, 1, "list/5"),  # a gap somewhere below: to the end, which page 5 shows by bringing nothing
    (True, True, 1, "list/5"),
])
def test_where_a_list_is_left(walked: bool, full: bool, overlap: int, last: str) -> None:
    web = pages("xa", "bc", "de", "fg") | {"list/5": "f h"}
    memory = SiteMemory(known(*"abcdefg"), {})
    facts, asked = play([walk(memory, walked=walked, full=full, overlap=overlap)], web)
    assert max(path for path in asked if path.startswith("list")) == last
    assert [fact.record.key for fact in facts if isinstance(fact, Found)] == ["x"]
    assert (done(facts).result.outcome, done(facts).walked) == (Outcome.NEW, True)


def test_a_changed_row_is_no_known_row() -> None:
    web = pages("ab", "c") | {"list/1": "a other\nb h", "a": "新正文", "list/3": ""}
    facts, asked = play([walk(SiteMemory(known(*"abc"), {}), overlap=0)], web)
    assert "list/2" in asked
    assert [(fact.record.key, fact.change) for fact in facts if isinstance(fact, Found)] == [("a", "changed")]


def test_a_list_without_end_is_cut_and_not_called_walked() -> None:
    facts, _ = play([walk(SiteMemory({}, {}), max_pages=2)], pages("a", "b", "c"))
    assert done(facts).walked is False
    assert "超过 2 页" in (done(facts).result.error or "")


@pytest.mark.parametrize(("status", "outcome", "walked"), [
    (403, Outcome.BLOCKED, None), (500, Outcome.UNREACHABLE, None), (404, Outcome.REDESIGNED, None),
    (304, Outcome.UNCHANGED, True),
])
def test_a_list_that_gives_nothing(status: int, outcome: Outcome, walked: bool | None) -> None:
    facts, asked = play([walk(SiteMemory(known("a"), {}))], {"list/1": status})
    assert (done(facts).result.outcome, done(facts).walked, asked) == (outcome, walked, ["list/1"])


def test_a_failure_below_something_new_leaves_a_gap() -> None:
    web = pages("ab") | {"list/2": 500}
    facts, _ = play([walk(SiteMemory({}, {}))], web)
    assert (done(facts).result.outcome, done(facts).result.new, done(facts).walked) == (Outcome.UNREACHABLE, 2, False)


def test_a_dead_link_is_said_and_leaves_no_gap() -> None:
    web = pages("ab") | {"b": 404, "list/2": ""}
    facts, asked = play([walk(SiteMemory({}, {}))], web)
    assert asked.count("b") == 2
    assert (done(facts).result.new, done(facts).walked) == (1, True)
    assert "404" in (done(facts).result.error or "")


def test_a_source_that_keeps_failing_is_left_alone() -> None:
    keys = [f"k{n}" for n in range(WINDOW * 3)]
    web: dict[str, str | int] = {"list/1": "\n".join(f"{key} h" for key in keys), "list/2": ""} | dict.fromkeys(keys, 403)
    facts, asked = play([walk(SiteMemory({}, {}))], web)
    assert (done(facts).result.outcome, done(facts).walked) == (Outcome.BLOCKED, False)
    assert len([path for path in asked if path.startswith("k")]) < WINDOW + GIVE_UP_AFTER


def test_two_sources_of_a_site_ask_once_for_what_both_list() -> None:
    memory = SiteMemory({}, {})
    facts, asked = play([walk(memory), walk(memory, source="b")], pages("ab") | {"list/2": ""})
    assert (asked.count("a"), asked.count("b")) == (1, 1)
    ended = {fact.result.source: fact.result for fact in facts if isinstance(fact, Done)}
    assert {name: (r.outcome, r.new) for name, r in ended.items()} == {"a": (Outcome.NEW, 2), "b": (Outcome.NEW, 2)}


def test_gone_only_on_an_explicit_second_no() -> None:
    polite = Politeness(recheck_days=10_000)
    facts, asked = play([walk(SiteMemory(known("a", "b"), remembered("a", "b")), polite=polite)], {"list/1": 304, "a": 404, "b": 304})
    assert [fact.key for fact in facts if isinstance(fact, Gone)] == ["a"]
    assert (asked.count("a"), asked.count("b")) == (2, 1)
    assert done(facts).result.removed == 1


def test_a_page_that_lost_its_body_is_a_redesign_not_a_change() -> None:
    polite = Politeness(recheck_days=10_000)
    facts, _ = play([walk(SiteMemory(known("a"), remembered("a")), polite=polite)], {"list/1": 304, "a": ""})
    assert [fact for fact in facts if isinstance(fact, Found)] == []
    assert done(facts).result.outcome is Outcome.REDESIGNED


OVERDUE = {"checked": "2026-10-01T00:00:00+00:00"}


def look_again(web: dict[str, Any], **more: Any) -> tuple[list[Step], list[str]]:
    """A record that is due, on a list that is as it was, its page asked for conditionally."""
    memory = SiteMemory({"a": with_file("a", "旧表", **OVERDUE, **more)}, remembered("a", "a.txt"))
    return play([walk(memory)], {"list/1": 304} | web)


def test_a_file_that_was_replaced_under_an_unchanged_page_is_found() -> None:
    facts, asked = look_again({"a": [304, "FILE"], "a.txt": "新表"})
    (found,) = [fact for fact in facts if isinstance(fact, Found)]
    # The page is asked for once more, whole: the version needs its text. The file is not.
    assert asked == ["list/1", "a", "a.txt", "a"] and found.change == "changed"
    assert [(a.text, a.state) for a in found.record.attachments] == [("新表", "read")]
    assert [fact.url for fact in facts if isinstance(fact, Kept)] == ["https://a.gov.cn/a.txt"]


@pytest.mark.parametrize("answer", [304, "旧表", 500, 403])
def test_a_file_that_is_as_it_was_or_cannot_be_asked_for_is_no_change(answer: str | int) -> None:
    """The same bytes sent whole are not archived again; a server in trouble says nothing of the file."""
    facts, asked = look_again({"a": 304, "a.txt": answer})
    assert asked == ["list/1", "a", "a.txt"]
    assert [type(fact) for fact in facts if isinstance(fact, Found | Kept | Gone | Checked)] == [Checked]


def test_a_page_of_ten_thousand_files_is_kept_and_not_followed_without_end() -> None:
    web = pages("x", "") | {"x": "FILES"} | {f"{n}.txt": "text" for n in range(10_000)}
    facts, asked = play([walk(SiteMemory({}, {}), walked=False)], web)
    (found,) = [fact for fact in facts if isinstance(fact, Found)]
    states = Counter((file.state, file.reason) for file in found.record.attachments)
    assert states == {("read", ""): MOST_FILES, ("not_fetched", f"同一页的附件超过 {MOST_FILES} 个，未下载"): 10_000 - MOST_FILES}
    assert sum(path.endswith(".txt") for path in asked) == MOST_FILES
    # The next run finds it as it was, and asks for no more of them.
    memory = SiteMemory({"x": replace(known("x")["x"], content_hash=found.record.content_hash(), attachments={
        file.url: file.sha256 for file in found.record.attachments if file.state != "not_fetched"})}, {})
    again, asked = play([walk(memory, full=True)], web)
    assert sum(path.endswith(".txt") for path in asked) <= MOST_FILES
    assert not [fact for fact in again if isinstance(fact, Found)]


def test_a_file_that_is_gone_is_a_change_of_its_page() -> None:
    facts, _ = look_again({"a": [304, "FILE"], "a.txt": 404})
    (found,) = [fact for fact in facts if isinstance(fact, Found)]
    assert [a.state for a in found.record.attachments] == ["dead"]


def test_a_recent_page_is_asked_for_at_every_run_and_its_file_with_it() -> None:
    """Of files whose server says "not modified"; a file without a validator waits for its day."""
    new = {"published": "2026-11-20", "first_seen": "2026-11-20T00:00:00+00:00"}
    memory = SiteMemory({key: with_file(key, key, **new) for key in ("x", "y")}, remembered("x", "x.txt", "y"))
    web = dict.fromkeys(("list/1", "x", "y", "x.txt", "y.txt"), 304)
    _, asked = play([walk(memory, polite=Politeness(recheck_days=14, recheck_every=500, recheck_costly_every=500))], web)
    assert sorted(asked) == ["list/1", "x", "x.txt", "y"]


@pytest.mark.parametrize(("before", "body", "relook"), [
    (outward(b"//bet.example.com", ()), "正文", True),
    (outward(b"//www.gov.cn", ()), '正文<a href="https://www.gov.cn/">', False),
    (outward(b"//www.gov.cn", ()), '正文<a href="https://www.gov.cn/"><a href="//bet.example.com">', True),
    ("", "正文", False),
    ("", '正文<a href="https://a.gov.cn/x">', False),
    # Remembered by a program that did not look.
    (None, '正文<a href="//bet.example.com">', True),
    (None, "正文", False),
])
def test_other_foreign_hosts_in_an_unchanged_text_are_told(before: str | None, body: str, relook: bool) -> None:
    class Skimming(Plain):
        def read_item(self, source: SourceSettings, row: Row, answer: Answer) -> Record | Failure:
            return record(row.key, "正文")

    url = "https://a.gov.cn/x"
    memory = SiteMemory(known("x"), {url: Validator(url, '"e"', None, before)})
    one = Walk(Skimming(SITE), SourceSettings(id="a", name="源", url="https://a.gov.cn/list/1"), memory, walked=True, full=True, now=NOW,
               politeness=RECHECK_NOTHING)
    facts, _ = play([one], pages("x", "") | {"x": body}, {"etag": '"f"'})
    (checked,) = [fact for fact in facts if isinstance(fact, Checked)]
    assert checked.relook is relook
    assert checked.validator is not None and checked.validator.outward == outward(body.encode(), SITE.hosts)


def test_the_validator_of_a_file_is_told_after_what_became_of_it() -> None:
    """Told before, a run killed between the two would leave the next one 304s and the old text for ever."""
    known_page = replace(with_file("a", "旧表", **OVERDUE), content_hash="another")
    memory = SiteMemory({"a": known_page}, remembered("a"))
    facts, _ = play([walk(memory)], {"list/1": 304, "a": "FILE", "a.txt": "新表"}, headers={"etag": '"n"'})
    order = [type(fact) for fact in facts if isinstance(fact, Found | Noted)]
    assert order == [Found, Noted]


def test_the_unchanged_file_of_a_changed_page_is_kept_and_not_archived_again() -> None:
    memory = SiteMemory({"a": with_file("a", "旧表", **OVERDUE)}, remembered("a"))
    facts, _ = play([walk(memory)], {"list/1": 304, "a": "FILE改", "a.txt": "旧表"})
    (found,) = [fact for fact in facts if isinstance(fact, Found)]
    assert [a.reason for a in found.record.attachments] == [KEPT] and not any(isinstance(fact, Kept) for fact in facts)


def test_what_the_list_no_longer_shows_is_asked_for_and_found_gone() -> None:
    listed = {key: replace(one, published=day) for (key, one), day in zip(known("a", "b", "c", "d").items(), (
        "2026-11-20", "2026-11-19", "2026-11-18", "2025-01-01"), strict=True)}  # fmt: skip
    web = {"list/1": "a h 2026-11-20\nc h 2026-11-18", "b": 404}
    facts, asked = play([walk(SiteMemory(listed, remembered(*"abcd")), overlap=0)], web)
    # d lies below what was read of the list.
    assert asked == ["list/1", "b", "b"]
    assert [fact.key for fact in facts if isinstance(fact, Gone)] == ["b"]


def test_the_budget_is_said_when_it_cuts() -> None:
    polite = Politeness(recheck_days=10_000, recheck_most=2)
    memory = SiteMemory(known(*"abcde"), remembered(*"abcde"))
    facts, asked = play([walk(memory, polite=polite)], {"list/1": 304} | dict.fromkeys("abcde", 304))
    assert len(asked) == 3
    assert done(facts).result.error == "本次复查已达上限 2 篇（recheck_most），3 篇顺延到以后"
    assert done(facts).result.outcome is Outcome.UNCHANGED
