"""A year's report from the register, the counts and what people typed in. Pure.

Of a town: it makes no 规章 (立法法 art. 93 gives them to provinces and cities), so that row is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.applications import Applicant, Application, Contest, ContestKind, ContestResult
from monitor.annual import entries as typed
from monitor.annual.tables import (
    CARRIED_IN,
    CARRIED_OUT,
    NEW,
    REVIEWS,
    AnnualReport,
    Counts,
    Disclosed,
    Documents,
    review_of,
    row_of,
    with_totals,
)

_KINDS = list(Applicant)
_BASIS = (
    "《中华人民共和国政府信息公开条例》和《国务院办公厅政府信息与政务公开办公室关于印发〈中华人民共和国政府信息公开工作"
    "年度报告格式〉的通知》（国办公开办函〔2021〕30号）"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was published in the year: in all (each item once), by category (column), in the key areas, of interpretations;
    ``undated``: items first seen in the year that bear no date, in no other number."""

    total: int
    by_category: Mapping[str, int]
    key_areas: int
    interpretations: int
    undated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures that a town reports of its year; None is what nobody has typed in."""

    published: Published
    applications: int
    reviews: int
    lawsuits: int
    meetings: int | None
    trainings: int | None


def figures(
    year: int, published: Published, applications: Iterable[Application], contests: Iterable[Contest], entries: Mapping[str, str]
) -> Figures:
    """The figures: applications received in the year, reviews and lawsuits accepted in it."""
    begun = [contest for contest in contests if contest.accepted.year == year]
    return Figures(
        published=published, applications=sum(each.received.year == year for each in applications),
        reviews=sum(each.kind is ContestKind.REVIEW for each in begun),
        lawsuits=sum(each.kind is not ContestKind.REVIEW for each in begun),
        meetings=typed.count(entries, "meetings"), trainings=typed.count(entries, "trainings"),
    )


def report(
    organ: str, year: int, told: Figures, applications: Sequence[Application], contests: Sequence[Contest], entries: Mapping[str, str]
) -> AnnualReport:
    """The official report. What nobody has typed in stays blank, which check C7 refuses."""
    rows = table_three(applications, year)
    return AnnualReport(
        organ=organ, year=year, applications=rows, reviews=table_four(contests, year), disclosed=_table_two(entries),
        sections=_sections(organ, year, told, rows, entries),
    )


def table_three(applications: Iterable[Application], year: int) -> dict[str, Counts]:
    """Each application once in what came in and once in what became of it, by the kind of applicant."""
    cells: dict[str, list[int]] = {}

    def add(key: str, application: Application) -> None:
        cells.setdefault(key, [0] * len(_KINDS))[_KINDS.index(application.applicant)] += 1

    for each in applications:
        if each.received.year > year or (each.closed_on is not None and each.closed_on.year < year):
            continue
        add(NEW if each.received.year == year else CARRIED_IN, each)
        if each.closed_on is not None and each.closed_on.year == year and each.outcome is not None:
            add(each.outcome, each)
        else:
            add(CARRIED_OUT, each)
    return with_totals({key: row_of(*numbers) for key, numbers in cells.items()})


def table_four(contests: Iterable[Contest], year: int) -> dict[str, Counts]:
    """What ended in the year by its result, and what had not ended at the year's end."""
    numbers = {kind: [0, 0, 0, 0] for kind in ContestKind}
    for each in contests:
        if each.accepted.year > year:
            continue
        if each.decided_on is None or each.decided_on.year > year:
            numbers[each.kind][3] += 1
        elif each.decided_on.year == year and each.result is not None:
            numbers[each.kind][list(ContestResult).index(each.result)] += 1
    return {name: review_of(*numbers[kind]) for name, kind in zip(REVIEWS, ContestKind, strict=True)}


def period(year: int) -> tuple[date, date]:
    """The first and the last day that a report speaks of."""
    return date(year, 1, 1), date(year, 12, 31)


def _table_two(entries: Mapping[str, str]) -> Disclosed:
    normative = Documents(
        made=typed.count(entries, "normative_made"), repealed=typed.count(entries, "normative_repealed"),
        in_force=typed.count(entries, "normative_in_force"),
    )
    return Disclosed(
        normative=normative, licences=typed.count(entries, "licences"), penalties=typed.count(entries, "penalties"),
        coercions=typed.count(entries, "coercions"), fees=typed.amount(entries, "fees"),
    )


def _sections(
    organ: str, year: int, told: Figures, rows: Mapping[str, Counts], entries: Mapping[str, str]
) -> dict[int, str]:
    found = {number: entries[f"section_{number}"] for number in (1, 5, 6) if f"section_{number}" in entries}
    found.setdefault(1, _overview(organ, year, told, rows))
    fee = typed.amount(entries, "processing_fee")
    if 6 not in found and fee is not None:
        found[6] = f"本年度收取信息处理费{fee}元。" if fee else "本年度没有收取信息处理费。没有其他需要报告的事项。"
    return found


def _overview(organ: str, year: int, told: Figures, rows: Mapping[str, Counts]) -> str:
    """A draft of section one in the usual order; every number in it is one of the tables or of the counts."""
    published = told.published
    new, carried, done, left = (rows[key][-1] for key in (NEW, CARRIED_IN, "total", CARRIED_OUT))
    text = [
        f"本报告由{organ}根据{_BASIS}的要求编制，统计期限自{year}年1月1日起至{year}年12月31日止。",
        f"（一）主动公开。全年主动公开政府信息{published.total}条，其中重点领域信息{published.key_areas}条，"
        f"政策解读{published.interpretations}条。",
        f"（二）依申请公开。全年新收政府信息公开申请{new}件，上年结转{carried}件；本年度办结{done}件，结转下年度继续办理{left}件。"
        f"因政府信息公开申请行政复议{told.reviews}件，提起行政诉讼{told.lawsuits}件。",
    ]
    held = [f"召开政务公开工作会议{told.meetings}次"] if told.meetings is not None else []
    held += [f"组织培训{told.trainings}次"] if told.trainings is not None else []
    return "\n".join([*text, f"（三）监督保障。全年{'，'.join(held)}。"] if held else text)
