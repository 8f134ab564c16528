"""Mentions: every way of writing found, look-alikes left out, offsets those of the written field."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.nouns import Attachment, Record, Reply
from core.settings import Settings, Subject, Term
from monitor.matching import Matcher


@pytest.fixture
def matcher(settings: Settings) -> Matcher:
    return Matcher(settings.town.subjects)


FOUND = [
    # text, (subject, written, confidence)...
    ("清溪镇人民政府", [("清溪镇", "清溪镇", "certain")]),
    ("清溪鎮(zhèn)人民政府", [("清溪镇", "清溪鎮", "certain")]),
    ("清 溪\n镇", [("清溪镇", "清 溪\n镇", "certain")]),
    ("清溪中学", [("清溪镇", "清溪", "possible")]),
    # a near word anywhere in the text makes a possible term certain
    ("清溪中学（云山县）", [("清溪镇", "清溪", "certain"), ("云山县", "云山县", "certain")]),
    # the longest term of one subject wins; another subject keeps its own hit
    ("云山县清溪镇石桥村", [("云山县", "云山县", "certain"), ("清溪镇", "清溪镇", "certain"),
                          ("石桥村", "石桥村", "certain")]),
    ("六安市", [("六安市", "六安市", "certain")]),
    ("清溪镇清溪镇", [("清溪镇", "清溪镇", "certain")] * 2),
    # look-alikes: inside a longer word, or beside a word
    ("每周六安排值班", []),
    ("礼拜六 安\n排值班", []),
    ("云山路12号", []),
    ("云 山 路 12 号", []),
    ("云山路边的云山中学", [("云山县", "云山", "possible")]),
    ("周六安、六安", [("六安市", "六安", "certain")]),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_what_is_found(matcher: Matcher, text: str, expected: list[tuple[str, str, str]]) -> None:
    mentions = matcher.find(text, "body")
    assert [(mention.subject, mention.text, mention.confidence) for mention in mentions] == expected
    assert [text[mention.start:mention.end] for mention in mentions] == [mention.text for mention in mentions]
    assert {mention.field for mention in mentions} <= {"body"}


def test_all_fields_of_a_record_are_searched(matcher: Matcher, record: Callable[..., Record]) -> None:
    found = matcher.record(record(
        title="清溪镇", body="清溪镇",
        replies=(Reply(office="无", body="无"), Reply(office="清溪镇", body="请找清溪镇")),
        attachments=(Attachment(url="u", name="清溪镇.pdf", text="附件：清溪镇名单"),),
    ))
    assert [(mention.field, mention.start) for mention in found] == [
        ("title", 0), ("body", 0), ("reply:1", 2), ("attachment:0", 3),
    ]


@pytest.mark.parametrize(("changes", "confidence"), [
    ({"title": "石桥村修路", "body": "何时动工"}, "possible"),
    ({"title": "石桥村修路", "body": "我是云山县人"}, "certain"),                     # the body speaks for the title
    ({"title": "石桥村修路", "body": "", "thread": {"forum": "云山县委书记"}}, "certain"),  # and so does the board
])
def test_title_body_and_board_are_one_context(
    matcher: Matcher, record: Callable[..., Record], changes: dict[str, object], confidence: str
) -> None:
    mention = next(m for m in matcher.record(record(**changes)) if m.subject == "石桥村")
    assert (mention.field, mention.confidence) == ("title", confidence)


def test_the_surer_of_two_equal_terms_wins() -> None:
    terms = (Term(text="清溪鎮", confidence="possible"), Term(text="清溪镇"))
    mention, = Matcher([Subject(name="清溪镇", term=terms)]).find("清溪镇", "body")
    assert (mention.term, mention.confidence) == ("清溪镇", "certain")


@given(st.text(st.sampled_from("清溪镇鎮云山县路六安周排 \n(zhèn)…"), max_size=40))
def test_mentions_of_one_subject_never_overlap_and_are_as_written(text: str) -> None:
    subject = Subject(name="清溪镇", term=(Term(text="清溪镇"), Term(text="清溪"), Term(text="溪镇云")))
    mentions = Matcher([subject]).find(text, "body")
    assert all(text[m.start:m.end] == m.text for m in mentions)
    assert all(a.end <= b.start for a, b in pairwise(mentions))


# The real town, and the look-alikes that its names have.
REAL = (
    Subject(name="漫水河镇", term=(
        Term(text="漫水河镇"), Term(text="漫水河", confidence="possible", near=("霍山", "六安市")),
    )),
    Subject(name="霍山县", kind="county", term=(Term(text="霍山县"), Term(text="霍山", unless=("霍山路",)))),
    Subject(name="六安市", kind="county", term=(Term(text="六安市"), Term(text="六安", unless=("周六安排",)))),
)


@pytest.mark.shared
def test_the_town_is_found_in_its_founding_document(shared: Path) -> None:
    """Mangled by a mirror: traditional characters, each with its pinyin."""
    text = (shared / "data/founding-document.txt").read_text(encoding="utf-8")
    found = [m for m in Matcher(REAL).find(text, "body") if m.subject == "漫水河镇"]
    assert [mention.text for mention in found] == ["漫水河鎮"] * text.count("漫水河鎮(zhèn)")
    assert len(found) == 4
    assert {mention.confidence for mention in found} == {"certain"}


@pytest.mark.shared
def test_no_false_hit_on_real_messages(shared: Path) -> None:
    """All 5,242 messages, looked at by hand: one names 六安, none 霍山; 霍山路 and 周六安排 are look-alikes."""
    folder = shared / "data/liuyan"
    with (folder / "messages_2013_2019.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = ["\n".join((row["标题"], row["内容"], row["回复内容"])) for row in csv.DictReader(file)]
    with (folder / "messages_2020_2026.jsonl").open(encoding="utf-8") as file:
        texts += [f"{row['title']}\n{row['content']}" for row in map(json.loads, file)]
    sample = json.loads((folder / "LLMB_v2_search_sample.json").read_text(encoding="utf-8"))
    texts += [re.sub(r"</?label[^>]*>", "", f"{row['subject']}\n{row['content']}") for row in sample]
    whole = "\n".join(texts)
    assert whole.count("霍山路") == 3
    assert whole.count("周六安排") == 2
    matcher = Matcher(REAL)
    hits = [text[m.start - 2:m.end + 3] for text in texts for m in matcher.find(text, "body")]
    assert hits == ["安徽六安舒城县"]
