"""Loading tables: reads them all, finds every fault in all of them, and only then records what is new or changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from custody.chain.findings import moment
from custody.chain.seals import overlapping
from custody.errors import N_, ConflictError, Fault, InputError
from custody.format.codes import show_code
from custody.format.item_facts import Item
from custody.plan.levels import BESIDE
from custody.plan.phases import Phase
from custody.plan.places import Need, Place, below, is_official, is_under
from db.store import Store
from language.time_zones import zone
from services.plan.headings import keep_answers, read_as_before
from services.plan.plan_changes import Change, ChangedRow, Group, note_missing_voters, version_of
from services.plan.planning import branch_to_plan, record_plan, register_items
from services.records.sealing import whole_packs
from tables.cells import Located
from tables.check import check_items, check_needs, check_phases, check_places
from tables.fault_list import few_of_a_kind
from tables.headers import ignored_columns, layout_of, table_kind
from tables.place_codes import Names
from tables.place_tree import parse_tree
from tables.questions import Reading
from tables.read import Note, Table, read_table
from tables.rows import ItemRow, PhaseRow, parse_items, parse_needs, parse_phases, parse_places, parse_voters
from tables.times import parse_moment
from tables.vocabulary import fold, parse_level

Planned = TypeVar("Planned", Place, Need, PhaseRow)
NeedKey = tuple[str, str, str]
_ORDER = ("places", "tree", "voters", "needs", "phases", "items")
"""The tables in which the later ones may name what the earlier ones have."""


def load_files(
    store: Store,
    files: Sequence[Path],
    *,
    dry_run: bool = False,
    seen: str | None = None,
    readings: Mapping[str, Reading] | None = None,
    home: Path | None = None,
    under: str | None = None,
) -> list[Change]:
    """Load tables of places, needs and items, in that order whatever theirs, all or nothing.

    Args:
        dry_run: find every change and every fault, and record nothing.
        seen: the version of the changes that were shown to the user; None: none was.
        readings: how a file is to be read, by its name; under "" that of all others.
        home: where what is told of headings is kept for the next table; None: nowhere.
        under: the place below which the plan counts; None: where this station may plan.

    Raises:
        RuleError: this station may not plan there.
        QuestionError: a file can be read in several ways.
        InputError: a file is no such table, or a row has a fault; `faults` has those of every file.
        ConflictError: it changes something else than what was looked at; nothing was loaded.
    """
    place = store.ledger.own_log().place
    told = readings or {}
    read = [
        read_as_before(path, _placed(told.get(path.name) or told.get("", Reading()), place), home) for path in files
    ]
    tables = sorted(((table_kind(table), table) for table in read), key=lambda entry: _ORDER.index(entry[0]))
    faults: list[Fault] = []
    changes: list[Change] = []
    # From the first look on: another program may be loading too.
    with nullcontext() if dry_run else store.transaction():
        if dry_run:
            store.state.stations.plan_known_to(store.ledger.own_log().name)
        places, branch = dict(store.state.places.all()), branch_to_plan(store, under)
        needs = {need.key: need for need in store.state.needs() if need.under == (branch or "")}
        others = [need for need in store.state.needs() if need.under != (branch or "")]
        phases = {kind: _row(phase, kind) for phase in store.state.phases for kind in phase.kinds}
        for kind, table in tables:
            if kind in ("places", "tree", "voters"):
                changes.append(_load_places(store, table, kind, places, faults, branch, dry_run))
            elif kind == "needs":
                changes.append(_load_needs(store, table, needs, faults, branch, dry_run))
            elif kind == "phases":
                known_needs = [*others, *needs.values()]
                changes.append(_load_phases(store, table, known_needs, phases, faults, branch, dry_run))
            else:
                changes.append(_load_items(store, table, places, [*others, *needs.values()], faults, dry_run))
        if under is not None and under not in places:
            raise InputError(N_("there is no place {code} in the plan"), code=under)
        _refuse(faults)
        note_missing_voters(changes, places, [*others, *needs.values()], branch)
        if seen is not None and seen != version_of(changes):
            raise ConflictError(
                N_("the plan was changed since this was shown, so nothing was loaded"), hint=N_("Look at it again.")
            )
    if home is not None and not dry_run:
        keep_answers(home, read, told.values())
    return changes


def _refuse(faults: list[Fault]) -> None:
    """Leave by an exception where there are faults: it takes back what the other files had recorded."""
    if faults:
        raise InputError(
            N_("nothing was loaded; faults in {files}: {count}"),
            hint=N_("Correct them in the file and load it again."),
            count=len(faults),
            faults=few_of_a_kind(faults),
            files=", ".join(sorted({fault.file for fault in faults if fault.file})) or "-",
        )


def _placed(reading: Reading, place: str) -> Reading:
    """A reading with times by the clock of the station's place, and each level's due time in UTC.

    Raises:
        InputError: a level or a time that is none.
    """
    dues = {}
    for word, text in reading.dues.items():
        level, (name, hours) = parse_level(word), zone(place)
        try:
            if level is None:
                raise ValueError(word)
            dues[level] = parse_moment(text, None if name == "UTC" else hours)
        except ValueError as error:
            raise InputError(
                N_("{text} says no level and time"),
                hint=N_("Write it like PPS=13/02/2024 12:00 WITA; the levels are PPK, PPS and TPS."),
                text=f"{word}={text}",
            ) from error
    return replace(reading, place=place, dues=dues)


def _regency(place: str) -> str:
    """The place at the top of a list's tree: the regency that the station stands in, else its own place."""
    return ".".join(place.split(".")[:2]) if is_official(place) else place


