"""Fill rows in from what is known, and check them against it and each other: parents, kinds, destinations, numbers.

Pure: takes parsed rows and mappings, gives rows, or faults in the order of the rows.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from typing import TypeVar

from custody.chain.findings import moment
from custody.errors import N_, Fault
from custody.format.codes import is_plate
from custody.plan.levels import BELOW_STORES, BESIDE, CARRIER, LEVELS, TREE, VENDOR
from custody.plan.needs import NeedRules, circular_kinds
from custody.plan.places import Need, Place, is_under
from language.in_words import level_choices, level_word, tree_levels
from tables.cells import Located
from tables.headings import fold
from tables.office_table import Note
from tables.rows import ItemRow, PhaseRow

T = TypeVar("T")
Planned = TypeVar("Planned", Place, Need, PhaseRow)
NeedKey = tuple[str, str, str]
"""Of `Need.key`."""

_RANK = {level: rank for rank, level in enumerate(TREE)}
"""The levels that form the tree, from the top; vendors and carriers stand beside it."""


def with_what_is_known(row: Located[Planned], before: Planned | None) -> Located[Planned]:
    """The row with what was known of it where the table has no such column: an empty cell takes a due time away,
    a column that was never there does not.
    """
    if before is None:
        return row
    absent = {part.name: getattr(before, part.name) for part in fields(before) if part.name not in row.source.columns}
    return replace(row, value=replace(row.value, **absent))


def codes_of_kinds(needs: Iterable[Need]) -> dict[str, str]:
    """The code of each kind by all that it is called, folded."""
    return {fold(name): need.kind for need in needs for name in (need.name_id, need.name_en, need.kind)}


def with_kinds_by_name(rows: Sequence[Located[Need]], known: Iterable[Need]) -> list[Located[Need]]:
    """The rows with the code of the kind that each follows, which may be given by its name, and with the names that
    another row of the kind has where their own are empty.
    """
    told = [*known, *(row.value for row in rows)]
    codes = codes_of_kinds(told)
    names = {need.kind: (need.name_id, need.name_en) for need in told if need.name_id != need.kind}

    def named(need: Need) -> Need:
        own = (need.name_id, need.name_en)
        id_, en = names.get(need.kind, own) if need.name_id == need.kind else own
        return replace(need, follows=codes.get(fold(need.follows), need.follows), name_id=id_, name_en=en)

    return [replace(row, value=named(row.value)) for row in rows]


def renamed_elsewhere(rows: Sequence[Located[Need]], known: Mapping[NeedKey, Need]) -> list[Located[Need]]:
    """The known needs of kinds that these rows name otherwise, at levels that they do not have: a kind has one name."""
    here = {row.value.key for row in rows}
    by_kind: dict[str, dict[tuple[str, str], Located[Need]]] = {}
    for row in rows:
        by_kind.setdefault(row.value.kind, {})[row.value.name_id, row.value.name_en] = row
    renamed = {kind: next(iter(named.items())) for kind, named in by_kind.items() if len(named) == 1}
    found = []
    for key, need in known.items():
        if key not in here and need.kind in renamed:
            (name_id, name_en), row = renamed[need.kind]
            if (need.name_id, need.name_en) != (name_id, name_en):
                found.append(replace(row, value=replace(need, name_id=name_id, name_en=name_en)))
    return found


def check_places(rows: Sequence[Located[Place]], known: Mapping[str, Place]) -> list[Fault]:
    """Faults of places among each other and with those known: parents unknown, missing, not above, or in a circle.

    A row may replace a known place of the same code.
    """
    places = {**known, **{row.value.code: row.value for row in rows}}
    faults = _repeated(rows, [row.value.code for row in rows], "code")
    levels = (*tree_levels(), VENDOR, CARRIER)
    for row in rows:
        if row.value.level and row.value.level not in levels:
            message = N_("the profile has no level of this kind; it has: {choices}")
            faults.append(row.fault("level", message, choices=level_choices()))
        faults += _parent_faults(row, places)
    return faults + _circles(rows, places) + _voters_that_do_not_fit(rows)


def _voters_that_do_not_fit(rows: Sequence[Located[Place]]) -> list[Fault]:
    """A fault for each place whose voters are not those of all places right below it, where the table tells them."""
    below: dict[str, list[int | None]] = {}
    for row in rows:
        below.setdefault(row.value.parent or "", []).append(row.value.voters)
    faults = []
    for row in rows:
        said, parts = row.value.voters, below.get(row.value.code, [])
        known = [part for part in parts if part is not None]
        if said is not None and parts and len(known) == len(parts) and sum(known) != said:
            message = N_(
                "{place} has {said} voters, and the places right below it {made}: correct the one that is wrong"
            )
            faults.append(row.fault("voters", message, place=row.value.name, said=said, made=sum(known)))
    return faults


def check_branch(
    rows: Sequence[Located[Place]], known: Mapping[str, Place], branch: str, fixed: Container[str]
) -> list[Fault]:
    """Faults of places in a table for a branch: a place elsewhere, or one moved that others have put somewhere.

    Args:
        branch: the code of its top.
        fixed: the codes of those that whoever plans above this station has put somewhere.
    """
    tree = {**known, **{row.value.code: row.value for row in rows}}
    faults = []
    for row in rows:
        place, before = row.value, known.get(row.value.code)
        is_beside = place.level in BESIDE and place.parent is None
        if not is_under(known if before else tree, place.code, branch) and not (is_beside and before in (None, place)):
            message = N_("{place} does not lie below {under}, for which this table is loaded")
            faults.append(row.fault("code", message, place=place.code, under=branch))
        elif before and before.parent != place.parent and place.code in fixed:
            message = N_("{place} was put below {parent} by who plans above this station, and only they can move it")
            faults.append(row.fault("parent", message, place=place.code, parent=before.parent or "-"))
    return faults


def check_needs(rows: Sequence[Located[Need]], known: Iterable[Need] = ()) -> list[Fault]:
    """Faults of needs among each other and with those known: one kind tracked or packed in two ways, needed twice, or
    following one that nobody needs, or itself.

    Also where a table without the column of elections changes how many are needed, and so how many elections there are.
    """
    faults = _repeated(rows, [row.value.key for row in rows], "kind")
    here, known = {row.value.key for row in rows}, list(known)
    standing = [need for need in known if need.key not in here] + [row.value for row in rows]
    faults += _wrong_ways_to_count(rows, standing)
    tracked = {need.kind: need.tracked_as for need in known if need.key not in here}
    kinds = {kind for kind, how in tracked.items() if how == "item"}
    kinds |= {row.value.kind for row in rows if row.value.tracked_as == "item"}
    for row in rows:
        need = row.value
        if need.level not in ("", *LEVELS) and (need.level not in kinds or need.tracked_as == "item"):
            message = N_("{text} is none of {choices}, and no kind of piece that needs so many packed ones each")
            faults.append(row.fault("level", message, text=need.level, choices=level_choices()))
        if need.elections and len(need.elections) != need.per_place and "elections" not in row.source.columns:
            message = N_("is {count}, and known are {named} elections, one for each piece: add the column elections")
            faults.append(row.fault("per_place", message, count=need.per_place, named=len(need.elections)))
        if (before := tracked.setdefault(need.kind, need.tracked_as)) != need.tracked_as:
            message = N_("{kind} is tracked as {before} elsewhere and as {now} here")
            faults.append(row.fault("tracked_as", message, kind=need.kind, before=before, now=need.tracked_as))
    return faults


def _wrong_ways_to_count(rows: Sequence[Located[Need]], standing: Sequence[Need]) -> list[Fault]:
    faults, circular = [], circular_kinds(standing)
    named = {need.kind for need in standing}
    packs = {need.kind: need.pack for need in reversed(standing) if need.pack}
    for row in rows:
        need = row.value
        if need.follows and need.follows not in named:
            kinds = ", ".join(sorted(named - {need.kind}))[:200] or "-"
            message = N_("{text} is none of: place, voter, or a kind that is needed: {kinds}")
            faults.append(row.fault("per", message, text=need.follows, kinds=kinds))
        elif need.kind in circular:
            message = N_("follows another kind that follows it in turn, in a circle: {kinds}")
            faults.append(row.fault("per", message, kinds=", ".join(circular)[:200]))
        if need.per == "voter" and need.level not in LEVELS:
            faults.append(row.fault("level", N_("voters belong to places: name a level, as TPS")))
        if need.pack and need.tracked_as != "pack":
            faults.append(row.fault("pack", N_("only what is tracked as pack comes in packs, and the row says item")))
        elif need.pack and packs[need.kind] != need.pack:
            message = N_("is {size}, and elsewhere {other} are in a pack of this kind")
            faults.append(row.fault("pack", message, size=need.pack, other=packs[need.kind]))
        if need.serial and not need.pack:
            faults.append(row.fault("serial", N_("numbers packs: say how many are in one, in the column Isi")))
    return faults


def check_items(rows: Sequence[Located[ItemRow]], places: Mapping[str, Place], needs: Iterable[Need]) -> list[Fault]:
    """Faults of items: a kind, destination or holder that nothing knows, and serial numbers in two packs."""
    rules, counted = NeedRules(tuple(needs), places), dict[str, dict[str, str]]()
    faults = _repeated(rows, [row.value.code for row in rows], "code")
    for row in rows:
        item = row.value
        branch = rules.branch(places[item.to]) if item.to in places else ""
        if branch not in counted:
            counted[branch] = {need.kind: need.tracked_as for need in rules.in_force(branch)}
        tracked = counted[branch]
        if item.kind not in tracked:
            message = N_("no need is of the kind {kind}; the kinds are {kinds}")
            faults.append(row.fault("kind", message, kind=item.kind, kinds=", ".join(sorted(tracked))[:200] or "-"))
        elif tracked[item.kind] == "item" and item.quantity > 1:
            message = N_("{kind} is tracked piece by piece, so its quantity is 1, not {quantity}")
            faults.append(row.fault("quantity", message, kind=item.kind, quantity=item.quantity))
        if item.to not in places:
            faults.append(row.fault("to", N_("no place has the code {code}"), code=item.to))
        if item.held_by is not None and item.held_by not in places and not is_plate(item.held_by):
            message = N_("no place or vendor has the code {code}, and it is no number plate")
            faults.append(row.fault("held_by", message, code=item.held_by))
    return faults + _overlaps(rows)


def check_phases(rows: Sequence[Located[PhaseRow]], needs: Iterable[Need]) -> list[Fault]:
    """Faults of phases: a kind that nothing needs, or in two phases."""
    kinds, first, faults = {need.kind for need in needs}, dict[str, Located[PhaseRow]](), []
    for row in rows:
        kind = row.value.kind
        other = first.setdefault(kind, row)
        if kind not in kinds:
            message = N_("no need is of the kind {kind}; the kinds are {kinds}")
            faults.append(row.fault("kind", message, kind=kind, kinds=", ".join(sorted(kinds))[:200] or "-"))
        elif other is not row:
            message = N_("{kind} is in phase {phase} in row {row} of {file} already, and belongs to one phase only")
            told = {"phase": other.value.phase or "-", "row": other.row, "file": other.source.file}
            faults.append(row.fault("kind", message, kind=kind, **told))
    return faults


def odd_dues(rows: Iterable[PhaseRow], now: str) -> list[Note]:
    """What looks wrong with the due times of phases: passed already, or before that of the phase that stands first."""
    notes: list[Note] = []
    due = {row.phase: moment(row.due) for row in sorted(rows, key=lambda row: row.due or "") if row.phase and row.due}
    if past := ", ".join(phase for phase, when in due.items() if when < now):
        notes.append((N_("phases that were due already: {phases}. Are year and time zone right?"), {"phases": past}))
    for one, other in pairwise(phase for phase in dict.fromkeys(row.phase for row in rows) if phase in due):
        if due[other] < due[one]:
            odd = N_("phase {other} is due before phase {one}: are the times right?")
            notes.append((odd, {"one": one, "other": other}))
    return notes


def _parent_faults(row: Located[Place], places: Mapping[str, Place]) -> list[Fault]:
    place = row.value
    if place.parent is None:
        if place.level not in BELOW_STORES:
            return []
        return [row.fault("parent", N_("is empty: only a warehouse, a vendor or a carrier has no place above it"))]
    parent = places.get(place.parent)
    if parent is None:
        return [row.fault("parent", N_("no place has the code {code}"), code=place.parent)]
    if place.code == parent.code or place.level not in _RANK:
        return []
    above, here = _RANK.get(parent.level), _RANK[place.level]
    # Stores may stand under stores of one level (province, regency); all other levels go strictly down.
    if above is None or above > here or (above == here and place.level in BELOW_STORES):
        message = N_("a place of level {level} cannot lie under {parent}, whose level is {parent_level}")
        return [
            row.fault(
                "parent",
                message,
                level=level_word(place.level),
                parent=parent.code,
                parent_level=level_word(parent.level),
            )
        ]
    return []


def _circles(rows: Sequence[Located[Place]], places: Mapping[str, Place]) -> list[Fault]:
    """One fault for each circle of parents, naming its members, at its first row in the file."""
    faults: list[Fault] = []
    done: set[str] = set()
    row_of = {row.value.code: row for row in rows}
    for row in rows:
        trail: dict[str, int] = {}
        step: str | None = row.value.code
        while step is not None and step in places and step not in done and step not in trail:
            trail[step] = len(trail)
            step = places[step].parent
        if step in trail:
            members = list(trail)[trail[step] :]
            first = min((row_of[code] for code in members if code in row_of), key=lambda other: other.row, default=row)
            names = " > ".join([*members, members[0]] if len(members) <= 10 else [*members[:10], "..."])
            faults.append(
                first.fault("parent", N_("these places lie under each other in a circle: {members}"), members=names)
            )
        done.update(trail)
    return faults


def _overlaps(rows: Sequence[Located[ItemRow]]) -> list[Fault]:
    """A fault where two packs of one kind would hold the same serial number."""
    ranged = [row for row in rows if row.value.serials is not None]
    ranged.sort(key=lambda row: (row.value.kind, row.value.prefix, row.value.first or 0))
    faults: list[Fault] = []
    widest: Located[ItemRow] | None = None
    for before, row in pairwise(ranged):
        widest = (
            before if widest is None or _shelf(widest) != _shelf(before) or _last(before) > _last(widest) else widest
        )
        if _shelf(widest) == _shelf(row) and _last(widest) >= (row.value.first or 0):
            message = N_("holds numbers that row {row} holds too: {range}")
            faults.append(row.fault("first", message, row=widest.row, range=str(widest.value.serials)))
    return faults


def _shelf(row: Located[ItemRow]) -> tuple[str, str]:
    return row.value.kind, row.value.prefix


def _last(row: Located[ItemRow]) -> int:
    return row.value.last or 0


def _repeated(rows: Sequence[Located[T]], keys: Sequence[object], column: str) -> list[Fault]:
    """Faults for what two files both have; within one file the parser has seen it."""
    faults: list[Fault] = []
    first: dict[object, Located[T]] = {}
    for row, key in zip(rows, keys, strict=True):
        if key is not None and first.setdefault(key, row) is not row:
            other = first[key]
            message = N_("is the same as in row {row} of {file}")
            faults.append(row.fault(column, message, row=other.row, file=other.source.file))
    return faults
