"""Personal data in tables: what the header says decides what a cell holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from core.text import fold_plain
from monitor.privacy.judging import Surroundings, flaw, judge, judge_mask, mask_flaw
from monitor.privacy.masking import mask_name, mask_text, masked_numbers
from monitor.privacy.numbers import Number, check_digit, find, plain
from monitor.privacy.rules import PrivacyRules
from monitor.privacy.texts import BELOW_VILLAGE, HAMLET, home_flaw
from monitor.scanned import Cell, Flaw, Table

_LOOK = 8
_HEADER_LENGTH = 16
_PROSE = 30
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,6}")
# 救助对象: 困难群众 is a rule's line, not a person.
_GROUP_OF_PEOPLE = re.compile(
    r"群众|人员|对象|家庭|居民|农户|儿童|老人|患者|学生|妇女|残疾人|低保户|特困户|脱贫户|职工|军人|合计|小计|总计|以上|以下|其他"
)
_BELOW_VILLAGE = re.compile(rf"{BELOW_VILLAGE}|(?:村|社区){HAMLET}")
_PLAIN_LABELS = frozenset({"性别", "备注", "民族", "村名", "金额", "人口", "户别", "类别"})
_ABOUT_PEOPLE = re.compile(r"电话|号|数|项目名|单位名|企业|证|住址|地址|关系|签")
_GROUPS = frozenset({"组", "组名", "小组", "村小组", "所在组", "自然村", "自然庄", "庄组"})
"""Heads of a column that is below the village whatever stands in it."""
_PIECE = re.compile(r"[\dXx]{1,17}")


@dataclass(frozen=True, slots=True)
class Roster:
    """A table with its header read. ``columns``: a folded label per column; ``first``: the first row of data; ``name``:
    the column with people's names, or -1."""

    table: Table
    columns: tuple[str, ...]
    first: int
    name: int

    def label(self, column: int) -> str:
        """A column's label; empty beyond the header."""
        return self.columns[column] if column < len(self.columns) else ""

    def names(self) -> list[tuple[int, str]]:
        """Rows with a whole name, not a masked one."""
        rows = self.table.rows[self.first :]
        texts = ((place, fold_plain(row[self.name].text)) for place, row in enumerate(rows) if self.name < len(row))
        return [(place + self.first, text) for place, text in texts if _NAME.fullmatch(text) and not _GROUP_OF_PEOPLE.search(text)]


def read_header(table: Table, rules: PrivacyRules) -> Roster:
    """Find the header: the first row that names people's names or several known columns, with a second row of
    sub-headers where there is one."""
    for place, row in enumerate(table.rows[:_LOOK]):
        labels = [fold_plain(cell.text) for cell in row]
        if not _is_header(labels, rules):
            continue
        first = place + 1
        if first < len(table.rows) and _is_subheader(table.rows[first], labels, rules):
            labels = _joined(labels, [fold_plain(cell.text) for cell in table.rows[first]])
            first += 1
        name = next((at for at, label in enumerate(labels) if _names_people(label, rules)), -1)
        return Roster(table, tuple(labels), first, name)
    return Roster(table, (), 0, -1)


def _is_header(labels: list[str], rules: PrivacyRules) -> bool:
    short = [label for label in labels if 0 < len(label) <= _HEADER_LENGTH]
    if any(re.search(r"\d{4}", label) for label in short) or len(short) < 2:
        return False
    known = ("identity", "mobile", "account", "homes", "births", "posts", "amounts", "contact", "other_numbers")
    hits = sum(any(rules.says(words, label) for words in known) for label in short)
    hits += sum(any(header.fits(label) for header in rules.sensitive) for label in short)
    return hits + 2 * any(_names_people(label, rules) for label in short) >= 2 and not _is_form(labels, rules)


def _is_form(labels: list[str], rules: PrivacyRules) -> bool:
    """A form's row (姓名 | 张三 | 电话 | 138...) is no header: what follows 姓名 is a name, then comes a label again."""
    at = labels.index("姓名") if "姓名" in labels else -1
    if at < 0 or at + 2 >= len(labels) or not _NAME.fullmatch(labels[at + 1]):
        return False
    value, later = labels[at + 1], labels[at + 2 :]
    labelled = any(rules.says(words, value) for words in rules.patterns) or value in _PLAIN_LABELS
    labelled = labelled or any(header.fits(value) for header in rules.sensitive)
    return not labelled and any(re.search(r"\d{5}", text) or not text for text in later)


def _is_subheader(row: tuple[Cell, ...], labels: list[str], rules: PrivacyRules) -> bool:
    texts = [fold_plain(cell.text) for cell in row]
    blank_above = [text for text, label in zip(texts, labels, strict=False) if text and (not label or text != label)]
    if not texts or any(re.search(r"\d", text) for text in texts):
        return False
    name = next((at for at, label in enumerate(labels) if _names_people(label, rules)), None)
    return bool(blank_above) and (name is None or name >= len(texts) or texts[name] in ("", labels[name]))


def _joined(above: list[str], below: list[str]) -> list[str]:
    joined, last = [], ""
    for place in range(max(len(above), len(below))):
        top = above[place] if place < len(above) else ""
        sub = below[place] if place < len(below) else ""
        last = top or last
        joined.append(last + sub if sub and sub != last else top or last)
    return joined


