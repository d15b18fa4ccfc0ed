"""Tables as offices make them (tests/data/office_tables): each loads at first try, or asks the one open question."""

import io
import sys
import zipfile
from pathlib import Path

import pytest

from custody.errors import InputError
from services.plan.kept_answers import FILE, remember, remembered, remembered_names
from tables.place_tree import Names, parse_tree
from tables.read import read_table
from tests.support.command_examples import Once, Terminal
from tests.support.portable import refused_by_the_system

FOLDER = Path(__file__).parents[1] / "data" / "office_tables"
PLAN = """\
code,name,level,parent
51.08,Gudang,warehouse,
51.08.01,PPK Gerokgak,district,51.08
51.08.02,PPK Seririt,district,51.08
51.08.01.2010,PPS Patas,village,51.08.01
"""
BALLOTS = (
    "kind,name_id,name_en,level,per_place,unit,tracked_as\nsurat_suara,Surat suara,Ballots,village,1,lembar,pack\n"
)
LOADS = {
    "titled.xlsx": (4, "headings are in row 5"),
    "semicolons_cp1252.csv": (5, "read as CP1252, its columns parted by semicolons"),
    "unicode_text.txt": (4, "read as UTF-16, its columns parted by tabs"),
    "two_line_headings.xlsx": (2, "headings are in row 3-4"),
    "totals.xlsx": (3, 'rows left out: 4 "Jumlah Kec. Gerokgak", 6-7 "Jumlah Kec. Seririt"'),
    "signed.csv": (4, 'rows left out: 7-12 "Singaraja, 20 Januari 2024"'),
    "numbered_columns.xlsx": (4, 'rows left out: 2 "(1)"'),
    "thousands.csv": (3, "parted by semicolons"),
    "excel_dates.xlsx": (4, "times without a zone were read as WITA"),
    "written_dates.csv": (4, "times without a zone were read as WITA"),
    "instructions_first.xlsx": (4, "sheet Data was read, and not: Petunjuk"),
    "each_tps.xlsx": (11, "the headings are in row 2"),
    "count_of_tps.csv": (15, 'rows left out: 4 "JUMLAH", 6-7 "JUMLAH"'),
    "grouped_codes.xlsx": (8, "headings are in row 1-2"),
    "tps_means_how_many.csv": (9, "times without a zone were read as WITA"),
    "sub_district_rows.xlsx": (15, "Kecamatan stand in rows of their own: 2"),
    "roman_sub_districts.xlsx": (15, "Kecamatan stand in rows of their own: 2"),
    "voters_by_sex.xlsx": (9, "headings are in row 3-4"),
    "as_people_say.csv": (2, "parted by semicolons"),
    "short_headings.csv": (3, "parted by semicolons"),
    "tps_under_headings.csv": (7, "Kecamatan, Desa stand in rows of their own: 3"),
    "old_excel.xls": (4, "headings are in row 2"),
    "libreoffice.ods": (4, "headings are in row 3"),
    "printed_pages.xlsx": (4, 'rows left out: 5 "Kode", 9 "*) sesuai'),
}
"""How many rows each adds, and what is told of how it was read."""
ASKS = {
    "two_tables.xlsx": (["--sheet 2019", "--sheet 2024"], 4),
    "unknown_heading.csv": (['--map "Satuan Kerja=name"'], 4),
    "misspelt.csv": (['--name "Gerokgak/Pejarakkan=new"', '--name "Gerokgak/Pejarakkan=51.08.01.2002"'], 7),
    "new_village.csv": (["--own-codes"], 7),
    "two_codes.csv": (['--map "Kode Lokasi=code"', '--map "Kode Wilayah=code"'], 4),
}
"""The options that answer what each asks, of which the last is right, and how many rows it then adds."""
REFUSED = {
    "wrong_total.csv": "row 4, column Jumlah (D4): the total says 17581, and the rows 2 to 3 make 17518",
    "wrong_sub_district_total.xlsx": "row 2, column Jumlah TPS (C2): the total says 6, and the rows 3 to 4 make 5",
    "tps_twice.csv": "row 4, column TPS (C4): TPS 2 of Patas stands in row 3 already",
    "one_name_twice.csv": "row 3, column Desa (B3): PATAS stands in row 2 already",
}


