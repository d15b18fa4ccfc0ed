"""Vendors' own barcodes at a station: a loaded table says what they mean, and scanning one takes the thing."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from custody.format.codes import show_code
from tests.support.command_examples import Terminal
from tests.support.pdf_text import text_of

PALLET = "(00)389912345678901234"
READ = "00389912345678901234"
PACKS = "kind,to,first,last,vendor_code\nseal,51.08,A0001,A0100,(01)08991234567895(21)PACK1\nseal,51.08,A0101,A0200,\n"
ENDS = ("--from", "51.08", "--to", "51.08.01", "--yes", "--json")


@pytest.fixture
def packed(station: Terminal, tmp_path: Path) -> Terminal:
    """A station with two packs of a hundred seals, of which one has a vendor's barcode."""
    (tmp_path / "packs.csv").write_text(PACKS)
    (tmp_path / "more.csv").write_text("kind,level,per_place,unit,tracked_as\nseal,box,6,keping,pack\n")
    assert station("load", tmp_path / "more.csv", tmp_path / "packs.csv").code == 0
    return station


def picture(path: Path, text: str, *, gs1: bool = False) -> Path:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128, **({"gs1": True} if gs1 else {}))
    image = np.pad(np.array(code.to_image(scale=3, add_quiet_zones=True)), 60, constant_values=255)
    cv2.imwrite(str(path), image)
    return path


def table(path: Path, *rows: tuple[str, str]) -> Path:
    path.write_text("code,vendor_code\n" + "".join(f'{code},"{text}"\n' for code, text in rows), encoding="utf-8")
    return path


def test_a_scanned_pallet_is_the_item_that_the_table_says(station: Terminal, tmp_path: Path) -> None:
    code = station.codes("--kind", "box", "--to", "51.08.01")[0]
    loaded = station("load", table(tmp_path / "vendor.csv", (code, PALLET)), "--json")
    assert loaded.code == 0 and loaded.json["files"][0]["kind"] == "barcodes"
    assert station("load", tmp_path / "vendor.csv", "--json").json["files"][0]["added"] == 0
    ran = station("scan", *ENDS, "--source", picture(tmp_path / "pallet.png", PALLET, gs1=True))
    assert ran.code == 0 and ran.lines[-1]["scanned"] == 1
    (step,) = [link for link in station("custody", code, "--json").json["chain"] if link["type"] == "handover"]
    assert step["how"] == "form"
    assert "from a form or a vendor's barcode, not from the label" in " ".join(station("custody", code).out.split())
    assert station("report", "bast", "--json").json["items"][0]["how"] == "form"
    assert station("report", "bast", "--out", tmp_path / "letter.pdf").code == 0
    assert f"{show_code(code)} – F" in text_of(tmp_path / "letter.pdf")


def test_lines_of_a_usb_scanner_are_taken_too(station: Terminal, tmp_path: Path) -> None:
    code = station.codes("--kind", "box", "--to", "51.08.01")[0]
    assert station("load", table(tmp_path / "vendor.csv", (code, PALLET))).code == 0
    ran = station("scan", *ENDS, "--source", "-", typed=f"]C1{READ}\nSTRANGE-1\n")
    assert ran.code == 0 and ran.lines[-1]["scanned"] == 1 and "STRANGE-1" in ran.err


def test_an_items_table_registers_a_pack_and_says_its_barcode(packed: Terminal, tmp_path: Path) -> None:
    again = packed("load", tmp_path / "packs.csv", "--json")
    assert again.code == 0 and again.json["files"][0]["added"] == 0
    first = min(packed.items(), key=lambda item: (item["kind"] != "seal", item["code"]))
    ran = packed("scan", *ENDS, "--source", picture(tmp_path / "pack.png", "(01)08991234567895(21)PACK1", gs1=True))
    assert ran.code == 0 and ran.lines[-1]["scanned"] == 1 and first["kind"] == "seal"


