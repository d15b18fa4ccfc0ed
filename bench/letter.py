"""What the BAST letter of a large handover costs, from the stored records to the PDF, beside its bare ingredients.

python bench/letter.py [--items 500] [--rounds 5]

The ledger has the places and needs of the example and every item of one of its sub-districts; a truck takes so many of
them. Beside it: the same pages of text drawn by reportlab's canvas alone, with as many QR symbols.
"""

import argparse
import io
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

import pypdfium2  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from reportlab.pdfgen.canvas import Canvas  # noqa: E402

import language  # noqa: E402
from custody.compose.compose import Handover, Touch  # noqa: E402
from custody.format.paper_codes import pack_sheet, parts  # noqa: E402
from db.handover_lookup import find_handover  # noqa: E402
from db.store import (  # noqa: E402
    Store,
    Surroundings,
    open_store,
)
from reports.bast.letter_content import write_bast  # noqa: E402
from reports.bast.letter_template import read_template  # noqa: E402
from reports.pdf.data_qr import draw_symbol, spread  # noqa: E402
from services.plan.loading import load_files  # noqa: E402
from services.plan.registering import register_items, unregistered_items  # noqa: E402
from services.records.handovers import record_handover  # noqa: E402
from services.reporting.bast_letters import letter_facts  # noqa: E402

TABLES = ROOT / "examples" / "buleleng"
DISTRICT, TRUCK = "51.08.06", "DK8123AB"
GOAL_S = 1.0


class Key:
    """A station's key for the bench: fixed, in memory."""

    def __init__(self) -> None:
        key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        self.public_key, self.sign = key.public_key().public_bytes_raw(), key.sign


def prepared(store: Store, count: int) -> None:
    """Plan a sub-district and load a truck with so many of its items."""
    store.begin(election="Pemilu 2024", station="Gudang-1", place="51.08")
    load_files(store, [TABLES / "places.csv", TABLES / "needs.csv"])
    register_items(store, unregistered_items(store, under=DISTRICT))
    codes = [item.code for item in store.state.find_items(under=DISTRICT)][:count]
    handover = Handover("51.08", TRUCK, (DISTRICT,), counted=count, giver_name="Made", receiver_name="Ketut")
    record_handover(store, handover, [Touch(code, 1, "camera") for code in codes])


def floor(pdf: bytes, symbols: list[str]) -> None:
    """The letter's own lines drawn on as many pages, and its symbols, by the canvas alone."""
    canvas = Canvas(io.BytesIO())
    for words in pages(pdf):
        for at, line in enumerate(words):
            canvas.drawString(50, 800 - at * 8, line)
        canvas.showPage()
    for text in symbols:
        draw_symbol(canvas, text, 50, 50, 200)
    canvas.save()


def pages(pdf: bytes) -> list[list[str]]:
    return [page.get_textpage().get_text_range().splitlines() for page in pypdfium2.PdfDocument(pdf)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    language.use("id")
    template = read_template(TABLES / "bast.toml")
    around = Surroundings(lambda: "2024-02-12T01:00:00Z", random.Random(1).randrange, by="Made", app="serah")
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(f"sqlite:///{folder}/ledger.db", Key(), around, create=True) as store,
    ):
        prepared(store, given.items)
        found = find_handover(store.state)
        facts = letter_facts(store, found)
        out = io.BytesIO()
        write_bast(out, facts, template, found.sheets)
        sheets = [sheet for sheet in found.sheets if sheet]
        symbols = [sheet.head for sheet in sheets]
        for sheet in sheets:
            data = pack_sheet(sheet)
            symbols += parts(data, spread(len(data), 165, 200)[0].count)
        lines = pages(out.getvalue())
        steps: dict[str, Callable[[], object]] = {
            "find the records": lambda: find_handover(store.state),
            "fold the facts": lambda: letter_facts(store, found),
            "write the PDF": lambda: write_bast(io.BytesIO(), facts, template, found.sheets),
            "floor: the same lines and symbols, bare canvas": lambda: floor(out.getvalue(), symbols),
        }
        taken: dict[str, list[float]] = {name: [] for name in steps}
        for _round in range(given.rounds):
            for name, step in steps.items():
                began = time.perf_counter()
                step()
                taken[name].append(time.perf_counter() - began)
    print(f"{given.items} items, {len(lines)} pages, {len(symbols)} symbols, {len(facts.missing)} still to come")
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, median in medians.items():
        print(f"{name:<48}{median:>8.3f} s")
    total = sum(median for name, median in medians.items() if not name.startswith("floor"))
    ratio = total / medians["floor: the same lines and symbols, bare canvas"]
    print(f"{'the letter':<48}{total:>8.3f} s   goal {GOAL_S} s; {ratio:.1f}x the floor")


if __name__ == "__main__":
    main()
