"""Every platform on its example site: the questions it asks, the rows it reads, the articles behind them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.nouns import Record
from crawler.platforms import PLATFORMS
from crawler.platforms.base import Row
from tests.crawler.example_sites import FOLDER, HOME, NAMES, ExampleSite


def read(name: str) -> dict[str, Any]:
    """All that is read from an example site, as ``expected.json`` has it."""
    site = ExampleSite(name)
    lists = {}
    for source in site.sources():
        asked, rows, reason = site.walk(source)
        shown = [[row.title, row.url.removeprefix(HOME), row.published.iso() if row.published else None] for row in rows]
        lists[source.id] = {"asked": asked, "rows": shown, "reason": reason}
    return {"lists": lists, "items": {item: article(site, item) for item in site.data["items"]}}


def article(site: ExampleSite, item: str) -> dict[str, Any]:
    platform, source = site.platform(), site.sources()[0]
    row = Row(key=item, url=HOME + item.removeprefix("/"), title="行")
    record = platform.read_item(source, row, site.answer(platform.ask_item(source, row)))
    assert isinstance(record, Record)
    return {
        "title": record.title, "published": record.published and record.published.iso(), "source": record.content_source,
        "publisher": record.publisher, "index_no": record.index_no, "doc_no": record.doc_no,
        "written": record.written and record.written.iso(), "body": record.body.split("\n"),
        "attachments": [[file.name, file.url.removeprefix(HOME)] for file in record.attachments],
    }


@pytest.mark.parametrize("name", NAMES)
def test_an_example_site_is_read_as_expected(name: str) -> None:
    assert read(name) == json.loads((FOLDER / name / "expected.json").read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_every_saved_answer_is_asked_for(name: str) -> None:
    site = ExampleSite(name)
    asked = {ask for one in read(name)["lists"].values() for ask in one["asked"]} | {f"GET {item}" for item in site.data["items"]}
    # Home and hub pages are for whoever looks at the site for the first time.
    assert {ask for ask, kept in site.data["answers"].items() if kept["file"] not in ("home.html", "hub.html")} - asked == set()


def test_every_platform_of_sites_has_an_example() -> None:
    assert {ExampleSite(name).platform_id for name in NAMES} == PLATFORMS.keys() - {"liuyan"}  # which has demo/board.py
