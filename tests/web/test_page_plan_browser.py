"""What is open about a table, asked in a real browser: the first rows and the choices, then what would change."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser_examples import Served, tab

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

OFFICE = Path(__file__).parents[1] / "data" / "office_tables"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_question_about_a_table_is_answered_with_a_button_and_the_table_is_loaded(
    window: "BrowserContext", served: Served
) -> None:
    plan = tab(window, f"{served.url}/plan?lang=id")
    plan.page.set_input_files("#files", OFFICE / "two_codes.csv")
    plan.page.click("#load button[type=submit]")
    plan.shows("#load-outcome", "Gudang KPU Buleleng")
    plan.check_access()
    plan.shoot("plan-question")
    plan.page.click("#load-outcome button:has-text('Kode Wilayah')")
    plan.page.wait_for_selector("button[data-version]")
    plan.shows("#load-outcome", "Kolom dibaca sebagai")
    plan.check_access()
    plan.shoot("plan-understood")
    plan.page.click("button[data-version]")
    plan.page.wait_for_selector("#load-outcome .notice.right")
    plan.page.set_input_files("#files", OFFICE / "misspelt.csv")
    plan.page.click("#load button[type=submit]")
    plan.shows("#load-outcome", "51.08.01.2002 Pejarakan")
    plan.shoot("plan-name")
    plan.page.set_input_files("#files", OFFICE / "wrong_total.csv")
    plan.page.click("#load button[type=submit]")
    plan.shows("#load-outcome", "17581")
    plan.shoot("plan-total")
    assert plan.errors == []


def test_what_hangs_on_a_mistake_is_shown_before_it_is_withdrawn(window: "BrowserContext", served: Served) -> None:
    plan = tab(window, f"{served.url}/plan?lang=en")
    shown, outcome = plan.page.locator("#known"), "#withdraw-outcome"
    assert plan.page.is_visible("#mistaken") and plan.page.is_hidden("#mistaken-kind")
    plan.page.select_option("#what", "kind")
    assert plan.page.is_hidden("#mistaken") and "Voting booth" in shown.inner_text()
    plan.page.select_option("#mistaken-kind", "booth")
    plan.page.click("#withdraw .actions button")
    plan.shows(outcome, "Things registered for it: 12")
    plan.check_access()
    plan.shoot("plan-withdraw")
    plan.page.select_option("#mistaken-kind", "box")
    assert plan.page.inner_text(outcome) == "", "it told of another kind"
    plan.page.select_option("#mistaken-kind", "booth")
    plan.page.click("#withdraw .actions button")
    plan.page.click("button[data-version]")
    plan.shows(f"{outcome} .notice.right", "kinds 1")
    plan.page.wait_for_selector('#mistaken-kind option[value="booth"]', state="detached")
    assert "Voting booth" not in shown.inner_text() and plan.errors == []
