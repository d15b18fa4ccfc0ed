"""Where a truck goes is chosen by name like everything else, one place or several."""

from typing import TYPE_CHECKING

import pytest

from tests.support.browser_examples import Served, tab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


@pytest.mark.browser
@pytest.mark.slow
def test_a_truck_that_goes_to_two_places_is_told_so_by_their_names(window: "BrowserContext", served: Served) -> None:
    scan = tab(window, f"{served.url}/scan?lang=en")
    scan.page.fill("#receiver", "DK 8123 AB")
    scan.page.click("#bound")
    scan.page.keyboard.type("patas")
    scan.page.wait_for_selector("#bound-list li")
    scan.page.keyboard.press("Enter")
    scan.page.keyboard.press("Enter")
    scan.page.wait_for_function("document.getElementById('bound').value === 'PPS Patas (51.08.01.2001)'")
    scan.page.click("#begin button.main")
    scan.shows("#count", "bound for PPS Patas)")
    scan.page.click("#ends-open")
    assert scan.page.input_value("#bound") == "PPS Patas (51.08.01.2001)"
    scan.page.click("#bound")
    scan.page.keyboard.press("End")
    scan.page.keyboard.type("; 51.08.02")
    scan.page.wait_for_selector("#bound-list li")
    scan.page.keyboard.type(" ")
    scan.page.keyboard.press("Enter")  # the one whose code it is, while the next search is on its way
    assert scan.page.input_value("#bound").startswith("PPS Patas (51.08.01.2001); PPK ")
    scan.check_access()
    scan.page.click("#ends-form button.main")
    scan.shows("#count", "bound for PPS Patas, PPK ")
    assert scan.errors == []
