"""What a BAST letter tells: the facts of one handover, from its records and the histories of the items that it names.

Pure: the same records give the same facts at any station that holds them. What was expected, and in which condition
things were, is told as of the handover; what is irregular, as far as it is known now.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from custody.carriage import Carriage, carriage_of, remarks_of
from custody.chain import Chain, custody
from custody.codes import is_plate
from custody.compose import Acknowledged, Extra
from custody.events import Event
from custody.findings import Finding, judge_count, moment
from custody.items import Item, SerialRange
from custody.places import is_under
from custody.waybill import Foretold
from reports.words import Needs, Places, zone_code


@dataclass(frozen=True, slots=True)
class Party:
    """One side: its custodian's code, the person who signs, and that person's function (empty: not told)."""

    code: str
    person: str
    function: str


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled thing as the record names it. `item` is None where it is registered nowhere that is known.

    `print` is None where the code was typed without it; `condition` None where nobody has noted one.
    """

    code: str
    print: int | None
    how: str
    item: Item | None
    condition: str | None = None
    remark: str = ""
    is_refused: bool = False

    @property
    def kind(self) -> str:
        return self.item.kind if self.item else ""

    @property
    def to(self) -> str:
        return self.item.to if self.item else ""


@dataclass(frozen=True, slots=True)
class Row:
    """What was taken of one kind: labelled things, the pieces in them, and how many in which condition."""

    kind: str
    count: int
    pieces: int
    conditions: Mapping[str | None, int]
    elections: Mapping[str, int]
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BastFacts:
    """The facts of one handover. `expected` is None where it cannot be known; `missing` are those still with the giver.
    `carried` moved inside things that were scanned, and were not seen themselves.

    `happened_utc` is when it took place, `keyed_in_utc` when it was recorded if that was later, else empty. `here` is
    a place's code whose clock the letter shows, `place` where it took place, `carrier` the vehicle where one side
    is one, else empty. `is_withdrawn`: a correction took it back. `replaces`: the withdrawn records (`LOG:SEQ`) of the
    same number that it says rightly. `foretold` is what papers said of it, where they are all that is known.
    `unadmitted` are stations that recorded it and of which nobody can know yet whether root admits them.
    """

    number: str
    election: str
    station: str
    office: str
    records: tuple[Event, ...]
    happened_utc: str
    keyed_in_utc: str
    here: str
    place: str
    giver: Party
    receiver: Party
    lines: tuple[Line, ...]
    rows: tuple[Row, ...]
    counted: int | None
    expected: int | None
    missing: tuple[Item, ...]
    carried: tuple[Item, ...]
    extras: tuple[Extra, ...]
    witnesses: tuple[str, ...]
    acknowledged: tuple[Acknowledged, ...]
    carriage: Carriage
    carrier: str
    bound: tuple[str, ...]
    note: str
    findings: tuple[Finding, ...]
    foretold: Foretold | None
    unadmitted: tuple[str, ...]
    is_withdrawn: bool
    replaces: tuple[str, ...]
    places: Places
    needs: Needs

    @property
    def signed(self) -> Mapping[str, Acknowledged]:
        """Who acknowledged it on the screen, by signer: `giver`, `receiver`, `witness-1` ...; the last word of each."""
        witnesses = {name: f"witness-{place}" for place, name in enumerate(self.witnesses, 1)}
        named = {row.party if row.party != "witness" else witnesses.get(row.name, ""): row for row in self.acknowledged}
        return {signer: row for signer, row in named.items() if signer}

    @property
    def taken(self) -> tuple[Line, ...]:
        """What the receiver took."""
        return tuple(line for line in self.lines if not line.is_refused)


