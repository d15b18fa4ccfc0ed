"""The facts in a BAST letter: those of one handover, from its records and the histories of the items that it names.

Pure: the same records give the same facts at any station that holds them. Expected items and conditions are those at
the time of the handover; findings are those known now.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from custody.chain.chain import Chain
from custody.chain.findings import Finding
from custody.chain.standing import each_station_once
from custody.compose.compose import Acknowledged
from custody.format.event_types import Body
from custody.format.events import Event
from custody.format.item_facts import Carriage, Item, SerialRange, carriage_of, how_told, remarks_of
from custody.handover.handover_facts import HandoverFacts
from custody.handover.waybill import Foretold
from custody.plan.places import is_carrier
from reports.words import Needs, Places, zone_code


@dataclass(frozen=True, slots=True)
class Party:
    """One side: its custodian's code, the person who signs, and that person's function (empty: not known)."""

    code: str
    person: str
    function: str


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled thing as the record names it. `item` is None where it is registered nowhere that is known, and
    `kind` and `to`, where it is bound for, are empty then.

    `print` is None where the code was typed without it; `condition` None where none was noted.
    """

    code: str
    print: int | None
    how: str
    item: Item | None
    kind: str
    to: str
    condition: str | None
    remark: str
    is_refused: bool


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
class OnlineWitnesses:
    """The witnesses of a policy that have cosigned a head with this record, and whether they are as many as it asks for
    (`policy`, in words).
    """

    names: tuple[str, ...]
    policy: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class BastFacts:
    """The facts of one handover. `told` has those of its records as a whole: what was to go, what is missing.

    `happened_utc` is when it took place, `keyed_in_utc` when it was recorded if that was later, else empty. `here` is
    a place's code whose clock the letter shows, `place` where it took place, `carrier` the vehicle where one side
    is one, else empty. `taken` are the lines of what the receiver took. `signed` is who acknowledged it on the screen,
    by signer: `giver`, `receiver`, `witness-1` ...; the last word of each. `is_withdrawn`: a correction took it back.
    `replaces`: the withdrawn records (`LOG:SEQ`) of the same number that it says rightly. `foretold` is what papers
    said of it, where they are all that is known. `online` is None where this station keeps no policy of witnesses.
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
    told: HandoverFacts
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
    online: OnlineWitnesses | None = None
    taken: tuple[Line, ...] = field(init=False)
    signed: Mapping[str, Acknowledged] = field(init=False)

    def __post_init__(self) -> None:
        witnesses = {name: f"witness-{place}" for place, name in enumerate(self.witnesses, 1)}
        rows = {row.party if row.party != "witness" else witnesses.get(row.name, ""): row for row in self.acknowledged}
        object.__setattr__(self, "signed", {signer: row for signer, row in rows.items() if signer})
        object.__setattr__(self, "taken", tuple(line for line in self.lines if not line.is_refused))


def bast_facts(
    records: Sequence[Event],
    then: Mapping[str, Chain],
    chains: Iterable[Chain],
    facts: HandoverFacts,
    *,
    election: str,
    station: str,
    office: str,
    places: Places,
    needs: Needs,
    replaced: Sequence[Event] = (),
    foretold: Foretold | None = None,
) -> BastFacts:
    """Return the facts of a letter about a handover.

    Args:
        records: all its parts, in order; `replaced` are the withdrawn ones that these say rightly (`replaced_by`).
        then, chains: those of the items that it names, by code as of the handover, and as all events tell of them now.
        facts: what the records say of the handover as a whole.
        office: the code of the place whose station recorded it.
        foretold: what papers said of it, where nothing is registered here and they are all that is known; else None.
    """
    first, last = records[0].body, records[-1].body
    carriage, remarks = carriage_of(first), {c: t for part in records for c, t in remarks_of(part.body).items()}
    lines = _lines(records, then, facts.conditions, remarks)
    giver, receiver = _parties(first)
    findings, unadmitted, is_withdrawn = _found(records, replaced, chains, facts)
    carrier = next((code for code in (receiver.code, giver.code) if is_carrier(places, code)), "")
    place = giver.code if carrier == receiver.code else receiver.code
    return BastFacts(
        number=str(first["bast"]),
        election=election,
        station=station,
        office=office,
        records=tuple(records),
        happened_utc=records[0].happened,
        keyed_in_utc=records[0].at if last["occurred"] else "",
        here=zone_code(place, *first["bound"], giver.code, office),
        place=place,
        giver=giver,
        receiver=receiver,
        lines=lines,
        rows=_rows(line for line in lines if not line.is_refused),
        told=facts,
        witnesses=tuple(first["witnesses"]),
        acknowledged=tuple(Acknowledged(**row) for row in last.get("acknowledged", ())),
        carriage=carriage,
        carrier=carrier,
        bound=tuple(first["bound"]),
        note=str(first["note"]),
        findings=findings,
        foretold=foretold,
        unadmitted=unadmitted,
        is_withdrawn=is_withdrawn,
        replaces=() if is_withdrawn else tuple(f"{event.log}:{event.seq}" for event in replaced),
        places=places,
        needs=needs,
    )


def _parties(first: Body) -> tuple[Party, Party]:
    said = first["parties"]
    return (
        Party(str(first["from"]), said["giver"], said.get("giver_office", "")),
        Party(str(first["to"]), said["receiver"], said.get("receiver_office", "")),
    )


def _lines(
    records: Sequence[Event],
    then: Mapping[str, Chain],
    conditions: Mapping[str, str | None],
    remarks: Mapping[str, str],
) -> tuple[Line, ...]:
    lines = {}
    for record in records:
        for code, row in record.rows.items():
            item = then[code].item if code in then else None
            lines[code] = Line(
                code,
                row["print"],
                how_told(record.body, code, row["how"], row) or "",
                item,
                item.kind if item else "",
                item.to if item else "",
                conditions[code],
                remarks.get(code, ""),
                code in record.refused,
            )
    return tuple(sorted(lines.values(), key=_line_order))


def _line_order(line: Line) -> tuple[object, ...]:
    item = line.item
    return (not line.to, line.to, line.kind, item.k if item else 0, line.code)


def _rows(lines: Iterable[Line]) -> tuple[Row, ...]:
    kinds: dict[str, list[Line]] = {}
    for line in lines:
        kinds.setdefault(line.kind, []).append(line)
    return tuple(
        Row(
            kind,
            len(of_kind),
            sum(line.item.quantity if line.item else 1 for line in of_kind),
            Counter(line.condition for line in of_kind),
            Counter(line.item.election for line in of_kind if line.item and line.item.election),
            tuple(map(str, _joined(line.item.serials for line in of_kind if line.item and line.item.serials))),
        )
        for kind, of_kind in sorted(kinds.items(), key=lambda pair: (not pair[0], pair[0]))
    )


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


def _found(
    records: Sequence[Event], replaced: Sequence[Event], chains: Iterable[Chain], facts: HandoverFacts
) -> tuple[tuple[Finding, ...], tuple[str, ...], bool]:
    """Return the findings about these records, each once; the stations that root has not admitted, as far as root's log
    is not here to say so; and whether the records were withdrawn.

    What was looked at in the session of a record that these say rightly was looked at here. Missing items have no
    finding here; the letter lists them.
    """
    leaves = {record.leaf for record in records}
    sessions = {(str(record.body["id"]), record.log) for record in (*records, *replaced)}
    found: dict[tuple[str, str], Finding] = {}
    is_withdrawn = False
    for chain in chains:
        noted = leaves | {
            link.event.leaf for link in chain.links if (str(link.event.body["id"]), link.event.log) in sessions
        }
        is_withdrawn = is_withdrawn or any(link.is_withdrawn and link.event.leaf in leaves for link in chain.links)
        for finding in chain.findings:
            if finding.leaf in noted:
                found.setdefault((finding.code, str(finding)), finding)
    for finding in facts.findings:
        if finding.code != "SHORTAGE":
            found.setdefault((finding.code, str(finding)), finding)
    known = each_station_once(found.values())
    early = {str(one.values["station"]) for one in known if one.is_foretold and one.code == "UNKNOWN_STATION"}
    return tuple(one for one in known if not one.is_foretold), tuple(sorted(early)), is_withdrawn
