"""The page sends to the hub by one button, and says how much is there."""

import re
import shutil
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from custody.errors import N_, StoreError
from db.station_key import load_key
from labels.qr import qr_rows, qr_svg
from scanner.decoding.file_codes import codes_in
from services.exchange.hub_client import HubAddress
from services.exchange.invitation import open_hub, words_for
from tests.support.command_examples import Terminal
from tests.support.hub_examples import Running, running_hub
from tests.support.meet_pages import words
from tests.support.page_examples import SAME_ORIGIN, PageAt, Visitor, empty_site
from tests.support.paper_examples import photograph
from tests.support.work_examples import upload, work
from web.security.entrances import HEADER


@pytest.fixture
def hub(station: Terminal, prepared_other: Path, tmp_path: Path) -> Iterator[Running]:
    """The hub of a sub-district's laptop, which follows the root of the page's station."""
    home = tmp_path / "hub"
    shutil.copytree(prepared_other / "other", home)
    with running_hub(f"sqlite:///{home / 'ledger.db'}", home, key=load_key(home, lambda: None)) as running:
        yield running


def test_the_page_asks_for_the_hubs_line_once_and_then_says_what_is_there(
    visitor: Visitor, station: Terminal, hub: Running
) -> None:
    page = words(visitor.client.get("/meet").text)
    assert "or the line that the hub shows" in page and "Another hub" not in page
    assert visitor.client.get("/meet/hub.svg").status_code == 422
    refused = work(visitor, "/api/meet/sync", {}, expect=422)
    assert "knows no hub yet" in refused["error"]
    refused = work(visitor, "/api/meet/sync", {"address": "https://127.0.0.1:9#" + "0" * 32}, expect=507)
    assert "nobody answers" in refused["error"]
    assert station("incident", "Angin").code == 0
    made = work(visitor, "/api/meet/sync", {"address": str(hub.address)})
    assert (made["sent"], made["waiting"]) == (1, 0)
    page = words(visitor.client.get("/meet").text)
    line = re.search(r"Records at the hub: ([0-9]+); waiting: 0", page)
    assert line and "Another hub" in page
    assert station("incident", "Hujan").code == 0
    assert f"Records at the hub: {line[1]}; waiting: 1" in words(visitor.client.get("/meet").text)
    assert work(visitor, "/api/meet/sync", {})["sent"] == 1


def test_a_station_joins_by_the_words_of_a_hub_and_knows_it_from_then_on(
    hub: Running, tmp_path: Path, page_at: PageAt
) -> None:
    with page_at(empty_site(tmp_path / "new")) as client:
        guide = Visitor(client)
        found = guide.ask("POST", "/api/first/root", {"hub": " ".join(words_for(hub.address))})
        assert found["hub"].startswith("https://") and found["election"] == "Pemilu 2024" and "·" in found["words"]
        for said, code in (("", 422), ("satu dua tiga", 422), ("https://127.0.0.1:9#" + "0" * 32, 507)):
            assert guide.ask("POST", "/api/first/root", {"hub": said}, expect=code)["error"]
        joined = {"kind": "join", "place": "51.08.02", "name": "PPK 2", "by": "", "passphrase": "", "again": ""}
        joined |= {name: found[name] for name in ("root", "election", "hub")}
        guide.ask("POST", "/api/first", joined)
        assert found["words"] in (page := guide.see("/station")) and 'href="/meet#hub"' in page
        assert work(guide, "/api/meet/sync", {})["sent"] == 1, "it is known, and takes what waits to be admitted"


