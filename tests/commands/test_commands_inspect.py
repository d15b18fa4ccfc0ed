"""The command `inspect` and the report of conditions."""

import json
from pathlib import Path

from tests.support.command_examples import Terminal, station_at
from tests.support.photo_examples import jpeg


def test_a_damaged_thing_becomes_good_again_and_the_report_has_both_looks(station: Terminal, tmp_path: Path) -> None:
    code, other, unseen, *_rest = station.codes("--kind", "box")
    (tmp_path / "wet.jpg").write_bytes(jpeg(400, 300))
    first = station("inspect", code, other, "--condition", "wet", "--photo", tmp_path / "wet.jpg", "--json").json
    assert [finding["code"] for finding in first["findings"]] == ["DAMAGED", "DAMAGED"]
    assert station("inspect", code, "--condition", "good", "--note", "kering lagi", "--json").json["findings"] == []
    told = station("report", "condition", "--json").json
    [row] = [row for row in told["rows"] if row["kind"] == "box"]
    assert (row["total"], row["good"], row["wet"], row["not_looked_at"]) == (15, 1, 1, 13)
    assert [station("custody", code, "--json").json["condition"] for code in (code, other, unseen)] == [
        "good",
        "wet",
        None,
    ]
    looks = {look["code"]: look for look in told["looks"]}
    assert looks[code]["before"] == "wet" and looks[code]["note"] == "kering lagi"
    assert looks[other]["photo"] == first["photo"] and looks[other]["record"] == f"{first['event'][:-1]}6"


def test_the_report_is_written_as_each_kind_of_file(station: Terminal, tmp_path: Path) -> None:
    station("inspect", station.codes()[0], "--condition", "heavy")
    for suffix in ("pdf", "xlsx", "csv", "json"):
        ran = station("report", "condition", "--out", tmp_path / f"c.{suffix}")
        assert ran.code == 0 and (tmp_path / f"c.{suffix}").stat().st_size > 100
    assert station("report", "condition", "--to", "51.08.02").out.count("Ballot box") == 1


def test_a_reserve_takes_the_place_of_a_damaged_box(station: Terminal, tmp_path: Path) -> None:
    damaged = station.items("--kind", "box", "--to", "51.08.01.2001.001")[1]
    (tmp_path / "reserve.csv").write_text("kind,to,k,n\nbox,51.08,1,1\n")
    assert station("load", tmp_path / "reserve.csv").code == 0
    [reserve] = [item for item in station.items("--kind", "box") if item["to"] == "51.08"]
    ran = station("inspect", damaged["code"], "--condition", "heavy", "--replaced-by", reserve["code"], "--json").json
    assert [event["type"] for event in ran["events"]] == ["inspect", "reassign", "reassign"]
    assert [(f["code"], f["open"]) for f in ran["findings"]] == [("DAMAGED", False)]
    now = {item["code"]: item["to"] for item in station.items("--kind", "box")}
    assert now[reserve["code"]] == damaged["to"] and now[damaged["code"]] == "51.08"


def test_a_reserve_of_another_kind_or_for_two_is_refused_and_nothing_is_recorded(station: Terminal) -> None:
    box, second, *_rest = station.codes("--kind", "box")
    booth = station.codes("--kind", "booth")[0]
    before = station.event_count()
    for args in ((box, "--replaced-by", booth), (box, second, "--replaced-by", booth), (box, "--replaced-by", box)):
        ran = station("inspect", *args, "--condition", "heavy")
        assert ran.code == 2 and ran.err.startswith("Error: ") and "Traceback" not in ran.err
    assert station.event_count() == before


def test_bad_input_is_refused_with_one_line(station: Terminal, tmp_path: Path) -> None:
    code = station.codes()[0]
    (tmp_path / "text.jpg").write_text("no picture")
    for args, word in (
        ((code, "--condition", "broken"), "broken"),
        ((code, "--condition", "wet", "--photo", tmp_path / "none.jpg"), "none.jpg"),
        ((code, "--condition", "wet", "--photo", tmp_path / "text.jpg"), "no picture"),
        ((code, "--condition", "wet", "--photo", tmp_path / "x", "--camera", "0"), "go together"),
        (("7Q2M-9X4T-5B8C-7", "--condition", "wet"), "check character"),
        (("--condition", "wet"), "Missing argument"),
    ):
        ran = station("inspect", *args)
        assert ran.code == 2 and word in ran.err, (args, ran.err)


def test_an_unknown_code_is_recorded_and_told(station: Terminal) -> None:
    ran = station("inspect", "7Q2M-9X4T-5B8C-6", "--condition", "light", "--json")
    assert ran.code == 0 and {finding["code"] for finding in ran.json["findings"]} == {"UNKNOWN_CODE", "DAMAGED"}


def test_photographs_go_out_as_files_and_into_another_station(station: Terminal, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(jpeg(400, 300))
    station("inspect", station.codes()[0], "--condition", "heavy", "--photo", tmp_path / "p.png")
    out = station("export", "--out", tmp_path / "all.serah", "--photos", tmp_path / "foto", "--json").json
    assert out["photos"] == 1
    (tmp_path / "foto" / "other.jpg").write_bytes(jpeg(seed=3))
    root = json.loads((station.home / "station-card.json").read_text())["root"]
    ppk = station_at(station, tmp_path / "ppk", "--place", "51.08.01", "--station", "PPK-1", "--root", root)
    assert "photos" not in ppk("import", tmp_path / "all.serah", "--json").json
    note = [f for f in ppk("verify", "--json").json["findings"] if f["code"] == "PHOTO"]
    assert len(note) == 1 and "not kept here" in note[0]["detail"]
    assert ppk("import", tmp_path / "foto", "--json").json == {
        "new": 0,
        "known": 0,
        "quarantined": 0,
        "waiting": 0,
        "photos": 1,
        "findings": [],
    }
    assert not [f for f in ppk("verify", "--json").json["findings"] if f["code"] == "PHOTO"]
