"""The catalogue's items as they stand for a town: what holds, what people decided, which columns are proposed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.catalogue import ItemChoice
from core.errors import ConfigError, ConfigErrors, TownwatchError
from core.settings import CatalogueItem, Column, Settings
from core.words import ITEM_STATES
from monitor.catalogue.choices import with_choices
from monitor.catalogue.matching import FoundColumn, ItemState, Proposal, propose, split_path, state_of
from monitor.catalogue.topics import Topics, shipped, with_own
from store import catalogue_choices, records
from store.database import Connection

TITLES = 12
"""So many of a column's newest titles are looked at."""
OWN_TOPICS = "rules/topics.toml"
_LONGEST_REASON = 500


class ChoiceError(TownwatchError):
    """A decision that cannot be kept; the sentence is for the person who made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item. ``item``: as it holds; ``base``: as the configuration says; ``choice``: what a person decided here."""

    item: CatalogueItem
    base: CatalogueItem
    choice: ItemChoice | None
    proposal: Proposal
    state: ItemState

    @property
    def name(self) -> str:
        """Its levels in one line; a level that says the same again is left out."""
        levels = [level for level in (self.item.level1, self.item.level2, self.item.level3) if level]
        return "·".join(dict.fromkeys(levels)) or self.item.field or self.item.id


def overview(settings: Settings, connection: Connection) -> list[ItemRow]:
    """All items of a town in the order of the catalogue. Raises ConfigErrors for a ``topics.toml`` that cannot be used."""
    decided = {choice.item: choice for choice in catalogue_choices.choices(connection)}
    holding = with_choices(settings, decided.values()).items
    topics = topics_of(settings)
    columns = found_columns(settings)
    proposals = propose(holding, columns, topics)
    if any(each.sureness == "none" and item.applicable and not item.columns for item, each in zip(holding, proposals, strict=True)):
        # Titles are asked for only where names did not do: a question a column.
        proposals = propose(holding, [_with_titles(settings, connection, column) for column in columns], topics)
    return [
        ItemRow(item=item, base=base, choice=decided.get(item.id), proposal=proposal,
                state=state_of(item, proposal, decided.get(item.id)))
        for item, base, proposal in zip(holding, settings.items, proposals, strict=True)
    ]


def found_columns(settings: Settings) -> list[FoundColumn]:
    """The catalogue's applicable columns with the headings above them, which ``site discover`` keeps in the name of their
    source."""
    found = []
    for column in offered(settings):
        steps = (*split_path(settings.source(column.source)[1].name)[:-1], *split_path(column.name)[:-1])
        name = (split_path(column.name) or (column.name,))[-1]
        found.append(FoundColumn(id=column.id, name=name, path=tuple(dict.fromkeys(steps)), kind=column.kind))
    return found


def offered(settings: Settings) -> list[Column]:
    """The columns that an item may be said to appear in."""
    return [column for column in settings.columns if column.applicable]


def topics_of(settings: Settings) -> Topics:
    """The words that ship, and what the town adds to them in ``rules/topics.toml``."""
    own = settings.directory / OWN_TOPICS
    if not own.is_file():
        return shipped()
    try:
        return with_own(own.read_text(encoding="utf-8"))
    except ValueError as error:
        problem = f"不能使用：{str(error).splitlines()[0]}"
        raise ConfigErrors([ConfigError(problem, file=OWN_TOPICS, remedy="按 monitor/catalogue/topics.toml 的格式改正")]) from None


def counts(rows: Sequence[ItemRow]) -> dict[str, int]:
    """How many items are in each state, all states."""
    counted = Counter(row.state for row in rows)
    return {state: counted[state] for state in ITEM_STATES}  # type: ignore[index]


def left_over(rows: Sequence[ItemRow]) -> list[ItemRow]:
    """What has to be asked of the county office: applicable, and no column is known, proposed or believed."""
    return [row for row in rows if row.state == "unmatched"]


def sure(rows: Sequence[ItemRow]) -> list[ItemRow]:
    """What may be taken without asking: a certain proposal that nobody has decided on."""
    undecided = [row for row in rows if row.choice is None or row.choice.columns is None]
    return [row for row in undecided if row.state == "to_confirm" and row.proposal.sureness == "certain"]


def taken(row: ItemRow, who: str, at: datetime) -> ItemChoice:
    """The proposal taken as it is; what was decided of the owner stays."""
    return _over(row, {"columns": row.proposal.columns}, who, at)


def decide(settings: Settings, row: ItemRow, said: Mapping[str, Any], who: str, at: datetime) -> ItemChoice:
    """A person's decision. ``said``: ``what`` (``columns``, ``none``: no such column, ``not_applicable``, ``owner``: only that),
    ``columns``, ``owner`` (empty: nobody; absent: as it is), ``reason``. Raises ChoiceError."""
    values: dict[str, Any] = {}
    if "owner" in said:
        if said["owner"] and said["owner"] not in {person.id for person in settings.staff}:
            raise ChoiceError("责任人不在人员名单里")
        values["owner"] = None if said["owner"] == (row.base.owner or "") else said["owner"]
    what = said.get("what", "")
    if what == "columns":
        values |= {"columns": _columns(settings, said.get("columns", ())), "applicable": True, "reason": ""}
    elif what == "none":
        values |= {"columns": (), "applicable": True, "reason": ""}
    elif what == "not_applicable":
        values |= {"applicable": False, "reason": _reason(said.get("reason", ""))}
    elif what != "owner":
        raise ChoiceError("请选择这个事项怎样处理")
    return _over(row, values, who, at)


def _columns(settings: Settings, chosen: Iterable[str]) -> tuple[str, ...]:
    columns = tuple(dict.fromkeys(chosen))
    if not columns:
        raise ChoiceError("请至少选一个栏目；网站上没有的，选“网站上没有这个栏目”")
    if set(columns) - {column.id for column in offered(settings)}:
        raise ChoiceError("选中的栏目不在目录里，或者已设为不适用")
    return columns


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise ChoiceError("请写明不适用的理由，检查时要用")
    if len(reason) > _LONGEST_REASON:
        raise ChoiceError(f"理由最多 {_LONGEST_REASON} 个字")
    return reason


def _over(row: ItemRow, values: Mapping[str, Any], who: str, at: datetime) -> ItemChoice:
    before = row.choice or ItemChoice(item=row.item.id, who=who, at=at)
    return replace(before, **values, who=who, at=at)


def _with_titles(settings: Settings, connection: Connection, column: FoundColumn) -> FoundColumn:
    source = next(each.source for each in settings.columns if each.id == column.id)
    listed, _ = records.page_of_records(connection, source=source, number=1, size=TITLES)
    return replace(column, titles=tuple(stored.record.title for stored in listed if not stored.removed_at))
