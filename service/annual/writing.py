"""The yearly report as a file of each kind."""

from __future__ import annotations

import json

from service.annual.document import annual_docx
from service.annual.shapes import as_xlsx, year_json
from service.annual.yearly import Year

MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "json": "application/json",
}


def written(found: Year, kind: str) -> bytes:
    """The report as docx, xlsx or JSON."""
    if kind == "docx":
        wrong = len(found.failures)
        return annual_docx(found.report, f"（草稿：有{wrong}处核对不通过，不得作为正式报告使用）" if wrong else "")
    return as_xlsx(found) if kind == "xlsx" else (json.dumps(year_json(found), ensure_ascii=False, indent=2) + "\n").encode()
