"""The facts of a handover by its records: the only place that counts them.

Screen, page, letter, waybill, `--json`, reports and API show what `handover_facts` returns.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from custody.chain.findings import Finding, beyond_paper, judge_against_load, judge_count, name_of, shortage
from custody.compose.compose import Extra
from custody.format.event_types import Body
from custody.format.events import Event
from custody.format.item_facts import Item
from custody.people import NamedTwice, named_twice_in
from custody.plan.places import Place, is_carrier, is_under

Basis = Literal["", "list", "signed", "here", "since"]
"""What the number of things that were to go rests on: a list; what the handover's own record says that its station
derived; the records that are held here, of an older form of record or of what is not recorded yet; the same where the
station could not know it when it recorded this. Empty: the number is not known.
"""


@dataclass(frozen=True, slots=True)
class ToGo:
    """How much was to go in a handover whose record states no list: so many things, and how many of them are not in
    that record, by a list of somebody else or by the records that its station held.
    """

    count: int
    absent: int
    by: Literal["list", "records"]


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of a handover besides its own records.

    `held` has the items as they stood before it, by code, the things in and around them too; `before` the same, but
    what the other side has recorded of it already, or its paper tells, is still with the giver. `to_go`: the codes of
    what is to go in it where nobody lists that (`bound_here`, and what the other side's record or paper says is to
    come). `others` are the records of other laptops under the same BAST number, and `elsewhere` the codes that moved by
    those. `listed`: what the other side's record of the same handover lists, where nobody of this side does; None: no
    list. `may_change`: whether the next scan may bring in another such record. `phase` and `kinds` are those that it
    names. `met_giver`: whether the giver's own log
    is known, so that nothing to come means that nothing was expected. `is_final`: whether neither a log that is
    missing nor another laptop under a shared number could explain a shortage. `unmatched`: what
    `custody.handover.counting.unmatched` finds with one of its own records. `papers`: the numbers of papers that name
    what is to come and whose records are not here, empty for none; `received`: the codes that these or the other side's
    record name.
    """

    held: Mapping[str, Item]
    before: Mapping[str, Item]
    to_go: Collection[str] = ()
    others: Sequence[Body] = ()
    elsewhere: Collection[str] = ()
    met_giver: bool = True
    is_final: bool = True
    listed: Collection[str] | None = None
    may_change: bool = False
    phase: str = ""
    kinds: tuple[str, ...] = ()
    unmatched: Sequence[Finding] = ()
    papers: str = ""
    received: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """The facts of one handover as its records tell them; items by destination.

    `expected` is how many things were to go in it, None where nobody can know. `phase` and `kinds` are those that were
    to go, empty where that was not said. `meant` are the codes that somebody
    listed, of all laptops under its number; None where nobody did. `missing` stayed with the giver, `carried` moved
    inside others and was not seen. `beyond` was taken and was not meant. `elsewhere` is how many of the expected things
    other laptops took, or refused, under the same number. `offered` counts what was scanned, taken and refused.
    `conditions`: by code of what was taken or refused, what was noted at it or stood before; None: nobody has looked.
    `findings` are those about the handover as a whole: SHORTAGE, EXCESS against a list or of
    things without a readable label, COUNT. `named_twice` are those
    who have two parts in it. `expected` rests on `basis`, and so does `missing_count`, how many of these things were
    not handed over; `missing` are those of which the records held here say so. `to_go`: what the handover's record is
    to state of both numbers; None where it states a list or nobody can know.
    """

    expected: int | None
    phase: str
    kinds: tuple[str, ...]
    meant: tuple[str, ...] | None
    taken: tuple[str, ...]
    refused: tuple[str, ...]
    missing: tuple[Item, ...]
    carried: tuple[Item, ...]
    beyond: tuple[str, ...]
    elsewhere: int
    counted: int | None
    extras: tuple[Extra, ...]
    conditions: Mapping[str, str | None]
    offered: int
    findings: tuple[Finding, ...]
    named_twice: tuple[NamedTwice, ...]
    basis: Basis
    missing_count: int
    to_go: ToGo | None

    @property
    def is_derived(self) -> bool:
        """Whether nobody listed what was to go."""
        return self.basis in ("signed", "here", "since")

    @property
    def explained(self) -> dict[str, str]:
        """By code of what is missing, the station that root has not admitted and whose record would explain it."""
        return {str(one.item): one.stranger for one in self.findings if one.code == "SHORTAGE" and one.stranger}

    @property
    def noted(self) -> dict[str, str]:
        """The conditions of what somebody has looked at, by code."""
        return {code: condition for code, condition in self.conditions.items() if condition}


