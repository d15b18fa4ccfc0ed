"""Walks the page as a clerk does, from an empty folder to a printed letter, and keeps what it looks like at each step.

    python docs/images/guide.py [--out docs/images]

Writes the pictures of `docs/id/panduan-halaman.md` and prints what each job took: presses, fields, words to read.
Chromium is needed, and Playwright (`requirements-dev.txt`). The words are those of the page's main part as it stands
when the job begins, without what is folded away; a label that a scanner reads counts as one press.
"""

import argparse
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from make import save
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bootstrap import BROWSERS  # noqa: E402
from custody.format.codes import item_payload  # noqa: E402

TABLES = [ROOT / "examples" / "buleleng" / f"{name}.csv" for name in ("places", "needs")]
SIZE = {"width": 1366, "height": 768}
VILLAGE, BOXES = "Patas", 5
POLLING_STATIONS = ("51.08.01.2010.001", "51.08.01.2010.002")
DUE = ("2024-02-", "2029-02-")
"""The example's election was in 2024; here it is to come, so that nothing is late."""
PASSPHRASE = "kuda laut naik becak"
WAIT_MS = 300_000
_SHOWN = "element => element.innerText.split(/\\s+/).filter(word => /[\\p{L}\\p{N}]/u.test(word)).length"


class Clerk:
    """Somebody at the page, who counts what is pressed, filled in and read for each job."""

    def __init__(self, page: Any, address: str, folder: Path) -> None:
        """Args:
        page: a page of Playwright.
        folder: where pictures go.
        """
        self.page, self.address, self._folder = page, address, folder
        self.jobs: dict[str, dict[str, float]] = {}
        self.now: dict[str, float] = {}
        page.set_default_timeout(WAIT_MS)

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """What is done in here belongs to this job."""
        self.now = self.jobs[name] = {"presses": 0, "fields": 0, "words": 0, "seconds": 0}
        began = time.monotonic()
        yield
        self.now["seconds"] = time.monotonic() - began

    def go(self, path: str) -> None:
        """Open a page by its link in the frame."""
        self.now["presses"] += 1
        self.page.goto(self.address + path)
        self.read()

    def read(self) -> None:
        """Count the words that stand there now, once the scripts of the page have run."""
        self.page.wait_for_load_state("networkidle") if "/scan/" not in self.page.url else None
        self.now["words"] += self.page.locator("main").evaluate(_SHOWN)

    def fill(self, field: str, words: str) -> None:
        """Fill in one field."""
        self.now["fields"] += 1
        self.page.fill(field, words)

    def choose(self, field: str, words: str) -> None:
        """Type a part of a place's name and take the first that is found."""
        self.now["fields"] += 1
        self.now["presses"] += 2
        self.page.click(f"#{field}")
        self.page.keyboard.type(words)
        self.page.wait_for_selector(f"#{field}-list li")
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")

    def press(self, button: str) -> None:
        """Press a button or a link."""
        self.now["presses"] += 1
        self.page.click(button)

    def scan(self, code: str) -> None:
        """Hold a label before a USB scanner."""
        self.now["presses"] += 1
        self.page.keyboard.type(item_payload(code, 1))
        self.page.keyboard.press("Enter")

    def keep(self, name: str, element: str = "") -> None:
        """Keep a picture of the screen, or of a part of the page."""
        path = self._folder / f"{name}.png"
        if element:
            self.page.locator(element).screenshot(path=path)
        else:
            self.page.screenshot(path=path)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of the page of an empty folder."""
    command = [sys.executable, str(ROOT / "main.py"), "--home", str(home), "serve", "--no-browser", "--json"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
    try:
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())["address"].rstrip("/")
    finally:
        child.terminate()
        child.wait()


def walk(clerk: Clerk) -> None:
    """The whole way, a job after the other."""
    begin_station(clerk)
    load_the_plan(clerk)
    print_labels(clerk)
    hand_over(clerk, "a handover of five boxes", pictures=True)
    hand_over(clerk, "the next handover", pictures=False)
    look_around(clerk)


def begin_station(clerk: Clerk) -> None:
    """From an empty folder to a station with its key sheet."""
    page = clerk.page
    with clerk.job("begin a station"):
        clerk.go("/?lang=id")
        page.wait_for_url("**/first*")
        clerk.fill("#first-election", "Pemilu 2029")
        clerk.fill("#first-place", "51.08")
        clerk.fill("#first-name", "Gudang-1")
        clerk.fill("#first-passphrase", PASSPHRASE)
        clerk.fill("#first-again", PASSPHRASE)
        clerk.keep("guide-first", "#first")
        clerk.press("#first button.main")
        page.wait_for_url("**/station*")
        clerk.read()
        clerk.keep("guide-station")


def load_the_plan(clerk: Clerk) -> None:
    """From the office's tables to things with codes."""
    page = clerk.page
    with clerk.job("load the office's tables and register what is needed"):
        clerk.go("/plan")
        clerk.now["fields"] += 1
        tables = [(table.name, table.read_text(encoding="utf-8").replace(*DUE).encode()) for table in TABLES]
        page.set_input_files("#files", [{"name": n, "mimeType": "text/csv", "buffer": data} for n, data in tables])
        clerk.press("#load button.main")
        page.wait_for_selector("#load-outcome button")
        clerk.keep("guide-plan", "#load")
        clerk.press("#load-outcome button")
        page.wait_for_selector("#load-outcome .right")
        clerk.press("#register button.main")
        page.wait_for_selector("#register-outcome button")
        clerk.press("#register-outcome button")
        page.wait_for_selector("#register-outcome .right")


