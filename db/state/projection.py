"""Keeping the tables of places, needs, items and seals equal to the fold of the events: they are only a cache of it."""

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from itertools import chain as joined
from typing import Any, NamedTuple

from custody.chain.chain import folded, likeness
from custody.chain.planned import plan_of, with_branch
from custody.chain.roster import NOTICES, PLANNING, Roster, restood
from custody.format.events import Event
from custody.plan.places import Need, need_of, place_of
from db.log.transactions import Transactions
from db.prepared import PreparedInsert, batches
from db.state.item_rows import ItemRow, row_like, row_of
from db.state.queries import State
from db.state.seal_uses import SealRow, seal_rows

_ROWS_PER_INSERT = 500
_NEED = tuple(part.name for part in fields(Need))
_WITHOUT_A_ROW = frozenset({"handover", "print", "void", "inspect", "clock", "incident"})
"""Types that leave nothing in the tables where no record registers the thing, and say nothing of its seals."""


class Folded(NamedTuple):
    """What events make of items: their rows, the codes that have none, and the rows of seals of each that has any."""

    rows: list[ItemRow]
    gone: list[str]
    seals: dict[str, list[SealRow]]


class Projection:
    """The cache tables of one ledger, as new events change them. What they then tell is asked of `State`."""

    def __init__(self, state: State, transaction: Transactions) -> None:
        self.state, self.ledger, self.tables = state, state.ledger, state.tables
        self._transaction = transaction
        self._put_items = PreparedInsert(state.tables, "item", ItemRow._fields, key=("code",))
        self._put_needs = PreparedInsert(state.tables, "need", _NEED, key=("kind", "level", "follows", "under"))

    def follow(self, events: Sequence[Event]) -> None:
        """Bring the cache up to date with newly recorded events. Call within the transaction that recorded them."""
        codes = dict.fromkeys(joined.from_iterable(event.rows for event in events))
        for event in events:
            if event.type == "correct":
                codes |= dict.fromkeys(self.ledger.codes_of(event.leaf))
        if any(event.type != "plan" and self.is_notice(event) for event in events):
            notices = [event for event in events if self.is_notice(event)]
            self.catch_up(codes, notices, self.state.stations.without({event.leaf for event in notices}))
            return
        plans = [event for event in events if event.type == "plan"]
        if plans and self.state.stations.now().has_branches:
            self.replan()
        elif plans:  # of our own log, which may plan everywhere, and after all that it knew
            self._follow_plan([row for event in plans for row in with_branch(event)])
        self._refold_all(codes)

    def is_notice(self, event: Event) -> bool:
        """Whether an event says who counts or what is planned, be it by correcting a record of the plan."""
        if event.type != "correct":
            return event.type in NOTICES
        about = self.ledger.corrected(event.leaf)
        return about is not None and about.type in PLANNING

    def catch_up(self, codes: Iterable[str], notices: Collection[Event], before: Roster) -> None:
        """Bring the cache up to date after events came whose place in the order is anywhere.

        Args:
            codes: the items that they are about.
            notices: those of them that say who counts and what is planned; all that hangs on these is judged again.
            before: who counted before they came.
        """
        touched = dict.fromkeys(codes)
        if notices:
            now = self.state.stations.now()
            for log, first in restood(before, now).items():
                touched |= dict.fromkeys(self.ledger.codes_from(log, first))
            is_as_planned = (before.powers, before.revoked) == (now.powers, now.revoked)
            if not is_as_planned or any(event.type != "genesis" for event in notices):
                self.replan()  # a log that only begins has planned nothing yet
        self._refold_all(touched)

    def rebuild(self, progress: Callable[[int], None] = lambda _count: None) -> int:
        """Empty the cache and fold every event again, all or nothing; the result must equal what was there.

        Args:
            progress: called with the number of items done since the last call.

        Returns:
            How many items any event names.
        """
        tables, count = self.tables, 0
        with self._transaction():
            tables.item.delete().execute()
            self.state.seals.forget()
            self.replan()
            for batch in batches(self.ledger.codes(), _ROWS_PER_INSERT):
                self._refold(batch)
                count += len(batch)
                progress(len(batch))
        self.state.places.forget()
        return count

    def replan(self) -> None:
        """Empty the tables of places and needs and fill them by the plan in force."""
        for table in (self.tables.place, self.tables.need):
            table.delete().execute()
        self.state.places.forget()
        self._follow_plan(plan_of(self.ledger.on_topic((*PLANNING, "correct")), self.state.stations.now()).rows)

    def _refold_all(self, codes: Iterable[str]) -> None:
        for batch in batches(codes, _ROWS_PER_INSERT):
            self._refold(batch)

    def folded(self, codes: Collection[str]) -> Folded:
        """What the tables of items and seals must say of these, and of all packed in them."""
        rows, gone, seals, roots = list[ItemRow](), list[str](), dict[str, list[SealRow]](), self.state.roots
        known: dict[Hashable, ItemRow] = {}
        for code, events in self.state.families.of(codes, with_children=True).items():
            if all(event.type in _WITHOUT_A_ROW for event in events):
                gone.append(code)
                continue
            like = likeness(code, events)
            if like is not None and (other := known.get(like)) is not None:
                said = next(event.rows[code] for event in events if event.type == "register")
                rows.append(row_like(other, code, said))
                continue
            chain = folded(code, events, roots)
            row = row_of(chain)
            if row is None:
                gone.append(code)
            else:
                rows.append(row)
                if like is not None:
                    known[like] = row
            if any(event.type == "seal" and code in event.rows for event in events):  # also one that was withdrawn
                seals[code] = seal_rows(chain)
        return Folded(rows, gone, seals)

    def _refold(self, codes: Collection[str]) -> None:
        item = self.tables.item
        folded = self.folded(codes)
        for batch in batches(folded.gone, _ROWS_PER_INSERT):
            item.delete().where(item.code.in_(batch)).execute()
        self._put_items.run(folded.rows)
        self.state.seals.put(folded.seals)

    def _follow_plan(self, rows: Sequence[Mapping[str, Any]]) -> None:
        places = {place.code: place for place in map(place_of, rows) if place}
        needs = {(told.key, told.under): told for told in map(need_of, rows) if told}  # the last word on each counts
        self._put_needs.run(
            [json.dumps(told) if isinstance(told, tuple) else told for told in astuple(row)] for row in needs.values()
        )
        if places or any(told.under for told in needs.values()):
            self.state.places.put(places, self.state.needs())
        self.ledger.memory.forget_rules()
