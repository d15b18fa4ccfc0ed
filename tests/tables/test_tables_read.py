"""Reading spreadsheets: what people save is taken, what could harm is refused with its row and column."""

import csv
import hashlib
import io
import os
import time
import unicodedata
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.errors import InputError
from tables.headings import layout
from tables.office_table import QuestionError, Reading, Table
from tables.read import read_table
from tests.support.portable import peak_bytes

SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def csv_table(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def xlsx_table(folder: Path, *rows: list[object], name: str = "t.xlsx") -> Path:
    path = folder / name
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


def with_part(source: Path, part: str, text: str | bytes, out: Path) -> Path:
    """A copy of a workbook with one of its parts replaced."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, text if entry.filename == part else old.read(entry))
    return out


def refusal(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_table(path)
    assert caught.value.hint
    assert str(caught.value)
    return caught.value


def cells(table: Table) -> list[list[str]]:
    return [list(record.values()) for _, record in table.rows]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_is_read_whatever_its_separator_mark_and_line_ends(tmp_path, separator, mark, end):
    lines = [separator.join(row) for row in (["kode", "nama"], ["51.08", '"Gudang; utama, timur"'])]
    table = read_table(csv_table(tmp_path, mark + end.join(lines) + end))
    assert table.headers == ("kode", "nama")
    assert table.rows == [(2, {"kode": "51.08", "nama": "Gudang; utama, timur"})]


def test_the_digest_is_of_the_files_bytes(tmp_path):
    path = csv_table(tmp_path, "a,b\n1,2\n")
    assert read_table(path).digest == hashlib.sha256(path.read_bytes()).hexdigest()
    book = xlsx_table(tmp_path, ["a"], [1])
    assert read_table(book).digest == hashlib.sha256(book.read_bytes()).hexdigest()


def test_rows_keep_the_numbers_that_a_spreadsheet_shows(tmp_path):
    assert [row for row, _ in read_table(csv_table(tmp_path, "a,b\n\n1,2\n , \n3,4\n")).rows] == [3, 5]
    book = xlsx_table(tmp_path, [], ["a", "b"], [], [1, 2])
    assert [row for row, _ in read_table(book).rows] == [4]


def test_the_line_that_tells_excel_the_separator_is_no_row(tmp_path):
    table = read_table(csv_table(tmp_path, "sep=;\na;b\n1;2\n"))
    assert (table.headers, table.rows) == (("a", "b"), [(3, {"a": "1", "b": "2"})])


def test_short_rows_are_filled_and_text_is_normalised(tmp_path):
    decomposed = unicodedata.normalize("NFD", "Café")
    table = read_table(csv_table(tmp_path, f"a,b,c\n  {decomposed}\u00a0 Dua ,x\n"))
    assert cells(table) == [["Café Dua", "x", ""]]


def test_numbers_and_dates_of_excel_read_as_people_see_them(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["a", "b", "c", "d", "e"])
        page.write_row(1, 0, [51.0, 3, 51.08, True])
        page.write_datetime(1, 4, datetime(2024, 2, 12, 18, 0), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    assert cells(read_table(path)) == [["51", "3", "51.08", "true", "2024-02-12T18:00:00"]]


def test_a_number_that_excel_has_shortened_is_refused(tmp_path):
    fault = refusal(xlsx_table(tmp_path, ["first"], [12345678901234567890])).faults[0]
    assert (fault.row, fault.column) == (2, "first")


def test_the_first_visible_sheet_is_read_and_the_others_are_named(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("hidden").hide()
        book.add_worksheet("empty")
        for title in ("places", "notes"):
            book.add_worksheet(title).write_row(0, 0, ["a", title])
        book.get_worksheet_by_name("places").activate()
    table = read_table(path)
    assert (table.headers, table.unread) == (("a", "places"), ("notes",))


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u2069"])
def test_hidden_characters_are_refused_with_row_and_column(tmp_path, character):
    error = refusal(csv_table(tmp_path, f"kode,nama\n1,satu\n2,du{character}a\n"))
    fault = error.faults[0]
    assert (fault.row, fault.column, fault.file) == (3, "nama", "t.csv")
    assert f"U+{ord(character):04X}" in str(fault)


def test_every_bad_cell_is_listed_at_once(tmp_path):
    error = refusal(csv_table(tmp_path, f"a,b\n\x01,{'x' * 1001}\n1,2,3\n"))
    assert [(fault.row, fault.column) for fault in error.faults] == [(2, "a"), (2, "b"), (3, "")]


def test_a_cell_of_a_thousand_characters_is_taken(tmp_path):
    assert cells(read_table(csv_table(tmp_path, f"a\n{'x' * 1000}\n"))) == [["x" * 1000]]


def test_two_columns_of_one_heading_are_told_apart_by_their_letters(tmp_path):
    table = read_table(csv_table(tmp_path, "kode,nama,kode\n1,a,3\n"))
    assert table.rows == [(2, {"kode [A]": "1", "nama": "a", "kode [C]": "3"})]
    with pytest.raises(QuestionError, match="kode") as caught:
        layout(table, "places")
    assert [choice.typed for choice in caught.value.choices] == ['--map "kode [A]=code"', '--map "kode [C]=code"']


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-16", b""), ("utf-16-le", b""), ("utf-16-be", b""), ("cp1252", b""), ("utf-8-sig", b"")]
)
def test_a_csv_is_read_in_the_encodings_that_offices_save_and_says_which(tmp_path, encoding, mark):
    table = read_table(csv_table(tmp_path, mark + "kode;nama\n1;Café\n".encode(encoding)))
    assert cells(table) == [["1", "Café"]]
    [(_, values)] = table.notes
    assert values["encoding"] == {"utf-8-sig": "UTF-8"}.get(encoding, encoding.upper())


def test_a_comma_in_titles_and_cells_does_not_hide_the_separator(tmp_path):
    table = read_table(csv_table(tmp_path, "Daftar, satu, dua, tiga;;\nkode;nama;tingkat\n1;a, b, c;TPS\n2;d;TPS\n"))
    assert cells(table) == [["1", "a, b, c", "TPS"], ["2", "d", "TPS"]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("blank.csv", b"\n , \n\n"),
        ("empty.xlsx", b""),
        ("utf32.csv", "kode,nama\n1,2\n".encode("utf-32")),
        ("undefined.csv", b"kode,nama\n1,Caf\x81\n"),
        ("half.csv", b"kode,nama\n1,Caf\xc3"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
        ("book.csv", b"PK\x03\x04" + bytes(100)),
        ("quote.csv", b'kode,nama\n1,"never closed\n2,b\n'),
        ("text.xlsx", b"kode,nama\n1,2\n"),
        ("cut.xlsx", b"PK\x03\x04" + bytes(100)),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("old.xls", b"\xd0\xcf\x11\xe0"),
        ("open.ods", b"PK\x03\x04"),
        ("paper.pdf", b"%PDF-1.7"),
        ("none", b"kode,nama\n"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_one_clear_line(tmp_path, name, content):
    error = refusal(csv_table(tmp_path, content, name))
    assert name in str(error)
    assert "\n" not in str(error)


def test_a_folder_a_missing_and_an_unreadable_file_are_refused(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert "folder" in str(refusal(tmp_path / "folder.csv"))
    assert "does not exist" in str(refusal(tmp_path / "nothing.csv"))
    assert "does not exist" in str(refusal(tmp_path / "nothing.xlsx"))
    if os.name == "posix" and os.geteuid() != 0:
        csv_table(tmp_path, "a\n").chmod(0)
        assert "cannot be read" in str(refusal(tmp_path / "t.csv"))


def test_a_workbook_with_its_end_cut_off_is_refused(tmp_path):
    path = xlsx_table(tmp_path, ["a"], *[[f"text {n}"] for n in range(200)])
    path.write_bytes(path.read_bytes()[:-300])
    refusal(path)


def test_two_million_rows_are_refused_quickly_and_the_refusal_says_the_limit(tmp_path):
    path = csv_table(tmp_path, b"kode,nama\n" + b"1,ab\n" * 2_000_000)
    began = time.process_time()  # its own: other programs take their share of the clock
    assert "200000" in str(refusal(path))
    assert time.process_time() - began < 1


def test_rows_in_quotes_count_too(tmp_path):
    assert "200000" in str(refusal(csv_table(tmp_path, b"a\n" + b'"x"\r' * 200_002)))


def test_a_line_without_end_and_a_million_columns_are_refused(tmp_path):
    refusal(csv_table(tmp_path, b"a" * 5_000_000))
    refusal(csv_table(tmp_path, b"a," * 400_000 + b"b\n"))
    assert "200" in str(refusal(csv_table(tmp_path, ",".join(map(str, range(201))))).faults[0])


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(60):
            part.write(bytes(1_000_000))
    assert path.stat().st_size < 100_000
    assert "too large" in str(refusal(path))


def test_two_far_corners_take_no_memory(tmp_path):
    book = xlsx_table(tmp_path, ["a"])
    cell = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
    before = peak_bytes()
    for number, column in (("1048576", "XFD"), ("1", "XFD"), ("1048576", "A"), ("190000", "GA")):
        sheet = SHEET.format(cell.format(1, "A") + cell.format(number, column))
        refusal(with_part(book, "xl/worksheets/sheet1.xml", sheet, tmp_path / "far.xlsx"))
    assert peak_bytes() - before < 100_000_000


def test_a_corner_written_with_character_references_is_seen(tmp_path):
    sheet = SHEET.format('<row r="1"><c r="&#88;FD1048576"><v>1</v></c></row>')
    refusal(with_part(xlsx_table(tmp_path, ["a"]), "xl/worksheets/sheet1.xml", sheet, tmp_path / "far.xlsx"))


def test_one_long_text_that_many_cells_share_is_refused(tmp_path):
    book = xlsx_table(tmp_path, ["a"])
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_000))
    texts = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{os.urandom(20_000).hex()}</t></si></sst>'
    shared = with_part(book, "xl/worksheets/sheet1.xml", SHEET.format(rows), tmp_path / "half.xlsx")
    assert "too large" in str(refusal(with_part(shared, "xl/sharedStrings.xml", texts, tmp_path / "shared.xlsx")))


def test_entities_and_outside_files_are_never_resolved(tmp_path):
    secret = csv_table(tmp_path, "secret", "secret.txt")
    doctype = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    sheet = doctype + SHEET.format('<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>').split("?>", 1)[1]
    refusal(with_part(xlsx_table(tmp_path, ["a"]), "xl/worksheets/sheet1.xml", sheet, tmp_path / "outside.xlsx"))


def test_a_damaged_workbook_never_ends_in_another_error(tmp_path):
    whole = xlsx_table(tmp_path, ["kode", "nama"], ["51.08", "Gudang"]).read_bytes()
    path = tmp_path / "damaged.xlsx"
    for at in range(0, len(whole), 61):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        try:
            read_table(path)
        except InputError as error:
            assert error.hint


@pytest.mark.parametrize(
    "damage",
    ['encoding="UT-8"', 'encoding="utf-16"', 'r="A0"', 'r="1A"', 'r="XFD1048577"', 't="s"', "</c>", "&#0;", "\xff"],
)
def test_damage_inside_a_part_is_refused(tmp_path, damage):
    sheet = SHEET.format(f'<row r="1"><c r="A1"><v>1</v></c><c {damage}><v>99999999999999999999</v></c></row>')
    if damage.startswith("encoding"):
        sheet = SHEET.replace('"1.0"', f'"1.0" {damage}').format("")
    path = with_part(xlsx_table(tmp_path, ["a"]), "xl/worksheets/sheet1.xml", sheet, tmp_path / "damaged.xlsx")
    refusal(path)


def test_no_zip_file_that_no_spreadsheet_writes_ends_in_another_error(tmp_path):
    """A part's name that is no text; a version of the future; a packing that can ask for 4 GB, whole and damaged; the
    text in front of the first one.
    """
    whole = xlsx_table(tmp_path, ["kode", "nama"], ["51.08", "Gudang"]).read_bytes()
    entry, path = whole.index(b"PK\x01\x02"), tmp_path / "strange.xlsx"
    for at, byte in ((entry + 46, 0xFF), (entry + 6, 99)):
        flagged = bytearray(whole)
        flagged[entry + 8 : entry + 10] = b"\x00\x08"  # names are UTF-8
        flagged[at] = byte
        path.write_bytes(flagged)
        assert "damaged" in str(refusal(path))
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part))
    packed = bytearray(path.read_bytes())
    assert "damaged" in str(refusal(path))
    packed[70:80] = bytes(10)
    path.write_bytes(packed)
    assert "damaged" in str(refusal(path))
    sheet = SHEET.format('<row r="1"><c r="A1" t="s"><v>-9</v></c></row>')
    refusal(with_part(xlsx_table(tmp_path, ["a"]), "xl/worksheets/sheet1.xml", sheet, path))


def test_a_formula_without_a_value_is_named_with_its_cell_and_only_on_its_own_sheet(tmp_path):
    cell = '<row r="2"><c r="A2"><f>B2</f>{}</c><c r="B2"><v>1</v></c></row>'
    head = '<c r="{}1" t="inlineStr"><is><t>{}</t></is></c>'
    heads = f'<row r="1">{head.format("A", "kode")}{head.format("B", "nama")}</row>'
    book = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(book) as made:
        for title in ("data", "lain"):
            made.add_worksheet(title).write_row(0, 0, ["kode", "nama"])
    for value in ("", "<v></v>", "<v/>"):
        unsaved = with_part(
            book, "xl/worksheets/sheet1.xml", SHEET.format(heads + cell.format(value)), tmp_path / "u.xlsx"
        )
        [fault] = refusal(unsaved).faults
        assert (fault.row, fault.column, fault.cell) == (2, "kode", "A2") and "save it" in str(fault)
    other = with_part(book, "xl/worksheets/sheet2.xml", SHEET.format(heads + cell.format("")), tmp_path / "o.xlsx")
    assert read_table(other).headers == ("kode", "nama")
    saved = with_part(
        book, "xl/worksheets/sheet1.xml", SHEET.format(heads + cell.format("<v>7</v>")), tmp_path / "s.xlsx"
    )
    assert cells(read_table(saved)) == [["7", "1"]]


def test_a_password_and_an_old_workbook_are_told_apart(tmp_path):
    locked = b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert "password" in str(refusal(csv_table(tmp_path, locked, "a.xlsx")))
    assert "old Excel" in str(refusal(csv_table(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(600), "b.xlsx")))


def test_an_area_below_the_rows_heads_none_of_them(tmp_path):
    rows = "".join(f"{number},Desa {number},3\n" for number in range(1, 5))
    table = read_table(csv_table(tmp_path, f"No,Desa,Jumlah TPS\n{rows},PPK Gerokgak,\n"))
    assert table.headers == ("No", "Desa", "Jumlah TPS") and len(table.rows) == 5
    headed = read_table(csv_table(tmp_path, f"No,Desa,Jumlah TPS\n,PPK Gerokgak,12\n{rows},Kec. Seririt,\n5,X,1\n"))
    assert [cells["Kecamatan"] for _, cells in headed.rows] == ["Gerokgak"] * 4 + ["Seririt"] and not headed.faults
    assert [number for number, _ in headed.rows] == [3, 4, 5, 6, 8]


def test_a_title_that_names_the_area_heads_all_rows_and_one_that_names_none_heads_no_row(tmp_path):
    rows = "Desa,Jumlah TPS\nPatas,3\nMusi,2\n"
    table = read_table(csv_table(tmp_path, f"Kecamatan : Gerokgak,\n{rows}"))
    assert [cells["Kecamatan"] for _, cells in table.rows] == ["Gerokgak"] * 2 and not table.faults
    for blank in ("Kecamatan : ", "Kecamatan :", "Kecamatan : ........", "Kec. :"):
        table = read_table(csv_table(tmp_path, f"{blank},\n{rows}"))
        assert table.headers == ("Desa", "Jumlah TPS") and len(table.rows) == 2


def test_of_two_hundred_sheets_that_have_such_a_table_one_is_asked_for(tmp_path):
    path = tmp_path / "many.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for number in range(200):
            book.add_worksheet(f"Desa {number}").write_row(0, 0, ["kode", "nama", "tingkat"])
    error = refusal(path)
    assert isinstance(error, QuestionError) and len(error.choices) == 200
    assert str(error.values["options"]).count("--sheet") == 10


def test_two_rows_that_both_look_like_headings_are_asked_about(tmp_path):
    path = csv_table(tmp_path, "kode,nama,tingkat\n51,a,TPS\n\nkind,to,jumlah\nbox,51,3\n")
    error = refusal(path)
    assert [choice.typed for choice in error.choices] == ["--header-row 1", "--header-row 4"]
    assert read_table(path, reading=Reading(header_row=4)).headers == ("kind", "to", "jumlah")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.text(max_size=8), max_size=6), min_size=1, max_size=12))
@example([["Jumlah"], ["Jumlah", "1"]])
@example([["kode", "nama", "tingkat"], ["1", "2", "3"], ["", "", "Jumlah"]])
@example([["", "a"], ["b"]])
def test_whatever_a_table_holds_each_row_is_kept_or_told_as_left_out(tmp_path_factory, rows):
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    path = csv_table(tmp_path_factory.getbasetemp(), out.getvalue(), "any.csv")
    try:
        table = read_table(path)
    except InputError as error:
        assert error.hint and str(error)
        return
    assert len({number for number, _ in table.rows}) == len(table.rows)
    assert all(set(record) == {header for header in table.headers if header} for _, record in table.rows)
