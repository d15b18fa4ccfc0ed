"""Opening the ledger and its key, for the commands that do: what stores and signs loads only with them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from commands.admin.passphrase import ask
from custody.errors import StoreError
from db.connect import refuse_read_only
from db.station_key import has_token, load_key, make_key
from db.store import Store, Surroundings, open_store
from evidence.checkpoint import Signer
from reports.words import finding_text
from services.plan.profiles import speak
from tables.output.own_files import LEDGER_FILE


def surroundings(
    now_utc: Callable[[], str], *, by: str, app: str, uptime: Callable[[], tuple[str, int] | None]
) -> Surroundings:
    """The clock, randomness and name for the store."""
    return Surroundings(now_utc, by=by, app=app, uptime=uptime)


def signer(home: Path, passphrase_file: Path | None) -> Signer:
    """Return the key of the station in that folder; asks for its passphrase or PIN, where no file holds that.

    Raises:
        InputError: the passphrase is not the one, or the input is no terminal.
        StoreError: there is no key, or it cannot be read.
    """
    return load_key(home, lambda: ask(passphrase_file, is_pin=has_token(home)))


@contextmanager
def opened(db_url: str, key: Callable[[], Signer] | None, around: Surroundings) -> Iterator[Store]:
    """The open ledger; `key` gives the station's key where something will be recorded, None: it is only read.

    Raises:
        StoreError: there is no ledger, no key, or one of them is not ours; or it is to be written and cannot be.
    """
    if key is not None:  # before a passphrase is asked for
        refuse_read_only(db_url)
    try:
        found = None if key is None else key()
    except StoreError:
        with open_store(db_url, None, around):  # that there is no ledger either is to be said first
            raise
    with open_store(db_url, found, around) as store:
        speak(store)
        yield store


@contextmanager
def made(home: Path, around: Surroundings) -> Iterator[Store]:
    """A new, empty ledger in that folder, open, with a new key."""
    with open_store(f"sqlite:///{home / LEDGER_FILE}", make_key(home), around, create=True) as store:
        speak(store)
        yield store


def clock_words(store: Store) -> str:
    """Return a warning about this computer's clock that was not shown yet; empty if there is none."""
    return finding_text(store.untold, {}, store.ledger.own_log().place) if store.untold else ""