@pytest.fixture
def office(terminal: Terminal, once: Once) -> Terminal:
    """A station of an office that is about to load its first tables."""

    @once
    def begin() -> None:
        assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0

    return terminal


def prepare(office: Terminal, name: str) -> None:
    """What the tables of ballots refer to."""
    if name in ("totals.xlsx", "thousands.csv", "wrong_total.csv"):
        Path("plan.csv").write_text(PLAN)
        Path("ballots.csv").write_text(BALLOTS)
        assert office("load", "plan.csv", "ballots.csv").code == 0


def options(asked: str) -> list[str]:
    """The arguments that an option as it is shown makes."""
    option, *value = asked.split(" ", 1)
    return [option, *(text.strip('"') for text in value)]


def test_every_table_has_a_test_and_a_line_in_the_list() -> None:
    tables = {path.name for path in FOLDER.iterdir()} - {"README.md"}
    assert tables == {*LOADS, *ASKS, *REFUSED}
    listed = (FOLDER / "README.md").read_text()
    assert all(f"| {name} |" in listed for name in tables)


@pytest.mark.parametrize("name", LOADS)
def test_a_table_of_an_office_loads_at_first_try(office: Terminal, name: str) -> None:
    prepare(office, name)
    added, told = LOADS[name]
    loaded = office("load", FOLDER / name)
    assert loaded.code == 0, loaded.err
    assert f"{added} added" in loaded.out and told in loaded.err
    again = office("load", FOLDER / name, "--json").json["files"][0]
    assert (again["added"], again["changed"]) == (0, []) and again["same"] > 1


@pytest.mark.parametrize("name", ASKS)
def test_a_table_with_two_readings_is_refused_in_a_pipe_with_the_options_that_decide(
    office: Terminal, name: str
) -> None:
    asked, added = ASKS[name]
    before = office.event_count()
    refused = office("load", FOLDER / name)
    assert refused.code == 2 and office.event_count() == before
    assert all(option in refused.err for option in asked)
    loaded = office("load", FOLDER / name, *options(asked[-1]))
    assert f"{added} added" in loaded.out, loaded.err


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_contradicts_itself_is_refused_with_the_cell(office: Terminal, name: str) -> None:
    prepare(office, name)
    before = office.event_count()
    refused = office("load", FOLDER / name)
    assert refused.code == 2 and REFUSED[name] in refused.err and office.event_count() == before


def test_of_voters_by_sex_the_sum_counts() -> None:
    places, faults = parse_tree(read_table(FOLDER / "voters_by_sex.xlsx"), Names("51.08", {}, {}))
    voters = {row.value.name: row.value.voters for row in places if row.value.level == "village"}
    assert (voters, faults) == ({"PPS Patas": 771, "PPS Pejarakan": 502}, [])


def test_a_row_that_is_wider_than_its_headings_says_what_to_do(office: Terminal) -> None:
    Path("wide.csv").write_text("Kecamatan,Desa,Jumlah TPS\nGerokgak,Patas,3,771\n")
    assert "this row has 4 cells, the header has 3: give each column a heading" in office("load", "wide.csv").err


class Typist(io.StringIO):
    """A keyboard at a terminal."""

    def isatty(self) -> bool:
        return True


def test_at_a_terminal_the_first_rows_are_shown_and_a_number_answers(
    office: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Typist("9\n2\n"))
    loaded = office("load", FOLDER / "two_codes.csv")
    assert loaded.code == 0 and "4 added" in loaded.out, loaded.err
    assert "L0" in loaded.err and "Gudang KPU Buleleng" in loaded.err and "2) Kode Wilayah" in loaded.err
    monkeypatch.setattr(sys, "stdin", Typist("\n"))
    before = office.event_count()
    stopped = office("load", FOLDER / "two_tables.xlsx")
    assert stopped.code == 2 and "Nothing was recorded" in stopped.err and office.event_count() == before


