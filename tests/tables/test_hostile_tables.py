"""Tables that mean harm: each is refused with a reason, in little memory, and not a byte of the ledger changes."""

import io
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from custody.errors import InputError
from tables.read import read_table
from tests.data.make_office_tables import FOLDER as OFFICE
from tests.data.office_files import ods
from tests.support.command_examples import PLACES, ROOT, Terminal

Dice = random.Random
PAGE, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
XMLNS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
)


def book(parts: dict[str, bytes]) -> bytes:
    """A workbook of one good sheet, with some parts replaced or added."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as whole:
        page = whole.add_worksheet()
        for number, line in enumerate(PLACES.splitlines()):
            page.write_row(number, 0, line.split(","))
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry.filename, old.read(entry))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


def sheet(rows: str, before: str = "") -> bytes:
    return f'<?xml version="1.0"?>{before}<worksheet {XMLNS}><sheetData>{rows}</sheetData></worksheet>'.encode()


# --- workbooks --------------------------------------------------------------------------------------------------------


def a_bomb(dice: Dice) -> bytes:
    """Up to a thousand times its size, in one part or in many."""
    parts = dice.randrange(1, 4)
    return book({f"xl/media/{n}.png": bytes(dice.randrange(20, 60) * 1_000_000 // parts) for n in range(parts)})


def a_sheet_that_is_a_bomb(dice: Dice) -> bytes:
    return book({PAGE: sheet(HEADER + " " * dice.randrange(51_000_000, 60_000_000))})


def a_book_in_a_book(dice: Dice) -> bytes:
    """Archives within archives, and no sheet outside them."""
    inner = a_bomb(dice)
    for depth in range(dice.randrange(1, 6)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{depth}.xlsx", inner)
        inner = out.getvalue()
    return inner


def an_outside_entity(dice: Dice) -> bytes:
    where = dice.choice(["file:///etc/passwd", "http://127.0.0.1:9/x", "file:///dev/zero", "/proc/self/environ"])
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{where}">]>'
    cell = '<row r="2"><c r="A2" t="inlineStr"><is><t>&e;</t></is></c></row>'
    return book({dice.choice([PAGE, SHARED, "xl/workbook.xml"]): sheet(HEADER + cell, doctype)})


def laughs(dice: Dice) -> bytes:
    """A billion of them, or more."""
    depth = dice.randrange(8, 20)
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * dice.randrange(8, 12)}">' for n in range(1, depth)
    )
    cell = f'<row r="2"><c r="A2" t="inlineStr"><is><t>&a{depth - 1};</t></is></c></row>'
    return book({dice.choice([PAGE, SHARED]): sheet(HEADER + cell, f"<!DOCTYPE x [{entities}]>")})


def a_path_out_of_the_folder(dice: Dice) -> bytes:
    """Parts that would be written elsewhere by who unpacks them, in place of the sheet."""
    name = dice.choice(["../../evil.xml", "/tmp/evil.xml", "..\\..\\evil.xml", "C:\\evil.xml", "xl/../../evil.xml"])
    return book({PAGE: b"", name: sheet(HEADER)})


def far_corners(dice: Dice) -> bytes:
    row, column = dice.choice(
        [(1048576, "XFD"), (1, "XFD"), (1048576, "A"), (199_999, "CV"), (dice.randrange(2**20), "XEZ")]
    )
    return book({PAGE: sheet(HEADER + f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>')})


def deep_nesting(dice: Dice) -> bytes:
    depth = dice.randrange(50_000, 200_000)
    return book({PAGE: sheet("<row>" * depth)})


def too_many_parts(dice: Dice) -> bytes:
    return book({f"xl/media/{n}.bin": b"" for n in range(dice.randrange(1_001, 3_000))})


def a_damaged_book(dice: Dice) -> bytes:
    whole = book({})
    return whole[: dice.randrange(4, len(whole) - 30)]


# --- text -------------------------------------------------------------------------------------------------------------


def a_million_columns(dice: Dice) -> bytes:
    return b",".join([b"code", *[b"x"] * dice.randrange(10**6, 2 * 10**6)]) + b"\n1\n"


def one_long_line(dice: Dice) -> bytes:
    return b"code,name\n" + bytes([dice.choice(b"a0\"'=")]) * 100_000_000


def too_large_a_file(dice: Dice) -> bytes:
    return PLACES.encode() + b"\n" * 200_000_001


def another_encoding(dice: Dice) -> bytes:
    return (
        PLACES.replace("Gudang", "Gudang Café").encode(
            dice.choice(["utf-16", "utf-32", "latin-1", "utf-16-le", "utf-7"])
        )
        + b"\xff"
    )


def a_nul(dice: Dice) -> bytes:
    data = PLACES.encode()
    at = dice.randrange(60, len(data))
    return data[:at] + b"\x00" + data[at:]


def a_hidden_character(dice: Dice) -> bytes:
    sign = dice.choice(["\u202e", "\u2066", "\u202a", "\u0007", "\u001b[2J", "\x7f", "\u0085"])
    at = PLACES.index("PPK Seririt") + dice.randrange(11)
    return (PLACES[:at] + sign + PLACES[at:]).encode()


def a_code_twice(dice: Dice) -> bytes:
    lines = PLACES.splitlines()
    return "\n".join([*lines, dice.choice(lines[1:]).replace("TPS", "Tps")]).encode()


def a_circle(dice: Dice) -> bytes:
    return PLACES.replace(
        "district,51.08,", f"district,{dice.choice(['51.08.01.2001', '51.08.02', '51.08.01'])},"
    ).encode()


def too_many_rows(dice: Dice) -> bytes:
    return b"code,name,level,parent,due\n" + b"1,ab,village,,\n" * dice.randrange(200_001, 400_000)


def too_long_a_cell(dice: Dice) -> bytes:
    return PLACES.replace("Gudang", dice.choice("aé=") * dice.randrange(1_001, 900_000)).encode()


HOSTILE: list[Callable[[Dice], bytes]] = [
    a_bomb,
    a_sheet_that_is_a_bomb,
    a_book_in_a_book,
    an_outside_entity,
    laughs,
    a_path_out_of_the_folder,
    far_corners,
    deep_nesting,
    too_many_parts,
    a_damaged_book,
    a_million_columns,
    one_long_line,
    too_large_a_file,
    another_encoding,
    a_nul,
    a_hidden_character,
    a_code_twice,
    a_circle,
    too_many_rows,
    too_long_a_cell,
]
BOOKS = HOSTILE[: HOSTILE.index(a_million_columns)]
NAMES = [make.__name__ for make in HOSTILE]
QUICK = [make for make in HOSTILE if make not in (a_sheet_that_is_a_bomb, one_long_line, too_large_a_file)]


def written(make: Callable[[Dice], bytes], seed: int, folder: Path) -> Path:
    path = folder / f"hostile.{'xlsx' if make in BOOKS else 'csv'}"
    path.write_bytes(make(Dice(f"{make.__name__} {seed}")))
    return path


def check_refused(station: Terminal, path: Path) -> None:
    ledger = station.home / "ledger.db"
    before = ledger.read_bytes()
    ran = station("load", path)
    assert ran.code == 2 and ran.out == "", (path, ran)
    assert ran.err.startswith("Error: ") and path.name in ran.err and len(ran.err) < 5000
    assert all(character.isprintable() or character == "\n" for character in ran.err)
    assert ledger.read_bytes() == before and not (station.home / "ledger.db-wal").exists()


@pytest.mark.parametrize("make", QUICK, ids=lambda make: make.__name__)
def test_a_hostile_table_is_refused_and_changes_nothing(station: Terminal, tmp_path: Path, make) -> None:
    check_refused(station, written(make, 0, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("make", HOSTILE, ids=NAMES)
def test_three_hundred_hostile_tables_are_refused(station: Terminal, tmp_path: Path, make) -> None:
    for seed in range(300 // len(HOSTILE)):
        check_refused(station, written(make, seed, tmp_path))


BETWEEN = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.returncode, done.stderr)
"""
"""A process that has little itself: what a parent held when it started a command counts as the command's."""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory otherwise, or not at all")
@pytest.mark.parametrize("make", HOSTILE, ids=NAMES)
def test_a_hostile_table_takes_little_memory(station: Terminal, tmp_path: Path, make) -> None:
    load = [sys.executable, str(ROOT / "main.py"), "--home", str(station.home), "load", str(written(make, 1, tmp_path))]
    said = subprocess.run([sys.executable, "-c", BETWEEN, *load], capture_output=True, text=True, check=True).stdout
    kilobytes, code, error = said.split(" ", 2)
    assert code == "2" and error
    assert int(kilobytes) < 300 * 1024


