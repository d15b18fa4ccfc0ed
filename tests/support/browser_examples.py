"""A real browser on a real server, for tests: Chromium driven by Playwright, the page served on a free port."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import bootstrap
from tests.support.command_examples import Terminal
from tests.support.page_examples import site_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
OURS = ("http://127.0.0.1:", "https://127.0.0.1:", "data:", "blob:")
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PACE = """(() => {
  const stamp = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp").get;
  const now = performance.now.bind(performance), seen = new WeakMap();
  let late = 0, left = 0, is_first = true, last = 0;
  window.keys_to_come = (count) => { [left, is_first] = [count, true]; };
  Object.defineProperty(Event.prototype, "timeStamp", { get() {
    if (!seen.has(this)) {
      const real = stamp.call(this);
      if (left && this.type === "keydown") {
        if (!is_first) late = Math.max(late, real - last - 4);
        [left, is_first, last] = [left - 1, false, real - late];
      }
      seen.set(this, real - late);
    }
    return seen.get(this);
  } });
  performance.now = () => now() - late;
})()"""
"""The pace of keys as a test says it: on a busy computer the driver sends them more slowly than any scanner does.
By how much a key was late is taken off the time of all that comes behind it."""
FOCUS = """document.addEventListener("DOMContentLoaded", () => {
  if (location.hash || document.activeElement !== document.body) return;
  for (const wanted of document.querySelectorAll("[autofocus]")) {
    wanted.focus();
    if (document.activeElement === wanted) return;
  }
})"""
"""A browser focuses the field with `autofocus` at the first frame it draws, on a busy computer long after the page has
loaded: whoever types at once types into nothing. Here it is focused before the page counts as loaded."""
RESTS = """async () => {
  await document.fonts.ready;
  const end = Date.now() + 60000;
  for (let still = 0, last = ""; still < 3 && Date.now() < end;) {
    await new Promise(requestAnimationFrame);
    const boxes = [];
    for (const one of document.querySelectorAll("body *")) boxes.push(JSON.stringify(one.getBoundingClientRect()));
    [still, last] = [boxes.join() === last ? still + 1 : 0, boxes.join()];
  }
}"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
OF_ROOM = ["target-size", "scrollable-region-focusable"]
"""What a screen of another width changes where the same things are shown on it."""
MORE_RULES = {name: {"enabled": True} for name in ("landmark-unique", "page-has-heading-one")}


_OF_WORKER = 100 * int("0" + os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"))
"""Each process of a run has ports of its own: a server that was stopped for a while finds another's on its port, else,
and the page is answered by a station that does not know it."""


class Served:
    """A page that is served until it is stopped; `start` serves it again on the same port, as after a restart."""

    def __init__(self, station: Terminal, source: str = "0", *, is_lan: bool = False) -> None:
        self.station, self._source, self._port, self._is_lan = station, source, None, is_lan
        self._lan_port: int | None = None
        self.start()

    def start(self) -> None:
        from web.security.sockets import listen
        from web.server import lan_server_of, open_lan, server_of

        listening = listen(self._port, first=9000 + _OF_WORKER)
        self._port = listening.getsockname()[1]
        self.site = site_at(self.station.home, port=self._port, source=self._source)
        self._server = server_of(self.site)
        if self._is_lan:
            beside = listen(self._lan_port, first=9050 + _OF_WORKER)
            self._lan_port = beside.getsockname()[1]
            self.site.lan = open_lan(self.station.home, beside)
            for_devices = lan_server_of(self.site)
            threading.Thread(target=for_devices.run, kwargs={"sockets": [beside]}, daemon=True).start()
            self._server.beside.append(for_devices)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()

    @property
    def routes(self) -> list[Any]:
        """All that it answers, described or not."""
        from fastapi.routing import iter_route_contexts  # type: ignore[attr-defined]

        return list(iter_route_contexts(self._server.config.app.routes))

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=60)
        assert not self._thread.is_alive()

    @property
    def url(self) -> str:
        return self.site.address.rstrip("/")