def test_a_seals_own_barcode_is_scanned_and_its_number_kept_with_the_box(packed: Terminal, tmp_path: Path) -> None:
    box = packed.codes("--kind", "box", "--to", "51.08.01")[0]
    assert packed("seal", box, "--apply", "A0001", "--name", "Made", "--name", "Ketut").code == 0
    typed = f"{box}\n(01)08991234567895(21)A0001\nseal intact\nfinish\n"
    ran = packed("scan", *ENDS, "--source", "-", typed=typed)
    about_seals = [finding for finding in ran.lines[-1]["findings"] if "SEAL" in finding["code"]]
    assert ran.code == 0 and about_seals == [], "the number that was put on"
    other = packed.codes("--kind", "box", "--to", "51.08.01")[1]
    ran = packed("scan", *ENDS, "--source", "-", typed=f"{other}\nA0002\nseal intact\nfinish\n")
    assert "A0002" in str(ran.lines[-1]["findings"]), "nobody recorded that one"


def test_things_are_inspected_sealed_packed_and_bound_by_their_vendors_barcodes(
    packed: Terminal, tmp_path: Path
) -> None:
    box, outer = packed.codes("--kind", "box", "--to", "51.08.01")[:2]
    assert packed("load", table(tmp_path / "v.csv", (box, PALLET), (outer, "OUTER-1"))).code == 0
    for words in (
        ("inspect", PALLET, "--condition", "light"),
        ("inspect", "-", "--condition", "good"),
        ("seal", PALLET, "--apply", "A0001", "--name", "Made", "--name", "Ketut"),
        ("pack", "OUTER-1", PALLET, "--add"),
        ("reassign", PALLET, "--to", "51.08.02", "--reason", "misprinted"),
    ):
        ran = packed(*words, typed=f"]C1{READ}\n")
        assert ran.code == 0, (words, ran.err)
    steps = packed("custody", box, "--json").json["chain"]
    assert {"inspect", "seal", "pack"} <= {step["type"] for step in steps}
    assert packed("inspect", "STRANGE-1", "--condition", "good").code == 2


def test_one_barcode_for_two_things_is_refused_whole(station: Terminal, tmp_path: Path) -> None:
    one, other = station.codes("--kind", "box")[:2]
    ran = station("load", table(tmp_path / "twice.csv", (one, PALLET), (other, READ)))
    assert ran.code == 2 and "stands for" in ran.err and "row 3" in ran.err
    assert station("load", table(tmp_path / "once.csv", (one, PALLET))).code == 0
    ran = station("load", table(tmp_path / "later.csv", (one, "OTHER-1"), (other, READ)))
    assert ran.code == 2 and "stands for" in ran.err
    ran = station("scan", *ENDS, "--source", "-", typed="OTHER-1\n")
    assert ran.lines[-1].get("scanned", 0) == 0, "nothing of the refused table is kept"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A\x1b[2J", "hidden character"),
        ("9" * 10_000, "10000 characters"),
        ("9" * 201, "no barcode"),
        ("7Q2M9X4T5B8C6*01", "a label of Serah"),
        ("P:51.08.01", "a label of Serah"),
    ],
)
def test_what_can_be_no_vendors_code_is_refused_with_its_row(
    station: Terminal, tmp_path: Path, text: str, said: str
) -> None:
    code = station.codes("--kind", "box")[0]
    ran = station("load", table(tmp_path / "odd.csv", (code, text)))
    assert ran.code == 2 and said in ran.err and "row 2" in ran.err and "\x1b" not in ran.err


def test_formulas_and_long_texts_are_harmless_codes(station: Terminal, tmp_path: Path) -> None:
    one, other = station.codes("--kind", "box", "--to", "51.08.01")[:2]
    assert station("load", table(tmp_path / "v.csv", (one, '=HYPERLINK(""http://x"")'), (other, "9" * 200))).code == 0
    ran = station("scan", *ENDS, "--source", "-", typed='=HYPERLINK("http://x")\n')
    assert ran.lines[-1]["scanned"] == 1


def test_a_code_that_nothing_has_is_refused(station: Terminal, tmp_path: Path) -> None:
    ran = station("load", table(tmp_path / "v.csv", ("4YEDR1BKR7148", PALLET)))
    assert ran.code == 2 and "4YEDR1BKR7148" in ran.err.replace("-", "")


