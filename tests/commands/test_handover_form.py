"""Forms printed ahead for when nothing works, and what is keyed in from them."""

import re
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from custody.format.codes import ItemLabel, draw_code, form_payload, item_payload, parse_entry, read_payload
from tests.support.command_examples import Terminal

HOURS_AGO = "2024-02-10T22:30:00Z"
TPS = "51.08.01.2001.001"


def printed(station: Terminal, *options: str) -> list[str]:
    """The words of each page."""
    ran = station("form", *options, "--out", "form.pdf")
    assert ran.code == 0, ran.err
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument("form.pdf")]


def symbols() -> list[str]:
    """What the QR symbols of the form say, as a scanner of pages reads them."""
    pages = [page.render(scale=150 / 72, grayscale=True).to_numpy() for page in pypdfium2.PdfDocument("form.pdf")]
    return [found.text for page in pages for found in zxingcpp.read_barcodes(page, zxingcpp.BarcodeFormat.QRCode)]


def test_a_form_has_every_thing_with_its_symbol_and_room_to_write_and_sign(station: Terminal) -> None:
    pages = printed(station, "--to", TPS)
    words = " ".join("\n".join(pages).split())
    codes = station.codes("--to", TPS)
    assert sorted(symbols()) == sorted(f"{code}*00" for code in codes) and len(codes) == 9
    for said in (
        "HANDOVER FORM",
        "PEMILU 2024",
        "Gudang",
        "PPS Patas (51.08.01.2001)",
        "TPS 001 Patas",
        "FIRST PARTY",
        "Witness",
        "late entry",
        f"--from 51.08.01.2001 --to {TPS} --occurred",
    ):
        assert said in words, said
    assert words.count("Code: ....") == 3 and "of 9 that are printed" in words


def test_one_form_is_printed_for_each_place_and_one_for_a_truck(station: Terminal) -> None:
    told = station("form", "--to", "51.08", "--each", "polling_station", "--out", "f.pdf", "--json").json
    assert (told["forms"], told["items"]) == (3, 27)
    words = " ".join(" ".join(printed(station, "--from", "51.08", "--to", "DK 8123 AB", "--bound", "51.08.01")).split())
    assert "Vehicle DK 8123 AB" in words and "Goes to: PPK Gerokgak" in words and "--bound 51.08.01" in words
    assert len(symbols()) == 18


@pytest.mark.slow  # sheets full of small symbols take a thorough look
def test_whole_pages_are_read_by_camera_and_what_is_not_ticked_is_taken_out(station: Terminal) -> None:
    printed(station, "--to", "51.08.01.2001", "--from", "51.08")
    unticked = station.codes("--to", TPS)[0]
    common = ("--from", "51.08", "--to", "51.08.01.2001", "--occurred", HOURS_AGO, "--json")
    assert station("scan", *common, "--source", "form.pdf").code == 2  # kept, and not recorded yet
    ran = station("scan", *common, "--source", "-", "--yes", typed=f"-{unticked}\n")
    assert ran.json["scanned"] == 17 and unticked in station.codes("--held-by", "51.08")
    told = station("custody", station.codes("--to", TPS)[1]).out
    assert "code read from a form or a vendor's barcode, not from the label" in " ".join(told.split())


def test_what_is_keyed_in_from_a_form_is_a_late_entry_and_no_label_that_was_read(station: Terminal) -> None:
    code, *_rest = codes = station.codes("--to", TPS)
    lines = "".join(f"{code}*00\n" for code in codes)
    common = ("--from", "51.08", "--to", "51.08.01.2001", "--occurred", HOURS_AGO, "--yes", "--json")
    assert station("scan", *common, "--source", "-", typed=lines).json["scanned"] == 9
    told = station("custody", code, "--json").json
    [late] = [finding for finding in told["findings"] if finding["code"] == "LATE_ENTRY"]
    assert not late["open"], "it is marked for good, and nothing is to be done"
    text = station("custody", code).out
    words = " ".join(text.split())
    assert "code read from a form or a vendor's barcode, not from the label" in words and "keyed in later" in words
    assert "Sun 11 Feb 2024 06:30 WITA" in text
    assert "dibaca dari formulir" in station("custody", code, lang="id").out
    station("report", "handover", "--out", "paper.pdf")
    assert "Late entry, made" in pypdfium2.PdfDocument("paper.pdf")[0].get_textpage().get_text_range()
    station("report", "discrepancies", "--out", "d.csv")
    assert Path("d.csv").read_text("utf-8-sig").count("LATE_ENTRY") == 9


def test_a_usb_scanner_and_a_keyboard_take_a_forms_codes_too(station: Terminal) -> None:
    first, second, *_rest = station.codes("--to", TPS)
    typed = f"{first}*00\n{second}\n"
    options = ("--from", "51.08", "--to", "51.08.01", "--occurred", HOURS_AGO, "--codes", "-", "--json")
    assert station("handover", *options, typed=typed).json["scanned"] == 2
    assert "VOID_LABEL" not in {finding["code"] for finding in station("custody", first, "--json").json["findings"]}


@given(st.randoms(use_true_random=False), st.integers(0, 99))
def test_a_forms_symbol_names_the_thing_and_never_a_print(dice, number: int) -> None:
    code = draw_code(dice.randrange)
    label = ItemLabel(code, number or None)
    text = item_payload(code, number) if number else form_payload(code)
    assert read_payload(text) == parse_entry(text) == parse_entry(text.lower()) == label
    assert len(text) == 16 and re.fullmatch(r"[0-9A-Z*]+", text)


@pytest.mark.parametrize(
    "options",
    [
        ("--to", "99"),
        ("--to", TPS, "--each", "village"),
        ("--to", TPS, "--empty", "101"),
        ("--to", TPS, "--kind", "cat"),
        ("--to", "51.08.01", "--bound", TPS, "--each", "village"),
        ("--to", "DK1A", "--empty", "0"),
        ("--to", TPS, "--out", "f.txt"),
        ("--to", TPS, "--out", "none/f.pdf"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_and_nothing_is_written(station: Terminal, options: tuple) -> None:
    before = sorted(Path().iterdir())
    refused = station("form", "--out", "f.pdf", *options)
    assert refused.code == 2 and len(refused.err.splitlines()) == 2, refused.err
    assert sorted(Path().iterdir()) == before