def cells_with_faults(
    files: Iterable[Path], faults: Sequence[Fault], readings: Mapping[str, Reading]
) -> list[str | None]:
    """What stands in the cell of each fault, None where no one cell is meant; the files are read again for it."""
    tables: dict[str, dict[int, dict[str, str]]] = {}
    named = {fault.file for fault in faults}
    for path in files:
        if path.name in named:
            with suppress(InputError):  # a file that is no table at all
                tables[path.name] = dict(read_table(path, reading=readings.get(path.name)).rows)
    return [tables.get(fault.file, {}).get(fault.row or 0, {}).get(fault.column) for fault in faults]


def _load_places(
    store: Store,
    table: Table,
    kind: str,
    known: dict[str, Place],
    faults: list[Fault],
    branch: str | None,
    dry_run: bool,
) -> Change:
    if kind == "tree":
        said = {fold(name): code for name, code in table.reading.names.items()}
        rows, found = parse_tree(table, Names(_regency(table.reading.place), known, said))
    elif kind == "voters":
        rows, found = parse_voters(table, known)
    else:
        rows, found = parse_places(table)
    rows = [_with_what_is_known(row, known.get(row.value.code)) for row in rows]
    if branch in known:  # where the branch itself lies is for those above it to say
        top = known[branch].parent
        rows = [replace(row, value=replace(row.value, parent=top)) if row.value.code == branch else row for row in rows]
    found += check_places(rows, known)
    found += _of_other_branches(store, rows, known, branch) if branch else []
    faults += found
    change, fresh = _compare(table, kind, rows, known, lambda place: place.code, lambda place: place.level)
    now = moment(store.around.now_utc())
    change = replace(
        change, kind="places", past=tuple(place for place in fresh if place.due and moment(place.due) < now)
    )
    change = _with_those_back(change, [code for code in change.added if code in store.state.withdrawn.places])
    if branch:
        inside = {place.code for place in below(known, branch)}
        change = replace(change, absent=len(inside - {row.value.code for row in rows}))
    if not found:
        known |= {place.code: place for place in fresh}
        if not dry_run:
            record_plan(store, fresh, (), source=table.file, digest=table.digest, under=branch)
    return change


def _of_other_branches(
    store: Store, rows: Sequence[Located[Place]], known: Mapping[str, Place], branch: str
) -> list[Fault]:
    """A fault for each row that a table for a branch cannot have: of a place elsewhere, or that moves one which whoever
    plans above this station has put somewhere.
    """
    tree = {**known, **{row.value.code: row.value for row in rows}}
    stations, own = store.state.stations.now(), store.ledger.own_log().name
    rank, parents = stations.rank(own, "plan"), store.state.plan.parents
    faults = []
    for row in rows:
        place, before = row.value, known.get(row.value.code)
        is_beside = place.level in BESIDE and place.parent is None
        if not is_under(known if before else tree, place.code, branch) and not (is_beside and before in (None, place)):
            message = N_("{place} does not lie below {under}, for which this table is loaded")
            faults.append(row.fault("code", message, place=place.code, under=branch))
        elif before and before.parent != place.parent and parents.get(place.code, (rank,))[0] < rank:
            message = N_("{place} was put below {parent} by who plans above this station, and only they can move it")
            faults.append(row.fault("parent", message, place=place.code, parent=before.parent or "-"))
    return faults


