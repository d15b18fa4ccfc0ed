"""Trees from lists: official codes by name, look-alikes asked for, names that no table has named by themselves."""

from pathlib import Path

import pytest

from custody.plan.places import Place
from tables.areas import areas_under
from tables.office_table import QuestionError, Reading, Table
from tables.place_tree import Names, bare, official, parse_tree
from tables.read import read_table
from tests.support.command_examples import ROOT, Terminal

EXAMPLE = ROOT / "examples" / "buleleng" / "places.csv"


def tree(tmp_path: Path, text: str, reading: Reading | None = None, known: dict[str, Place] | None = None):
    (tmp_path / "list.csv").write_text(text)
    table: Table = read_table(tmp_path / "list.csv", reading=reading or Reading(place="51.08"))
    return parse_tree(table, Names("51.08", known or {}, dict(table.reading.names)))


def codes(rows) -> dict[str, str]:
    return {row.value.code: row.value.name for row in rows}


def test_the_table_of_areas_has_the_whole_nation() -> None:
    assert len(areas_under("51.08")) == 1 + 9 + 148
    assert areas_under("51.08")["51.08.01.2010"] == "Patas"
    assert areas_under("99.99") == {} and "51.08" not in areas_under("51.0")


def test_the_whole_of_buleleng_as_one_row_a_tps_becomes_the_tree_of_the_example(
    terminal: Terminal, tmp_path: Path
) -> None:
    """Every village is found by its name alone, and not a place differs from the example but in its due time."""
    lines = [line.split(",") for line in EXAMPLE.read_text().splitlines()[1:]]
    name = {code: words.split(" ", 1)[1] for code, words, *_ in lines}
    rows = [
        f"{name[code[:8]].upper()};{name[code[:13]]};{int(code[-3:])}\n"
        for code, _, level, *_ in lines
        if level == "polling_station"
    ]
    Path("tps.csv").write_text("Kecamatan;Desa/Kelurahan;TPS\n" + "".join(rows))
    assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0
    loaded = terminal("load", "tps.csv", "--json").json["files"][0]
    assert loaded["added"] == len(lines) == 2433
    changed = terminal("load", EXAMPLE, "--dry-run", "--json").json["files"][0]["changed"]
    assert {field for row in changed for field in row["fields"]} == {"due"}


def test_names_are_found_whatever_stands_before_them_and_however_they_are_written(tmp_path: Path) -> None:
    rows, faults = tree(tmp_path, "Kecamatan,Desa\nKEC. GEROKGAK,Desa Tinga Tinga\nPPK Seririt,Kelurahan SERIRIT\n")
    assert faults == [] and codes(rows) == {
        "51.08": "Gudang KPU Kabupaten Buleleng",
        "51.08.01": "PPK Gerokgak",
        "51.08.01.2012": "PPS Tinga-tinga",
        "51.08.02": "PPK Seririt",
        "51.08.02.1015": "PPS Seririt",
    }


def test_a_look_alike_is_offered_and_never_taken(tmp_path: Path) -> None:
    text = "Kecamatan,Desa\nGerokgak,Pejarakkan\n"
    with pytest.raises(QuestionError, match="looks like: Pejarakan") as caught:
        tree(tmp_path, text)
    assert [choice.value for choice in caught.value.choices] == [
        "Gerokgak/Pejarakkan=51.08.01.2002",
        "Gerokgak/Pejarakkan=new",
    ]
    answered = caught.value.answered(Reading(place="51.08"), caught.value.choices[0])
    assert set(answered.names) == {"Gerokgak/Pejarakkan"}


def test_a_name_that_no_table_has_gets_the_same_code_each_time_once_it_was_shown(tmp_path: Path) -> None:
    text = "Kecamatan,Desa,Jumlah TPS\nGerokgak,Desa Wonosari Timur,1\n"
    with pytest.raises(QuestionError, match=r"Wonosari Timur \(51.08.01.WONOSARITIMUR\)"):
        tree(tmp_path, text)
    rows, _ = tree(tmp_path, text, Reading(place="51.08", may_name=True))
    assert codes(rows)["51.08.01.WONOSARITIMUR.001"] == "TPS 001 Wonosari Timur"
    known = {row.value.code: row.value for row in rows}
    again, _ = tree(tmp_path, text.upper(), known=known)
    assert codes(again) == {code: name for code, name in codes(rows).items() if code != "51.08"}, "asked once only"


