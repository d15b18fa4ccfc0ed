"""A list of villages or polling stations, as offices have them, becomes the places of the delivery tree."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from custody.errors import N_, Fault
from custody.plan.levels import AREA, END, GROUP, STORE
from custody.plan.places import Place
from tables.areas import areas_under
from tables.cells import Cells, Located, Source, whole_number
from tables.headings import fold
from tables.office_table import Choice, QuestionError, Table
from tables.rows import start

MOST_TPS = 999
_TPS = re.compile(r"(?:tps)?\s*(?:no(?:mor)?\.?)?\s*0*([0-9]{1,3})", re.IGNORECASE)
_PREFIX = re.compile(r"(?:kecamatan|kec\.?|distrik|ppk|desa|ds\.|kelurahan|kel\.?|pps|kampung|nagari|gampong)\s+", re.I)
_KELURAHAN, _DESA = re.compile(r"(?:kelurahan|kel\.?)\s", re.I), re.compile(r"(?:desa|ds\.)\s", re.I)
_LIKE = 0.75
NEW = "new"
"""Given as a place's code: a code of its own."""


def bare(name: str) -> str:
    """A place's name without `Kecamatan`, `Desa` or `PPS` before it."""
    return _PREFIX.sub("", name, count=1) if _PREFIX.match(name) else name


@dataclass(frozen=True, slots=True)
class Named:
    """What became of a name: the place's code and name, or what it may be: codes and names that look like it.

    `is_new`: no table has the name, and `code` is one of its own.
    """

    code: str = ""
    name: str = ""
    like: tuple[tuple[str, str], ...] = ()
    is_new: bool = False


@dataclass(slots=True)
class Names:
    """The places below a station's place by name: those of the plan, else the official ones.

    `top` is the place at the top of the tree, `known` the plan by codes, and `said` the codes that somebody gave for
    names, which are folded (`tables.office_table.Reading.names`).
    """

    top: str
    known: Mapping[str, Place]
    said: Mapping[str, str]
    _below: dict[str, dict[str, str]] = field(default_factory=dict)

    def find(self, name: str, parent: str, path: str, code: str = "") -> Named:
        """Return the place of this name below `parent`.

        Args:
            path: the name as `said` has it, with the sub-district before a village.
            code: the one that the table brings, which holds whatever the name.
        """
        there = self._children(parent)
        if code:
            return Named(code, there.get(code, _tidy(name)))
        said = self.said.get(fold(path), "")
        if said and said != NEW:
            return Named(said, there.get(said, _tidy(name)))
        same = [area for area, other in there.items() if fold(bare(other)) == fold(bare(name))]
        same = _by_form(name, [area for area in same if area in self.known] or same)
        if len(same) == 1:
            return Named(same[0], there[same[0]])
        by_fold = {fold(bare(other)): area for area, other in there.items()}
        near = same or [by_fold[key] for key in get_close_matches(fold(bare(name)), by_fold, 4, _LIKE)]
        if near and not said:
            return Named(like=tuple((area, there[area]) for area in near))
        return Named(f"{parent}.{_slug(name)}", _tidy(name), is_new=True)

    def warehouse(self) -> Place:
        """The place at the top, where the plan does not have it yet."""
        name = areas_under(self.top).get(self.top, "")
        return Place(self.top, f"Gudang KPU {name.title()}" if name else f"Gudang {self.top}", STORE)

    def _children(self, parent: str) -> dict[str, str]:
        """The names of the places right below one; the plan's go before the official ones."""
        if not self._below:
            for code, name in areas_under(self.top).items():
                self._below.setdefault(code.rpartition(".")[0], {})[code] = name
            for place in self.known.values():
                if place.parent is not None:
                    self._below.setdefault(place.parent, {})[place.code] = bare(place.name)
        return self._below.get(parent, {})


def official(code: str) -> str:
    """A code with the dots that a spreadsheet or another system left out: 5108012010 is 51.08.01.2010."""
    if re.fullmatch(r"[0-9]{6}|[0-9]{10}", code, re.ASCII):
        return ".".join(filter(None, (code[:2], code[2:4], code[4:6], code[6:])))
    return code


def _by_form(name: str, codes: list[str]) -> list[str]:
    """Of several the one whose number is of a desa (2...) or a kelurahan (1...), where the name says which it is."""
    first = "1" if _KELURAHAN.match(name) else "2" if _DESA.match(name) else ""
    fitting = [code for code in codes if first and code.rpartition(".")[2].startswith(first)]
    return fitting if len(codes) > 1 and len(fitting) == 1 else codes


def _tidy(name: str) -> str:
    text = bare(name)
    return text.title() if text.isupper() else text


def _slug(name: str) -> str:
    """Return a name as a part of a code: only letters and digits, always the same."""
    return re.sub(r"[^0-9A-Z]+", "", bare(name).upper())[:20] or "X"


def unlike(names: Iterable[str]) -> str:
    """Names in one line, the first of many."""
    shown = list(names)
    return ", ".join(shown[:10]) + (f" (+{len(shown) - 10})" if len(shown) > 10 else "")


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
