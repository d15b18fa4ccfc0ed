"""The whole work by keyboard alone, in a real browser: from an empty folder to a safe copy, without a pointer."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from commands.context import station_at
from custody.format.codes import item_payload
from services.access.new_station import StationHome
from tests.support import command_examples
from tests.support.browser_examples import Served, Watched
from tests.support.command_examples import NEEDS, NOW, PLACES, Terminal

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PIN, PASSPHRASE = "7392", "kuda laut naik becak"
POINTER = """for (const kind of ["pointerdown", "mousedown", "touchstart"])
  addEventListener(kind, () => { throw new Error("a pointer was used"); }, { capture: true });"""
FOCUS = """wanted => {
  const at = document.activeElement;
  const shown = at.matches("input[type=file]") ? at.parentElement.querySelector(".button") : at;
  const style = getComputedStyle(shown), box = at.getBoundingClientRect();
  return {
    is_it: at.matches(wanted), is_none: at === document.body || at === document.documentElement,
    is_seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    is_there: box.width > 0 && box.height > 0, name: at.outerHTML.slice(0, 160),
  };
}"""


class Keys(Watched):
    """Somebody who has a keyboard and nothing else."""

    def __init__(self, page: Any) -> None:
        super().__init__(page)
        page.add_init_script(POINTER)
        page.on("filechooser", lambda _chooser: None)  # asked for in time, also where the browser is slow to hear of it

    def hit(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def focus(self, wanted: str = "*") -> Any:
        """Where the focus is, and whether it is this."""
        return self.page.evaluate(FOCUS, wanted)

    def to(self, wanted: str, most: int = 160) -> None:
        """Go there with Tab; at each stop somebody sees where they are."""
        self.is_ready()
        self.page.wait_for_selector(f":is({wanted}):enabled, a:is({wanted}), summary:is({wanted})")
        passed = []
        for _step in range(most):
            at = self.focus(wanted)
            if at["is_it"]:
                return
            if passed and not at["is_none"]:
                assert at["is_seen"] and at["is_there"], f"nobody sees where the focus is: {at['name']}"
            passed.append(at["name"])
            self.hit("Tab")
        raise AssertionError(f"no Tab leads to {wanted}, but to {passed}")

    def press(self, wanted: str) -> None:
        """Go to a button or a link and press it."""
        self.to(wanted)
        self.hit("Enter")

    def write(self, wanted: str, words: str) -> None:
        """Go to a field and write in it, in place of what stands there."""
        self.to(wanted)
        self.hit("Control+a")
        self.page.keyboard.type(words)

    def pick(self, wanted: str, words: str) -> None:
        """Write a part of a place's name and take the first that is found.

        All letters at once: where they come slowly, each is searched for, and what is found last unmarks the first.
        """
        self.to(wanted)
        self.hit("Control+a")
        self.page.keyboard.insert_text(words)
        self.page.wait_for_selector(f"{wanted}-list li")
        self.hit("ArrowDown", "Enter")

    def choose(self, wanted: str, value: str) -> None:
        """Choose in a list by its arrows."""
        self.to(wanted)
        for _step in range(30):
            if self.page.input_value(wanted) == value:
                return
            self.hit("ArrowDown")
        raise AssertionError(f"{wanted} has no {value}")

    def tick(self, wanted: str) -> None:
        """Go to a box and tick it."""
        self.to(wanted)
        self.hit("Space")

    def files(self, wanted: str, *paths: Path) -> None:
        """Choose files."""
        self.to(wanted)
        with self.page.expect_file_chooser() as chooser:
            self.hit("Enter")
        chooser.value.set_files(paths)

    def lands_in(self, wanted: str) -> None:
        """What was asked for has come, and the focus is there or in it: the next Tab goes on from there."""
        self.page.wait_for_function("wanted => document.activeElement.closest(wanted)", arg=wanted)

    def go(self, path: str) -> None:
        """Open a page by the navigation."""
        self.press(f'.top a[href="{path}"]')
        self.page.wait_for_url(f"**{path}*")
        self.is_ready()


@pytest.fixture
def empty(terminal: Terminal) -> Iterator[Served]:
    """The page in a folder where nothing has begun."""
    terminal.home.mkdir()
    station = station_at(str(terminal.home), None, lambda: NOW)
    served = Served(terminal)
    served.site.first = StationHome(terminal.home, station.db_url, station.around(), lambda: station.signer)
    yield served
    served.stop()


def test_the_whole_work_is_done_by_keyboard_alone(
    window: "BrowserContext", empty: Served, terminal: Terminal, tmp_path: Path
) -> None:
    keys = Keys(window.new_page())
    keys.page.goto(f"{empty.url}/?lang=en")
    begin_station(keys)
    plan_and_label(keys, tmp_path)
    codes = terminal.codes("--to", "51.08.01.2001.001", "--kind", "box")
    hand_over(keys, codes)
    correct_it(keys)
    look_things_up(keys, codes)
    record_the_rest(keys, codes, tmp_path)
    meet(keys, terminal, tmp_path)
    assert [error for error in keys.errors if "422" not in error] == [], "an obstacle without words was refused"
    assert terminal("verify").code == 0


def begin_station(keys: Keys) -> None:
    """From the guide to the station's own page; its first supervisor is at work."""
    keys.page.wait_for_url("**/first*")
    for name, words in {
        "election": "Pemilu 2024",
        "place": "51.08",
        "name": "Gudang-1",
        "by": "Made",
        "pin": PIN,
    }.items():
        keys.write(f"#first-{name}", words)
    for name in ("passphrase", "again"):
        keys.write(f"#first-{name}", PASSPHRASE)
    keys.press("#first button.main")
    keys.page.wait_for_url("**/station*")


