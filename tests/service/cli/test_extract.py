"""``townwatch extract`` as others call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

TOWNWATCH = str(Path(sys.executable).parent / "townwatch")
KEYS = {
    "file", "url", "title", "published_at", "source", "publisher", "index_no", "doc_no", "body", "attachments", "meta", "reader",
}
PAGE = (
    '<html><head><meta charset="utf-8"><meta name="ArticleTitle" content="关于防汛的通知">'
    '<meta name="PubDate" content="{date}"></head><body><div id="zoom"><p>请各村做好防汛工作。</p></div></body></html>'
)


def extract(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    result = subprocess.run([TOWNWATCH, "extract", *arguments], capture_output=True, text=True, check=False, timeout=60)
    return result.returncode, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_a_page_is_a_line_of_the_contract(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(PAGE.format(date="2026-03-04 10:20"), encoding="utf-8")
    status, [line], _ = extract(str(page), "--url", "https://www.example.gov.cn/a.html")
    assert status == 0
    assert line.keys() == KEYS
    assert (line["title"], line["published_at"]) == ("关于防汛的通知", "2026-03-04T10:20:00+08:00")
    assert line["publisher"] is None


def test_a_list_goes_on_past_a_page_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "b.html").write_text(PAGE.format(date="2026-03-04"), encoding="utf-8")
    rows = [{"file": "pages/none.html"}, {"file": "pages/b.html", "url": "https://www.example.gov.cn/b.html"}]
    index = tmp_path / "index.jsonl"
    index.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    status, [missing, found], said = extract("--list", str(index))
    assert status == 1
    assert "none.html" in said
    assert (missing["file"], missing["title"], missing["body"]) == ("pages/none.html", None, None)
    assert (found["file"], found["published_at"]) == ("pages/b.html", "2026-03-04")


def test_neither_pages_nor_a_list_is_a_usage_error() -> None:
    assert extract()[0] == 2


def test_what_is_doubtful_is_said_beside_the_contract_and_a_line_that_is_no_json_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "noise.html").write_bytes(bytes(range(128, 256)) * 20)
    (tmp_path / "two.html").write_text(PAGE.format(date="2026-03-04").replace("<body>", "<body><h1>关于抗旱的通知</h1>"), encoding="utf-8")
    status, lines, said = extract(str(tmp_path / "noise.html"), str(tmp_path / "two.html"))
    assert (status, [line.keys() for line in lines]) == (0, [KEYS, KEYS])
    assert "noise.html" in said and "编码：" in said, "bytes of no encoding are called doubtful"
    assert "two.html" in said and "关于抗旱的通知" in said, "so is a page whose tag and headline disagree"
    index = tmp_path / "index.jsonl"
    index.write_text('{"file": "two.html"}\nnot json\n', encoding="utf-8")
    assert extract("--list", str(index))[::2] == (2, f"清单无法读取：{index}：第 2 行不是 JSON（Expecting value）\n")
