"""The labelled pages of the corpus: what has been reached must not be lost. ``python -m benchmarks.reading`` shows more."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from crawler.readers import read_page
from crawler.readers.article import Article

pytestmark = pytest.mark.shared


def grams(text: str) -> Counter[str]:
    text = "".join(text.split())
    return Counter(text[i : i + 4] for i in range(max(len(text) - 3, 1)))


def f1(told: str, right: str) -> float:
    ours, theirs = grams(told), grams(right)
    both = (ours & theirs).total()
    return 2 * both / (ours.total() + theirs.total()) if both else 0.0


@pytest.fixture(scope="module")
def read(shared: Path) -> dict[str, list[tuple[dict[str, Any], Any]]]:
    """Every labelled page with what was read of it, by set."""
    found: dict[str, list[tuple[dict[str, Any], Any]]] = {}
    pages = shared / "data" / "pages"
    for line in (pages / "index.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        article = read_page((pages / label["file"]).read_bytes(), url=label.get("url"))
        found.setdefault(label["file"].split("/")[0], []).append((label, article))
    return found


@pytest.mark.parametrize(("name", "least"), [("gov", 1.0), ("mixed", 0.95), ("daniel", 0.97)])
def test_titles(read: dict[str, list[tuple[dict[str, Any], Any]]], name: str, least: float) -> None:
    told = [(article.title, label["title"]) for label, article in read[name] if label.get("title")]
    right = sum("".join((title or "").split()) == "".join(label.split()) for title, label in told)
    assert right / len(told) >= least


@pytest.mark.parametrize(("name", "wrong"), [("gov", 0), ("mixed", 1), ("handmade", 3)])
def test_dates(read: dict[str, list[tuple[dict[str, Any], Any]]], name: str, wrong: int) -> None:
    told = [(article.published, label["published"][:10]) for label, article in read[name] if label.get("published")]
    assert sum(moment is not None and moment.day.isoformat() != label for moment, label in told) <= wrong
    assert sum(moment is None for moment, _ in told) <= 1


@pytest.mark.parametrize(("name", "least"), [("mixed", 0.985), ("handmade", 0.96), ("daniel", 0.96)])
def test_bodies(read: dict[str, list[tuple[dict[str, Any], Any]]], name: str, least: float) -> None:
    scores = [f1(article.body, label["text"]) for label, article in read[name] if label.get("text")]
    assert sum(scores) / len(scores) >= least


EXPECTED = Path(__file__).parent / "expected" / "gov.json"


def test_every_government_page_reads_as_a_person_read_it(shared: Path) -> None:
    """Titles, dates, sources, numbers, columns and names of attachments, compared with each page by eye on 2026-11-24. The texts
    are others' and stand here as their length and hash."""
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    folder = shared / "data" / "pages"
    labels = [json.loads(line) for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    gov = {label["file"].removeprefix("gov/"): label for label in labels if label["file"].startswith("gov/")}
    assert sorted(gov) == sorted(expected)
    told = {name: as_expected(read_page((folder / label["file"]).read_bytes(), url=label.get("url"))) for name, label in gov.items()}
    assert {name: told[name] for name in expected if told[name] != expected[name]} == {}


def as_expected(article: Article) -> dict[str, Any]:
    text = "".join(article.body.split())
    return {
        "title": article.title, "published": article.published.iso() if article.published else None,
        "written": article.written.iso() if article.written else None, "source": article.source, "publisher": article.publisher,
        "index_no": article.index_no, "doc_no": article.doc_no, "column_name": article.column_name, "reader": article.reader,
        "attachments": [attachment.name for attachment in article.attachments], "paragraphs": len(article.body.splitlines()),
        "characters": len(text), "sha256": sha256(text.encode()).hexdigest()[:16],
    }
