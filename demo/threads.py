"""Messages of the leader message board: our own (content/board.toml) and, where a corpus is given, its real ones."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zlib import crc32

from core.clock import SHANGHAI

# facts/message-board.md section 1a: tabs 5, 2 and 1; the ids of the other types are not public and stand in no tab.
TYPE_IDS = {
    "建言": 5,
    "投诉/求助": 2,
    "投诉": 2,
    "求助": 2,
    "咨询": 1,
    "感谢": 3,
    "两会": 101,
    "群众路线": 102,
    "国美活动": 103,
}
DOMAIN_IDS = {
    "治安": 1,
    "政务": 2,
    "企业": 4,
    "旅游": 5,
    "交通": 6,
    "城建": 7,
    "三农": 9,
    "文娱": 10,
    "就业": 11,
    "医疗": 12,
    "环保": 13,
    "教育": 14,
    "其他": 16,
    "金融": 20,
}
STATES = ("待回复", "办理中", "已办理")

# One national counter that grows with time: 24.42M on 2026-01-01, about 5,600 a day (facts section 3).
COUNTER_START, COUNTER_DAY, COUNTER_A_DAY = 24_420_000, date(2026, 1, 1), 5600
FIRST_CORPUS_TID, CORPUS_STEP = 1_000_000, 1800  # 3,834 messages stay below 8.16M, the counter of 2020-08
SYNTHETIC_FID = 900_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An official reply."""

    office: str
    content: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A message. Times are unix seconds. ``checked``: when it was made public, perhaps days after it was written."""

    tid: int
    fid: int
    forum: str
    path: str
    subject: str
    content: str
    type_name: str
    domain: str
    state: str
    created: int
    checked: int
    nick: str
    replies: tuple[Answer, ...] = ()
    rating: str = ""
    place: str | None = None
    mark: str = ""

    @property
    def type_id(self) -> int:
        """The number of the tab in which it stands."""
        return TYPE_IDS.get(self.type_name, 199)


def own_threads(today: date) -> list[Thread]:
    """The board of our own writing, dated back from one day."""
    data = tomllib.loads((files("demo") / "content" / "board.toml").read_text(encoding="utf-8"))
    forums = {int(fid): forum for fid, forum in data["forums"].items()}
    return [_own(number, spec, forums[spec["fid"]], today) for number, spec in enumerate(data["thread"])]


def own_boards() -> dict[int, str]:
    """Fid -> forum name of the boards of our own."""
    data = tomllib.loads((files("demo") / "content" / "board.toml").read_text(encoding="utf-8"))
    return {int(fid): forum["name"] for fid, forum in data["forums"].items()}


def _own(number: int, spec: Mapping[str, Any], forum: Mapping[str, str], today: date) -> Thread:
    written = today - timedelta(days=spec["ago"])
    hour, minute = 7 + crc32(spec["subject"].encode()) % 15, number * 7 % 60
    created = _unix(written, hour, minute)
    tid = COUNTER_START + (written - COUNTER_DAY).days * COUNTER_A_DAY + hour * 200 + number
    replies = tuple(
        Answer(
            office=reply["office"],
            content=reply["content"].strip(),
            at=_unix(written + timedelta(days=reply["after"]), 16, minute),
        )
        for reply in spec.get("reply", ())
    )
    return Thread(
        tid=tid,
        fid=spec["fid"],
        forum=forum["name"],
        path=forum["path"],
        subject=spec["subject"],
        content=spec["content"].strip(),
        type_name=spec.get("type", "投诉/求助"),
        domain=spec.get("domain", "其他"),
        state=spec.get("state", "已办理" if replies else "待回复"),
        created=created,
        checked=created + spec.get("approved_after", 1) * 86_400,
        nick=spec.get("nick", "匿名网友"),
        replies=replies,
        rating=spec.get("rating", ""),
        place=spec.get("place"),
        mark=spec.get("mark", ""),
    )


# The corpus -----------------------------------------------------------------------------------------------------------


def corpus_threads(corpus: Path) -> list[Thread]:
    """Every message of ``liuyan/messages_2013_2019.csv`` and ``messages_2020_2026.jsonl``."""
    return [*_csv_threads(corpus), *_jsonl_threads(corpus)]


def corpus_boards(corpus: Path) -> dict[int, str]:
    """Fid -> forum name of every board of the corpus."""
    return {thread.fid: thread.forum for thread in corpus_threads(corpus)}


def _csv_threads(corpus: Path) -> Iterator[Thread]:
    with (corpus / "liuyan" / "messages_2013_2019.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    times = [_unix_of(row["时间"], "%Y-%m-%d%H:%M") for row in rows]
    for rank, number in enumerate(sorted(range(len(rows)), key=lambda n: (times[n], n))):
        yield _csv_thread(FIRST_CORPUS_TID + rank * CORPUS_STEP, rows[number], times[number])


def _csv_thread(tid: int, row: Mapping[str, str], created: int) -> Thread:
    domain, _, type_name = row["领域"].partition(" ")
    # In some rows the scraper put an office where the state belongs: somebody has it, no answer was kept.
    state = row["状态"] if row["状态"] in STATES else "办理中"
    replies: tuple[Answer, ...] = ()
    if row["回复内容"]:
        reply_time = row["回复时间"].removeprefix("回复时间：")
        at = _unix_of(reply_time, "%Y-%m-%d %H:%M") if row["_reply_time_valid"] == "1" else created + 30 * 86_400
        replies = (Answer(office=row["回复单位"], content=row["回复内容"], at=at),)
    return Thread(
        tid=tid,
        fid=int(row["_fid"]),
        forum=row["_留言板"],
        path=row["_省份"] + row["_地市"] + row["_留言板"],
        subject=row["标题"],
        content=row["内容"],
        type_name=type_name,
        domain=domain,
        state=state,
        created=created,
        checked=created + 86_400,
        nick=row["用户名"],
        replies=replies,
    )


def _jsonl_threads(corpus: Path) -> Iterator[Thread]:
    lines = (corpus / "liuyan" / "messages_2020_2026.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    fids = _fids_2019(corpus) | {_board(row["forum"]): row["fid"] for row in rows if row.get("fid")}
    for row in rows:
        fid = (
            row.get("fid")
            or fids.get(_board(row["forum"]))
            or SYNTHETIC_FID + crc32(_board(row["forum"]).encode()) % 90_000
        )
        created = _unix(date.fromisoformat(row["date"]), 9, row["tid"] % 60)
        yield Thread(
            tid=row["tid"],
            fid=fid,
            forum=row["forum"],
            path=f"浙江省{row['forum']}",
            subject=row["title"],
            # Rows whose type the scrape did not keep are taken for the commonest.
            content=row["content"],
            type_name=row.get("type") or "投诉/求助",
            domain=row.get("domain", "其他"),
            state=row["status"] if row["status"] in STATES else "待回复",
            created=created,
            checked=created + 86_400,
            nick=row.get("nick", "匿名网友"),
        )


def _fids_2019(corpus: Path) -> dict[str, int]:
    with (corpus / "liuyan" / "fid_table_2019.csv").open(encoding="utf-8-sig", newline="") as file:
        return {
            _board(row["leader_board_name_2019-11"]): int(row["fid"])
            for row in csv.DictReader(file)
            if row["leader_board_name_2019-11"]
        }


def _board(forum: str) -> str:
    """A board's name without its leader's: names change, boards stay."""
    for office in ("书记", "市长", "省长", "区长", "县长"):
        head, found, _ = forum.partition(office)
        if found:
            return head + office
    return forum


def _unix_of(text: str, form: str) -> int:
    return int(datetime.strptime(text, form).replace(tzinfo=SHANGHAI).timestamp())


def _unix(day: date, hour: int, minute: int) -> int:
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).timestamp())
