"""Writing spreadsheets: what goes in comes out, nothing runs as a formula, nothing is half-written."""

import csv
import sys
import threading
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from custody.errors import InputError, StoreError
from tables.formats.limits import UNSAFE
from tables.output.safe_file import safe_file
from tables.output.write import Sheet, harmless, write_table
from tables.read import read_table
from tests.support.portable import needs_links
from tests.support.sampling import examples

TRIGGERS = [*"=+-@\t\r\n\x00\x1b", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
printable = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Cf")), max_size=40)
whole_numbers = st.integers(-(2**49), 2**49)


def sheet(*rows, headers=("a", "b")):
    return Sheet("Tabel", headers, rows)


def as_read(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def raw_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(printable, whole_numbers), min_size=1, max_size=5))
@example(rows=[("FIRST", 0)])  # a word that heads columns too
@example(rows=[("'", 0), ("=1+1", 1), ('a"b,c;d', 2), ("＝1", -1), ("a\u2028b", 7), ("_x0041_", 3)])
def test_what_is_written_is_read_back(tmp_path, suffix, rows):
    path = tmp_path / f"t{suffix}"
    write_table(path, [sheet(*rows, headers=("code", "quantity"))])
    back = [(record["code"], record["quantity"]) for _, record in read_table(path).rows]
    texts = [as_read(harmless(text)) for text, _ in rows]
    if suffix == ".xlsx":
        assert back == [(text, str(number)) for text, (_, number) in zip(texts, rows, strict=True)]
    else:  # a text after a semicolon may carry one more apostrophe
        assert [(a.replace("'", ""), b) for a, b in back] == [
            (text.replace("'", ""), str(number)) for text, (_, number) in zip(texts, rows, strict=True)
        ]


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_no_text_can_run_as_a_formula(tmp_path, trigger):
    hostile = f"{trigger}cmd|'/c calc'!A0"
    for suffix in (".csv", ".xlsx"):
        write_table(tmp_path / f"t{suffix}", [sheet([hostile, f"x;{hostile}"], headers=(hostile, "b"))])
    header, row = raw_csv(tmp_path / "t.csv")
    assert header[0][0] == row[0][0] == "'"
    for split in (";", "\t", "\r", "\n"):
        parts = [part for cell in row for part in cell.split(split)]
        assert not any(part.lstrip(' "')[:1] in {"=", "+", "@", "\uff1d"} for part in parts)
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        assert b"<f" not in book.read("xl/worksheets/sheet1.xml")
        assert b">'" in book.read("xl/worksheets/sheet1.xml")


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_at_all_gives_a_file_that_opens(tmp_path, text):
    for suffix in (".csv", ".xlsx"):
        path = tmp_path / f"t{suffix}"
        write_table(path, [sheet([text, 1])])
        if not UNSAFE.search(text) or suffix == ".xlsx":
            try:
                read_table(path)
            except InputError as error:
                assert error.faults


def test_numbers_stay_numbers_and_negative_ones_are_not_touched(tmp_path):
    write_table(tmp_path / "t.xlsx", [sheet([-5, 2.5])])
    write_table(tmp_path / "t.csv", [sheet([-5, 2.5])])
    assert raw_csv(tmp_path / "t.csv")[1] == ["-5", "2.5"]
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        assert b"<v>-5</v>" in book.read("xl/worksheets/sheet1.xml")


def test_numbers_that_excel_cannot_hold_become_text(tmp_path):
    write_table(tmp_path / "t.xlsx", [sheet([2**60, float("nan")])])
    assert read_table(tmp_path / "t.xlsx").rows[0][1] == {"a": str(2**60), "b": "nan"}


def test_links_stay_text_and_long_texts_show_their_cut(tmp_path):
    write_table(tmp_path / "t.xlsx", [sheet(["https://example.org", "x" * 40_000])])
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        assert b"hyperlink" not in book.read("xl/worksheets/sheet1.xml")
        assert "…".encode() in book.read("xl/worksheets/sheet1.xml")


