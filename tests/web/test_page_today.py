"""The first page is today's work: what is due, where the trucks are, what came from others, and one next step."""

import json
import re
from pathlib import Path

from tests.support.command_examples import Terminal, station_at
from tests.support.hostile_pages import check
from tests.support.meet_pages import words
from tests.support.page_examples import PageAt, Visitor, begun_draft, site_at

TRUCK = "DK 8123 AB"


def lanes(page: str) -> dict[str, str]:
    """What stands in each lane of the board."""
    return {
        name: words(part) for name, part in re.findall(r'aria-labelledby="lane-(\w+)">(.*?)</section>', page, re.DOTALL)
    }


def test_what_is_due_today_is_told_before_it_is_late(station: Terminal, page_at: PageAt) -> None:
    for now, said in {
        "2024-02-11T10:00:00Z": "Nothing is due today",
        "2024-02-11T16:30:00Z": "Due today and late (2)",  # half past midnight there; due at 18.00
        "2024-02-12T11:00:00Z": "Due today and late (2)",
    }.items():
        with page_at(site_at(station.home, now=now)) as client:
            page = client.get("/").text
            check(page)
            assert said in words(page), now
            assert words(client.get("/today/part").text).strip() in words(page)


def test_a_truck_goes_over_the_board_from_loading_to_arrived(
    visitor: Visitor, station: Terminal, page_at: PageAt
) -> None:
    assert "No vehicle is under way" in visitor.see("/")
    codes = station.codes("--to", "51.08.01")
    draft = begun_draft(visitor, receiver=TRUCK)
    page = visitor.see("/")
    assert "Gudang → Vehicle DK 8123 AB" in lanes(page)["loading"], "at once, though nothing is recorded"
    assert f'class="button main" href="/scan/{draft}"' in page, "the next step is to go on with it"
    station.give(codes[:3], "51.08", TRUCK, "--bound", "51.08.01")
    found = lanes(visitor.see("/"))
    assert "DK 8123 AB → PPK Gerokgak 3 items" in found["left"] and found["overdue"].strip() == "Overdue 0"
    with page_at(site_at(station.home, now="2024-02-12T11:00:00Z")) as client:
        late = lanes(client.get("/").text)
    assert "DK 8123 AB" in late["overdue"] and late["left"].strip() == "Under way 0"
    station.give(codes[:3], TRUCK, "51.08.01")
    found = lanes(visitor.see("/"))
    assert "DK 8123 AB → PPK Gerokgak 3 items" in found["arrived"] and found["left"].strip() == "Under way 0"


def test_nothing_is_sent_again_until_something_changed(visitor: Visitor) -> None:
    tag = visitor.client.get("/today/part").headers["etag"]
    assert visitor.client.get("/today/part", headers={"If-None-Match": tag}).status_code == 304
    begun_draft(visitor, receiver=TRUCK)
    assert visitor.client.get("/today/part", headers={"If-None-Match": tag}).status_code == 200


def test_a_load_that_is_expected_is_received_with_both_ends_filled_in(visitor: Visitor) -> None:
    page = visitor.see("/scan?giver=DK8123AB&receiver=51.08.01")
    assert 'value="DK 8123 AB"' in page and 'value="PPK Gerokgak (51.08.01)"' in page
    check(visitor.see("/scan?giver=%3Cscript%3E&receiver=x"))


def test_the_station_where_a_truck_goes_is_told_and_hears_of_what_others_recorded(
    station: Terminal, page_at: PageAt, tmp_path: Path
) -> None:
    codes = station.codes("--to", "51.08.01")
    station.give(codes[:3], "51.08", TRUCK, "--bound", "51.08.01")
    root = json.loads((station.home / "station-card.json").read_text())["root"]
    other = station_at(
        station,
        tmp_path / "ppk",
        "--place",
        "51.08.01",
        "--station",
        "PPK",
        "--root",
        root,
        "--election",
        "Pemilu 2024",
    )
    assert station("export", "--out", tmp_path / "all.serah").code == 0
    assert other("import", tmp_path / "all.serah").code == 0
    with page_at(site_at(other.home)) as client:
        page = client.get("/").text
        [letter] = re.findall(r'href="(/handover/letter/BAST-0001-GUDANG-1-2024.pdf\?number=[^"]+%3A\d+)"', page)
        assert client.get(letter).content[:4] == b"%PDF", "what others recorded leads to its letter"
    said = words(page)
    assert "Vehicle DK 8123 AB is on its way here with 3 items." in said
    assert 'href="/scan?giver=DK8123AB&amp;receiver=51.08.01"' in page
    assert "From other stations, in the last 24 hours (1)" in said
    with page_at(site_at(station.home)) as client:
        assert "on its way here" not in words(client.get("/").text), "it does not come to where it left"


def test_what_a_station_recorded_before_it_went_on_with_a_new_log_is_no_other_stations(
    station: Terminal, page_at: PageAt
) -> None:
    station.give(station.codes("--to", "51.08.01")[:3], "51.08", "51.08.01")
    assert station("init", "--continue").code == 0
    with page_at(site_at(station.home)) as client:
        page = words(client.get("/").text)
    assert "From other stations, in the last 24 hours Nothing has come." in page
