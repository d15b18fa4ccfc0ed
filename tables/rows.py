"""Rows of places, needs and items: each parsed into a type, or listed with all its faults.

What needs other rows (parents, known kinds) is in `tables.check`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from custody.errors import N_, Fault, InputError
from custody.format.codes import is_own_payload
from custody.format.item_facts import SerialRange
from custody.format.vendor_codes import LONGEST, fold_vendor_code
from custody.plan.levels import END
from custody.plan.missing_items import parse_serial
from custody.plan.needs import WHOLE
from custody.plan.places import Need, Per, Place
from language import _
from language.in_words import level_choices
from tables.cells import Cells, Located, Source, parse_bearer, parse_per, parse_tracked_as
from tables.headings import ignored_columns, layout, parse_level
from tables.office_table import Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BarcodeRow:
    """One line of a table of vendors' codes: an item's code, and what the vendor's barcode says, folded."""

    code: str
    vendor_code: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of an items table: things to register.

    `code` is None where a code is still to be drawn; `k` and `n` are None where they follow from the order. `first`
    and `last` are None where the thing has no serial numbers; `width` is then 0. `held_by` None means the station.
    `vendor_code` is what the vendor's own barcode on it says, folded; empty where it has none.
    """

    code: str | None
    kind: str
    to: str
    k: int | None = None
    n: int | None = None
    quantity: int = 1
    prefix: str = ""
    first: int | None = None
    last: int | None = None
    width: int = 0
    held_by: str | None = None
    vendor_code: str = ""

    @property
    def serials(self) -> SerialRange | None:
        """The serial numbers as one range."""
        if self.first is None or self.last is None:
            return None
        return SerialRange(self.prefix, self.first, self.last, self.width)


@dataclass(frozen=True, slots=True)
class TruckRow:
    """One line of a timetable: a truck, when it leaves (UTC), and how many items go on it or where they are bound."""

    name: str
    leaves: str
    items: int | None
    bound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """One line of a table of phases: a kind, the phase that it is in (empty: none), its name, and when it is due."""

    kind: str
    phase: str
    name: str = ""
    due: str | None = None


def start(table: Table, kind: str) -> tuple[Source, list[Fault]]:
    """Where the columns of a table are, and what is wrong with it as a whole: totals that do not fit, or columns that
    are missing, of which the source then has none.

    Raises:
        QuestionError: a column that could be two things.
        InputError: there are no rows: an empty template.
    """
    found, faults = layout(table, kind)
    if faults:
        return Source(table.file), faults
    if not table.rows:
        raise InputError(
            N_("{file} is still empty: there is no row below its headings"),
            hint=N_("Fill it in below the headings, save it, and load it again."),
            file=table.file,
        )
    ignored, place = ignored_columns(table, found), table.reading.place
    return Source(table.file, found.columns, table.headers, ignored, found.given, place), list(table.faults)


def take_apart(
    table: Table, kind: str, take: Callable[[Cells], T], key: Callable[[T], object], key_column: str
) -> tuple[list[Located[T]], list[Fault]]:
    """Turn every sound row into a value, and list every fault of the others.

    `key` is what no two rows may share (None: no matter); `key_column` is the column where a repetition is shown.

    Raises:
        QuestionError, InputError: see `start`.
    """
    source, faults = start(table, kind)
    if not source.columns:
        return [], faults
    rows: list[Located[T]] = []
    first_seen: dict[object, int] = {}
    for number, record in table.rows:
        cells = Cells(source, number, record, [])
        value = take(cells)
        identity = key(value)
        if identity is not None and first_seen.setdefault(identity, number) != number:
            cells.fault(key_column, N_("is the same as in row {row}"), row=first_seen[identity])
        if cells.faults:
            faults += cells.faults
        else:
            rows.append(Located(number, value, source))
    return rows, faults


_PLACE: Per = "place"


def parse_places(table: Table) -> tuple[list[Located[Place]], list[Fault]]:
    """The places of a table, and everything wrong with the other rows."""
    return take_apart(table, "places", _place, lambda place: place.code or None, "code")


def parse_voters(table: Table, known: Mapping[str, Place]) -> tuple[list[Located[Place]], list[Fault]]:
    """The known places with the voters that a table gives them, and everything wrong with the other rows."""
    return take_apart(table, "voters", lambda cells: _voters(cells, known), lambda place: place.code or None, "code")


def parse_needs(table: Table) -> tuple[list[Located[Need]], list[Fault]]:
    """The needs of a table, and everything wrong with the other rows."""
    return take_apart(table, "needs", _need, _identity, "kind")


def parse_items(table: Table) -> tuple[list[Located[ItemRow]], list[Fault]]:
    """The items of a table, and everything wrong with the other rows."""
    return take_apart(table, "items", _item, lambda item: item.code, "code")


def parse_barcodes(table: Table) -> tuple[list[Located[BarcodeRow]], list[Fault]]:
    """The vendors' codes of a table and the items that they mean, and everything wrong with the other rows."""
    return take_apart(table, "barcodes", _barcode, lambda _row: None, "vendor_code")


