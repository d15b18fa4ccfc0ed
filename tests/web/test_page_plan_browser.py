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
