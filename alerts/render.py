"""Messages in words. Pure. Whatever comes in, what goes out has private numbers masked and no control characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from alerts.figures import DEFINITIONS, Digest, due_at
from core.clock import local_text
from core.nouns import AlertItem, Delivery, Reason, Severity
from core.settings import Settings
from core.text import mask_private, openable
from core.words import COLUMNS, REASONS, SEVERITIES

_KINDS = {"finding": "问题", "case": "舆情", "operation": "运行"}
_EXPLAINED = {
    Reason.ESCALATED: "超过规定时间仍未办结，按规定升级报告",
    Reason.FIRST: "第一次向您通报目前没有解决的事项",
    Reason.NEW: "新发现，或状态有变化",
    Reason.REMINDER: "仍未处理，再次提醒",
    Reason.RESOLVED: "此前通报的事项已确认解决",
}
_IN_FULL = 5
"""A message of more lines tells of a first view, and of what was told before, the titles alone; of a veto once the whole."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def message(items: Sequence[AlertItem], settings: Settings, delivery_id: str, now: datetime) -> tuple[str, str]:
    """Title and plain text of one message: at most ``alerts.max_items`` items are written out, the rest is counted."""
    title = f"【{settings.town.name}】{_summary(items)}"
    body = template("message.txt").render(**_item_words(items, settings), delivery_id=delivery_id, now=local_text(now))
    return clean(title), clean(body).rstrip() + "\n"


def mail_html(delivery: Delivery, settings: Settings) -> str:
    """The same message as an HTML mail; a digest's text as paragraphs."""
    page = template("mail.html").render(
        **_item_words(delivery.items, settings), title=delivery.title, body=delivery.body, delivery_id=delivery.id,
        town=settings.town.name,
    )
    return clean(page)


def digest_message(digest: Digest, settings: Settings, delivery_id: str) -> tuple[str, str]:
    """Title and plain text of the digest as a message."""
    title = f"【{digest.town}】{_month(digest)}月报" + (f"（{digest.person}）" if digest.person else "")
    body = template("digest.txt").render(**_digest_words(digest), delivery_id=delivery_id,
                                         workbench=settings.alerts.workbench_url)
    return clean(title), clean(body)


def digest_html(digest: Digest) -> str:
    """One self-contained page: no scripts, nothing fetched, fit for A4 and for a telephone."""
    return clean(template("digest.html").render(**_digest_words(digest), chart=_chart(digest)))


def digest_json(digest: Digest) -> dict[str, Any]:
    """The figures by the names of :data:`alerts.figures.DEFINITIONS`, which are included."""
    cases, findings = digest.cases, digest.findings
    return {
        "month": digest.period.month, "as_of": local_text(digest.period.as_of), "town": digest.town,
        "for": digest.person, "all_clear": digest.all_clear,
        "cases": {
            "registered": cases.registered, "valid": cases.valid, "valid_answered": cases.valid_answered,
            "answered": cases.answered, "closed": cases.closed, "open_at_end": cases.open_at_end,
            "overdue": cases.overdue, "fell_due": cases.fell_due, "on_time": cases.on_time,
            "answer_rate": cases.answer_rate, "on_time_rate": cases.on_time_rate,
            "by_source": dict(cases.by_source), "by_category": dict(cases.by_category),
        },
        "mentions": {"by_source": dict(digest.mentions_by_source), "by_subject": dict(digest.mentions_by_subject)},
        "columns": {"as_of": digest.columns_as_of, "by_status": dict(Counter(c.status for c in digest.columns))},
        "coming": {
            "month": digest.next_month,
            "list": [
                {"due": f"{one.due}", "provisional": one.provisional, "what": one.what, "column": one.column, "owner": one.owner,
                 "reason": one.reason} for one in digest.coming
            ],
        },
        "findings": {
            "opened": dict(findings.opened), "resolved": dict(findings.resolved), "open": dict(findings.open_at_end),
        },
        "unchecked": {
            "sources": [name for name, _ in digest.unchecked.sources],
            "days": [f"{day:%Y-%m-%d}" for day in digest.unchecked.days],
        },
        "deliveries": {
            "sent": digest.deliveries.sent, "waiting": digest.deliveries.waiting, "dead": digest.deliveries.dead,
            "failed_tries": digest.deliveries.failed_tries,
        },
        "definitions": dict(DEFINITIONS),
    }


def clean(text: str) -> str:
    """Private numbers masked, control and direction characters out."""
    return mask_private(_CONTROL.sub("", text))


