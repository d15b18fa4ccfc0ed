"""The scan page, the review and the recorded page in a real browser: nothing moves, and each device sees its own."""

import json
import shutil
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import bootstrap
from custody.format.codes import item_payload, show_code
from tests.support.browser_examples import LAPTOP, PHONE, Served, Watched
from tests.support.command_examples import Terminal
from tests.support.scan_in_browser import begin
from web.pages import handover

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHIFTS = """window.shifted = [];
new PerformanceObserver((list) => { for (const each of list.getEntries())
  shifted.push([each.value, each.sources.map(({ node, previousRect, currentRect }) =>
  `${node?.id || node?.className || node?.nodeName} ${JSON.stringify([previousRect, currentRect])}`).join(" ")]);
}).observe({ type: "layout-shift", buffered: true });"""
CRIED = """() => { window.cried = []; const alarm = document.getElementById("alarm");
new MutationObserver(() => { if (!alarm.hidden) cried.push(alarm.textContent); })
  .observe(alarm, { attributes: true }); }"""
STEADY = (".stage", "#undo", "#line", "#review", "#count", "#irregular-title", "#taken-title", "#missing-title")
SIZES = pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])


def places_of(scan: Watched, selectors: tuple[str, ...] = STEADY) -> dict[str, tuple[float, float]]:
    """Where things stand on the page."""
    return {
        name: tuple(
            scan.page.locator(name).evaluate(
                "node => { const box = node.getBoundingClientRect();"
                " return [box.x + scrollX, box.bottom + scrollY].map(Math.round); }"
            )
        )
        for name in selectors
    }


def take(served: Served, scan: Watched, line: str) -> None:
    """A label that the station's camera reads: nobody presses anything."""
    draft = scan.page.url.split("?")[0].split("/")[4]
    served.site.sessions.do(draft, lambda session: session.type_in(line))


@pytest.fixture
def two_phones(chromium: "Browser") -> "Iterator[list[BrowserContext]]":
    made = [
        chromium.new_context(viewport=PHONE, ignore_https_errors=True, locale="en-GB", has_touch=True)
        for _place in "ab"
    ]
    yield made
    for context in made:
        context.close()


@SIZES
def test_nothing_moves_when_results_come(
    window: "BrowserContext", served: Served, station: Terminal, size: dict[str, int]
) -> None:
    codes, astray = station.codes("--to", "51.08.01.2001"), station.codes("--to", "51.08.02")
    scan = begin(window, served)
    scan.page.goto(scan.page.url + "?lang=id")
    scan.page.set_viewport_size(size)  # type: ignore[arg-type]
    scan.rests()
    scan.page.evaluate(SHIFTS)
    scan.page.wait_for_timeout(200)
    scan.rests()
    scan.page.evaluate("shifted.length = 0")
    before = places_of(scan)
    for count, line in enumerate(
        (*codes[:3], codes[0], *astray[:4], "0000000000000", "8991234567890", codes[4][:-1] + "*77", *codes[5:12]), 1
    ):
        take(served, scan, item_payload(line, 1) if line in (*codes, *astray) else line)
        scan.page.wait_for_timeout(250)
        assert places_of(scan) == before, f"after {count}: {line}"
    scan.shows("#taken", "10")
    scan.shows(".irregular", "Salah tujuan")
    assert scan.page.evaluate("shifted") == []
    assert scan.page.locator(".stage").bounding_box()["y"] < size["height"] / 3  # type: ignore[index]
    scan.check_access()
    scan.page.evaluate("scrollTo(0, document.getElementById('scan').getBoundingClientRect().bottom - innerHeight)")
    scan.page.wait_for_timeout(200)
    stage = scan.page.locator(".stage").bounding_box()
    assert stage and 0 <= stage["y"] < 60, "it stays in sight to the end of the lists"
    assert scan.errors == []


