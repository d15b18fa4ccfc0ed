"""A warehouse's first day on Windows, from nothing but the zip, with a browser; its pictures stand in the documents.

`python -m tools.windows.under_wine pictures --out FOLDER` makes the prefix new, unpacks the zip, and does all else by
double clicks, at the console, and by the page in Chromium on this computer.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

import bootstrap
from tests.support.browser_examples import LAPTOP, Watched, wait_until
from tools.release import packages, parts
from tools.release.parts import File, Files
from tools.windows import prepare
from tools.windows.console import CTRL_C, console
from tools.windows.trial import EXAMPLE, FILM, STATION, VILLAGE, Release, StepError, Steps, wine_path
from tools.windows.troubles import address_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

PASSPHRASE = "kuda laut naik becak"
NEWER = "0.9.1"
_ALL_MS = 600_000
_WINDOW = """<body style="margin:0;background:#0c0c0c"><pre style="margin:0;padding:10px 14px;width:94ch;color:#ccc;
font:15px/1.25 'DejaVu Sans Mono',monospace;white-space:pre-wrap">{}</pre>"""
"""The console, drawn: wine shows it as text where there is no screen."""


class FirstDay:
    """The release, the browser, and where pictures go."""

    def __init__(self, steps: Steps, scratch: Path, out: Path, browser: "Browser") -> None:
        self.release, self.windows, self.out, self.browser = (
            Release(steps.windows, scratch),
            steps.windows,
            out,
            browser,
        )
        self.context: BrowserContext = browser.new_context(viewport=LAPTOP, locale="id-ID")
        self.context.set_default_timeout(_ALL_MS)
        self.film = scratch / "film.mp4"
        self.letter = scratch / "bast.pdf"
        self.at = ""

    def unpack(self) -> str:
        """Unpack the zip of a release, in which the first command checks every file."""
        made, files = self.files()
        path = self.release.work.parent / "serah-windows-x64.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        parts.write_zip(path, "Serah", files, made.epoch)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(self.release.work)
        return f"{self.release.start()}, {path.stat().st_size / 1e6:.0f} MB"

    def files(self) -> tuple[parts.Source, Files]:
        """What is in the zip."""
        made = replace(parts.source(), commit=prepare.commit())
        cache = self.windows.cache
        return made, packages.windows_folder(made, *prepare.python_zip(cache), cache / "wheels")

    @contextmanager
    def begun(self, *options: str, picture: str = "", is_locked: bool = True) -> Iterator[Watched]:
        """The page as a double click on MULAI.cmd begins it, in a tab; the passphrase is typed in the black window."""
        with console(self.windows, self.release.top / "MULAI.cmd", *options) as window:
            if is_locked:
                window.wait_for("rasa sandi")
                window.press(PASSPHRASE + "\r")
            self.at = address_of(window).rstrip("/")
            window.wait_for("Ctrl-C")
            if picture:
                self.draw(window.text, picture)
            tab = Watched(self.context.new_page())
            tab.page.goto(self.at)
            yield tab
            if tab.errors:
                raise StepError("; ".join(tab.errors))
            tab.page.close()
            window.press(CTRL_C)
        self.windows.stop()

    def draw(self, text: str, name: str) -> None:
        """Keep a picture of what the console shows."""
        page = self.browser.new_page(viewport={"width": 860, "height": 100})
        page.set_content(_WINDOW.format(escape(text.strip())))
        page.screenshot(path=self.out / f"{name}.png", full_page=True)
        page.close()

    def shoot(self, tab: Watched, name: str, part: str = "") -> None:
        """Keep a picture of the page, or of a part of it."""
        (tab.page.locator(part) if part else tab.page).screenshot(path=self.out / f"{name}.png")

    def first_run(self) -> None:
        with self.begun(picture="windows-console", is_locked=False) as tab:
            for name, words in {"election": "Pemilu 2029", "place": "51.08", "name": "Gudang-1", "by": "Made"}.items():
                tab.page.fill(f"#first-{name}", words)
            self.shoot(tab, "windows-first", "#first")
            for name in ("passphrase", "again"):
                tab.page.fill(f"#first-{name}", PASSPHRASE)
            tab.page.click("#first button.main")
            tab.page.wait_for_url("**/station")

    def plan(self) -> str:
        with self.begun() as tab:
            tab.page.goto(f"{self.at}/plan")
            tab.page.set_input_files("#files", [EXAMPLE / "places.csv", EXAMPLE / "needs.csv"])
            tab.page.click("#load button[type=submit]")
            tab.page.click("#load-outcome button[data-version]")
            tab.page.wait_for_selector("#load-outcome .notice.right")
            tab.page.click("#register button[type=submit]")
            tab.page.click("#register-outcome button[data-seen]")
            tab.page.wait_for_selector("#register-outcome .notice.right")
            told = tab.page.inner_text("#register-outcome .recorded-line")
            self.shoot(tab, "windows-plan", "#register")
        return told

    def labels(self) -> None:
        with self.begun() as tab:
            tab.page.goto(f"{self.at}/labels")
            tab.page.fill("#to", STATION)
            tab.page.wait_for_selector("#to-list li")
            tab.page.keyboard.press("Enter")
            tab.page.click("#print button:not(.main)[type=submit]")
            tab.page.wait_for_selector(".preview img")
            tab.page.wait_for_timeout(2000)  # the page scrolls to it, and a click in the midst hits something else
            self.shoot(tab, "windows-labels")
            tab.page.click("#print button.main")
            tab.page.click("#sure button[value=go]")
            tab.page.wait_for_selector("#print-outcome a.main")
            where = tab.page.get_attribute("#print-outcome a.main", "href")
            labels = tab.page.request.get(self.at + str(where)).body()
        pdf = self.film.with_suffix(".pdf")
        pdf.write_bytes(labels)
        subprocess.run([sys.executable, "-c", FILM, str(pdf), str(self.film)], check=True, cwd=prepare.ROOT)

    def handover(self) -> str:
        with self.begun("--source", wine_path(self.film)) as tab:
            tab.page.goto(f"{self.at}/scan")
            tab.page.fill("#receiver", VILLAGE)
            tab.page.wait_for_selector("#receiver-list li")
            tab.page.keyboard.press("Enter")
            tab.page.keyboard.press("Enter")
            tab.page.wait_for_url(re.compile(r"/scan/[0-9a-f-]{36}$"))
            tab.page.click("#camera-start")
            wait_until(lambda: int(tab.page.inner_text("#taken")) > 3, _ALL_MS / 1000)
            tab.page.wait_for_timeout(2000)  # the lists beside it follow the count
            self.shoot(tab, "windows-scan")
            tab.page.wait_for_selector('.camera[data-state="ended"]')
            taken = tab.page.inner_text("#taken")
            tab.page.click("#review")
            tab.page.wait_for_url("**/review")
            tab.say_names()
            for signer in ("giver", "receiver"):
                tab.sign(signer)
            tab.page.click("#record-button")
            wait_until(lambda: "/handover?" in tab.page.url or tab.page.is_visible("#sure-go"), _ALL_MS / 1000)
            if tab.page.is_visible("#sure-go"):  # most of the village's things are still to come
                tab.agree()
            tab.page.wait_for_url("**/handover?**")
            self.shoot(tab, "windows-handover")
            where = tab.page.get_attribute("a.button.main", "href")
            self.letter.write_bytes(tab.page.request.get(self.at + str(where)).body())
        if not self.letter.read_bytes().startswith(b"%PDF"):
            raise StepError("the letter is no PDF")
        return f"{taken} things"

    def verify_and_backup(self) -> str:
        with self.begun() as tab:
            tab.page.goto(f"{self.at}/meet")
            tab.page.click("#copy button.main")
            tab.page.wait_for_selector("#copy-outcome a")
            self.shoot(tab, "windows-backup", "#copy")
            with tab.page.expect_download() as saved:
                tab.page.click("#copy-outcome a")
            copy = self.release.work / "copy.db"
            saved.value.save_as(copy)
        if not copy.read_bytes().startswith(b"SQLite format 3"):
            raise StepError("the copy is no ledger")
        return self.release.verify()

    def update(self) -> str:
        made, files = self.files()
        parts.lay(self.release.top, with_version(files, NEWER), made.epoch)
        said = self.release.start()
        if NEWER not in said:
            raise StepError(said)
        with self.begun(picture="windows-update") as tab:
            self.shoot(tab, "windows-home")
        return f"{said}; {self.release.verify()}"


def with_version(files: Files, version: str) -> Files:
    """The files of a build that calls itself so."""
    name = "program/commands/__init__.py"
    text = re.sub(rb'^VERSION = ".*"', f'VERSION = "{version}"'.encode(), files[name].data, flags=re.MULTILINE)
    return packages.with_list({key: file for key, file in files.items() if key != parts.LIST} | {name: File(text)})


def first_day(steps: Steps, scratch: Path, out: Path) -> None:
    """Go through the day, and keep its pictures in a folder."""
    shutil.rmtree(steps.windows.prefix, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    program = next(filter(None, map(shutil.which, bootstrap.BROWSERS)), None)
    with sync_playwright() as playwright:
        day = FirstDay(steps, scratch, out, playwright.chromium.launch(executable_path=program))
        steps.run("fresh prefix", steps.windows.start)
        steps.run("zip unpacked", day.unpack)
        steps.run("double click, first run", day.first_run)
        steps.run("plan of Buleleng", day.plan)
        steps.run("labels of a polling station", day.labels)
        steps.run("film scanned, BAST", day.handover)
        steps.run("backup, verify", day.verify_and_backup)
        steps.run("newer build unpacked over it", day.update)
