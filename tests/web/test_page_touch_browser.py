"""A phone in a real browser: fingers in place of a mouse, on a screen of 390 by 844."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

import pytest

from custody.errors import StoreError
from tests.support.browser_examples import PHONE, Served, Watched
from tests.support.command_examples import Terminal
from tests.support.scan_in_browser import begin

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LEAST_PX = 44
SMALL = """least => [...document.querySelectorAll("a, button, input, select, textarea, summary")].filter(one => {
  const label = ["checkbox", "radio"].includes(one.type) && one.closest("label");
  const at = (label || one).getBoundingClientRect(), is_visible = getComputedStyle(one).visibility === "visible";
  const is_seen = at.width > 1 && at.height > 1 && is_visible && !one.closest(".hidden-words, .skip, svg");
  return is_seen && (at.height < least || (at.width < least && !one.closest("td, th, li, p, summary")));
}).map(one => `${one.outerHTML.slice(0, 110)} ${one.getBoundingClientRect().height}`)"""
SEEN = """one => {
  one.scrollIntoView({ block: "nearest" }); // as somebody does who looks for it
  const at = one.getBoundingClientRect();
  const seen = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
  const is_own = seen && (one.contains(seen) || seen.contains(one));
  return { height: at.height, over: is_own ? "" : seen?.outerHTML.slice(0, 90) ?? "nothing, it is off the screen" };
}"""


class Fingers(Watched):
    """Somebody who has a phone."""

    def tap(self, wanted: str) -> None:
        """Touch it: it is as large as a finger, and nothing lies over it."""
        self.is_ready()
        one = self.page.locator(wanted).first
        one.wait_for(state="visible")
        self.page.wait_for_timeout(250)  # lists are rendered again when something has come
        seen = one.evaluate(SEEN)
        assert seen["height"] >= LEAST_PX, f"{wanted} is too low for a finger: {seen}"
        assert seen["over"] == "", f"something lies over {wanted}: {seen}"
        one.tap()

    def draw(self) -> None:
        """Draw a line over the pad with one finger."""
        pad = self.page.locator("#pad").bounding_box()
        assert pad is not None
        assert pad["height"] > 600 and pad["y"] + pad["height"] <= PHONE["height"], (
            "the whole screen is there to sign on"
        )
        finger = self.page.context.new_cdp_session(self.page)
        across, down = pad["x"] + pad["width"] / 2, pad["y"] + 80

        def touch(kind: str, *points: tuple[float, float]) -> None:
            finger.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
            )

        touch("touchStart", (across, down))
        for step in range(1, 25):
            touch("touchMove", (across + (30 if step % 4 < 2 else -30), down + step * 18))
        self.page.wait_for_timeout(
            300
        )  # at rest, as at the end of a name: of a finger that flies off the browser takes the next touch for a stop
        touch("touchEnd")


@pytest.fixture
def phone(chromium: "Browser") -> Iterator[Any]:
    """A phone's browser."""
    context = chromium.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2, locale="id-ID"
    )
    context.set_default_timeout(60_000)
    yield context
    context.close()


