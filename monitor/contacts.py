"""Contacts that a page gives of the town's units: telephone, fax, address, office hours. Pure; read once per content.

Only landlines: a mobile is a person's, and is the scan's affair. A contact without a unit that it surely belongs to is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.privacy.numbers import plain
from monitor.scanned import Cell, Paragraph, ScannedText, Table

Kind = Literal["telephone", "fax", "address", "hours"]

_LANDLINE = re.compile(r"(?<![\d-])(?:\(?(0\d{2,3})\)?[-—－ ]?)?([2-8]\d{6,7})(?![\d])")
_UNIT_WORD = (
    r"人民政府|办公室|便民服务中心|服务中心|服务站|工作站|管理站|农技站|文化站|派出所|司法所|财政所|[\u4e00-\u9fff]{2,6}所"
    r"|执法大队|[大中]队|村委会|村民委员会|居委会|居民委员会|社区|卫生院|中心|党政办|[\u4e00-\u9fff]{1,8}(?:[办站科股局])"
)
_UNIT = re.compile(rf"[\u4e00-\u9fff（）()、]{{0,18}}?(?:{_UNIT_WORD})(?![\u4e00-\u9fff]*(?:主任|负责人|书记|所长|站长))")
# Labels that name the unit which the contacts after them are of.
_OF_UNIT = re.compile(
    r"(?:受理机构|机构名称|单位名称|部门名称|办公机构|负责机构|承办机构|承办单位|联系单位|联系部门|工作机构|办理机构|责任科室|科室名称)"
    r"(?:名称)?[:：为]\s*(?P<unit>[^，,。；;：:\n\t]{2,30})"
)
_LABELS: Sequence[tuple[Kind, re.Pattern[str]]] = (
    ("fax", re.compile(r"传真(?:号码|电话)?[:：为]")),
    ("telephone", re.compile(r"(?<![监督报举诉投值班讯询警访线])(?:联系电话|办公电话|办公室电话|电话号码|电话)(?:号码)?[:：为]")),
    ("address", re.compile(r"(?:办公地址|办公地点|服务地点|办理地点|通讯地址|联系地址|地址)[:：为]")),
    ("hours", re.compile(r"(?:办公时间|工作时间|办理时间|服务时间|对外办公时间)[:：为]")),
)
# A label of another contact ends the value before it.
_NEXT = re.compile(
    r"[。；;\n]|[，, ](?=[\u4e00-\u9fff]{2,8}[:：])|(?=(?:联系电话|办公电话|传真|办公地址|办公时间|邮政编码|电子邮箱|邮编|邮箱)[:：])"
)
_HEADS: Sequence[tuple[Kind, re.Pattern[str]]] = (
    ("telephone", re.compile(r"^(?:联系|办公|办公室)?(?:电话|联系方式)(?:号码)?$")), ("fax", re.compile("^传真")),
    ("address", re.compile("^(?:办公|服务|联系|通讯)?(?:地址|地点)$")), ("hours", re.compile("^(?:办公|工作|服务)时间$")),
)
_UNIT_HEAD = re.compile(r"^(?:部门|单位|科室|机构|站所|内设机构|办公室|股室|处室|单位部门|部门单位|机构科室)(?:名称)?$")
_ROLE = re.compile(
    r"(?:的?(?:主要|工作|机构)?(?:职责|职能|简介|概况|联系方式|联系电话|办公电话|(?:政府)?信息公开指南|政务公开指南|通讯录))+(?:一览表?)?$"
)
_PLACE = re.compile(r"^(?:[\u4e00-\u9fff]{2,3}省)?(?:[\u4e00-\u9fff]{2,3}市)?(?:[\u4e00-\u9fff]{2,3}[县区])?")
_TIME = re.compile(r"(?P<half>上午|下午|早上?|中午|晚上?)?\s*(?P<h>\d{1,2})\s*(?:[:：时点])\s*(?P<m>\d{2}|半)?分?")
_PLACES = re.compile(r"(\d+|[一二三四五六七八九十]{1,2})(号|层|楼|室|栋|幢)")
_DIGITS = {mark: str(value) for value, mark in enumerate("零一二三四五六七八九十")}
_LINE = re.compile(r"^(?P<unit>[\u4e00-\u9fff（）()]{2,20}?)(?:联系|办公)?(?:电话)?[:：\s]\s*(?=\(?0?\d)")


@dataclass(frozen=True, slots=True)
class Contact:
    """A unit's contact as one page gives it. ``value`` is normal (two writings of one thing are equal), ``shown`` as written."""

    unit: str
    kind: Kind
    value: str
    shown: str
    where: str

    def data(self) -> list[str]:
        """As it is kept."""
        return [self.unit, self.kind, self.value, self.shown, self.where]


def contacts(title: str, text: ScannedText, own: Sequence[str]) -> list[Contact]:
    """What a page and its attachments say. ``own``: the town's names; ``title``: a page about one unit names it there."""
    found: list[Contact] = []
    unit = unit_of_title(title, own)
    for part in text.parts:
        if isinstance(part, Table):
            found += _of_table(part, own)
        else:
            # What a passage says of another unit holds for that passage alone.
            found += _of_paragraph(part, unit, own)
    return list(dict.fromkeys(found))


def unit_of_title(title: str, own: Sequence[str]) -> str:
    """The unit that a page is about (漫水河镇党政办公室职责: 党政办公室), or ""."""
    words = plain(title).strip()
    if (role := _ROLE.search(words)) is None:
        return ""
    return unit_name(words[: role.start()], own)


