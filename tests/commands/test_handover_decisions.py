"""What is decided at a handover, item by item; load lists; several laptops at one truck; sessions gone wrong."""

from pathlib import Path

import pytest

from tests.support.command_examples import Terminal, station_at
from tests.support.photo_examples import jpeg

TRUCK = "DK8123AB"


def of(station: Terminal, place: str = "51.08.01") -> list[str]:
    return station.codes("--to", place)


def scan(station: Terminal, lines: list[str], *more: object, to: str = "51.08.01", yes: bool = True):
    args = ("scan", "--from", "51.08", "--to", to, "--source", "-", "--json", *(("--yes",) if yes else ()), *more)
    return station(*args, typed="".join(f"{line}\n" for line in lines))


def told(ran) -> list[str]:
    return [finding["code"] for finding in ran.json["findings"]]


def test_an_item_is_refused_taken_after_all_and_remarked_in_the_session(station: Terminal) -> None:
    first, second, third, *_rest = of(station)
    ran = scan(
        station,
        [
            first,
            "tolak sobek parah",
            second,
            f"refuse {second} no seal",
            f"terima {second}",
            third,
            f"catatan {second} label miring",
            f"condition {second}=basah",
            "segel rusak:A1",
            "kondisi bagus",
            "refuse 7Q2M-9X4T-5B8C-6",
        ],
        "--counted",
        "3",
    )
    kinds = [line["outcome"] for line in ran.lines if "outcome" in line]
    assert kinds == ["taken", "said", "taken", "said", "said", "taken", "said", "said", "said", "refused", "refused"]
    assert ran.json["refused"] == [first] and ran.json["scanned"] == 2
    assert sorted(set(told(ran)) - {"SHORTAGE"}) == ["DAMAGED", "SEAL_BROKEN", "SEAL_MISMATCH"]
    assert first not in [f.get("item") for f in ran.json["findings"]], "what was refused is no shortage"
    held = {item["code"]: item["held_by"] for item in station.items("--to", "51.08.01")}
    assert (held[first], held[second], held[third]) == ("51.08", "51.08.01", "51.08.01")
    chain = station("custody", first, "--out", station.home / "x.json", "--json").json["chain"]
    assert chain[-1]["type"] == "handover"
    assert "sobek parah" in station("custody", first).out and "label miring" in station("custody", second).out


def test_what_was_said_outlives_the_program_and_leaves_with_its_item(station: Terminal) -> None:
    first, second, *_rest = of(station)
    scan(station, [first, "tolak", second, "kondisi basah", f"-{second}", second], yes=False)
    ran = scan(station, [])
    assert ran.json["refused"] == [first] and "DAMAGED" not in told(ran)


def test_decisions_are_options_of_handover_too(station: Terminal, tmp_path: Path) -> None:
    first, second, third, *_rest = of(station)
    (tmp_path / "p.jpg").write_bytes(jpeg(200, 200))
    ran = station.give(
        [first, second],
        "51.08",
        "51.08.01",
        "--refuse",
        f"{first}=penyok",
        "--remark",
        f"{second}=miring",
        "--match",
        third,
        "--condition",
        f"{second}=light",
        "--photo",
        f"{second}={tmp_path / 'p.jpg'}",
    )
    assert (ran.json["scanned"], ran.json["refused"], ran.json["matched"]) == (2, [first], [third])
    shown = station("custody", second).out
    assert "photograph" in shown and "miring" in shown
    assert "people told which item it is" in station("custody", third).out


def test_all_that_is_refused_is_a_record_too(station: Terminal) -> None:
    first, *_rest = of(station)
    ran = station.give([first], "51.08", "51.08.01", "--refuse", first)
    assert ran.code == 0 and ran.json["scanned"] == 0 and ran.json["refused"] == [first]


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("--refuse", "nothing"), "not a code"),
        (("--remark", "{0}"), "CODE=TEXT"),
        (("--remark", "{1}=x"), "was not scanned"),
        (("--condition", "{0}=bad"), "no condition"),
        (("--load", "none.txt"), "none.txt"),
        (("--number", "x" * 61), "60"),
    ],
)
def test_a_decision_that_is_not_understood_is_one_line(station: Terminal, args: tuple[str, ...], word: str) -> None:
    first, second, *_rest = of(station)
    before = station.event_count()
    ran = station.give([first], "51.08", "51.08.01", *(arg.format(first, second) for arg in args))
    assert ran.code == 2 and word in ran.err and len(ran.err.splitlines()) <= 2
    assert station.event_count() == before


