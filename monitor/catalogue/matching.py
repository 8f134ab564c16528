"""Which columns an item of the catalogue appears in, as far as names, places and titles tell; and the reason, for a person to
confirm. Pure: what was found on the site is passed in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.catalogue import ItemChoice
from core.settings import CatalogueItem
from monitor.catalogue.topics import Topics, bare, shipped
from monitor.items.completeness import unchecked

Sureness = Literal["certain", "likely", "none"]
ItemState = Literal["matched", "to_confirm", "unmatched", "not_applicable", "off_site"]
MOST = 6
"""More columns than this are no proposal but a list."""
_SHOWN = 3
_HITS = 2
"""So many of a column's titles have to speak of an item before they say anything."""
_STEPS = re.compile(r"\s*(?:[·>＞›»|]|—|-{1,2}>|\s-\s)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundColumn:
    """A column as it was found. ``path``: the headings above it, where they are known; ``titles``: its newest."""

    id: str
    name: str
    path: tuple[str, ...] = ()
    kind: str = ""
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The columns for one item. ``certain``: may be taken without asking; ``likely``: a person has to look; ``none``: no column."""

    item: str
    columns: tuple[str, ...]
    sureness: Sureness
    reason: str


def split_path(name: str) -> tuple[str, ...]:
    """基层政务公开·社会救助 as its steps."""
    return tuple(step for step in _STEPS.split(name) if step)


def propose(items: Iterable[CatalogueItem], columns: Iterable[FoundColumn], topics: Topics | None = None) -> list[Proposal]:
    """A proposal for each item, in their order."""
    known = topics or shipped()
    seen = [_Seen(column, known) for column in columns]
    return [_Matching(item, seen, known).proposal() for item in items]


def state_of(item: CatalogueItem, proposal: Proposal | None, choice: ItemChoice | None = None) -> ItemState:
    """How an item (as it holds, with what people decided) stands. A person's "there is none" beats every proposal; what is
    published on notice boards or on application only (``off_site``) needs no column."""
    if not item.applicable:
        return "not_applicable"
    if item.columns:
        return "matched"
    if unchecked(item):
        return "off_site"
    refused = choice is not None and choice.columns == ()
    return "to_confirm" if proposal and proposal.columns and not refused else "unmatched"


class _Seen:
    """A column and what its names say."""

    def __init__(self, column: FoundColumn, topics: Topics) -> None:
        self.column, self.id, self.name, self.bare = column, column.id, column.name, bare(column.name)
        self.named = topics.named(column.name)
        self.hinted, self.included = topics.hinted(column.name), topics.included(column.name)
        self.above = {topic for step in column.path for topic in topics.named(step)}
        self.titles = [(title, bare(title)) for title in column.titles]


class _Matching:
    """One item against all columns: what decides, in its order."""

    def __init__(self, item: CatalogueItem, seen: Sequence[_Seen], topics: Topics) -> None:
        self.item, self.seen, self.topics = item, seen, topics
        self.levels = [level for level in (item.level3, item.level2, item.level1) if level]
        self.field = next((name for name in topics.named(item.field) if topics.by_name[name].field), None)

    def proposal(self) -> Proposal:
        return self._by_workbook() or (self._by_field() if self.field else self._by_level()) or self._by_titles() or self._none()

    def _by_workbook(self) -> Proposal | None:
        """What the workbook itself says of the site's column."""
        said = split_path(self.item.site_column)
        found = [seen for seen in self.seen if said and seen.bare == bare(said[-1])]
        return self._say(found, "certain" if len(found) == 1 else "likely", f"标准目录写明网站所属栏目是“{self.item.site_column}”")

    def _by_field(self) -> Proposal | None:
        family = self.topics.within(self.field)
        scope = [seen for seen in self.seen if family & set(seen.named) or self.field in seen.above]
        names = {bare(level) for level in self.levels}
        own = {bare(level) for level in self.levels if not self._general(level)} - {bare(self.item.field)}
        equal = [seen for seen in self.seen if seen.bare in own]
        if len(equal) == 1:
            return self._say(equal, "certain", "栏目名与事项名相同")
        parts = {t for level in self.levels for t in self.topics.named(level, begins=True)} & (family - {self.field})
        deeper = [seen for seen in scope if seen.bare in names or parts & set(seen.named)]
        mains = [seen for seen in scope if self.field in seen.named and not (family - {self.field}) & set(seen.named)]
        if deeper and deeper != mains:
            return self._say(deeper, "certain" if len(deeper) == 1 else "likely", f"在“{self.item.field}”领域内，栏目名与事项名相符")
        if mains:
            return self._say(mains, "certain" if len(mains) == 1 else "likely", self._same(mains, self.item.field))
        if scope:
            return self._say(scope, "likely", f"“{self.item.field}”领域下的栏目，没有与这一事项同名的")
        return self._say([s for s in self.seen if self._special() & set(s.named)], "likely", "栏目名与事项名相近") or self._by_hint(
            {self.field} if self.field else set(), self.item.field
        )

    def _by_level(self) -> Proposal | None:
        names = {bare(level): level for level in self.levels}
        equal = [seen for seen in self.seen if seen.bare in names]
        if equal:
            return self._say(equal, "certain" if len(equal) == 1 else "likely", "栏目名与事项名相同")
        topics = self._level_topics()
        named = [seen for seen in self.seen if set(topics) & set(seen.named)]
        name = self.levels[0] if self.levels else ""
        if named:
            sure = len(topics) == 1 and len(named) == 1 and named[0].named[:1] == topics
            return self._say(named, "certain" if sure else "likely", self._same(named, name))
        parts = {part for topic in topics for part in self.topics.within(topic)}
        within = [seen for seen in self.seen if parts & set(seen.named)]
        return self._say(within, "likely", f"是“{name}”的一部分") or self._by_hint(set(topics), name) or self._by_heading()

    def _by_heading(self) -> Proposal | None:
        """The column of the item's own field, where that is none of the 26 and nothing else spoke."""
        topics = {name for name in self.topics.named(self.item.field) if not self.topics.by_name[name].general}
        found = [seen for seen in self.seen if seen.bare == bare(self.item.field) or topics & set(seen.named)]
        return self._say(found, "certain" if len(found) == 1 else "likely", self._same(found, self.item.field))

    def _by_hint(self, topics: set[str], name: str) -> Proposal | None:
        for words in ("hinted", "included"):
            found = [seen for seen in self.seen if topics & set(getattr(seen, words))]
            if found:
                return self._say(found, "likely", f"栏目名与“{name}”相近" if words == "hinted" else f"“{name}”可能在这个更大的栏目里")
        kinds = [seen for seen in self.seen if topics & self.topics.of_kind(seen.column.kind)]
        return self._say(kinds, "likely", "栏目类型与事项相符")

    def _by_titles(self) -> Proposal | None:
        """Columns whose newest titles speak of the item."""
        topics = [self.field] if self.field else self._level_topics()
        words = {bare(word) for name in topics for word in (name, *self.topics.by_name[name].same)}
        words = {word for word in words if len(word) >= 3}
        hits = [(seen, [title for title, plain in seen.titles if any(word in plain for word in words)]) for seen in self.seen]
        best = sorted((pair for pair in hits if len(pair[1]) >= _HITS), key=lambda pair: -len(pair[1]))[:2]
        if not best:
            return None
        count, example = len(best[0][1]), best[0][1][0][:30]
        return self._say([seen for seen, _ in best], "likely", f"栏目里近期有《{example}》等{count}条相关信息")

    def _none(self) -> Proposal:
        return Proposal(item=self.item.id, columns=(), sureness="none", reason="没有找到名称或内容相符的栏目")

    def _level_topics(self) -> list[str]:
        """The topics of the deepest level that names any."""
        return next((found for level in self.levels if (found := self.topics.named(level, begins=True))), [])

    def _general(self, level: str) -> bool:
        return any(self.topics.by_name[topic].general for topic in self.topics.named(level, begins=True))

    def _special(self) -> set[str]:
        """Those that tell something of the column: not what every field has."""
        return {topic for level in self.levels for topic in self.topics.named(level, begins=True) if not self.topics.by_name[topic].general}

    @staticmethod
    def _same(found: Sequence[_Seen], name: str) -> str:
        equal = all(seen.bare == bare(name) for seen in found)
        return f"栏目名与“{name}”相同" if equal else f"“{'”“'.join(seen.name for seen in found[:_SHOWN])}”与“{name}”是同一类事项"

    def _say(self, found: Sequence[_Seen], sureness: Sureness, reason: str) -> Proposal | None:
        if not found or len(found) > MOST:
            return None
        return Proposal(item=self.item.id, columns=tuple(seen.id for seen in found), sureness=sureness, reason=reason)
