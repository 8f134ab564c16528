"""Files before they are published (发布前检查): as ``townwatch scan`` answers, and nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from litestar.exceptions import ValidationException
from litestar.params import QueryParameter

from core.nouns import Severity
from monitor.scanned import ScanKind
from service.web.api.route import NAME, found, post
from service.web.inject import Bench, Files, Who
from service.web.pages.scan import looked_at
from service.web.rendering import AnyRequest
from service.web.security.rights import Permission
from service.web.uploads import LARGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFindingShape:
    """One thing found; ``evidence`` is masked."""

    rule_id: str
    kind: ScanKind
    severity: Severity
    where: str
    evidence: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanShape:
    """One file. ``error`` says why it could not be read; then ``verdict`` is ``unread``."""

    file: str
    findings: list[ScanFindingShape]
    error: str | None
    verdict: Literal["may", "confirm", "mend", "must_not", "unread"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScansShape:
    """Each file that was handed over, in its order."""

    files: list[ScanShape]


@post("/scan", may=Permission.READ, upload=True, request_max_body_size=LARGEST)
def scan_files(
    request: AnyRequest, bench: Bench, visitor: Who, files: Files,
    town: Annotated[str | None, QueryParameter(required=False, max_length=100, pattern=NAME, description="按哪个乡镇的词典")] = None,
) -> ScansShape:
    """检查要发布的文件（multipart/form-data，每个文件一段），内容不保存。"""
    theirs = [each for each in bench.service.towns if visitor.may(Permission.READ, each)]
    chosen = found((town if town in theirs else None) if town else next(iter(theirs), None))
    if not files.files:
        raise ValidationException(extra=[{"key": "file", "message": "没有文件"}])
    checked = looked_at(request, bench, visitor, chosen, files)
    return ScansShape(files=[
        ScanShape(
            file=each.name, findings=[ScanFindingShape(**flaw.data()) for flaw in each.flaws], error=each.error, verdict=each.verdict,  # type: ignore[arg-type]
        )
        for each in checked
    ])


HANDLERS = [scan_files]