def plan_and_label(keys: Keys, folder: Path) -> None:
    """Tables are loaded, what is needed is registered, and its labels are printed."""
    (folder / "places.csv").write_text(PLACES)
    (folder / "needs.csv").write_text(NEEDS)
    keys.go("/plan")
    keys.files("#files", folder / "places.csv", folder / "needs.csv")
    keys.press("#load > .actions button")
    keys.lands_in("#load-outcome")
    keys.press("#load-outcome button.main")
    keys.shows("#load-outcome", "Loaded and recorded")
    keys.lands_in("#load-outcome")
    keys.press("#register > .actions button")
    keys.lands_in("#register-outcome")
    keys.press("#register-outcome button.main")
    keys.shows("#register-outcome", "items registered")
    keys.press('#register-outcome a[href="/labels"]')
    keys.page.wait_for_url("**/labels*")
    keys.pick("#to", "patas")
    keys.press('#print [data-path="/api/labels/preview"]')
    keys.lands_in("#print-outcome")
    keys.press("#print [data-ask]")
    keys.to("#sure [value=go]", 3)
    keys.hit("Enter")
    keys.shows("#print-outcome", "18")
    keys.lands_in("#print-outcome")


def hand_over(keys: Keys, codes: list[str]) -> None:
    """Five boxes to a village; both sign by PIN; the letter is opened."""
    keys.press(".brand")
    keys.press('main a[href="/scan"]')
    keys.page.wait_for_url("**/scan")
    keys.pick("#receiver", "patas")
    keys.press("#begin button.main")
    keys.page.wait_for_url(re.compile(r"/scan/[0-9a-f-]{36}$"))
    for count, code in enumerate(codes, 1):
        keys.type(item_payload(code, 1))
        keys.shows("#taken", str(count))
    keys.press(f'[data-item="{codes[0]}"]')
    keys.choose("#condition", "wet")
    keys.hit("Escape")
    keys.page.wait_for_selector("#line:focus")
    keys.type("finish")
    keys.page.wait_for_url("**/review")
    keys.write("#giver_name", "Made Wirawan")
    keys.write("#receiver_name", "Ketut Ardana")
    for side in ("giver", "receiver"):
        keys.press(f'[data-pin="{side}"]')
        keys.page.wait_for_selector("#pin-field:focus")
        keys.page.keyboard.type("83615")
        keys.hit("Enter")
        keys.page.wait_for_selector("#pin-again:focus")
        keys.page.keyboard.type("83615")
        keys.hit("Enter")
        keys.page.wait_for_selector(f'[data-back="{side}"]')
        keys.page.wait_for_selector("#pin", state="hidden")
        keys.lands_in("#record")
    keys.press("#record-button")
    keys.page.wait_for_url("**/handover?**")
    keys.shows("#recorded", "RECORDED 0001/GUDANG-1/2024")
    with keys.page.expect_popup() as letter:
        keys.press('a[href*="/handover/letter/"]')
    letter.value.close()


def fill(keys: Keys, **said: str) -> None:
    """Write into the fields of a form that records something, by their names."""
    for name, words in said.items():
        keys.write(f"[data-field={name}] :is(input, textarea)", words)


def record(keys: Keys, words: str) -> None:
    """Press the form's button; what came of it has the focus."""
    keys.press("#record > .actions button.main")
    keys.shows("#record-outcome", words)
    keys.lands_in("#record-outcome")