def _barcode(cells: Cells) -> BarcodeRow:
    code = cells.item_code("code") if cells.needed("code") else None
    return BarcodeRow(code or "", _vendor_code(cells, cells.needed("vendor_code")))


def parse_phases(table: Table) -> tuple[list[Located[PhaseRow]], list[Fault]]:
    """The kinds of a table of phases, and everything wrong with the other rows."""
    return take_apart(table, "phases", _phase, lambda _row: None, "kind")


_TAHAP = re.compile(r"^(tahap|phase)\b[\s.:]*(?=\S)", re.IGNORECASE)
_LONGEST_PHASE = 20


def _phase(cells: Cells) -> PhaseRow:
    phase = _TAHAP.sub("", cells.text("phase"))
    if len(phase) > _LONGEST_PHASE:
        cells.fault("phase", N_("{text} is too long: write the phase as I or II"), text=phase[:60])
    return PhaseRow(cells.needed("kind"), phase.upper(), cells.text("name"), cells.moment("due"))


def parse_trucks(table: Table) -> tuple[list[Located[TruckRow]], list[Fault]]:
    """The trucks of a timetable, and everything wrong with the other rows."""
    return take_apart(table, "trucks", _truck, lambda truck: (truck.name, truck.leaves), "truck")


def _truck(cells: Cells) -> TruckRow:
    leaves = cells.moment("leaves") if cells.needed("leaves") else None
    items = cells.count("items", 0)
    bound = tuple(
        dict.fromkeys(cells.custodian("bound", text) for text in re.split(r"[;,\s]+", cells.text("bound")) if text)
    )
    if items is None and not bound and not cells.faults:
        cells.fault("items", N_("says neither how many items go on the truck nor the places it is bound for"))
    return TruckRow(cells.needed("truck"), leaves or "", items, bound)


_DAPIL = re.compile(r"^(dapil|daerah pemilihan|electoral district)\b[\s.:]*", re.IGNORECASE)
"""What some write before the name, and what every sentence about it says already."""


def _place(cells: Cells) -> Place:
    code = cells.needed("code")
    parent = cells.text("parent")
    return Place(
        code=cells.custodian("code", code) if code else "",
        name=cells.needed("name"),
        level=cells.one_of("level", parse_level, level_choices),
        parent=cells.custodian("parent", parent) if parent else None,
        due=cells.moment("due", near=code),
        dapil=_DAPIL.sub("", cells.text("dapil")) or None,
        voters=cells.count("voters", least=0),
    )


def _voters(cells: Cells, known: Mapping[str, Place]) -> Place:
    text = cells.needed("code")
    code = cells.custodian("code", text) if text else ""
    voters = cells.count("voters", least=0) if cells.needed("voters") else None
    if code and code not in known:
        cells.fault("code", N_("no place has the code {code}"), code=code)
    return replace(known.get(code, Place(code, code, "")), voters=voters)


