"""``townwatch limits`` as it is typed: what is no text is refused, not read as characters."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from service.cli import app


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