def test_a_code_that_the_table_brings_is_taken_whatever_the_name(tmp_path: Path) -> None:
    rows, _ = tree(tmp_path, "Kecamatan,Kode Desa,Desa\nGerokgak,51.08.01.2099,Patas Baru\n")
    assert codes(rows)["51.08.01.2099"] == "PPS Patas Baru"
    assert official("5108012010") == "51.08.01.2010" and official("510801") == "51.08.01" and official("X1") == "X1"


def test_the_due_time_of_a_list_is_of_its_rows_and_that_of_a_level_of_all_others(
    terminal: Terminal, tmp_path: Path
) -> None:
    assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0
    Path("a.csv").write_text("Kecamatan,Desa,Jumlah TPS,Batas Waktu\nGerokgak,Patas,1,13/02/2024 12.00\n")
    assert terminal("load", "a.csv", "--due", "PPK=12/02/2024 18.00", "--due", "tps=13/02/2024 23.59 WITA").code == 0
    Path("b.csv").write_text(
        "kode,nama,tingkat,induk,tenggat\n51.08.01,PPK Gerokgak,PPK,51.08,\n"
        "51.08.01.2010,PPS Patas,PPS,51.08.01,\n51.08.01.2010.001,TPS 001 Patas,TPS,51.08.01.2010,"
        "\n"
    )
    changed = terminal("load", "b.csv", "--dry-run", "--json").json["files"][0]["changed"]
    assert {row["key"]: row["fields"]["due"]["old"] for row in changed} == {
        "51.08.01": "2024-02-12T10:00:00Z",
        "51.08.01.2010": "2024-02-13T04:00:00Z",
        "51.08.01.2010.001": "2024-02-13T15:59:00Z",
    }
    Path("c.csv").write_text("Kecamatan,Desa,Jumlah TPS\nGerokgak,Patas,2\n")
    again = terminal("load", "c.csv", "--json").json["files"][0]
    assert (again["added"], again["changed"]) == (1, []), "a list without due times takes none away"
    for wrong in ("PPS=besok", "bulan=13/02/2024 12.00", "PPS"):
        assert terminal("load", "c.csv", "--due", wrong).code == 2


@pytest.mark.parametrize(
    ("text", "cell", "words"),
    [
        ("Kecamatan,Desa,TPS\nGerokgak,Patas,satu\n", "C2", "no number of a TPS"),
        ("Kecamatan,Desa,TPS\nGerokgak,Patas,0\nGerokgak,Patas,1\n", "C2", "no number of a TPS"),
        ("Kecamatan,Desa,Jumlah TPS\nGerokgak,Patas,-1\n", "C2", "is not a whole number"),
        ("Kecamatan,Desa,Jumlah TPS\nGerokgak,Patas,1000\n", "C2", "more than 999"),
        ("Kecamatan,Desa,Kode Desa\nGerokgak,Patas,51 08\n", "C2", "is not the code of a place"),
        ("Kecamatan,Desa\n,Patas\n", "A2", "is empty"),
    ],
)
def test_what_cannot_be_is_told_with_its_cell(tmp_path: Path, text: str, cell: str, words: str) -> None:
    _, faults = tree(tmp_path, text)
    assert [fault.cell for fault in faults] == [cell] and words in str(faults[0])


def test_of_two_villages_of_one_name_the_word_before_it_tells_which(tmp_path: Path) -> None:
    known = {
        "51.08.01.2077": Place("51.08.01.2077", "PPS Kembar", "village", "51.08.01"),
        "51.08.01.1077": Place("51.08.01.1077", "PPS Kembar", "village", "51.08.01"),
    }
    for word, code in (("Kelurahan Kembar", "51.08.01.1077"), ("Desa Kembar", "51.08.01.2077")):
        assert code in codes(tree(tmp_path, f"Kecamatan,Desa\nGerokgak,{word}\n", known=known)[0])
    with pytest.raises(QuestionError):
        tree(tmp_path, "Kecamatan,Desa\nGerokgak,Kembar\n", known=known)
    other = {"51.08.01.2001": Place("51.08.01.2001", "PPS Patas", "village", "51.08.01")}
    assert "51.08.01.2001" in codes(tree(tmp_path, "Kecamatan,Desa\nGerokgak,Patas\n", known=other)[0]), (
        "the plan first"
    )
    assert bare("Desa") == "Desa" and bare("Kecamatan Desa") == "Desa"
