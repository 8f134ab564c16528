"""The example sites: pages of our own making after facts/government-sites.md, one folder for a platform. ``site.json`` says
which address answers which file; ``expected.json`` what must be read from them, and by which questions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from core.settings import Site, SourceSettings
from crawler.platforms import platform_of
from crawler.platforms.base import Answer, Ask, Failure, Platform, Row
from demo.serving import NOT_FOUND, Request, Response

FOLDER = Path(__file__).parent / "examples"
HOME = "https://www.example.gov.cn/"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


@dataclass
class ExampleSite:
    """One folder, answering from its files: to a platform directly, or to whoever asks a server for it."""

    name: str
    home: str = HOME
    data: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.data = json.loads((FOLDER / self.name / "site.json").read_text("utf-8"))

    @property
    def platform_id(self) -> str:
        return str(self.data["platform"])

    def sources(self) -> list[SourceSettings]:
        return [SourceSettings.model_validate(one | {"url": urljoin(self.home, one["url"])}) for one in self.data["sources"]]

    def platform(self) -> Platform:
        host = urlsplit(self.home).netloc
        return platform_of(Site(id=self.name, name=self.name, platform=self.platform_id, home=self.home, hosts=(host,)))

    def answer(self, ask: Ask) -> Answer:
        """What the site answers to a platform's question."""
        parts = urlsplit(ask.url)
        kept = self._kept(ask.method, parts.path + (f"?{parts.query}" if parts.query else ""), ask.body)
        assert kept is not None, question(ask)
        return Answer(url=ask.url.split("#")[0], status=200, headers={"content-type": kept[1]}, body=kept[0])

    def serve(self, request: Request) -> Response:
        """What it answers over HTTP."""
        kept = self._kept(request.method, request.target, request.body)
        return NOT_FOUND if kept is None else Response(body=kept[0], content_type=kept[1], conditional=True)

    def walk(self, source: SourceSettings, most: int = 12) -> tuple[list[str], list[Row], str]:
        """The questions that a list takes, its rows, and why it could not be read to its end."""
        platform, asked, rows = self.platform(), [], dict[str, Row]()
        (ask,) = platform.streams(source)
        for _ in range(most):
            asked.append(question(ask))
            got = platform.read_list(source, ask, self.answer(ask))
            if isinstance(got, Failure):
                return asked, list(rows.values()), got.reason
            fresh = [row for row in got.rows if row.key not in rows]
            rows |= {row.key: row for row in fresh}
            if got.next is None or (got.rows and not fresh):
                return asked, list(rows.values()), ""
            ask = got.next
        return asked, list(rows.values()), "没有尽头"

    def _kept(self, method: str, target: str, body: bytes) -> tuple[bytes, str] | None:
        known = self.data["answers"].get(" ".join(filter(None, [method, target, body.decode()])))
        return None if known is None else ((FOLDER / self.name / known["file"]).read_bytes(), known["type"])


def question(ask: Ask) -> str:
    """A question as ``site.json`` writes it."""
    parts = urlsplit(ask.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return " ".join(filter(None, [ask.method, target, ask.body.decode()]))
