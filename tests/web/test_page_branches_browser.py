"""An office joins another and merges twins, in a real browser: what is asked first, and what is shown after."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser_examples import Served, tab
from tests.support.command_examples import Terminal

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_office_is_admitted_joins_and_merges_what_both_registered(
    window: "BrowserContext", hub: Terminal, office: Terminal, tmp_path: Path
) -> None:
    assert hub("load", tmp_path / "denpasar.csv", tmp_path / "needs.csv").code == 0
    assert hub("plan", "--place", "51.71").code == 0
    above = Served(hub)
    try:
        meet = tab(window, f"{above.url}/meet?lang=en")
        meet.page.set_input_files("#admit-file", office.home / "station-card.json")
        meet.page.click("#admit button.main")
        meet.shows("#admit-outcome", "Not admitted yet: Denpasar")
        meet.check_access()
        meet.shoot("meet-admit")
        meet.page.click("#admit-outcome button.main")
        meet.shows("#admit-said", "Nobody has compared the words")
        meet.page.check("#admit-outcome [name=compared]")
        meet.page.click("#admit-outcome button.main")
        meet.shows("#admit-outcome", "is admitted")
        meet.errors = [line for line in meet.errors if "422" not in line]  # nobody had compared the words
        assert meet.errors == []
    finally:
        above.stop()
    assert hub("export", "--out", tmp_path / "province.serah").code == 0
    below = Served(office)
    try:
        meet = tab(window, f"{below.url}/meet?lang=en")
        meet.page.set_input_files("#bundles", tmp_path / "province.serah")
        meet.page.click("#take button.main")
        meet.shows("#take-outcome", "Provinsi has admitted this office")
        meet.page.click("#take-outcome a >> nth=0")
        meet.page.click("#join button[data-station]")
        meet.shows("#join-outcome", "Not joined yet")
        meet.page.check("#join-outcome [name=compared]")
        meet.page.click("#join-outcome button.main")
        meet.shows("#join-outcome", "This office has joined Provinsi")
        meet.page.click("#join-outcome a[href='/plan/twins']")
        meet.check_access()
        meet.shoot("twins")
        meet.page.click("form.merge tbody button >> nth=0")
        meet.page.click("#sure button[value='']")  # no
        assert meet.page.locator("#twins-outcome").inner_text() == ""
        for at, left in ((0, "1"), (0, None)):
            meet.page.click(f"form.merge tbody button >> nth={at}")
            meet.page.click("#sure button[value=go]")
            meet.shows("#twins-outcome", "Taken out of the plan: 1.")
            if left:
                meet.page.wait_for_function("() => document.querySelector('form.merge .tag').textContent === '1'")
        meet.shows("#twins", "Nothing is registered twice.")
        assert meet.errors == []
    finally:
        below.stop()
    assert office("twins", "--json").lines == []
