"""Scan sessions by commands: what was acknowledged stays, until it is recorded or dropped."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.support.at_terminal import CTRL_C, at_terminal
from tests.support.command_examples import ROOT, Once, Terminal, told_last
from tests.support.portable import OWN_CONSOLE, press_ctrl_c

TO = ("--from", "51.08", "--to", "51.08.01")
ON_PAGE = 2
FROM_PAGE = ("scan", *TO, "--source", "labels.pdf")
TYPED = ("scan", *TO, "--source", "-")


@pytest.fixture
def labelled(station: Terminal, once: Once) -> Terminal:
    """A station with labels.pdf: of the 18 labels of a sub-district, two, each on a page."""

    @once
    def printed() -> None:
        chosen = [part for code in station.codes("--to", TO[-1])[:ON_PAGE] for part in ("--code", code)]
        assert station("labels", *chosen, "--sheet", "roll-50x30", "--out", "labels.pdf").code == 0

    return station


def held(station: Terminal) -> int:
    """How many items the sub-district holds."""
    return len(station.codes("--held-by", "51.08.01"))


def test_a_session_that_nobody_confirms_is_kept_and_can_be_recorded(labelled: Terminal) -> None:
    before = labelled.event_count()
    kept = labelled(*FROM_PAGE, "--json")
    assert kept.code == 2 and "NOT RECORDED" in kept.err and labelled.event_count() == before
    assert [line["outcome"] for line in kept.lines] == ["taken"] * ON_PAGE
    (draft,) = labelled("drafts", "--json").lines
    assert list(draft) == ["id", "from", "to", "bound", "opened_at", "scanned"]
    assert (draft["from"], draft["to"], draft["scanned"]) == ("51.08", "51.08.01", ON_PAGE)
    recorded = labelled("drafts", "--record", draft["id"][:8], "--giver", "Ketut", "--json").json
    assert (recorded["scanned"], recorded["expected"]) == (ON_PAGE, 18) and held(labelled) == ON_PAGE
    assert labelled("drafts", "--json").lines == []
    assert labelled("drafts", "--record", draft["id"]).code == 2


def test_all_that_a_session_is_told_stands_in_what_is_recorded_later_as_if_recorded_at_once(station: Terminal) -> None:
    box, wet, torn, *_others = station.codes("--kind", "box", "--to", f"{TO[-1]}.2001.001")
    away, blank = station.codes("--kind", "booth", "--to", f"{TO[-1]}.2001.001")[:2]
    cv2.imwrite("wet.png", np.full((40, 40, 3), 200, np.uint8))
    Path("load.txt").write_text("\n".join([box, wet, torn, blank]))
    options = (
        "--giver",
        "Made",
        "--receiver",
        "Ketut",
        "--giver-office",
        "Staf gudang",
        "--receiver-office",
        "Sopir",
        "--witness",
        "Putu",
        "--witness",
        "Nyoman",
        "--vehicle",
        "DK 1 A",
        "--driver",
        "Wayan",
        "--escort",
        "Polsek",
        "--stop",
        "Seririt",
        "--stop",
        "Gerokgak",
        "--counted",
        "0",
        "--extra",
        "box=2:torn: =wet=",
        "--extra",
        "box=2:torn: =wet=",
        "--condition",
        f"{wet}=wet",
        "--photo",
        f"{wet}=wet.png",
        "--seal",
        f"{box}=broken:A0007 A0009-A0011",
        "--refuse",
        f"{torn}=its lid is off",
        "--refuse",
        f"{away}*01",
        "--remark",
        f"{torn}=from the rain",
        "--match",
        blank,
        "--load",
        "load.txt",
        "--number",
        "7/GD/2024",
        "--note",
        "Pagi",
        "--occurred",
        "2024-02-11T06:30+08:00",
    )
    typed = "\n".join([box, wet, torn])
    shutil.copytree(station.home, "at-once")
    assert station(*TYPED, *options, typed=typed).code == 2
    draft = station("drafts", "--json").json
    assert station("drafts", "--record", draft["id"], "--json").code == 0
    later, station.home = told_last(station), Path("at-once").resolve()
    assert station(*TYPED, *options, "--yes", "--json", typed=typed).code == 0
    assert later == told_last(station)
    assert [event["type"] for event in later] == ["handover", "seal", "inspect"]
    assert len(later[0]["extras"]) == 2 and later[0]["occurred"] == "2024-02-10T22:30:00Z"


def test_what_is_said_at_recording_goes_over_what_was_said_before(station: Terminal) -> None:
    said = ("--giver", "Made", "--receiver", "Ketut", "--vehicle", "DK 1 A", "--extra", "box=2:torn")
    station(*TYPED, *said, typed=station.codes()[0])
    draft = station("drafts", "--json").json
    more = ("--receiver", "Gede", "--extra", "booth=1", "--extra", "box=2:torn")
    assert station("drafts", "--record", draft["id"], *more, "--json").code == 0
    (told,) = told_last(station)
    assert (told["parties"]["giver"], told["parties"]["receiver"]) == ("Made", "Gede")
    assert told["carriage"]["vehicle"] == "DK 1 A"
    assert [(extra["kind"], extra["count"]) for extra in told["extras"]] == [("box", 2), ("booth", 1)]


def test_what_was_said_of_a_thing_that_is_not_there_can_be_taken_back(station: Terminal) -> None:
    here, wrong, refused = station.codes()[:3]
    station(*TYPED, "--condition", f"{wrong}=wet", "--refuse", refused, typed=here)
    id = station("drafts", "--json").json["id"]
    stopped = station("drafts", "--record", id)
    assert stopped.code == 2 and "-CODE takes that back" in stopped.err
    resumed = station("drafts", "--resume", id, "--source", "-", "--yes", "--json", typed=f"-{wrong}\n-{refused}\n")
    assert [line["outcome"] for line in resumed.lines[:2]] == ["put_out", "put_out"] and "bast" in resumed.json
    (told,) = told_last(station)
    assert (len(told["items"]), told["refused"]) == (1, [])


def test_a_session_that_knows_only_of_things_without_a_label_is_kept_with_its_papers(station: Terminal) -> None:
    kept = station(*TYPED, "--extra", "box=2", "--bast", "letter.pdf", typed="")
    assert kept.code == 2 and "What was said of things without a label is kept" in kept.err
    id = station("drafts", "--json").json["id"]
    assert f"--record {id[:8]} --bast letter.pdf" in kept.err
    assert station("drafts", "--record", id).code == 0
    assert told_last(station)[0]["extras"] == [{"count": 2, "kind": "box", "note": ""}]


def test_a_session_that_cannot_begin_as_it_is_told_leaves_none_behind(station: Terminal) -> None:
    elsewhere = station.codes("--to", "51.08.02")[0]
    refused = station(*TYPED, "--match", elsewhere, typed="")
    assert refused.code == 2 and "is not expected here" in refused.err
    assert station("drafts", "--json").lines == []


def test_scanning_again_goes_on_with_the_session_and_records_it_once(labelled: Terminal) -> None:
    labelled(*FROM_PAGE)
    again = labelled(*FROM_PAGE, "--yes", "--json")
    assert again.code == 0 and f"labels taken already: {ON_PAGE}" in again.err and again.json["scanned"] == ON_PAGE
    assert {line["outcome"] for line in again.lines[:-1]} == {"again"}


def test_a_new_session_leaves_the_unfinished_one_alone(labelled: Terminal) -> None:
    typed = labelled.codes("--to", "51.08.01")[0]
    labelled(*TYPED, typed=typed)
    assert labelled(*TYPED, "--new", "--yes", typed=typed).code == 0
    assert len(labelled("drafts", "--json").lines) == 1


def test_a_dropped_session_is_gone_and_nothing_of_it_is_recorded(labelled: Terminal) -> None:
    labelled(*TYPED, typed=labelled.codes("--to", "51.08.01")[0])
    draft = labelled("drafts", "--json").json["id"]
    assert labelled("drafts", "--drop", "none", "--yes").code == 2
    assert labelled("drafts", "--drop", draft, "--yes").code == 0
    assert labelled("drafts", "--json").lines == [] and held(labelled) == 0


def test_a_session_without_a_label_leaves_no_draft(labelled: Terminal) -> None:
    from PIL import Image

    Image.new("L", (300, 300), 255).save("white.png")
    assert labelled("scan", *TO, "--source", "white.png", "--yes").code == 2
    assert labelled("scan", *TO, "--source", "none.pdf", "--yes").code == 2
    assert labelled("scan", *TO, "--source", "97", "--yes").code == 3
    assert labelled("drafts", "--json").lines == []


def test_a_places_label_says_where_to_and_a_truck_keeps_its_stops(labelled: Terminal) -> None:
    codes = labelled.codes("--to", "51.08.01")
    typed = "P:51.08.01\n" + "\n".join(codes)
    scanned = labelled("scan", "--from", "51.08", "--source", "-", "--yes", "--json", typed=typed)
    assert scanned.code == 0 and scanned.json["to"] == "51.08.01" and scanned.json["expected"] == 18
    truck = ("scan", "--from", "51.08.01", "--to", "DK 8123 AB", "--source", "-", "--json")
    labelled(*truck, "--bound", "51.08.01.2001", typed="\n".join(codes[:3]))
    recorded = labelled("drafts", "--record", labelled("drafts", "--json").json["id"], "--json").json
    assert recorded["expected"] == 18 and recorded["scanned"] == 3


def test_lines_of_a_session_take_out_put_right_and_refuse_what_is_hostile(labelled: Terminal) -> None:
    one, two, three = labelled.codes("--to", "51.08.01")[:3]
    lines = [
        one,
        two,
        two,
        "undo",
        f"-{one}",
        "<script>",
        "\x1b[2J",
        "x" * 5000,
        "to 51.99",
        "to 51.08.02",
        "ke 51.08.01",
        "P:51.08.02",
        three,
        "finish",
        one,
    ]
    scanned = labelled("scan", *TO, "--source", "-", "--yes", "--json", typed="\n".join(lines))
    assert [line["outcome"] for line in scanned.lines[:-1]] == [
        "taken",
        "taken",
        "again",
        "put_out",
        "put_out",
        "not_understood",
        "not_understood",
        "not_understood",
        "refused",
        "place",
        "place",
        "place",
        "taken",
        "finish",
    ]
    assert scanned.json["scanned"] == 1 and scanned.json["to"] == "51.08.02"
    assert "\x1b" not in scanned.err + scanned.out


def test_nobody_named_and_nobody_to_ask_is_refused_before_scanning(labelled: Terminal) -> None:
    assert labelled("scan", "--source", "labels.pdf", "--yes").code == 2
    assert labelled("scan", *TO[:2], "--source", "labels.pdf", "--yes").code == 2
    assert labelled("scan", "--from", "51.08", "--to", "51.08", "--source", "labels.pdf", "--yes").code == 2


# --- whole processes ------------------------------------------------------------------------------------------------


def wait_for_lines(process: Any, count: int) -> list[dict[str, Any]]:
    return [json.loads(process.stdout.readline()) for _ in range(count)]


def typing(station: Terminal, codes: Sequence[str]) -> Any:
    """A session that has acknowledged these codes and waits for more."""
    reading, writing = os.pipe()
    process = station.process("scan", *TO, "--source", "-", "--json", stdin=reading, **OWN_CONSOLE)
    os.close(reading)
    os.write(writing, "".join(f"{code}\n" for code in codes).encode())
    acknowledged = wait_for_lines(process, len(codes))
    assert [line["code"] for line in acknowledged] == list(codes)
    return process, writing


def test_what_was_acknowledged_survives_being_killed(labelled: Terminal) -> None:
    codes = labelled.codes("--to", "51.08.01")
    process, writing = typing(labelled, codes[:7])
    process.kill()
    process.communicate()
    os.close(writing)
    assert labelled("drafts", "--json").json["scanned"] == 7
    rest = labelled("scan", *TO, "--source", "-", "--yes", "--json", typed="\n".join(codes[7:]))
    assert (rest.json["scanned"], rest.json["findings"]) == (18, []) and held(labelled) == 18


def test_an_interrupted_session_says_how_to_go_on(labelled: Terminal) -> None:
    process, writing = typing(labelled, labelled.codes("--to", "51.08.01")[:2])
    press_ctrl_c(process)
    if sys.platform == "win32":  # there no key ends the waiting for a pipe, as it does at a console
        time.sleep(1)
        os.close(writing)
    _out, err = process.communicate(timeout=120)  # a busy machine is slow to end
    if sys.platform != "win32":
        os.close(writing)
    draft = labelled("drafts", "--json").json["id"]
    assert process.returncode == 2 and f"drafts --resume {draft[:8]} --source -" in err and "Traceback" not in err


def test_a_reader_that_goes_away_ends_a_session_and_loses_nothing(labelled: Terminal) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    typed = "".join(f"{code}\n" for code in labelled.codes("--to", "51.08.01")[:2])
    process = labelled.process(*TYPED, "--json", "--yes", stdout=writing, stdin=subprocess.PIPE)
    _out, err = process.communicate(typed, timeout=240)  # a busy machine is slow
    os.close(writing)
    assert process.returncode == 3 and "NOT RECORDED" in err and "Traceback" not in err
    assert held(labelled) == 0 and labelled("drafts", "--json").json["scanned"] >= 1


@pytest.mark.parametrize(
    ("answer", "code", "moved"),
    [
        ("ya", 0, 2),
        (CTRL_C, 2, 0),
        *(pytest.param(*rest, marks=pytest.mark.slow) for rest in (("", 0, 2), ("t", 2, 0))),
    ],
)
def test_at_a_terminal_a_handover_asks_before_it_records(
    labelled: Terminal, answer: str, code: int, moved: int
) -> None:
    one, two = labelled.codes("--to", "51.08.01")[:2]
    question = "Record what went from Gudang to PPK Gerokgak (labels: 2)?"
    talk = [("Scan or type", f"{one}\n{two}*01\nfinish\n"), (question, CTRL_C if answer == CTRL_C else f"{answer}\n")]
    exit_code = handed_over(labelled, ["handover", *TO, "--codes", "-"], talk, by="Made")
    assert exit_code == code
    assert held(labelled) == moved and len(labelled("drafts", "--json").lines) == (0 if moved else 1)


def test_who_works_at_a_terminal_is_asked_once_and_stands_in_the_records(labelled: Terminal) -> None:
    for count, talk in enumerate(([("Who works here?", "Ketut Sari\n")], []), 1):
        code = labelled.codes("--to", "51.08.01", "--held-by", "51.08")[0]
        line = ["handover", *TO, "--codes", "-", "--yes"]
        assert handed_over(labelled, line, [*talk, ("Scan or type", f"{code}\nfinish\n")]) == 0
        assert held(labelled) == count and "Ketut Sari" in labelled("custody", code).out


def handed_over(station: Terminal, args: Sequence[str], talk: Sequence[tuple[str, str]], by: str = "") -> int:
    """The exit code of a command at a terminal, where this is said."""
    command = [sys.executable, str(ROOT / "main.py"), "--home", str(station.home), "--lang", "en", *args]
    return at_terminal(command, {**os.environ, "SERAH_BY": by}, talk)
