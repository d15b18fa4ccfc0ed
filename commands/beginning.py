"""How a station begins, or goes on with a new log: key, ledger and card, all of them or none."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from commands.base import LEDGER_FILE, Station
from custody.errors import N_, InputError
from tables.safe_file import safe_file

if TYPE_CHECKING:
    from custody.events import Event
    from db.ledger import Signer

CARD_FILE = "station-card.json"
SHEET_FILE = "KEYSHEET.pdf"


@dataclass(frozen=True)
class Begun:
    """A log that has begun: its first event, its key's fingerprint, the card for root, the secret key, the sheet."""

    genesis: "Event"
    fingerprint: str
    card: Path
    secret: Path
    sheet: Path


def begin(
    station: Station, *, election: str, name: str, place: str, root: str | None, passphrase: str | None = None
) -> Begun:
    """Make a key, a ledger and its first event; nothing stays behind where one of them fails."""
    from db.station_key import FILE_NAME, make_key
    from db.store import open_store

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
) -> Begun:
    """Begin a new log in the ledger that is there; with the key that is there, or a new one."""
    from db.station_key import FILE_NAME, make_key
    from db.stations import go_on as go_on_with
    from db.store import open_store

    secret = station.home / FILE_NAME
    with open_store(station.db_url, None, station.around()) as store:  # a key for no ledger helps nobody
        store.ledger.own_log()
    aside = None
    if new_key and secret.exists():
        aside = secret.with_name(f"{FILE_NAME}.{station.now_utc().replace(':', '')}")
        secret.rename(aside)
    is_made = not secret.exists()
    signer = make_key(station.home, passphrase) if is_made else station.signer
    genesis: Event | None = None
    try:
        with open_store(station.db_url, signer, station.around()) as store:
            genesis = go_on_with(store, station=name, place=place, root=root)
    finally:
        if genesis is None and is_made:
            secret.unlink()
            if aside is not None:
                aside.rename(secret)
    return _begun(station, genesis, signer)


def read_fingerprint(text: str) -> str:
    """A fingerprint as people copy it: 64 hex digits, with or without spaces.

    Raises:
        InputError: it is none.
    """
    digits = re.sub(r"[\s:-]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise InputError(
            N_("{text} is no fingerprint of a key"),
            hint=N_("It has 64 characters, 0-9 and a-f, in groups of four; copy it from the root's key sheet."),
            text=text[:100],
        )
    return digits


def _begun(station: Station, genesis: "Event", signer: "Signer") -> Begun:
    from custody.ledger import key_fingerprint
    from db.station_key import FILE_NAME
    from db.stations import make_card

    card = station.home / CARD_FILE
    with safe_file(card) as file:
        file.write(make_card(genesis, signer))
    fingerprint = key_fingerprint(signer.public_key)
    return Begun(genesis, fingerprint, card, station.home / FILE_NAME, _save_sheet(station, genesis, fingerprint))


def _save_sheet(station: Station, genesis: "Event", fingerprint: str) -> Path:
    from reports.key_sheet import KeySheet, write_key_sheet

    said = {name: str(genesis.body[name]) for name in ("station", "place", "election", "log", "root")}
    path = station.home / SHEET_FILE
    with safe_file(path) as file:
        write_key_sheet(file, KeySheet(**said, fingerprint=fingerprint, made_at_utc=genesis.at))
    return path
