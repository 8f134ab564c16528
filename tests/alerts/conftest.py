"""A store where one database is enough."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.database import Engine, for_town, open_store


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    engine = for_town(open_store(sqlite_url), "town")
    yield engine
    engine.dispose()