def bast_facts(
    records: Sequence[Event],
    histories: Mapping[str, Sequence[Event]],
    chains: Iterable[Chain],
    *,
    election: str,
    station: str,
    office: str,
    places: Places,
    needs: Needs,
    met_giver: bool = True,
    roots: frozenset[str] = frozenset(),
    foretold: Foretold | None = None,
) -> BastFacts:
    """The facts of a handover.

    Args:
        records: all its parts, in order.
        histories: by code, every known event of each item that it names, and of each that might have been expected:
            what is bound for where the handover goes (`expected_tops`), and what is packed in what it names.
        chains: the items that it names as all events tell of them now; for the findings.
        office: the code of the place whose station recorded it.
        met_giver: whether the giver's own log is known, so that nothing to come means that nothing was expected.
        foretold: what papers said of it, where nothing is registered here and they are all that is known; else None.
    """
    first, last = records[0].body, records[-1].body
    then = {
        code: custody(code, [event for event in events if _was_known(event, records[-1])], roots=roots)
        for code, events in histories.items()
    }
    known = {code: chain.item for code, chain in then.items()}
    remarks = {code: text for record in records for code, text in remarks_of(record.body).items()}
    lines = _lines(records, histories, known, remarks)
    giver, to, parties = str(first["from"]), str(first["to"]), first["parties"]
    named, tops = {line.code for line in lines}, expected_tops(first)
    missing = [
        item for code, item in known.items()
        if code not in named and item is not None and item.held_by == giver and _goes_under(places, item, tops)
    ]  # fmt: skip
    leaves = {record.leaf for record in records}
    carried = _in_order(
        chain.item for chain in then.values()
        if chain.item is not None and any(link.event.leaf in leaves and not link.is_seen for link in chain.links)
    )  # fmt: skip
    offered = [*carried, *(line.item for line in lines if line.item is not None)]
    expected = len(missing) + sum(_goes_under(places, item, tops) for item in offered)
    happened = records[0].happened
    findings, withdrawn = _found(records, chains)
    is_withdrawn = not leaves.isdisjoint(withdrawn)
    findings += judge_count(
        scanned=len(named),  # the giver counts what is offered
        extras=sum(extra["count"] for extra in last["extras"]), counted=last["counted"], missing=(), places=places,
    )  # fmt: skip
    carrier = next((code for code in (to, giver) if _is_carrier(places, code)), "")
    place = giver if carrier == to else to
    return BastFacts(
        number=str(first["bast"]), election=election, station=station, office=office, records=tuple(records),
        happened_utc=happened, keyed_in_utc=records[0].at if last["occurred"] else "",
        here=zone_code(place, *first["bound"], giver, office), place=place,
        giver=Party(giver, parties["giver"], parties.get("giver_office", "")),
        receiver=Party(to, parties["receiver"], parties.get("receiver_office", "")),
        lines=lines, rows=_rows(line for line in lines if not line.is_refused), counted=last["counted"],
        expected=expected if tops and (expected or met_giver) else None, missing=_in_order(missing), carried=carried,
        extras=tuple(Extra(**extra) for extra in last["extras"]), witnesses=tuple(first["witnesses"]),
        acknowledged=tuple(Acknowledged(**row) for row in last.get("acknowledged", ())),
        carriage=carriage_of(first), carrier=carrier, bound=tuple(first["bound"]), note=str(first["note"]),
        findings=tuple(finding for finding in findings if not finding.is_foretold), foretold=foretold,
        unadmitted=tuple(sorted({
            str(finding.values["station"]) for finding in findings
            if finding.is_foretold and finding.code == "UNKNOWN_STATION"
        })),
        is_withdrawn=is_withdrawn,
        replaces=() if is_withdrawn else _replaced(first, withdrawn), places=places, needs=needs,
    )  # fmt: skip


def expected_tops(handover: Mapping[str, object]) -> tuple[str, ...]:
    """The places whose items a handover was for: where a carrier goes, else the receiver; empty where not known."""
    bound, to = handover["bound"], str(handover["to"])
    if isinstance(bound, list) and bound:
        return tuple(map(str, bound))
    return () if is_plate(to) else (to,)