def print_labels(clerk: Clerk) -> None:
    """Labels for a village."""
    page = clerk.page
    with clerk.job("print a village's labels"):
        clerk.go("/labels")
        clerk.choose("to", VILLAGE)
        clerk.fill("#by", "Luh Sari")
        clerk.press('#print button[data-path="/api/labels/preview"]')
        page.wait_for_selector("#print-outcome img")
        page.wait_for_load_state("networkidle")
        clerk.keep("guide-labels")
        clerk.press('#print button[data-path="/api/labels/print"]')
        page.wait_for_selector("#sure[open]")
        clerk.press("#sure button[value=go]")
        page.wait_for_selector("#print-outcome a")


def hand_over(clerk: Clerk, job: str, *, pictures: bool) -> None:
    """Five boxes from the warehouse to the village, with both names, recorded."""
    page, codes = clerk.page, boxes(clerk, is_second=not pictures)
    with clerk.job(job):
        clerk.go("/")
        clerk.press('main a[href^="/scan"]')
        page.wait_for_selector("#receiver")
        clerk.read()
        clerk.choose("receiver", VILLAGE)
        if pictures:
            clerk.keep("guide-begin")
        clerk.press("#begin button.main")
        page.wait_for_url(re.compile(r"/scan/[0-9a-f-]{36}"))
        page.wait_for_selector("#line:visible")
        clerk.read()
        for code in codes:
            clerk.scan(code)
            page.wait_for_timeout(400)
        page.wait_for_timeout(2000)
        if pictures:
            clerk.keep("guide-scan")
        clerk.press("#review")
        page.wait_for_url("**/review*")
        clerk.read()
        if not page.input_value("#giver_name"):
            clerk.fill("#giver_name", "Made Wirawan")
        clerk.fill("#receiver_name", "Ketut Ardana")
        if pictures:
            page.locator(".sides").scroll_into_view_if_needed()
            clerk.keep("guide-review")
        for side in ("giver", "receiver"):
            sign(clerk, side, "guide-sign" if pictures and side == "receiver" else "")
        clerk.press("#record-button")
        page.wait_for_url("**/handover?*")
        clerk.read()
        if pictures:
            clerk.keep("guide-recorded")


def sign(clerk: Clerk, side: str, picture: str) -> None:
    """Draw a signature with the mouse, and keep it."""
    page = clerk.page
    clerk.press(f'[data-sign="{side}"]')
    page.wait_for_selector("#pad:visible")
    pad = page.locator("#pad").bounding_box()
    clerk.now["presses"] += 1
    page.mouse.move(pad["x"] + pad["width"] * 0.2, pad["y"] + pad["height"] * 0.6)
    page.mouse.down()
    for step in range(40):
        across, up = 0.2 + step * 0.015, 0.6 - 0.25 * math.sin(step / 2.5)
        page.mouse.move(pad["x"] + pad["width"] * across, pad["y"] + pad["height"] * up)
    page.mouse.up()
    if picture:
        clerk.keep(picture)
    clerk.press("#sign-keep")
    page.wait_for_selector("#sign", state="hidden")


def boxes(clerk: Clerk, is_second: bool) -> list[str]:
    """The codes of the five ballot boxes of a polling station of the village, all in the warehouse."""
    asked = f"/api/v1/items?to={POLLING_STATIONS[is_second]}&kind=box&held_by=51.08"
    return [item["code"] for item in clerk.page.request.get(clerk.address + asked).json()["items"]][:BOXES]


def look_around(clerk: Clerk) -> None:
    """Pages that are looked at: today, dashboard, search, records, reports, meeting."""
    for name, path in {"home": "/", "dashboard": "/dashboard", "records": "/records", "reports": "/reports"}.items():
        with clerk.job(f"look at {name}"):
            clerk.go(path)
            clerk.page.wait_for_timeout(1500)
            clerk.keep(f"guide-{name}")
    with clerk.job("send data to another station"):
        clerk.go("/meet")
        clerk.keep("guide-meet")
    with clerk.job("who holds this thing"):
        clerk.go("/search?q=Patas")
        clerk.keep("guide-search")


def main() -> None:
    """Walk, and write the pictures and the table."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    out = parser.parse_args().out
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "home") as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, locale="id-ID", timezone_id="Asia/Makassar")
        clerk = Clerk(page, address, Path(folder))
        walk(clerk)
        for kept in Path(folder).glob("guide-*.png"):
            save(kept.stem, Image.open(kept), out)
        browser.close()
    print(f"{'job':<52}{'presses':>9}{'fields':>8}{'words':>7}{'seconds':>9}")
    for name, told in clerk.jobs.items():
        print(f"{name:<52}{told['presses']:>9}{told['fields']:>8}{told['words']:>7}{told['seconds']:>9.1f}")


if __name__ == "__main__":
    main()