def split_bytes(text: str, limit: int, label: str = "") -> list[str]:
    """Parts of at most ``limit`` UTF-8 bytes (at least 80), cut at line ends where lines allow. Several parts are
    numbered （1/3，label）."""
    if limit < 80:
        raise ValueError(f"a limit of {limit} bytes leaves no room for text")
    if _size(text) <= limit:
        return [text]
    room = limit - _size(_part_head(999, 999, label))
    parts: list[str] = []
    current = ""
    for piece in _pieces(text, room):
        if current and _size(current) + _size(piece) > room:
            parts.append(current)
            current = ""
        current += piece
    parts.append(current)
    return [_part_head(number, len(parts), label) + part.rstrip("\n") for number, part in enumerate(parts, start=1)]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("alerts"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=select_autoescape(["html"]),
    )


def template(name: str) -> Template:
    """A template of this part; those that end in .html escape what they are given."""
    return _environment().get_template(name)


def _item_words(items: Sequence[AlertItem], settings: Settings) -> dict[str, Any]:
    """What both forms of a message print of its items: by reason, and within it by severity, in the order that they have."""
    shown, rest = items[: settings.alerts.max_items], items[settings.alerts.max_items:]
    workbench = settings.alerts.workbench_url
    return {
        "groups": _groups(items, shown, settings), "more": _more(rest), "counted": _counted(items) if rest else "",
        "workbench": f"{workbench.rstrip('/')}/towns/{settings.town.id}/" if workbench else "",
    }


def _groups(items: Sequence[AlertItem], shown: Sequence[AlertItem], settings: Settings) -> list[dict[str, Any]]:
    """The reason once, with what it means; under it each severity once, with how many there are and how many are written out."""
    of_reason, of_part = Counter(map(_reason, items)), Counter(map(_part, items))
    groups: list[dict[str, Any]] = []
    numbered = enumerate(shown, start=1)
    for reason, told in groupby(numbered, key=lambda pair: _reason(pair[1])):
        parts = [
            {
                "severity": "" if reason is Reason.RESOLVED else SEVERITIES[part[1]], "rank": str(part[1]), "total": of_part[part],
                "lines": [_line(number, item, settings, full=_in_full(item, len(shown))) for number, item in pairs],
            }
            for part, pairs in groupby(told, key=lambda pair: _part(pair[1]))
        ]
        groups.append({"reason": REASONS[reason], "why": _EXPLAINED[reason], "total": of_reason[reason], "parts": parts})
    return groups


def _reason(item: AlertItem) -> Reason:
    return item.reason or Reason.NEW


def _part(item: AlertItem) -> tuple[Reason, Severity]:
    """What is over is told together, however bad it was."""
    reason = _reason(item)
    return reason, Severity.INFO if reason is Reason.RESOLVED else item.severity


def _in_full(item: AlertItem, lines: int) -> bool:
    """Whether more than title, deadline and link is written."""
    if lines <= _IN_FULL or _reason(item) in (Reason.NEW, Reason.ESCALATED):
        return True
    return _reason(item) is Reason.FIRST and item.severity is Severity.VETO


def _line(number: int, item: AlertItem, settings: Settings, *, full: bool) -> dict[str, Any]:
    due = ""
    if item.due is not None:
        due = f"{item.due:%Y-%m-%d}" + ("（已逾期）" if item.state == "overdue" else "")
    kind = "" if item.kind == "finding" else f"{_KINDS[item.kind]}："
    return {
        "number": number, "title": kind + one_line(item.title), "detail": one_line(item.detail) if full else "", "due": due,
        "link": _link(item, settings),
    }


def one_line(text: str) -> str:
    """Masked, on one line: no text from a page can look like a line of ours."""
    return " ".join(clean(text).split())


def _link(item: AlertItem, settings: Settings) -> str:
    """The workbench page of the item, else the page on the site. An address that holds a private number is not sent."""
    if settings.alerts.workbench_url:
        town = f"{settings.alerts.workbench_url.rstrip('/')}/towns/{settings.town.id}"
        return f"{town}/deliveries" if item.kind == "operation" else f"{town}/{item.kind}s/{item.id}"
    usable = re.fullmatch(r"https?://\S+", item.url) and openable(item.url) and mask_private(item.url) == item.url
    return item.url if usable else ""


