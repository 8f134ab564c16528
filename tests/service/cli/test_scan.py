"""``townwatch scan``: what may not be published is found, what only looks like it is not, and no number is told in full."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import pytest

from core.nouns import Severity
from monitor.scanned import Flaw
from service.before_publishing import Checked
from service.cli.scan import _show

TOWNWATCH = str(Path(sys.executable).parent / "townwatch")


def scan(path: Path) -> tuple[int, list[dict[str, Any]], str]:
    result = subprocess.run([TOWNWATCH, "scan", str(path), "--json"], capture_output=True, text=True, check=False, timeout=60)
    return result.returncode, [json.loads(line) for line in result.stdout.splitlines()], result.stdout + result.stderr


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("身份证号11010519491231002X", {"id_number"}),
        ("身份证号341525199003070018", {"id_number"}),
        ("身份证号342427197006051022", {"id_number"}),
        ("索引号：113708280043326001/2024-02411", set()),  # an organisation's code stands in index numbers
        ("统一社会信用代码11441700007280420Y", set()),
        ("身份证号341525199013070018", set()),  # no thirteenth month
        ("身份证号35*************123", set()),
        ("王某手机13912345678", {"mobile"}),
        ("办公电话0564-5123456", set()),  # an office number is meant to be public
        ("卡号6228480402564890018", {"bank_account"}),
        ("开展扫黑险恶专项斗争", {"wording"}),
        ("开展扫黑除恶专项斗争", set()),
        ("会议于2月30日召开", {"date"}),
    ],
)
def test_what_is_found_and_what_is_not(tmp_path: Path, text: str, kinds: set[str]) -> None:
    path = tmp_path / "page.txt"
    path.write_text(text + "\n", encoding="utf-8")
    status, [line], _ = scan(path)
    assert status == 0
    assert {finding["kind"] for finding in line["findings"]} == kinds


def test_a_table_of_a_docx_and_no_full_number_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "名单.docx"
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip((*table.rows[0].cells, *table.rows[1].cells), ("姓名", "身份证号", "张某", "341525199003070018"), strict=True):
        cell.text = text
    document.save(str(path))
    _, [line], said = scan(path)
    [finding] = [finding for finding in line["findings"] if finding["kind"] == "id_number"]
    assert set(finding) == {"rule_id", "kind", "severity", "where", "evidence", "advice"}
    assert "341525199003070018" not in said


def test_what_cannot_be_read_is_not_called_clean(tmp_path: Path) -> None:
    path = tmp_path / "broken.docx"
    path.write_bytes(b"PK\x03\x04 not a document")
    status, [line], _ = scan(path)
    assert status == 1
    assert line.get("error")


def test_on_a_terminal_each_file_has_its_verdict_and_a_column_is_one_place(capsys: pytest.CaptureFixture[str]) -> None:
    advice = "公开了个人手机号码，请删除或遮盖中间4位（138****1234）。"
    flaws = [Flaw(rule_id="privacy.mobile", kind="mobile", severity=Severity.ERROR, where=f"名单!C{row}", evidence="138****0000", advice=advice)
             for row in range(2, 42)]
    _show(Checked(name="名单.xlsx", flaws=tuple(flaws)))
    _show(Checked(name="坏[1].docx", error="文件损坏"))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "名单.xlsx  不得发布：有40处须改正。", "  错误 名单!C2—C41：138****0000等40处", f"    {advice}",
        "坏[1].docx  没有检查，不能当作通过：文件损坏。",
    ]
