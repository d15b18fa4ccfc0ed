"""Printing and reading by commands: labels, reprint, decode, and the way from a printed page to a chain."""

from pathlib import Path

import pytest

from labels.stock import STOCKS
from tests.support.command_examples import ITEMS, Terminal

BOTH = ("--by", "Ketut", "--by", "Made")
SMALL = ("--sheet", "roll-50x30")
"""A page that is drawn and read in no time."""


def test_every_label_of_a_printed_page_reads_back(station: Terminal) -> None:
    printed = station("labels", "--sheet", "roll-50x30", "--kind", "booth", "--out", "labels.pdf", "--json")
    assert printed.code == 0 and printed.json["labels"] == printed.json["pages"] == 12
    frames = station("decode", "labels.pdf", "--json").lines
    assert [list(frame) for frame in frames] == [["source", "frame", "reads", "ms"]] * 12
    assert all(list(read) == ["text", "corners", "engine"] for frame in frames for read in frame["reads"])
    texts = {read["text"] for frame in frames for read in frame["reads"]}
    assert texts == {f"{code}*01" for code in station.codes("--kind", "booth")}


def test_from_a_printed_page_through_a_scan_to_the_chain(station: Terminal) -> None:
    station("labels", "--to", "51.08.01", *SMALL, "--out", "labels.pdf")
    scanned = station(
        "scan",
        "--from",
        "51.08",
        "--to",
        "51.08.01",
        "--source",
        "labels.pdf",
        "--yes",
        "--json",
        "--giver",
        "Ketut",
        "--receiver",
        "Made",
        "--counted",
        18,
    )
    assert scanned.code == 0
    assert list(scanned.json) == ["event", "events", "bast", "from", "to", "scanned", "expected", "derived", "findings"]
    assert (scanned.json["scanned"], scanned.json["expected"], scanned.json["findings"]) == (18, 18, [])
    item = station.items("--to", "51.08.01")[0]
    assert item["held_by"] == "51.08.01"
    chain = station("custody", item["code"], "--json").json
    assert list(chain) == ["code", "kind", "to", "held_by", "condition", "vendor_codes", "chain", "findings"]
    assert [link["type"] for link in chain["chain"]] == ["register", "print", "handover"]
    assert set(chain["chain"][2]) >= {"log", "seq", "leaf", "type", "at", "from", "to", "how", "by", "seen"}
    handed = chain["chain"][2]
    assert (handed["from"], handed["to"], handed["how"], handed["seen"]) == ("51.08", "51.08.01", "camera", True)
    assert f"{handed['log']}:{handed['seq']}" == scanned.json["event"]


def test_labels_are_printed_once_and_then_only_with_a_reason(station: Terminal) -> None:
    code = station.codes()[0]
    assert station("labels", "--out", "labels.pdf").code == 0
    refused = station("labels", "--out", "more.pdf")
    assert refused.code == 2 and not Path("more.pdf").exists()
    again = station("reprint", code, "--reason", "torn", *BOTH, *SMALL, "--out", "again.pdf", "--json")
    assert again.code == 0 and again.json["print"] == 2
    assert station("decode", "again.pdf", "--json").json["reads"][0]["text"] == f"{code}*02"
    void = station.give([f"{code}*01"], "51.08", "51.08.01").json["findings"]
    assert ("VOID_LABEL", code) in [(finding["code"], finding.get("item")) for finding in void]


@pytest.mark.parametrize("people", [("Ketut",), ("Ketut", " Ketut "), ("Ketut", "Made", "Wayan"), ("Ketut", " ")])
def test_a_reprint_needs_two_people(station: Terminal, people: tuple[str, ...]) -> None:
    station("labels", "--out", "labels.pdf")
    before = station.event_count()
    names = [word for name in people for word in ("--by", name)]
    assert station("reprint", station.codes()[0], "--reason", "torn", *names, "--out", "again.pdf").code == 2
    assert not Path("again.pdf").exists() and station.event_count() == before


def test_a_reprint_of_what_was_never_printed_or_never_registered_is_refused(station: Terminal) -> None:
    for code in (station.codes()[0], "7Q2M9X4T5B8C6"):
        assert station("reprint", code, "--reason", "torn", *BOTH, "--out", "again.pdf").code == 2


def test_labels_are_chosen_by_a_list_of_codes(station: Terminal) -> None:
    codes = station.codes()[:5]
    Path("codes.txt").write_text("# boxes\n" + "\n".join(codes) + f"\n{codes[0].lower()}\n\n")
    assert station("labels", "--codes", "codes.txt", "--out", "five.pdf", "--json").json["labels"] == 5


