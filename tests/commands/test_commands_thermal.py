"""Thermal printers, measured printers and sheets of one's own, by commands."""

import socket
from pathlib import Path

import pytest
import zplkit
import zxingcpp
from PIL import Image
from zplkit.rendering import Limits

from tests.support.command_examples import ITEMS, Terminal
from tests.support.fake_printer import fake_printer, take_all

ROLL = ("--sheet", "roll-50x30")
SHEET = """\
[kertas-kami]
page_width_mm = 210
page_height_mm = 297
label_width_mm = 70
label_height_mm = 37
columns = 3
rows = 8
"""


def read_zpl(zpl: bytes) -> list[str]:
    options = zplkit.Options(profile="specification", width=1, height=1, dpi=203)
    found = []
    for label in zplkit.render(zpl, options, limits=Limits(graphic_bytes=10**7, labels=100)).labels:
        raster = label.rasterize()
        found += [
            code.text
            for code in zxingcpp.read_barcodes(Image.frombytes("L", (raster.width, raster.height), raster.pixels))
        ]
    return found


def test_labels_for_a_thermal_printer_are_written_and_recorded(station: Terminal) -> None:
    printed = station("labels", *ROLL, "--out", "labels.zpl", "--json")
    assert printed.code == 0 and (printed.json["labels"], printed.json["pages"]) == (ITEMS, ITEMS)
    assert sorted(read_zpl(Path("labels.zpl").read_bytes())) == sorted(f"{code}*01" for code in station.codes())
    assert all(item["print"] for item in station.items())


def test_labels_go_to_a_printer_and_are_recorded_when_all_of_them_have_gone(station: Terminal) -> None:
    taken = bytearray()
    with fake_printer(take_all(taken)) as printer:
        printed = station("labels", *ROLL, "--to", "51.08.01", "--printer", printer, "--out", "copy.zpl", "--json")
    assert printed.code == 0 and (printed.json["printer"], printed.json["labels"]) == (str(printer), 18)
    assert Path("copy.zpl").read_bytes() == bytes(taken)
    assert len(read_zpl(bytes(taken))) == 18
    assert sum(1 for item in station.items() if item["print"]) == 18
    assert station("labels", *ROLL, "--to", "51.08.01", "--printer", printer).code == 2


