"""Builders for tests of what nobody admitted: strangers, their bundles, and a station that root has not admitted."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from custody.format.encoding import log_name
from db.log.quarantine import Strangers
from db.store import Store
from evidence.entry import RawEntry
from evidence.intake import LogRow, entry_line, header_line
from tests.support.command_examples import Terminal, station_at
from tests.support.evidence_logs import Station
from tests.support.meet_examples import PPK, fingerprint_of
from tests.support.merge_examples import Bundle

AT = "2024-02-10T23:00:00Z"


def stranger(number: int = 1, size: int = 4, key: int = 200) -> Station:
    """A log that root has not admitted; those of one key differ by their numbers."""
    public_key = Station(key).public_key
    return Station(key, log_name("pemilu-2024", f"asing-{number}", public_key, number)).fill(size)


def bundle_of(*stations: Station) -> Bundle:
    rows = [LogRow(**{**_row(each), "checkpoint": each.head()}) for each in stations]
    return Bundle(tuple(rows), tuple(RawEntry(e.body, e.signatures) for each in stations for e in each.entries))


def _row(one: Station) -> dict[str, Any]:
    row = one.row()
    return {name: getattr(row, name) for name in ("log", "station", "place", "size", "head")}


def write_bundle(path: Path, *stations: Station) -> Path:
    bundle = bundle_of(*stations)
    lines = [header_line(list(bundle.rows)), *(entry_line(e.body, e.signatures) for e in bundle.entries)]
    path.write_bytes(gzip.compress(b"".join(lines), 6, mtime=0))
    return path


def kept(store: Store) -> list[str]:
    return sorted(one.log for one in Strangers(store).kept())


# --- handing on ------------------------------------------------------------------------------------------------------


def names_in(file: str) -> set[str]:
    with gzip.open(file) as bundle:
        return {row["log"] for row in json.loads(next(bundle))["logs"]}


@pytest.fixture
def newcomer(station: Terminal, tmp_path: Path) -> Terminal:
    """A laptop that follows root, is not admitted yet, and has met nobody."""
    return station_at(
        station, tmp_path / "new", "--place", PPK, "--station", "PPK-1", "--root", fingerprint_of(station)
    )
