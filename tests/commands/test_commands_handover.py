"""Handing over by commands: the contract of `handover --json`, what is recorded with a finding, what is refused."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.command_examples import Terminal

UNKNOWN = "7Q2M9X4T5B8C6"
"""A code whose check is right and that nobody registered."""


def found(result: Any) -> list[tuple[str, str | None]]:
    return [(finding["code"], finding.get("item")) for finding in result["findings"]]


def test_a_handover_ends_with_the_line_of_the_contract(station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01")
    given = station.give(codes, "51.08", "51.08.01")
    assert given.code == 0 and len(given.lines) == 1
    result = given.json
    assert list(result) == ["event", "events", "bast", "from", "to", "scanned", "expected", "derived", "findings"]
    assert [list(event) for event in result["events"]] == [["log", "seq", "leaf"]]
    assert result["event"] == f"{result['events'][0]['log']}:{result['events'][0]['seq']}"
    assert (result["from"], result["to"], result["scanned"], result["expected"]) == ("51.08", "51.08.01", 18, 18)
    assert result["bast"] == "0001/GUDANG-1/2024" and result["findings"] == []


def test_a_finding_about_an_item_names_it(station: Terminal) -> None:
    code = station.codes("--to", "51.08.02")[0]
    result = station.give([code], "51.08", "51.08.01").json
    assert ("WRONG_DESTINATION", code) in found(result)
    assert set(result["findings"][0]) >= {"code", "severity", "open", "provisional", "detail", "leaf"}


def test_a_large_handover_is_recorded_in_parts_of_one_paper(station: Terminal) -> None:
    rows = "".join(f"box,51.08.01.2001.001,{k},260\n" for k in range(1, 261))
    Path("items.csv").write_text("kind,to,k,n\n" + rows)
    Path("needs.csv").write_text(Path("needs.csv").read_text().replace("PPWP;DPR;DPD;DPRD-PROV;DPRD-KAB", ""))
    assert station("load", "items.csv").code == 0
    codes = station.codes("--to", "51.08.01.2001.001")
    result = station.give(codes, "51.08", "51.08.01").json
    assert len(result["events"]) == -(-len(codes) // 200) and result["scanned"] == len(codes)
    assert result["event"] == f"{result['events'][0]['log']}:{result['events'][0]['seq']}"
    assert station.give(codes[:1], "51.08.01", "51.08").json["bast"] == "0002/GUDANG-1/2024"


def test_codes_are_taken_as_people_and_scanners_send_them(station: Terminal) -> None:
    code = station.codes("--to", "51.08.01")[0]
    grouped = "-".join(code[i : i + 4] for i in range(0, 13, 4))
    lines = [grouped.lower(), code, f"{code}*01", "  ", "# a remark", "P:51.08.01", f" {code} "]
    assert station.give(lines, "51.08", "51.08.01").json["scanned"] == 1


def test_how_a_code_came_is_kept(station: Terminal) -> None:
    typed, sent = station.codes("--to", "51.08.01")[:2]
    station("labels", "--out", "labels.pdf")
    station.give([typed, f"{sent}*01"], "51.08", "51.08.01")
    hows = [station("custody", code, "--json").json["chain"][-1]["how"] for code in (typed, sent)]
    assert hows == ["typed", "wedge"]


def test_one_wrong_check_among_fifty_refuses_all_and_names_every_bad_line(station: Terminal) -> None:
    codes = station.codes()
    lines = [*codes, *codes[:20]]
    lines[30] = lines[30][:-1] + ("2" if lines[30][-1] != "2" else "3")
    lines[44] = "hello"
    before = station.event_count()
    Path("codes.txt").write_text("\n".join(lines))
    refused = station("handover", "--from", "51.08", "--to", "51.08.01", "--codes", "codes.txt", "--json")
    assert refused.code == 2 and refused.out == ""
    assert "codes.txt, row 31" in refused.err and "codes.txt, row 45" in refused.err
    assert station.event_count() == before


def test_an_unknown_code_is_recorded_with_its_finding(station: Terminal) -> None:
    given = station.give([UNKNOWN], "51.08", "51.08.01")
    assert given.code == 0 and ("UNKNOWN_CODE", UNKNOWN) in found(given.json)
    assert station("custody", UNKNOWN, "--json").json["held_by"] == "51.08.01"


def test_what_is_said_beside_the_codes_is_kept(station: Terminal) -> None:
    code = station.codes("--to", "51.08.01")[0]
    given = station.give(
        [code],
        "51.08",
        "51.08.01",
        "--giver",
        "Ketut",
        "--receiver",
        "Made",
        "--witness",
        "Wayan",
        "--counted",
        4,
        "--extra",
        "kotak=2:sobek",
        "--condition",
        f"{code}=wet",
        "--note",
        "hujan",
        "--vehicle",
        "DK 8123 AB, Nyoman",
        "--occurred",
        "2024-02-11 06:00 WITA",
    )
    assert given.code == 0, given.err
    codes = {finding["code"] for finding in given.json["findings"]}
    assert codes >= {"COUNT", "DAMAGED", "LATE_ENTRY", "SHORTAGE"}
    assert station.items("--held-by", "51.08.01")[0]["condition"] == "wet"
    shown = station("custody", code).out
    assert all(word in shown for word in ("Ketut", "Made"))


def test_a_vehicle_carries_what_is_bound_for_where_it_goes(station: Terminal) -> None:
    codes = station.codes("--to", "51.08.01")
    sent = station.give(codes, "51.08", "dk 8123 ab", "--bound", "51.08.01").json
    assert (sent["to"], sent["expected"], sent["findings"]) == ("DK8123AB", 18, [])
    assert station.give(codes, "DK8123AB", "51.08.01").json["expected"] == 18
    assert station.give(codes[:1], "51.08.01", "DK 1 A").json["expected"] is None


@pytest.mark.parametrize(
    "options",
    [
        ("--counted", "-1"),
        ("--counted", "many"),
        ("--occurred", "2024-02-11T09:00"),
        ("--occurred", "2024-02-12T09:00Z"),
        ("--occurred", "yesterday"),
        ("--condition", "hello=good"),
        ("--condition", "7Q2M9X4T5B8C6=good"),
        ("--condition", "7Q2M9X4T5B8C6=shiny"),
        ("--extra", "box"),
        ("--extra", "box=0"),
        ("--extra", "box=-2"),
        ("--bound", "51.99"),
        ("--note", "x" * 70_000),
        ("--giver", "x" * 300),
        ("--receiver", "Made\x1b[2J"),
        ("--to", "51.08"),
        ("--to", "51.99"),
        ("--from", "<script>"),
    ],
)
def test_a_wrong_option_records_nothing(station: Terminal, options: tuple[str, ...]) -> None:
    before = station.event_count()
    refused = station.give(station.codes()[:2], "51.08", "51.08.01", *options)
    assert refused.code == 2 and refused.out == "" and len(refused.err.splitlines()) == 2
    assert station.event_count() == before


def test_names_and_remarks_as_long_as_allowed_fit_an_event(station: Terminal) -> None:
    name, remark = "x" * 120, "y" * 2000
    many = [word for number in range(3) for word in ("--witness", f"{number}{name[1:]}")]
    options = ("--giver", name, "--receiver", name, "--vehicle", name, "--note", remark, *many)
    assert station.give(station.codes(), "51.08", "51.08.01", *options).code == 0


@pytest.mark.parametrize("content", [b"", b"\n\n# nothing\n", b"\xff\xfe\0", b"P:51.08.02\n"])
def test_a_list_without_items_for_the_receiver_records_nothing(station: Terminal, content: bytes) -> None:
    before = station.event_count()
    Path("codes.txt").write_bytes(content)
    assert station("handover", "--from", "51.08", "--to", "51.08.01", "--codes", "codes.txt").code == 2
    assert station("handover", "--from", "51.08", "--to", "51.08.01", "--codes", "none.txt").code == 2
    assert station.event_count() == before
