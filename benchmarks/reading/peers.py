"""The readers that are compared: ours and, where they are installed, the usual ones. Each takes bytes and gives a Reading."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from benchmarks.reading.score import Reading

Reader = Callable[[bytes, str | None], Reading]
PEERS = ("gne", "trafilatura", "newspaper4k", "readability-lxml", "htmldate")


def ours() -> Reader:
    """Townwatch's own reader; like every peer it is imported before the clock starts."""
    from crawler.readers import read_page

    def read(data: bytes, url: str | None) -> Reading:
        article = read_page(data, url=url)
        return Reading(article.title, article.published.day.isoformat() if article.published else None, article.body)

    return read


def installed() -> tuple[dict[str, Reader], list[str]]:
    """The readers that can run here by name, ours first, and the names of those that are absent."""
    readers: dict[str, Reader] = {"townwatch": ours()}
    absent = []
    for name, make in (("gne", _gne), ("trafilatura", _trafilatura), ("newspaper4k", _newspaper),
                       ("readability-lxml", _readability), ("htmldate", _htmldate)):  # fmt: skip
        try:
            readers[name] = make()
        except ImportError:
            absent.append(name)
    logging.disable(logging.ERROR)
    return readers, absent


def _text(data: bytes) -> str:
    """Bytes to text for peers that take text: UTF-8, else GB18030, so that none fails for its encoding alone."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _day(text: str | None) -> str | None:
    match = re.search(r"(\d{4})\D(\d{1,2})\D(\d{1,2})", text or "")
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else None


def _gne() -> Reader:
    from gne import GeneralNewsExtractor

    extractor = GeneralNewsExtractor()

    def read(data: bytes, url: str | None) -> Reading:
        found = extractor.extract(_text(data))
        return Reading(found["title"], _day(found["publish_time"]), found["content"])

    return read


def _trafilatura() -> Reader:
    import trafilatura

    def read(data: bytes, url: str | None) -> Reading:
        found = trafilatura.bare_extraction(_text(data), url=url, include_comments=False, with_metadata=True)
        return Reading(found.title, found.date, found.text) if found else Reading()

    return read


def _newspaper() -> Reader:
    import newspaper

    def read(data: bytes, url: str | None) -> Reading:
        article = newspaper.Article(url or "http://localhost/", language="zh", fetch_images=False)
        article.download(input_html=_text(data))
        article.parse()
        day = article.publish_date.date().isoformat() if article.publish_date else None
        return Reading(article.title, day, article.text)

    return read


def _readability() -> Reader:
    import readability
    from lxml import html

    def read(data: bytes, url: str | None) -> Reading:
        document = readability.Document(_text(data))
        body = "".join(html.fromstring(document.summary()).itertext())
        return Reading(document.short_title(), None, body)

    return read


def _htmldate() -> Reader:
    import htmldate

    def read(data: bytes, url: str | None) -> Reading:
        return Reading(None, htmldate.find_date(_text(data), url=url, extensive_search=True), None)

    return read

