"""The page beside what it rests on: a label in view to its line in Chromium, pages of Buleleng, viewers of the picture.

    python bench/page.py

Claims: from a label in a picture to its line on the page less than 250 ms (median); pages less than 100 ms of the
server's time with the data of all Buleleng. Each beside a floor in the same run: the time that the ledger takes for a
scan, and an empty answer of the same server.
"""

import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import main  # noqa: E402
from bootstrap import BROWSERS  # noqa: E402
from commands.base import station_at  # noqa: E402
from custody.codes import item_payload  # noqa: E402
from scanner.reads import Read  # noqa: E402
from web.serving import listen, server_of, site_on  # noqa: E402
from web.site import Site  # noqa: E402

LINES, PAGES = 40, 15
SQUARE = ((0, 0), (9, 0), (9, 9), (0, 9))


def prepared(folder: Path) -> Path:
    """A station with the plan of all Buleleng, and one village's things."""
    home = folder / "home"
    examples = ROOT / "examples" / "buleleng"
    for command in (
        ["init", "--place", "51.08", "--station", "Gudang-1", "--election", "Pemilu 2024"],
        ["load", str(examples / "places.csv"), str(examples / "needs.csv")],
        ["plan"],
    ):
        assert main.main(["--home", str(home), *command]) == 0
    return home


def pages(site: Site, draft: str) -> None:
    """The server's time for each page, beside that for an answer with nothing in it."""
    from urllib.request import Request, urlopen

    def spent_ms(path: str) -> float:
        times = []
        for _number in range(PAGES):
            began = time.perf_counter()
            with urlopen(Request(site.address.rstrip("/") + path)) as answer:
                answer.read()
            times.append((time.perf_counter() - began) * 1000)
        return statistics.median(times)

    floor = spent_ms("/static/serah.svg")
    print(f"{'page':28}{'ms':>8}{'of floor':>10}")
    for path in ("/static/serah.svg", "/", "/scan", "/api/places?q=kali", f"/scan/{draft}", f"/scan/{draft}/review"):
        taken = spent_ms(path)
        print(f"{path.replace(draft, 'ID'):28}{taken:8.1f}{taken / floor:10.1f}")


def lines(site: Site, draft: str, codes: list[str]) -> None:
    """From what a camera has read to the line that a person sees, in Chromium, beside the ledger's part of it."""
    import shutil

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
        seen_ms, taken_ms = [], []
        for number, code in enumerate(codes[:LINES]):
            read = Read(item_payload(code, 1), SQUARE, "zxing-cpp")

            def see(read: Read = read, number: int = number) -> None:
                began = time.perf_counter()
                site.rooms.do(draft, lambda room: room.see([read], number * 1000.0, is_still=True))
                taken_ms.append((time.perf_counter() - began) * 1000)

            shown = page.evaluate_handle(
                """() => { const last = document.getElementById("last-code"), now = last.textContent;
                   window.line = new Promise((done) => new MutationObserver((_all, watch) => {
                     if (last.textContent === now) return;
                     watch.disconnect(); requestAnimationFrame(() => done(Date.now()));
                   }).observe(last, { childList: true, characterData: true, subtree: true })); return 1; }"""
            )
            shown.dispose()
            began = time.time() * 1000
            threading.Thread(target=see).start()
            seen_ms.append(page.evaluate("() => window.line") - began)
        browser.close()
    line, floor = statistics.median(seen_ms), statistics.median(taken_ms)
    print(
        f"\nread to line on the page: {line:.0f} ms (worst {max(seen_ms):.0f}); of it the durable scan {floor:.1f} ms"
    )
    print(f"weight of the scan page without the picture: {weight(site, draft) / 1000:.0f} kB")


def weight(site: Site, draft: str) -> int:
    """The bytes of a page with all that it loads but the picture."""
    from urllib.request import urlopen

    paths = [f"/scan/{draft}", *(f"/static/{path.name}" for path in (ROOT / "web" / "static").glob("s*.*")),
             "/static/page.js"]  # fmt: skip
    total = 0
    for path in paths:
        with urlopen(site.address.rstrip("/") + path) as answer:
            total += len(answer.read())
    return total


def run() -> None:
    """Serve the page, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        station = station_at(str(prepared(Path(folder))), None)
        with station.store() as store:
            codes = [item.code for item in store.state.find_items(under="51.08.06.1024")]
        listening = listen(None)
        site = site_on(listening, station.home, lambda: station.store(write=True), language="en", source="0")
        server = server_of(site)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            now = station.now_utc()
            draft = site.keep.do(
                lambda store: store.drafts.open(store.around.new_id(), "51.08", "51.08.06.1024", [], at=now)
            ).id
            pages(site, draft)
            lines(site, draft, codes)
        finally:
            server.should_exit = True
            thread.join()


if __name__ == "__main__":
    run()
