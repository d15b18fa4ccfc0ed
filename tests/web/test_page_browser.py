"""The scan page in a real browser: by keyboard alone, over a reload, a restarted server, two tabs and a camera."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custody.format.codes import item_payload, show_code
from tests.support.browser_examples import Served, tab, wait_until
from tests.support.command_examples import Terminal
from tests.support.scan_in_browser import begin

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_a_whole_handover_with_the_keyboard_alone(window: "BrowserContext", served: Served, station: Terminal) -> None:
    codes, astray = station.codes("--to", "51.08.01.2001"), station.codes("--to", "51.08.02")[0]
    scan = begin(window, served)
    for code in codes[:4]:
        scan.type(item_payload(code, 1))
    scan.shows("#taken", "4")
    scan.hears("ok")
    scan.type(codes[0])
    scan.shows("#last", "counted once")
    scan.hears("again")
    scan.type(astray)
    scan.shows(".irregular", "TPS 001 Unggahan")
    scan.hears("wrong")
    scan.shows(".irregular", "Take it off the load")
    scan.type(codes[5][:-1] + ("0" if codes[5][-1] != "0" else "1"))
    scan.shows("#last.wrong", "check character")
    scan.page.reload()
    scan.shows("#taken", "4")
    scan.shows(".unplanned", "+1")
    scan.shows(".missing", "PPS Patas, PPK Gerokgak 14")
    scan.tab_to(".missing summary")
    scan.page.keyboard.press("Enter")
    scan.shows(".missing li >> nth=13", "TPS 002 Patas")
    scan.check_access()
    scan.shoot("scan")
    scan.type("undo")
    scan.shows("#taken", "4")
    scan.tab_to(f'[data-item="{codes[3]}"]')
    scan.page.keyboard.press("Enter")
    scan.page.keyboard.press("End")
    assert scan.page.input_value("#condition") == "wet"
    scan.tab_to("#remark")
    scan.page.keyboard.type("the lid is <b>open</b>")
    scan.check_access()
    scan.page.keyboard.press("Enter")
    scan.shows(".taken", "the lid is <b>open</b>")
    scan.page.wait_for_selector("#line:focus")  # once the answer has come, after the news of it
    scan.type("finish")
    scan.page.wait_for_url("**/review")
    scan.shows("main", "14 are expected and not scanned")
    scan.check_access()
    scan.shoot("review")
    scan.page.keyboard.type("Made")
    scan.page.keyboard.press("Tab")
    scan.page.keyboard.type("Clerk")
    for reached in ('[data-sign="giver"]', '[data-pin="giver"]', "#receiver_name"):  # card by card
        scan.page.keyboard.press("Tab")
        scan.page.wait_for_selector(f"{reached}:focus")
    scan.page.keyboard.type("Ketut")
    scan.page.keyboard.press("Enter")  # leads to the next field; only on its button it records
    assert scan.page.evaluate("document.activeElement.id") == "receiver_office"
    scan.tab_to('[data-pin="receiver"]')
    scan.page.keyboard.press("Enter")
    scan.page.wait_for_selector("#pin-field:visible")
    scan.page.keyboard.type("7392")
    scan.page.keyboard.press("Enter")  # a new PIN: to the second field, which says nothing yet
    scan.page.wait_for_selector("#pin-again:focus")
    scan.page.keyboard.type("7392")
    scan.page.keyboard.press("Enter")
    scan.shows("#record", "Acknowledged by PIN")
    scan.page.wait_for_selector('[data-sign="giver"]:focus')
    scan.tab_to("#record-button")
    scan.pause()
    scan.page.keyboard.press("Enter")
    scan.page.wait_for_url("**/handover?**")
    scan.shows("main", "RECORDED 0001/GUDANG-1/2024")
    scan.check_access()
    scan.shoot("recorded")
    with scan.page.expect_popup() as popup:
        scan.page.keyboard.press("Enter")
    assert "/handover/letter/BAST-" in popup.value.url
    assert scan.errors == []
    hows = {item["code"]: item["how"] for item in station("report", "bast", "--json").json["items"]}
    assert set(hows.values()) == {"wedge"}, "so fast come keys from a scanner"
    chain = station("custody", "--json", codes[3]).json
    assert chain["held_by"] == "51.08.01.2001" and chain["condition"] == "wet"
    assert station("verify").code == 0


@pytest.mark.slow
def test_a_second_tab_and_a_double_click_make_one_handover(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    one = begin(window, served)
    other = tab(window, one.page.url)
    one.type(codes[0])
    other.shows("#last", show_code(codes[0]))
    other.shows("#taken", "1")
    other.type(codes[1])
    one.shows("#taken", "2")
    stale = tab(window, one.page.url + "/review")
    one.type(codes[2])
    one.shows("#taken", "3")
    stale.say_names()
    stale.page.click("#record-button")
    stale.shows("#record-error", "nothing was recorded")
    before = station.event_count()
    review = tab(window, one.page.url + "/review")
    review.say_names()
    review.page.dblclick("#record-button")
    review.page.wait_for_url("**/handover?**")
    one.page.wait_for_url("**/handover?**")
    other.page.wait_for_url("**/handover?**")
    assert station.event_count() == before + 1
    assert one.errors == other.errors == review.errors == []


@pytest.mark.slow
def test_a_camera_counts_while_the_page_shows_its_picture(
    window: "BrowserContext", station: Terminal, film: Path
) -> None:
    served = Served(station, str(film))
    try:
        scan = begin(window, served)
        scan.type(station.codes("--to", "51.08.02")[0])
        scan.shows(".unplanned", "+1")
        scan.page.click("#camera-start")
        wait_until(lambda: scan.page.evaluate("document.getElementById('picture').naturalWidth") > 0)
        scan.page.wait_for_selector('.camera[data-state="ended"]')
        scan.shows("#taken", "9")
        scan.shoot("camera")
        scan.type("undo")
        scan.shows("#taken", "8")
        assert scan.errors == []
    finally:
        served.stop()


@pytest.mark.slow
def test_a_camera_that_is_not_there_is_told_and_typing_goes_on(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    served.site.streams._default = "no-such-film.avi"
    scan = begin(window, served)
    scan.page.click("#camera-start")
    scan.shows('.camera[data-state="failed"]', "There is no file, folder or camera")
    scan.type(station.codes("--to", "51.08.01.2001")[0])
    scan.shows("#taken", "1")
    assert scan.errors == []


@pytest.mark.slow
def test_the_first_page_and_the_way_into_a_handover_can_be_read_by_all(
    window: "BrowserContext", served: Served
) -> None:
    home = tab(window, f"{served.url}/?lang=id")
    home.check_access()
    home.shoot("home")
    home.page.keyboard.press("Enter")
    home.page.wait_for_url("**/scan")
    home.page.keyboard.type("DK 8123 AB")
    home.page.wait_for_selector("#receiver-list li")
    home.check_access()
    home.shoot("begin")
    assert home.errors == []
    weight = home.page.evaluate("performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize || 0), 0)")
    assert 0 < weight < 150_000