def _names_people(label: str, rules: PrivacyRules) -> bool:
    """Whether a column holds names of people, and not something about them (户主电话, 与户主关系)."""
    return len(label) <= _HEADER_LENGTH and rules.says("names", label) and not _ABOUT_PEOPLE.search(label)


def scan_table(table: Table, rules: PrivacyRules, today: date) -> Iterator[Flaw]:
    """Numbers, weak masks, homes and sensitive columns of a table."""
    roster = read_header(table, rules)
    heading = "".join(roster.columns)
    official = rules.says("posts", heading) and not rules.says("private_person", heading)
    in_list = roster.name >= 0 and len(roster.names()) >= 1
    births = rules.says("births", heading)
    for row in table.rows:
        for place, cell in enumerate(row):
            around = _surroundings(roster, row, place, in_list, official)
            yield from _cell(cell, around, births, rules, today)
        yield from _pieces(row, rules, today)
    if roster.name >= 0:
        yield from _homes(roster, rules)
        yield from _sensitive(roster, rules)


def _surroundings(roster: Roster, row: tuple[Cell, ...], place: int, in_list: bool, official: bool) -> Surroundings:
    before = fold_plain(row[place - 1].text)[-_HEADER_LENGTH:] if place else ""
    beside = "" if re.search(r"\d{5}", before) or roster.label(place) else before
    near = "".join(roster.columns) + " ".join(cell.text[:60] for cell in row)
    return Surroundings(roster.label(place) + beside, fold_plain(near), "", in_list, official)


def _cell(cell: Cell, around: Surroundings, births: bool, rules: PrivacyRules, today: date) -> Iterator[Flaw]:
    text = plain(cell.text)
    # A number wrapped in its cell stands on several lines.
    if re.fullmatch(r"[\dXx\s]+", text):
        text = re.sub(r"\s", "", text)
    for number in find(text, today):
        words = fold_plain(text[max(0, number.start - 20) : number.start])
        # In a cell with prose the words at the number name it, in a short one the column does too.
        label = words if words and len(text) > _PROSE else around.label + words
        after = text[number.end : number.end + 20]
        if judged := judge(number, replace(around, label=label, after=after), rules):
            yield flaw(judged, number, cell.where)
    for masked in masked_numbers(text):
        if judged := judge_mask(masked, births):
            yield mask_flaw(judged, masked, cell.where)


def _pieces(row: tuple[Cell, ...], rules: PrivacyRules, today: date) -> Iterator[Flaw]:
    """A number dealt out over neighbouring cells: one digit each, or in a few pieces that fit in every check."""
    texts = [re.sub(r"\s", "", plain(cell.text)) for cell in row]
    start = 0
    while start < len(texts):
        end = start
        while end < len(texts) and _PIECE.fullmatch(texts[end]):
            end += 1
        if end - start > 1 and (number := _put_together(texts[start:end], today)):
            around = Surroundings("", fold_plain("".join(cell.text for cell in row)))
            if judged := judge(number, around, rules):
                yield flaw(judged, number, row[start].where)
        start = max(end, start + 1)


def _put_together(pieces: list[str], today: date) -> Number | None:
    digits = "".join(pieces)
    ones = all(len(piece) == 1 for piece in pieces)
    found = find(digits, today)
    if len(found) != 1 or found[0].end - found[0].start != len(digits):
        return None
    if len(digits) == 18 and check_digit(digits[:17]) == digits[17].upper():
        return found[0]
    if len(digits) == 11 and (ones or [len(piece) for piece in pieces] == [3, 4, 4]):
        return found[0]
    return None


def _homes(roster: Roster, rules: PrivacyRules) -> Iterator[Flaw]:
    """A column of homes below the village beside a column of names: one finding for the column."""
    columns = [at for at, label in enumerate(roster.columns) if (rules.says("homes", label) or label in _GROUPS) and at != roster.name]
    for column in columns:
        hits = [
            (place, name, fold_plain(row[column].text))
            for place, name in roster.names()
            if column < len(row := roster.table.rows[place]) and _is_home(fold_plain(row[column].text), roster.label(column))
        ]
        if hits:
            place, name, address = hits[0]
            yield home_flaw(roster.table.rows[place][column].where, name, address, len(hits))


def _is_home(text: str, label: str) -> bool:
    if label in _GROUPS:
        return text not in ("", "/", "-", "—", "无")
    return _BELOW_VILLAGE.search(text) is not None


def _sensitive(roster: Roster, rules: PrivacyRules) -> Iterator[Flaw]:
    for column, label in enumerate(roster.columns):
        people = [name for place, name in roster.names() if _filled(roster.table.rows[place], column)]
        header = next((header for header in rules.sensitive if header.fits(label)), None)
        if header and people:
            top = roster.table.rows[roster.first - 1]
            yield Flaw(
                rule_id="privacy.sensitive_list", kind="sensitive_list", severity=header.severity,
                where=top[min(column, len(top) - 1)].where,
                evidence=f"“{mask_text(label)}”列与姓名同列，{mask_name(people[0])}等{len(people)}人",
                advice=header.advice, count=len(people),
            )  # fmt: skip


def _filled(row: tuple[Cell, ...], column: int) -> bool:
    return column < len(row) and fold_plain(row[column].text) not in ("", "无", "/", "-", "—", "否")
