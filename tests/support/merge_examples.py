"""Stations that meet by bundles: a field of five that work offline, and the bundles that their logs travel in."""

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from custody.compose.compose import Handover, NewEvent, Touch
from custody.format.codes import show_code
from custody.format.encoding import read_signatures
from custody.format.events import Event, read_event
from db.log.merge import Merged, merge
from db.store import Store
from evidence.entry import RawEntry
from evidence.intake import LogRow, check_bundle
from reports.chain.chain_facts import chain_json
from services.records.handovers import record_handover
from services.records.membership import admit, revoke
from tests.support.ledger_examples import (
    PLACES,
    TPS,
    WAREHOUSE,
    absorb,
    boxes,
    card_of,
    empty_ledger,
    planned_station,
    record,
)

HOPS = [WAREHOUSE, "51.08.01", "51.08.02", "51.08.01.2001", "51.08.02.2001", *TPS[:2]]


@dataclass(frozen=True)
class Bundle:
    """What travels: the list of logs, and entries."""

    rows: tuple[LogRow, ...]
    entries: tuple[RawEntry, ...]


def bundle_of(store: Store) -> Bundle:
    """All that a ledger holds."""
    rows = tuple(LogRow(h["log"], h["station"], h["place"], h["size"], h["head"]) for h in store.ledger.heads())
    return Bundle(rows, tuple(RawEntry(*entry) for entry in store.ledger.entries()))


def take(store: Store, *bundles: Bundle) -> Merged:
    """Import, as the command does: check everything, then take everything."""
    keys, said = dict(store.ledger.keys()), []
    for bundle in bundles:
        checked = check_bundle(bundle.rows, bundle.entries, keys)
        keys |= checked.keys
        said += checked.said
    heads = [row.checkpoint for bundle in bundles for row in bundle.rows if row.checkpoint]
    entries = [raw for bundle in bundles for raw in bundle.entries]
    return merge(store, entries, heads=heads, at="2024-02-10T23:00:00Z", said=said)


def join(
    url: str,
    seed: int,
    root: Store,
    *,
    place: str,
    name: str,
    powers: Sequence[str] = (),
    under: Sequence[str] = (),
) -> Store:
    """A station that begins under a root, which admits it; the caller closes it."""
    stack = ExitStack()
    store = stack.enter_context(empty_ledger(url, seed))
    fingerprint = root.ledger.own_log().root
    store.begin(election="Pemilu 2024", station=name, place=place, root=fingerprint)
    admit(root, card_of(store, seed), powers, under)
    store.close_after_test = stack  # type: ignore[attr-defined]
    return store


