"""The store: one ledger with its present state and its drafts, and everything that is ever recorded.

Every change of state is an event, and every event passes through `Store.record`.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar
from uuid import UUID

from peewee import Database

from custody.chain.clocks import ClockMark, clock_events, expected_time, judge_clock, judge_step
from custody.chain.findings import Finding
from custody.compose.compose import NewEvent, Ref
from custody.errors import N_, StoreError
from custody.format.codes import draw_code
from custody.format.encoding import key_fingerprint, log_name, slug
from custody.format.events import Event
from custody.handover.handover_facts import station_slug
from db.connect import BUSY_TIMEOUT_S, opened
from db.db_errors import as_store_errors
from db.drafts import Drafts
from db.log.arrivals import Arrivals
from db.log.cosigned_heads import CosignedHeads
from db.log.paper_records import Papers
from db.log.reader import LedgerReader
from db.log.seen_heads import SeenHeads
from db.log.transactions import Transactions
from db.log.writer import LedgerWriter
from db.models import Tables
from db.photos import Photos
from db.state.projection import Projection
from db.state.queries import State
from db.state.vendor_codes import VendorCodes
from evidence.checkpoint import Signer

_LONGEST_BASE = 27
"""Of a station's name in the name of a log that goes on from another one, so that the count has room."""
T = TypeVar("T")