@pytest.mark.parametrize("line", ["7Q2M9X4T5B8C5", "7Q2M9X4T5B8C6", "hello"])
def test_a_list_with_one_wrong_code_prints_none(station: Terminal, line: str) -> None:
    Path("codes.txt").write_text("\n".join([*station.codes()[:5], line]))
    assert station("labels", "--codes", "codes.txt", "--out", "five.pdf").code == 2
    assert not Path("five.pdf").exists() and all(not item["print"] for item in station.items())


@pytest.mark.parametrize(
    "options",
    [
        ("--sheet", "none", "--out", "labels.pdf"),
        ("--start", "22", "--out", "labels.pdf"),
        ("--start", "0", "--out", "labels.pdf"),
        ("--out", "labels.doc"),
        ("--out", "missing/labels.pdf"),
        ("--kind", "foo", "--out", "labels.pdf"),
        ("--to", "51.99", "--out", "labels.pdf"),
        (),
    ],
)
def test_what_cannot_be_printed_is_not_recorded_as_printed(station: Terminal, options: tuple[str, ...]) -> None:
    before = station.event_count()
    refused = station("labels", *options)
    assert refused.code == 2 and len(refused.err.splitlines()) == 2
    assert station.event_count() == before and not list(Path().glob("*labels*"))


QUICK_SHEETS = {"roll-50x30", "letter-5160"}
EVERY_SHEET = [pytest.param(name, marks=() if name in QUICK_SHEETS else pytest.mark.slow) for name in STOCKS]


@pytest.mark.parametrize("sheet", EVERY_SHEET)
def test_every_sheet_that_is_listed_prints(station: Terminal, sheet: str) -> None:
    code = station.codes()[0]
    Path("codes.txt").write_text(code)
    printed = station("labels", "--sheet", sheet, "--codes", "codes.txt", "--cut-marks", "--out", "one.pdf", "--json")
    assert printed.json["sheet"] == sheet
    assert {read["text"] for read in station("decode", "one.pdf", "--json").json["reads"]} == {f"{code}*01"}


def test_all_stock_is_listed_the_usual_first(terminal: Terminal) -> None:
    sheets = [stock["sheet"] for stock in terminal("labels", "--list", "--json").lines]
    assert sheets[:5] == ["a4-3x7", "a4-2x4", "roll-50x30", "roll-100x50", "roll-100x150"]
    assert sheets == list(STOCKS)


def test_labels_of_places_are_printed_without_a_record(station: Terminal) -> None:
    before = station.event_count()
    assert (
        station("labels", "--places", "--to", "51.08.01", *SMALL, "--out", "places.pdf", "--json").json["labels"] == 2
    )
    texts = {read["text"] for frame in station("decode", "places.pdf", "--json").lines for read in frame["reads"]}
    assert texts == {"P:51.08.01", "P:51.08.01.2001"} and station.event_count() == before


@pytest.mark.parametrize("name", ["none.png", "broken.png", "broken.pdf", "broken.mp4", "notes.txt", "folder"])
def test_decode_refuses_what_it_cannot_read(terminal: Terminal, name: str) -> None:
    Path("folder").mkdir()
    if not name.startswith(("none", "folder")):
        Path(name).write_bytes(b"nothing\n" * 50)
    refused = terminal("decode", name)
    assert refused.code == 2 and len(refused.err.splitlines()) == 2


def test_decode_shows_a_hostile_text_without_obeying_it(terminal: Terminal) -> None:
    import cv2
    import numpy as np
    import zxingcpp

    for number, text in enumerate(("\x1b[2J\x07", "a\u202eb", "\x9b31m", "A" * 900)):
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L").to_image(scale=3)
        cv2.imwrite(f"{number}.png", np.pad(np.asarray(code), 30, constant_values=255))
    for as_json in ((), ("--json",)):
        shown = terminal("decode", ".", *as_json)
        assert shown.code == 0 and len(shown.out.splitlines()) == 4
        assert all(line.isprintable() for line in shown.out.splitlines())
    assert terminal("decode", ".", "--json").lines[0]["reads"][0]["text"] == "\x1b[2J\x07"


def test_labels_whose_file_cannot_get_its_name_are_not_recorded(
    station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where a reader that has the old file open keeps it from being replaced."""

    def refuse(path: Path, _target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(path))

    before = station.event_count()
    with monkeypatch.context() as windows:
        windows.setattr(Path, "replace", refuse)
        assert station("labels", "--out", "labels.pdf").code == 2
    assert station.event_count() == before and list(Path().glob("*labels*")) == []
    assert station("labels", "--out", "labels.pdf", "--json").json["labels"] == ITEMS
