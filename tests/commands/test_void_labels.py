"""The command void, and reprints of what it recorded: who may, how many names it takes, what a scan says afterwards."""

from pathlib import Path

import pytest

from tests.support.command_examples import Terminal

TPS1 = "51.08.01.2001.001"
SMALL = ("--sheet", "roll-50x30")
"""A page that is drawn and read in no time."""


def printed(station: Terminal, *options: object) -> list[str]:
    assert station("labels", "--out", "labels.pdf", *options).code == 0
    return station.codes()


def blank(station: Terminal) -> str:
    station("labels", "--blank", 1, *SMALL, "--out", "blank.pdf")
    return str(station("decode", "blank.pdf", "--json").json["reads"][0]["text"][:13])


def findings(station: Terminal, label: str, giver: str = "51.08", to: str = "51.08.01") -> list[str]:
    found = station.give([label], giver, to).json["findings"]
    return [finding["code"] for finding in found if finding["code"] != "SHORTAGE"]


def test_a_void_label_that_turns_up_at_a_scan_is_a_finding(station: Terminal) -> None:
    codes = printed(station, "--to", TPS1)
    done = station(
        "void",
        codes[0],
        f"{codes[1]}*01",
        "--reason",
        "spoiled",
        "--note",
        "jammed",
        "--by",
        "Ketut",
        "--by",
        "Made",
        "--json",
    )
    assert done.json == {"reason": "spoiled", "labels": [{"code": code, "print": 1} for code in codes[:2]]}
    assert findings(station, f"{codes[0]}*01") == ["VOID_LABEL"]
    chain = station("custody", codes[0], "--json").json
    assert [f["code"] for f in chain["findings"]] == ["VOID_LABEL"]
    assert [(link["type"], link["by"]) for link in chain["chain"]][2] == ("void", "Ketut")
    assert findings(station, f"{codes[2]}*01") == []


def test_a_spoiled_label_of_what_never_left_is_printed_again_by_one_person(station: Terminal) -> None:
    codes = printed(station, "--to", TPS1)
    Path("jam.txt").write_text("\n".join(codes[:3]))
    assert station("void", "--codes", "jam.txt", "--reason", "spoiled", "--by", "Ketut").code == 0
    again = station("reprint", "--spoiled", *SMALL, "--out", "again.pdf", "--by", "Ketut", "--json")
    assert (again.json["labels"], again.json["print"]) == (3, 2)
    texts = {read["text"] for page in station("decode", "again.pdf", "--json").lines for read in page["reads"]}
    assert texts == {f"{code}*02" for code in codes[:3]}
    assert findings(station, f"{codes[0]}*02") == []
    assert station("reprint", "--spoiled", "--out", "more.pdf").code == 2
    total = station("report", "prints", "--json").json["total"]
    assert (total["printed"], total["in_use"], total["spoiled"], total["reprints"]) == (12, 9, 3, 3)


def test_a_lost_label_and_one_of_what_has_left_take_two_names_and_a_reason(station: Terminal) -> None:
    codes = printed(station, "--to", TPS1)
    station("void", codes[0], "--reason", "lost")
    station.give([codes[1]], "51.08", "51.08.01")
    station("void", codes[1], "--reason", "spoiled")
    before = station.event_count()
    for code in codes[:3]:
        for given in ((), ("--by", "Ketut", "--reason", "torn"), ("--by", "Ketut", "--by", "Made")):
            assert station("reprint", code, *given, "--out", "again.pdf").code == 2
    assert station("reprint", "--spoiled", "--out", "again.pdf").code == 2
    assert station.event_count() == before and not Path("again.pdf").exists()
    two = ("--by", "Ketut", "--by", "Made", "--reason", "torn")
    assert station("reprint", *codes[:3], *two, "--out", "again.pdf", "--json").json["labels"] == 3


@pytest.mark.parametrize(
    "given",
    [
        ("7Q2M9X4T5B8C6", "--reason", "lost"),
        ("{printed}*02", "--reason", "lost"),
        ("{void}", "--reason", "lost"),
        ("{printed}", "{void}", "--reason", "lost"),
        ("{printed}", "--reason", "eaten"),
        ("{printed}",),
        ("{printed}", "--reason", "lost", "--by", "A", "--by", "B", "--by", "C"),
        ("--reason", "lost"),
        ("{printed}", "7Q2M9X4T5B8C5", "--reason", "lost"),
    ],
)
def test_what_cannot_be_void_is_refused_whole(station: Terminal, given: tuple[str, ...]) -> None:
    codes = printed(station, "--to", TPS1)
    station("void", codes[1], "--reason", "unused")
    before = station.event_count()
    refused = station("void", *(word.format(printed=codes[0], void=codes[1]) for word in given))
    assert refused.code == 2 and station.event_count() == before


def test_a_void_blank_is_not_claimed_and_is_counted(station: Terminal) -> None:
    code = blank(station)
    assert station("void", code, "--reason", "unused").code == 0
    assert station("claim", code, "--kind", "box", "--to", TPS1).code == 2
    assert findings(station, f"{code}*01") == ["UNKNOWN_CODE", "VOID_LABEL"]
    total = station("report", "prints", "--json").json["total"]
    assert (total["printed"], total["unused"], total["open"]) == (1, 1, 0)


def test_a_first_print_whose_record_is_elsewhere_may_be_void(station: Terminal) -> None:
    code = station.codes()[0]
    assert station("void", code, "--reason", "lost").code == 0
    assert findings(station, f"{code}*01") == ["VOID_LABEL"]
    assert station("report", "prints", "--json").json["strays"] == [f"{code}*01"]
    Path("code.txt").write_text(code)
    assert station("labels", "--codes", "code.txt", "--out", "one.pdf").code == 2
    two = ("--by", "Ketut", "--by", "Made", "--reason", "lost")
    assert station("reprint", code, *two, "--out", "two.pdf", "--json").json["print"] == 2


def test_who_prints_and_claims_is_who_is_named(station: Terminal) -> None:
    printed(station, "--to", TPS1, "--by", "Ni Luh")
    station("labels", "--blank", 1, *SMALL, "--out", "blank.pdf", "--by", "Wayan")
    code = str(station("decode", "blank.pdf", "--json").json["reads"][0]["text"][:13])
    station("claim", code, "--kind", "box", "--to", TPS1, "--by", "Putu")
    told = station("report", "prints", "--json").json
    assert [(row["by"], row["printed"]) for row in told["rows"]] == [("Ni Luh", 4), ("Ni Luh", 5), ("Wayan", 1)]
    assert [(record["act"], record["by"]) for record in told["records"]] == [
        ("print", "Ni Luh"),
        ("blank", "Wayan"),
        ("claim", "Putu"),
    ]
    assert "Print 01: lost" in [station("void", code, "--reason", "lost"), station("custody", code)][1].out