# --- What the store takes from outside --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the store gets from outside: the time, randomness, the program's version, who works at the station.

    `now_utc` gives RFC 3339 text with `Z`; `randbelow` is like `secrets.randbelow`. `uptime` names the run of the
    computer and tells how many milliseconds it has lasted, sleep included; None where the system does not say.
    """

    now_utc: Callable[[], str]
    randbelow: Callable[[int], int] = secrets.randbelow
    by: str = ""
    app: str = "serah"
    uptime: Callable[[], tuple[str, int] | None] = lambda: None

    def worked_by(self, names: Sequence[str]) -> "Surroundings":
        """Return the same with the first of these people at work; unchanged where none is named."""
        return replace(self, by=names[0]) if names else self

    def clock_at(self, now_utc: str) -> ClockMark | None:
        """Read the clock together with how long the computer has been running."""
        run = self.uptime()
        return None if run is None else ClockMark(*run, now_utc)

    def new_id(self) -> str:
        """A random UUID (RFC 9562, version 4) from the same randomness."""
        return str(UUID(int=self.randbelow(1 << 128), version=4))

    def new_code(self) -> str:
        """A code that no item has yet: 60 random bits."""
        return draw_code(self.randbelow)


# --- The store: one ledger with its present state and its drafts, and everything that is ever recorded ----------------


class Store:
    """One open ledger. Methods that record have committed when they return."""

    def __init__(self, database: Database, signer: Signer | None, around: Surroundings) -> None:
        tables = Tables(database)
        self.ledger = LedgerReader(database, tables)
        self.transaction = Transactions(self.ledger)
        self.writer = LedgerWriter(self.ledger)
        self.state = State(self.ledger, tables)
        self.projection = Projection(self.state, self.transaction)
        self.heads = SeenHeads(self.ledger, self.state.stations, self.transaction)
        self.arrivals = Arrivals(self.ledger)
        self.cosigned = CosignedHeads(self.ledger, self.transaction)
        self.papers = Papers(self.state, self.heads, self.transaction)
        self.drafts = Drafts(self.ledger, self.transaction)
        self.vendor_codes = VendorCodes(tables, self.transaction)
        self.photos = Photos(self.ledger, self.transaction)
        self.clock_finding: Finding | None = None
        """That the clock was set between the last two records, where it was."""
        self.untold: Finding | None = None
        """The last of these that no finding of a handover has told."""
        self._signer, self.around = signer, around

    def record(self, new: Sequence[NewEvent], *, id: str | None = None) -> list[Event]:
        """Record these, all or none, behind what is to be said of the clock; inside a transaction, with it.

        Args:
            id: the key by which who asks again finds them; None: a new one.

        Returns:
            These as recorded, without what was said of the clock.

        Raises:
            RuleError: one cannot be true.
            StoreError: the ledger was opened for reading alone.
            TamperError: the ledger was put back to an older copy.
        """
        around = self.around
        with self.transaction():
            self.heads.refuse_if_rolled_back()
            now, own = around.now_utc(), self.ledger.own_row()
            clock, before = around.clock_at(now), ClockMark.read(own.clock) if own else None
            before_at = before.at if before else self.ledger.newest_time(own.id) if own else None
            expected = expected_time(before, clock)
            jumped = clock_events(expected, new) if expected else []
            events = self.writer.append(
                [*jumped, *new],
                self.signer(),
                at=now,
                by=around.by,
                app=around.app,
                id=id or around.new_id(),
                clock=str(clock) if clock else None,
            )
            self.projection.follow(events)
        self.clock_finding = judge_clock(events[0]) if jumped else judge_step(before_at, now)
        self.untold = self.clock_finding or self.untold
        return events[len(jumped) :]

    def do(self, job: Callable[["Store"], T]) -> T:
        """What a job gives, for who goes on after an error: those of the database library are translated.

        Raises:
            StoreError, ConflictError: the database failed; open the store again.
        """
        with as_store_errors():
            return job(self)

    def signer(self) -> Signer:
        """The station's key.

        Raises:
            StoreError: the ledger was opened for reading alone.
        """
        if self._signer is None:
            raise StoreError(
                N_("this ledger was opened for reading alone"),
                hint=N_("Run: {way}"),
                way="init",
            )
        return self._signer

    def begin(
        self, *, election: str, station: str, place: str, root: str | None = None, continues: Ref | None = None
    ) -> Event:
        """Begin this station's log: a new instance.

        Args:
            root: the fingerprint of the election's root; None: this station is its own.
            continues: the newest entry of the log that this one goes on from. Its letters get numbers that tell so
                (`gudang-1-2`): that log may have given more of them than what is left of it here says.

        Raises:
            InputError: the ledger has been begun already.
        """
        signer, around = self.signer(), self.around
        row = slug(station)
        if continues:
            used, base = {station_slug(held) for held in self.ledger.sizes()}, slug(row[:_LONGEST_BASE])
            row = next(row for number in count(2) if (row := f"{base}-{number}") not in used)
        name = log_name(slug(election), row, signer.public_key, around.randbelow(1 << 24))
        genesis = NewEvent(
            "genesis",
            {
                "election": election,
                "root": root or key_fingerprint(signer.public_key),
                "station": station,
                "place": place,
                "public_key": signer.public_key.hex(),
                "continues": ":".join(map(str, continues)) if continues else None,
            },
            (continues,) if continues else (),
        )
        now = around.now_utc()
        clock = around.clock_at(now)
        with self.transaction():
            return self.writer.begin_log(
                name,
                genesis,
                signer,
                at=now,
                by=around.by,
                app=around.app,
                id=around.new_id(),
                clock=str(clock) if clock else None,
            )


@contextmanager
def open_store(
    url: str,
    signer: Signer | None,
    around: Surroundings,
    *,
    create: bool = False,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
) -> Iterator[Store]:
    """Open a ledger, for as long as the block lasts; no error of the database library leaves the block untranslated.

    It belongs to the thread that opened it: another thread, like another program, opens its own.

    Args:
        signer: the station's key; None opens it for reading alone.
        create: make a new, empty ledger where there is none.
        busy_timeout_s: how long to wait while another program writes.

    Raises:
        StoreError: it is missing, of another program, damaged, or cannot be reached; writing to it failed; or there is
            a key and the medium cannot be written.
        ConflictError: another program has been writing for longer than that; trying again is safe.
    """
    opening = opened(url, create=create, busy_timeout_s=busy_timeout_s, writes=signer is not None)
    with as_store_errors(), opening as database:
        yield Store(database, signer, around)
