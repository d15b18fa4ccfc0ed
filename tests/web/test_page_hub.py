"""The page sends to the hub by one button, and says how much is there."""

import re
import shutil
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from custody.errors import N_, StoreError
from db.station_key import load_key
from tests.support.command_examples import Terminal
from tests.support.hub_examples import Running, running_hub
from tests.support.meet_pages import words
from tests.support.page_examples import Visitor
from tests.support.work_examples import work


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
    assert "The line that the hub shows" in words(visitor.client.get("/meet").text)
    refused = work(visitor, "/api/meet/sync", {}, expect=422)
    assert "knows no hub yet" in refused["error"]
    refused = work(visitor, "/api/meet/sync", {"address": "https://127.0.0.1:9#" + "0" * 32}, expect=507)
    assert "nobody answers" in refused["error"]
    assert station("incident", "Angin").code == 0
    made = work(visitor, "/api/meet/sync", {"address": str(hub.address)})
    assert (made["sent"], made["waiting"]) == (1, 0)
    page = words(visitor.client.get("/meet").text)
    line = re.search(r"Records at the hub: ([0-9]+); waiting: 0", page)
    assert line and "The hub: 127.0.0.1" in page and "Another hub" in page
    elsewhere = work(visitor, "/api/meet/sync", {"address": "https://127.0.0.1:9#" + "0" * 32}, expect=507)
    assert "nobody answers" in elsewhere["error"], "another one can be named, and is not kept unless it answers"
    assert station("incident", "Hujan").code == 0
    assert f"Records at the hub: {line[1]}; waiting: 1" in words(visitor.client.get("/meet").text)
    assert work(visitor, "/api/meet/sync", {})["sent"] == 1


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