def test_what_was_told_of_headings_is_remembered_for_the_next_table_with_the_same(office: Terminal) -> None:
    table = (FOLDER / "unknown_heading.csv").read_text()
    Path("b.csv").write_text(table.replace("PPS Patas", "PPS Patas Baru"))
    Path("c.csv").write_text(table.replace("Kode,", "Kode,Luas,"))
    dry = office("load", "b.csv", "--map", "Satuan Kerja=nama", "--dry-run")
    assert dry.code == 0 and not (office.home / FILE).exists(), "looking keeps nothing"
    assert office("load", FOLDER / "unknown_heading.csv", "--map", "Satuan Kerja=nama").code == 0
    again = office("load", "b.csv")
    assert again.code == 0 and "columns as last time: Satuan Kerja = nama" in again.err
    assert "PPS Patas -> PPS Patas Baru" in again.out
    assert office("load", "c.csv").code == 2, "other headings are another table"


def test_which_place_a_name_means_is_remembered_for_the_next_table_that_has_it(office: Terminal) -> None:
    answer = ("--name", "Gerokgak/Pejarakkan=51.08.01.2002")
    assert office("load", FOLDER / "misspelt.csv", *answer, "--dry-run").code == 0
    assert office("load", FOLDER / "misspelt.csv").code == 2, "looking keeps nothing"
    assert office("load", FOLDER / "misspelt.csv", *answer).code == 0
    Path("next.csv").write_text("No,Kecamatan,Desa,Jumlah TPS\n1,GEROKGAK,DESA PEJARAKKAN,3\n")
    again = office("load", "next.csv")
    assert again.code == 0 and "names as last time: Gerokgak/Pejarakkan = 51.08.01.2002" in again.err
    assert "1 added" in again.out and office("items", "--to", "TPS 3 Pejarakan").code == 0
    Path("other.csv").write_text("Kecamatan,Desa,Jumlah TPS\nGerokgak,Patas,1\n")
    assert "last time" not in office("load", "other.csv").err
    Path("new.csv").write_text("Kecamatan,Desa,Jumlah TPS\nGerokgak,Pejarakkan,1\n")
    assert office("load", "new.csv", "--name", "Gerokgak/pejarakkan=51.08.01.2010").code == 0
    assert remembered_names(office.home) == {"Gerokgak/pejarakkan": "51.08.01.2010"}, "the newest answer holds"
    assert office("load", FOLDER / "unknown_heading.csv", "--map", "Satuan Kerja=nama").code == 0
    assert remembered_names(office.home) and remembered(
        office.home, [*["Kode", "Satuan Kerja", "Tingkat", "Induk", "Batas Waktu"]]
    )


def test_what_is_remembered_of_headings_may_be_lost_or_damaged(tmp_path: Path) -> None:
    assert remembered(tmp_path, ["Kode"]) == {}
    remember(tmp_path, ["Kode", "Uraian"], {"Uraian": "name"})
    remember(tmp_path, ["Kode", "Uraian"], {"Uraian": "level"})
    assert remembered(tmp_path, ["uraian", "KODE"]) == {"uraian": "level"}
    for damage in (
        "",
        "[",
        "{}",
        '[{"headings": 1}]',
        '[{"headings": ["kode", "uraian"], "columns": {"kode": 1}}]',
        "null",
        '[{"names": {"a": 1}}, {"names": []}, 7]',
    ):
        (tmp_path / FILE).write_text(damage)
        assert remembered(tmp_path, ["Kode", "Uraian"]) == {} == remembered_names(tmp_path)


def test_options_that_fit_nothing_are_refused_with_what_there_is(office: Terminal) -> None:
    book = FOLDER / "two_tables.xlsx"
    assert "Its sheets are: 2019, 2024" in office("load", book, "--sheet", "2014").err
    assert "row 99 is blank" in office("load", book, "--sheet", "2024", "--header-row", "99").err
    assert "The fields are: code" in office("load", FOLDER / "two_codes.csv", "--map", "Kode Lokasi=luas").err
    assert office("load", book, "--map", "Kode").code == 2


