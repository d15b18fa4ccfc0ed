"""What judges a whole ledger, by commands: report discrepancies, report scorecard, report evaluation."""

from pathlib import Path

import pytest

from custody.measures.scoring import AXES
from tests.support.command_examples import Once, Terminal
from tests.support.pdf_text import text_of


@pytest.fixture
def troubled(station: Terminal, once: Once) -> Terminal:
    """One sub-district's supplies went to the other; one box was found wet on arrival, and one of Patas never left."""

    @once
    def went() -> None:
        codes = station.codes("--to", "51.08.01")
        station.give(codes[1:], "51.08", "51.08.01", "--condition", f"{codes[2]}=wet", "--counted", "18")
        station.give(station.codes("--to", "51.08.02")[:4], "51.08", "51.08.01")

    return station


AS_OF = ("--as-of", "2024-02-12 18:01 WITA")


def cards(station: Terminal) -> dict:
    return {card["bearer"]: card for card in station("report", "scorecard", "--json", *AS_OF).json["cards"]}


def test_what_the_warehouse_did_is_no_fault_of_who_received_it(troubled: Terminal) -> None:
    found = cards(troubled)
    assert found["51.08.01"]["clean"] and found["51.08.01"]["held"] == 21
    axes = found["51.08"]["axes"]
    assert axes["quality"]["faulty"] == 1 and axes["target"]["faulty"] == 4
    # one of Patas and five of Unggahan never left, four went astray, and one more was counted than scanned
    assert axes["quantity"]["faulty"] == 1 + 5 + 4 + 1
    assert {fault["finding"] for fault in axes["quantity"]["faults"]} == {"LATE", "COUNT"}
    assert not found["51.08.02"]["held"]


def test_every_fault_that_has_a_record_names_one_that_custody_shows(troubled: Terminal) -> None:
    faults = [fault for card in cards(troubled).values() for axis in AXES for fault in card["axes"][axis]["faults"]]
    assert len(faults) > 10
    for fault in faults:
        if fault["record"] and fault["item"]:
            chain = troubled("custody", fault["item"], "--json").json["chain"]
            assert fault["record"] in {f"{link['log']}:{link['seq']}" for link in chain}


def test_discrepancies_are_those_that_the_chains_tell(troubled: Terminal) -> None:
    rows = troubled("report", "discrepancies", "--json", *AS_OF).json["rows"]
    told = {(row["finding"], row["item"].replace("-", "")) for row in rows if row["item"]}
    expected = {
        (finding["code"], finding["item"])
        for code in troubled.codes()
        for finding in troubled("custody", code, "--json", now="2024-02-12T10:01:00Z").json["findings"]
    }
    assert told == expected
    assert [row["finding"] for row in rows if not row["item"]] == ["COUNT"]


def test_each_kind_of_file_is_written_in_both_languages(troubled: Terminal, tmp_path: Path) -> None:
    for kind in ("scorecard", "discrepancies"):
        for suffix, begins in ((".pdf", b"%PDF-"), (".xlsx", b"PK"), (".csv", b"\xef\xbb\xbf"), (".json", b"{")):
            out = tmp_path / f"{kind}{suffix}"
            assert troubled("report", kind, *AS_OF, "--out", out).code == 0
            assert out.read_bytes().startswith(begins)
    words = text_of(tmp_path / "scorecard.pdf")
    assert "PPK Gerokgak" in words and "nothing went wrong" in words and "95.2" not in words
    assert "Tepat sasaran" in troubled("report", "scorecard", lang="id").out
    assert "Salah tujuan" in troubled("report", "discrepancies", lang="id").out


def test_an_empty_ledger_has_a_scorecard_too(terminal: Terminal) -> None:
    assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0
    assert terminal("report", "scorecard", "--json").json["cards"] == []
    assert terminal("report", "discrepancies", "--out", "d.pdf").code == 0
    assert "Nothing irregular" in terminal("report", "discrepancies").out


