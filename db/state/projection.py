"""Keeping the tables of places, needs, items and seals equal to the fold of the events: they are only a cache of it."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain as joined
from typing import Any, NamedTuple

from custody.chain.chain import folded
from custody.chain.roster import NOTICES, plan_in_force, restood
from custody.format.events import Event
from custody.plan.places import Place
from db.batches import batches
from db.log.ledger import Ledger
from db.models import Tables
from db.prepared import PreparedInsert
from db.state.current_roster import RosterTable
from db.state.item_rows import ItemRow, row_of
from db.state.place_rows import PlaceTable
from db.state.seal_uses import SealRow, SealUses, seal_rows

_ROWS_PER_INSERT = 500


class Folded(NamedTuple):
    """What events make of items: their rows, the codes that have none, and the rows of seals of each that has any."""

    rows: list[ItemRow]
    gone: list[str]
    seals: dict[str, list[SealRow]]


class Folding:
    """The cache tables of one ledger, as new events change them. What they then tell is asked of
    `db.state.queries.State`.
    """

    def __init__(self, ledger: Ledger, tables: Tables) -> None:
        self.ledger, self.tables = ledger, tables
        self.places = PlaceTable(ledger, tables)
        self.stations = RosterTable(ledger, tables)
        self.seals = SealUses(ledger, tables)
        self._put_items = PreparedInsert(tables, "item", ItemRow._fields, key=("code",))

    def follow(self, events: Sequence[Event]) -> None:
        """Bring the cache up to date with newly recorded events. Call within the transaction that recorded them."""
        codes = dict.fromkeys(joined.from_iterable(event.rows for event in events))
        for event in events:
            if event.type == "correct":
                codes |= dict.fromkeys(self.ledger.codes_of(event.leaf))
        if any(event.type != "plan" and self.is_notice(event) for event in events):
            self.catch_up(codes, [event for event in events if self.is_notice(event)])
            return
        rows = list(joined.from_iterable(event.body["rows"] for event in events if event.type == "plan"))
        if rows:  # of our own log, which may plan, and after all that it knew
            self._follow_plan(rows)
        self._refold_all(codes)

    def is_notice(self, event: Event) -> bool:
        """Whether an event says who counts or what is planned, be it by withdrawing a plan."""
        if event.type != "correct":
            return event.type in NOTICES
        about = self.ledger.corrected(event.leaf)
        return about is not None and about.type == "plan"

    def catch_up(self, codes: Iterable[str], notices: Collection[Event]) -> None:
        """Bring the cache up to date after events came whose place in the order is anywhere.

        Args:
            codes: the items that they are about.
            notices: those of them that say who counts and what is planned; all that hangs on these is judged again.
        """
        touched = dict.fromkeys(codes)
        if notices:
            before = self.stations.without({event.leaf for event in notices})
            for log, first in restood(before, self.stations.now()).items():
                touched |= dict.fromkeys(self.ledger.codes_from(log, first))
            self.replan()
        self._refold_all(touched)

    def rebuild(self, progress: Callable[[int], None] = lambda _count: None) -> int:
        """Empty the cache and fold every event again, all or nothing; the result must equal what was there.

        Args:
            progress: called with the number of items done since the last call.

        Returns:
            How many items any event names.
        """
        tables, count = self.tables, 0
        with self.ledger.transaction():
            tables.item.delete().execute()
            self.seals.forget()
            self.replan()
            for batch in batches(self.ledger.codes(), _ROWS_PER_INSERT):
                self._refold(batch)
                count += len(batch)
                progress(len(batch))
        self.places.forget()
        return count

    def replan(self) -> None:
        """Empty the tables of places and needs and fill them by the plan in force."""
        for table in (self.tables.place, self.tables.need):
            table.delete().execute()
        self.places.forget()
        self._follow_plan(plan_in_force(self.ledger.on_topic(("plan", "correct")), self.stations.now()))

    def _refold_all(self, codes: Iterable[str]) -> None:
        for batch in batches(codes, _ROWS_PER_INSERT):
            self._refold(batch)

    @property
    def roots(self) -> frozenset[str]:
        """The logs of the election's root, which may withdraw any record."""
        return self.stations.now().roots

    def families(
        self,
        codes: Iterable[str],
        *,
        with_children: bool = False,
        with_strangers: bool = False,
        heard: frozenset[str] = frozenset(),
    ) -> dict[str, list[Event]]:
        """For each code, the events that name it or a parent of it; optionally for everything packed in them too.

        What does not count is left out: records of stations that are not admitted, unless they are asked for, and what
        a revoked station recorded too late.

        Args:
            heard: logs that count here, admitted or not.
        """
        stations = self.stations.now()
        strangers = frozenset() if with_strangers else stations.strangers - heard
        naming: dict[str, list[Event]] = {}
        parents: dict[str, set[str]] = {}
        children: dict[str, set[str]] = {}
        heads = set(codes)
        wanted = set(heads)
        while wanted:
            found = {
                code: [event for event in events if event.log not in strangers and not stations.is_quarantined(event)]
                for code, events in self.ledger.naming(wanted).items()
            }
            naming |= found
            for event in {e.leaf: e for events in found.values() for e in events if e.type == "pack"}.values():
                children.setdefault(event.body["parent"], set()).update(event.body["children"])
                for child in event.body["children"]:
                    parents.setdefault(child, set()).add(event.body["parent"])
            if with_children:
                heads = _reached(heads, children)
            wanted = (heads | children.keys()) - naming.keys()
        return {code: _with_parents(code, naming, parents) for code in heads}

    def folded(self, codes: Collection[str]) -> Folded:
        """What the tables of items and seals must say of these, and of all packed in them."""
        rows, gone, seals, roots = [], [], {}, self.roots
        for code, events in self.families(codes, with_children=True).items():
            chain = folded(code, events, roots)
            row = row_of(chain)
            if row is None:
                gone.append(code)
            else:
                rows.append(row)
            if any(event.type == "seal" and code in event.rows for event in events):  # also one that was withdrawn
                seals[code] = seal_rows(chain)
        return Folded(rows, gone, seals)

    def _refold(self, codes: Collection[str]) -> None:
        item = self.tables.item
        folded = self.folded(codes)
        for batch in batches(folded.gone, _ROWS_PER_INSERT):
            item.delete().where(item.code.in_(batch)).execute()
        self._put_items.run(folded.rows)
        self.seals.put(folded.seals)

    def _follow_plan(self, rows: Sequence[Mapping[str, Any]]) -> None:
        places = {
            row["code"]: Place(
                row["code"],
                row["name"],
                row["level"],
                row["parent"],
                row["due"],
                row.get("dapil"),  # not in `plan` 1
            )
            for row in rows
            if row["row"] == "place"
        }
        if places:
            self.places.put(places)
        need = self.tables.need
        needs = {  # the last word on each counts; one statement may not touch a row twice
            (row["kind"], row["level"]): {name: value for name, value in row.items() if name != "row"}
            | {"elections": json.dumps(row["elections"])}
            for row in rows
            if row["row"] == "need"
        }
        changed = [field for name, field in need.model._meta.fields.items() if name not in ("kind", "level")]
        for batch in batches(needs.values(), _ROWS_PER_INSERT):
            need.insert_many(batch).on_conflict(conflict_target=[need.kind, need.level], preserve=changed).execute()
        self.ledger.forget_rules()


def _with_parents(code: str, naming: Mapping[str, list[Event]], parents: Mapping[str, set[str]]) -> list[Event]:
    if code not in parents:
        return naming.get(code, [])
    family = _reached({code}, parents)
    return list({event.leaf: event for member in family for event in naming.get(member, ())}.values())


def _reached(start: set[str], steps: Mapping[str, set[str]]) -> set[str]:
    """Where one gets from `start`, and `start` itself."""
    reached, news = set(start), set(start)
    while news:
        news = set().union(*(steps.get(code, set()) for code in news)) - reached
        reached |= news
    return reached
