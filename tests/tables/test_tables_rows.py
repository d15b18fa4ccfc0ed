"""Rows of places, needs and items: both languages, and every fault in one go."""

from pathlib import Path

import pytest

from custody.errors import InputError
from custody.plan.places import Need, Place
from tables.cells import NoHourError, NoZoneError, parse_moment, whole_number
from tables.headings import ignored_columns, layout_of, parse_level, table_kind
from tables.office_table import QuestionError, Table
from tables.read import read_table
from tables.rows import ItemRow, parse_items, parse_needs, parse_places

EXAMPLES = Path(__file__).parents[2] / "examples" / "buleleng"


def table(text: str) -> Table:
    """A table as `read_table` gives it, from lines of cells between bars."""
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    rows = [(number, dict(zip(header, line, strict=True))) for number, line in enumerate(lines, start=2)]
    return Table("t.csv", tuple(header), rows, "0" * 64)


def faults_of(parse, text: str) -> list[tuple[int | None, str, str]]:
    _, faults = parse(table(text))
    assert all(fault.file == "t.csv" for fault in faults)
    return [(fault.row, fault.column, str(fault)) for fault in faults]


def test_the_buleleng_example_has_no_faults():
    places, faults = parse_places(read_table(EXAMPLES / "places.csv"))
    assert (len(places), faults) == (2433, [])
    needs, faults = parse_needs(read_table(EXAMPLES / "needs.csv"))
    assert (len(needs), faults) == (5, [])


def test_places_are_read_in_english_and_in_indonesian():
    expected = Place("51.08.01", "PPK Gerokgak", "district", "51.08", "2024-02-12T10:00:00Z")
    english = "code|name|level|parent|due\n51.08.01|PPK Gerokgak|district|51.08|2024-02-12T18:00:00+08:00"
    indonesian = "Tenggat|INDUK|Tingkat|Nama|Kode\n2024-02-12 18.00 WITA|51.08|Kecamatan|PPK Gerokgak|51.08.01"
    for text in (english, indonesian):
        rows, faults = parse_places(table(text))
        assert ([(row.row, row.value) for row in rows], faults) == ([(2, expected)], [])


@pytest.mark.parametrize("header", ["dapil", "Electoral district", "DAERAH PEMILIHAN"])
@pytest.mark.parametrize(
    ("cell", "dapil"),
    [("Buleleng 4", "Buleleng 4"), ("Dapil Buleleng 4", "Buleleng 4"), ("daerah pemilihan: 4", "4"), ("", None)],
)
def test_the_electoral_district_of_a_place_is_read_without_the_word_itself(header, cell, dapil):
    rows, faults = parse_places(table(f"code|name|level|{header}\n51.08.01|PPK Gerokgak|district|{cell}"))
    assert ([row.value.dapil for row in rows], faults) == ([dapil], [])


def test_needs_are_read_in_english_and_in_indonesian():
    expected = Need("box", "Kotak suara", "Ballot box", "polling_station", 2, "buah", "item", ("PPWP", "DPR"))
    english = "kind|name_id|name_en|level|per_place|unit|tracked_as|elections\n"
    english += "box|Kotak suara|Ballot box|TPS|2|buah|item|PPWP;DPR"
    indonesian = "Jenis|Nama (ID)|Nama EN|Tingkat|Jumlah per TPS|Satuan|Dilacak sebagai|Pemilihan\n"
    indonesian += "Box|Kotak suara|Ballot box|tps|2|buah|Barang|PPWP, DPR"
    for text in (english, indonesian):
        rows, faults = parse_needs(table(text))
        assert ([row.value for row in rows], faults) == ([expected], [])


def test_items_are_read_in_english_and_in_indonesian():
    expected = ItemRow("7Q2M9X4T5B8C6", "box", "51.08.01", 1, 2, 1, held_by="PENYEDIA-01")
    for headers in ("code|kind|to|k|n|quantity|held_by", "Kode|Jenis|Tujuan|Ke|Dari|Jumlah|Pemegang"):
        rows, faults = parse_items(table(f"{headers}\n7q2m-9x4t-5b8c-6|box|51.08.01|1|2|1|penyedia-01"))
        assert ([row.value for row in rows], faults) == ([expected], [])


