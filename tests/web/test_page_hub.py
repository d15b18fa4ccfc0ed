"""The page sends to the hub by one button, and says how much is there."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

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
    assert line and "The line that the hub shows" not in page
    assert station("incident", "Hujan").code == 0
    assert f"Records at the hub: {line[1]}; waiting: 1" in words(visitor.client.get("/meet").text)
    assert work(visitor, "/api/meet/sync", {})["sent"] == 1
