"""The chain of custody of an item: a pure function of the events that name it and its parents.

The same set of events gives the same chain, whatever order they arrived in (docs/custody-rules.md).
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from custody.chain.clocks import BACK
from custody.chain.corrections import Roots, correction_findings, in_place_of, withdrawals, withdrawn_links
from custody.chain.findings import BROKEN, Finding
from custody.chain.fold import Fold
from custody.chain.held import Held
from custody.chain.item_state import Link
from custody.chain.order import causal_order
from custody.chain.seals import SealUse
from custody.format.events import Event
from custody.format.item_facts import Item, Voids
from custody.handover.handover_history import before_then
from custody.handover.listed import found_by_lists
from custody.plan.dues import NO_DUES, Due, Dues, not_arrived
from custody.plan.places import Place


@dataclass(frozen=True, slots=True)
class Chain:
    """All that the events say of one item. `item` is None when no event registers it; the rest then still follows.

    `voids` are the prints of its label that were recorded as void; `seals` what became of each seal that was recorded
    with it. `corrections` are the records that withdraw others about it, or ask to, by log and number. `aside` are the
    records of stations that are not admitted, each with the number of links before it: nothing follows from them.
    `dues` are those of the plan that it was judged by. `vendor_codes` are what loaded tables call it, and no evidence.
    """

    code: str
    item: Item | None
    held_by: str | None
    links: tuple[Link, ...]
    findings: tuple[Finding, ...]
    voids: Voids = ()
    seals: tuple[SealUse, ...] = ()
    corrections: tuple[Event, ...] = ()
    aside: tuple[tuple[int, Link], ...] = ()
    dues: Dues = field(default=NO_DUES, repr=False, compare=False)
    vendor_codes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def due(self) -> Due | None:
        """When it must be where it is bound for; None where nobody said, or where the plan does not have that place."""
        place = self.dues.places.get(self.item.to) if self.item else None
        return self.dues.at(place, self.item.kind, self.item.to) if self.item and place else None

    @property
    def listed(self) -> tuple[Finding, ...]:
        """Its findings as lists of many items have them: without a clock that went back before another record than a
        handover, for that is told once of the whole log (`custody.chain.clocks.ClockSteps`).
        """
        if all(finding.message != BACK for finding in self.findings):
            return self.findings
        given = {link.event.leaf for link in self.links if link.event.type == "handover"}
        return tuple(one for one in self.findings if one.message != BACK or one.leaf in given)

    @property
    def shown(self) -> tuple[Link, ...]:
        """All records that are to be shown, in order: the links, and among them those of stations not admitted."""
        if not self.aside:
            return self.links
        found = list(self.links)
        for before, link in reversed(self.aside):
            found.insert(before, link)
        return tuple(found)

    @property
    def is_blank(self) -> bool:
        """Whether its label was printed and belongs to no item yet."""
        return self.item is None and any(link.event.type == "print" and not link.is_withdrawn for link in self.links)

    def is_recorded(self, giver: str, to: str, log: str) -> bool:
        """Whether another log has recorded this handover already, and `log` has not, while the item is still there.

        Recording it is then a receipt, and the item is no longer with `giver` for a good reason. That it came inside
        something which `log` received is no receipt of its own: its label may be scanned still.
        """
        if self.held_by != to:
            return False
        records = Counter(link.event.log for link in self._between(giver, to) if link.is_seen or not link.is_repeat)
        return any(count > records[log] for count in records.values())

    def came_inside(self, giver: str, to: str, log: str) -> bool:
        """Whether `log` has received something by which the item came, so that it is no longer to come."""
        return any(link.is_repeat and not link.is_seen and link.event.log == log for link in self._between(giver, to))

    def is_to_come(self, giver: str, to: str, log: str) -> bool:
        """Whether another log has recorded this handover, and `log` has confirmed it in no way: neither by it, nor by
        what the item came in, nor by a later handover of its own by which the item is there.
        """
        moved = [link.event.log for link in self.links if link.has_moved]
        return self.is_recorded(giver, to, log) and not self.came_inside(giver, to, log) and moved[-1:] != [log]

    def _between(self, giver: str, to: str) -> Iterator[Link]:
        return (link for link in self.links if (link.from_, link.to) == (giver, to) and not link.is_withdrawn)


def custody(
    code: str,
    events: Iterable[Event],
    places: Mapping[str, Place] | None = None,
    *,
    met: frozenset[str] | None = None,
    as_of: str | None = None,
    roots: Roots = frozenset(),
    sealed_kinds: frozenset[str] = frozenset(),
    strangers: Mapping[str, str] = MappingProxyType({}),
    held: Held | None = None,
    dues: Dues | None = None,
) -> Chain:
    """Fold the events of an item, and of its parents, into its chain.

    Args:
        events: every known event that names the item or a parent of it, and the corrections of those, in any order;
            others do no harm.
        places: the delivery tree, for findings about destinations and due times; None leaves those out.
        met: the places whose stations' logs are known; a gap at another place is provisional. None: all are met.
        as_of: the moment (RFC 3339, UTC) up to which what has not arrived is judged late; None leaves that out.
        roots: the logs of the election's root, which may withdraw any record.
        sealed_kinds: the kinds that may not be handed over before a seal is recorded on them.
        strangers: the logs that root has not admitted, by name, and their stations. Their records are shown and count
            for nothing; a finding that they would explain is provisional and names one of them.
        held: how much is held of the logs that count, by which broken custody is final or not; None: all of all.
        dues: when things are due; None: by `places` alone.
    """
    said = list(events)
    dues = Dues(places or {}) if dues is None else dues
    rules = _Rules(places or {}, met, as_of, roots, sealed_kinds, held, dues=dues)
    counted = [event for event in said if event.log not in strangers] if strangers else said
    chain = _folded(code, counted, rules)
    if len(counted) == len(said):
        return chain
    return beside_strangers(chain, _folded(code, said, rules), strangers)


class _Rules(NamedTuple):
    """What else a fold hangs on, besides the events: as `custody` takes it.

    `by_lists`: whether it says, too, what lists of what was to go say, which hangs on how things stood at each.
    """

    places: Mapping[str, Place] = MappingProxyType({})
    met: frozenset[str] | None = None
    as_of: str | None = None
    roots: Roots = frozenset()
    sealed_kinds: frozenset[str] = frozenset()
    held: Held | None = None
    by_lists: bool = True
    dues: Dues = NO_DUES


def _folded(code: str, events: Iterable[Event], rules: _Rules) -> Chain:
    places, roots = rules.places, rules.roots
    unique = {event.leaf: event for event in events}
    corrections = [event for event in unique.values() if event.type == "correct"]
    withdrawn, foreign = withdrawals(unique, roots) if corrections else ({}, [])
    gone = withdrawn
    family = _family_of(code, [event for leaf, event in unique.items() if leaf not in withdrawn])
    about = {leaf: event for leaf, event in unique.items() if not family.isdisjoint(event.rows) or code in event.absent}
    while more := {e.leaf: e for e in corrections if e.leaf not in about and e.body["target"] in about}:
        about |= more
    left_out = {leaf for leaf, event in about.items() if leaf in withdrawn or event.type == "correct"}
    placed = in_place_of(about, withdrawn) if corrections else {}

    def fold_with(loose: Collection[str], *, is_thorough: bool) -> Fold:
        order = causal_order((about | placed).values(), left_out, loose)
        rest = (rules.sealed_kinds, rules.held, rules.dues)
        fold = Fold(code, family, places, rules.met, order, *rest, is_thorough=is_thorough)
        fold.run()
        return fold

    fold = fold_with((), is_thorough=False)
    if fold.breaks:
        loose = _keyed_in_later(about, placed, withdrawn)
        fold = min(fold, fold_with(loose, is_thorough=True), key=lambda one: one.breaks)
    links, findings = fold.links, fold.findings
    about_it: list[Event] = []
    if corrections:
        links = [replace(link, event=about[link.event.leaf]) for link in links]
        withdrawn = {leaf: correction for leaf, correction in withdrawn.items() if leaf in about}
        links += withdrawn_links(code, about, withdrawn)
        asked = [correction for correction in foreign if correction.leaf in about]
        findings += correction_findings(code, about, withdrawn, asked, fold.order)
        said = {finding.leaf for finding in findings}
        about_it = [correction for correction in corrections if correction.leaf in said]
        about_it.sort(key=lambda event: (event.log, event.seq, event.leaf))
    state = fold.states[code]
    item, voids, as_of = state.item(code), state.voids, rules.as_of
    place = places.get(item.to) if item and as_of and item.held_by != item.to else None
    if item and as_of and place and not any(link.to == item.to and link.has_moved for link in links):
        findings += not_arrived(item, place, rules.dues.at(place, item.kind, item.to), as_of)
    seals = tuple(state.seals.uses.values())
    told = (tuple(links), tuple(findings), voids, seals, tuple(about_it))
    chain = Chain(code, item, state.holder, *told, dues=rules.dues)
    if not (rules.by_lists and any(code in link.event.absent or code in link.event.beyond for link in links)):
        return chain
    listed = found_by_lists(
        chain,
        _family_of(code, unique.values()),
        unique,
        [e for leaf, e in unique.items() if leaf not in gone],
        lambda member, known: folded(member, known, roots),
        places,
        rules.met,
        rules.held,
    )
    return replace(chain, findings=(*chain.findings, *listed)) if listed else chain


def _family_of(code: str, events: Iterable[Event]) -> set[str]:
    """The item and everything it was ever inside of."""
    family, grew = {code}, True
    packs = [event.body for event in events if event.type == "pack"]
    while grew:
        parents = {pack["parent"] for pack in packs if not family.isdisjoint(pack["children"])}
        grew = not parents <= family
        family |= parents
    return family


def _keyed_in_later(
    events: Mapping[str, Event], placed: Mapping[str, Event], withdrawn: Mapping[str, Event]
) -> frozenset[str]:
    """The leaves of handovers that were keyed in later; what says one of them rightly stands where that one does."""
    late = {leaf for leaf, event in events.items() if event.type == "handover" and event.body["occurred"] is not None}
    said = {other: leaf for leaf, correction in withdrawn.items() for other in correction.body["corrective"]}
    return frozenset(leaf for leaf in late - withdrawn.keys() if leaf not in placed or said[leaf] in late)


def folded(code: str, events: Iterable[Event], roots: Roots = frozenset()) -> Chain:
    """The chain of an item for who holds it and how it stands: without what lists, places and strangers say of it.

    Args:
        events, roots: as `custody` takes them.
    """
    return _folded(code, events, _plain_rules(roots))


_TOLD_ALIKE = frozenset({"register", "print", "handover", "reassign"})
"""Types of records that say the same of all items they name, but for what `likeness` compares."""


def likeness(code: str, events: Iterable[Event]) -> Hashable:
    """Return all that decides what `folded` makes of an item, so that items with the same are folded once.

    Their chains differ in the code alone, and in what their registrations say of kind, number, quantity and serials.
    None: this item must be folded by itself.

    Args:
        events: all that name the item, in their order.
    """
    said: list[Hashable] = []
    registered = 0
    for event in events:
        if event.type not in _TOLD_ALIKE:
            return None
        row = event.rows.get(code)
        said.append(event.leaf)
        if event.type == "handover":
            said += (code in event.refused, event.destinations.get(code), row and (row["print"], row["after"]))
        elif event.type == "register" and row is not None:
            registered += 1
            said.append(row["to"])
    return tuple(said) if registered == 1 else None


@lru_cache(maxsize=8)
def _plain_rules(roots: Roots) -> _Rules:
    """The rules of `folded`, made once: a plan folds every item of a regency."""
    return _Rules(roots=roots, by_lists=False)


def chains_then(
    records: Sequence[Event],
    histories: Mapping[str, Sequence[Event]],
    roots: Roots = frozenset(),
    replaced: Sequence[Event] = (),
) -> tuple[dict[str, Chain], dict[str, Chain]]:
    """The chains of items as of a handover, by code (`folded`): without its records, and with them.

    Args:
        records: all its parts, in order.
        histories: by code, every known event of the item.
        replaced: the withdrawn records that these say rightly, the first ones first: they are left out, and what was
            known at the first ones counts.
    """
    own, before, then = {record.leaf for record in records}, {}, {}
    for code, events in histories.items():
        known = before_then(code, records, events, replaced)
        before[code] = then[code] = folded(code, known, roots)
        if stated := [event for event in events if event.leaf in own]:
            then[code] = folded(code, [*known, *stated], roots)
    return before, then


# --- Records of stations that root has not admitted: shown beside an item's chain, and counted nowhere ----------------

_EXPLAINABLE = BROKEN | {"SHORTAGE", "UNKNOWN_CODE", "LATE"}


def beside_strangers(chain: "Chain", with_all: "Chain", strangers: Mapping[str, str]) -> "Chain":
    """The chain with the strangers' records beside it.

    A finding that is there without these records and not with them is provisional, and names the one before it.

    Args:
        chain: of the records that count.
        with_all: of all records, as if the strangers were admitted.
        strangers: the logs that are not admitted, by name, and their stations.
    """
    numbers = {link.event.leaf: number for number, link in enumerate(chain.links, start=1)}
    aside, before = list[tuple[int, Link]](), 0
    for link in (*with_all.links, *map(Link, with_all.corrections)):
        if link.event.log in strangers:
            aside.append((before, replace(link, stranger=strangers[link.event.log] or link.event.log)))
        else:
            before = max(before, numbers.get(link.event.leaf, 0))
    left = {_kind(finding) for finding in with_all.findings if finding.is_open}
    findings = tuple(
        _provisional(finding, with_all, strangers)
        if finding.is_open and finding.code in _EXPLAINABLE and _kind(finding) not in left
        else finding
        for finding in chain.findings
    )
    return replace(chain, findings=findings, aside=tuple(aside))


def told_otherwise(finding: Finding, chain: "Chain", giver: str) -> Finding:
    """A finding at the moment of scanning as it is where a stranger's record would explain it: provisional, named.

    It would where it says that the giver got what others hold (`NOT_HELD`), or gave away what is missing (`SHORTAGE`).
    """
    links = [link for _before, link in chain.aside if not (link.is_withdrawn or link.is_refused)]
    end = {"NOT_HELD": "to", "SHORTAGE": "from_"}.get(finding.code)
    told = [link for link in links if end is not None and getattr(link, end) == giver]
    if not told:
        return finding
    also = (*finding.also, told[-1].event.leaf)
    return replace(finding, is_provisional=True, also=also, stranger=told[-1].stranger)


def _kind(finding: Finding) -> tuple[str, str | None]:
    """What is compared: that custody broke at a record is one thing, however it did."""
    return ("broken" if finding.code in BROKEN else finding.code, finding.leaf)


def _provisional(finding: Finding, with_all: "Chain", strangers: Mapping[str, str]) -> Finding:
    """The finding, explained by the last stranger's record before it; by the first one where none is before it."""
    leaves = [link.event.leaf for link in with_all.links]
    at = leaves.index(finding.leaf) if finding.leaf in leaves else len(leaves)
    events = [link.event for link in with_all.links if link.event.log in strangers]
    known = [event for event in events if leaves.index(event.leaf) < at]
    event = known[-1] if known else events[0] if events else None
    if event is None:  # only a stranger's correction takes a stranger's record back
        return finding
    also = (*(leaf for leaf in finding.also if leaf != event.leaf), event.leaf)
    return replace(finding, is_provisional=True, also=also, stranger=strangers[event.log] or event.log)
