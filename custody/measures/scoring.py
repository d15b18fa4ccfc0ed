"""The faults of one item's chain: what went wrong, on which of the six "tepat", and who had the item.

A fault counts for the custodian who had the thing when it arose, not for the one who found it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from custody.chain.chain import Chain
from custody.chain.findings import Finding, had_happened, moment
from custody.chain.item_state import Link
from custody.chain.journey import Journey
from custody.format.codes import is_plate
from custody.format.events import Event
from custody.plan.places import Ways

Axis = Literal["kind", "quantity", "time", "target", "quality", "accountability"]
AXES: tuple[Axis, ...] = get_args(Axis)
"""Jenis, jumlah, waktu, sasaran, kualitas, akuntabilitas."""
VEHICLES, VENDORS, OTHERS = "vehicles", "vendors", "others"
"""Who bears faults beside committees and the places above them."""

_AXIS_OF: Mapping[str, Axis] = {
    "SHORTAGE": "quantity",
    "EXCESS": "quantity",
    "COUNT": "quantity",
    "WRONG_DESTINATION": "target",
    "DAMAGED": "quality",
    "MISSING": "quality",
    "SEAL_BROKEN": "quality",
    "SEAL_MISMATCH": "quality",
    "UNSEALED": "quality",
    "UNKNOWN_CODE": "accountability",
    "VOID_LABEL": "accountability",
    "GAP": "accountability",
    "FORK": "accountability",
    "SUSPECTED_COPY": "accountability",
    "DISPUTED": "accountability",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that went wrong, and who had it when that arose.

    `code` is the finding's, `bearer` a sub-district's code, the code of a place above, or one of `VEHICLES`, `VENDORS`,
    `OTHERS`; `custodian` who it was exactly. `item` is None where it is about a whole handover; then `things` says how
    many. `record` is `log:seq`, empty where no record is behind it: something did not happen in time.
    """

    axis: Axis
    code: str
    bearer: str
    custodian: str
    item: str | None
    record: str = ""
    leaf: str = ""
    happened: str = ""
    is_open: bool = True
    things: int = 1


@dataclass(frozen=True, slots=True)
class Marks:
    """What one item's chain says of those who had it.

    `loads`: for each bearer the handover with which it first came into its hands. `timed`: the bearers who had it while
    a due time was ahead. `provisional` findings, by bearer, are not counted yet: a log not met may explain them.
    """

    code: str
    loads: Mapping[str, str]
    timed: frozenset[str]
    faults: tuple[Fault, ...]
    provisional: tuple[str, ...]


def marks_of(chain: Chain, way: Journey | None, ways: Ways, *, as_of: str, is_now: bool = False) -> Marks:
    """What a chain says of those who had the item, up to a moment.

    Args:
        way: its journey up to the same moment.
        is_now: the moment is now: all that is recorded has happened, whatever time its station's clock showed.
    """
    limit = None if is_now else as_of
    moves = [link for link in chain.links if link.has_moved and had_happened(link.event.happened, limit)]
    loads: dict[str, str] = {}
    for link in moves:
        loads.setdefault(bearer_of(ways, str(link.to)), _session(link.event))
    faults, provisional = _found(chain, ways, limit)
    timed: frozenset[str] = frozenset()
    if way is not None:
        timed, late = _timed(way, moves, ways, moment(as_of))
        faults += late
    for fault in faults:
        loads.setdefault(fault.bearer, fault.record)
    return Marks(chain.code, loads, timed, tuple(faults), tuple(provisional))


def bearer_of(ways: Ways, custodian: str) -> str:
    """Who bears what goes wrong while this custodian has something: its sub-district, or who is above or beside."""
    place = ways.places.get(custodian)
    if place is None:
        return VEHICLES if is_plate(custodian) else OTHERS
    if place.level in ("carrier", "vendor"):
        return VEHICLES if place.level == "carrier" else VENDORS
    area = ways.area(custodian)
    return area.code if area is not None else custodian


