"""``rules/inspection.toml``: what an inspection counts, as presets that a county may edit."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.configuration import parse_toml
from core.settings import ColumnKind, DayText, PeriodText, SeverityName

SHOWN = "rules/inspection.toml"
_DEFAULT = Path(__file__).with_name("inspection.toml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Where(_Strict):
    """What is counted: findings (``rules``, prefixes of their ids), messages (``waiting``), else columns. All given conditions hold.
    ``names``: words in the column's name; ``skip``: rules that are counted elsewhere; ``not_types``: messages that need no
    answer."""

    rules: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    severities: tuple[SeverityName, ...] = ()
    names: tuple[str, ...] = ()
    kinds: tuple[ColumnKind, ...] = ()
    level: Literal[1, 2] | None = None
    statuses: tuple[str, ...] = ()
    max_age: PeriodText | None = None
    waiting: PeriodText | None = None
    not_types: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _counts_one_thing(self) -> Where:
        if sum(map(bool, (self.rules, self.waiting, self.statuses or self.max_age))) != 1:
            raise ValueError("where 要且只要写一样：rules（问题）、waiting（留言），或 statuses、max_age（栏目）")
        return self


class Counter(_Strict):
    """One indicator. ``budget``: of the whole county; ``points``: what is deducted, None where nobody has read it; ``needs``: rules
    without whose answer nothing can be said; ``without``: indicators whose subjects are not counted again; ``manual``: why a person
    must judge it."""

    id: str
    name: str
    group: str = ""
    basis: str = ""
    budget: int | None = Field(default=None, ge=1)
    unit: str = "处"
    points: float | None = Field(default=None, gt=0)
    each: bool = False
    most: float | None = Field(default=None, gt=0)
    """With ``each`` points are deducted for every subject, to this many."""
    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    manual: str = ""
    advice: str = ""
    where: tuple[Where, ...] = ()

    @model_validator(mode="after")
    def _says_what(self) -> Counter:
        if bool(self.where) == bool(self.manual):
            raise ValueError("每项指标要写 where（数什么）或 manual（为什么须由人判断），且只写一样")
        return self


class Preset(_Strict):
    """A set of indicators. ``veto`` stop the scoring; ``full``: what is deducted from, where points are known."""

    id: str
    name: str
    basis: str = ""
    span: Literal["day", "quarter"] = "day"
    full: float | None = None
    note: str = ""
    veto: tuple[Counter, ...] = ()
    item: tuple[Counter, ...] = ()

    @model_validator(mode="after")
    def _ids_are_its_own(self) -> Preset:
        ids = [counter.id for counter in (*self.veto, *self.item)]
        if len(set(ids)) < len(ids):
            raise ValueError("同一套指标里有两个相同的 id")
        if strange := {each for counter in (*self.veto, *self.item) for each in counter.without} - set(ids):
            raise ValueError(f"without 里的 {min(strange)} 不是这套指标里的 id")
        try:
            self.in_order()
        except CycleError:
            raise ValueError("without 互相引用，分不出先后") from None
        return self

    def in_order(self) -> list[Counter]:
        """The indicators, each after those that it leaves out."""
        by_id = {counter.id: counter for counter in (*self.veto, *self.item)}
        return [by_id[each] for each in TopologicalSorter({each.id: each.without for each in by_id.values()}).static_order()]


class InspectionRules(_Strict):
    """All presets. ``checked``: the day on which a person last went through them."""

    checked: DayText
    preset: tuple[Preset, ...] = Field(min_length=1)

    def named(self, preset: str) -> Preset:
        """A preset; KeyError where there is none."""
        for each in self.preset:
            if each.id == preset:
                return each
        raise KeyError(preset)


def load(directory: Path) -> InspectionRules:
    """From a configuration folder, or the shipped ones where it has none; raises ConfigErrors."""
    own = directory / "rules" / "inspection.toml"
    return parse_toml(own if own.exists() else _DEFAULT, InspectionRules, SHOWN)