def handover_facts(
    records: Sequence[Body], looks: Iterable[Body], around: Around, places: Mapping[str, Place]
) -> HandoverFacts:
    """What the records of one handover, all its parts in order, say of it.

    Args:
        records: bodies of `handover` events, or their own fields before they are recorded.
        looks: the same of the `inspect` events of its own session, in order.
        places: the delivery tree.
    """
    first, last = records[0], records[-1]
    taken = tuple(dict.fromkeys(str(row["code"]) for body in records for row in body["items"]))
    refused = dict.fromkeys(str(row["code"]) for body in records for row in body.get("refused", ()))
    refused = dict.fromkeys(code for code in refused if code not in set(taken))
    meant: Collection[str] | None = stated([*records, *around.others])
    meant = around.listed if meant is None else meant
    expected = expected_items(first, meant, around, places)
    carried = carried_in(around.held, taken, refused)
    stayed = carried_in(around.held, refused, taken)  # inside what was refused
    here = {*taken, *refused, *carried, *stayed}
    absent = in_order(
        item for code, item in (expected or {}).items() if code not in here and item.held_by != first["to"]
    )  # what a list names and the receiver had before, which its station did not know, is no matter of it
    missing = tuple(item for item in absent if item.code not in around.elsewhere)
    to_go = None if expected is None else ToGo(len(expected), len(absent), "records" if meant is None else "list")
    is_own_list = stated([*records, *around.others]) is not None
    count, missing_count, basis = _numbers(first, to_go, len(absent) - len(missing), is_own_list=is_own_list)
    listed = frozenset(meant or ())
    own = {code for body in records for code in (body.get("meant") or {}).get("beyond", ())}
    kinds, apart = frozenset(first.get("kinds", ())), own - listed
    beyond = tuple(code for code in taken if code in apart and not _is_meant(code, listed, kinds, around.held))
    offered = sum(map(offered_in, records))
    extras = tuple(Extra(**extra) for extra in last["extras"])
    names = {to: name_of(places, to) for to in {item.to for item in missing if item.kind}}
    is_listed, is_final = meant is not None, around.is_final
    findings = [shortage(i, names.get(i.to, ""), is_listed=is_listed, is_final=is_final) for i in missing]
    findings += _beyond(first, taken, beyond, around)
    if len(records) == last["parts"]:
        findings += judge_count(offered, sum(extra.count for extra in extras), last["counted"])
    return HandoverFacts(
        count,
        str(first.get("phase") or ""),
        tuple(map(str, first.get("kinds", ()))),
        None if meant is None else tuple(meant),
        taken,
        tuple(refused),
        missing,
        in_order(carried.values()),
        beyond,
        len((expected or {}).keys() & {*around.elsewhere} - {*taken, *refused}),
        last["counted"],
        extras,
        _conditions((*taken, *refused), looks, around.held),
        offered,
        tuple(findings),
        named_twice_in(first["parties"]["giver"], first["parties"]["receiver"], first["witnesses"]),
        basis,
        missing_count,
        to_go if first.get("meant") is None else None,
    )


