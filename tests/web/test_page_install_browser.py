"""What the guide for who installs says, done in a real browser; its pictures come from here (docs/images/make.py)."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.context import station_at
from db.station_key import is_protected
from services.access.new_station import StationHome
from services.labels.printer_profiles import known_printers
from tests.support.browser_examples import Served, tab, wait_until
from tests.support.command_examples import NOW, Terminal

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_empty_laptop_becomes_the_warehouse(window: "BrowserContext", terminal: Terminal) -> None:
    terminal.home.mkdir()
    station = station_at(str(terminal.home), None, lambda: NOW)
    served = Served(terminal)
    served.site.first = StationHome(terminal.home, station.db_url, station.around(), lambda: station.signer)
    try:
        first = tab(window, f"{served.url}/first?lang=id")
        for name, words in {"election": "Pemilu 2029", "place": "51.08", "name": "Gudang-1", "by": "Made"}.items():
            first.page.fill(f"#first-{name}", words)
        first.shoot_part("#first", "install-start")
        for name in ("passphrase", "again"):
            first.page.fill(f"#first-{name}", "kuda laut naik becak")
        first.page.click("#first button.main")
        first.page.wait_for_url("**/station")
        assert is_protected(terminal.home) and first.errors == []
    finally:
        served.stop()


def test_the_printer_is_measured_and_the_first_truck_is_scanned(
    window: "BrowserContext", station: Terminal, film: Path
) -> None:
    served = Served(station, str(film))
    try:
        labels = tab(window, f"{served.url}/labels?lang=id")
        labels.page.click("details:has(#measure) summary")
        labels.page.fill("#printer-new", "kantor")
        for letter, length in zip("ABCD", ("21,5", "19", "120", "119,5"), strict=True):
            labels.page.fill(f"#measure-{letter}", length)
        labels.shoot_part("details:has(#measure)", "install-printer")
        labels.page.click("#measure button[type=submit]")
        wait_until(lambda: known_printers(station.home))
        scan = tab(window, f"{served.url}/scan?lang=id")
        scan.page.keyboard.insert_text("patas")
        scan.page.wait_for_selector("#receiver-list li")
        scan.page.keyboard.press("ArrowDown")
        scan.page.keyboard.press("Enter")
        scan.page.keyboard.press("Enter")
        scan.page.wait_for_url(re.compile(r"/scan/[0-9a-f-]{36}$"))
        scan.page.click("#camera-start")
        wait_until(lambda: scan.page.evaluate("document.getElementById('picture').naturalWidth") > 0)
        wait_until(lambda: int(scan.page.inner_text("#taken")) > 3)
        scan.shoot("install-camera")
        scan.page.wait_for_selector('.camera[data-state="ended"]')
        scan.shows("#taken", "9")
        scan.page.click("#review")
        scan.page.wait_for_url("**/review")
        scan.say_names()
        scan.shoot("install-truck")
        scan.page.click("#record-button")
        scan.page.wait_for_url("**/handover?**")
        assert scan.errors == [] and labels.errors == []
    finally:
        served.stop()