def test_a_table_is_told_by_its_headers():
    assert table_kind(table("nama|tingkat|kode")) == "places"
    assert table_kind(table("JENIS|Tingkat|Jumlah per tempat")) == "needs"
    assert table_kind(table("kind|destination|first.serial")) == "items"
    assert table_kind(table("jenis|tujuan|ke|dari")) == "items"


def test_a_table_of_no_known_kind_is_refused_and_shows_its_headers():
    with pytest.raises(InputError, match="hobby"):
        table_kind(table("first name|hobby"))


def test_missing_columns_are_one_fault_that_names_them():
    with pytest.raises(InputError, match="level") as caught:
        table_kind(table("code|name|parent"))
    assert len(caught.value.faults) == 1
    assert [text for *_, text in faults_of(parse_places, "parent\n51")] == ["lacks the columns code, name, level"]


def test_unknown_columns_are_ignored_and_named_once():
    text = "code|name|level|Nama Ketua|luas\nG|Gudang|gudang|Budi|12"
    assert parse_places(table(text))[1] == []
    assert ignored_columns(table(text), layout_of(table(text), "places")) == ("Nama Ketua", "luas")


def test_the_exact_header_beats_its_synonyms_and_of_two_synonyms_one_is_asked_for():
    items = table("kind|type|to")
    assert ignored_columns(items, layout_of(items, "items")) == ("type",)
    with pytest.raises(QuestionError, match="jenis, type could be kind") as caught:
        parse_items(table("jenis|type|to\nbox|box|51"))
    assert caught.value.values["options"] == '--map "jenis=kind" | --map "type=kind"'


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("Gudang", "warehouse"),
        ("PPK", "district"),
        ("kelurahan", "village"),
        ("PPS", "village"),
        ("TPS", "polling_station"),
        ("polling station", "polling_station"),
        ("Penyedia", "vendor"),
        ("pengangkut", "carrier"),
        ("planet", None),
    ],
)
def test_levels_are_known_in_both_languages(word, level):
    assert parse_level(word) == level


def test_all_faults_of_a_places_table_are_listed_with_row_and_column():
    text = """
        kode      | nama   | tingkat | induk | tenggat
                  | Satu   | gudang  |       |
        51.08     |        | gudang  |       |
        51/é      | Tiga   | planet  | <x>   | besok
        51.08.01  | Empat  | PPK     | 51.08 | 2024-02-12 18:00
        51.08.01  | Lima   | PPK     | 51.08 |
        51.1      | Enam   | gudang  |       |
        51.08.01  | Tujuh  | PPK     | 51.08 |
    """
    assert [(row, column) for row, column, _ in faults_of(parse_places, text)] == [
        (2, "kode"),
        (3, "nama"),
        (4, "kode"),
        (4, "tingkat"),
        (4, "induk"),
        (4, "tenggat"),
        (6, "kode"),
        (7, "kode"),
        (8, "kode"),
    ]


def test_all_faults_of_a_needs_table_are_listed_with_row_and_column():
    text = """
        kind    | level | per_place | tracked_as | elections
        box     | TPS   | -5        | item       |
        booth   | TPS   | 4.5       | item       |
        ink     | TPS   |           | item       |
        seal    | TPS   | 30        | heap       |
        crate   | TPS   | 5         | item       | PPWP;DPR
        <b>     | TPS   | 1.00      | item       |
        paper   | TPS   | 5         | pack       |
        paper   | TPS   | 6         | pak        |
    """
    assert [(row, column) for row, column, _ in faults_of(parse_needs, text)] == [
        (2, "per_place"),
        (3, "per_place"),
        (4, "per_place"),
        (5, "tracked_as"),
        (6, "elections"),
        (7, "kind"),
        (7, "per_place"),
        (9, "kind"),
    ]


