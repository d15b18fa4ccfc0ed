"""The dashboard in a real browser: views without a new page, a filter while one types, kept views, and the wall."""

from typing import TYPE_CHECKING

import pytest

from tests.support.browser_examples import Served, Watched
from tests.support.command_examples import Terminal
from web.pages import dashboard

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_views_and_filter_change_the_address_and_not_the_page(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    for place in ("51.08.01", "51.08.02"):
        station.give(station.codes("--to", place)[:1], "51.08", place)
    seen = Watched(window.new_page())
    page = seen.page
    page.goto(served.url + "/dashboard?lang=en")
    page.wait_for_selector(".places tbody tr:nth-child(2)")
    page.evaluate("window.is_same = true")
    page.fill("#filter-q", "seri")
    page.wait_for_selector(".places tbody tr:nth-child(2)", state="detached")
    assert page.url.endswith("?q=seri") and "PPK Seririt" in page.inner_text(".places")
    page.click(".tabs a:has-text('Handovers')")
    page.wait_for_selector("h3:has-text('newest first')")
    assert page.url.endswith("?view=handovers&q=seri#view") or page.url.endswith("?view=handovers&q=seri")
    page.go_back()
    page.wait_for_selector("#filter-q")
    page.evaluate("document.querySelector('#saved').open = true; document.querySelector('#saved-name').value = 'Mine'")
    page.click("#saved-form button")
    assert page.evaluate("window.is_same") is True, "all of it without a new page"
    page.goto(served.url + "/dashboard")
    page.click("#saved summary")
    page.click("#saved-list a:has-text('Mine')")
    page.wait_for_url("**/dashboard?q=seri")
    assert page.input_value("#filter-q") == "seri"
    assert seen.errors == []


def test_the_wall_is_one_screen_and_turns_its_pages(
    window: "BrowserContext", served: Served, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "WALL_ROWS", 1)
    for place in ("51.08.01", "51.08.02"):
        station.give(station.codes("--to", place)[:1], "51.08", place)
    seen = Watched(window.new_page())
    page = seen.page
    page.clock.install()
    for width, height in ((1920, 1080), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(served.url + "/dashboard/wall")
        page.wait_for_selector(".wall-turn .now")
        size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert size == [width, height]
        inside = "one => one.getBoundingClientRect().bottom <= innerHeight"
        assert page.evaluate(f"[...document.querySelectorAll('main > *')].every({inside})"), (
            "nothing is cut off at the bottom"
        )
        first = page.inner_text(".wall-pages")
        page.clock.fast_forward(10_500)
        assert {first.split("\n")[0], page.inner_text(".wall-pages").split("\n")[0]} == {"PPK Gerokgak", "PPK Seririt"}
    assert seen.errors == []
