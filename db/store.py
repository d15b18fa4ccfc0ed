"""The store: one ledger with its present state and its drafts, and everything that is ever recorded.

Every change of state is an event, and every event passes through `Store._record`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from custody import compose
from custody.chain import custody
from custody.codes import ItemLabel, is_plate, parse_custodian, show_code
from custody.compose import Handover, NewEvent, Ref, Touch
from custody.errors import N_, InputError, RuleError, StoreError
from custody.events import Event
from custody.findings import Finding, judge_condition, judge_count, judge_scan, judge_time
from custody.items import Item
from custody.ledger import key_fingerprint, log_name
from custody.places import Need, Place, below
from custody.planning import missing_items
from custody.waybill import judge_against_paper
from db.connect import BUSY_TIMEOUT_S, open_database
from db.drafts import Drafts
from db.faults import as_store_errors
from db.ledger import Ledger, Signer
from db.models import tables_of
from db.papers import Papers, Waybill
from db.seen_heads import SeenHeads
from db.state import State
from db.surroundings import RecordedHandover as RecordedHandover
from db.surroundings import Surroundings as Surroundings


class Store:
    """One open ledger. Methods that record have committed when they return."""

    def __init__(
        self, ledger: Ledger, state: State, drafts: Drafts, signer: Signer | None, around: Surroundings
    ) -> None:
        self.ledger, self.state, self.drafts = ledger, state, drafts
        self._signer, self.around = signer, around
        self.heads = SeenHeads(ledger, state.stations, ledger.tables)
        self.papers = Papers(state, self.heads, ledger.tables)

    # --- the one write path ---------------------------------------------------------------------------------------

    def _record(self, new: Sequence[NewEvent], *, id: str | None = None) -> list[Event]:
        with self.ledger.transaction():
            self.heads.refuse_if_rolled_back()
            around = self.around
            events = self.ledger.append(
                new, self._key(), at=around.now_utc(), by=around.by, app=around.app, id=id or around.new_id()
            )
            self.state.follow(events)
        return events

    def _key(self) -> Signer:
        if self._signer is None:
            raise StoreError(
                N_("this ledger was opened for reading alone"),
                hint=N_("Run: python main.py init --place CODE --station NAME"),
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
        signer, around = self._key(), self.around
        name = log_name(_slug(election), _slug(station), signer.public_key, around.randbelow(1 << 24))
        genesis = NewEvent("genesis", {
            "election": election, "root": root or key_fingerprint(signer.public_key), "station": station,
            "place": place, "public_key": signer.public_key.hex(),
            "continues": ":".join(map(str, continues)) if continues else None,
        }, (continues,) if continues else ())  # fmt: skip
        with self.ledger.transaction():
            return self.ledger.begin_log(
                name, genesis, signer, at=around.now_utc(), by=around.by, app=around.app, id=around.new_id()
            )

    # --- what should exist ----------------------------------------------------------------------------------------

    def load_plan(self, places: Sequence[Place], needs: Sequence[Need], *, source: str, digest: str) -> list[Event]:
        """Record these rows of the plan, new or changed. Nothing is recorded for no rows.

        Raises:
            RuleError: a place would lie below itself, or the plan is for others to make.
        """
        if not places and not needs:
            return []
        with self.ledger.transaction():
            self.state.places.refuse_circle(places)
            known = self.state.stations.plan_known_to(self.ledger.own_log().name)
            return self._record(compose.plan_events(places, needs, source=source, digest=digest, refs=known))

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
        with self.ledger.transaction():
            for new in compose.register_events(items):
                events += self._record([new])
                if progress:
                    progress(len(new.fields["items"]))
        return events

    # --- handovers ------------------------------------------------------------------------------------------------

    def custodian(self, text: str) -> str:
        """The code of a place, vendor or carrier that exists; any number plate is a carrier.

        Raises:
            CodeError: no custodian can have this code.
            InputError: the plan does not have it.
        """
        code = parse_custodian(text)
        self.state.places.refresh()
        if code not in self.state.places and not is_plate(code):
            raise InputError(
                N_("there is no place {place} in the plan"),
                hint=N_(
                    "Look the code up in the places table, or load the table that has it: python main.py load FILE"
                ),
                place=code,
            )
        return code

    def is_carrier(self, custodian: str) -> bool:
        """Whether a custodian is a truck and no place."""
        place = self.state.places.get(custodian)
        return place.level == "carrier" if place else is_plate(custodian)

    def has_met(self, giver: str) -> bool:
        """Whether what the giver's own station recorded is known here."""
        met = self.ledger.places_met()
        return met is None or giver in met

    def expected(self, giver: str, to: str, bound: Sequence[str] = ()) -> list[Item] | None:
        """What the giver holds for `to`, or for where a carrier goes; None where this station cannot know.

        Also what another log, or a paper of it, says was given to `to` and ours has not confirmed yet.
        """
        tops = self._tops(to, bound)
        if not tops:
            return None
        items = self.state.expected(giver, tops)
        items += _not_among(items, self.papers.waybill(giver, to, tops).items)
        if self.ledger.places_met() is not None:
            told = {item.code: item for item in self.state.brought_by_others(to, self.ledger.own_log().id)}
            receipts = {code: told[code] for code in sorted(self._receipts(told.values(), giver, to))}
            items += _not_among(items, receipts)
        return items if items or self.has_met(giver) else None

    def _tops(self, to: str, bound: Sequence[str]) -> list[str]:
        """The places whose items go to `to`: itself, or where a carrier goes."""
        return list(bound) if self.is_carrier(to) else [to]

    def _waybill(self, handover: Handover) -> Waybill:
        """What papers say is to come at this handover."""
        return self.papers.waybill(handover.giver, handover.to, self._tops(handover.to, handover.bound))

    def judge(self, label: ItemLabel, handover: Handover) -> tuple[Item | None, list[Finding]]:
        """What is known of a scanned item, and all that is wrong with handing it over so."""
        self.state.places.refresh()
        items, found = self._judge_labels([label], handover)
        return items.get(label.code), found

    def check_handover(self, handover: Handover) -> None:
        """Refuse a handover that cannot be true.

        Raises:
            RuleError: somebody hands over to himself, or a condition is noted for an item that is not there.
        """
        if handover.giver == handover.to:
            raise RuleError(
                N_("{place} cannot hand over to itself"),
                hint=N_("Choose another receiver with --to."),
                place=handover.giver,
            )

    def record_handover(
        self, handover: Handover, touches: Sequence[Touch], *, draft: str | None = None
    ) -> RecordedHandover:
        """Record a handover of what was scanned, and drop the draft that held it, in one transaction.

        Raises:
            RuleError: it cannot be true.
            InputError: nothing was scanned and nothing noted, or the draft was recorded already.
        """
        self.check_handover(handover)
        with self.ledger.transaction():
            self.state.places.refresh()
            if draft is not None:
                self.drafts.get(draft)
                touches = self.drafts.touches(draft)
            touches = _first_of_each(touches)
            if not touches and not handover.extras:
                raise InputError(
                    N_("nothing was scanned, so nothing was recorded"), hint=N_("Scan or type at least one label.")
                )
            unnamed = sorted(set(handover.conditions) - {touch.code for touch in touches})
            if unnamed:
                raise InputError(
                    N_("a condition is given for {item}, which was not scanned"),
                    hint=N_("Scan it too, or leave its --condition away."),
                    item=show_code(unnamed[0]),
                )
            expected = self.expected(handover.giver, handover.to, handover.bound)
            findings = self._judge_all(handover, touches, expected)
            bast = self._bast_number()
            relied_on = self._relied_on(handover, touches)
            new = compose.handover_events(handover, touches, relied_on, bast=bast)
            events = self._record([*new, *self.papers.witness_events(list(relied_on.values()))], id=draft)
            if draft is not None:
                self.drafts.drop(draft)
        return RecordedHandover(
            tuple(events), bast, handover.giver, handover.to, len(touches),
            None if expected is None else len(expected), tuple(findings),
        )  # fmt: skip

    def _judge_labels(
        self, labels: Sequence[ItemLabel], handover: Handover
    ) -> tuple[dict[str, Item], list[Finding]]:  # fmt: skip
        items = self.state.items_of(label.code for label in labels)
        blanks = self.state.blanks(label.code for label in labels if label.code not in items)
        waybill = self._waybill(handover)
        receipts = self._receipts(items.values(), handover.giver, handover.to) | waybill.items.keys()
        has_met = self.has_met(handover.giver)
        found = [
            finding
            for label in labels
            for finding in judge_scan(
                items.get(label.code), label, self.state.places, giver=handover.giver, to=handover.to,
                bound=handover.bound, met_giver=has_met, is_recorded=label.code in receipts,
                is_blank=label.code in blanks,
            )
            if finding.code != "UNKNOWN_CODE" or label.code not in waybill.items  # its own giver's paper names it
        ]  # fmt: skip
        if waybill.items:
            found += [
                judge_against_paper(label.code, waybill.named)
                for label in labels
                if label.code not in waybill.items and label.code not in receipts
                and not (label.code in items and items[label.code].held_by == handover.giver)
            ]  # fmt: skip
        return items, found

    def _relied_on(self, handover: Handover, touches: Sequence[Touch]) -> dict[str, Ref]:
        """The newest event of each item that this station knows of, from its ledger or from the giver's paper."""
        known = self.state.latest([touch.code for touch in touches])
        for code, ref in self._waybill(handover).refs.items():
            if code not in known or known[code].log != ref.log or known[code].seq < ref.seq:
                known[code] = ref
        return known

    def _receipts(self, items: Iterable[Item], giver: str, to: str) -> set[str]:
        """The items whose handover another log has recorded already, so that ours confirms it."""
        arrived = [item.code for item in items if item.held_by == to]
        if not arrived or self.ledger.places_met() is None:
            return set()
        own = self.ledger.own_log().name
        return {
            code
            for code, events in self.state.families(arrived).items()
            if custody(code, events, roots=self.state.roots).is_recorded(giver, to, own)
        }

    def _judge_all(self, handover: Handover, touches: Sequence[Touch], expected: list[Item] | None) -> list[Finding]:
        _items, found = self._judge_labels([ItemLabel(touch.code, touch.print) for touch in touches], handover)
        scanned = {touch.code for touch in touches}
        found += judge_count(
            scanned=len(touches), extras=sum(extra.count for extra in handover.extras), counted=handover.counted,
            missing=[item for item in expected or () if item.code not in scanned],
            places=self.state.places, met_giver=self.has_met(handover.giver),
        )  # fmt: skip
        found += self._waybill(handover).findings
        for code, condition in handover.conditions.items():
            found += judge_condition(code, condition)
        happened = handover.occurred or self.around.now_utc()
        found += judge_time(self.state.places.get(handover.to), happened, is_late_entry=handover.occurred is not None)
        return found

    def _bast_number(self) -> str:
        own = self.ledger.own_log()
        return f"{own.handovers + 1:04d}/{_slug(own.station).upper()}/{self.around.now_utc()[:4]}"


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
        StoreError: it is missing, of another program, damaged, or cannot be reached; or writing to it failed.
        ConflictError: another program has been writing for longer than that; trying again is safe.
    """
    with as_store_errors():
        database = open_database(url, create=create, busy_timeout_s=busy_timeout_s)
        try:
            tables = tables_of(database)
            ledger = Ledger(database, tables)
            yield Store(ledger, State(ledger, tables), Drafts(ledger, tables), signer, around)
        finally:
            database.close()


def _slug(text: str) -> str:
    """A name for logs and BAST numbers: at most 30 of a-z, 0-9 and -; `x` where a name has none of them."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:30].rstrip("-") or "x"


def _not_among(items: Iterable[Item], more: Mapping[str, Item]) -> list[Item]:
    known = {item.code for item in items}
    return [item for code, item in more.items() if code not in known]


def _first_of_each(touches: Iterable[Touch]) -> list[Touch]:
    first: dict[str, Touch] = {}
    for touch in touches:
        first.setdefault(touch.code, touch)
    return list(first.values())
