"""The handover that a number names, found in any log that is held, with what its paper carries."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain as joined
from typing import Any

from custody.chain.corrections import withdrawals
from custody.errors import N_, InputError
from custody.format.events import Event
from custody.format.paper_codes import Sheet
from custody.handover.handover_facts import in_row, station_slug
from db.log.stored import HeldLog, read_stored
from db.models import Tables
from db.state.queries import State
from evidence.checkpoint import claimed_checkpoint

Stored = tuple[Event, bytes, str]
"""An event with the bytes and the signature lines that are stored of it."""


@dataclass(frozen=True, slots=True)
class FoundHandover:
    """A recorded handover: its log, its parts in order, and of each what a paper carries, None where no head is known.

    `election` is what the log's first record says.
    """

    log: HeldLog
    election: str
    parts: tuple[Event, ...]
    sheets: tuple[Sheet | None, ...]


def find_handover(state: State, number: str | None = None) -> FoundHandover:
    """The handover of that BAST number, or of that record (`LOG:SEQ`), or our own last one.

    A record that was withdrawn is found only where no other has its number: what stands in its place comes first.

    Raises:
        InputError: there is none, or several stations gave that number.
    """
    own = state.ledger.own_row()
    if number is None:
        found = [parts for log in [own] if log for parts in [newest_handover(state.tables, log.id, None)] if parts]
    else:
        log, _colon, seq = number.rpartition(":")
        found = _by_record(state, log, int(seq)) if log and re.fullmatch("[0-9]{1,15}", seq) else []
        found = found or _by_number(state, number, own.name if own else "")
    if not found and number and (instead := _in_its_place(state, number)):
        raise InputError(
            N_("{number} was never used: that handover of {station}, {record}, has the number {other}"),
            hint=N_("A number that several laptops share, or a correction, takes the place of a station's own number."),
            number=number,
            station=instead.log.split("/")[2],
            record=f"{instead.log}:{instead.seq}",
            other=instead.body["bast"],
        )
    if not found:
        raise InputError(
            N_("no handover {number} is held here") if number else N_("this station recorded no handover yet"),
            hint=N_("Its number is on the screen after recording, and in the custody report."),
            number=number,
        )
    found = _standing(state, found) or found
    ours = [parts for parts in found if own is not None and parts[0][0].log == own.name]
    if len(found) > 1 and len(ours) != 1:
        raise InputError(
            N_("several stations have a handover {number}: {records}"),
            hint=N_("Name the record instead{typed}."),
            typed=N_("--number LOG:SEQ"),
            number=number,
            records=", ".join(f"{parts[0][0].log}:{parts[0][0].seq}" for parts in found),
        )
    return _with_sheets(state, (ours or found)[0])


def _by_number(state: State, number: str, own: str) -> list[list[Stored]]:
    """The newest handover of that number in each log; first in our own and in those whose station the number names."""
    logs = [HeldLog(*row) for row in _logs(state)]
    named = number.lower().partition("/")[2].rpartition("/")[0]
    likely = [log for log in logs if log.name == own or station_slug(log.name) == named]
    for group in (likely, [log for log in logs if log not in likely]):
        if found := [parts for log in group if (parts := newest_handover(state.tables, log.id, number))]:
            return found
    return []


def _in_its_place(state: State, number: str) -> Event | None:
    """The record that came where a station would have given this number of its own; None where none is known."""
    said = re.fullmatch(r"([0-9]{4,9})/([A-Za-z0-9-]{1,30})/[0-9]{4}", number)
    if said is None:
        return None
    event = state.tables.event
    for log in (HeldLog(*row) for row in _logs(state)):
        if station_slug(log.name) != said[2].lower() or log.handovers < int(said[1]):
            continue
        columns = event.select(event.leaf, event.body, event.signatures).where(event.log_id == log.id)
        rows = columns.order_by(event.seq).tuples().iterator()
        told = (read_stored(*row) for row in rows if b'"bast":' in bytes(row[1]))
        for own, handover in in_row(one for one in told if one.type == "handover"):
            if int(own.partition("/")[0]) == int(said[1]):
                return handover
    return None


def _logs(state: State) -> Iterator[tuple[Any, ...]]:
    log = state.tables.log
    query = log.select(*(getattr(log, name) for name in HeldLog._fields)).order_by(log.is_own.desc(), log.id)
    return iter(query.tuples())


def newest_handover(tables: Tables, log_id: int, number: str | None) -> list[Stored]:
    """The parts of the newest handover of that number in a log, or of its last one; empty where it has none."""
    event = tables.event
    columns = event.select(event.leaf, event.body, event.signatures).where(event.log_id == log_id)
    needle = b'"bast":' if number is None else b'"bast":' + json.dumps(number, ensure_ascii=False).encode()
    found: list[Stored] = []
    for leaf, body, signatures in columns.order_by(event.seq.desc()).tuples().iterator():
        if needle not in bytes(body):  # most bodies are passed over unread
            continue
        said = read_stored(leaf, body, signatures)
        if said.type == "handover" and number in (None, said.body["bast"]):
            number = said.body["bast"]
            found.append((said, bytes(body), signatures))
            if said.body["part"] == 1:
                break
    return found[::-1]


def _by_record(state: State, log: str, seq: int) -> list[list[Stored]]:
    """The handover to which that record belongs."""
    told = [event for event in state.ledger.at(log, seq) if event.type == "handover"][:1]
    if not told:
        return []
    first = seq - told[0].body["part"] + 1
    event, logs = state.tables.event, state.tables.log
    columns = event.select(event.leaf, event.body, event.signatures).join(logs.model, on=(logs.id == event.log_id))
    numbers = event.seq.between(first, first + told[0].body["parts"] - 1)
    query = columns.where((logs.name == log) & numbers).order_by(event.seq)
    return [[(read_stored(*row), bytes(row[1]), row[2]) for row in query.tuples()]]


def _standing(state: State, found: list[list[Stored]]) -> list[list[Stored]]:
    """Those that no correction took back."""
    corrections = _that_count(state, found)
    if not corrections:
        return found
    events = joined((event for parts in found for event, _body, _lines in parts), corrections)
    withdrawn, _foreign = withdrawals({event.leaf: event for event in events}, state.roots)
    return [parts for parts in found if parts[0][0].leaf not in withdrawn]


def _that_count(state: State, found: list[list[Stored]]) -> list[Event]:
    """The corrections that count for a letter of these handovers: those of the stations that recorded them, too."""
    stations = state.stations.now()
    logs = {event.log for parts in found for event, _body, _lines in parts}
    return [event for event in state.ledger.on_topic(("correct",)) if event.log in logs or stations.stands(event)]


def _with_sheets(state: State, parts: list[Stored]) -> FoundHandover:
    name = parts[0][0].log
    log = next(row for row in (HeldLog(*row) for row in _logs(state)) if row.name == name)
    head = state.ledger.signed_heads.newest(name)
    if head is not None and claimed_checkpoint(head).size < parts[-1][0].seq:
        head = None
    key = bytes.fromhex(log.public_key)
    sheets = tuple(Sheet(body, lines, key, head) if head else None for _event, body, lines in parts)
    election = str(state.ledger.event_at(log.id, 1).body["election"])
    return FoundHandover(log, election, tuple(event for event, _body, _lines in parts), sheets)
