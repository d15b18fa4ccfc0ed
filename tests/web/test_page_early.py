"""What is pressed or scanned while a page's scripts are still on their way: done once they are there, lost never."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custody.format.codes import item_payload
from tests.support.browser_examples import Served, Watched, wait_until
from tests.support.command_examples import Terminal
from tests.support.scan_in_browser import begin_with

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TEMPLATES = Path(__file__).parents[2] / "web" / "templates"


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
        begun.page.wait_for_selector("#receiver:focus")
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


PLACES = {
    "/scan": "receiver",
    "/items": "to",
    "/labels": "to",
    "/plan": "place",
    "/meet": "under",
    "/handovers": "place",
    "/records/incident": "f2",
}
"""Every page with a field that offers places, and such a field; those of a dialog, or of a part that a script shows,
cannot be reached before."""


@pytest.mark.parametrize("path", PLACES)
def test_what_is_typed_into_a_field_before_the_scripts_is_searched(
    window: "BrowserContext", served: Served, path: str
) -> None:
    field, page = PLACES[path], Watched(window.new_page())
    with slow_scripts(page):
        early(page, f"{served.url}{path}?lang=en")
        page.page.focus(f"#{field}")
        page.page.keyboard.type("patas")
    page.shows(f"#{field}-list li >> nth=0", "Patas")
    assert page.page.evaluate("document.activeElement.id") == field and page.page.input_value(f"#{field}") == "patas"
    assert page.errors == []


def test_every_field_that_offers_places_is_among_them() -> None:
    found = {path.name for path in TEMPLATES.glob("*.html") if re.search(r"{{ chooser\(", path.read_text("utf-8"))}
    pages = {
        "begin.html",
        "items.html",
        "labels.html",
        "plan.html",
        "meet.html",
        "handovers.html",
        "record_fields.html",
    }
    assert found == pages | {"scan.html", "meet_introduced.html"}


def test_names_that_are_typed_before_the_scripts_are_kept_and_stand_at_their_signatures(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    scan = begin_with(window, served, station.codes("--to", "51.08.01.2001")[0])
    with slow_scripts(scan):
        early(scan, scan.page.url + "/review")
        scan.page.focus("#receiver_name")
        scan.page.keyboard.type("Ketut")
        scan.page.focus("#giver_name")
        scan.page.keyboard.type("Ma")
    scan.shows('[data-signer="receiver"] .who', "Ketut")
    scan.shows('[data-signer="giver"] .who', "Ma")
    draft = scan.page.url.split("/")[-2]
    wait_until(lambda: served.site.sessions.do(draft, lambda session: session.details()).receiver_name == "Ketut")
    scan.page.keyboard.type("de")
    assert scan.page.input_value("#giver_name") == "Made", "the focus stays where somebody writes"
    assert scan.errors == []


def test_what_is_chosen_and_opened_before_the_scripts_counts(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    scan = begin_with(window, served, codes[0])
    scan.type(codes[1])
    scan.shows("#taken", "2")
    with slow_scripts(scan):
        early(scan, scan.page.url)
        scan.page.check(f'[data-choose="{codes[0]}"]')
        scan.page.click(".missing summary")
    scan.shows("#change-chosen", "(1)")
    scan.shows(".missing li >> nth=13", "TPS 002 Patas")
    assert scan.page.is_checked(f'[data-choose="{codes[0]}"]') and scan.errors == []


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