def _found(chain: Chain, ways: Ways, as_of: str | None) -> tuple[list[Fault], list[str]]:
    """The faults that the findings tell of, each said once, and the bearers of provisional ones."""
    at = _custodians(chain)
    faults: dict[tuple[str, str, str], Fault] = {}
    provisional = []
    for finding in chain.findings:
        axis = _axis(finding)
        event, custodian = at.get(finding.leaf or "", (None, chain.held_by or ""))
        if axis is None or (event is not None and not had_happened(event.happened, as_of)):
            continue
        bearer = bearer_of(ways, custodian)
        if finding.is_provisional:
            provisional.append(bearer)
            continue
        record = f"{event.log}:{event.seq}" if event is not None else ""
        faults.setdefault(
            (finding.code, bearer, finding.leaf or ""),
            Fault(
                axis,
                finding.code,
                bearer,
                custodian,
                chain.code,
                record,
                finding.leaf or "",
                event.happened if event is not None else "",
                finding.is_open,
            ),
        )
    return list(faults.values()), provisional


def _axis(finding: Finding) -> Axis | None:
    if finding.code == "WRONG_DESTINATION" and "election" in finding.values:
        return "kind"
    return _AXIS_OF.get(finding.code)


def _custodians(chain: Chain) -> dict[str, tuple[Event, str]]:
    """Each event of the chain with who had the thing when what it shows arose.

    That is the giver of a handover: what is found on receiving it arose before. So it is for what was recorded in one
    session with a handover; and of the handover that a correction withdraws. Otherwise it is whoever held it by then.
    """
    givers = {
        _session(link.event): str(link.event.body["from"]) for link in chain.links if link.event.type == "handover"
    }
    about = {link.event.leaf: link.event for link in chain.links}
    found: dict[str, tuple[Event, str]] = {}
    holder = ""
    for link in chain.links:
        event = link.event
        custodian = str(event.body["from"]) if event.type == "handover" else givers.get(_session(event), holder)
        if link.has_moved:
            holder = str(link.to)
        found.setdefault(event.leaf, (event, custodian or holder))
    for event in chain.corrections:
        source = about.get(event.body["target"], event)
        custodian = str(source.body["from"]) if source.type == "handover" else givers.get(_session(source), holder)
        found.setdefault(event.leaf, (event, custodian))
    return found


def _session(event: Event) -> str:
    """The parts of one handover, and what was recorded along with it, share this."""
    return f"{event.log} {event.body['id']}"


def _timed(way: Journey, moves: list[Link], ways: Ways, now: str) -> tuple[frozenset[str], list[Fault]]:
    """Who had the item while a due time was ahead, and the due times that it missed, laid to who had it then.

    What came after its time is a fault of time; what has not come at all, one of quantity.
    """
    timed: set[str] = set()
    faults = []
    for place in way.way:
        reached = way.reached.get(place.code)
        if (told := way.dues.get(place.code)) is None:
            continue
        due = moment(told.time)
        if reached is None and now <= due:
            continue
        end = due if reached is None else min(due, moment(reached.happened))
        before = [link for link in moves if moment(link.event.happened) <= end and link.event is not reached]
        if not before:
            continue
        timed |= {bearer_of(ways, str(link.to)) for link in before}
        custodian = _who_kept(before, way, ways)
        if reached is None or moment(reached.happened) > due:
            faults.append(
                Fault(
                    "time" if reached is not None else "quantity",
                    "LATE",
                    bearer_of(ways, custodian),
                    custodian,
                    way.item.code,
                    f"{reached.log}:{reached.seq}" if reached is not None else "",
                    reached.leaf if reached is not None else "",
                    reached.happened if reached is not None else told.time,
                    is_open=reached is None,
                )
            )
    return frozenset(timed), faults


def _who_kept(moves: list[Link], way: Journey, ways: Ways) -> str:
    """Who kept an item from where it was due: its holder, or whoever sent it to a place where its way does not lead."""
    on_way = {place.code for place in ways.to(way.item.to)}
    for move in reversed(moves):
        place = ways.places.get(str(move.to))
        if place is None or place.code in on_way or place.level in ("carrier", "vendor"):
            return str(move.to)
    return str(moves[0].to)