class Watched:
    """A page in the browser whose errors are kept; that it asks for anything from outside is one."""

    def __init__(self, page: "Page") -> None:
        self.page, self.errors = page, list[str]()
        page.add_init_script(PACE)
        page.add_init_script(FOCUS)
        page.on(
            "request",
            lambda request: self.errors.append(f"outside: {request.url}") if not request.url.startswith(OURS) else None,
        )
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _hear(self, message: "ConsoleMessage") -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} {message.location['url']}")

    def type(self, line: str) -> None:
        """Type a line as a USB scanner does: fast, wherever the focus is, Enter at the end."""
        self.is_ready()
        self.page.evaluate("count => keys_to_come(count)", len(line) + 1)
        self.page.keyboard.type(line)
        self.page.keyboard.press("Enter")

    def tab_to(self, selector: str) -> None:
        """Go there with the Tab key alone."""
        for _step in range(80):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
        raise AssertionError(f"no Tab leads to {selector}")

    def shows(self, selector: str, text: str) -> None:
        """Wait until something on the page says this, and its scripts have run: a new page says it before."""
        from playwright.sync_api import expect

        expect(self.page.locator(selector)).to_contain_text(text)
        self.is_ready()

    def is_ready(self) -> None:
        """Wait until the scripts of the page have run."""
        self.page.wait_for_load_state("domcontentloaded")

    def hears(self, sound: str) -> None:
        """Wait until this sound was the last: the list may show what was scanned before the answer has come."""
        self.page.wait_for_function("sound => document.documentElement.dataset.sound === sound", arg=sound)

    def say_names(self) -> None:
        """Write who gives and who receives on the review."""
        self.page.fill("#giver_name", "Made")
        self.page.fill("#receiver_name", "Ketut")

    def pause(self) -> None:
        """Wait as people do: what is pressed right behind a letter, a scanner pressed, and at once, a double click."""
        self.page.wait_for_timeout(400)

    def agree(self, yes: str = "#sure-go") -> None:
        """Answer with yes, as somebody does who has read what is asked."""
        self.page.wait_for_selector(f"{yes}:visible")
        self.pause()
        self.page.click(yes)

    def rests(self) -> None:
        """Wait until the fonts are there and nothing on the page has moved for three frames."""
        self.page.evaluate(RESTS)

    def sign(self, signer: str) -> None:
        """Draw a signature with the mouse, and keep it."""
        self.page.click(f'[data-sign="{signer}"]')
        self.page.wait_for_selector("#pad:visible")
        pad = self.page.locator("#pad").bounding_box()
        assert pad is not None
        self.page.mouse.move(pad["x"] + 60, pad["y"] + 120)
        self.page.mouse.down()
        for step in range(24):
            self.page.mouse.move(pad["x"] + 60 + step * 10, pad["y"] + (90 if step % 4 < 2 else 150))
        self.page.mouse.up()
        self.page.click("#sign-keep")
        self.page.wait_for_selector(f'[data-back="{signer}"]')

    def check_access(self, schemes: tuple[str, ...] = ("light", "dark"), rules: list[str] = RULES) -> None:
        """Nothing on the page keeps people from reading or reaching it, in light and in dark (WCAG 2.2 AA, by axe).

        All rules in the first scheme, or `rules`; in the other those of colours, which alone it changes.
        """
        from axe_playwright_python.sync_playwright import Axe

        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(Axe().axe_script)
        for scheme in schemes:
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            chosen = {"runOnly": rules} if scheme == schemes[0] else {"runOnly": OF_COLOURS}
            if chosen["runOnly"] is RULES:
                chosen |= {"rules": MORE_RULES}
            answer = self.page.evaluate("asked => axe.run(asked)", {**chosen, "resultTypes": ["violations"]})
            found = [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in answer["violations"]]
            assert found == [], f"{scheme}: {self.page.url}: {found}"

    def shoot(self, name: str) -> None:
        """Keep pictures of the page for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.bring_to_front()  # a page behind another one is now and then never drawn (playwright 20434)
        for scheme, size in (("light", LAPTOP), ("dark", PHONE)):
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size(size)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{name} is wider than the screen: {wide}"
            self.page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}-{size['width']}.png")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(LAPTOP)

    def shoot_part(self, selector: str, name: str) -> None:
        """Keep a picture of a part of the page, as it is now."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.bring_to_front()
        self.page.locator(selector).screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """The browser, started once."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright (requirements-dev.txt)")
    program = next(filter(None, map(shutil.which, bootstrap.BROWSERS)), None)
    if program is None:
        pytest.skip("needs Chromium: sudo apt-get install chromium")
    sync_api.expect.set_options(timeout=40_000)  # a busy computer is no fault of the page
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def served(station: Terminal, request: pytest.FixtureRequest) -> Iterator[Served]:
    """The page of the prepared station on a free port; `@pytest.mark.parametrize("source", ...)` gives it pictures."""
    made = Served(station, str(getattr(request, "param", "0")))
    yield made
    made.stop()


@pytest.fixture
def window(chromium: "Browser") -> "Iterator[BrowserContext]":
    """A browser that has never been here before; its tabs share cookies."""
    context = chromium.new_context(viewport=LAPTOP, locale="en-GB")
    context.set_default_timeout(60_000)
    yield context
    context.close()


def tab(window: "BrowserContext", url: str) -> Watched:
    """A new tab at this address."""
    watched = Watched(window.new_page())
    watched.page.goto(url)
    return watched


def wait_until(is_so: Any, most_s: float = 60.0) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + most_s
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)