def _with_what_is_known(row: Located[Planned], before: Planned | None) -> Located[Planned]:
    """The row with what was known of it where the table has no such column: an empty cell takes a due time away,
    a column that was never there does not.
    """
    if before is None:
        return row
    absent = {part.name: getattr(before, part.name) for part in fields(before) if part.name not in row.source.columns}
    return replace(row, value=replace(row.value, **absent))


def _load_needs(
    store: Store,
    table: Table,
    known: dict[NeedKey, Need],
    faults: list[Fault],
    branch: str | None,
    dry_run: bool,
) -> Change:
    rows, found = parse_needs(table)
    rows = [replace(row, value=replace(row.value, under=branch or "")) for row in rows]
    above = [need for need in store.state.need_rules().in_force(branch or "") if need.under != (branch or "")]
    rows = _with_kinds_by_name(rows, [*above, *known.values()])
    rows = [_with_what_is_known(row, known.get(row.value.key)) for row in rows]
    own = {need.kind for need in (*known.values(), *(row.value for row in rows))}
    found += check_needs(rows, [*(need for need in above if need.kind not in own), *known.values()])
    faults += found
    rows += _renamed_elsewhere(rows, known)
    change, fresh = _compare(table, "needs", rows, known, lambda need: need.key, lambda need: need.kind)
    gone = store.state.withdrawn
    back = [
        need.kind
        for need in fresh
        if (need.kind, need.under) in gone.kinds or (need.kind, need.level, need.under) in gone.needs
    ]
    change = _with_those_back(change, back)
    if not found:
        known |= {need.key: need for need in fresh}
        if not dry_run:
            record_plan(store, (), fresh, source=table.file, digest=table.digest, under=branch)
    return replace(change, needs=tuple(fresh))


def _with_kinds_by_name(rows: Sequence[Located[Need]], known: Iterable[Need]) -> list[Located[Need]]:
    """The rows with the code of the kind that each follows, which may be given by its name, and with the names that
    another row of the kind has where their own are empty.
    """
    told = [*known, *(row.value for row in rows)]
    codes = {fold(name): need.kind for need in told for name in (need.name_id, need.name_en, need.kind)}
    names = {need.kind: (need.name_id, need.name_en) for need in told if need.name_id != need.kind}

    def named(need: Need) -> Need:
        own = (need.name_id, need.name_en)
        id_, en = names.get(need.kind, own) if need.name_id == need.kind else own
        return replace(need, follows=codes.get(fold(need.follows), need.follows), name_id=id_, name_en=en)

    return [replace(row, value=named(row.value)) for row in rows]


def _row(phase: Phase, kind: str) -> PhaseRow:
    return PhaseRow(kind, phase.code, phase.name, phase.due_of(kind))


def _load_phases(
    store: Store,
    table: Table,
    needs: Iterable[Need],
    known: dict[str, PhaseRow],
    faults: list[Fault],
    branch: str | None,
    dry_run: bool,
) -> Change:
    rows, found = parse_phases(table)
    codes = {fold(name): need.kind for need in needs for name in (need.name_id, need.name_en, need.kind)}
    for at, row in enumerate(rows):
        row = replace(row, value=replace(row.value, kind=codes.get(fold(row.value.kind), row.value.kind)))
        row = _with_what_is_known(row, known.get(row.value.kind))
        if not row.value.phase:  # in none, be it that it was in none before
            row = replace(row, value=PhaseRow(row.value.kind, ""))
            known.setdefault(row.value.kind, row.value)
        rows[at] = row
    found += check_phases(rows, needs)
    faults += found
    change, fresh = _compare(table, "phases", rows, known, lambda row: row.kind, lambda row: row.kind)
    if not found:
        known |= {row.kind: row for row in fresh}
        if not dry_run:
            told = [Phase(row.phase, row.name, (row.kind,), row.due) for row in fresh]
            record_plan(store, (), (), phases=told, source=table.file, digest=table.digest, under=branch)
    return replace(change, notes=(*change.notes, *_odd_dues(known.values(), moment(store.around.now_utc()))))


def _odd_dues(rows: Iterable[PhaseRow], now: str) -> list[Note]:
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


def _with_those_back(change: Change, names: Sequence[str]) -> Change:
    """The change, which says what it brings back of what was withdrawn: an old table still has the mistake."""
    if not names:
        return change
    note: Note = (N_("withdrawn before, and planned again by this table: {names}"), {"names": ", ".join(names)[:300]})
    return replace(change, notes=(*change.notes, note))


def _renamed_elsewhere(rows: Sequence[Located[Need]], known: Mapping[NeedKey, Need]) -> list[Located[Need]]:
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