def _identity(need: Need) -> tuple[str, str, str] | None:
    return need.key if need.kind and (need.level or need.follows) else None


def _per(cells: Cells, says_voters: str) -> tuple[Per, str, str]:
    """What a need is counted by, its level, and the kind that it follows; each empty where the row does not say.

    Args:
        says_voters: the column that says `DPT + 2 %`, if one does.
    """
    text, level, per, named = cells.text("per"), "", _PLACE, ""
    parsed: tuple[Per, str] | None = ("voter", "") if says_voters == "per" else parse_per(text)
    if parsed and text:
        per, named = parsed
    elif text:
        message = N_("{text} is none of {choices}")
        cells.fault("per", message, text=text[:40], choices=_("place, voter, the code of a kind"))
    if says_voters == "per_place" and per == "place":
        per = "voter"
    elif says_voters == "per_place" and per != "voter":
        cells.fault("per", N_("says {one}, and the column of numbers {other}"), one=text, other=cells.text("per_place"))
    follows = named if per in ("piece", "election") else ""
    if per == "voter" and not cells.text("level"):
        level = END  # where people are on a list
    elif cells.text("level") or not (named or cells.faults):
        level = cells.one_of("level", parse_bearer, level_choices)
    if per == "place" and named and level not in ("", named):
        cells.fault("per", N_("names {one}, and the column of levels {other}"), one=text, other=cells.text("level"))
    return per, level or ("" if follows else named), follows


def _voters_and(cells: Cells) -> tuple[str, str]:
    """The column that says `DPT + 2 %`, be it in place of a number, and the reserve; empty where none says so."""
    for column in ("per_place", "per"):
        counted, _plus, reserve = cells.text(column).partition("+")
        if parse_per(counted.strip() or "-") == ("voter", ""):
            return column, reserve.strip()
    return "", ""


def _need(cells: Cells) -> Need:
    kind, called = cells.kind(), cells.text("name_id") or cells.text("name_en") or cells.text("kind")
    says_voters, reserve = _voters_and(cells)
    per, level, follows = _per(cells, says_voters)
    pack = cells.count("pack", least=1)
    if not cells.text("per_place") and per == "place":
        cells.needed("per_place")
    is_number = cells.text("per_place") and says_voters != "per_place"
    per_place = cells.count("per_place", least=0) or 0 if is_number else 1
    elections = tuple(name for name in re.split(r"\s*[;,|]\s*", cells.text("elections").strip(" ;,|")) if name)
    if elections and len(elections) != per_place:
        message = N_("names {named} elections for {count} pieces: name one for each piece, or none")
        cells.fault("elections", message, named=len(elections), count=per_place)
    return Need(
        kind=kind,
        name_id=called,
        name_en=cells.text("name_en") or called,
        level=level,
        per_place=per_place,
        unit=cells.text("unit"),
        tracked_as=cells.one_of("tracked_as", parse_tracked_as, lambda: _("item, pack"))
        if cells.text("tracked_as")
        else ("pack" if pack or per == "voter" else "item"),
        elections=elections,
        per=per,
        follows=follows,
        reserve=_reserve(cells, *((says_voters, reserve) if reserve else ("reserve", cells.text("reserve")))),
        pack=pack,
        serial=_first_serial(cells),
        rule=cells.text("rule"),
    )


