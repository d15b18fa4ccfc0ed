"""Labels on the page: looked at, printed and recorded as the command does, printed again, for measured printers."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from custody.format.codes import item_payload
from scanner.decoding.picture_reader import Reader
from scanner.sources.pages import open_pdf
from tests.support.command_examples import ITEMS, Terminal
from tests.support.page_examples import Visitor
from tests.support.work_examples import work


def payloads(path: Path) -> list[str]:
    """What the QR codes of a PDF of labels say."""
    with open_pdf(path, clock=lambda: 0.0, dpi=200) as pages:
        return [read.text for page in pages for read in Reader().read(page.image)]


@pytest.fixture
def printed(visitor: Visitor) -> Iterator[Any]:
    """The labels of one polling station, printed on the page."""
    yield work(visitor, "/api/labels/print", {"to": "51.08.01.2001.001", "by": "Made"})


def test_looking_at_the_first_page_records_nothing_and_shows_a_real_picture(
    visitor: Visitor, station: Terminal
) -> None:
    before = station.event_count()
    answer = work(visitor, "/api/labels/preview", {"to": "51.08.01", "kind": "box"})
    assert (answer["labels"], answer["pages"]) == (10, 1) and station.event_count() == before
    found = re.search(r'src="(/files/[0-9a-f]{32}\?show=true)"', answer["page"])
    assert found
    picture = visitor.client.get(found[1])
    assert picture.headers["content-type"] == "image/png"
    image = Image.open(BytesIO(picture.content))
    width, height = image.size
    assert width > 800 and abs(height / width - 297 / 210) < 0.01, "a page of A4"
    assert len(image.convert("L").histogram()) > 3 and image.convert("L").getextrema() == (0, 255)


def test_printing_draws_what_was_chosen_and_records_it_like_the_command(
    visitor: Visitor, station: Terminal, printed: Any
) -> None:
    codes = station.codes("--to", "51.08.01.2001.001")
    assert printed["labels"] == 9
    file = station.home / "labels" / printed["name"]
    assert sorted(payloads(file)) == sorted(item_payload(code, 1) for code in codes)
    [event] = [link for link in station("custody", "--json", codes[0]).json["chain"] if link["type"] == "print"]
    assert event["by"] == "Made"
    shown = visitor.client.get(f"/labels/files/{printed['name']}")
    assert shown.content == file.read_bytes() and shown.headers["content-type"] == "application/pdf"
    page = visitor.see("/labels")
    assert printed["name"] in page and f"{ITEMS - 9} items have no label yet" in page
    refused = work(visitor, "/api/labels/print", {"to": "51.08.01.2001.001"}, expect=422)
    assert "none of these items is without a label" in refused["error"]
    assert len(list((station.home / "labels").iterdir())) == 1


def test_a_reprint_takes_a_reason_and_two_names(visitor: Visitor, station: Terminal, printed: Any) -> None:
    code = station.codes("--to", "51.08.01.2001.001")[0]
    asked: dict[str, Any] = {"codes": f"{item_payload(code, 1)}\n", "reason": "torn", "by": ["Made", "Made"]}
    for one in (["Made", "Made"], ["Made", "Pak made, S.H."]):
        told = work(visitor, "/api/labels/reprint", {**asked, "by": one}, expect=422)
        assert "a reprint needs the names of two people" in told["error"]
    assert "a reason" in work(visitor, "/api/labels/reprint", {**asked, "reason": " "}, expect=422)["error"]
    answer = work(visitor, "/api/labels/reprint", {**asked, "by": ["Made", "Wayan"]})
    assert payloads(station.home / "labels" / answer["name"]) == [item_payload(code, 2)]
    assert "print 02" in visitor.see(f"/items/{code}")
    unprinted = station.codes("--to", "51.08.02")[0]
    assert (
        "has no label yet" in work(visitor, "/api/labels/reprint", {**asked, "codes": unprinted}, expect=422)["error"]
    )


def test_blank_labels_and_labels_of_places_are_printed_too(visitor: Visitor, station: Terminal) -> None:
    before = station.event_count()
    blank = work(visitor, "/api/labels/print", {"what": "blank", "count": 5, "kind": "box"})
    assert blank["labels"] == 5 and station.event_count() == before + 1
    [code, *_more] = payloads(station.home / "labels" / blank["name"])
    assert "Blank label" in visitor.see(f"/items/{code[:13]}")
    places = work(visitor, "/api/labels/print", {"what": "places", "to": "51.08.01"})
    assert sorted(payloads(station.home / "labels" / places["name"])) == ["P:51.08.01", "P:51.08.01.2001"]
    assert station.event_count() == before + 1, "labels of places are no evidence"


def test_a_thermal_printer_gets_what_is_recorded_and_one_that_is_not_there_gets_nothing(
    visitor: Visitor, station: Terminal
) -> None:
    from tests.support.fake_printer import fake_printer

    got = bytearray()

    def behave(connection: Any) -> None:
        while data := connection.recv(65_536):
            got.extend(data)

    chosen = {"to": "51.08.01.2001.001", "form": "zpl", "sheet": "roll-100x50"}
    with fake_printer(behave) as printer:
        answer = work(visitor, "/api/labels/print", {**chosen, "printer": str(printer)})
    assert answer["labels"] == 9 and bytes(got).count(b"^XA") == 9
    before = station.event_count()
    refused = work(visitor, "/api/labels/print", {**chosen, "to": "51.08.02", "printer": "127.0.0.1:9"}, expect=503)
    assert "127.0.0.1:9" in refused["error"] and station.event_count() == before
    assert work(visitor, "/api/labels/print", {**chosen, "sheet": "a4-3x7"}, expect=422)["error"]
    filed = work(visitor, "/api/labels/print", {**chosen, "to": "51.08.02"})
    assert filed["name"].endswith(".zpl") and (station.home / "labels" / filed["name"]).read_bytes()[:3] == b"^XA"


def test_what_is_measured_of_a_printer_is_kept_by_name_and_used(visitor: Visitor, station: Terminal) -> None:
    measured = {"name": "kantor", "a_mm": 21, "b_mm": 19.5, "c_mm": 120, "d_mm": 119.4}
    assert visitor.ask("PUT", "/api/printers", measured) == {"printers": ["kantor"]}
    assert "kantor" in visitor.see("/labels") and "kantor" in station("printer").out
    with_it = work(visitor, "/api/labels/print", {"to": "51.08.01.2001.001", "printer_name": "kantor"})
    assert (station.home / "labels" / with_it["name"]).is_file()
    rulers = visitor.client.get("/labels/rulers.pdf?printer=kantor")
    assert rulers.content.startswith(b"%PDF-")
    assert "too much" in visitor.ask("PUT", "/api/printers", {**measured, "a_mm": 90}, expect=422)["error"]
    visitor.ask("DELETE", "/api/printers?name=kantor")
    assert work(visitor, "/api/labels/preview", {"printer_name": "kantor"}, expect=422)["error"]


@pytest.mark.parametrize("name", ["..%2Fstation.key", "station.key", "labels-..%2F..%2Fledger.db", "%2Fetc%2Fpasswd"])
def test_no_other_file_of_the_station_is_given_out(visitor: Visitor, printed: Any, name: str) -> None:
    assert visitor.client.get(f"/labels/files/{name}").status_code in (404, 422)
    assert visitor.client.get(f"/files/{name}").status_code in (404, 422)


def test_an_own_table_of_sheets_with_a_mistake_keeps_nobody_from_printing(visitor: Visitor, station: Terminal) -> None:
    (station.home / "sheets.toml").write_text("[[[")
    page = visitor.see("/labels")
    assert 'class="notice wrong"' in page and "a4-3x7" in page
    assert work(visitor, "/api/labels/print", {"to": "51.08.01.2001.001"})["labels"] == 9