def _compare(
    table: Table,
    kind: str,
    rows: Sequence[Located[Any]],
    known: dict[Any, Any],
    key: Any,
    group_of: Callable[[Any], str],
) -> tuple[Change, list[Any]]:
    """Which rows are new, which differ and in what, and both together."""
    added, changed, fresh, same = [], [], [], 0
    groups: dict[str, Group] = {}
    for row in rows:
        value, name = row.value, key(row.value)
        before, group = known.get(name), groups.setdefault(group_of(value), Group())
        if before == value:
            same += 1
            group.same += 1
            continue
        fresh.append(value)
        shown = name if isinstance(name, str) else " ".join(filter(None, name))
        if before is None:
            added.append(shown)
            group.added += 1
        else:
            group.changed += 1
            old, new = asdict(before), asdict(value)
            changed.append(ChangedRow(shown, {f: (old[f], new[f]) for f in new if old[f] != new[f]}))
    absent = len(known) - len(changed) - same
    change = Change(
        table.file,
        kind,
        tuple(added),
        tuple(changed),
        same,
        digest=table.digest,
        absent=absent,
        groups=groups,
        **_how_read(table, kind, rows),
    )
    return change, fresh


def _how_read(table: Table, kind: str, rows: Sequence[Located[Any]]) -> dict[str, Any]:
    """How a file was taken, for `Change`."""
    notes, zones = list(table.notes), rows[0].source.zones if rows else set()
    if zones:
        notes.append((N_("times without a zone were read as {zones}"), {"zones": ", ".join(sorted(zones))}))
    layout = layout_of(table, kind)
    understood = tuple((header, name) for name, header in layout.columns.items())
    return {"notes": tuple(notes), "understood": understood, "ignored": ignored_columns(table, layout)}


def _load_items(
    store: Store, table: Table, places: dict[str, Place], needs: Iterable[Need], faults: list[Fault], dry_run: bool
) -> Change:
    rows, found = parse_items(table)
    found += check_items(rows, places, needs)
    new, same, more = _new_items(store, rows)
    faults += found + more
    if not found and not more and not dry_run:
        register_items(store, new)
    groups: dict[str, Group] = {}
    for row in rows:
        groups.setdefault(row.value.kind, Group()).same += 1
    for item in new:
        groups[item.kind].added += 1
        groups[item.kind].same -= 1
    added = tuple(f"{item.kind} {item.to} {item.serials or f'{item.k}/{item.n}'}" for item in new)
    return Change(
        table.file,
        "items",
        added,
        (),
        same,
        digest=table.digest,
        groups=groups,
        **_how_read(table, "items", rows),
    )


def _new_items(store: Store, rows: Sequence[Located[ItemRow]]) -> tuple[list[Item], int, list[Fault]]:
    """The items that are not registered yet. A row is known by its code, by its serial numbers, or by k of n."""
    own = store.ledger.own_log().place
    codes = store.state.items_of(row.value.code for row in rows if row.value.code)
    slots, ranges = store.state.slots(), store.state.serial_ranges()
    new, same, faults = [], 0, []
    packs = whole_packs(store)
    for row in rows:
        value, serials = row.value, row.value.serials
        item = Item(
            code=value.code or store.around.new_code(),
            kind=value.kind,
            to=value.to,
            k=value.k or 1,
            n=value.n or value.k or 1,
            quantity=value.quantity,
            serials=serials,
            held_by=value.held_by or own,
        )
        if value.code is not None:
            is_known = value.code in codes
            if is_known and _differs(codes[value.code], item):
                faults.append(row.fault("code", N_("{code} is registered already, as something else"), code=value.code))
        elif serials is not None:
            is_known = (value.kind, serials.prefix, serials.first, serials.last) in ranges
        elif value.k is not None:
            is_known = (value.kind, value.to, None, value.k) in slots
        else:
            message = N_("has no code, no serial numbers and no k: loading it twice would register it twice")
            faults.append(row.fault("", message))
            continue
        if is_known:
            same += 1
            continue
        if serials is not None:
            for other in overlapping(serials, (pack for pack in packs if pack.kind == value.kind)):
                shared = N_("holds numbers that the registered pack {code} holds too: {range}")
                faults.append(row.fault("first", shared, code=show_code(other.code), range=str(other.serials)))
        new.append(item)
    return new, same, faults


def _differs(known: Item, item: Item) -> bool:
    """Whether a row says something else of an item than was registered; where it is now is no such thing."""
    return replace(
        known, held_by="", condition="", print=0, voids=(), election=None, to="", seal="", parent=""
    ) != replace(item, held_by="", to="")
