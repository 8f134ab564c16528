"""Host leases: one holder at a time over all processes, all or none, and a gap after the last request."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import hosts
from store.database import Engine, connect_store, open_store, transaction
from store.tables import host_leases

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
BOTH = {"a.gov.cn": 1.0, "b.gov.cn": 2.0}


def take(engine: Engine, wanted: dict[str, float], holder: str, seconds: float) -> float | None:
    """Try ``seconds`` after the start, for a minute."""
    with transaction(engine) as connection:
        return hosts.take(connection, wanted, holder, AT + timedelta(seconds=seconds), 60)


def test_all_or_none(engine: Engine) -> None:
    assert take(engine, {"b.gov.cn": 2.0}, "first", 0) is None
    assert take(engine, BOTH, "second", 10) == 50
    # Nothing of what was free was kept.
    assert take(engine, {"a.gov.cn": 1.0}, "third", 10) is None
    # The same holder may take again, and more.
    assert take(engine, {"b.gov.cn": 2.0}, "first", 20) is None
    assert take(engine, {}, "nobody", 0) is None


def test_the_next_holder_waits_out_the_gap_after_the_last_request(engine: Engine) -> None:
    take(engine, BOTH, "first", 0)
    with transaction(engine) as connection:
        hosts.release(connection, "first", AT + timedelta(seconds=30))
    assert take(engine, BOTH, "second", 30.5) == 1.5
    assert take(engine, {"a.gov.cn": 1.0}, "second", 31) is None
    assert take(engine, BOTH, "third", 32) == 59


def test_one_who_asked_nothing_leaves_no_gap(engine: Engine) -> None:
    take(engine, BOTH, "first", 0)
    with transaction(engine) as connection:
        hosts.release(connection, "first", None)
    assert take(engine, BOTH, "second", 0) is None


def test_a_dead_holder_is_followed_when_its_lease_is_over(engine: Engine) -> None:
    take(engine, BOTH, "dead", 0)
    assert take(engine, BOTH, "next", 59) == 1
    # It may have asked until the very end.
    assert take(engine, BOTH, "next", 60) == 2
    assert take(engine, BOTH, "next", 62) is None
    with transaction(engine) as connection:
        assert hosts.renew(connection, "dead", AT + timedelta(seconds=63), 60) == 0
        # What is another's is not given back by the dead.
        hosts.release(connection, "dead", AT + timedelta(seconds=63))
        assert hosts.holds(connection, "next", AT + timedelta(seconds=63))


def test_a_renewed_lease_lasts(engine: Engine) -> None:
    take(engine, BOTH, "first", 0)
    with transaction(engine) as connection:
        assert hosts.renew(connection, "first", AT + timedelta(seconds=50), 60) == 2
        assert hosts.holds(connection, "first", AT + timedelta(seconds=100))
        assert not hosts.holds(connection, "first", AT + timedelta(seconds=110))
    assert take(engine, BOTH, "second", 100) == 10


def test_a_store_that_is_away_is_no_answer(engine: Engine) -> None:
    away = connect_store("postgresql://nobody@127.0.0.1:9/none")
    assert hosts.renewed(away, "first", 60) is None
    assert hosts.renewed(engine, "first", 60) == 0
    away.dispose()


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sets(st.sampled_from("abcd"), min_size=1), st.integers(0, 90)), max_size=30))
def test_never_two_holders(tried: list[tuple[str, set[str], int]]) -> None:
    """Whatever is asked for in whatever order: a host given out is no other's until its lease and its gap are over."""
    engine = connect_store("sqlite://")
    given_out: dict[str, tuple[str, int]] = {}
    at = 0
    with engine.connect() as connection:
        host_leases.create(connection)
        for holder, wanted, later in tried:
            at += later
            taken = hosts.take(connection, dict.fromkeys(wanted, 5.0), holder, AT + timedelta(seconds=at), 60) is None
            free = all(host not in given_out or given_out[host][0] == holder or at >= given_out[host][1] + 65 for host in wanted)
            assert taken == free
            if taken:
                given_out |= dict.fromkeys(wanted, (holder, at))
    engine.dispose()


CONTENDER = """
import sys, time
from store import hosts
from store.database import open_store, transaction
engine, name, log = open_store(sys.argv[1], migrate=False), sys.argv[2], open(sys.argv[3], "a")
wanted = {"a": 0.01, "b": 0.01} if int(name) % 2 else {"b": 0.01, "a": 0.01, "c": 0.01}
for turn in range(8):
    while True:
        with transaction(engine) as connection:
            wait = hosts.take(connection, wanted, f"{name}-{turn}", hosts.present(connection), 60)
        if wait is None:
            break
        time.sleep(0.005)
    log.write(f"in {name}\\n"); log.flush()
    time.sleep(0.01)
    log.write(f"out {name}\\n"); log.flush()
    with transaction(engine) as connection:
        hosts.release(connection, f"{name}-{turn}", hosts.present(connection))
"""


@pytest.mark.timeout(120)
def test_processes_take_turns(store_url: str, tmp_path: Path) -> None:
    """Real processes on each database: never two inside, nobody stuck, no deadlock."""
    open_store(store_url).dispose()
    log = tmp_path / "log"
    contenders = [
        subprocess.Popen([sys.executable, "-c", CONTENDER, store_url, str(number), str(log)], stderr=subprocess.PIPE)
        for number in range(4)
    ]
    for contender in contenders:
        _, said = contender.communicate(timeout=100)
        assert contender.returncode == 0, said.decode()
    lines = [line.split() for line in log.read_text().splitlines()]
    assert len(lines) == 4 * 8 * 2
    for entered, left in zip(lines[::2], lines[1::2], strict=True):
        assert (entered[0], left[0], entered[1]) == ("in", "out", left[1])


def test_present_is_aware_and_one_for_all(engine: Engine) -> None:
    with engine.connect() as connection:
        first, second = hosts.present(connection), hosts.present(connection)
    assert first.tzinfo is not None
    assert timedelta(0) <= second - first < timedelta(seconds=5)
