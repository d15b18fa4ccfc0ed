"""The page in Chromium: a label in view to its line, first paint, weight.

    python bench/page.py

Claims: from a label in view of a camera to its line on the page less than 250 ms (median); first paint in less than
1 s; less than 150 kB without the picture. Beside the line stands its floor, the time that the ledger takes for a scan.
"""

import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from served import add_up, begun, prepared, served

from bootstrap import BROWSERS
from custody.format.codes import item_payload
from scanner import frame_loop
from scanner.reads import Read
from scanner.sources.frames import FrameSource, Notify, monotonic_ms
from scanner.sources.live_source import Live
from web.site import Site

LINES, PAINTS = 40, 7
SQUARE = ((0, 0), (9, 0), (9, 9), (0, 9))
GAP_S, GRAINS = 1 / 30, 4


class Camera:
    """A camera as its driver gives it: the newest of 30 pictures a second, of an empty table or of a label on it.

    Its pictures differ in their grain, as a sensor's do: the same picture again is taken for a driver that stalls.
    """

    def __init__(self) -> None:
        table, grain = np.full((720, 1280, 3), 205, np.uint8), np.zeros((720, 1280, 3), np.uint8)
        self._grains = [cv2.randn(grain.copy(), (0, 0, 0), (3, 3, 3)) for _number in range(GRAINS)]
        self._table, self._next_s, self._number = table, 0.0, 0
        self._shown = self._jpegs(table)

    def grab(self) -> bool:
        """Wait for the next tick, as OpenCV's VideoCapture does."""
        self._next_s = max(self._next_s + GAP_S, time.monotonic())
        time.sleep(max(self._next_s - time.monotonic(), 0))
        self._number += 1
        return True

    def retrieve(self) -> tuple[bool, Any]:
        """The picture of that tick, packed."""
        return True, np.frombuffer(self._shown[self._number % GRAINS], np.uint8).reshape(1, -1)

    def release(self) -> None:
        """Nothing is held."""

    @contextmanager
    def opened(self, _spec: str, *, notify: Notify, **_more: Any) -> Iterator[FrameSource]:
        """In the place of `open_source`: all that reads and counts behind it is real."""
        with closing(Live("bench", lambda: self, self, clock=monotonic_ms, notify=notify, attempts=None)) as live:
            yield live

    def _jpegs(self, image: Any) -> list[bytes]:
        return [bytes(cv2.imencode(".jpg", cv2.add(image, grain))[1]) for grain in self._grains]

    def hold_up(self, code: str) -> float:
        """Show a label from now on; when that was, in milliseconds of Unix time."""
        import zxingcpp

        made = zxingcpp.create_barcode(item_payload(code, 1), zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H")
        symbol = cv2.cvtColor(np.array(zxingcpp.write_barcode_to_image(made, scale=6)), cv2.COLOR_GRAY2BGR)
        image = self._table.copy()
        image[200 : 200 + len(symbol), 500 : 500 + symbol.shape[1]] = symbol
        jpegs = self._jpegs(image)
        at = time.time() * 1000
        self._shown = jpegs
        return at

    def clear(self) -> None:
        """Take the label away."""
        self._shown = self._jpegs(self._table)


WATCH_LINE = """() => { const last = document.getElementById("last-code"), now = last.textContent;
    window.line = new Promise((done) => new MutationObserver((_all, watch) => {
      if (last.textContent === now) return;
      watch.disconnect(); requestAnimationFrame(() => done(Date.now()));
    }).observe(last, { childList: true, characterData: true, subtree: true })); return 1; }"""


def in_view(page: Any, camera: Camera, codes: Sequence[str]) -> list[float]:
    """From a label before the camera to its line on the page."""
    seen_ms = []
    page.click("#camera-start")
    page.wait_for_selector('.camera[data-state="on"]')
    for code in codes:
        page.wait_for_timeout(500)
        page.evaluate(WATCH_LINE)
        began = camera.hold_up(code)
        seen_ms.append(page.evaluate("() => window.line") - began)
        camera.clear()
    page.click("#camera-stop")
    return seen_ms


def after_reading(page: Any, site: Site, draft: str, codes: Sequence[str]) -> tuple[list[float], list[float]]:
    """From a text that was read to its line on the page, and of that the durable scan."""
    seen_ms, taken_ms = [], []
    for number, code in enumerate(codes):
        read = Read(item_payload(code, 1), SQUARE, "zxing-cpp")

        def see(read: Read = read, number: int = number) -> None:
            began = time.perf_counter()
            site.sessions.do(draft, lambda session: session.see([read], number * 1000.0, is_still=True))
            taken_ms.append((time.perf_counter() - began) * 1000)

        page.evaluate(WATCH_LINE)
        began = time.time() * 1000
        threading.Thread(target=see).start()
        seen_ms.append(page.evaluate("() => window.line") - began)
    return seen_ms, taken_ms


def browse(site: Site, draft: str, camera: Camera, codes: Sequence[str]) -> None:
    """What people see in Chromium: lines, first paint, weight."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print("no Chromium: not measured")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        page = browser.new_page()
        page.goto(f"{site.address}scan/{draft}")
        page.wait_for_timeout(1000)
        seen, (line, taken) = (
            in_view(page, camera, codes[:LINES]),
            after_reading(page, site, draft, codes[LINES : 2 * LINES]),
        )
        print(f"\nlabel in view to line on the page: {statistics.median(seen):.0f} ms (worst {max(seen):.0f})")
        print(f"read to line on the page: {statistics.median(line):.0f} ms (worst {max(line):.0f})")
        print(f"of it the durable scan: {statistics.median(taken):.1f} ms")
        for path in ("scan", f"scan/{draft}", "dashboard"):
            first = []
            for _number in range(PAINTS):
                fresh = browser.new_context().new_page()  # nothing is kept from before
                fresh.goto(site.address + path)
                fresh.wait_for_timeout(300)
                first.append(
                    fresh.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN")
                )
                weight = fresh.evaluate(
                    "performance.getEntries().reduce((sum, each) => sum + (each.transferSize || 0), 0)"
                )
                fresh.context.close()
            print(
                f"/{path.replace(draft, 'ID')}: first paint {statistics.median(first):.0f} ms, {weight / 1000:.0f} kB"
            )
        browser.close()


def run() -> None:
    """Serve the page, measure, print."""
    camera = Camera()
    frame_loop.open_source = camera.opened
    with tempfile.TemporaryDirectory() as folder, served(prepared(Path(folder))) as site:
        codes = [item.code for item in site.ask.do(lambda store: list(store.state.find_items(under="51.08.06")))]
        draft = begun(site, "51.08", "51.08.06")
        add_up(site)
        browse(site, draft, camera, codes)


if __name__ == "__main__":
    run()
