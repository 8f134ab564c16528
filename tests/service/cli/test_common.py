"""Logs go to the standard error of the moment."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
import structlog
from rich.console import Console

from service.cli.common import configure_logging, format_of, grid
from service.cli.digest import Format


def test_a_line_goes_to_the_standard_error_of_its_moment_not_to_one_that_is_closed(capsys: pytest.CaptureFixture[str]) -> None:
    """A caller that redirects standard error and closes its file must not break the lines that come after."""
    log = structlog.get_logger("townwatch")
    with io.StringIO() as redirected:
        with contextlib.redirect_stderr(redirected):
            configure_logging(verbose=False)
            log.info("within")
        assert "within" in redirected.getvalue()
    log.info("after")
    captured = capsys.readouterr()
    assert "after" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(("name", "form"), [
    ("月报.docx", Format.DOCX), ("a.XLSX", Format.XLSX), ("a.json", Format.JSON), ("a.pdf", Format.HTML), ("a", Format.HTML), (None, Format.HTML),
])
def test_a_file_is_what_its_name_says(name: str | None, form: Format) -> None:
    assert format_of(Path(name) if name else None, Format, Format.HTML) is form


def test_no_word_of_a_table_is_cut_off_on_a_narrow_terminal() -> None:
    out = io.StringIO()
    table = grid("编号", "事项", "说明")
    table.add_row("20261127-67100d712e", "财政专项资金管理和使用" * 3, "没有找到二〇二六年第三季度的信息" * 3)
    Console(file=out, width=60).print(table)
    told = out.getvalue()
    assert "…" not in told and "20261127-67100d712e" in told
    # Put together column by column, every character is there.
    cells = [[part.strip() for part in line.split("│")[1:-1]] for line in told.splitlines() if line.startswith("│")]
    assert ["".join(column) for column in zip(*cells, strict=True)][1:] == ["财政专项资金管理和使用" * 3, "没有找到二〇二六年第三季度的信息" * 3]
    assert max(len(line) + sum(ord(letter) > 0x2E7F for letter in line) for line in told.splitlines()) <= 60
