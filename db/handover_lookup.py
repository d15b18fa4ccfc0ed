"""Which handovers a number names, in any log that is held, and which list of the other side a handover confirms.

The list is found in the chains as of then, and in papers that were read.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain as joined
from typing import Any, NamedTuple

from custody.chain.chain import Chain, custody
from custody.chain.corrections import withdrawals
from custody.chain.findings import Finding
from custody.errors import N_, InputError
from custody.format.event_types import Body
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.format.paper_codes import Sheet
from custody.handover.counting import Counted, counted_in, unmatched
from custody.handover.handover_facts import in_row, station_slug
from custody.handover.handover_history import confirmed, listed_there, sent_by, waiting_in
from custody.handover.waybill import Waybill
from db.log.stored import UNLABELLED, HeldLog, numbered, read_stored
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
    if not found and number and (unused := unused_number(state, number)) is not None:
        raise unused
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


def unused_number(state: State, number: str) -> InputError | None:
    """What to say of a number that a station would have given, and that no handover has; None of any other."""
    if (instead := _in_its_place(state, number)) is None:
        return None
    return InputError(
        N_("{number} was never used: that handover of {station}, {record}, has the number {other}"),
        hint=N_("A number that several laptops share, or a correction, takes the place of a station's own number."),
        number=number,
        station=instead.log.split("/")[2],
        record=f"{instead.log}:{instead.seq}",
        other=instead.body["bast"],
    )


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


def numbered_alike(state: State, number: str, giver: str, to: str, own: str | None = None) -> list[Event]:
    """The records of other logs that stand and are of one BAST number, giver and receiver.

    Args:
        own: the log that they are other than; None: our own.
    """
    if own is None:
        row = state.ledger.own_row()
        own = row.name if row else ""
    stations = state.stations.now()
    found = {
        event.leaf: event
        for event in state.ledger.on_topic((numbered(number),))
        if event.log != own and (event.body["from"], event.body["to"]) == (giver, to) and stations.stands(event)
    }
    return standing(state, found.values())


def standing(state: State, events: Iterable[Event]) -> list[Event]:
    """Those of these events that no correction took back, in the order of logs and numbers."""
    found = {event.leaf: event for event in events}
    if found and (corrections := state.ledger.on_topic(("correct",))):
        withdrawn, _foreign = withdrawals(found | {event.leaf: event for event in corrections}, state.roots)
        found = {leaf: event for leaf, event in found.items() if leaf not in withdrawn}
    return sorted(found.values(), key=lambda event: (event.log, event.seq, event.leaf))


def unlabelled(state: State, own: Sequence[Counted]) -> list[Finding]:
    """What is found with these records of one handover, which note things that came without a readable label, about
    such things.

    It is a matter of all handovers between the same two: what another record matched is settled.
    """
    key, leaves = own[0].key, {part.leaf for part in own}
    stations = state.stations.now()
    ends = (key.giver, key.to)
    found = (event for event in state.ledger.on_topic((UNLABELLED,)) if (event.body["from"], event.body["to"]) == ends)
    events = [event for event in found if event.leaf in leaves or stations.stands(event)]
    parts = {event.leaf: counted_in(event) for event in standing(state, events)}
    drafted = [part for part in own if not part.leaf]
    judged = unmatched([*parts.values(), *drafted], state.places.tree())
    return [finding for part, finding in judged if part.leaf in leaves]


class ListThere(NamedTuple):
    """The codes that the other side's record lists, None where it lists nothing.

    `may_change`: whether what is scanned next may bring another record of the other side in, or leave one out. `phase`
    and `kinds` are those that it names; empty where it names none, or several records name several.
    """

    codes: list[str] | None = None
    may_change: bool = False
    phase: str = ""
    kinds: tuple[str, ...] = ()


def list_there(
    state: State, ends: tuple[str, str, str], chains: Mapping[str, Chain], waybill: Waybill, scanned: Collection[str]
) -> ListThere:
    """The list of what was to go that the other side's record of a handover states.

    Args:
        ends: giver, receiver, and the log of who confirms.
        chains: as of then, without the handover's own records.
        waybill: what papers said then.
        scanned: the codes that were taken or refused; empty: nothing yet, so that any record may be meant.
    """
    events = waiting_in(chains, *ends)
    papers = waybill.records
    if not any(body.get("meant") for body in (*papers.values(), *(event.body for event in events.values()))):
        return ListThere()
    waiting = {code: sent_by(papers[ref.leaf]) for code, ref in waybill.refs.items() if ref.leaf in papers}
    waiting |= {code: sent_by(event.body) for code, event in events.items()}
    meant = confirmed(waiting, scanned)
    newest = {sent_by(event.body): event for event in events.values()}
    records = [part.body for sent, event in newest.items() if sent in meant for part in _parts(state, event)]
    on_paper = [body for body in papers.values() if sent_by(body) in meant]
    gone = {str(row["code"]) for body in on_paper for row in body["items"]} - waiting.keys() - {*scanned}
    found = listed_there([*records, *on_paper])
    may_change = not scanned or len(meant) < len({*waiting.values()})
    if found is None:
        return ListThere(None, may_change)
    phases = {str(body.get("phase") or "") for body in (*records, *on_paper)}
    kinds = [body.get("kinds", ()) for body in (*records, *on_paper)]
    named = dict.fromkeys(kind for some in kinds for kind in some) if all(kinds) else {}
    codes = [code for code in found if code not in gone]
    return ListThere(codes, may_change, phases.pop() if len(phases) == 1 else "", tuple(named))


def loaded_as(state: State, giver: str, items: Iterable[Item], waybill: Waybill) -> tuple[str, tuple[str, ...]]:
    """The phase and the kinds that all of these things were meant for when a carrier got them; empty where one of them
    was not, and the phase where there were several.

    Args:
        items: what the carrier has for a place, what is inside things too.
        waybill: what papers say of it.
    """
    held = {item.code: item for item in items}
    outer = [item for item in held.values() if item.parent not in held]
    phases, kinds = set[str](), set[str]()
    for item, body in zip(outer, _brought_by(state, giver, outer, waybill), strict=True):
        if body is None or not body.get("kinds") or item.kind not in ("", *body["kinds"]):
            return "", ()
        phases.add(str(body.get("phase") or ""))
        kinds.update(map(str, body["kinds"]))
    return phases.pop() if len(phases) == 1 else "", tuple(sorted(kinds))


def _brought_by(state: State, giver: str, items: Sequence[Item], waybill: Waybill) -> Iterator[Body | None]:
    """For each of these things the record by which the giver got it; None where that is not known."""
    refs, known = (
        state.latest([item.code for item in items if item.code not in waybill.refs]),
        dict[str, Event | None](),
    )
    for item in items:
        if item.code in waybill.refs:
            body = waybill.loads.get(waybill.refs[item.code].leaf)
        elif item.code in refs:
            leaf = refs[item.code].leaf
            event = known[leaf] if leaf in known else known.setdefault(leaf, state.ledger.find(leaf))
            is_it = event is not None and event.type == "handover" and event.body["to"] == giver
            body = event.body if event and is_it else _came_by(state, item.code, giver)
        else:
            body = None
        yield body


def _came_by(state: State, code: str, giver: str) -> Body | None:
    """The record by which the giver got a thing about which more was recorded since."""
    links = custody(code, state.families.of([code])[code], roots=state.roots).links
    return next((link.event.body for link in reversed(links) if link.has_moved and link.to == giver), None)


def _parts(state: State, event: Event) -> list[Event]:
    """All parts of the handover that an event is one of, whether a correction took them back since or not."""
    first = event.seq - event.body["part"] + 1
    numbers = range(first, first + event.body["parts"])
    found = [other for seq in numbers if seq != event.seq for other in state.ledger.at(event.log, seq)]
    found = [other for other in found if other.type == "handover"]
    return [event, *(other for other in found if sent_by(other.body) == sent_by(event.body))]