def test_all_faults_of_an_items_table_are_listed_with_row_and_column():
    text = """
        code             | kind | to    | k | n | quantity | prefix | first | last | width | held_by
        7Q2M-9X4T-5B8C-7 | box  | 51.08 | 1 | 5 | 1        |        |       |      |       |
                         | box  |       | 6 | 5 |          |        |       |      |       | <x>
                         | seal | 51.08 |   |   | 30       | A      | 1     | 29   |       |
                         | seal | 51.08 |   |   |          | A      | 9     | 3    |       |
                         | seal | 51.08 |   |   |          | A      |       | 3    |       |
                         | seal | 51.08 |   |   |          | A      | 1     | x    |       |
                         | seal | 51.08 |   |   |          |        | A1    | B3   |       |
                         | seal | 51.08 |   |   |          | A      | 1     | 100  | 2     |
                         | seal | 51.08 |   |   | 0        |        |       |      |       |
    """
    assert [(row, column) for row, column, _ in faults_of(parse_items, text)] == [
        (2, "code"),
        (3, "to"),
        (3, "k"),
        (3, "held_by"),
        (4, "quantity"),
        (5, "last"),
        (6, "first"),
        (7, "last"),
        (8, "last"),
        (9, "width"),
        (10, "quantity"),
    ]


def test_serial_numbers_may_carry_their_prefix_and_give_the_quantity():
    for line in ("A|0001|0030|", "|A0001|A0030|", "A|A0001|A0030|30", "A|0001|0030|30"):
        rows, faults = parse_items(table(f"kind|to|prefix|first|last|quantity\nseal|51|{line}"))
        assert faults == []
        assert (rows[0].value.quantity, str(rows[0].value.serials)) == (30, "A0001-A0030")


def test_numbers_that_a_spreadsheet_stripped_of_zeros_get_them_back_by_their_width():
    rows, _ = parse_items(table("kind|to|prefix|first|last|width\nseal|51|A|1|30|6"))
    assert str(rows[0].value.serials) == "A000001-A000030"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-02-12T18:00:00+08:00", "2024-02-12T10:00:00Z"),
        ("2024-02-12 18:00 WITA", "2024-02-12T10:00:00Z"),
        ("2024-02-12 18.00 wib", "2024-02-12T11:00:00Z"),
        ("2024-02-12 18:00:30 WIT", "2024-02-12T09:00:30Z"),
        ("2024-02-12T10:00Z", "2024-02-12T10:00:00Z"),
        ("2024-02-12T01:00:00.000+0800", "2024-02-11T17:00:00Z"),
        ("2024-02-11 18:00 -05:30", "2024-02-11T23:30:00Z"),
    ],
)
def test_moments_become_utc(text, utc):
    assert parse_moment(text) == utc


@pytest.mark.parametrize("text", ["12/02/2024 18:00", "2024-02-12 18:00", "2024-02-12T18:00:00"])
def test_a_moment_without_zone_is_refused(text):
    with pytest.raises(NoZoneError):
        parse_moment(text)
    assert parse_moment(text, 8) == "2024-02-12T10:00:00Z"


@pytest.mark.parametrize("text", ["2024-02-12", "12/02/2024", "Senin, 12 Februari 2024"])
def test_a_day_without_its_hour_is_refused(text):
    with pytest.raises(NoHourError):
        parse_moment(text, 8)


@pytest.mark.parametrize(
    "text",
    [
        "12/02/2024 18:00 WITA",
        "12-2-2024, 18.00 wita",
        "12 Februari 2024 pukul 18.00 WITA",
        "Senin, 12 Februari 2024 pukul 18.00 WITA",
        "Senin 12 Feb 2024 jam 18.00 WITA",
        "12 February 2024 at 18:00 WITA",
        "12 PEBRUARI 2024 18.00 WITA",
    ],
)
def test_moments_as_offices_write_them_become_utc_with_the_day_first(text):
    assert parse_moment(text) == "2024-02-12T10:00:00Z"