def _reserve(cells: Cells, column: str, text: str) -> int:
    """The reserve of a need in hundredths of a per cent, as `column` says it. A spreadsheet keeps 2 % as 0.02."""
    if not text:
        return 0
    match = re.fullmatch(r"([+-]?)([0-9]{1,3})(?:[.,]([0-9]{1,4}))?\s*(%|persen|percent)?", text.strip(), re.IGNORECASE)
    if match is None:
        cells.fault(column, N_("{text} is no reserve: write it like 2 % or 2,5 %"), text=text[:40])
        return 0
    sign, whole, part, unit = match.groups()
    is_share = not unit and int(whole) == 0
    value, rest = divmod(int(whole + (part or "").ljust(4, "0")), 1 if is_share else 100)
    if sign == "-":
        cells.fault(column, N_("{text} is negative: a reserve comes on top, so write 0 % or more"), text=text[:40])
    elif value and not (unit or is_share or cells.heading_says(column, r"%|persen|percent")):
        cells.fault(column, N_("{text} may be pieces or per cent: write it like 2 %"), text=text[:40])
    elif rest or value > WHOLE:
        cells.fault(column, N_("{text} is no reserve from 0 % to 100 % with at most two decimals"), text=text[:40])
    return value


def _first_serial(cells: Cells) -> str:
    text = cells.text("serial")
    if text and parse_serial(text) is None:
        cells.fault("serial", N_("{text} is not a serial number: it must end in 1 to 18 digits"), text=text[:40])
    return text


def _item(cells: Cells) -> ItemRow:
    to, held_by = cells.needed("to"), cells.text("held_by")
    k, n = cells.count("k", least=1), cells.count("n", least=1)
    if k is not None and n is not None and k > n:
        cells.fault("k", N_("number {k} of {n} cannot be"), k=k, n=n)
    quantity = cells.count("quantity", least=1)
    serials = _serials(cells)
    if serials:
        held = serials.last - serials.first + 1
        if quantity is not None and quantity != held:
            message = N_("is {quantity}, but the numbers {range} are {held}")
            cells.fault("quantity", message, quantity=quantity, range=str(serials), held=held)
        quantity = held
    return ItemRow(
        code=cells.item_code("code"),
        kind=cells.kind(),
        to=cells.custodian("to", to) if to else "",
        k=k,
        n=n,
        quantity=quantity or 1,
        prefix=serials.prefix if serials else "",
        first=serials.first if serials else None,
        last=serials.last if serials else None,
        width=serials.width if serials else 0,
        held_by=cells.custodian("held_by", held_by) if held_by else None,
        vendor_code=_vendor_code(cells, cells.text("vendor_code")),
    )


def _vendor_code(cells: Cells, text: str) -> str:
    """What a vendor's barcode says, folded; empty where there is none, or a fault."""
    if not text:
        return ""
    folded = fold_vendor_code(text)
    if folded is None:
        message = N_("{text} is no barcode: at most {limit} characters, all of them printable")
        cells.fault("vendor_code", message, text=text[:60], limit=LONGEST)
    elif is_own_payload(folded):
        cells.fault("vendor_code", N_("{text} is what a label of Serah says, and no vendor's code"), text=text[:60])
    return folded or ""


def _serials(cells: Cells) -> SerialRange | None:
    """The serial numbers of a row; first and last may carry the prefix themselves, as on the seals: A0001."""
    texts = {column: cells.text(column) for column in ("first", "last")}
    if not any(texts.values()):
        return None
    prefix = cells.text("prefix")
    ends: list[tuple[str, str]] = []
    for column, text in texts.items():
        bare = text.removeprefix(prefix) if prefix else text
        if parts := parse_serial(bare):
            ends.append((parts[0] or prefix, bare[len(parts[0]) :]))
        elif text:
            cells.fault(column, N_("{text} is not a serial number: it must end in 1 to 18 digits"), text=text[:40])
        else:
            cells.needed(column)
    if len(ends) < 2:
        return None
    (prefix, first), (other, last) = ends
    if prefix != other:
        cells.fault("last", N_("{last} does not begin like {first}"), first=prefix + first, last=other + last)
    if int(first) > int(last):
        cells.fault("last", N_("{last} comes before {first}"), first=prefix + first, last=other + last)
        return None
    width = cells.count("width", least=1) or max(len(first), len(last))
    if not len(str(int(last))) <= width <= 18:
        cells.fault("width", N_("{width} digits are too few for {last}, or more than 18"), width=width, last=last)
    return SerialRange(prefix, int(first), int(last), width)
