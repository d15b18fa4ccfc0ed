"""What vendors have delivered: contract, arrived, damaged and still to come over several deliveries, against the need.

Short is need - (arrived - damaged): what the level above is asked for. Derived from `delivery` events, never kept.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custody.corrections import withdrawals
from custody.events import Event
from custody.findings import moment
from custody.places import Need, Place, is_under

DELIVERIES = ("delivery", "correct")
"""The types of events that the account follows from."""


@dataclass(frozen=True, slots=True)
class ContractRow:
    """One kind of one contract with one vendor, over its deliveries in the order in which they came.

    `contracted` is the quantity last told, None where no record tells it. `is_told_differently`: records tell several.
    """

    place: str
    kind: str
    vendor: str
    contract: str
    contracted: int | None
    arrived: int
    damaged: int
    records: tuple[Event, ...]
    is_told_differently: bool = False

    @property
    def to_come(self) -> int | None:
        """What of the contract has not arrived; below 0 where more came, None where the contract is not known."""
        return None if self.contracted is None else self.contracted - self.arrived


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One kind at one place over all its contracts. `need` is None where the plan does not name the kind there.

    `to_come` is None where a contract's quantity is not known.
    """

    place: str
    kind: str
    need: int | None
    contracted: int | None
    arrived: int
    damaged: int
    to_come: int | None
    contracts: tuple[ContractRow, ...]

    @property
    def usable(self) -> int:
        """What arrived whole."""
        return self.arrived - self.damaged

    @property
    def short(self) -> int | None:
        """What the place still lacks of its need; below 0 where it has more, None where no need is known."""
        return None if self.need is None else self.need - self.usable


@dataclass(frozen=True, slots=True)
class DeliveryAccount:
    """The rows by place and kind, and the delivery notes that were recorded more than once, with their records."""

    rows: tuple[DeliveryRow, ...]
    repeated: tuple[tuple[Event, ...], ...]


def delivery_account(
    events: Iterable[Event],
    places: Mapping[str, Place],
    needs: Iterable[Need],
    roots: frozenset[str] = frozenset(),
) -> DeliveryAccount:
    """Add up every delivery that stands.

    Args:
        events: every known event of the types `DELIVERIES`, in any order; others do no harm.
        roots: the logs of the election's root, which may withdraw any record.
    """
    unique = {event.leaf: event for event in events if event.type in DELIVERIES}
    withdrawn, _foreign = withdrawals(unique, roots)
    standing = sorted(
        (event for leaf, event in unique.items() if leaf not in withdrawn and event.type == "delivery"),
        key=lambda event: (moment(event.happened), event.log, event.seq, event.leaf),
    )
    contracts: dict[tuple[str, str, str, str], list[Event]] = {}
    notes: dict[tuple[str, ...], list[Event]] = {}
    for event in standing:
        body = event.body
        contracts.setdefault((body["place"], body["kind"], body["vendor"], body["contract"]), []).append(event)
        if body["paper"]:
            notes.setdefault((body["place"], body["kind"], body["vendor"], body["paper"]), []).append(event)
    kinds: dict[tuple[str, str], list[ContractRow]] = {}
    for (place, kind, vendor, contract), records in sorted(contracts.items()):
        row = _contract_row(place, kind, vendor, contract, records)
        kinds.setdefault((place, kind), []).append(row)
    known = list(needs)
    rows = tuple(
        _delivery_row(place, kind, needed(places, known, place, kind), rows) for (place, kind), rows in kinds.items()
    )
    return DeliveryAccount(rows, tuple(tuple(records) for records in notes.values() if len(records) > 1))


def needed(places: Mapping[str, Place], needs: Iterable[Need], top: str, kind: str) -> int | None:
    """How many pieces of a kind the plan asks for at a place and below it; None where it does not name the kind."""
    per_level: Counter[str] = Counter()
    for need in needs:
        if need.kind == kind:
            per_level[need.level] += need.per_place
    if not per_level:
        return None
    return sum(per_level[place.level] for place in places.values() if is_under(places, place.code, top))


def _contract_row(place: str, kind: str, vendor: str, contract: str, records: list[Event]) -> ContractRow:
    told = [event.body["contracted"] for event in records if event.body["contracted"] is not None]
    return ContractRow(
        place, kind, vendor, contract, told[-1] if told else None, sum(event.body["arrived"] for event in records),
        sum(event.body["damaged"] for event in records), tuple(records), len(set(told)) > 1,
    )  # fmt: skip


def _delivery_row(place: str, kind: str, need: int | None, rows: list[ContractRow]) -> DeliveryRow:
    contracted = [row.contracted for row in rows if row.contracted is not None]
    is_known = len(contracted) == len(rows)
    arrived = sum(row.arrived for row in rows)
    # More than one contract asked for does not make up for what another still owes.
    to_come = sum(max(row.to_come or 0, 0) for row in rows) if is_known else None
    return DeliveryRow(
        place, kind, need, sum(contracted) if is_known else None, arrived, sum(row.damaged for row in rows), to_come,
        tuple(rows),
    )  # fmt: skip