@pytest.mark.parametrize("repeated", ["rows", "columns"])
def test_an_ods_of_a_few_bytes_that_unfolds_to_all_memory_is_refused(tmp_path, repeated):
    cell = '<table:table-cell office:value-type="string" {}><text:p>' + "x" * 900 + "</text:p></table:table-cell>"
    many = {
        "rows": '<table:table-row table:number-rows-repeated="1048576">' + cell.format("") + "</table:table-row>",
        "columns": ("<table:table-row>" + cell.format('table:number-columns-repeated="16384"') + "</table:table-row>")
        * 99,
    }[repeated]
    path = tmp_path / "bomb.ods"
    path.write_bytes(ods(many))
    assert path.stat().st_size < 2_000
    began = time.monotonic()
    with pytest.raises(InputError) as refused:
        read_table(path)
    assert refused.value.hint
    assert time.monotonic() - began < 60


def test_a_damaged_old_workbook_never_ends_in_another_error(tmp_path):
    for name in ("old_excel.xls", "libreoffice.ods"):
        whole = (OFFICE / name).read_bytes()
        for damage in (whole[:100], whole[:-300], whole[:600] + bytes(600) + whole[1200:], b""):
            (tmp_path / name).write_bytes(damage)
            try:
                read_table(tmp_path / name)
            except InputError as error:
                assert error.hint and "\n" not in str(error)