def test_a_thing_without_a_label_is_matched_to_what_is_missing_and_its_new_label_is_named(station: Terminal) -> None:
    first, second, *_rest = of(station)
    [other, *_more] = of(station, "51.08.02")
    assert station("labels", "--codes", _listed(station, [second]), "--out", station.home / "l.pdf").code == 0
    line = "scan --from 51.08 --to 51.08.01 --source - --yes --giver Made --receiver Ketut"
    ran = station(*line.split(), typed=f"{first}\nmatch {other}\ncocok {second}\n")
    assert (
        "is not expected here" in ran.err and f"reprint {second[:4]}" in ran.out and "--by Made --by Ketut" in ran.out
    )
    command = next(line for line in ran.out.splitlines() if "main.py reprint" in line).split("main.py ")[1]
    import shlex

    assert station(*shlex.split(command)).code == 0, "the command that is shown prints the label"


def test_a_load_list_is_what_a_truck_is_to_take(station: Terminal, tmp_path: Path) -> None:
    first, second, third, *_rest = of(station)
    (tmp_path / "load.txt").write_text(f"# truk 1\n{first}\n{second}\n")
    (tmp_path / "load.csv").write_text(f"Kode,Jenis\n{first},box\n{second},box\n")
    for name in ("load.txt", "load.csv"):
        ran = scan(station, [first, third], "--load", tmp_path / name, "--new", to=TRUCK, yes=False)
        tallies = [(line["taken"], line["expected"]) for line in ran.lines]
        assert tallies == [(1, 2), (2, 2)]
    recorded = station.give([first, third], "51.08", TRUCK, "--load", tmp_path / "load.csv").json
    assert recorded["expected"] == 2
    assert {(f["code"], f["item"]) for f in recorded["findings"]} == {("EXCESS", third), ("SHORTAGE", second)}


def test_a_load_list_with_a_fault_is_refused_with_its_line(station: Terminal, tmp_path: Path) -> None:
    (tmp_path / "load.csv").write_text("kode\n7Q2M9X4T5B8C7\n")
    (tmp_path / "names.csv").write_text("nama\nkotak\n")
    (tmp_path / "empty.txt").write_text("\n")
    for name, word in (("load.csv", "check character"), ("names.csv", "no column"), ("empty.txt", "names no item")):
        ran = scan(station, [], "--load", tmp_path / name, to=TRUCK)
        assert ran.code == 2 and word in ran.err


def test_laptops_at_one_truck_share_a_number_and_expect_together(station: Terminal, tmp_path: Path) -> None:
    """The second laptop has met the first one, and asks nobody to scan again what that one did."""
    codes = of(station)
    first, rest = codes[:10], codes[10:]
    second = station_at(
        station, tmp_path / "two", "--place", "51.08", "--station", "Gudang-2", "--root", _root(station)
    )
    station("admit", tmp_path / "two" / "station-card.json")
    ran = station.give(first, "51.08", TRUCK, "--bound", "51.08.01", "--number", "0007/TRUK-1/2024").json
    assert ran["bast"] == "0007/TRUK-1/2024" and ran["expected"] == 18
    assert {f["provisional"] for f in ran["findings"] if f["code"] == "SHORTAGE"} == {True}
    station("export", "--out", tmp_path / "one.serah")
    assert second("import", tmp_path / "one.serah").code == 0
    alone = second(
        "scan", "--from", "51.08", "--to", TRUCK, "--bound", "51.08.01", "--source", "-", "--json", typed=f"{rest[0]}\n"
    ).lines
    assert alone[-1]["expected"] == 18, "without the number, what the other laptop recorded is to be confirmed"
    second("drafts", "--drop", _only_draft(second), "--yes")
    shared = second.give(rest, "51.08", TRUCK, "--bound", "51.08.01", "--number", "0007/TRUK-1/2024").json
    assert (shared["expected"], shared["scanned"], shared["elsewhere"]) == (18, 8, 10), "one truck, one expectation"
    assert "SHORTAGE" not in [f["code"] for f in shared["findings"]]
    again = second.give(rest[:1], "51.08", TRUCK, "--number", "0007/TRUK-1/2024")
    assert again.code == 2 and "already" in again.err


