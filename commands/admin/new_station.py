"""How a station begins, or goes on with a new log: key, ledger and card, all of them or none."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from commands.context import LEDGER_FILE, Station, progress
from custody.errors import N_, InputError, StoreError
from custody.format.encoding import key_fingerprint
from custody.format.events import Event
from db.station_key import FILE_NAME, make_key
from db.store import open_store
from evidence.signer import Signer
from services.exchange.transfer import import_bundles
from services.records.membership import go_on as go_on_with
from services.records.membership import lost_log, make_card
from tables.output.safe_file import safe_file

CARD_FILE = "station-card.json"
SHEET_FILE = "KEYSHEET.pdf"


@dataclass(frozen=True)
class Begun:
    """A log that has begun: its first event, its key's fingerprint, the card for root, the secret key, the sheet."""

    genesis: Event
    fingerprint: str
    card: Path
    secret: Path
    sheet: Path


ASIDE = "set-aside-"
"""How a folder begins in which a station lies that began wrongly."""


def may_begin_anew(station: Station) -> bool:
    """Whether a station has begun here and recorded nothing yet: as where its root was mistyped."""

    ledger = station.home / LEDGER_FILE
    own_file = station.db_url == f"sqlite:///{ledger}"
    if not (own_file and ledger.exists() and (station.home / FILE_NAME).exists()):
        return False
    with open_store(station.db_url, None, station.around()) as store:
        own = store.ledger.own_row()
        return own is not None and store.ledger.sizes()[own.name] == 1


@contextmanager
def set_aside(station: Station) -> Iterator[Path]:
    """What has begun wrongly lies in that folder; where what follows fails, all is as it was.

    Raises:
        StoreError: a file cannot be moved, as one that another program holds open.
    """

    aside = station.home / f"{ASIDE}{station.now_utc().replace(':', '')}"
    names = [LEDGER_FILE, f"{LEDGER_FILE}-wal", f"{LEDGER_FILE}-shm", FILE_NAME, CARD_FILE, SHEET_FILE]
    moved: list[str] = []
    try:
        aside.mkdir()
        for name in names:
            if (station.home / name).exists():
                (station.home / name).rename(aside / name)
                moved.append(name)
        yield aside
    except BaseException as error:
        for name in moved:
            (aside / name).rename(station.home / name)
        if aside.is_dir() and not any(aside.iterdir()):
            aside.rmdir()
        if isinstance(error, OSError):
            raise StoreError(
                N_("the folder {path} cannot be written ({reason})"),
                hint=N_("Close what else has this station open, and try again."),
                path=str(station.home),
                reason=error.strerror or str(error),
            ) from error
        raise


def begin(
    station: Station, *, election: str, name: str, place: str, root: str | None, passphrase: str | None = None
) -> Begun:
    """Make a key, a ledger and its first event; nothing stays behind where one of them fails."""

    ledger, secret = station.home / LEDGER_FILE, station.home / FILE_NAME
    is_new = not ledger.exists()
    signer = make_key(station.home, passphrase)
    genesis: Event | None = None
    try:
        with open_store(station.db_url, signer, station.around(), create=True) as store:
            genesis = store.begin(election=election, station=name, place=place, root=root)
    finally:
        if genesis is None:  # half a station would keep the next try from beginning
            secret.unlink()
            if is_new:
                ledger.unlink(missing_ok=True)
    return _begun(station, genesis, signer)


def go_on(
    station: Station,
    *,
    place: str | None,
    name: str | None,
    root: str | None,
    new_key: bool,
    passphrase: str | None = None,
    bundles: Sequence[Path] = (),
) -> Begun:
    """Begin a new log in the ledger that is there; with the key that is there, or a new one.

    Args:
        bundles: where the ledger is lost: bundles of other stations that hold its log. A new ledger takes them in.
    """

    ledger, log = station.home / LEDGER_FILE, None
    if not bundles:
        _need_ledger(station)
    elif ledger.exists():
        raise InputError(
            N_("there is a ledger at {path}: nothing is lost"), hint=N_("Leave --from away."), path=str(ledger)
        )
    genesis: Event | None = None
    try:
        with (
            _key(station, new_key=new_key, passphrase=passphrase) as (signer, is_made),
            open_store(station.db_url, signer, station.around(), create=bool(bundles)) as store,
        ):
            if bundles:
                import_bundles(store, bundles, progress=progress)
                log = lost_log(store, station=name, place=place, key=None if is_made else signer.public_key.hex())
            genesis = go_on_with(store, station=name, place=place, root=root, log=log)
    finally:
        if genesis is None and bundles:
            ledger.unlink(missing_ok=True)
    return _begun(station, genesis, signer)


def _need_ledger(station: Station) -> None:
    """Look before a key is made: a key for no ledger helps nobody.

    Raises:
        StoreError: there is no ledger, or it is not ours.
    """

    if station.db_url == f"sqlite:///{station.home / LEDGER_FILE}" and not (station.home / LEDGER_FILE).exists():
        raise StoreError(
            N_("there is no ledger at {path}"),
            hint=N_(
                "Put a backup there; or take its log from another station's bundle: "
                "python main.py init --continue --from FILE"
            ),
            path=str(station.home / LEDGER_FILE),
        )
    with open_store(station.db_url, None, station.around()) as store:
        store.ledger.own_log()


@contextmanager
def _key(station: Station, *, new_key: bool, passphrase: str | None) -> Iterator[tuple[Signer, bool]]:
    """The key to go on with, and whether it was made now; where that fails, all is as it was."""

    secret = station.home / FILE_NAME
    aside = None
    if new_key and secret.exists():
        aside = secret.with_name(f"{FILE_NAME}.{station.now_utc().replace(':', '')}")
        secret.rename(aside)
    is_made = not secret.exists()
    try:
        yield (make_key(station.home, passphrase) if is_made else station.signer), is_made
    except BaseException:
        if is_made:
            secret.unlink(missing_ok=True)
            if aside is not None:
                aside.rename(secret)
        raise


def _begun(station: Station, genesis: Event, signer: Signer) -> Begun:
    card = station.home / CARD_FILE
    with safe_file(card, is_own=True) as file:
        file.write(make_card(genesis, signer))
    fingerprint = key_fingerprint(signer.public_key)
    return Begun(genesis, fingerprint, card, station.home / FILE_NAME, _save_sheet(station, genesis, fingerprint))


def _save_sheet(station: Station, genesis: Event, fingerprint: str) -> Path:
    from reports.handover import key_sheet

    said = {name: str(genesis.body[name]) for name in ("station", "place", "election", "log", "root")}
    path = station.home / SHEET_FILE
    with safe_file(path, is_own=True) as file:
        key_sheet.write_key_sheet(file, key_sheet.KeySheet(**said, fingerprint=fingerprint, made_at_utc=genesis.at))
    return path
