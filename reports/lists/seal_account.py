"""The account of seals: of every pack how many numbers are on, off, spoilt, returned or unused; what is irregular."""

from collections.abc import Sequence

from custody.chain.seals import FATES, PackAccount, SealAccount, SealUse
from custody.errors import N_
from custody.format.codes import show_code
from custody.format.serials import shown
from language import _
from language.text import number, printable
from reports.listing import Listing, Section
from reports.words import Needs, Places, custodian_name, kind_name
from tables.output.write import Cell, Sheet

HEADERS = ("pack", "kind", "first", "last", "to", "held_by", "total", *FATES, "unused")
NUMBER_HEADERS = ("serial", "fate", "item", "place", "leaf")
_FATES = {"on": N_("on"), "off": N_("off"), "spoiled": N_("spoilt"), "returned": N_("returned")}
_WIDTHS = (40.0, 40.0, 52.0, 38.0, 15.0, 15.0, 15.0, 15.0, 15.0, 16.0)
_ODD_WIDTHS = (60.0, 201.0)
_MOST_ROWS = 300


def seals_report(account: SealAccount, places: Places, needs: Needs, uses: Sequence[SealUse]) -> Listing:
    """The report of this account; `uses` are every seal's, for the table of numbers."""
    rows = list(account.packs)
    meaning = _(
        "Every number of a pack is in one column: on a thing, taken off one, spoilt before use, brought back, or "
        "unused, which means that it should lie in its pack. Packs that were opened into others are left out."
    )
    facts = {
        "packs": [dict(zip(HEADERS, _values(row), strict=True)) for row in rows],
        "strays": [dict(zip(NUMBER_HEADERS, _number_values(use), strict=True)) for use in account.strays],
        "overlaps": [list(pair) for pair in account.overlaps],
        "twice": [{"serial": serial, "items": list(items)} for serial, items in account.twice],
    }
    return Listing(
        _("Seals"),
        meaning,
        _summary(account),
        [_packs(rows, places, needs), _odd(account)],
        [
            Sheet(_("Packs"), HEADERS, [_values(row) for row in rows]),
            Sheet(_("Numbers"), NUMBER_HEADERS, [_number_values(use) for use in uses]),
        ],
        facts,
    )


def _summary(account: SealAccount) -> list[str]:
    total = sum(row.total for row in account.packs)
    counts = [(_(_FATES[fate]), sum(row.fates[fate] for row in account.packs)) for fate in FATES]
    counts.append((_("unused"), sum(row.unused for row in account.packs)))
    if not account.packs:
        return [_("No pack with seal numbers is registered: load the list of packs.")]
    told = ", ".join(f"{word} {number(count)}" for word, count in counts)
    return [_("{total} numbers: {told}.").format(total=number(total), told=told)]


def _packs(rows: Sequence[PackAccount], places: Places, needs: Needs) -> Section:
    titles = [
        _("Pack"),
        _("Kind"),
        _("Numbers"),
        _("Held by"),
        _("Total"),
        *(_(_FATES[fate]) for fate in FATES),
        _("unused"),
    ]
    cells = [
        [
            show_code(row.pack.code),
            kind_name(needs, row.pack.kind),
            printable(str(row.pack.serials), 60),
            custodian_name(places, row.pack.held_by),
            number(row.total),
            *(number(row.fates[fate]) for fate in FATES),
            number(row.unused),
        ]
        for row in rows[:_MOST_ROWS]
    ]
    heading = _("Packs")
    if len(rows) > _MOST_ROWS:
        heading = _("{heading}: the first {count}; {more} more in the .xlsx").format(
            heading=heading, count=number(_MOST_ROWS), more=number(len(rows) - _MOST_ROWS)
        )
    return Section(heading, titles, cells, _WIDTHS, left=4)


def _odd(account: SealAccount) -> Section:
    """What is irregular: a number on two things, numbers in no pack, packs that share numbers."""
    rows = [
        [_("On two things"), f"{printable(serial, 60)}: {', '.join(map(show_code, items))}"]
        for serial, items in account.twice
    ]
    if account.strays:
        rows.append([_("In no pack"), printable(", ".join(shown(use.serial for use in account.strays)), 600)])
    rows += [[_("Packs with the same numbers"), ", ".join(map(show_code, pair))] for pair in account.overlaps]
    return Section(
        _("To be looked at"),
        [_("What"), _("Which")],
        rows[:_MOST_ROWS],
        _ODD_WIDTHS,
        left=2,
        grave=frozenset(range(min(len(rows), _MOST_ROWS))),
        empty=_("Every number is accounted for once."),
    )


def _values(row: PackAccount) -> list[Cell]:
    pack, serials = row.pack, row.pack.serials
    ends = (serials.first, serials.last) if serials else ()
    first, last = [f"{serials.prefix}{end:0{serials.width}d}" for end in ends if serials] or ["", ""]
    counts = [row.fates[fate] for fate in FATES]
    return [pack.code, pack.kind, first, last, pack.to, pack.held_by, row.total, *counts, row.unused]


def _number_values(use: SealUse) -> list[Cell]:
    return [use.serial, use.fate, use.code, use.place, use.leaf]