def _numbers(
    first: Body, by_records: ToGo | None, by_others: int, *, is_own_list: bool
) -> tuple[int | None, int, Basis]:
    """How many things were to go, how many of them were not handed over, and what these numbers rest on. What the
    record says of it holds, whatever is known by now; but for lists of its own side.

    Args:
        first: the first record of the handover.
        by_records: the same by the records that are held here; None: not known.
        by_others: how many of those that it does not have went by other laptops under its number.
        is_own_list: whether a record under its number states a list.
    """
    said = None if is_own_list else first.get("expected")
    if (own := ToGo(**said) if said else by_records) is None:
        return None, 0, ""
    basis: Basis = "signed" if said else "since" if "expected" in first else "here"
    return own.count, max(own.absent - by_others, 0), "list" if own.by == "list" else basis


def _beyond(first: Body, taken: Sequence[str], beyond: Sequence[str], around: Around) -> Iterator[Finding]:
    """What was taken and is not on a list or the giver's paper, and what came without a label."""
    named, kinds = frozenset(beyond), frozenset(first.get("kinds", ()))
    unlisted = [code for code in taken if code not in named]  # what is beyond both is said once, by the list
    yield from beyond_paper(unlisted, around.papers, around.received, around.held, str(first["from"]))
    yield from (judge_against_load(code, first.get("phase"), kinds) for code in beyond)
    yield from around.unmatched


def _conditions(codes: Iterable[str], looks: Iterable[Body], held: Mapping[str, Item]) -> dict[str, str | None]:
    noted = {str(look["item"]["code"]): str(look["condition"]) for look in looks}
    stood = {code: held[code].condition if code in held else "" for code in codes}
    return {code: noted.get(code) or condition or None for code, condition in stood.items()}


def stated(records: Iterable[Body]) -> dict[str, None] | None:
    """The codes that by lists were to go, of all these records; None where none of them states a list."""
    lists = [(body, body["meant"]) for body in records if body.get("meant") is not None]
    if not lists:
        return None
    found: dict[str, None] = {}
    for body, meant in lists:
        named = (str(row["code"]) for row in (*body["items"], *body["refused"]))
        found |= dict.fromkeys((*(code for code in named if code not in meant["beyond"]), *meant["absent"]))
    return found


def expected_items(
    handover: Body, meant: Collection[str] | None, around: Around, places: Mapping[str, Place]
) -> dict[str, Item] | None:
    """Return the items that are to go in a handover, by code: the listed ones, else those of `Around.to_go` that are of
    its kinds; None if not known.

    Args:
        handover: its `from`, `to` and `bound`, and `kinds` where only these are to go.
        meant: the codes that were listed; None: nobody did.
    """
    giver, before = str(handover["from"]), around.before
    if meant is not None:
        return {code: before.get(code) or Item(code, "", "", held_by=giver) for code in meant}
    if not expected_tops(handover, places):
        return None
    kinds = handover.get("kinds")  # none in older forms
    found = {code: before[code] for code in around.to_go if not kinds or before[code].kind in ("", *kinds)}
    return found if found or around.met_giver else None


def bound_here(items: Iterable[Item], giver: str, tops: Sequence[str], places: Mapping[str, Place]) -> Iterator[str]:
    """The codes of those that the giver holds for one of `tops` or below."""
    goes: dict[str, bool] = {}
    for item in items:
        if item.to not in goes:
            goes[item.to] = any(is_under(places, item.to, top) for top in tops)
        if goes[item.to] and item.held_by == giver:
            yield item.code


def expected_tops(handover: Body, places: Mapping[str, Place]) -> tuple[str, ...]:
    """The places whose items a handover is for: where a carrier goes, else the receiver; none of a vendor, for whom
    nothing is bound, and none where it is not known where a carrier goes.
    """
    to = str(handover["to"])
    place = places.get(to)
    if place is not None and place.level == "vendor":
        return ()
    return tuple(map(str, handover["bound"])) if is_carrier(places, to) else (to,)