def test_a_time_without_a_zone_is_by_the_clock_of_its_place_and_the_zone_is_told():
    rows, faults = parse_places(table("kode|nama|tingkat|tenggat\n51.08|A|gudang|12/02/2024 18.00"))
    assert ([row.value.due for row in rows], faults) == (["2024-02-12T10:00:00Z"], [])
    assert rows[0].source.zones == {"WITA"}
    rows, faults = parse_places(table("kode|nama|tingkat|tenggat\nGUDANG|A|gudang|12/02/2024 18.00"))
    assert "does not say its time zone" in str(faults[0])
    assert (faults[0].cell, faults[0].column) == ("D2", "tenggat")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("17518", 17518),
        ("17.518", 17518),
        ("17 518", 17518),
        ("17,518", 17518),
        ("1.234.567", 1234567),
        ("17.518,00", 17518),
        ("5,0", 5),
        ("17.5", None),
        ("1.23.456", None),
        ("-5", None),
        ("3,50", None),
        ("1.234,567", None),
        ("lima", None),
        ("", None),
        ("１７", None),
    ],
)
def test_whole_numbers_are_read_with_their_thousands_apart(text, number):
    assert whole_number(text) == number


def test_a_list_of_needs_by_name_needs_neither_code_nor_level():
    rows, faults = parse_needs(table("No.|Nama Barang|Jumlah per TPS|Satuan\n1|Kotak Suara|5|buah"))
    assert ([(row.value.kind, row.value.level, row.value.per_place) for row in rows], faults) == (
        [("kotak_suara", "polling_station", 5)],
        [],
    )


@pytest.mark.parametrize(
    "text",
    [
        "Jenis|Jumlah per TPS\nSurat Suara|DPT + 2 %",
        "Jenis|Jumlah per TPS|Cadangan\nSurat Suara|pemilih|2 %",
        "Jenis|Dihitung per|Tingkat\nSurat Suara|Jumlah DPT + 2 %|TPS",
        "Jenis|Dihitung per|Jumlah per tempat\nSurat Suara|TPS|DPT+2%",
    ],
)
def test_voters_and_their_reserve_may_stand_in_place_of_a_number(text):
    [row], faults = parse_needs(table(text))
    need = row.value
    assert (need.per, need.per_place, need.level, need.reserve, faults) == ("voter", 1, "polling_station", 200, [])
    assert (need.kind, need.name_id, need.tracked_as) == ("surat_suara", "Surat Suara", "pack")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Jenis|Jumlah per TPS\nSurat Suara|DPT + 2", "B2"),
        ("Jenis|Jumlah per TPS\nSurat Suara|DPT + -2 %", "B2"),
        ("Jenis|Dihitung per|Tingkat\nSurat Suara|DPT + dua|TPS", "B2"),
        ("Jenis|Dihitung per|Jumlah per TPS\nSampul|Kotak Suara|DPT + 2 %", "B2"),
        ("Jenis|Dihitung per|Tingkat\nSampul|Kotak Suara + 2 %|TPS", "B2"),
    ],
)
def test_a_reserve_of_voters_that_cannot_be_is_told_in_its_cell(text, cell):
    rows, faults = parse_needs(table(text))
    assert (rows, faults[0].cell) == ([], cell)


def test_what_has_a_pack_is_tracked_by_packs_unless_the_table_says_otherwise():
    rows, _faults = parse_needs(
        table("Jenis|Jumlah per TPS|Isi per pak|Dicatat sebagai\nSegel|2|50|\nSampul|2||\nTinta|2|12|buah")
    )
    assert [row.value.tracked_as for row in rows] == ["pack", "item", "item"]


def test_a_column_that_the_table_lacks_is_told_by_the_heading_to_write():
    _rows, faults = parse_needs(table("Jenis|Dihitung per|Tingkat\nKotak|tempat|TPS"))
    assert [(fault.row, fault.column, fault.cell) for fault in faults] == [(2, "per place", "")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "besok",
        "31/02/2024 18:00 WITA",
        "12/13/2024 18:00 WITA",
        "12 Foo 2024 18.00 WITA",
        "12/02/24 18:00 WITA",
        "2024-02-30 18:00 WITA",
        "2024-02-12 24:00 WITA",
        "2024-02-12 18:00 +25:00",
        "0001-01-01 00:00 WITA",
        "2024-02-12 18:00 +08:75",
        "２０24-02-12 18:00 WITA",
    ],
)
def test_a_moment_that_no_calendar_has_is_refused(text):
    with pytest.raises(ValueError):
        parse_moment(text)
