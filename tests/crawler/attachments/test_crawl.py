"""A crawl whose site serves hostile attachments: each gets its reason, the rest is read, the run ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from sqlalchemy import select

from core.nouns import Attachment, Outcome
from crawler.platforms.base import Answer, Ask, Failure, Row
from crawler.spider import TownwatchSpider
from crawler.steps import Errand
from demo import portal
from store import tables
from tests.crawler.attachments.making import PICTURE, pdf, sheet_xml, swollen, word_97, zipped

HOSTILE = [
    (sheet_xml('<row><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>1</v></c></row>'), "读取时占用内存过多，已放弃"),
    (swollen("word/document.xml", b" " * (1 << 20), 70, {}), "解压后其中一个文件超过 64 MB，已放弃"),
    (pdf(PICTURE), "PDF 是扫描件（1 页都是图片），没有可读文字"),
    (b"Rar!\x1a\x07\x01\0", "压缩包格式不支持（RAR），请改用 ZIP"),
]
WHOLESOME = zipped({"通知.doc": word_97("张某，电话13912345678"), "图.png": b"\x89PNG\r\n"})


def test_a_site_full_of_them(watch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[str] = []

    def make(name: str, lines: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
        served.append(name)
        return HOSTILE[len(served) - 1][0] if len(served) <= len(HOSTILE) else WHOLESOME

    monkeypatch.setattr(portal, "make", make)
    monkeypatch.setattr(portal, "spoiled", lambda body, fault: body)
    results = watch.crawl()
    assert len(served) > len(HOSTILE)
    assert {result.outcome for source, result in results.items() if source.startswith("gk")} <= {Outcome.NEW, Outcome.EMPTY}
    with watch.engine.connect() as connection:
        kept = [file for (detail,) in connection.execute(select(tables.records.c.detail)) for file in detail["attachments"]]
    reasons = sorted(file["reason"] for file in kept if file["state"] == "cannot_judge")
    assert reasons == sorted(reason for _, reason in HOSTILE)
    read = [file for file in kept if file["state"] == "read"]
    assert {file["text"] for file in read} == {"通知.doc\n张某，电话139****5678"}
    assert {file["reason"] for file in read} == {"内《图.png》：图片，其中的文字不能读取，请人工核对"}


class Listening(TownwatchSpider):
    """The spider, keeping what it would hand to its walks."""

    def __init__(self) -> None:
        self.taken: list[Answer | Failure] = []

    def _take(self, errand: Errand, got: Answer | Failure) -> Iterator[Request]:
        self.taken.append(got)
        return iter(())


@pytest.mark.parametrize("role", ["attachment", "item"])
def test_other_hosts_are_asked_while_one_file_is_read(role: Any) -> None:
    """An attachment, or a file that a list links to."""
    slow = b"{\\rtf1 " + b"\\b\\i0 " * 400_000 + b"x}"
    file = Attachment(url="http://a.gov.cn/a.rtf", name="a.rtf")
    spider, errand = Listening(), Errand("s", Ask(url=file.url), role, False, Row(key="a", url=file.url, title="甲"))
    errand = errand if role == "item" else replace(errand, attachment=file)

    async def ticks_meanwhile() -> int:
        async def read() -> None:
            answered = spider.item_answered(Response(file.url, body=slow, request=Request(file.url)), errand)
            assert isinstance(answered, AsyncIterator), "read at once, in the way of everything else"
            async for _ in answered:
                raise AssertionError
        reading, ticks = asyncio.create_task(read()), 0
        while not reading.done():
            await asyncio.sleep(0.01)
            ticks += 1
        await reading
        return ticks

    assert asyncio.run(ticks_meanwhile()) > 10, "nothing else could be done meanwhile"
    (answer,) = spider.taken
    assert isinstance(answer, Answer) and answer.read is not None
    assert answer.read.text == "x"
