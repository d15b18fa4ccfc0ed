"""The account of printed labels: each counted once, for whoever printed it, with the records behind each figure."""

import csv
import io
import json
import random
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

import language
from custody.format.events import Event
from custody.measures.prints import FATES, VOID_REASONS, PrintAccount, print_account
from reports.listing import Listing, print_listing
from reports.lists.print_account import HEADERS, print_report, prints_json
from reports.output import Made
from reports.report_files import save_listing
from tests.support.report_examples import MADE_AT, NEEDS, PLACES, PPK, TPS, WAREHOUSE, Book

MADE = Made(MADE_AT, "Ayu", "Pemilu 2024", "Gudang", "51.08")
LOGS = {"GDG-01": WAREHOUSE, "GRK-01": PPK}
CODES = [f"{number:013d}" for number in range(6)]


class Printer(Book):
    """Records of printing, each knowing all before it unless it is said otherwise."""

    def printed(self, codes: list[str], number: int = 1, by: str = "Made", log: str = "GDG-01") -> Event:
        reason, second = ("sobek", "Putu") if number > 1 else (None, None)
        return self.add(log, "print", by, codes=codes, print=number, sheet="a4-3x7", reason=reason, second=second)

    def registered(self, codes: list[str], kind: str = "box", log: str = "GDG-01") -> Event:
        row = {"kind": kind, "to": TPS, "k": 1, "n": 1, "quantity": 1, "election": None, "range": None}
        items = [{"code": code, **row} for code in codes]
        return self.add(log, "register", items=items, held_by=LOGS[log], out_of=None)

    def voided(self, labels: list[tuple[str, int]], reason: str, by: str = "Ketut", log: str = "GDG-01") -> Event:
        rows = [{"code": code, "print": number} for code, number in labels]
        return self.add(log, "void", by, labels=rows, reason=reason, note="mesin macet", second=None)

    def account(self) -> PrintAccount:
        return print_account(self.events, LOGS)


def listing_of(account: PrintAccount, *, has_records: bool = True) -> Listing:
    return print_report(account, PLACES, NEEDS, has_records=has_records)


def figures(account: PrintAccount) -> dict[tuple[str, str], dict[str, int]]:
    """What is not nothing in each row, by person and kind."""
    return {
        (row.by, row.kind): {
            name: count
            for name, count in {
                "printed": row.printed,
                "reprints": row.reprints,
                "blanks": row.blanks,
                "claimed": row.claimed,
                **row.fates,
            }.items()
            if count
        }
        for row in account.rows
    }


@pytest.fixture(autouse=True)
def english():
    language.use("en")
    yield
    language.use("en")


def day() -> Printer:
    """A sheet of three boxes of which one jams, blanks of which one is claimed, one lost; a reprint."""
    book = Printer()
    book.registered(CODES[:3])
    book.printed(CODES[:3])
    book.printed(CODES[3:])
    book.registered(CODES[3:4], kind="ink", log="GRK-01")
    book.voided([(CODES[0], 1)], "spoiled")
    book.printed(CODES[:1], 2, by="Wayan")
    book.printed(CODES[1:2], 2, by="Wayan")
    book.voided([(CODES[4], 1), (CODES[4], 9)], "lost", log="GRK-01")
    return book


def test_every_label_is_in_the_row_of_who_printed_it() -> None:
    account = day().account()
    assert figures(account) == {
        ("Made", "box"): {"printed": 3, "in_use": 1, "spoiled": 1, "replaced": 1},
        ("Made", "ink"): {"printed": 1, "in_use": 1, "blanks": 1, "claimed": 1},
        ("Made", ""): {"printed": 2, "blanks": 2, "open": 1, "lost": 1},
        ("Wayan", "box"): {"printed": 2, "in_use": 2, "reprints": 2},
    }
    assert {row.place for row in account.rows} == {WAREHOUSE}
    assert account.strays == ((CODES[4], 9),)


def test_each_figure_names_the_records_that_it_rests_on() -> None:
    account = day().account()
    told = {(row.by, row.kind): [f"{e.log}:{e.seq}" for e in row.records.values()] for row in account.rows}
    assert told["Made", "box"] == ["GDG-01:2", "GDG-01:4", "GDG-01:6"]
    assert told["Made", "ink"] == ["GDG-01:3", "GRK-01:1"]
    assert told["Made", ""] == ["GDG-01:3", "GRK-01:2"]
    assert [(record.act, len(record.labels)) for record in account.records] == [
        ("print", 3),
        ("blank", 3),
        ("void", 1),
        ("reprint", 1),
        ("reprint", 1),
        ("claim", 1),
        ("void", 2),
    ]


def test_an_item_that_was_registered_elsewhere_unknown_to_the_printer_was_no_blank() -> None:
    book = Printer()
    for event in (book.printed(CODES[:1]), book.registered(CODES[:1], log="GRK-01")):
        event.body["refs"].clear()
    assert book.account().total.blanks == 0


