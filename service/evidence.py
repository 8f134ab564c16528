"""What proves a case: the pages as they were served, their hashes and times, and a plain statement, in one zip."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.clock import Moment, local_text
from core.nouns import Case, StoredRecord, Version
from core.text import mask_address
from core.words import CASES
from crawler.archive import Archived, EvidenceError, read_evidence
from crawler.evidence import Verification
from monitor import steps
from store import cases, records
from store.database import Connection
from store.seals import Seal, list_seals

# A zip of the same evidence is the same file: no clock of the machine in it.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Kept:
    """A version of a record and the answer that was archived of it, or why that cannot be shown."""

    version: Version
    archived: Archived | None
    problem: str = ""


def kept_versions(connection: Connection, root: Path, record_id: int) -> list[Kept]:
    """Every version of a record with its archived answer, oldest first."""
    return [_kept(root, version) for version in records.versions_of(connection, record_id)]


def export_case(
    connection: Connection, root: Path, case_id: int, *, town: str, at: datetime, verification: Verification
) -> bytes:
    """One zip of a case; KeyError where there is none. Whatever cannot be shown is said in its statement."""
    case = cases.get(connection, case_id)
    if case is None:
        raise KeyError(case_id)
    stored = records.get(connection, case.record_id)
    kept = kept_versions(connection, root, case.record_id)
    runs = {one.version.run for one in kept}
    seals = [seal for seal in list_seals(connection) if seal.run in runs]
    files = dict(_pages(kept))
    files["清单.json"] = json.dumps(_manifest(case, stored, kept, seals, files), ensure_ascii=False, indent=2).encode()
    files["说明.txt"] = _statement(case, stored, kept, town, at, verification).encode("utf-8-sig")
    files["校验值.txt"] = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())).encode()
    return _zip(files)


def _kept(root: Path, version: Version) -> Kept:
    if version.evidence is None:
        return Kept(version, None, "这一版本没有存档")
    try:
        return Kept(version, read_evidence(root, version.evidence))
    except EvidenceError as error:
        return Kept(version, None, str(error))


def _pages(kept: list[Kept]) -> Iterator[tuple[str, bytes]]:
    for number, one in enumerate(kept, start=1):
        yield f"版本{number}/正文.txt", f"{one.version.record.title}\n\n{one.version.record.body}\n".encode("utf-8-sig")
        if one.archived:
            yield f"版本{number}/网页{_suffix(one.archived)}", one.archived.payload
            head = [f"{one.archived.status}", *(f"{name}: {value}" for name, value in one.archived.headers)]
            yield f"版本{number}/应答头.txt", "\n".join(head).encode()


def _suffix(archived: Archived) -> str:
    """As it was served: a compressed answer stays compressed, so that its hash can be checked."""
    headers = {name.lower(): value.lower() for name, value in archived.headers}
    kind = ".json" if "json" in headers.get("content-type", "") else ".html"
    return kind + {"gzip": ".gz", "br": ".br", "deflate": ".zz", "zstd": ".zst"}.get(headers.get("content-encoding", ""), "")


def _manifest(
    case: Case, stored: StoredRecord, kept: list[Kept], seals: list[Seal], files: dict[str, bytes]
) -> dict[str, Any]:
    return {
        "case": {"id": case.id, "title": case.title, "url": mask_address(case.url), "registered_at": _iso(case.registered_at)},
        "record": {"id": stored.id, "site": stored.record.site, "key": stored.record.key, "sources": list(stored.sources)},
        "versions": [
            {
                "number": number, "seen_at": _iso(one.version.seen_at), "run": one.version.run,
                "content_hash": one.version.content_hash, "previous_hash": one.version.previous_hash,
                "warc_file": one.version.evidence.warc_file if one.version.evidence else None,
                "warc_offset": one.version.evidence.warc_offset if one.version.evidence else None,
                "payload_sha256": one.version.evidence.sha256 if one.version.evidence else None, "problem": one.problem,
            }
            for number, one in enumerate(kept, start=1)
        ],
        "seals": [seal.data() for seal in seals],
        "files": {name: {"bytes": len(data), "sha256": sha256(data).hexdigest()} for name, data in sorted(files.items())},
    }


def _statement(
    case: Case, stored: StoredRecord, kept: list[Kept], town: str, at: datetime, verification: Verification
) -> str:
    lines = [
        f"{town}舆情第{case.id}号取证说明", "", f"标题：{case.title}", f"网址：{mask_address(case.url)}",
        f"登记时间：{local_text(case.registered_at)}　现状：{CASES[case.state]}", "",
        f"一、本记录共保存 {len(kept)} 个版本（以下均为北京时间）：",
    ]
    for number, one in enumerate(kept, start=1):
        served = one.problem
        if one.archived and one.version.evidence:
            served = f"网页原文见“版本{number}”目录，SHA-256 为 {one.version.evidence.sha256}"
        lines.append(f"　　{number}. {local_text(one.version.seen_at)} 看到；{served}。")
    if stored.removed_at:
        lines.append(f"　　{local_text(stored.removed_at)} 起原网址已不能看到该内容。")
    lines += ["", "二、办理经过："]
    lines += [f"　　{local_text(s.at)} {s.who} {steps.NAMES.get(s.action, s.action)} {s.note}".rstrip() for s in case.steps]
    lines += ["", "三、完整性核验：", f"　　{_verdict(verification)}", "", "四、核对方法：",
              "　　用任何 SHA-256 工具计算各文件的校验值，与“校验值.txt”对照；网页原文的校验值应与“清单.json”中的 payload_sha256 相同。",
              "", f"导出时间：{local_text(at)}", ""]
    return "\r\n".join(lines)


def _verdict(verification: Verification) -> str:
    if not verification.breaks:
        looked = f"全部 {verification.seals} 次封存、{verification.versions} 个版本和 {verification.files} 个存档文件"
        return f"导出时核验了{looked}，均与封存时一致。"
    found = "；".join(f"{one.where}：{one.problem}" for one in verification.breaks[:5])
    return f"注意：导出时核验发现 {len(verification.breaks)} 处不一致：{found}。"


def _iso(at: datetime) -> str:
    return Moment(at).iso()


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