def _is_carrier(places: Places, code: str) -> bool:
    return places[code].level == "carrier" if code in places else is_plate(code)


def _was_known(event: Event, last: Event) -> bool:
    """Whether an event had been recorded when a handover was, as its own log tells, and by other logs' clocks."""
    if event.log == last.log:
        return event.seq <= last.seq or event.body["id"] == last.body["id"]
    return moment(event.at) <= moment(last.at)


def _goes_under(places: Places, item: Item, tops: Collection[str]) -> bool:
    return any(is_under(places, item.to, top) for top in tops)


def _lines(
    records: Sequence[Event],
    histories: Mapping[str, Sequence[Event]],
    known: Mapping[str, Item | None],
    remarks: Mapping[str, str],
) -> tuple[Line, ...]:
    lines = {}
    for record in records:
        for code, row in record.rows.items():
            item = known.get(code)
            was_seen = any(
                event.type == "inspect" and _was_known(event, records[-1]) for event in histories.get(code, ())
            )
            condition = item.condition if item is not None and was_seen else None
            lines[code] = Line(
                code, row["print"], row["how"], item, condition, remarks.get(code, ""), code in record.refused
            )
    return tuple(sorted(lines.values(), key=_line_order))


def _line_order(line: Line) -> tuple[object, ...]:
    item = line.item
    return (not line.to, line.to, line.kind, item.k if item else 0, line.code)


def _in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: (item.to, item.kind, item.k, item.code)))


def _rows(lines: Iterable[Line]) -> tuple[Row, ...]:
    kinds: dict[str, list[Line]] = {}
    for line in lines:
        kinds.setdefault(line.kind, []).append(line)
    return tuple(
        Row(
            kind, len(of_kind), sum(line.item.quantity if line.item else 1 for line in of_kind),
            Counter(line.condition for line in of_kind),
            Counter(line.item.election for line in of_kind if line.item and line.item.election),
            tuple(map(str, _joined(line.item.serials for line in of_kind if line.item and line.item.serials))),
        )
        for kind, of_kind in sorted(kinds.items(), key=lambda pair: (not pair[0], pair[0]))
    )  # fmt: skip


def _joined(ranges: Iterable[SerialRange]) -> list[SerialRange]:
    """Serial ranges in order, those that follow on one another made one."""
    joined: list[SerialRange] = []
    for serials in sorted(ranges, key=lambda serials: (serials.prefix, serials.width, serials.first)):
        before = joined[-1] if joined else None
        if before and (before.prefix, before.width, before.last + 1) == (serials.prefix, serials.width, serials.first):
            joined[-1] = replace(before, last=serials.last)
        else:
            joined.append(serials)
    return joined


def _found(records: Sequence[Event], chains: Iterable[Chain]) -> tuple[list[Finding], dict[str, Event]]:
    """What is irregular about these records, each said once, and what corrections took back of the items' records."""
    leaves = {record.leaf for record in records}
    session = str(records[0].body["id"]), records[0].log
    found: dict[tuple[str, str], Finding] = {}
    withdrawn: dict[str, Event] = {}
    for chain in chains:
        noted = leaves | {
            link.event.leaf for link in chain.links if (str(link.event.body["id"]), link.event.log) == session
        }
        withdrawn |= {link.event.leaf: link.event for link in chain.links if link.is_withdrawn}
        for finding in chain.findings:
            if finding.leaf in noted:
                found.setdefault((finding.code, str(finding)), finding)
    return list(found.values()), withdrawn


def _replaced(said: Mapping[str, Any], withdrawn: Mapping[str, Event]) -> tuple[str, ...]:
    """The withdrawn records that this handover says rightly: those of its number and giver."""
    same = [
        event for event in withdrawn.values()
        if event.type == "handover"
        and (event.body["bast"], event.body["from"]) == (said["bast"], said["from"])
    ]  # fmt: skip
    return tuple(f"{event.log}:{event.seq}" for event in sorted(same, key=lambda event: (event.log, event.seq)))
