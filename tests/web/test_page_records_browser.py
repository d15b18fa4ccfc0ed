"""Who works here, records and reports in a real browser: what was typed outlives a lock and a refusal."""

from typing import TYPE_CHECKING

import pytest

from services.access.pins import Pins
from tests.support.browser_examples import LAPTOP, PHONE, Served, Watched, tab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def look(watched: Watched, name: str) -> None:
    """Neither colours nor names keep anybody out, on both sizes."""
    for size in (LAPTOP, PHONE):
        watched.page.set_viewport_size(size)
        watched.check_access()
    watched.page.set_viewport_size(LAPTOP)
    watched.shoot(name)


def enter(watched: Watched, name: str, pin: str) -> None:
    watched.page.click(f"#who >> text={name}")
    watched.page.keyboard.type(pin)  # choosing a name leads to its PIN
    watched.page.keyboard.press("Enter")


def test_a_lock_covers_the_page_and_what_was_typed_stays(window: "BrowserContext", served: Served) -> None:
    pins = Pins(served.station.home, lambda: 0.0)
    pins.hire("Made Sutarya", "supervisor", "7392")
    pins.hire("Ni Luh Ayu", "operator", "5926")
    here = tab(window, f"{served.url}/records/incident?lang=id")
    here.shows("h1", "Siapa yang bertugas?")
    look(here, "who")
    enter(here, "Ni Luh Ayu", "5926")
    here.shows("h1", "Catat kendala")
    here.page.fill("[data-field=text] textarea", "Ban kempis")
    here.page.click("#at-work")
    here.shows("#who-title", "Siapa yang bertugas?")
    here.check_access()
    here.page.click("#lock")
    here.page.wait_for_selector("#who-dialog.locked")
    for _press in range(3):
        here.page.keyboard.press("Escape")
    assert here.page.is_visible("#who-dialog")
    enter(here, "Made Sutarya", "1357")
    here.shows("#who-wrong", "Itu bukan PIN Made Sutarya.")
    here.page.keyboard.type("7392")  # the wrong one is marked, and typed over
    here.page.keyboard.press("Enter")
    here.page.wait_for_selector("#who-dialog:not([open])", state="attached")
    here.shows("#at-work", "Made Sutarya")
    assert here.page.input_value("[data-field=text] textarea") == "Ban kempis"
    here.page.click("#record button.main")
    here.shows("#record-outcome", "TERCATAT")
    [told] = served.station("incident", "--json").lines
    assert told["opened_by"] == "Made Sutarya"
    assert [error for error in here.errors if "422" not in error] == []


def test_a_form_says_what_is_wrong_beside_its_field_and_keeps_what_was_typed(
    window: "BrowserContext", served: Served
) -> None:
    code = served.station.codes()[0]
    here = tab(window, f"{served.url}/records/inspect?lang=id")
    here.page.fill("[data-field=codes] textarea", f"{code}\nsalah")
    here.page.fill("[data-field=note] textarea", "sudut sobek")
    here.page.click("#record button.main")
    here.shows("[data-field=codes] .wrong", "SALAH")
    here.shows("[data-field=condition] .wrong", "Kondisi")
    assert here.page.input_value("[data-field=note] textarea") == "sudut sobek"
    look(here, "record-wrong")
    here.page.fill("[data-field=codes] textarea", code)
    here.page.select_option("[data-field=condition] select", "heavy")
    here.page.dblclick("#record button.main")
    here.shows("#record-outcome", "TERCATAT")
    chain = served.station("custody", code, "--json").json["chain"]
    assert [link["type"] for link in chain].count("inspect") == 1
    for way in ("records", "records/seal", "reports", "people"):
        here.page.goto(f"{served.url}/{way}")
        look(here, way.replace("/", "-"))
    here.page.goto(f"{served.url}/reports/condition")
    here.page.click("#report button.main")
    here.page.wait_for_selector("#report-outcome table")
    look(here, "report")
    assert [error for error in here.errors if "422" not in error] == []