def _listed(station: Terminal, codes: list[str]) -> Path:
    path = station.home / "codes.txt"
    path.write_text("\n".join(codes))
    return path


def _root(station: Terminal) -> str:
    return station("verify", "--json").json["logs"][0]["key"]


def _only_draft(station: Terminal) -> str:
    [draft] = station("drafts", "--json").lines
    return draft["id"]


def test_an_item_scanned_by_both_sides_alarms_nobody(station: Terminal, tmp_path: Path) -> None:
    codes = of(station)[:3]
    ppk = station_at(station, tmp_path / "ppk", "--place", "51.08.01", "--station", "PPK-1", "--root", _root(station))
    station("admit", tmp_path / "ppk" / "station-card.json")
    station.give(codes, "51.08", "51.08.01")
    station("export", "--out", tmp_path / "one.serah")
    ppk("import", tmp_path / "one.serah")
    receipt = ppk.give(codes, "51.08", "51.08.01").json
    assert [f for f in receipt["findings"] if f["severity"] == "critical"] == []
    again = ppk.give(codes[:1], "51.08", "51.08.01").json
    assert "NOT_HELD" in [f["code"] for f in again["findings"]]
    assert "already" in next(f["detail"] for f in again["findings"] if f["code"] == "NOT_HELD")


def test_two_sessions_on_one_station_tell_of_each_other(station: Terminal) -> None:
    first, second, *_rest = of(station)
    scan(station, [first], yes=False)
    ran = station("scan", "--from", "51.08", "--to", "51.08.02", "--source", "-", typed=f"{first}\n{second}\n")
    assert ran.err.count("also in the unfinished session") == 1 and "PPK Gerokgak" in ran.err


def test_a_wrong_receiver_noticed_late_keeps_the_scans_and_judges_them_anew(station: Terminal) -> None:
    codes = of(station)[:9] + of(station, "51.08.02")[:1]
    ran = station(
        "scan",
        "--from",
        "51.08",
        "--to",
        "51.08.02",
        "--source",
        "-",
        "--yes",
        typed="".join(f"{code}\n" for code in codes) + "ke 51.08\nke 51.08.01\n",
    )
    assert "cannot hand over to itself" in ran.err
    assert "Labels kept: 10; not right for this: 1" in ran.err
    held = {item["code"]: item["held_by"] for item in station.items()}
    assert {held[code] for code in codes} == {"51.08.01"}
    assert ran.out.count("WRONG_DESTINATION") == 1


def test_a_session_left_open_over_night_says_so(station: Terminal) -> None:
    first, second, *_rest = of(station)
    args = ("scan", "--from", "51.08", "--to", "51.08.01", "--source", "-")
    station(*args, typed=f"{first}\n", now="2024-02-11T14:00:00Z")
    ran = station(*args, typed=f"{second}\n", now="2024-02-12T01:30:00Z")
    assert "left open for 11 hours" in ran.err and "labels taken already: 1" in ran.err
    soon = station(*args, typed="", now="2024-02-11T15:00:00Z")
    assert "left open" not in soon.err


def test_a_handover_to_itself_is_refused(station: Terminal) -> None:
    before = station.event_count()
    assert station.give(of(station)[:1], "51.08", "51.08").code == 2
    assert station.event_count() == before


def test_where_a_truck_goes_is_said_in_the_session(station: Terminal) -> None:
    codes = of(station)
    ran = scan(station, [codes[0], "muatan 51.08.01", "bound nowhere"], to=TRUCK, yes=False)
    assert [(line["outcome"], line["expected"]) for line in ran.lines] == [
        ("taken", None),
        ("said", 18),
        ("refused", 18),
    ]
