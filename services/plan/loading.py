"""Loading tables: reads them all, finds every fault in all of them, and only then records what is new or changed."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from custody.chain.findings import moment
from custody.errors import N_, ConflictError, Fault, InputError
from custody.format.codes import show_code
from custody.plan.phases import Phase
from custody.plan.places import Need, Place, below, is_official
from db.store import Store
from language.text import printable, zone
from services.plan.kept_answers import FILE, keep_answers, remembered, remembered_names
from services.plan.planning import (
    Change,
    Group,
    branch_to_plan,
    compare,
    how_read,
    note_missing_voters,
    plan_before,
    record_plan,
    version_of,
)
from services.plan.registering import new_items, new_vendor_codes, register_items
from tables.cells import Located, parse_moment
from tables.check import (
    NeedKey,
    check_branch,
    check_items,
    check_needs,
    check_phases,
    check_places,
    codes_of_kinds,
    odd_dues,
    renamed_elsewhere,
    with_kinds_by_name,
    with_what_is_known,
)
from tables.headings import fold, parse_level, table_kind
from tables.office_table import Note, Reading, Table, refuse_faults
from tables.place_tree import Names, bare, parse_tree
from tables.read import read_table
from tables.rows import (
    PhaseRow,
    parse_barcodes,
    parse_items,
    parse_needs,
    parse_phases,
    parse_places,
    parse_voters,
)

_ORDER = ("places", "tree", "voters", "needs", "phases", "items", "barcodes")
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
        _read_as_before(path, _placed(told.get(path.name) or told.get("", Reading()), place), home) for path in files
    ]
    tables = sorted(((table_kind(table), table) for table in read), key=lambda entry: _ORDER.index(entry[0]))
    # From the first look on: another program may be loading too.
    with nullcontext() if dry_run else store.transaction():
        is_plan = any(kind != "barcodes" for kind, _table in tables)  # any station may say what a barcode means to it
        if dry_run and is_plan:
            plan_before(store)
        loading = _Loading.of(store, branch_to_plan(store, under) if is_plan else None, dry_run)
        changes = [loading.load(kind, table) for kind, table in tables]
        if under is not None and under not in loading.places:
            raise InputError(N_("there is no place {code} in the plan"), code=under)
        refuse_faults(loading.faults)
        note_missing_voters(changes, loading.places, loading.all_needs, loading.branch)
        if seen is not None and seen != version_of(changes, under):
            raise ConflictError(
                N_("the plan was changed since this was shown, so nothing was loaded"), hint=N_("Look at it again.")
            )
    if home is not None and not dry_run:
        keep_answers(home, read, told.values())
    return changes


def _read_as_before(path: Path, reading: Reading, home: Path | None) -> Table:
    """Read a table, with what was answered before of the same headings and names where nothing is told now.

    Args:
        home: where the answers are kept; None: nowhere.

    Raises:
        QuestionError: the file can be read in several ways.
        InputError: it is no such table.
    """
    table = read_table(path, reading=reading)
    if home is None or not (home / FILE).exists():
        return table
    if not reading.columns and (columns := remembered(home, table.headers)):
        table = read_table(path, reading=replace(reading, columns=columns))
        said = ", ".join(f"{heading} = {name}" for heading, name in columns.items())
        table = replace(table, notes=(*table.notes, (N_("columns as last time: {columns}"), {"columns": said})))
    names = remembered_names(home)
    return _with_names(table, names) if names else table


def _with_names(table: Table, names: Mapping[str, str]) -> Table:
    """The table, with what was said before of the names in it that nothing is said of now."""
    said = {fold(name) for name in table.reading.names}
    names = {name: code for name, code in names.items() if fold(name) not in said}
    if not names:
        return table
    there = {fold(bare(cell)) for _row, cells in table.rows for cell in cells.values()}
    names = {name: code for name, code in names.items() if fold(bare(name.rpartition("/")[2])) in there}
    if not names:
        return table
    words = ", ".join(f"{name} = {code}" for name, code in names.items())
    note: Note = (N_("names as last time: {names}"), {"names": words[:300]})
    return replace(
        table, notes=(*table.notes, note), reading=replace(table.reading, names={**names, **table.reading.names})
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


@dataclass(slots=True)
class _Loading:
    """One loading of several tables: what is known before each, with what those before it have, and the faults so far.

    `needs` are those of the branch that is loaded, `others` those of all others; `phases` has the row of each kind.
    """

    store: Store
    branch: str | None
    dry_run: bool
    places: dict[str, Place]
    needs: dict[NeedKey, Need]
    others: Sequence[Need]
    phases: dict[str, PhaseRow]
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def of(cls, store: Store, branch: str | None, dry_run: bool) -> Self:
        """What the plan has now."""
        needs = {need.key: need for need in store.state.needs() if need.under == (branch or "")}
        others = [need for need in store.state.needs() if need.under != (branch or "")]
        phases = {
            kind: PhaseRow(kind, phase.code, phase.name, phase.due_of(kind))
            for phase in store.state.phases
            for kind in phase.kinds
        }
        return cls(store, branch, dry_run, dict(store.state.places.all()), needs, others, phases)

    @property
    def all_needs(self) -> list[Need]:
        return [*self.others, *self.needs.values()]

    def load(self, kind: str, table: Table) -> Change:
        """Find what a table changes and what is wrong with it, and record it unless anything is."""
        match kind:
            case "needs":
                return self._needs(table)
            case "phases":
                return self._phases(table)
            case "items":
                return self._items(table)
            case "barcodes":
                return self._barcodes(table)
        return self._places(table, kind)

    def _places(self, table: Table, kind: str) -> Change:
        store, known, branch = self.store, self.places, self.branch
        if kind == "tree":
            said = {fold(name): code for name, code in table.reading.names.items()}
            rows, found = parse_tree(table, Names(_regency(table.reading.place), known, said))
        elif kind == "voters":
            rows, found = parse_voters(table, known)
        else:
            rows, found = parse_places(table)
        rows = [with_what_is_known(row, known.get(row.value.code)) for row in rows]
        if branch in known:  # where the branch itself lies is for those above it to say
            top = known[branch].parent
            rows = [
                replace(row, value=replace(row.value, parent=top)) if row.value.code == branch else row for row in rows
            ]
        found += check_places(rows, known)
        found += check_branch(rows, known, branch, self._put_from_above(rows)) if branch else []
        self.faults += found
        gone = store.state.withdrawn.places
        change, fresh = compare(
            table,
            kind,
            rows,
            known,
            lambda place: place.code,
            lambda place: place.level,
            lambda place: place.code if place.code in gone else "",
        )
        if branch:
            inside = {place.code for place in below(known, branch)}
            change = replace(change, absent=len(inside - {row.value.code for row in rows}))
        if not found:
            known |= {place.code: place for place in fresh}
            if not self.dry_run:
                record_plan(store, fresh, (), source=table.file, digest=table.digest, under=branch)
        now = moment(store.around.now_utc())
        past = tuple(place for place in fresh if place.due and moment(place.due) < now)
        return replace(change, kind="places", past=past)

    def _put_from_above(self, rows: Sequence[Located[Place]]) -> set[str]:
        """The codes of those places that whoever plans above this station has put somewhere."""
        rank = self.store.state.stations.now().rank(self.store.ledger.own_log().name, "plan")
        parents = self.store.state.plan.parents
        return {row.value.code for row in rows if parents.get(row.value.code, (rank,))[0] < rank}

    def _needs(self, table: Table) -> Change:
        store, known, under = self.store, self.needs, self.branch or ""
        rows, found = parse_needs(table)
        rows = [replace(row, value=replace(row.value, under=under)) for row in rows]
        above = [need for need in store.state.need_rules().in_force(under) if need.under != under]
        rows = with_kinds_by_name(rows, [*above, *known.values()])
        rows = [with_what_is_known(row, known.get(row.value.key)) for row in rows]
        own = {need.kind for need in (*known.values(), *(row.value for row in rows))}
        found += check_needs(rows, [*(need for need in above if need.kind not in own), *known.values()])
        self.faults += found
        rows += renamed_elsewhere(rows, known)
        gone = store.state.withdrawn

        def back(need: Need) -> str:
            is_gone = (need.kind, need.under) in gone.kinds or (need.kind, need.level, need.under) in gone.needs
            return need.kind if is_gone else ""

        change, fresh = compare(table, "needs", rows, known, lambda need: need.key, lambda need: need.kind, back)
        if not found:
            known |= {need.key: need for need in fresh}
            if not self.dry_run:
                record_plan(store, (), fresh, source=table.file, digest=table.digest, under=self.branch)
        return replace(change, needs=tuple(fresh))

    def _phases(self, table: Table) -> Change:
        known = self.phases
        rows, found = parse_phases(table)
        codes = codes_of_kinds(self.all_needs)
        for at, row in enumerate(rows):
            row = replace(row, value=replace(row.value, kind=codes.get(fold(row.value.kind), row.value.kind)))
            row = with_what_is_known(row, known.get(row.value.kind))
            if not row.value.phase:  # in none, be it that it was in none before
                row = replace(row, value=PhaseRow(row.value.kind, ""))
                known.setdefault(row.value.kind, row.value)
            rows[at] = row
        found += check_phases(rows, self.all_needs)
        self.faults += found
        change, fresh = compare(table, "phases", rows, known, lambda row: row.kind, lambda row: row.kind)
        if not found:
            known |= {row.kind: row for row in fresh}
            if not self.dry_run:
                phases = [Phase(row.phase, row.name, (row.kind,), row.due) for row in fresh]
                record_plan(
                    self.store, (), (), phases=phases, source=table.file, digest=table.digest, under=self.branch
                )
        odd = odd_dues(known.values(), moment(self.store.around.now_utc()))
        return replace(change, notes=(*change.notes, *odd))

    def _items(self, table: Table) -> Change:
        rows, found = parse_items(table)
        found += check_items(rows, self.places, self.all_needs)
        new, same, more, barcodes = new_items(self.store, rows)
        fresh, clashes = new_vendor_codes(self.store, [(row, row.value.vendor_code, code) for row, code in barcodes])
        found += more + clashes
        self.faults += found
        if not found and not self.dry_run:
            register_items(self.store, new)
            self.store.vendor_codes.keep(fresh)
        groups: dict[str, Group] = {}
        for row in rows:
            groups.setdefault(row.value.kind, Group()).same += 1
        for item in new:
            groups[item.kind].added += 1
            groups[item.kind].same -= 1
        added = tuple(f"{item.kind} {item.to} {item.serials or f'{item.k}/{item.n}'}" for item in new)
        added += tuple(_barcode_words(text, code) for text, code in fresh.items())
        told = how_read(table, rows)
        return Change(table.file, "items", added, (), same, digest=table.digest, groups=groups, **told)

    def _barcodes(self, table: Table) -> Change:
        rows, found = parse_barcodes(table)
        known = self.store.state.items_of(row.value.code for row in rows)
        for row in rows:
            if row.value.code not in known:
                found.append(row.fault("code", N_("no item has the code {code} here"), code=row.value.code))
        fresh, clashes = new_vendor_codes(self.store, [(row, row.value.vendor_code, row.value.code) for row in rows])
        found += clashes
        self.faults += found
        if not found and not self.dry_run:
            self.store.vendor_codes.keep(fresh)
        added = tuple(_barcode_words(text, code) for text, code in fresh.items())
        told = how_read(table, rows)
        return Change(table.file, "barcodes", added, (), len(rows) - len(fresh), digest=table.digest, **told)


def _barcode_words(text: str, code: str) -> str:
    return f"{printable(text, 60)} = {show_code(code)}"


def _regency(place: str) -> str:
    """The place at the top of a list's tree: the regency that the station stands in, else its own place."""
    return ".".join(place.split(".")[:2]) if is_official(place) else place