def test_at_most_ten_faults_of_a_kind_are_listed(office: Terminal) -> None:
    rows = "".join(f"51.08.{number:02},,kecamatan,51.08\n" for number in range(1, 31))
    Path("many.csv").write_text("kode,nama,tingkat,induk\n51.08,Gudang,gudang,\n" + rows)
    refused = office("load", "many.csv")
    assert refused.err.count("is empty") == 10 and "more faults like these in this column: 20" in refused.err
    assert "faults in many.csv: 30" in refused.err


def test_a_heading_that_is_left_out_is_not_told_as_unused(office: Terminal) -> None:
    table = (FOLDER / "unknown_heading.csv").read_text()
    Path("t.csv").write_text(table.replace("Satuan Kerja", "Nama").replace("Induk", "Luas"))
    places = office("load", "t.csv", "--map", "Nama=name", "--map", "Luas=parent")
    assert places.code == 0 and "columns not used" not in places.err
    Path("u.csv").write_text("No,Kode,Nama,Tingkat,Luas,Telepon\n1,51.09,Gudang 2,Gudang,3,4\n")
    assert "columns not used: Luas, Telepon" in office("load", "u.csv").err
    assert "columns not used: Luas\n" in office("load", "u.csv", "--map", "Telepon=-").err


# --- files that cannot be read ----------------------------------------------------------------------------------------


def written(folder: Path, content: str | bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path: Path) -> InputError:
    with pytest.raises(InputError) as refused:
        read_table(path)
    return refused.value


def test_a_password_of_an_old_workbook_is_told(tmp_path: Path) -> None:
    old = bytearray((FOLDER / "old_excel.xls").read_bytes())
    second = old.find(b"\x09\x08\x10\x00") + 20
    old[second : second + 2] = b"\x2f\x00"  # FILEPASS
    assert "password" in str(refusal(written(tmp_path, bytes(old), "locked.xls")))
    locked = io.BytesIO()
    with zipfile.ZipFile(FOLDER / "libreoffice.ods") as book, zipfile.ZipFile(locked, "w") as made:
        made.writestr("mimetype", book.read("mimetype"))
        made.writestr("content.xml", bytes(range(256)) * 4)
        manifest = book.read("META-INF/manifest.xml").replace(
            b"/>", b"><manifest:encryption-data/></manifest:file-entry>"
        )
        made.writestr("META-INF/manifest.xml", manifest)
    assert "password" in str(refusal(written(tmp_path, locked.getvalue(), "locked.ods")))
    for damaged in (b"PK\x03\x04", b"\x09\x08\x10\x00\x00\x06", b""):
        assert "damaged" in str(refusal(written(tmp_path, damaged, "damaged.ods")))


def test_the_mark_of_excel_that_a_workbook_is_open_is_told(tmp_path: Path) -> None:
    assert "open" in str(refusal(written(tmp_path, b"\x04Made" + bytes(160), "~$places.xlsx")))


def test_a_file_that_the_system_refuses_says_to_close_it_elsewhere(tmp_path: Path) -> None:
    with refused_by_the_system(tmp_path / "places.csv") as path:
        error = refusal(path)
    assert "cannot be read" in str(error) and "Close it in other programs" in error.hint


def test_two_villages_of_one_name_are_two_with_a_column_of_codes(tmp_path: Path) -> None:
    rows = "Gerokgak,Patas,51.08.01.2010,1\nGerokgak,Patas,51.08.01.2099,2\n"
    table = read_table(written(tmp_path, "Kecamatan,Desa,Kode Desa,Jumlah TPS\n" + rows, "villages.csv"))
    places, faults = parse_tree(table, Names("51.08", {}, {}))
    assert not faults and len([row for row in places if row.value.level == "village"]) == 2