def test_two_phones_and_a_usb_scanner_each_hear_of_their_own_trouble(
    window: "BrowserContext", two_phones: "list[BrowserContext]", station: Terminal
) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    served = Served(station, is_lan=True)
    try:
        scan = begin(window, served)
        phones = []
        for context in two_phones:
            scan.page.click("#devices-open")
            scan.page.wait_for_selector("#offer-code:visible")
            phone = Watched(context.new_page())
            phone.page.goto(scan.page.inner_text("#offer-address"))
            phone.page.fill("#code", scan.page.inner_text("#offer-code"))
            phone.page.click("#pair button")
            phone.page.wait_for_url("**/scan/*")
            phones.append(phone)
            scan.page.keyboard.press("Escape")
        one, two = phones
        for device, code in ((one, codes[0]), (two, codes[1]), (scan, codes[2]), (one, codes[3])):
            device.page.fill("#line", item_payload(code, 1))
            device.page.press("#line", "Enter")
            device.shows("#last.right", show_code(code))
        for device in (scan, one, two):
            device.shows("#taken", "4")
        for name in ("Phone", "Phone 2", "USB scanner"):
            scan.shows(".taken", name)
        for device, code in ((scan, codes[2]), (one, codes[3]), (two, codes[1])):
            device.shows("#undo", show_code(code))
        two.page.fill("#line", codes[5][:-1] + ("0" if codes[5][-1] != "0" else "1"))
        two.page.press("#line", "Enter")
        two.shows("#last.wrong", "check character")
        two.hears("wrong")
        scan.shows("#other.wrong", "Phone 2: ")
        scan.shows("#last.right", show_code(codes[2]))
        one.shows("#last.right", show_code(codes[3]))
        assert "check character" not in one.page.inner_text("main")
        one.hears("ok")
        scan.hears("ok")
        scan.check_access()
        one.page.click("#undo")
        one.shows("#last", "out of the list")
        scan.shows("#taken", "3")
        two.shows("#other", f"Phone: {show_code(codes[3])} is out of the list")
        two.shows("#last.wrong", "check character")
        two.check_access()
        scan.shoot("three-scanners")
        assert scan.errors == one.errors == two.errors == []
    finally:
        served.stop()