def carried_in(items: Mapping[str, Item], things: Iterable[str], others: Collection[str]) -> dict[str, Item]:
    """What is inside things and moves with them, at any depth, by code; without these and others that were scanned.

    Args:
        items: as they stood before, the things inside among them.
    """
    inner: dict[str, list[Item]] = {}
    for item in items.values():
        if item.parent:
            inner.setdefault(item.parent, []).append(item)
    found: dict[str, Item] = {}
    level = [items[code] for code in things if code in items] if inner else []
    seen = {*things, *others}
    while level:
        level = [
            item
            for parent in level
            for item in inner.get(parent.code, ())
            if item.code not in seen and item.held_by == parent.held_by
        ]
        seen.update(item.code for item in level)
        found |= {item.code: item for item in level}
    return found


def inside_paper(
    paper: Mapping[str, Item], items: Mapping[str, Item], tops: Sequence[str], places: Mapping[str, Place]
) -> dict[str, Item]:
    """What comes inside the things that a paper names, by code: what is bound for one of `tops` or below.

    Args:
        paper: what is to come by papers.
        items: as they are known here, the things inside among them.
    """
    inner = carried_in(items, paper, paper)
    return {code: item for code, item in inner.items() if any(is_under(places, item.to, top) for top in tops)}


def offered_in(handover: Body) -> int:
    """How many things one record names as scanned: taken and refused, each once."""
    return len({row["code"] for row in (*handover["items"], *handover.get("refused", ()))})


def is_own_number(log: str, bast: str) -> bool:
    """Whether a BAST number is of the row that a log's own station gives, so that no other laptop need share it."""
    slug = station_slug(log)
    return bool(slug) and bast.split("/")[1:2] == [slug.upper()]


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items by destination, kind and number."""
    return tuple(sorted(items, key=lambda item: (item.to, item.kind, item.k, item.code)))


def with_giver(item: Item, giver: str) -> Item:
    """An item as it stood before the other side recorded that it went."""
    return item if item.held_by == giver else replace(item, held_by=giver)


def _is_meant(code: str, listed: Collection[str], kinds: Collection[str], items: Mapping[str, Item]) -> bool:
    """Whether a thing that no list names went rightly: one of the kinds that were to go, or inside what was to."""
    item = items.get(code)
    if kinds and (item is None or item.kind in kinds):  # what is not known is said to be so
        return True
    met: set[str] = set()
    while item is not None and item.parent and item.code not in met:
        met.add(item.code)
        parent = items.get(item.parent)
        if parent is None or parent.held_by != item.held_by:
            return False
        if parent.code in listed or parent.kind in kinds:
            return True
        item = parent
    return False


# ----------------------------------------------------------------------------------------------------------------------
# The numbers of BAST letters: each station counts its own, and this finds the place of each handover in that count.


def own_number(slug: str, count: int, year: str) -> str:
    """The number that a station gives to its handover of that count: `0042/GUDANG-1/2024`."""
    return f"{count:04d}/{slug.upper()}/{year}"


def station_slug(log: str) -> str:
    """The station's part of a log's name, as reports print it: `gudang-1`; empty where a name has another form."""
    names = log.split("/")
    return names[2] if len(names) == 4 else ""


def in_row(handovers: Iterable[Event]) -> Iterator[tuple[str, Event]]:
    """Return each record of a handover with the number that its station's own count had for it.

    The count increases with each handover. Where a handover has another number (one that several laptops share, or that
    of the record which it corrects), the number of the count stays unused.

    Args:
        handovers: the `handover` events of whole logs, those of each log in its order.
    """
    counts, numbers = Counter[str](), dict[str, str]()
    for event in handovers:
        if event.body["part"] == 1 or event.log not in numbers:
            counts[event.log] += 1
            numbers[event.log] = own_number(station_slug(event.log), counts[event.log], event.at[:4])
        yield numbers[event.log], event