def _digest_words(digest: Digest) -> dict[str, Any]:
    """What both forms of the digest print, in words."""
    cases = digest.cases
    columns: Counter[str] = Counter(column.status for column in digest.columns)
    return {
        "digest": digest, "month": _month(digest), "next_month": month_words(digest.next_month), "as_of": local_text(digest.period.as_of),
        "last_day": f"{digest.period.days[-1]:%Y-%m-%d}",
        "partial": digest.period.as_of < digest.period.end, "definitions": DEFINITIONS,
        "answer_rate": _rate(cases.answer_rate, cases.valid_answered, cases.valid),
        "on_time_rate": _rate(cases.on_time_rate, cases.on_time, cases.fell_due),
        "columns": [(name, columns[key]) for key, name in COLUMNS.items() if columns[key]],
        "vetoes": digest.vetoes,
        "late": digest.late,
        "column_names": COLUMNS, "severities": SEVERITIES, "days": spans(digest.unchecked.days),
        "due": lambda case: due_at(case, digest.period.as_of), "one_line": one_line, "day": local_text,
    }


def _chart(digest: Digest) -> dict[str, Any]:
    """Bars of a day's arrivals and answers, in a drawing of 720 by 170 units."""
    days = digest.cases.per_day
    most = max([4, *(max(came, answered) for _, came, answered in days)])
    top = most + most % 2  # so that half of it is a whole number of cases
    step, height = 680 / max(len(days), 1), 110
    bars = [
        {"x": 34 + number * step, "label": str(day.day), "came": came, "answered": answered,
         "came_height": height * came / top, "answered_height": height * answered / top}
        for number, (day, came, answered) in enumerate(days)
    ]
    return {"bars": bars, "width": min(step * 0.38, 16), "top": top, "height": height,
            "empty": not any(came or answered for _, came, answered in days)}


def _month(digest: Digest) -> str:
    return month_words(digest.period.month)


def month_words(month: str) -> str:
    """2026年3月, of 2026-03."""
    year, number = month.split("-")
    return f"{year}年{int(number)}月"


def _rate(rate: float | None, part: int, whole: int) -> str:
    return "无（没有可算的件）" if rate is None else f"{rate:.1%}（{part}/{whole}）"


def spans(days: Sequence[date]) -> str:
    """Days as staff write them: 3日、5—9日."""
    spans: list[list[date]] = []
    for day in days:
        if spans and (day - spans[-1][-1]).days == 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return "、".join(f"{s[0].day}日" if len(s) == 1 else f"{s[0].day}—{s[-1].day}日" for s in spans)


def _summary(items: Sequence[AlertItem]) -> str:
    counts = Counter(map(_reason, items))
    said = "、".join(f"{word} {counts[Reason(reason)]} 项" for reason, word in REASONS.items() if counts[Reason(reason)])
    vetoes = sum(item.severity is Severity.VETO and item.state != "resolved" for item in items)
    # Who reads no further than the title must know of these.
    return f"巡检提醒：{said}" + (f"（单项否决 {vetoes} 项）" if vetoes else "")


def _counted(items: Sequence[AlertItem]) -> str:
    """What a message of many items holds, for who reads one line of it."""
    kinds = Counter[str](item.kind for item in items)
    told = [
        f"{word} {kinds[kind]} 项" + (f"（{_severities(items)}）" if kind == "finding" else "")
        for kind, word in _KINDS.items() if kinds[kind]
    ]
    overdue = sum(item.state == "overdue" for item in items)
    return f"共 {len(items)} 项：{'、'.join(told)}。" + (f"其中已逾期 {overdue} 项。" if overdue else "")


def _severities(items: Sequence[AlertItem]) -> str:
    """Open findings by severity, and how many are over."""
    found = [item for item in items if item.kind == "finding"]
    counts = Counter[str](item.severity for item in found if item.state != "resolved")
    told = [f"{word} {counts[name]}" for name, word in SEVERITIES.items() if counts[name]]
    over = sum(item.state == "resolved" for item in found)
    return "、".join([*told, *([f"已解决 {over}"] if over else [])])


def _more(rest: Sequence[AlertItem]) -> str:
    """How many items are not written out, and of what kinds; empty where there are none."""
    if not rest:
        return ""
    cases = sum(item.kind == "case" for item in rest)
    told = [part for part in (_severities(rest), f"舆情 {cases}" if cases else "") if part]
    return f"{len(rest)} 项" + (f"（{'、'.join(told)}）" if told else "")


def _pieces(text: str, room: int) -> list[str]:
    """Lines with their ends, the too long ones cut between characters."""
    pieces: list[str] = []
    for line in text.splitlines(keepends=True):
        data = line.encode()
        while len(data) > room:
            cut = room
            # 10xxxxxx continues a character: step back to its first byte.
            while data[cut] & 0xC0 == 0x80:
                cut -= 1
            pieces.append(data[:cut].decode())
            data = data[cut:]
        pieces.append(data.decode())
    return pieces


def _part_head(number: int, total: int, label: str) -> str:
    return f"（{number}/{total}{'，' + label if label else ''}）\n"


def _size(text: str) -> int:
    return len(text.encode())
