"""What of a yearly report nothing can count, so that a person types it in: the names, their words, what may stand there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from core.errors import TownwatchError

_LONGEST = 20_000
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What no document can hold."""


class EntryError(TownwatchError):
    """Something that cannot be typed in. ``key``: under which name."""

    def __init__(self, sentence: str, key: str) -> None:
        self.key = key
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Entry:
    """A name of a yearly entry: its Chinese word and what it is (a count, an amount of money, a text)."""

    word: str
    kind: Literal["count", "amount", "text"] = "count"


ENTRIES: Mapping[str, Entry] = {
    "meetings": Entry("政务公开工作会议（次）"),
    "trainings": Entry("政务公开培训（次）"),
    "normative_made": Entry("行政规范性文件：本年制发件数"),
    "normative_repealed": Entry("行政规范性文件：本年废止件数"),
    "normative_in_force": Entry("行政规范性文件：现行有效件数"),
    "licences": Entry("行政许可：本年处理决定数量"),
    "penalties": Entry("行政处罚：本年处理决定数量"),
    "coercions": Entry("行政强制：本年处理决定数量"),
    "fees": Entry("行政事业性收费：本年收费金额（万元）", "amount"),
    "processing_fee": Entry("依申请公开信息处理费（元）", "amount"),
    "section_1": Entry("一、总体情况（不填则按统计数字起草）", "text"),
    "section_5": Entry("五、存在的主要问题及改进情况", "text"),
    "section_6": Entry("六、其他需要报告的事项（不填则按信息处理费起草）", "text"),
}


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """The values as they may be kept, an empty one meaning that nothing stands there; raises EntryError."""
    return {key: _checked(key, _CONTROL.sub("", value).strip()) for key, value in values.items()}


def count(entries: Mapping[str, str], key: str) -> int | None:
    """A number that was typed in; None where none was."""
    return int(entries[key]) if key in entries else None


def amount(entries: Mapping[str, str], key: str) -> Decimal | None:
    """An amount that was typed in; None where none was."""
    return Decimal(entries[key]) if key in entries else None


def _checked(key: str, value: str) -> str:
    entry = ENTRIES.get(key)
    if entry is None:
        raise EntryError(f"年度报告没有“{key}”这一项", key)
    if not value:
        return ""
    if entry.kind == "count" and not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise EntryError(f"{entry.word}应为不小于0的整数", key)
    if entry.kind == "amount":
        return _money(value, entry, key)
    if len(value) > _LONGEST:
        raise EntryError(f"{entry.word}最多{_LONGEST}个字", key)
    return value


def _money(value: str, entry: Entry, key: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise EntryError(f"{entry.word}应为数字", key) from error
    if not number.is_finite() or not 0 <= number < 10**12 or len(value) > 20:
        raise EntryError(f"{entry.word}应为不小于0的数字", key)
    return f"{number.normalize():f}" if number else "0"