class Field:
    """A root and others that hand over, exchange bundles now and then, correct, fork and are revoked."""

    def __init__(
        self,
        fresh_url: Callable[[], str],
        seed: int,
        *,
        steps: int = 60,
        items: int = 4,
        meet: float = 0.25,
        order: float = 0.0,
    ) -> None:
        """Begin, work and end: `logs` has then what each wrote, `meet` of all steps being exchanges of bundles.

        `order` is how often somebody gives what he holds, as far as he knows.
        """
        self.dice, self.meet, self.order = random.Random(seed), meet, order
        with ExitStack() as stack:
            root = stack.enter_context(planned_station(fresh_url(), 1))
            self.stations = [root]
            for number in range(1, 5):
                place = HOPS[number % 5]
                self.stations.append(join(fresh_url(), number + 1, root, place=place, name=f"Pos {number}"))
            stack.callback(self.close)
            self.stations_root = root.ledger.own_log().root
            self.codes = [code for tps in TPS[:3] for code in boxes(root, items, tps)]
            for store in self.stations[1:]:
                take(store, bundle_of(root))
            copy = self._copy(fresh_url(), stack)
            for step in range(steps):
                self._step(self.dice.choice([*self.stations, copy] if step > steps // 2 else self.stations))
            take(root, bundle_of(self.stations[1]))
            revoke(root, "Pos 1", reason="stolen", last_good=max(1, root_size(root, "Pos 1") // 2))
            self.logs: dict[str, Bundle] = {}
            for store in (*self.stations, copy):
                whole = bundle_of(store)
                own = store.ledger.own_log().name
                entries = tuple(
                    raw
                    for raw in whole.entries
                    if b'"log":"%s"' % own.encode() in raw.body and event_of(raw).log == own
                )
                row = next(row for row in whole.rows if row.log == own)
                self.logs[f"{own} {store is copy}"] = Bundle((row,), entries[: row.size])

    def close(self) -> None:
        for store in self.stations[1:]:
            store.close_after_test.close()  # type: ignore[attr-defined]

    def _copy(self, url: str, stack: ExitStack) -> Store:
        """A second laptop with the key and the ledger of one of them, as when a disk is cloned."""
        last = self.stations[-1]
        copy = stack.enter_context(empty_ledger(url, len(self.stations), 99))
        absorb(copy, last)
        log = copy.ledger.tables.log
        log.update(is_own=1).where(log.name == last.ledger.own_log().name).execute()
        return copy

    def _step(self, store: Store) -> None:
        dice = self.dice
        if dice.random() < self.meet:
            other = dice.choice(self.stations)
            if other is not store:
                take(store, bundle_of(other))
            return
        match dice.randrange(6):
            case 0:
                mine = [e for e in own_events(store) if e.type == "handover"]
                if mine:
                    said = {"target": dice.choice(mine).leaf, "reason": "did_not_occur", "corrective": [], "note": ""}
                    record(store, NewEvent("correct", said))
            case 1:
                code = dice.choice(self.codes)
                row = {"code": code, "print": None, "after": None, "how": "typed"}
                record(store, NewEvent("inspect", {"item": row, "condition": "wet", "photo": None, "note": ""}))
            case _:
                codes = dice.sample(self.codes, dice.randint(1, 4))
                to = dice.choice(HOPS)
                item = store.state.item(codes[0])
                giver = item.held_by if item and dice.random() < self.order else dice.choice(HOPS)
                if giver == to:
                    return
                record_handover(store, Handover(giver, to), [Touch(code, 1, "camera") for code in codes])


def root_size(root: Store, name: str) -> int:
    """How much a ledger holds of a station's log; 4 where it holds nothing."""
    return next((head["size"] for head in root.ledger.heads() if head["station"] == name), 4)


def own_events(store: Store) -> list[Event]:
    own = store.ledger.own_log().name
    return [event_of(RawEntry(*entry)) for entry in store.ledger.entries([own])]


def event_of(raw: RawEntry) -> Event:
    return read_event(raw.body, read_signatures(raw.signatures))


def told(store: Store, codes: Iterable[str]) -> list[object]:
    """What `custody --json` prints of these items."""
    return [chain_json(store.state.chain(code, as_of="2024-02-13T00:00:00Z"), store.state.places) for code in codes]


def places_of(store: Store) -> list[object]:
    return [store.state.places.all(), store.state.needs()]


def split(bundle: Bundle, size: int) -> list[Bundle]:
    """A log's bundle in pieces of its beginning: each is whole up to where it ends."""
    [row] = bundle.rows
    pieces = []
    for end in (*range(size, row.size, size), row.size):
        last = event_of(bundle.entries[end - 1])
        shorter = LogRow(row.log, row.station, row.place, end, last.leaf)
        pieces.append(Bundle((shorter,), bundle.entries[:end]))
    return pieces


def parts(bundle: Bundle, size: int) -> list[Bundle]:
    """A log's bundle cut into pieces that do not overlap, so that all but the first lack their beginning."""
    return [
        Bundle(piece.rows, piece.entries[start:])
        for start, piece in zip(range(0, 10**9, size), split(bundle, size), strict=False)
    ]


__all__ = ["PLACES", "show_code"]
