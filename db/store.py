"""The store: one ledger with its present state and its drafts, and everything that is ever recorded.

Every change of state is an event, and every event passes through `Store.record`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from peewee import Database

from custody.chain.clocks import ClockMark, clock_events, expected_time, judge_clock, judge_step
from custody.chain.findings import Finding
from custody.compose import compose
from custody.compose.compose import Handover, NewEvent, Ref, Touch
from custody.errors import N_, InputError, RuleError, StoreError
from custody.format.codes import show_code
from custody.format.encoding import key_fingerprint, log_name
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.handover.numbering import own_number
from custody.handover.recorded import RecordedHandover
from custody.plan.missing_items import missing_items
from custody.plan.places import Need, Place, below
from db.connect import BUSY_TIMEOUT_S, opened
from db.db_errors import as_store_errors
from db.drafts import Drafts
from db.environment import Surroundings as Surroundings
from db.handover_lookup import newest_handover
from db.judging import Judging
from db.log.paper_records import Papers
from db.log.reader import LedgerReader
from db.log.seen_heads import SeenHeads
from db.log.transactions import Transactions
from db.log.writer import LedgerWriter
from db.models import Tables
from db.photos import Photos
from db.state.projection import Projection
from db.state.queries import State
from evidence.signer import Signer


class Store(Judging):
    """One open ledger. Methods that record have committed when they return."""

    def __init__(self, database: Database, signer: Signer | None, around: Surroundings) -> None:
        tables = Tables(database)
        self.ledger = LedgerReader(database, tables)
        self.transaction = Transactions(self.ledger)
        self.writer = LedgerWriter(self.ledger)
        self.state = State(self.ledger, tables)
        self.projection = Projection(self.state, self.transaction)
        self.heads = SeenHeads(self.ledger, self.state.stations, self.transaction)
        self.papers = Papers(self.state, self.heads, self.transaction)
        self.drafts = Drafts(self.ledger, self.transaction)
        self.photos = Photos(self.ledger, self.transaction)
        super().__init__(self.ledger, self.state, self.papers)
        self.clock_finding: Finding | None = None
        """That the clock was set between the last two records, where it was."""
        self.untold: Finding | None = None
        """The last of these that no finding of a handover has told."""
        self._signer, self.around = signer, around

    # --- the one write path ---------------------------------------------------------------------------------------

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
            continues: the newest entry of the log that this one goes on from.

        Raises:
            InputError: the ledger has been begun already.
        """
        signer, around = self.signer(), self.around
        name = log_name(_slug(election), _slug(station), signer.public_key, around.randbelow(1 << 24))
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

    # --- what should exist ----------------------------------------------------------------------------------------

    def load_plan(self, places: Sequence[Place], needs: Sequence[Need], *, source: str, digest: str) -> list[Event]:
        """Record these rows of the plan, new or changed. Nothing is recorded for no rows.

        Raises:
            RuleError: a place would lie below itself, or the plan is for others to make.
        """
        if not places and not needs:
            return []
        with self.transaction():
            self.state.places.refuse_circle(places)
            known = self.state.stations.plan_known_to(self.ledger.own_log().name)
            return self.record(compose.plan_events(places, needs, source=source, digest=digest, refs=known))

    def missing_items(self, *, under: str | None = None, kind: str | None = None) -> list[Item]:
        """The items that the needs ask for and that nobody registered yet, each with a new code, in our own hands."""
        tree = self.state.places.all()
        places = list(tree.values()) if under is None else list(below(tree, under))
        needs = [need for need in self.state.needs() if kind is None or need.kind == kind]
        return missing_items(
            places, needs, self.state.slots(), held_by=self.ledger.own_log().place, draw_code=self.around.new_code
        )

    def register(self, items: Sequence[Item], *, progress: Callable[[int], None] | None = None) -> list[Event]:
        """Record that these items exist, all or none.

        Args:
            progress: called with the number of items done since the last call.
        """
        events: list[Event] = []
        with self.transaction():
            for new in compose.register_events(items):
                events += self.record([new])
                if progress:
                    progress(len(new.fields["items"]))
        return events

    # --- handovers ------------------------------------------------------------------------------------------------

    def record_handover(
        self, handover: Handover, touches: Sequence[Touch], *, draft: str | None = None, id: str | None = None
    ) -> RecordedHandover:
        """Record a handover of what was scanned, and drop the draft that held it, in one transaction.

        Args:
            id: the key by which a program that asks again finds what was recorded; a draft's own id goes before it.

        Raises:
            RuleError: it cannot be true.
            InputError: nothing was scanned and nothing noted, or the draft was recorded already.
        """
        self.check_handover(handover)
        with self.transaction():
            self.state.places.refresh()
            if draft is not None:
                self.drafts.get(draft)
                touches = self.drafts.touches(draft)
            handover, touches = compose.apart(handover, touches)
            if not touches and not handover.extras and not handover.refused:
                raise InputError(
                    N_("nothing was scanned, so nothing was recorded"), hint=N_("Scan or type at least one label.")
                )
            _refuse_unscanned(handover, [*touches, *handover.refused])
            bast = self._bast_number(handover.number)
            relied_on = self._relied_on(handover, [*touches, *handover.refused])
            new, facts, findings = self.weigh(handover, touches, relied_on, bast=bast, now=self.around.now_utc())
            events = self.record([*new, *self.papers.witness_events(list(relied_on.values()))], id=draft or id)
            if self.clock_finding:
                findings.append(self.clock_finding)
                self.untold = None
            if draft is not None:
                self.drafts.drop(draft)
        matched = tuple(touch.code for touch in touches if touch.how == "matched")
        return RecordedHandover(tuple(events), bast, handover.giver, handover.to, facts, tuple(findings), matched)

    def _bast_number(self, shared: str) -> str:
        """The next number of this station, or the one that it shares with others.

        Raises:
            RuleError: this station has recorded a handover of that number already.
        """
        own = self.ledger.own_log()
        if shared:
            if newest_handover(self.ledger.tables, own.id, shared):
                raise RuleError(
                    N_("this station has recorded a handover {number} already"),
                    hint=N_("Leave --number away, or agree on another one with the others at the truck."),
                    number=shared,
                )
            return shared
        return own_number(_slug(own.station), own.handovers + 1, self.around.now_utc()[:4])


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


def _slug(text: str) -> str:
    """A name for logs and BAST numbers: at most 30 of a-z, 0-9 and -; `x` where a name has none of them."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:30].rstrip("-") or "x"


def _refuse_unscanned(handover: Handover, touches: Sequence[Touch]) -> None:
    """Refuse what is said of single items that are not among those that were scanned."""
    scanned = {touch.code for touch in touches}
    for said, message in (
        (handover.conditions, N_("a condition is given for {item}, which was not scanned")),
        (handover.seals, N_("the seals of {item} were looked at, which was not scanned")),
        (handover.remarks, N_("a remark is given for {item}, which was not scanned")),
    ):
        unnamed = sorted(said.keys() - scanned)
        if unnamed:
            raise InputError(
                message,
                hint=N_("Scan it too, or leave away what is said of it; in a session, -CODE takes that back."),
                item=show_code(unnamed[0]),
            )
    alone = sorted(handover.photos.keys() - handover.conditions.keys() - handover.seals.keys())
    if alone:
        raise InputError(
            N_("a photograph is given for {item}, and neither its condition nor how its seals are"),
            hint=N_("Say what it shows: --condition CODE=light, or --seal CODE=broken."),
            item=show_code(alone[0]),
        )
