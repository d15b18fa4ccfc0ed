"""Ledgers for tests: a small regency, a station with a fixed clock and dice, ways to fill and read its ledger."""

import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.compose.compose import Handover, NewEvent, Touch
from custody.format.encoding import read_signatures
from custody.format.events import Event, read_event
from custody.format.item_facts import Item
from custody.plan.places import Need, Place
from db.connect import open_database
from db.log.merge import Merged, merge
from db.store import Store, Surroundings, open_store
from evidence.checkpoint import Signer
from evidence.entry import RawEntry
from services.plan.planning import record_plan
from services.plan.registering import register_items
from services.records.handovers import record_handover
from services.records.membership import StationCard, make_card, read_card

WAREHOUSE = "51.08"
PLACES = [
    Place(WAREHOUSE, "Gudang", "warehouse"),
    *(Place(f"51.08.0{d}", f"PPK {d}", "district", WAREHOUSE, "2024-02-12T10:00:00Z") for d in (1, 2)),
    *(Place(f"51.08.0{d}.200{v}", f"Desa {d}{v}", "village", f"51.08.0{d}") for d in (1, 2) for v in (1, 2)),
    *(
        Place(f"51.08.0{d}.200{v}.00{t}", f"TPS {t}", "polling_station", f"51.08.0{d}.200{v}")
        for d in (1, 2)
        for v in (1, 2)
        for t in (1, 2)
    ),
]
TPS = [place.code for place in PLACES if place.level == "polling_station"]
ELECTIONS = ("PPWP", "DPR", "DPD", "DPRD-PROV", "DPRD-KAB")
NEEDS = [
    Need("box", "Kotak suara", "Ballot box", "polling_station", 5, "buah", "item", ELECTIONS),
    Need("booth", "Bilik suara", "Voting booth", "polling_station", 4, "buah", "item"),
    Need("seal", "Segel", "Seal", "polling_station", 2, "pak", "pack"),
]
TRUCK = "DK8123AB"


def signer(seed: int = 0) -> Signer:
    """A key that is the same in every run."""
    secret = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return Signer(secret.public_key().public_bytes_raw(), secret.sign)


class Clock:
    """A clock that moves a second each time it is read, the same in every run."""

    def __init__(self, seconds: int = 0) -> None:
        self.seconds = seconds

    def __call__(self) -> str:
        minutes, second = divmod(self.seconds, 60)
        hour, minute = divmod(minutes, 60)
        self.seconds += 1
        return f"2024-02-10T{hour % 24:02d}:{minute:02d}:{second:02d}Z"


def around(seed: int = 0, clock: Clock | None = None, dice: random.Random | None = None) -> Surroundings:
    """A clock that moves a second each time it is read, and dice that fall the same in every run."""
    return Surroundings(clock or Clock(), (dice or random.Random(seed)).randrange, by="Made", app="serah/test")


@cache
def empty_file() -> bytes:
    """The file of a ledger with nothing in it, as the migrations make it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        open_database(str(file), create=True).close()
        return file.read_bytes()


@contextmanager
def empty_ledger(url: str, seed: int = 0, dice: int | None = None) -> Iterator[Store]:
    """A ledger with nothing in it; a SQLite file is a copy of one that the migrations made."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.exists():
        file.write_bytes(empty_file())
    with open_store(url, signer(seed), around(seed if dice is None else dice), create=True) as store:
        yield store


@contextmanager
def station(url: str, seed: int = 0) -> Iterator[Store]:
    """A ledger that this station has just begun."""
    with empty_ledger(url, seed) as store:
        begin(store)
        yield store


def begin(store: Store) -> None:
    """The log of the warehouse's station."""
    store.begin(election="Pemilu 2024", station="Gudang 1", place=WAREHOUSE)


@contextmanager
def planned_station(url: str, seed: int = 0) -> Iterator[Store]:
    """A ledger with the small regency's plan; a SQLite file is a copy of one that was planned before."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.exists():
        image, seconds, dice = _planned_once(seed)
        file.write_bytes(image)
        with open_store(url, signer(seed), around(seed, Clock(seconds), _dice_at(dice))) as store:
            yield store
        return
    with station(url, seed) as store:
        load_plan(store)
        yield store


@contextmanager
def later(url: str, seed: int) -> Iterator[Store]:
    """A station's ledger that was closed before, some hours later."""
    with open_store(url, signer(seed), around(seed, Clock(40_000 + 600 * seed), random.Random(1000 + seed))) as store:
        yield store


def load_plan(store: Store) -> None:
    """The small regency's."""
    record_plan(store, PLACES, NEEDS, source="plan.csv", digest="0" * 64)


@cache
def _planned_once(seed: int) -> tuple[bytes, int, Any]:
    """The file of a planned station, how far its clock is, and how its dice lie."""
    clock, dice = Clock(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        file.write_bytes(empty_file())
        with open_store(f"sqlite:///{file}", signer(seed), around(seed, clock, dice)) as store:
            begin(store)
            load_plan(store)
        return file.read_bytes(), clock.seconds, dice.getstate()


def _dice_at(state: Any) -> random.Random:
    dice = random.Random()
    dice.setstate(state)
    return dice


def boxes(store: Store, count: int, to: str = TPS[0], *, held_by: str = WAREHOUSE) -> list[str]:
    """Registers so many boxes for a polling station and returns their codes."""
    items = [Item(store.around.new_code(), "box", to, k=k, n=count, held_by=held_by) for k in range(1, count + 1)]
    register_items(store, items)
    return [item.code for item in items]


def touched(codes: Iterable[str], number: int | None = 1) -> list[Touch]:
    return [Touch(code, number, "camera") for code in codes]


def give(store: Store, codes: Sequence[str], to: str, giver: str = WAREHOUSE) -> list[Event]:
    return list(record_handover(store, Handover(giver, to), touched(codes)).events)


def record(store: Store, *new: NewEvent) -> list[Event]:
    """Records events that no method of the store writes yet."""
    return store.record(new)


def all_events(store: Store) -> list[Event]:
    """Every event, read from its stored bytes as a verifier reads it."""
    return [read_event(body, read_signatures(signatures)) for body, signatures in store.ledger.entries()]


def cache_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the cache tables, in an order of their own."""
    tables = store.state.tables
    found = {}
    for name in ("place", "need", "item"):
        rows = getattr(tables, name).select().tuples()
        plain = (tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in rows)
        found[name] = sorted(plain, key=repr)
    return found


def absorb(store: Store, *others: Store) -> Merged:
    """Puts other stations' logs into a ledger, as their bundles would."""
    entries = [RawEntry(*entry) for other in others for entry in other.ledger.entries()]
    return merge(store, entries)


def card_of(store: Store, seed: int) -> StationCard:
    """The card of a station that this seed's key signs for."""
    own = store.ledger.own_log()
    return read_card(make_card(store.ledger.event_at(own.id, 1), signer(seed)))
