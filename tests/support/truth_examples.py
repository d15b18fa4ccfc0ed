"""What surfaces say of a handover, read from the commands that show it."""

import json
import sqlite3
from pathlib import Path

from custody.format.encoding import read_signatures
from custody.format.events import read_event
from tests.support.command_examples import Terminal

TRUCK = "DK8123AB"


def letter(station: Terminal, number: str) -> dict:
    """What the letter of a handover says, as JSON."""
    return station("report", "bast", "--number", number, "--json").json


def root_key(station: Terminal) -> str:
    """The public key of the station's card."""
    return str(json.loads((station.home / "station-card.json").read_text())["public_key"])


def letter_pdf(station: Terminal, number: str, folder: Path) -> Path:
    assert station("report", "bast", "--number", number, "--out", folder / "letter.pdf").code == 0
    return folder / "letter.pdf"


def of_codes(station: Terminal, kind: str) -> list[tuple[str, str | None, str]]:
    """The findings of that code that `report discrepancies` lists: item, place and state."""
    out = station.home / "discrepancies.json"
    assert station("report", "discrepancies", "--out", out).code == 0
    rows = json.loads(out.read_text())["rows"]
    return [
        (row["finding"], row["item"].replace("-", "") or None, row["state"]) for row in rows if row["finding"] == kind
    ]


def listed(station: Terminal, codes: list[str]) -> Path:
    path = station.home / "list.txt"
    path.write_text("\n".join(codes))
    return path


def bodies(station: Terminal) -> list[dict]:
    """The bodies of the handovers of a ledger, in order."""
    rows = sqlite3.connect(station.home / "ledger.db").execute("SELECT body, signatures FROM event ORDER BY id")
    events = [read_event(bytes(body), read_signatures(lines)) for body, lines in rows]
    return [dict(event.body) for event in events if event.type == "handover"]