def mapped(station: Terminal, tmp_path: Path, text: str = PALLET) -> str:
    """The code of an item that a table has a vendor's code for."""
    code = station.codes("--kind", "box", "--to", "51.08.01")[0]
    assert station("load", table(tmp_path / "vendor.csv", (code, text))).code == 0
    return code


def test_lists_and_chains_tell_what_vendors_call_an_item(station: Terminal, tmp_path: Path) -> None:
    code = mapped(station, tmp_path)
    listed = {item["code"]: item["vendor_codes"] for item in station("items", "--json").lines}
    assert listed.pop(code) == [READ] and not any(listed.values())
    (line,) = [line for line in station("items", "--to", "51.08.01").out.splitlines() if READ in line]
    assert line.replace("-", "").startswith(code)
    assert station("custody", code, "--json").json["vendor_codes"] == [READ]
    assert READ in station("custody", code).out
    for suffix in ("csv", "txt", "json", "pdf", "xlsx"):
        assert station("report", "custody", "--to", "51.08.01", "--out", tmp_path / f"c.{suffix}").code == 0
    rows = [*csv.DictReader((tmp_path / "c.csv").read_text(encoding="utf-8-sig").splitlines())]
    assert {row["vendor_codes"] for row in rows if row["code"] == code} == {READ}
    assert {row["vendor_codes"] for row in rows if row["code"] != code} == {""}
    assert READ in (tmp_path / "c.txt").read_text() and READ in text_of(tmp_path / "c.pdf")
    assert station("export", "--tables", tmp_path / "all").code == 0
    items = csv.DictReader((tmp_path / "all" / "items.csv").read_text(encoding="utf-8-sig").splitlines())
    assert {row["vendor_codes"] for row in items if row["code"] == code} == {READ}


def test_hostile_vendors_codes_are_told_on_one_harmless_line(station: Terminal, tmp_path: Path) -> None:
    code = mapped(station, tmp_path, '=HYPERLINK(""http://x"")')
    assert station("custody", code, "--json").json["vendor_codes"] == ['=HYPERLINK("http://x")']
    assert station("custody", "--under", "51.08.01", "--out", tmp_path / "c.csv").code == 0
    rows = csv.DictReader((tmp_path / "c.csv").read_text(encoding="utf-8-sig").splitlines())
    assert not any(row["vendor_codes"].startswith("=") for row in rows)


def test_a_list_of_vendors_codes_is_handed_over(station: Terminal, tmp_path: Path) -> None:
    code = mapped(station, tmp_path)
    (tmp_path / "codes.txt").write_text(f"]C1{READ}\n")
    ran = station("handover", "--from", "51.08", "--to", "51.08.01", "--codes", tmp_path / "codes.txt", "--json")
    assert ran.code == 0 and station("custody", code, "--json").json["held_by"] == "51.08.01"
    (step,) = [link for link in station("custody", code, "--json").json["chain"] if link["type"] == "handover"]
    assert step["how"] == "form"
    (tmp_path / "codes.txt").write_text(f"{PALLET}\nSTRANGE-1\x1b[2J\n")
    ran = station("handover", "--from", "51.08", "--to", "51.08.01", "--codes", tmp_path / "codes.txt")
    assert ran.code == 2 and "row 2" in ran.err and "STRANGE-1" in ran.err and "\x1b" not in ran.err


@pytest.mark.parametrize("said", ["(01)08991234567891(21)A0001", "]C1010899123456789121A0001", "A0001"])
def test_a_seals_barcode_is_its_number(packed: Terminal, said: str) -> None:
    box = packed.codes("--kind", "box", "--to", "51.08.01")[0]
    names = ("--name", "Made", "--name", "Ketut", "--json")
    ran = packed("seal", box, said, "--apply", *names)
    assert ran.code == 0 and ran.json["serials"] == ["A0001"] and ran.json["in_no_pack"] == []
    looked = packed(
        "handover", "--from", "51.08", "--to", "51.08.01", "--codes", "-", "--seal", f"{box}=intact:{said}", typed=box
    )
    assert looked.code == 0 and "SEAL" not in looked.out