def test_several_are_removed_at_once_by_the_keyboard_and_no_scan_does_it(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    codes, astray = station.codes("--to", "51.08.01.2001"), station.codes("--to", "51.08.02")[:3]
    scan = begin(window, served)
    for code in (*codes[:3], *astray):
        scan.type(item_payload(code, 1))
    scan.shows("#taken-title", "6")
    scan.tab_to(".irregular summary")
    scan.page.keyboard.press("Enter")
    scan.tab_to("[data-remove-group]")
    scan.page.keyboard.press("Enter")
    scan.shows("#away[open]", "Remove 3 from the list")
    scan.check_access()
    scan.type(item_payload(codes[4], 1))  # a scanner's Enter answers nothing
    scan.page.wait_for_selector("#away[open]")
    scan.pause()
    scan.tab_to("#away-go")
    scan.page.keyboard.press("Enter")
    scan.shows(".irregular", "Nothing irregular so far")
    scan.shows("#last", "3 are out of the list")
    assert scan.page.evaluate("document.activeElement.id") == "line"
    for code in codes[:2]:
        scan.page.check(f'[data-choose="{code}"]')
    scan.page.click("#remove-chosen")
    scan.agree("#away-go")
    scan.shows("#taken-title", "2")
    scan.page.wait_for_selector("#remove-chosen:disabled")
    assert scan.errors == []


class TestReview:
    def review(self, window: "BrowserContext", served: Served, station: Terminal) -> Watched:
        scan = begin(window, served)
        for code in (station.codes("--to", "51.08.01.2001")[0], *station.codes("--to", "51.08.02")[:2]):
            scan.type(item_payload(code, 1))
        scan.shows("#taken-title", "3")
        scan.page.click("#review")
        scan.page.wait_for_url("**/review")
        return scan

    def test_forgetting_is_far_from_going_back(
        self, window: "BrowserContext", served: Served, station: Terminal
    ) -> None:
        scan = self.review(window, served, station)
        for size in (LAPTOP, PHONE):
            scan.page.set_viewport_size(size)  # type: ignore[arg-type]
            places = places_of(scan, ("#drop", "#record-button", "#record .actions a.button"))
            others = [y for name, (_x, y) in places.items() if name != "#drop"]
            assert places["#drop"][1] - max(others) > 60
            scan.check_access()

    @pytest.mark.parametrize("size", [PHONE, {"width": 844, "height": 390}], ids=["upright", "lying"])
    def test_a_phone_signs_on_its_whole_screen(
        self, window: "BrowserContext", served: Served, station: Terminal, size: dict[str, int]
    ) -> None:
        scan = self.review(window, served, station)
        scan.page.set_viewport_size(size)  # type: ignore[arg-type]
        scan.say_names()
        scan.page.keyboard.press("Tab")
        scan.page.click('[data-sign="giver"]')
        scan.page.wait_for_selector("#pad:visible")
        dialog, pad = (scan.page.locator(name).bounding_box() for name in ("#sign", "#pad"))
        assert dialog and pad and (dialog["width"], dialog["height"]) == (size["width"], size["height"])
        assert max(pad["width"], pad["height"]) > 0.6 * max(size.values())
        assert pad["width"] * pad["height"] > 0.45 * size["width"] * size["height"], "a pad, with its buttons beside it"
        is_turned = pad["height"] > pad["width"]
        assert is_turned == (size == PHONE)
        for at in range(20):  # along the longer side, its near edge to the end
            x, y = (0.5, 0.1 + at * 0.04) if is_turned else (0.1 + at * 0.04, 0.5)
            scan.page.mouse.move(pad["x"] + x * pad["width"], pad["y"] + (y + at % 2 * 0.02) * pad["height"])
            if at == 0:
                scan.page.mouse.down()
        scan.page.mouse.up()
        scan.check_access()
        scan.page.screenshot(path="build/screenshots/pad.png")
        with scan.page.expect_request("**/signatures/giver") as sent:
            scan.page.click("#sign-keep")
        (line,) = json.loads(sent.value.post_data or "")["strokes"]
        assert line[0][0] < 150 and line[-1][0] > 800 and all(120 < y < 280 for _x, y in line), (
            "it lies as it is written"
        )
        scan.page.wait_for_selector('[data-back="giver"]')
        assert scan.errors == []


def test_what_is_found_late_of_a_recorded_handover_moves_nothing(
    window: "BrowserContext", served: Served, station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "_AT_ONCE", 1)
    scan = TestReview().review(window, served, station)
    scan.say_names()
    scan.page.add_init_script(SHIFTS)
    scan.page.click("#record-button")
    scan.agree()
    scan.page.wait_for_url("**/handover?**")
    scan.shows("#outcome", "2 critical findings")
    scan.page.wait_for_selector("#recorded.watch")
    assert scan.page.evaluate("shifted") == []
    scan.page.click("#found summary")
    scan.shows("#found li >> nth=1", "not for PPS Patas")
    scan.check_access()
    scan.shoot("recorded-late")
    assert scan.errors == []


def test_going_back_after_recording_shows_the_record_and_no_open_session(
    chromium: "Browser", served: Served, station: Terminal
) -> None:
    program = next(filter(None, map(shutil.which, bootstrap.BROWSERS)))
    browser = chromium.browser_type.launch(
        executable_path=program, ignore_default_args=["--disable-back-forward-cache"]
    )
    window = browser.new_context(viewport=LAPTOP, locale="en-GB")
    try:
        scan = TestReview().review(window, served, station)
        scan.say_names()
        before = station.event_count()
        scan.page.click("#record-button")
        scan.agree()
        scan.page.wait_for_url("**/handover?**")
        for _press in range(2):
            scan.page.go_back()
            scan.page.wait_for_timeout(500)
            assert scan.page.locator("#record-button, #line").count() == 0 and "/scan/" not in scan.page.url
        assert station.event_count() == before + 1
    finally:
        browser.close()


def test_a_laptop_that_slept_is_up_to_date_and_cries_no_wolf(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    codes = station.codes("--to", "51.08.01.2001")
    scan = begin(window, served)
    scan.page.evaluate(CRIED)
    chrome = window.new_cdp_session(scan.page)
    chrome.send("Page.setWebLifecycleState", {"state": "frozen"})
    for code in codes[:3]:
        take(served, scan, item_payload(code, 1))
    time.sleep(10)
    chrome.send("Page.setWebLifecycleState", {"state": "active"})
    scan.shows("#taken", "3")
    scan.page.wait_for_timeout(1500)
    assert scan.page.evaluate("cried") == [] and scan.errors == []
    scan.type(item_payload(codes[3], 1))
    scan.shows("#taken", "4")


def test_a_long_name_is_shown_whole_and_pushes_nothing_off_the_screen(
    window: "BrowserContext", served: Served, station: Terminal
) -> None:
    long = "Kelurahan " + "Sangat" * 32
    (station.home.parent / "long.csv").write_text(
        f"code,name,level,parent\n51.08.01.2001.002,{long},polling_station,51.08.01.2001\n"
    )
    assert station("load", station.home.parent / "long.csv").code == 0
    scan = begin(window, served)
    scan.type(item_payload(station.codes("--to", "51.08.01.2001.002")[0], 1))
    scan.shows("#last", "SangatSangat")
    scan.shoot("long-name")
    scan.page.click("#review")
    scan.page.wait_for_url("**/review")
    scan.page.fill("#giver_name", "W" * 200)
    scan.page.keyboard.press("Tab")
    scan.shows("#record-error", "200 characters; 120 is the most")
    scan.shoot("long-names")
    assert [error for error in scan.errors if "422" not in error] == []
