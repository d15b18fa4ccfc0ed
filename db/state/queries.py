"""The present state: the questions asked of the tables that are a cache of the fold of the events."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from peewee import Case, fn

from custody.chain.chain import Chain, custody
from custody.chain.corrections import Roots
from custody.chain.held import Held
from custody.chain.planned import Withdrawn
from custody.chain.standing import with_standing
from custody.compose.compose import Ref
from custody.format.event_types import Body
from custody.format.item_facts import Item, Voids
from custody.handover.waybill import foretold_gaps
from custody.measures.progress import StockGroup
from custody.plan.levels import CARRIER, VENDOR
from custody.plan.missing_items import Slot
from custody.plan.needs import NeedRules
from custody.plan.phases import Phase
from custody.plan.places import Need, Place, path
from custody.plan.profile import Profile, profile_in_force
from db.log.reader import LedgerReader
from db.log.stored import numbered
from db.models import Tables
from db.prepared import Prepared, PreparedIn, batches, blank, written
from db.state.contents import Contents, Families
from db.state.current_roster import RosterTable
from db.state.item_rows import ItemRow, ItemsOfRows, standing_links
from db.state.knowledge import Knowledge
from db.state.place_rows import PlaceTable
from db.state.plan_in_force import PlanInForce, Twins
from db.state.seal_uses import SealUses


class State:
    """What the events of one ledger come to now."""

    def __init__(self, ledger: LedgerReader, tables: Tables) -> None:
        self.ledger, self.tables = ledger, tables
        self.places = PlaceTable(ledger, tables)
        self.stations = RosterTable(ledger, tables)
        self.seals = SealUses(ledger, tables)
        self.families = Families(ledger, self.stations)
        self.contents = Contents(ledger, tables)
        self.knowledge = Knowledge(ledger, self.stations)
        self.plan = PlanInForce(ledger, self.stations, self.places)
        self.twins = Twins(ledger, tables, self.plan)
        self._expected, self._told = PreparedIn(ledger.database, self._expected_query), ItemsOfRows()

    @property
    def roots(self) -> Roots:
        """The logs of the election's root, which may withdraw any record, and of offices that may those of others."""
        return self.stations.now().correctors

    @property
    def profile(self) -> Profile | None:
        """The profile that root has recorded; None where it has not, or where its records are not here."""

        def find() -> Profile | None:
            said = self.ledger.on_topic(("profile",))
            return profile_in_force(self.ledger.on_topic(("profile", "correct")), self.stations.now()) if said else None

        return self.ledger.memory.remember_rule("profile", find)

    def chain(self, code: str, *, as_of: str | None = None) -> Chain:
        """The chain of custody of one item, folded from its events now."""
        self.places.refresh()
        return next(self._chains([code], self.places, as_of))

    def chains(
        self, codes: Collection[str], *, as_of: str | None = None, with_children: bool = False
    ) -> Iterator[Chain]:
        """The chains of many items, in this order; what 2,000 share is read once, and no more are in memory.

        Args:
            with_children: also those of everything packed in them, in any order.
        """
        for some in [codes] if with_children else batches(codes, 2000):
            yield from self._chains(some, self.places.tree(), as_of, with_children=with_children)

    def _chains(
        self, codes: Collection[str], places: Mapping[str, Place], as_of: str | None, *, with_children: bool = False
    ) -> Iterator[Chain]:
        stations, met, forked = self.stations.now(), self.met, self.stations.forked()
        families = self.families.of(codes, with_children=with_children, with_strangers=True)
        strangers = {log: stations.owners[log].station for log in stations.strangers}
        codes = list(families) if with_children else codes
        naming = self.ledger.items.naming(codes) if stations.revoked else {}
        held, papers, dues = self.held, None, self.plan.dues(places)
        rules = self.need_rules()
        bound = {row.code: row.bound_for for row in self.item_rows(codes)} if rules.branches else {}
        for code in codes:
            chain = custody(
                code,
                families[code],
                places,
                met=met,
                as_of=as_of,
                roots=stations.correctors,
                sealed_kinds=rules.where(bound.get(code, "")).sealed_kinds,
                strangers=strangers,
                held=held,
                dues=dues,
            )
            chain = self.seals.compared(chain) if chain.seals else chain
            if any(finding.code == "GAP" and finding.is_provisional for finding in chain.findings):
                papers = self.waiting_papers() if papers is None else papers
                chain = foretold_gaps(chain, papers)
            left_out = [event for event in naming.get(code, ()) if stations.is_quarantined(event)]
            yield with_standing(chain, stations, forked, left_out)

    def waiting_papers(self) -> Mapping[str, Body]:
        """What papers say whose records have not come, of stations whose keys count; by leaf."""
        paper, known = self.tables.paper, self.stations.now().powers
        rows = [row for row in paper.select() if row.public_key in known]
        return {
            leaf: json.loads(bytes(row.body)) for row in rows if self.ledger.find(leaf := bytes(row.leaf).hex()) is None
        }

    @property
    def has_plan(self) -> bool:
        """Whether any place of the delivery tree is known here; a profile may have brought carriers, which are none."""
        return self.ledger.memory.remember_rule(
            "has_plan", lambda: any(level not in (VENDOR, CARRIER) for level, *_same in self.places.alike())
        )

    def has_met(self, giver: str, log: str = "") -> bool:
        """Whether what the giver's own station recorded is known here, or all that any station did.

        Args:
            log: the log whose handover is told; it counts for that, admitted or not, as at its own station.
        """
        met, stations = self.met, self.stations.now()
        if log not in stations.strangers or self.is_bare:
            return met is None or giver in met
        if (own := self.ledger.own_row()) and self.stations.places_met() is None:  # alone, but for this one
            met = frozenset({own.place})
        return met is None or giver in met or giver == stations.owners[log].place

    @property
    def is_bare(self) -> bool:
        """Whether nothing is registered here: the log that did it has not come."""
        return self.met == frozenset()

    @property
    def met(self) -> frozenset[str] | None:
        """The places whose stations' logs are known; None where no other station is known of whose log is missing.

        None of them where nothing is registered: the log that did it is missing, and may explain whatever is odd.
        """
        return self.ledger.memory.remember("met", self._met)

    def _met(self) -> frozenset[str] | None:
        if not self._first_item():
            return frozenset()
        places = self.stations.places_met()
        return None if places is None or self.stations.now().has_met_all else places

    @written
    def _first_item(self) -> Any:
        return self.tables.item.select(self.tables.item.code).limit(1)

    @property
    def held(self) -> Held | None:
        """How much is held of the logs that count; None for a laptop that is alone."""
        return None if self.stations.places_met() is None else self.ledger.memory.remember("held", self.knowledge.held)

    def needs(self) -> list[Need]:
        """What places need, in order of kind; of each kind those of this station's own branch last."""
        found = [_need(*row) for row in self._needs()]
        if any(need.under for need in found) and (own := self.ledger.own_row()):
            way = ["", *(place.code for place in path(self.places, own.place))]
            ranks = {code: rank for rank, code in enumerate(way)}
            found.sort(key=lambda need: (need.kind, ranks.get(need.under, -1)))
        return found

    def kinds(self) -> dict[str, Need]:
        """What is needed, by kind: of each kind as this station's own branch needs it."""
        return {need.kind: need for need in self.needs()}

    @written
    def _needs(self) -> Any:
        need = self.tables.need
        columns = (getattr(need, part.name) for part in fields(Need))
        return need.select(*columns).order_by(need.kind, need.level, need.follows, need.under)

    def need_rules(self) -> NeedRules:
        """What places need, to be asked place by place."""

        def made() -> NeedRules:
            self.places.refresh()
            return NeedRules(tuple(self.needs()), self.places)

        return self.ledger.memory.remember_rule("need_rules", made)

    @property
    def withdrawn(self) -> Withdrawn:
        """What was withdrawn from the plan, and the twins of what counts: all that is registered for it is kept, and
        neither expected nor counted.
        """
        return self.withdrawn_below(None)

    def withdrawn_below(self, tops: Sequence[str] | None) -> Withdrawn:
        """The same of what is bound for these places or below, so that it costs no more where others have much; None:
        all.
        """
        gone, beside, kept = self.plan.withdrawn(tops), self.twins.uncounted(tops), self.twins.kept(tops)
        if not beside and not kept:
            return gone
        return replace(gone, items=frozenset(row for row in gone.items | beside if row[0] not in kept))

    def uncounted(self, under: str | None = None) -> list[str]:
        """The codes of the registered things that were taken out of the plan one by one, and of twins."""
        gone, places = self.withdrawn_below(_tops(under)), self.places
        if not gone.items:
            return []
        rows = self.item_rows({code for code, _branch in gone.items})
        return [row.code for row in rows if gone.covers(row.kind, row.bound_for, places, row.code)]

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of the plan, in the order of their due times; none where it has none."""
        return self.plan.phased.phases

    def _planned(self, items: Iterator[Item], tops: Sequence[str] | None) -> Iterator[Item]:
        """Those of these items that the plan still has.

        Args:
            tops: the places that they are bound for, or that lie above these; None: anywhere.
        """
        gone = self.withdrawn_below(tops)
        if not gone:
            return items
        places = self.places if tops is not None else self.places.tree()
        self.places.refresh()
        for top in tops or ():
            self.places.inside(top)
        return (item for item in items if not gone.covers(item.kind, item.to, places, item.code))

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
        self,
        *,
        kind: str | None = None,
        under: str | None = None,
        held_by: str | None = None,
        unprinted: bool = False,
        with_withdrawn: bool = False,
    ) -> Iterator[Item]:
        """The items of a kind, bound for a place or below it, held by somebody, not printed yet; by destination.

        Args:
            with_withdrawn: also those whose kind or place was withdrawn from the plan.
        """
        given = {"kind": kind, "under": under, "held_by": held_by}
        wanted = (name for name, value in given.items() if value is not None)
        query = Prepared(self.tables.database, self._find_query, unprinted, *wanted)
        found = (ItemRow(*row).item for row in query.run(**given))
        return found if with_withdrawn else self._planned(found, _tops(under))

    def _find_query(self, unprinted: bool, *wanted: str) -> Any:
        item = self.tables.item
        query = self.bound_under([blank("under")]) if "under" in wanted else item.select()
        for name in wanted:
            if name != "under":
                query = query.where(getattr(item, name) == blank(name))
        if unprinted:
            query = query.where(item.print == 0)
        return query.order_by(item.bound_for, item.kind, item.k, item.code)

    def unprinted_count(self) -> int:
        """How many items have no label yet."""
        item = self.tables.item
        query = item.select(fn.COUNT(item.code)).where(item.print == 0)

        def count() -> int:
            return sum(1 for _item in self.find_items(unprinted=True)) if self.withdrawn else int(query.scalar())

        return self.ledger.memory.remember("unprinted", count)

    def expected(self, giver: str, tops: Sequence[str]) -> list[Item]:
        """What the giver holds that is bound for one of these places or below."""

        def held() -> list[Item]:
            found = iter(self._told.of(self._expected.rows(tops, giver=giver)))
            return sorted(self._planned(found, tops), key=lambda item: (item.to, item.kind, item.k, item.code))

        return list(self.ledger.memory.remember(f"expected: {giver} {' '.join(tops)}", held))

    def brought_by_others(self, holder: str, own_log: int) -> list[Item]:
        """What somebody holds whose newest record is no handover of ours, so that we may not have confirmed it."""

        def find() -> list[Item]:
            return [ItemRow(*row).item for row in self._held_by_others_record(holder, own_log)]

        return list(self.ledger.memory.remember(f"brought: {holder} {own_log}", find))

    @written
    def _held_by_others_record(self, holder: Any, own_log: Any) -> Any:
        item, event, topic = self.tables.item, self.tables.event, self.tables.event_topic
        handed = topic.select(topic.event_id).where(topic.topic.startswith(numbered("")))
        query = item.select().join(event.model, on=(event.leaf == item.last_event))
        return query.where((item.held_by == holder) & ((event.log_id != own_log) | event.id.not_in(handed)))

    def latest(self, codes: Iterable[str]) -> dict[str, Ref]:
        """The newest standing event of each item that has one."""
        codes = list(codes)
        leaves = {row.code: bytes(row.last_event) for row in self.item_rows(codes)}
        strangers = [code for code in codes if code not in leaves]
        for code, events in self.families.of(strangers).items():
            if links := standing_links(custody(code, events, roots=self.roots)):
                leaves[code] = bytes.fromhex(links[-1].event.leaf)
        refs = self.ledger.items.refs(leaves.values())
        return {code: refs[leaf] for code, leaf in leaves.items() if leaf in refs}

    def slots(self, *, to: str | None = None, under: str | None = None) -> set[Slot]:
        """What every registered item is for, or every one bound for a place, or for one and all below it."""
        item = self.tables.item
        columns = (item.kind, item.bound_for, item.election, item.k)
        query = item.select(*columns) if under is None else self.bound_under([under], *columns)
        return set((query if to is None else query.where(item.bound_for == to)).tuples())

    def blanks(self, codes: Iterable[str]) -> dict[str, Voids]:
        """Those of these codes that are on a printed label and registered nowhere, each with its void prints."""
        codes = list(codes)
        if not codes:
            return {}
        roots = self.roots
        chains = (
            custody(code, events, roots=roots)
            for code, events in self.families.of(codes).items()
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

    def stock(self, under: str | None = None, at: Collection[str] = ()) -> Iterator[StockGroup]:
        """How many items there are for each destination (for `at` alone, if given), kind, holder and way; how many
        labelled, how many moved.
        """
        item = self.tables.item
        alike = (item.bound_for, item.kind, item.held_by, item.held_before)
        columns = (
            *alike,
            fn.COUNT(item.code),
            fn.SUM(Case(None, [(item.print > 0, 1)], 0)),
            fn.SUM(Case(None, [(item.moves > 0, 1)], 0)),
            fn.SUM(item.quantity),
        )
        query = item.select(*columns) if under is None else self.bound_under([under], *columns)
        query = query.where(item.bound_for.in_(list(at))) if at else query
        gone, places = self.withdrawn_below(_tops(under)), self.places
        query = query.where(item.code.not_in(uncounted)) if (uncounted := self.uncounted(under)) else query
        for to, kind, held_by, before, count, labelled, sent, pieces in query.group_by(*alike).tuples():
            if not (gone and gone.covers(kind, to, places)):
                yield StockGroup(to, kind, held_by, count, labelled, sent, tuple(before.splitlines()), int(pieces))

    def _expected_query(self, tops: list[Any]) -> Any:
        return self.bound_under(tops).where(self.tables.item.held_by == blank("giver"))

    def bound_under(self, tops: Sequence[str], *columns: Any) -> Any:
        """A query for what is bound for these places or below."""
        item = self.tables.item
        return item.select(*columns).where(item.bound_for.in_(self.places.codes_under(*tops)))


def _tops(under: str | None) -> tuple[str, ...] | None:
    return None if under is None else (under,)


def _need(*row: Any) -> Need:
    need = Need(*row)
    return replace(need, elections=tuple(json.loads(row[7])))
