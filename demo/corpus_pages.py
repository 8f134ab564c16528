"""Real saved pages of the shared corpus, served as their raw bytes with lists of them (``/corpus/list?page=N``)."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from demo.serving import HTML, NOT_FOUND, Request, Response

PAGE = 20


class CorpusPages:
    """Serves the files that ``pages/index.jsonl`` names, and nothing else of the folder."""

    def __init__(self, corpus: Path) -> None:
        self._folder = corpus / "pages"
        lines = (self._folder / "index.jsonl").read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines if line.strip()]
        self.files = {entry["file"]: entry for entry in entries if entry["file"].startswith("gov/")}

    def answer(self, request: Request) -> Response:
        """``/corpus/list`` or ``/corpus/<file>``."""
        name = request.path.removeprefix("/corpus/")
        if name == "list":
            return self._list(int(request.query["page"]) if request.query.get("page", "").isdigit() else 1)
        if name not in self.files:
            return NOT_FOUND
        # The charset is left to the page itself, as many servers do.
        return Response(body=(self._folder / name).read_bytes(), content_type="text/html", conditional=True)

    def _list(self, number: int) -> Response:
        names = list(self.files)
        rows = "".join(
            f'<li><a href="/corpus/{escape(name)}" title="{escape(self._title(name))}">{escape(self._title(name))}</a>'
            f"<span>{escape(str(self.files[name].get('published') or '')[:10])}</span></li>"
            for name in names[(number - 1) * PAGE : number * PAGE]
        )
        more = f'<a class="next" href="/corpus/list?page={number + 1}">下一页</a>' if number * PAGE < len(names) else ""
        head = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>文稿</title></head>'
        body = f'{head}<body><ul class="list">{rows}</ul>{more}</body></html>'
        return Response(body=body.encode(), content_type=HTML, conditional=True)

    def _title(self, name: str) -> str:
        return str(self.files[name].get("title") or name)
