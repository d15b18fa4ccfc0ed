"""The present state: tables that are only a cache of the fold of the events, and the questions asked of them."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain as joined
from typing import Any, NamedTuple

from peewee import Case, fn

from custody.chain import Chain, custody
from custody.compose import Ref
from custody.events import Event
from custody.items import Item, Voids
from custody.places import Need, Place
from custody.planning import Slot, sealed_kinds
from custody.progress import StockGroup
from custody.roster import NOTICES, plan_in_force, restood
from custody.standing import with_standing
from db.batches import batches
from db.contents import Contents
from db.item_rows import ItemRow, row_of, standing_links
from db.ledger import Ledger
from db.models import Tables
from db.places import PlaceTable
from db.prepared import PreparedIn, PreparedInsert, blank
from db.roster import RosterTable
from db.seal_uses import SealRow, SealUses, seal_rows

_ROWS_PER_INSERT = 500


class Folded(NamedTuple):
    """What events make of items: their rows, the codes that have none, and the rows of seals of each that has any."""

    rows: list[ItemRow]
    gone: list[str]
    seals: dict[str, list[SealRow]]


class State:
    """The cache tables of one ledger."""

    def __init__(self, ledger: Ledger, tables: Tables) -> None:
        self.ledger, self.tables = ledger, tables
        self.places = PlaceTable(ledger, tables)
        self.stations = RosterTable(ledger, tables)
        self._expected = PreparedIn(ledger.database, self._expected_query)
        self._put_items = PreparedInsert(tables, "item", ItemRow._fields, key=("code",))
        self.seals = SealUses(ledger, tables)
        self.contents = Contents(ledger, tables)

    # --- keeping the cache equal to the fold ----------------------------------------------------------------------

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

    def families(self, codes: Iterable[str], *, with_children: bool = False) -> dict[str, list[Event]]:
        """For each code, the events that name it or a parent of it; optionally for everything packed in them too.

        What a revoked station recorded too late is left out.
        """
        stations = self.stations.now()
        naming: dict[str, list[Event]] = {}
        parents: dict[str, set[str]] = {}
        children: dict[str, set[str]] = {}
        heads = set(codes)
        wanted = set(heads)
        while wanted:
            found = {
                code: [event for event in events if not stations.is_quarantined(event)]
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
            chain = custody(code, events, roots=roots)
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
        changed = [field for name, field in need._meta.fields.items() if name not in ("kind", "level")]
        for batch in batches(needs.values(), _ROWS_PER_INSERT):
            need.insert_many(batch).on_conflict(conflict_target=[need.kind, need.level], preserve=changed).execute()
        self.ledger.forget_rules()

    # --- asking ---------------------------------------------------------------------------------------------------

    def chain(self, code: str, *, as_of: str | None = None) -> Chain:
        """The chain of custody of one item, folded from its events now."""
        self.places.refresh()
        return next(self._chains([code], self.places, as_of))

    def chains(
        self, codes: Collection[str], *, as_of: str | None = None, with_children: bool = False
    ) -> Iterator[Chain]:
        """The chains of many items, in this order; what they share is read once.

        Args:
            with_children: also those of everything packed in them, in any order.
        """
        return self._chains(codes, self.places.tree(), as_of, with_children=with_children)

    def _chains(
        self, codes: Collection[str], places: Mapping[str, Place], as_of: str | None, *, with_children: bool = False
    ) -> Iterator[Chain]:
        stations, met, forked = self.stations.now(), self.met, self.stations.forked()
        families = self.families(codes, with_children=with_children)
        codes = list(families) if with_children else codes
        naming = self.ledger.naming(codes) if stations.revoked else {}
        sealed = self.sealed_kinds
        for code in codes:
            chain = custody(
                code, families[code], places, met=met, as_of=as_of, roots=stations.roots, sealed_kinds=sealed
            )
            chain = self.seals.compared(chain)
            left_out = [event for event in naming.get(code, ()) if stations.is_quarantined(event)]
            yield with_standing(chain, stations, forked, left_out)

    @property
    def roots(self) -> frozenset[str]:
        """The logs of the election's root, which may withdraw any record."""
        return self.stations.now().roots

    @property
    def met(self) -> frozenset[str] | None:
        """The places whose stations' logs are known; None where no other station is known of whose log is missing.

        Where nothing is registered, somebody else's log is missing: it is there that things were.
        """
        return self.ledger.remember("met", self._met)

    def _met(self) -> frozenset[str] | None:
        places, own = self.ledger.places_met(), self.ledger.own_row()
        if places is not None and not self.stations.now().has_met_all(own.public_key if own else ""):
            return places
        item = self.tables.item
        is_anything_registered = item.select(item.code).limit(1).tuples().first() is not None
        return None if is_anything_registered else frozenset({own.place} if own else ())

    @property
    def sealed_kinds(self) -> frozenset[str]:
        """The kinds that the plan says need seals, so that they may not go without."""
        return self.ledger.remember_rule("sealed_kinds", lambda: sealed_kinds(self.needs()))

    def needs(self) -> list[Need]:
        """What places need, in order of kind and level."""
        need = self.tables.need
        return [_need(row) for row in need.select().order_by(need.kind, need.level)]

    def item(self, code: str) -> Item | None:
        """What is known of one item, None when it is registered nowhere."""
        return self.items_of([code]).get(code)

    def items_of(self, codes: Iterable[str]) -> dict[str, Item]:
        """What is known of these items; those registered nowhere are left out."""
        return {row.code: row.item for row in self.item_rows(codes)}

    def item_rows(self, codes: Iterable[str]) -> Iterator[ItemRow]:
        """The rows of these items; of those registered nowhere there is none."""
        return (ItemRow(*row) for row in self.contents.things.rows(codes))

    def find_items(
        self, *, kind: str | None = None, under: str | None = None, held_by: str | None = None, unprinted: bool = False
    ) -> Iterator[Item]:
        """The items of a kind, bound for a place or below it, held by somebody, not printed yet; by destination."""
        item = self.tables.item
        query = self._bound_under([under]) if under is not None else item.select()
        if kind is not None:
            query = query.where(item.kind == kind)
        if held_by is not None:
            query = query.where(item.held_by == held_by)
        if unprinted:
            query = query.where(item.print == 0)
        for row in query.order_by(item.bound_for, item.kind, item.k, item.code).tuples().iterator():
            yield ItemRow(*row).item

    def unprinted_count(self) -> int:
        """How many items have no label yet."""
        item = self.tables.item
        query = item.select(fn.COUNT(item.code)).where(item.print == 0)
        return self.ledger.remember("unprinted", lambda: int(query.scalar()))

    def expected(self, giver: str, tops: Sequence[str]) -> list[Item]:
        """What the giver holds that is bound for one of these places or below."""

        def held() -> list[Item]:
            found = {row[0]: ItemRow(*row).item for row in self._expected.rows(tops, giver=giver)}
            return sorted(found.values(), key=lambda item: (item.to, item.kind, item.k, item.code))

        return list(self.ledger.remember(f"expected: {giver} {' '.join(tops)}", held))

    def brought_by_others(self, holder: str, own_log: int) -> list[Item]:
        """What somebody holds by the newest event of another log than ours, so that we have not confirmed it."""
        item, event = self.tables.item, self.tables.event
        query = item.select(item).join(event, on=(event.leaf == item.last_event))
        query = query.where((item.held_by == holder) & (event.log_id != own_log))
        return [ItemRow(*row).item for row in query.tuples()]

    def latest(self, codes: Iterable[str]) -> dict[str, Ref]:
        """The newest standing event of each item that has one."""
        codes = list(codes)
        leaves = {row.code: bytes(row.last_event) for row in self.item_rows(codes)}
        strangers = [code for code in codes if code not in leaves]
        for code, events in self.families(strangers).items():
            if links := standing_links(custody(code, events, roots=self.roots)):
                leaves[code] = bytes.fromhex(links[-1].event.leaf)
        refs = self.ledger.refs(leaves.values())
        return {code: refs[leaf] for code, leaf in leaves.items() if leaf in refs}

    def slots(self, *, to: str | None = None) -> set[Slot]:
        """What every registered item is for, or every one bound for a place."""
        item = self.tables.item
        query = item.select(item.kind, item.bound_for, item.election, item.k)
        return set((query if to is None else query.where(item.bound_for == to)).tuples())

    def blanks(self, codes: Iterable[str]) -> dict[str, Voids]:
        """Those of these codes that are on a printed label and registered nowhere, each with its void prints."""
        codes = list(codes)
        if not codes:
            return {}
        roots = self.roots
        chains = (
            custody(code, events, roots=roots)
            for code, events in self.families(codes).items()
            if any(event.type == "print" for event in events)
        )
        return {chain.code: chain.voids for chain in chains if chain.is_blank}

    def with_voids(self) -> list[Item]:
        """The items of which a print was recorded as void, by destination."""
        item = self.tables.item
        query = item.select().where(item.void != "").order_by(item.bound_for, item.kind, item.k, item.code)
        return [ItemRow(*row).item for row in query.tuples()]

    def packs(self) -> list[Item]:
        """The items that have a range of serial numbers, by number."""
        item = self.tables.item
        query = item.select().where(item.serial_first.is_null(False))
        query = query.order_by(item.serial_prefix, item.serial_width, item.serial_first, item.code)
        return [ItemRow(*row).item for row in query.tuples()]

    def serial_ranges(self) -> set[tuple[str, str, int, int]]:
        """Kind, prefix, first and last serial number of every registered pack."""
        item = self.tables.item
        columns = (item.kind, item.serial_prefix, item.serial_first, item.serial_last)
        return set(item.select(*columns).where(item.serial_first.is_null(False)).tuples())

    def stock(self, under: str | None = None) -> Iterator[StockGroup]:
        """How many items there are for each destination, kind, holder and way; how many labelled, how many moved."""
        item = self.tables.item
        alike = (item.bound_for, item.kind, item.held_by, item.held_before)
        columns = (
            *alike, fn.COUNT(item.code),
            fn.SUM(Case(None, [(item.print > 0, 1)], 0)), fn.SUM(Case(None, [(item.moves > 0, 1)], 0)),
        )  # fmt: skip
        query = item.select(*columns) if under is None else self._bound_under([under], *columns)
        for to, kind, held_by, before, count, labelled, sent in query.group_by(*alike).tuples():
            yield StockGroup(to, kind, held_by, count, labelled, sent, tuple(before.splitlines()))

    def _expected_query(self, tops: list[Any]) -> Any:
        return self._bound_under(tops).where(self.tables.item.held_by == blank("giver"))

    def _bound_under(self, tops: Sequence[str], *columns: Any) -> Any:
        item = self.tables.item
        return item.select(*columns).where(item.bound_for.in_(self.places.codes_under(*tops)))


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


def _need(row: Any) -> Need:
    return Need(
        row.kind, row.name_id, row.name_en, row.level, row.per_place, row.unit, row.tracked_as,
        tuple(json.loads(row.elections)),
    )  # fmt: skip
