"""What people answered: the last word holds, what is ended stays as proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from core.nouns import Severity
from store import acknowledgements
from store.acknowledgements import Acknowledgement
from store.database import Engine, transaction

AT = datetime(2026, 3, 4, 1, tzinfo=UTC)
GIVEN = Acknowledgement(
    recipient="clerk", kind="finding", item="f1", state="open", severity=Severity.WARN, until=None, who="clerk", note="", at=AT,
)


def test_the_last_word_holds_and_the_earlier_one_is_kept(engine: Engine) -> None:
    later = AT + timedelta(hours=1)
    silent = replace(GIVEN, until=date(2026, 3, 20), note="等批复", who="boss", at=later)
    others = [replace(GIVEN, recipient="boss"), replace(GIVEN, item="f2"), replace(GIVEN, kind="case")]
    with transaction(engine) as connection:
        acknowledgements.add(connection, [GIVEN, *others])
        acknowledgements.add(connection, [silent])
        acknowledgements.add(connection, [])
        holding = acknowledgements.holding(connection)
        mine = acknowledgements.of_items(connection, "clerk", [("finding", "f1")])
    assert [replace(each, id=None) for each in holding] == [*others, silent]
    assert [replace(each, id=None) for each in mine] == [replace(GIVEN, ended_at=later), silent]


def test_what_is_ended_is_ended_once(engine: Engine) -> None:
    with transaction(engine) as connection:
        acknowledgements.add(connection, [GIVEN])
        given, = acknowledgements.holding(connection)
        acknowledgements.end(connection, [given.id], AT)
        acknowledgements.end(connection, [given.id], AT + timedelta(days=1))
        assert acknowledgements.end_for(connection, "clerk", "finding", "f1", AT) is False
        assert [each.ended_at for each in acknowledgements.of_items(connection, "clerk", [("finding", "f1")])] == [AT]
        assert acknowledgements.holding(connection) == []
