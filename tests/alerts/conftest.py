"""A store where one database is enough."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.database import Engine, open_store


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    engine = open_store(sqlite_url)
    yield engine
    engine.dispose()
