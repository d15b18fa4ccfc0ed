"""What is pressed or scanned while a page's scripts are still on their way: done once they are there, lost never."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from browser_examples import Served, Watched
from command_examples import Terminal
from test_page_browser import begin_with

from custody.codes import item_payload

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@contextmanager
def slow_scripts(page: Watched) -> Iterator[None]:
    """Within it no module comes; at its end all come that were asked for, and later ones at once."""
    held: list[Route] | None = []

    def meet(route: "Route") -> None:
        if held is None:
            route.continue_()
        else:
            held.append(route)

    page.page.route(re.compile(r"/static/(?!early)\w+\.js$"), meet)
    yield
    were, held = held, None
    for route in were:
        route.continue_()


def early(page: Watched, address: str) -> None:
    """Go there, and come back as soon as there is something to press."""
    page.page.goto(address, wait_until="commit")
    page.page.wait_for_selector("main button:visible")
    assert page.page.evaluate("document.readyState") != "complete"


def test_a_press_and_a_scan_that_come_before_the_scripts_are_done_once_and_not_lost(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    begun = Watched(window.new_page())
    with slow_scripts(begun):
        early(begun, f"{served.url}/scan?lang=en")
        begun.page.keyboard.type("DK 8123 AB")
        begun.page.dblclick("#begin button.main")
    begun.shows("#begin-error", "Where does the vehicle go?")
    assert begun.page.evaluate("document.activeElement.id") == "bound"
    begun.page.click("#begin button.main")
    begun.shows("#count", "Nobody has said where this vehicle goes")
    with slow_scripts(begun):
        early(begun, begun.page.url)
        begun.page.keyboard.type(item_payload(codes[0], 1))
        begun.page.keyboard.press("Enter")
        begun.page.click("#ends-open")
    begun.shows("#taken", "1")
    begun.page.wait_for_selector("#ends[open]")
    assert "?" not in begun.page.url and begun.errors == []


def test_enter_that_comes_before_the_scripts_records_nothing(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    scan = begin_with(window, served, codes[0])
    before = station.event_count()
    with slow_scripts(scan):
        early(scan, scan.page.url + "/review")
        scan.page.focus("#giver_name")
        scan.page.keyboard.type(item_payload(codes[1], 1))
        scan.page.keyboard.press("Enter")
    scan.is_ready()
    assert scan.page.url.endswith("/review") and station.event_count() == before and scan.errors == []
    with slow_scripts(scan):
        early(scan, scan.page.url)
        scan.page.click("#record-button")
    scan.agree()  # that no names are written
    scan.page.wait_for_url("**/handover?**")
    assert station.event_count() == before + 1