def test_a_handover_is_scanned_signed_on_the_pad_and_recorded_by_touch(phone: Any, served: Served) -> None:
    codes = served.station.codes("--to", "51.08.01.2001.001", "--kind", "box")
    here = Fingers(phone.new_page())
    here.page.goto(f"{served.url}/?lang=id")
    here.tap('main a[href="/scan"]')
    here.page.wait_for_url("**/scan")
    here.tap("#receiver")
    here.page.keyboard.insert_text("patas")
    here.tap("#receiver-list li")
    here.tap("#begin button.main")
    here.page.wait_for_url(re.compile(r"/scan/[0-9a-f-]{36}$"))
    for count, code in enumerate(codes, 1):
        here.tap("#line")
        here.page.keyboard.insert_text(code)
        here.tap("#entry button")
        here.shows("#taken", str(count))
    here.tap(f'[data-item="{codes[0]}"]')
    here.tap("#remark")
    here.page.keyboard.insert_text("tutupnya penyok")
    here.tap("#item-form button.main")
    here.page.wait_for_selector("#item", state="hidden")
    here.tap("#review")
    here.page.wait_for_url("**/review")
    for side, name in {"giver": "Made", "receiver": "Ketut"}.items():
        here.tap(f"#{side}_name")
        here.page.keyboard.insert_text(name)
        here.tap(f'[data-sign="{side}"]')
        here.page.wait_for_selector("#pad:visible")
        here.draw()
        here.tap("#sign-keep")
        here.page.wait_for_selector(f'[data-back="{side}"]')
    here.tap("#record-button")
    here.page.wait_for_url("**/handover?**")
    here.shows("#recorded", "TERCATAT 0001/GUDANG-1/2024")
    assert here.page.locator(".signer .ink img").count() == 2
    here.tap('a[href*="/handover/letter/"]')
    assert here.errors == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/scan",
        "/items?to=51.08.01",
        "/labels",
        "/plan",
        "/meet",
        "/records",
        "/records/seal",
        "/reports/progress",
        "/dashboard",
        "/dashboard?view=findings",
        "/handovers",
        "/search?q=patas",
        "/station",
        "/people",
        "/observers",
    ],
)
def test_what_can_be_pressed_is_as_large_as_a_finger(phone: Any, served: Served, path: str) -> None:
    here = Fingers(phone.new_page())
    here.page.goto(f"{served.url}{path}{'&' if '?' in path else '?'}lang=id")
    here.is_ready()
    assert here.page.evaluate(SMALL, LEAST_PX) == []


def test_a_phone_that_was_let_in_chooses_a_handover_and_scans_along_by_touch(
    window: Any, chromium: "Browser", station: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(station)
    phone = chromium.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, ignore_https_errors=True, locale="id-ID"
    )
    phone.set_default_timeout(60_000)
    try:
        begin(window, served, "gerokgak")
        scan = begin(window, served)
        here_alone: list[IPv4Address] = []

        def addresses() -> list[IPv4Address]:
            if not here_alone:
                raise StoreError("this computer is on no local network")
            return here_alone

        monkeypatch.setattr("web.server.lan_addresses", addresses)
        scan.page.click("#devices-open")
        scan.page.click("#lan-open")
        scan.shows("#devices .notice", "no local network")
        scan.errors.clear()
        here_alone.append(IPv4Address("127.0.0.1"))
        scan.page.click("#devices .close")
        scan.page.click("#devices-open")
        scan.page.wait_for_selector("#lan-open:visible")
        scan.check_access()
        scan.page.click("#lan-open")
        scan.page.wait_for_selector("#offer-code:visible")
        here = Fingers(phone.new_page())
        here.page.goto(f"{scan.page.inner_text('#offer-address')}?lang=id")
        here.tap("#code")
        here.page.keyboard.insert_text(scan.page.inner_text("#offer-code").lower())
        assert here.page.evaluate(SMALL, LEAST_PX) == []
        here.tap("#pair button")
        here.page.wait_for_url(re.compile(r"/scan/[0-9a-f-]{36}$"))  # the one whose page showed the code
        here.page.goto(f"{here.page.url.partition('/scan')[0]}/device?lang=id")
        here.shows("h1", "Ikut memindai")
        assert here.page.evaluate(SMALL, LEAST_PX) == []
        here.check_access()
        here.shoot("device")
        here.page.set_viewport_size(PHONE)
        here.tap('main a:has-text("Patas")')
        here.page.wait_for_url(re.compile(r"/scan/[0-9a-f-]{36}$"))
        here.tap("#line")
        here.page.keyboard.insert_text(station.codes("--to", "51.08.01.2001.001")[0])
        here.tap("#entry button")
        here.shows("#taken", "1")
        here.page.wait_for_selector("[data-choose]")  # the list of what was taken comes after the count
        assert here.page.evaluate(SMALL, LEAST_PX) == []
        scan.shows("#taken", "1")
        assert here.errors == scan.errors == []
    finally:
        phone.close()
        served.stop()
