"""A list of villages or polling stations, as offices have them, becomes the places of the delivery tree."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from custody.errors import N_, Fault
from custody.plan.levels import AREA, END, GROUP
from custody.plan.places import Place
from tables.cells import Cells, Located, Source, start
from tables.place_codes import NEW, Named, Names, bare, official, unlike
from tables.questions import Choice, QuestionError
from tables.read import Table
from tables.times import whole_number
from tables.vocabulary import fold

MOST_TPS = 999
_TPS = re.compile(r"(?:tps)?\s*(?:no(?:mor)?\.?)?\s*0*([0-9]{1,3})", re.IGNORECASE)


def parse_tree(table: Table, names: Names) -> tuple[list[Located[Place]], list[Fault]]:
    """The places of a list with a row for each village or each TPS, parents before children, and what is wrong.

    Raises:
        QuestionError: a name looks like several places, or like none that is known.
    """
    source, faults = start(table, "tree")
    if not source.columns:
        return [], faults
    rows = list(_filled(table, source))
    tree = _Tree(table, source, names, counts=_counts_tps(rows))
    for cells, district, village in rows:
        tree.add(cells, district, village)
        faults += cells.faults
    if not faults:
        tree.ask()
    return tree.places, faults


class _Tree:
    """The places that rows make, each once."""

    def __init__(self, table: Table, source: Source, names: Names, *, counts: bool) -> None:
        self._table, self._names, self._counts = table, names, counts
        self._source = source
        # What the list does not say of places above its rows stays as it is known.
        self._above = replace(
            source, columns={k: v for k, v in source.columns.items() if k not in ("due", "dapil", "voters")}
        )
        self._seen: dict[str, int] = {}
        self._found: dict[tuple[str, str], Named] = {}
        self._open: dict[str, Named] = {}
        self._new: list[str] = []
        self.places: list[Located[Place]] = []

    def add(self, cells: Cells, district: str, village: str) -> None:
        """Take one row: its sub-district and its village where they are new, and its polling stations."""
        for column, name in ((AREA, district), (GROUP, village)):
            if not name:
                cells.needed(column)
        if cells.faults:
            return
        top = self._names.top
        if top not in self._names.known:
            self._place(cells, self._names.warehouse(), above=True)
        village_code = official(cells.text("village_code"))
        district_code = official(cells.text("district_code")) or _above(village_code)
        upper = self._named(district, top, district, self._code(cells, "district_code", district_code))
        if not upper.code:
            return
        self._place(cells, Place(upper.code, f"PPK {upper.name}", AREA, top), above=True)
        lower = self._named(
            village, upper.code, f"{bare(district)}/{bare(village)}", self._code(cells, "village_code", village_code)
        )
        if not lower.code:
            return
        per_tps = bool(cells.text("tps")) and not (self._counts or cells.text("tps_count"))
        if not per_tps and lower.code in self._seen:
            message = N_("{name} stands in row {row} already; two villages of one name need a column Kode Desa")
            cells.fault(GROUP, message, name=village, row=self._seen[lower.code])
            return
        self._place(cells, Place(lower.code, f"PPS {lower.name}", GROUP, upper.code), above=per_tps)
        for number in self._numbers(cells):
            code = f"{lower.code}.{number:03}"
            if code in self._seen:
                message = N_("TPS {number} of {name} stands in row {row} already")
                cells.fault("tps", message, number=number, name=village, row=self._seen[code])
                continue
            name = f"TPS {number:03} {lower.name}"
            self._place(cells, Place(code, name, END, lower.code), above=not per_tps)

    def ask(self) -> None:
        """Ask what is open about names.

        Raises:
            QuestionError: a name that may be several places, or names that no table has.
        """
        for path, named in self._open.items():
            others = [(f"{path}={NEW}", N_("none of these: a code of its own"))]
            raise QuestionError(
                N_("{file}: {name} is in no list, and looks like: {like}; open names: {count}"),
                choices=[Choice("--name", f"{path}={code}", f"{code} {name}") for code, name in named.like]
                + [Choice("--name", value, words) for value, words in others],
                hint=N_("Say which one it is: {options}"),
                file=self._table.file,
                name=path,
                like=", ".join(name for _, name in named.like),
                count=len(self._open),
            )
        if self._new and not self._table.reading.may_name:
            raise QuestionError(
                N_("{file}: the Home Ministry's list has no code for: {names}. They would get codes of their own"),
                choices=[Choice("--own-codes", "", N_("give them codes of their own"))],
                hint=N_("Correct the names, add a column with their codes (Kode Desa), or add: {options}"),
                file=self._table.file,
                names=unlike(self._new),
            )

    def _named(self, name: str, parent: str, path: str, code: str) -> Named:
        key = parent, f"{fold(name)} {code}"
        if key not in self._found:
            named = self._found[key] = self._names.find(name, parent, path, code)
            if named.like:
                self._open[path] = named
            if named.is_new:
                self._new.append(f"{path} ({named.code})")
        return self._found[key]

    def _code(self, cells: Cells, column: str, code: str) -> str:
        return cells.custodian(column, code) if code else ""

    def _place(self, cells: Cells, place: Place, *, above: bool) -> None:
        """Note a place where it is new. `above`: the row says nothing of it but its name."""
        if place.code in self._seen:
            return
        self._seen[place.code] = cells.row
        source = self._above
        if not above:
            source = self._source
            due, dapil = cells.moment("due", near=place.code), cells.text("dapil") or None
            place = replace(place, due=due, dapil=dapil, voters=cells.count("voters", least=0))
        if (due := self._table.reading.dues.get(place.level)) and not place.due:
            place = replace(place, due=due)
            source = replace(source, columns={**source.columns, "due": source.columns.get("due", "")})
        self.places.append(Located(cells.row, place, source))

    def _numbers(self, cells: Cells) -> range:
        """The numbers of the polling stations that a row stands for."""
        column = "tps_count" if cells.text("tps_count") else "tps"
        text = cells.text(column)
        if not text:
            return range(0)
        if column == "tps_count" or self._counts:
            count = cells.count(column, least=0) or 0
            if count > MOST_TPS:
                cells.fault(column, N_("{count} TPS in one village are more than {most}"), count=count, most=MOST_TPS)
                return range(0)
            return range(1, count + 1)
        match = _TPS.fullmatch(text)
        if match is None or not int(match[1]):
            cells.fault("tps", N_("{text} is no number of a TPS: write 1, 001 or TPS 1"), text=text[:40])
            return range(0)
        return range(int(match[1]), int(match[1]) + 1)


def _filled(table: Table, source: Source) -> Iterator[tuple[Cells, str, str]]:
    """Return each row with its sub-district and village: merged cells have the name only in their first row."""
    district = village = ""
    has_tps = "tps" in source.columns
    for number, record in table.rows:
        cells = Cells(source, number, record, [])
        if (here := cells.text(AREA)) and fold(here) != fold(district):
            district, village = here, ""
        village = cells.text(GROUP) or (village if has_tps else "")
        yield cells, district, village


def _counts_tps(rows: list[tuple[Cells, str, str]]) -> bool:
    """Whether a column TPS says how many there are: each village stands once, and not always with 1."""
    said = [(fold(district), fold(village), whole_number(cells.text("tps"))) for cells, district, village in rows]
    once = max(Counter((district, village) for district, village, _ in said).values(), default=0) == 1
    return once and any(count is not None and count > 1 for *_, count in said)


def _above(village_code: str) -> str:
    return village_code.rpartition(".")[0] if village_code.count(".") == 3 else ""
