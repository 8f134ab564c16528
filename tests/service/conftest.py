"""The first day of the demo town, lived once for all the tests that go on from it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.living import FirstDay, first_day


@pytest.fixture(scope="session")
def the_first_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstDay]:
    with first_day(tmp_path_factory.mktemp("first-day")) as day:
        yield day