def unit_name(written: str, own: Sequence[str]) -> str:
    """One name for a unit: without the town's, without brackets, 党政办 as 党政办公室. The government itself is 人民政府."""
    name = re.sub(r"[（(][^）)]*[）)]|\s|的$", "", plain(written))
    for town in sorted(own, key=len, reverse=True):
        name = name.removeprefix(town)
    name = _PLACE.sub("", name, count=1) if not name.startswith(("社区", "县", "区")) else name
    for town in sorted(own, key=len, reverse=True):
        name = name.removeprefix(town)
    name = re.sub(r"^(?:本|我)?[镇乡](?=人民政府|政府|党)", "", name)
    rest = re.sub(r"^(?:人民)?政府(?=[\u4e00-\u9fff]{2})", "", name)
    name = "人民政府" if rest in ("政府", "人民政府", "") and name else rest
    name = re.sub(r"(?<=[\u4e00-\u9fff])办$", "办公室", name)
    return name if name and _UNIT.fullmatch(name) else ""


def _of_paragraph(part: Paragraph, page_unit: str, own: Sequence[str]) -> Iterator[Contact]:
    words = plain(part.text)
    if (line := _LINE.match(words)) and (unit := unit_name(line["unit"], own)):
        yield from _values(unit, "telephone", words[line.end() :].split("，")[0], part.where)
        return
    units = [(match.start(), unit_name(match["unit"], own)) for match in _OF_UNIT.finditer(words)]
    for kind, label in _LABELS:
        for match in label.finditer(words):
            before = [unit for start, unit in units if start < match.start()]
            unit = before[-1] if before else _named_before(words[: match.start()], own) or page_unit
            if unit:
                yield from _values(unit, kind, _NEXT.split(words[match.end() :], maxsplit=1)[0], part.where)


def _named_before(words: str, own: Sequence[str]) -> str:
    """A unit right before the label (党政办公室联系电话：)."""
    tail = re.split(r"[，,。；;、：:\n（(]", words)[-1].strip()
    return unit_name(tail, own) if 2 <= len(tail) <= 20 else ""


def _of_table(table: Table, own: Sequence[str]) -> Iterator[Contact]:
    """Rows under heads that name a unit and its contacts (政府电话簿)."""
    heads: dict[int, Kind] = {}
    unit_at = -1
    for row in table.rows:
        labels = [re.sub(r"[\s/、（(][^）)]*[）)]?|\s", "", plain(cell.text)) for cell in row]
        named = next((at for at, label in enumerate(labels) if _UNIT_HEAD.match(label)), -1)
        kinds: dict[int, Kind] = {at: kind for at, label in enumerate(labels) for kind, head in _HEADS if head.match(label)}
        if named >= 0 and kinds:
            heads, unit_at = kinds, named
        elif heads and unit_at < len(row) and (unit := unit_name(row[unit_at].text, own)):
            yield from _of_row(row, unit, heads)


def _of_row(row: Sequence[Cell], unit: str, heads: dict[int, Kind]) -> Iterator[Contact]:
    for at, kind in heads.items():
        if at < len(row):
            yield from _values(unit, kind, plain(row[at].text), row[at].where)


def _values(unit: str, kind: Kind, text: str, where: str) -> Iterator[Contact]:
    if kind in ("telephone", "fax"):
        for match in _LANDLINE.finditer(text):
            yield Contact(unit, kind, match[2], f"{match[1]}-{match[2]}" if match[1] else match[2], where)
        return
    value = _address(text) if kind == "address" else _hours(text)
    if value:
        yield Contact(unit, kind, value, text.strip()[:40], where)


def _address(text: str) -> str:
    """The numbers of an address by what they count (2楼): places are written in too many ways to compare them otherwise."""
    named = {mark if mark != "层" else "楼": _DIGITS.get(n, n) for n, mark in _PLACES.findall(text)}
    return "".join(f"{named[mark]}{mark}" for mark in ("号", "栋", "幢", "楼", "室") if mark in named)


def _hours(text: str) -> str:
    """Times of a day as 08:00-12:00-14:30-17:30; nothing where they change with the season."""
    if re.search("[夏冬]|季|月", text):
        return ""
    times: list[str] = []
    for match in _TIME.finditer(text):
        hour = int(match["h"]) + (12 if match["half"] in ("下午", "晚", "晚上") and int(match["h"]) < 12 else 0)
        minute = "30" if match["m"] == "半" else match["m"] or "00"
        times.append(f"{hour:02}:{minute}")
    afternoon = [*times[:2], *(f"{int(time[:2]) + 12:02}{time[2:]}" if int(time[:2]) < 8 else time for time in times[2:])]
    return "-".join(afternoon) if len(times) in (2, 4) else ""


def clash(one: Iterable[str], other: Iterable[str], kind: Kind) -> bool:
    """Whether two pages contradict each other. Several numbers of a unit agree where one of them is common; addresses where no
    number of the same thing differs; hours where one tells only half of them."""
    if kind == "address":
        return all(_apart(a, b) for a in one for b in other)
    if kind == "hours":
        return all(len(a) == len(b) and a != b for a in one for b in other)
    return not set(one) & set(other)


def _apart(one: str, other: str) -> bool:
    first, second = ({mark: n for n, mark in _PLACES.findall(each)} for each in (one, other))
    return any(first[mark] != second[mark] for mark in first.keys() & second.keys())