def test_the_page_opens_a_hub_and_what_a_stranger_sends_waits_there_to_be_admitted(
    visitor: Visitor, station: Terminal, prepared_other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.hub_server.lan_addresses", lambda wanted=None: [IPv4Address("127.0.0.1")])
    shutil.copytree(prepared_other / "other", tmp_path / "ppk")
    ppk = Terminal(tmp_path / "ppk", station._capsys, station._monkeypatch)
    assert "Open the hub" in words(visitor.see("/meet"))
    [line] = work(visitor, "/api/meet/hub", {"open": True})["lines"]
    assert work(visitor, "/api/meet/hub", {"open": True})["lines"] == [line], "it is opened once"
    assert line in visitor.see("/meet")
    sent = ppk("sync", line, "--json")
    assert sent.code == 0 and sent.json["sent"] > 0, sent.err
    page = visitor.see("/meet")
    assert re.search(r'data-station="[0-9a-f]+">PPK', page), "it waits to be admitted"
    seen = work(visitor, "/api/meet/admit/look", {"upload": None, "station": ""})
    work(visitor, "/api/meet/admit", {"upload": None, "station": seen["stations"][0], "compared": True})
    assert ppk("sync", "--json").json["taken"] > 0
    assert work(visitor, "/api/meet/hub", {"open": False})["lines"] == []
    assert ppk("sync").code == 3 and "Open the hub" in words(visitor.see("/meet"))


def test_without_a_network_no_hub_is_opened_and_the_page_says_why(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_wanted: object = None) -> list[IPv4Address]:
        raise StoreError(N_("this computer is on no local network"))

    monkeypatch.setattr("web.hub_server.lan_addresses", none)
    refused = work(visitor, "/api/meet/hub", {"open": True}, expect=507)
    assert refused["error"] == "this computer is on no local network"
    assert "Open the hub" in words(visitor.see("/meet"))


def test_first_contact_by_words_or_by_a_picture_pins_the_whole_key(
    visitor: Visitor, station: Terminal, hub: Running, tmp_path: Path
) -> None:
    said = " ".join(words_for(hub.address))
    refused = work(visitor, "/api/meet/sync", {"address": said.replace(said.split()[3], "wajan", 1)}, expect=422)
    assert "one is missing, wrong" in refused["error"]
    assert (
        "no QR code"
        in work(visitor, "/api/meet/sync", {"upload": picture(visitor, "no hub", tmp_path)}, expect=422)["error"]
    )
    assert not (station.home / "hub.txt").exists()
    assert work(visitor, "/api/meet/sync", {"address": said.upper()})["waiting"] == 0
    assert (station.home / "hub.txt").read_text("utf-8").strip() == str(hub.address)
    (station.home / "hub.txt").unlink()
    work(visitor, "/api/meet/sync", {"upload": picture(visitor, str(hub.address), tmp_path)})
    assert (station.home / "hub.txt").read_text("utf-8").strip() == str(hub.address)


def test_a_station_shows_its_hub_to_another_by_code_words_and_sheet(
    visitor: Visitor, station: Terminal, hub: Running, tmp_path: Path
) -> None:
    work(visitor, "/api/meet/sync", {"address": str(hub.address)})
    page = visitor.client.get("/meet").text
    assert " ".join(words_for(hub.address)) in page and "/meet/hub.svg" in page
    assert visitor.client.get("/meet/hub.svg").text == qr_svg(str(hub.address)).decode()
    sheet = tmp_path / "sheet.pdf"
    sheet.write_bytes(visitor.client.get("/meet/hub.pdf").content)
    assert [*codes_in(Path(photograph(sheet)), lambda _line: None)] == [str(hub.address)]
    hide = open_hub(station.home, HubAddress("192.168.1.20", 8753, "a" * 64))  # a hub that runs here goes first
    assert visitor.client.get("/meet/hub.svg").text == qr_svg("https://192.168.1.20:8753#" + "a" * 64).decode()
    hide()
    assert visitor.client.get("/meet/hub.svg").text == qr_svg(str(hub.address)).decode()


def test_a_camera_of_the_page_reads_the_hubs_code_and_takes_it_for_no_paper(visitor: Visitor) -> None:
    line = "https://192.168.1.20:8753#" + "a" * 32
    jpeg = bytes(cv2.imencode(".jpg", drawn(line, 8))[1])
    headers = {HEADER: visitor.token, **SAME_ORIGIN, "Content-Type": "image/jpeg"}
    seen = [visitor.client.post("/api/papers/frames?eye=front", content=jpeg, headers=headers) for _frame in range(3)]
    assert line in [one.json()["hub"] for one in seen] and {one.json()["beep"] for one in seen} == {""}


def drawn(text: str, size: int) -> np.ndarray:
    """A QR code in grey, so many pixels a module."""
    return np.kron((1 - np.array(qr_rows(text), np.uint8)) * 255, np.ones((size, size), np.uint8))


def picture(visitor: Visitor, text: str, tmp_path: Path) -> str:
    """A photograph of a QR code, sent; its key."""
    file = tmp_path / "code.png"
    Image.fromarray(drawn(text, 6)).save(file)
    return upload(visitor, file)