def test_what_was_withdrawn_was_not_printed() -> None:
    book = Printer()
    book.registered(CODES[:1])
    wrong = book.printed(CODES[:1])
    book.add("GDG-01", "correct", target=wrong.leaf, reason="did_not_occur", corrective=[], note="")
    assert book.account().rows == ()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["register", "print", "void"]),
        st.lists(st.sampled_from(CODES), min_size=1, max_size=4),
        st.sampled_from(VOID_REASONS),
        st.sampled_from(["Made", "Wayan"]),
        st.integers(1, 3),
        st.sampled_from(sorted(LOGS)),
    ),
    max_size=12,
)


@given(STEPS, st.randoms(use_true_random=False))
@example(
    [
        (act, CODES[:1], VOID_REASONS[0], "Made", number, log)
        for act in ("print", "void", "register")
        for number in (1, 2)
        for log in sorted(LOGS)
    ],
    random.Random(0),
)
@example(
    [
        ("void", CODES[:2], VOID_REASONS[-1], "Made", 3, min(LOGS)),
        ("print", CODES[:1] * 4, VOID_REASONS[0], "Made", 3, min(LOGS)),
    ],
    random.Random(1),
)
def test_the_figures_add_up_whatever_happened_and_in_whatever_order_it_arrived(steps, dice) -> None:
    book = Printer()
    for act, codes, reason, by, number, log in steps:
        match act:
            case "register":
                book.registered(codes, log=log)
            case "print":
                book.printed(codes, number, by, log)
            case "void":
                book.voided([(code, number) for code in codes], reason, by, log)
    account = book.account()
    for row in (*account.rows, account.total):
        assert row.printed == sum(row.fates[fate] for fate in FATES)
        assert row.claimed + row.fates["open"] <= row.blanks <= row.printed >= row.reprints
    printed = [(code, event) for event in book.events if event.type == "print" for code in set(event.body["codes"])]
    assert account.total.printed == len(printed)
    assert sum(len(record.labels) for record in account.records if record.event.type == "print") == len(printed)
    assert all(row.records.keys() <= {record.event.leaf for record in account.records} for row in account.rows)
    shuffled = list(book.events)
    dice.shuffle(shuffled)
    assert prints_json(print_account(shuffled, LOGS)) == prints_json(account)


# --- what people get ------------------------------------------------------------------------------------------------


def test_the_files_hold_the_same_figures(tmp_path: Path) -> None:
    account = day().account()
    for suffix in ("csv", "xlsx", "json", "pdf"):
        save_listing(tmp_path / f"p.{suffix}", listing_of(account), MADE)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "p.csv").read_text("utf-8-sig"))))
    assert [int(row["printed"]) for row in rows] == [row.printed for row in account.rows]
    assert rows[0]["records"] == "GDG-01:3 GRK-01:2"
    book = CalamineWorkbook.from_path(tmp_path / "p.xlsx")
    sheet = book.get_sheet_by_index(0).to_python()
    assert sheet[0] == list(HEADERS) and [row[5] for row in sheet[1:]] == [row.printed for row in account.rows]
    assert len(book.get_sheet_by_index(1).to_python()) == 1 + len(account.records)
    told = json.loads((tmp_path / "p.json").read_text())
    assert told["total"]["printed"] == 8 and told["strays"] == [f"{CODES[4]}*09"]
    assert told == json.loads(json.dumps(prints_json(account)))
    page = pypdfium2.PdfDocument(tmp_path / "p.pdf")[0].get_textpage().get_text_bounded()
    assert all(words in page for words in ("Printed labels", "Wayan", "Ballot box", "mesin macet", "GRK-01:2"))


def test_the_screen_has_a_line_for_each_row_and_the_total() -> None:
    out = io.StringIO()
    print_listing(listing_of(day().account(), has_records=False), out)
    lines = out.getvalue().splitlines()
    rows = lines[-6:]
    assert rows[0].startswith("Person") and rows[-1].split()[:2] == ["Total", "8"]
    assert all(row.index("a4-3x7") == rows[0].index("Stock") for row in rows[1:-1])


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_terminal_of_any_width_shows_every_figure_whole(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", str(width))
    out = Terminal()
    print_listing(listing_of(day().account(), has_records=False), out)
    lines = out.getvalue().splitlines()
    assert "…" not in out.getvalue() and any("Wayan" in line and "Ballot box" in line for line in lines)
    assert all(word in out.getvalue().lower() for word in ("spoiled", "replaced", "blank, open", "reprints"))
    assert "unused" not in out.getvalue().lower()  # nothing was


def test_hostile_names_are_only_text(tmp_path: Path) -> None:
    book = Printer()
    book.printed(CODES[:1], 2, by="=cmd|' /C calc'!A0\x1b[31m<b>" + "W" * 300)
    for suffix in ("csv", "xlsx", "pdf"):
        save_listing(tmp_path / f"p.{suffix}", listing_of(book.account()), MADE)
    assert not next(csv.reader((tmp_path / "p.csv").read_text("utf-8-sig").splitlines()[1:]))[0].startswith("=")
    out = io.StringIO()
    print_listing(listing_of(book.account()), out)
    assert "\x1b" not in out.getvalue()


def test_nothing_printed_is_an_empty_account(tmp_path: Path) -> None:
    for suffix in ("csv", "xlsx", "json", "pdf"):
        save_listing(tmp_path / f"p.{suffix}", listing_of(print_account([], {})), MADE)
    assert json.loads((tmp_path / "p.json").read_text())["rows"] == []
