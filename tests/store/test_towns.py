"""Towns of one store: whatever a town's connection is asked for, nothing of another town is read, changed or removed."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from types import ModuleType

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

import store
from store import records, tables
from store.database import Engine, for_town, open_store, town_of, transaction
from tests.store.calls import CALLS, OF_NO_TOWN, Call
from tests.store.two_towns import AT, Town, fill, record, rows_of
from tests.store.writing import another_store

# Accounts, hosts and the log of changes are the installation's; backups are of the whole store; the rest are tools.
OF_THE_WHOLE = {
    "audit", "backup", "bulk", "columns", "database", "disclosure", "failures", "finding_history", "hosts", "installation", "known", "lists", "people", "record_rows",
    "scope", "sessions", "sign_ins", "site_tables", "tables",
}
EVERY_CALL: dict[str, Call] = {
    f"{module.__name__.partition('.')[2]}.{name}": call for module, calls in CALLS.items() for name, call in calls.items()
}


def _functions(module: ModuleType) -> set[str]:
    own = inspect.getmembers(module, lambda each: inspect.isfunction(each) and each.__module__ == module.__name__)
    return {name for name, _ in own if not name.startswith("_")}


def test_every_function_of_the_store_is_called_here() -> None:
    modules = {
        name: importlib.import_module(f"store.{name}")
        for _, name, folder in pkgutil.iter_modules(store.__path__) if not folder and name not in OF_THE_WHOLE
    }
    assert {name: _functions(module) for name, module in modules.items()} == {
        module.__name__.partition(".")[2]: set(calls) | OF_NO_TOWN.get(module, set()) for module, calls in CALLS.items()
    }


@dataclass(frozen=True)
class Towns:
    """A store of two towns, and what each call answered while the first was alone in it: of its own rows, and of rows
    that nobody had."""

    engine: Engine
    me: Town
    them: Town
    alone: dict[str, str]
    nobody: dict[str, str]
    theirs: dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    """Filled once: every call is undone."""
    with another_store(request, tmp_path_factory.mktemp("towns") / "townwatch.db") as url:
        engine = open_store(url)
        mine, other = for_town(engine, "mine"), for_town(engine, "other")
        me = fill(mine, "甲")
        alone = {name: _answer(mine, call, me)[0] for name, call in EVERY_CALL.items()}
        stranger = replace(
            me, mark="乙", record=9001, bare=9002, case=9003, stored=replace(me.stored, id=9001),
            delivery=replace(me.delivery, id="3-乙"), application=9004, contest=replace(me.contest, id=9005),
        )
        nobody = {name: _answer(mine, call, stranger)[0] for name, call in EVERY_CALL.items()}
        them = fill(other, "乙")
        with other.connect() as connection:
            theirs = rows_of(connection, "other")
        yield Towns(engine, me, them, alone, nobody, theirs)
        engine.dispose()


class _Undo(Exception):
    pass


def _answer(engine: Engine, call: Call, town: Town) -> tuple[str, dict[str, list[tuple[object, ...]]]]:
    """What a call answers, without the numbers that the database gives, and the other town's rows after it."""
    with suppress(_Undo), transaction(engine) as connection:
        try:
            answer = re.sub(r"\bid=\d+", "id=", repr(call(connection, town)))
        except KeyError:
            answer = "there is none"
        rows = rows_of(connection, "other")
        raise _Undo
    return answer, rows


@pytest.mark.parametrize("name", EVERY_CALL)
def test_another_town_makes_no_difference(towns: Towns, name: str) -> None:
    answer, theirs = _answer(for_town(towns.engine, "mine"), EVERY_CALL[name], towns.me)
    assert answer == towns.alone[name]
    assert theirs == towns.theirs


@pytest.mark.parametrize("name", EVERY_CALL)
def test_the_rows_of_another_town_are_not_there(towns: Towns, name: str) -> None:
    # An id that is taken may be refused by the database; nothing is told by it.
    with suppress(IntegrityError):
        answer, theirs = _answer(for_town(towns.engine, "mine"), EVERY_CALL[name], towns.them)
        assert answer == towns.nobody[name]
        assert theirs == towns.theirs


def test_every_table_of_a_town_is_filled(towns: Towns) -> None:
    assert [name for name, rows in towns.theirs.items() if not rows] == ["audit"]


def test_who_speaks_for_no_town_reads_all_and_writes_nothing(engine: Engine) -> None:
    everyone = engine.execution_options(town=None)
    for town, mark in (("mine", "甲"), ("other", "乙")):
        fill(for_town(engine, town), mark)
    with everyone.connect() as connection:
        assert town_of(connection) is None
        assert records.count(connection) == 4
    with pytest.raises(StatementError, match="for_town"), transaction(everyone) as connection:
        connection.execute(tables.runs.insert().values(id="r", started_at=AT, status="running"))


def test_the_same_address_is_a_record_of_each_town(engine: Engine) -> None:
    for town in ("mine", "other"):
        with transaction(for_town(engine, town)) as connection:
            records.save(connection, "r", [records.Arrival(record=record(town), at=AT)])
    with for_town(engine, "other").connect() as connection:
        (found,), total = records.page_of_records(connection)
    assert (found.record.title, total) == ("标题other", 1)
