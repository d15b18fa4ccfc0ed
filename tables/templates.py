"""Empty tables for an office to fill in: headings that `load` knows, drop-downs, remarks, and one example row."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from custody.errors import N_

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

LAST_ROW = 2_000
"""As far down as cells are open and have drop-downs."""
_HEADER, _EXAMPLE = 3, 4
_PASSWORD = ""  # the protection keeps headings from being changed by mistake, not from anybody


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a template: its heading, what belongs into it, an example, and the words to choose from."""

    heading: str
    remark: str
    example: str | int
    choices: tuple[str, ...] = ()
    width: int = 16
    takes_others: bool = False
    """Whether other words than the choices may be typed, too."""


@dataclass(frozen=True, slots=True)
class Template:
    """A table to fill in: its title, and its columns."""

    title: str
    columns: tuple[Column, ...]


_CODE = N_(
    "The Home Ministry's code, as 51.08.01 for a sub-district, 51.08.01.2001 for a village and "
    "51.08.01.2001.001 for its first TPS; or a code of your own."
)
_DUE = N_("When the supplies must be there, with the hour: 12/02/2024 18:00. Empty: nothing is due.")
_VOTERS = N_("How many voters are on the place's list, in digits; empty: not known yet.")
_PER = N_(
    "Place, voter, or the code of another kind: so many for each piece of it. "
    "'jenis' and a kind's code: for each election of it. Empty: place."
)
_LEVELS = (N_("Warehouse"), "PPK", "PPS", "TPS", N_("Vendor"))
_KIND = Column(
    N_("Kind code"), N_("A short code of your choice, as box or ballot_paper; the same in every table."), "box"
)
TEMPLATES = {
    "places": Template(
        N_("Places that receive supplies"),
        (
            Column(N_("Code"), _CODE, "51.08.01.2001"),
            Column(N_("Name"), N_("The name as it stands on labels and papers."), "PPS Sumberklampok", width=32),
            Column(N_("Level"), N_("Choose from the list."), "PPS", _LEVELS),
            Column(
                N_("Parent code"), N_("The code of the place above it; empty for the regency's warehouse."), "51.08.01"
            ),
            Column(N_("Due time"), _DUE, "13/02/2024 12:00 WITA", width=24),
            Column(N_("Dapil"), N_("The electoral district, where it matters; empty: that of the place above."), ""),
            Column(N_("Number of voters"), _VOTERS, ""),
        ),
    ),
    "voters": Template(
        N_("Voters of each place"),
        (
            Column(N_("Code"), N_("The place's code, as in the table of places."), "51.08.01.2001.001"),
            Column(N_("Name"), N_("The place's name, for you to find it again; it is not read."), "TPS 001", width=32),
            Column(N_("Number of voters"), _VOTERS, 251),
        ),
    ),
    "needs": Template(
        N_("What each place needs"),
        (
            replace(_KIND, example="ballot_paper"),
            Column(
                N_("Indonesian name"), N_("The name in Indonesian, as it stands on labels."), "Surat suara", width=28
            ),
            Column(N_("English name"), N_("The name in English; may be left empty."), "Ballot paper", width=24),
            Column(N_("Level"), N_("Which places need it: choose from the list."), "TPS", _LEVELS[:4]),
            Column(N_("Counted per"), _PER, N_("voter"), (N_("place"), N_("voter")), takes_others=True),
            Column(N_("Quantity per place"), N_("How many for each place, voter or piece, in digits."), 1),
            Column(N_("Reserve (%)"), N_("What comes on top, as 2 %, rounded up for each place; or empty."), "2 %"),
            Column(N_("Unit"), N_("The unit, as buah, botol or lembar."), "lembar"),
            Column(
                N_("Tracked as"),
                N_("Piece: each one has a label. Pack: the pack has one."),
                N_("pack"),
                (N_("piece"), N_("pack")),
            ),
            Column(N_("In a pack"), N_("How many are in a full pack; empty: packs come with their own list."), 500),
            Column(
                N_("First serial number"),
                N_("The first number of the first pack, as BLL000001; the others follow. Empty: not numbered."),
                "",
            ),
            Column(
                N_("Elections"),
                N_("The election of each piece in turn, parted by semicolons; may be left empty."),
                "PPWP",
                width=36,
            ),
            Column(N_("Where the rule stands"), N_("The regulation or decree that says so; may be left empty."), ""),
        ),
    ),
    "phases": Template(
        N_("Phases of delivery"),
        (
            Column(N_("Phase"), N_("The phase that the kind is delivered in, as I or II; empty: in none."), "I"),
            Column(N_("Name"), N_("What the phase is called; may be left empty."), N_("Phase I"), width=28),
            replace(_KIND, remark=N_("A kind of the table of needs, by its code or name; each in one phase only.")),
            Column(
                N_("Due time"),
                N_("When the kind must be where it is bound for: 12/02/2024 18:00. Empty: nothing is due."),
                "20/01/2024 16:00 WITA",
                width=24,
            ),
        ),
    ),
    "items": Template(
        N_("Packs and things with numbers"),
        (
            _KIND,
            Column(N_("Destination code"), N_("The code of the place that it is for."), "51.08.01.2001"),
            Column(N_("Number k"), N_("Which one it is of all of its kind for this place: 1, 2, 3."), 1),
            Column(N_("Of n"), N_("How many of its kind there are for this place."), 2),
            Column(N_("Quantity"), N_("How many are in the pack; 1 for a single thing."), 500),
            Column(N_("First number"), N_("The first serial number in the pack, with its letters: A0001."), "A0001"),
            Column(N_("Last number"), N_("The last serial number in the pack."), "A0500"),
            Column(N_("Vendor"), N_("The code of the vendor that holds it now; empty: this station."), ""),
            Column(N_("Vendor's code"), N_("What the vendor's own barcode on it says; empty where it has none."), ""),
        ),
    ),
    "deliveries": Template(
        N_("Deliveries of vendors"),
        (
            Column(N_("Vendor"), N_("The vendor's name."), "PT Contoh", width=28),
            _KIND,
            Column(N_("Arrived"), N_("How many arrived, the damaged included."), 6500),
            Column(N_("Damaged"), N_("How many of these are damaged; empty: none."), 0),
            Column(N_("Delivery note"), N_("The number of the vendor's delivery note, each once."), "SJ-001"),
            Column(N_("Contract"), N_("The contract's number; may be left empty."), "K-1"),
            Column(N_("Contracted"), N_("How many the whole contract is for; once is enough."), 9100),
            Column(N_("Giver"), N_("Who gave them; may be left empty."), "", width=24),
            Column(N_("Receiver"), N_("Who received and counted them; may be left empty."), "", width=24),
            Column(N_("When"), N_("When they came, with the hour: 12/02/2024 18:00 WITA; empty: now."), "", width=24),
            Column(N_("Remark"), N_("What else is to be said; may be left empty."), "", width=30),
        ),
    ),
    "points": Template(
        N_("Critical points"),
        (
            Column(N_("Point number"), N_("A number or short code of the point, each once."), "1"),
            Column(N_("Title"), N_("What must be done."), "Sortir dan lipat surat suara selesai", width=40),
            Column(N_("Owner"), N_("Who is responsible for it."), "Kasubbag Logistik", width=24),
            Column(
                N_("Due time"),
                N_("By when, with the hour and time zone: 12/02/2024 18:00 WITA."),
                "20/01/2024 16:00 WITA",
                width=24,
            ),
            Column(N_("Place code"), N_("The code of the place that it belongs to; may be left empty."), "51.08"),
            Column(N_("State"), N_("Choose from the list; empty means open."), N_("open"), (N_("open"), N_("done"))),
        ),
    ),
}


