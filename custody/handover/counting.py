"""Whether what was counted at a handover is what was scanned: the only thing that shows two boxes under one code."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from custody.chain.findings import Finding, judge_count, name_of
from custody.errors import N_
from custody.format.event_types import Body
from custody.format.events import Event
from custody.handover.handover_facts import offered_in
from custody.plan.places import Place

_UNMATCHED = N_("came from {giver} to {to} without a readable label, and not matched to what is missing yet: {count}")


class HandoverKey(NamedTuple):
    """Which handover a part belongs to: the log that recorded it, its number, giver and receiver."""

    log: str
    bast: str
    giver: str
    to: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What one part of a handover adds to its count; `counted` is said in the last part alone. `offered` was scanned,
    taken or refused; `extras` came without a readable label, and `matched` did too, but it was said which of the
    expected things they are.
    """

    key: HandoverKey
    part: int
    parts: int
    offered: int
    extras: int
    counted: int | None
    leaf: str
    happened: str
    seq: int = 0
    matched: int = 0

    @property
    def record(self) -> str:
        """The name by which people find the part: its log and number."""
        return f"{self.key.log}:{self.seq}"


def counted_in(event: Event) -> Counted:
    """What a `handover` event adds to the count of its handover."""
    return counted(event.body, event.log, event.happened, event.leaf, event.seq)


def counted(body: Body, log: str, happened: str, leaf: str = "", seq: int = 0) -> Counted:
    """The same of a body; it has no leaf and no number before it is recorded."""
    return Counted(
        HandoverKey(log, body["bast"], body["from"], body["to"]),
        body["part"],
        body["parts"],
        offered_in(body),
        sum(extra["count"] for extra in body["extras"]),
        body["counted"],
        leaf,
        happened,
        seq,
        sum(row.get("how") == "matched" for row in body["items"]),
    )


def count_findings(parts: Iterable[Counted]) -> list[tuple[Counted, Finding]]:
    """A finding for each handover of which another number was counted than was scanned and noted, with its last part.

    A handover of which not all parts are known is not judged.
    """
    handovers: dict[HandoverKey, dict[int, Counted]] = {}
    for part in parts:
        handovers.setdefault(part.key, {})[part.part] = part
    found = []
    for known in handovers.values():
        last = known[max(known)]
        if len(known) != last.parts:
            continue
        offered, extras = (sum(getattr(part, name) for part in known.values()) for name in ("offered", "extras"))
        found += [(last, finding) for finding in judge_count(offered, extras, last.counted)]
    return sorted(found, key=lambda entry: (entry[0].happened, entry[0].leaf), reverse=True)


def unmatched(parts: Iterable[Counted], places: Mapping[str, Place]) -> list[tuple[Counted, Finding]]:
    """A finding for each way on which more came without a readable label than was later matched to what is missing,
    with the newest record that noted such things.

    What is matched in a record that notes none settles what another one between the same two noted. Where both sides
    have recorded a handover, each has noted the same things: the log that noted most of them counts.
    """
    noted: dict[tuple[str, str], list[Counted]] = {}
    settled: dict[tuple[str, str], list[Counted]] = {}
    for part in parts:
        groups = noted if part.extras else settled
        groups.setdefault((part.key.giver, part.key.to), []).append(part)
    found = []
    for way, records in noted.items():
        matched = _most((part.key.log, part.matched) for part in settled.get(way, ()))
        count = _most((part.key.log, part.extras) for part in records) - matched
        if count > 0:
            last = max(records, key=lambda part: (part.happened, part.seq, part.leaf))
            shown = {"count": count, "giver": name_of(places, way[0]), "to": name_of(places, way[1])}
            found.append((last, Finding("EXCESS", _UNMATCHED, shown, None, last.leaf or None)))
    return sorted(found, key=lambda entry: (entry[0].happened, entry[0].leaf), reverse=True)


def _most(counts: Iterable[tuple[str, int]]) -> int:
    """The largest sum that one log has."""
    sums: Counter[str] = Counter()
    for log, count in counts:
        sums[log] += count
    return max(sums.values(), default=0)
