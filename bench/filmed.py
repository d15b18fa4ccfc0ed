"""What the benches of the camera film: labels as they are printed, hardships, and a core for second looks."""

import io
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from custody.format.item_facts import Item  # noqa: E402
from custody.plan.places import Need, Place  # noqa: E402
from scanner.decoding.looks import Result  # noqa: E402
from scanner.reads import Read  # noqa: E402
from tests.support.scenes import Condition, Label  # noqa: E402

Texts = frozenset[str]
DPI = 300

CONDITIONS = (
    Condition("near"),
    *(Condition(f"{module_px} px a module", module_px=module_px) for module_px in (2.5, 2.0, 1.8)),
    *(Condition(f"tilt {tilt_deg} degrees", tilt_deg=tilt_deg) for tilt_deg in (50, 58)),
    *(Condition(f"defocus {sigma} modules", defocus=sigma) for sigma in (0.35, 0.45, 0.55)),
    *(Condition(f"motion {length} modules", motion=length) for length in (1.0, 1.5)),
    *(Condition(f"noise {sigma}", noise=sigma) for sigma in (20, 30)),
    *(Condition(f"dim, {contrast:.0%} contrast", contrast=contrast) for contrast in (0.15, 0.1)),
    *(Condition(f"glare {radius} modules", glare=radius) for radius in (2, 3, 4)),
    *(Condition(f"dirt on {share:.0%}", dirt=share) for share in (0.05, 0.08, 0.12)),
    *(Condition(f"torn, {share:.0%} of a finder", torn=share) for share in (0.1, 0.2)),
    *(Condition(f"bottle, {bend} degrees", bend_deg=bend) for bend in (50, 65)),
    Condition("far and dim", module_px=2.6, contrast=0.3, noise=5),
    Condition("far and shaky", module_px=2.8, motion=1.0, tilt_deg=25),
)


def draw_labels(codes: Sequence[str], stock_name: str = "a4-3x7", kind: str = "box") -> list[Label]:
    """Labels of ballot boxes, or of `ink`, as labels/ prints them on this stock, rasterised at DPI dots an inch.

    Of those with two symbols, the left one's place is told.
    """
    import pypdfium2

    from labels.content import item_content
    from labels.layout import arrange
    from labels.sheet import write_sheets
    from labels.stock import STOCKS
    from labels.symbol import QUIET_MODULES, choose_version

    stock, dpi = STOCKS[stock_name], DPI
    places = {"51.08.06.1010.015": Place("51.08.06.1010.015", "TPS 015 Kampung Singaraja", "polling_station")}
    needs = {
        "box": Need("box", "Kotak suara", "Ballot box", "polling_station", 5, "buah", "item", ("DPR",)),
        "ink": Need("ink", "Botol tinta", "Ink bottle", "polling_station", 2, "botol", "item", ()),
    }
    of = (5, "DPR") if kind == "box" else (2, None)
    contents = [item_content(Item(code, kind, "51.08.06.1010.015", 1, *of), places, needs, 1) for code in codes]
    out = io.BytesIO()
    write_sheets(out, contents, stock, title="bench")
    pages = [
        np.asarray(page.render(scale=dpi / 72).to_pil().convert("L")) for page in pypdfium2.PdfDocument(out.getvalue())
    ]
    symbol = arrange(stock.label_width_mm, stock.label_height_mm, contents[0].twice).symbols[0]
    found = []
    for number, content in enumerate(contents):
        page, index = divmod(number, stock.columns * stock.rows)
        x, y = (round(mm * dpi / 25.4) for mm in stock.position_mm(index))
        wide, high = (round(mm * dpi / 25.4) for mm in (stock.label_width_mm, stock.label_height_mm))
        left, top, side = (round(mm * dpi / 25.4) for mm in (symbol.left_mm, symbol.top_mm, symbol.width_mm))
        version = choose_version(len(content.payload), symbol.width_mm)
        assert version is not None
        image = np.ascontiguousarray(pages[page][y : y + high, x : x + wide])
        found.append(Label(content.payload, image, left, top, side, version.modules + 2 * QUIET_MODULES))
    return found


def texts_of(reads: Sequence[Read]) -> Texts:
    return frozenset(read.text for read in reads)


class SecondCore:
    """Where second looks run, in the time of the film: what takes a core 130 ms is there four frames later.

    So a film is read as before a camera, however busy this machine is, by one core for second looks and no more.
    """

    def __init__(self) -> None:
        self.now_ms = self.spent_ms = 0.0
        self._due: tuple[float, Callable[[], None]] | None = None

    def submit(self, job: Callable[[], Result]) -> "Future[Result]":
        future: Future[Result] = Future()
        began_s = time.thread_time()
        result = job()
        took_ms = (time.thread_time() - began_s) * 1000
        self.spent_ms += took_ms
        self._due = (self.now_ms + took_ms, lambda: future.set_result(result))
        return future

    def pass_to(self, now_ms: float) -> None:
        """Let time pass; what is done by then gives its result."""
        self.now_ms = now_ms
        if self._due is not None and self._due[0] <= now_ms:
            done, self._due = self._due[1], None
            done()

    def close(self, wait_s: float = 0.0) -> None:
        """Nothing is left to end."""