def template_workbook(kind: str, say: Callable[[str], str]) -> bytes:
    """A template as an .xlsx file.

    Args:
        kind: one of `TEMPLATES`.
        say: translates a text into the language of the user.
    """
    import xlsxwriter

    template, out = TEMPLATES[kind], io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False}) as book:
        page = book.add_worksheet(say(template.title)[:31])
        _write(book, page, template, say)
    return out.getvalue()


def _write(book: "Workbook", page: "Worksheet", template: Template, say: Callable[[str], str]) -> None:
    wrap = {"text_wrap": True, "valign": "top"}
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, **wrap})
    example = book.add_format({"italic": True, "font_color": "#595959", "border": 1, "num_format": "@", **wrap})
    # Text, so that a spreadsheet neither takes zeros off codes nor turns days and months round.
    open_text = book.add_format({"locked": False, "num_format": "@", "border": 1})
    open_number = book.add_format({"locked": False, "num_format": "0", "border": 1})
    page.write_string(0, 0, say(template.title), book.add_format({"bold": True, "font_size": 14}))
    guide = N_("Fill in from row {row} down, one row each. Point at a heading to read what belongs below it.")
    page.write_string(1, 0, say(guide).format(row=_EXAMPLE + 1))
    page.write_string(_HEADER - 1, 0, say(N_("No.")), head)
    page.write_string(_EXAMPLE - 1, 0, say(N_("Example")), example)
    page.set_column(0, 0, 9, open_text)
    for at, column in enumerate(template.columns, start=1):
        page.write_string(_HEADER - 1, at, say(column.heading), head)
        page.write_comment(_HEADER - 1, at, say(column.remark), {"x_scale": 2})
        is_count = isinstance(column.example, int)
        text = str(column.example) if is_count else say(str(column.example)) if column.example else ""
        page.write_string(_EXAMPLE - 1, at, text, example)
        page.set_column(at, at, column.width, open_number if is_count else open_text)
        if column.choices:
            page.data_validation(
                _EXAMPLE,
                at,
                LAST_ROW - 1,
                at,
                {
                    "validate": "list",
                    "source": [say(word) for word in column.choices],
                    "error_title": say(column.heading),
                    "error_message": say(N_("Choose from the list.")),
                    "error_type": "information" if column.takes_others else "stop",
                },
            )
    last = len(template.columns)
    page.protect(_PASSWORD, {"insert_rows": True, "delete_rows": True, "format_columns": True, "sort": True})
    page.freeze_panes(_HEADER, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEADER - 1)
    page.print_area(0, 0, 30, last)