def test_a_selection_is_refused(troubled: Terminal) -> None:
    assert troubled("report", "scorecard", "--to", "51.08.01").code == 2
    assert troubled("report", "scorecard", "--as-of", "tomorrow").code == 2


def test_hostile_names_stay_texts(terminal: Terminal, tmp_path: Path) -> None:
    evil = "=cmd|' /C calc'!A0"
    (tmp_path / "places.csv").write_text(f"code,name,level,parent,due\nW,Gudang,warehouse,,\nD,{evil},district,W,\n")
    assert terminal("init", "--place", "W", "--station", "G").code == 0
    assert terminal("load", tmp_path / "places.csv").code == 0
    assert terminal("report", "scorecard", "--out", "s.csv").code == 0
    assert b",'=cmd" in Path("s.csv").read_bytes()
    assert terminal("report", "scorecard", "--out", "s.pdf").code == 0
    assert evil in text_of(Path("s.pdf"))


def test_the_evaluation_counts_what_each_report_of_its_own_counts(troubled: Terminal) -> None:
    assert troubled("incident", "Ban pecah", "--place", "51.08.01", "--stage", "pengiriman").code == 0
    told = troubled("report", "evaluation", "--json", *AS_OF).json
    chapters = told["chapters"]
    for name in ("discrepancies", "scorecard", "late", "points"):
        assert chapters[name] == troubled("report", name, "--json", *AS_OF).json, name
    for name in ("deliveries", "seals"):
        assert chapters[name] == troubled("report", name, "--json").json, name
    assert chapters["progress"] == troubled("report", "progress", "--json").lines
    assert [row["text"] for row in chapters["incidents"]["rows"]] == ["Ban pecah"]
    assert [figure["words"] for figure in told["figures"]] == ["27", "62.9 %", "0 %", "2", "5", "1 / 2"]


def test_the_evaluation_is_written_for_people_and_for_spreadsheets(troubled: Terminal, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    for name in ("e.pdf", "e.xlsx", "e.csv", "e.json"):
        assert troubled("report", "evaluation", *AS_OF, "--out", tmp_path / name, lang="id").code == 0
    words = text_of(tmp_path / "e.pdf")
    for word in ("Evaluasi distribusi logistik", "10. Penilaian 6 tepat", "Mengetahui", "Tepat sasaran", "62,9%"):
        assert word in words
    names = CalamineWorkbook.from_path(tmp_path / "e.xlsx").sheet_names
    assert names[0] == "Ringkasan" and len(names) >= 12
    assert "Apresiasi" in troubled("report", "evaluation", *AS_OF, lang="id").out


def test_the_evaluation_has_the_way_back_once_something_is_on_it(station: Terminal) -> None:
    tps = "51.08.01.2001.001"
    codes = station.codes("--to", tps)[:2]
    station.give(codes, "51.08", tps)
    assert "returns" not in station("report", "evaluation", "--json").json["chapters"]
    station.give(codes[:1], tps, "51.08.01.2001")
    told = station("report", "evaluation", "--json").json["chapters"]["returns"]
    assert sorted(item["state"] for item in told["not_back"]) == ["on_the_way", "there"]
    for giver, to in (("51.08.01.2001", "51.08.01"), ("51.08.01", "51.08")):
        station.give(codes[:1], giver, to)
    rows = station("report", "evaluation", "--json").json["chapters"]["progress"]
    assert [(row["place"], row["arrived"]) for row in rows if row["arrived"]] == [
        ("51.08", 2),
        ("51.08.01", 2),
        ("51.08.01.2001", 2),
    ]


def test_an_empty_ledger_is_evaluated_too(terminal: Terminal) -> None:
    assert terminal("init", "--place", "51.08", "--station", "Gudang-1").code == 0
    assert terminal("report", "evaluation", "--out", "e.pdf").code == 0
    assert "Nothing is open" in terminal("report", "evaluation").out
