"""Whether what was counted at a handover is what was scanned: the only thing that shows two boxes under one code."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from custody.chain.findings import Finding, judge_count
from custody.format.events import Event
from custody.handover.handover_facts import offered_in


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
    body = event.body
    return Counted(
        HandoverKey(event.log, body["bast"], body["from"], body["to"]),
        body["part"],
        body["parts"],
        offered_in(body),
        sum(extra["count"] for extra in body["extras"]),
        body["counted"],
        event.leaf,
        event.happened,
        event.seq,
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
