"""Stations meet, in a real browser: files sent with their progress, a paper by USB scanner, checked, copied."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser_examples import Served, tab
from tests.support.command_examples import Terminal

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_stations_meet_over_a_bundle_and_a_paper(
    window: "BrowserContext",
    terminal: Terminal,
    prepared_other: Path,
    parts: list[str],
    paper: Path,
    tmp_path: Path,
) -> None:
    shutil.copytree(prepared_other / "other", terminal.home)
    sender = Terminal(paper.parent / "home", terminal._capsys, terminal._monkeypatch)
    assert sender("export", "--out", tmp_path / "gudang.serah", "--head", tmp_path / "head.txt").code == 0
    served = Served(terminal)
    try:
        meet = tab(window, f"{served.url}/meet?lang=en")
        meet.check_access()
        for part in parts[:-1]:
            meet.type(part)
        meet.shows("#papers", f"Still to show: {len(parts)}")
        meet.page.reload()
        meet.shows("#papers", f"{len(parts) - 1} of {len(parts)} codes read")
        meet.check_access()
        meet.shoot("meet-paper")
        meet.type(parts[-1])
        meet.shows("#papers", "items from Gudang to PPK Gerokgak: 18")
        meet.page.set_input_files("#bundles", tmp_path / "gudang.serah")
        meet.page.click("#take button.main")
        meet.shows("#take-outcome", "Records taken in: 1; here already: 4")
        meet.shows("#held", "5")
        meet.page.check("#give [name=with_strangers]")
        with meet.page.expect_request("**/api/meet/export") as asked:
            meet.page.click("#give button.main")
        assert asked.value.post_data_json["with_strangers"] is True
        meet.shows("#give-outcome", "written and read back")
        meet.page.set_input_files("#head-files", tmp_path / "head.txt")
        meet.page.click("#check button.main")
        meet.shows("#check-outcome", "Complete up to these heads.")
        meet.page.click("#copy button.main")
        meet.shows("#copy-outcome", "copied and read back")
        with meet.page.expect_download() as saved:
            meet.page.click("#copy-outcome a")
        assert saved.value.suggested_filename.endswith(".db")
        meet.page.uncheck("#doctor input")
        meet.page.click("#doctor button.main")
        meet.shows("#doctor-outcome", "Station key")
        meet.check_access()
        meet.shoot("meet")
        (tmp_path / "cut.serah").write_bytes((tmp_path / "gudang.serah").read_bytes()[:300])
        meet.page.set_input_files("#bundles", tmp_path / "cut.serah")
        meet.page.click("#take button.main")
        meet.shows("#take-outcome [role=alert]", "is no whole bundle")
        assert all("409" in error for error in meet.errors), meet.errors
        meet.page.click(".receive")
        meet.page.wait_for_url("**/scan/*")
        meet.shows("#expected", "18")
    finally:
        served.stop()
