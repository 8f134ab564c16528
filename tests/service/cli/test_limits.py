"""``townwatch limits`` as it is typed: what is no text is refused, not read as characters."""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import get_args

import openpyxl
import pytest
from typer.testing import CliRunner

from monitor import limit_words
from monitor.limits import parse
from service.cli import app, limits


@pytest.mark.parametrize("data", [
    "20个工作日内\n\n".encode(), "20个工作日内".encode("gb18030"), codecs.BOM_UTF16_LE + "20个工作日内\n".encode("utf-16-le"),
])
def test_a_text_in_any_encoding_is_read(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    told = CliRunner().invoke(app, ["limits", str(tmp_path / "a.txt")])
    assert told.exit_code == 0 and json.loads(told.stdout)["rules"][0]["n"] == 20


@pytest.mark.parametrize("data", [None, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7", b"20\0\0"])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes | None) -> None:
    file = tmp_path / "a.xlsx"
    if data is None:
        openpyxl.Workbook().save(file)
    else:
        file.write_bytes(data)
    told = CliRunner().invoke(app, ["limits", str(file)])
    assert told.exit_code == 2 and told.stdout == "" and "不是文本文件" in told.stderr


def test_no_code_is_shown_to_people() -> None:
    assert limits._TRIGGERS.keys() == {name for name, _ in limit_words.TRIGGERS}
    assert limits._KINDS.keys() | {"within"} == set(get_args(limit_words.LimitKind))


@pytest.mark.parametrize(("raw", "told"), [
    ("自信息形成或者变更之日起20个工作日内", "自信息形成或变更之日起20个工作日内"), ("每季度", "定期：每季度"), ("每两年公开一次", "定期：每2年1次"),
    ("公示5个工作日", "公示不少于5个工作日"), ("提前3天", "提前3日"), ("长期公开，动态调整", "长期公开；随时"), ("另行通知", "读不懂，请人工核对"),
    ("收到批准文件后15个工作日；从其规定", "自收到批准文件之日起15个工作日内；从其规定"),
])
def test_a_limit_is_told_in_words(raw: str, told: str) -> None:
    assert "；".join(map(limits._said, parse(raw))) == told