def test_a_printer_that_breaks_off_leaves_what_it_took_recorded_and_the_rest_to_print(station: Terminal) -> None:
    def break_off(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        left = 1_000_000
        while left > 0 and (piece := connection.recv(65_536)):
            left -= len(piece)

    with fake_printer(break_off) as printer:
        broken = station("labels", "--sheet", "roll-100x150", "--dpi", "300", "--printer", printer, "--out", "l.tspl")
    done = [item["code"] for item in station.items() if item["print"]]
    assert broken.code == 3 and 3 <= len(done) < ITEMS and not Path("l.tspl").exists()
    assert f"stopped; labels sent: {len(done)} of {ITEMS}" in broken.err
    taken = bytearray()
    with fake_printer(take_all(taken)) as printer:
        assert station("labels", *ROLL, "--printer", printer).code == 0
    assert len(read_zpl(bytes(taken))) == ITEMS - len(done)


def test_a_long_run_is_recorded_as_it_goes(station: Terminal) -> None:
    before = station.event_count()
    taken = bytearray()
    with fake_printer(take_all(taken)) as printer:
        sent = station("labels", *ROLL, "--blank", 205, "--printer", printer, "--json")
    assert sent.json["labels"] == 205 and station.event_count() == before + 3
    assert taken.count(b"^XA") == 205


def test_where_nobody_listens_nothing_is_recorded(station: Terminal) -> None:
    before = station.event_count()
    with fake_printer(lambda connection: None) as printer:
        pass_by = socket.create_connection((printer.host, printer.port))
        pass_by.close()
    refused = station("labels", *ROLL, "--printer", printer)
    assert refused.code == 3 and len(refused.err.splitlines()) == 2 and station.event_count() == before


@pytest.mark.parametrize(
    "options",
    [
        ("--out", "labels.zpl"),
        (*ROLL, "--out", "labels.zpl", "--start", "2"),
        (*ROLL, "--out", "labels.tspl", "--cut-marks"),
        (*ROLL, "--out", "labels.zpl", "--printer-name", "office"),
        (*ROLL, "--out", "labels.zpl", "--dpi", "200"),
        (*ROLL, "--out", "labels.pdf", "--printer", "127.0.0.1:9100"),
        (*ROLL, "--printer", "two words"),
        ("--out", "labels.pdf", "--printer-name", "office"),
        ("--out", "labels.pdf", "--sheet-file", "none.toml"),
        ("--out", "labels.zpl", "--calibrate", *ROLL),
    ],
)
def test_what_does_not_go_together_is_refused(station: Terminal, options: tuple[str, ...]) -> None:
    before = station.event_count()
    refused = station("labels", *options)
    assert refused.code == 2 and len(refused.err.splitlines()) == 2
    assert station.event_count() == before and not list(Path().glob("*labels*"))


def test_a_measured_printer_is_kept_used_and_forgotten(station: Terminal) -> None:
    page = station("labels", "--calibrate", "--out", "page.pdf", "--json")
    assert page.json == {"out": "page.pdf", "sheet": "a4-3x7"} and Path("page.pdf").stat().st_size > 1000
    assert station("printer", "kantor", "--measured", "21,5;19;119,4;120,6").code == 0
    told = station("printer", "--json").json
    assert told["printer"] == "kantor" and told["scale_x_percent"] == 99.5 and told["offset_x_mm"] == 1.6
    code = station.codes()[0]
    Path("codes.txt").write_text(code)
    assert station("labels", "--codes", "codes.txt", "--printer-name", "kantor", "--out", "one.pdf").code == 0
    assert station("decode", "one.pdf", "--json").json["reads"][0]["text"] == f"{code}*01"
    assert station("printer", "kantor", "--forget").code == 0
    assert station("printer", "kantor").code == 2 and station("printer", "--json").out == ""


@pytest.mark.parametrize(
    "options",
    [
        ("x", "--offset", "21,0"),
        ("x", "--scale", "94,100"),
        ("x", "--measured", "20,20,120"),
        ("x", "--offset", "a,b"),
        ("x", "--measured", "20,20,120,120", "--offset", "1,1"),
        ("--offset", "1,1"),
        ("x", "--forget"),
        ("x",),
        ("x" * 41, "--offset", "1,1"),
        ("x", "--offset", "nan,0"),
    ],
)
def test_what_was_measured_wrong_is_not_kept(station: Terminal, options: tuple[str, ...]) -> None:
    refused = station("printer", *options)
    assert refused.code == 2 and len(refused.err.splitlines()) == 2
    assert not (station.home / "printers.json").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a": {"offset_x_mm": 99}}', '{"a": {"b": 1}}', '{"a": 1}', "\x00" * 9]
)
def test_a_broken_list_of_printers_is_told(station: Terminal, text: str) -> None:
    (station.home / "printers.json").write_text(text)
    assert station("printer").code == 3
    assert station("labels", "--out", "labels.pdf", "--printer-name", "a").code == 3


def test_sheets_of_ones_own_come_from_the_stations_folder_or_a_file(station: Terminal) -> None:
    Path("my.toml").write_text(SHEET)
    codes = station.codes()
    Path("codes.txt").write_text(codes[0])
    own = ("--sheet", "kertas-kami", "--codes", "codes.txt", "--out", "own.pdf", "--json")
    assert station("labels", *own).code == 2
    assert station("labels", "--sheet-file", "my.toml", *own).json["sheet"] == "kertas-kami"
    (station.home / "sheets.toml").write_text(SHEET.replace("kertas-kami", "rumah"))
    listed = {stock["sheet"]: stock for stock in station("labels", "--list", "--json").lines}
    assert listed["rumah"]["per_page"] == 24 and listed["a4-3x7"]["verified"] and not listed["tj-103"]["verified"]
    (station.home / "sheets.toml").write_text(SHEET + "left_mm = 90\nwidth = 3\n")
    refused = station("labels", "--list")
    assert refused.code == 2 and "kertas-kami.width is no key" in refused.err
    assert station("labels", "--sheet", "rumah", "--out", "rumah.pdf").code == 2
    assert station("labels", "--sheet", "a4-3x7", "--out", "other.pdf").code == 0


def test_stock_that_nobody_has_held_in_hand_says_so(station: Terminal) -> None:
    printed = station("labels", "--sheet", "tj-121", "--out", "labels.pdf")
    assert printed.code == 0 and "never held against a real sheet" in printed.err
    assert "(unverified)" in station("labels", "--list").out


def test_labels_that_somebody_else_printed_meanwhile_are_to_be_destroyed(
    station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labels.port.GOODBYE_S", 60.0)  # for the others to be done, however busy the machine is

    def behave(connection: socket.socket) -> None:
        station.process("labels", "--out", "theirs.pdf").communicate()
        while connection.recv(65_536):
            pass

    with fake_printer(behave) as printer:
        refused = station("labels", *ROLL, "--printer", printer, "--out", "ours.zpl")
    assert refused.code == 2 and f"could not be recorded: {ITEMS}. Destroy these" in refused.err
    assert Path("theirs.pdf").exists() and not Path("ours.zpl").exists()
    assert all(item["print"] == 1 for item in station.items())