def test_a_csv_begins_with_the_mark_that_excel_needs(tmp_path):
    write_table(tmp_path / "t.csv", [sheet(["é", None])])
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_workbook_has_a_sheet_for_each_table_with_a_title_that_excel_takes(tmp_path):
    titles = ["Progress: [all]", "x" * 40, "x" * 40, "", "'quoted'"]
    write_table(tmp_path / "t.xlsx", [Sheet(title, ["a"], [["1"]], [12]) for title in titles])
    assert len(read_table(tmp_path / "t.xlsx").unread) == 4


def test_a_csv_of_two_tables_and_other_suffixes_are_refused(tmp_path):
    with pytest.raises(InputError, match="2"):
        write_table(tmp_path / "t.csv", [sheet(), sheet()])
    with pytest.raises(InputError, match="xlsx"):
        write_table(tmp_path / "t.ods", [sheet()])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    write_table(path, [sheet(["old", 1])])
    before = path.read_bytes()

    def rows():
        yield ["new", 2]
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_table(path, [Sheet("t", ["a", "b"], rows())])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_and_a_folder_as_a_file_are_refused(tmp_path):
    for path in (tmp_path / "nowhere" / "t.csv", tmp_path):
        with pytest.raises(InputError), safe_file(path):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    with pytest.raises(StoreError) as caught, safe_file(tmp_path / "t.pdf") as file:
        file.write(b"x")
        Path("/dev/full").write_bytes(b"x" * 100_000)
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_errors_of_other_files_pass_unchanged(tmp_path):
    with pytest.raises(FileNotFoundError), safe_file(tmp_path / "t.pdf"):
        (tmp_path / "missing.ttf").read_bytes()
    assert list(tmp_path.iterdir()) == []


@needs_links()
def test_a_link_keeps_pointing_and_its_target_is_written(tmp_path):
    target, named = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    named.symlink_to(target)
    with safe_file(named) as file:
        file.write(b"new")
    assert named.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere a file that is open takes another's place")
def test_a_file_that_a_virus_scanner_holds_is_replaced_once_it_lets_go(tmp_path):
    path = tmp_path / "labels.pdf"
    path.write_bytes(b"old")
    held = path.open("rb")
    letting_go = threading.Timer(0.6, held.close)
    letting_go.start()
    with safe_file(path) as file:
        file.write(b"new")
    letting_go.join()
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere a file that is open takes another's place")
def test_a_file_that_a_viewer_keeps_open_is_refused_in_words_and_stays_as_it_is(tmp_path):
    path = tmp_path / "labels.pdf"
    path.write_bytes(b"old")
    with path.open("rb"):
        with pytest.raises(InputError) as refused, safe_file(path) as file:
            file.write(b"new")
        assert "close the file if another program has it open" in refused.value.hint
    assert path.read_bytes() == b"old" and [entry.name for entry in tmp_path.iterdir()] == ["labels.pdf"]


def test_a_file_that_is_read_back_has_what_was_written(tmp_path):
    with safe_file(tmp_path / "logs.serah", read_back=True) as file:
        file.write(b"one")
        file.write(b"two")
    assert (tmp_path / "logs.serah").read_bytes() == b"onetwo"


def test_a_stick_that_keeps_something_else_is_told_and_the_old_file_stays(tmp_path):
    (tmp_path / "logs.serah").write_bytes(b"old")
    with pytest.raises(StoreError), safe_file(tmp_path / "logs.serah", read_back=True) as file:
        file.write(b"new logs")
        file.flush()
        [draft] = tmp_path.glob(".*.tmp")
        with draft.open("r+b") as stick:
            stick.write(b"?")
    assert [path.name for path in tmp_path.iterdir()] == ["logs.serah"]
    assert (tmp_path / "logs.serah").read_bytes() == b"old"