def correct_it(keys: Keys) -> None:
    """The handover is put right: seen first, then recorded."""
    keys.press('a[href^="/records/correct"]')
    keys.page.wait_for_url("**/records/correct*")
    keys.choose("[data-field=reason] select", "incorrect_data")
    fill(keys, counted="5")
    record(keys, "What would change")
    keys.press("#record-outcome button.main")
    keys.shows("#record-outcome", "1 record withdrawn")
    keys.lands_in("#record-outcome")


def look_things_up(keys: Keys, codes: list[str]) -> None:
    """A report, a search, all handovers, the dashboard, and things chosen in the list."""
    keys.go("/reports")
    keys.press('a[href="/reports/progress"]')
    keys.press("#report button.main")
    keys.lands_in("#report-outcome")
    keys.shows("#report-outcome", "Gudang")
    keys.press(".top .beside[href='/search']")
    keys.write("#q", "Ketut")
    keys.hit("Enter")
    keys.page.wait_for_url("**/search?q=Ketut")
    keys.press('a[href="/handovers"]')
    keys.page.wait_for_url("**/handovers")
    keys.write("#q", "patas")
    keys.hit("Enter")
    keys.page.wait_for_url("**/handovers?*")
    keys.press("main tbody a")
    keys.page.wait_for_url("**/handover?**")
    keys.go("/dashboard")
    keys.press('.tabs a[href*="view=tree"]')
    keys.page.wait_for_url("**view=tree*")
    keys.shows("#view-title", "delivery tree")
    keys.lands_in(".tabs")
    keys.go("/items")
    keys.pick("#to", "patas")
    keys.press("#search button.main")
    keys.page.wait_for_selector("#chosen-count")
    keys.tick("#choose-page input")
    keys.shows("#chosen-count", "18")
    keys.press("#chosen button[value=csv]")
    keys.shows("#chosen-outcome", "18")
    keys.lands_in("#chosen-outcome")
    keys.press(f'#chosen a[href="/items/{codes[0]}"]')
    keys.page.wait_for_url(f"**/items/{codes[0]}")


def record_the_rest(keys: Keys, codes: list[str], folder: Path) -> None:
    """An obstacle, a look with a photograph, seals, a checklist and a delivery."""
    photo = folder / "wet.png"
    Image.new("RGB", (64, 48), "navy").save(photo)
    for name in ("incident", "inspect", "seal", "checklist", "delivery"):
        keys.go("/records")
        keys.press(f'a[href="/records/{name}"]')
        keys.page.wait_for_url(f"**/records/{name}")
        if name == "incident":
            keys.press("#record > .actions button.main")
            keys.page.wait_for_selector("[aria-invalid]:focus")  # what is missing is gone to
            fill(keys, text="The bridge is broken", stage="transport", codes=codes[1])
            record(keys, "RECORDED")
        elif name == "inspect":
            fill(keys, codes=codes[2])
            keys.choose("[data-field=condition] select", "wet")
            keys.files("[data-field=photo] input", photo)
            record(keys, "RECORDED")
        elif name == "seal":
            keys.choose("[data-field=action] select", "apply")
            fill(keys, code=codes[3], serials="A0001", names="Made")
            record(keys, "RECORDED")
        elif name == "checklist":
            for question in keys.page.eval_on_selector_all("#record select", "all => all.map(one => '#' + one.id)"):
                keys.to(question)
                keys.hit("ArrowDown")
            record(keys, "RECORDED")
        else:
            fill(keys, vendor="PT Kotak", arrived="12")
            keys.choose("[data-field=kind] select", "box")
            record(keys, "RECORDED")


def meet(keys: Keys, terminal: Terminal, folder: Path) -> None:
    """A station is admitted by its words, a bundle is given, the evidence is checked, a safe copy is made."""
    root = json.loads((terminal.home / "station-card.json").read_text())["root"]
    command_examples.station_at(
        terminal,
        folder / "other",
        "--place",
        "51.08.01",
        "--station",
        "PPK",
        "--root",
        root,
        "--election",
        "Pemilu 2024",
    )
    keys.go("/meet")
    keys.files("#admit-file", folder / "other" / "station-card.json")
    keys.press("#admit > .actions button")
    keys.lands_in("#admit-outcome")
    keys.tick("#admit-outcome [name=compared]")
    keys.press("#admit-outcome button.main")
    keys.shows("#admit-outcome", "is admitted")
    keys.lands_in("#admit-outcome")
    for form, words in (
        ("give", "written and read back"),
        ("check", "Every record is"),
        ("copy", "copied and read back"),
    ):
        keys.press(f"#{form} > .actions button.main")
        keys.shows(f"#{form}-outcome", words)
        keys.lands_in(f"#{form}-outcome")
