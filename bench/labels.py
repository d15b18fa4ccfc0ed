"""Labels a second: Serah's sheets beside the QR symbols alone and three usual ways of making such sheets.

    python bench/labels.py [--count 25025] [--rounds 3] [--read-back] [--pyzbar]

Claims: with all cores, within 1.3x of what the QR symbols alone take on one; at most 400 bytes a label; with
--read-back, every label is read from its page at 150 dpi, by zxing-cpp and by pyzbar.

25,025 is what one regency of 2,275 polling stations needs: five boxes, four booths, two bottles of ink each. The peers
(bench/peers/) draw a sample and are compared by labels a second, on one core; a4-3x7, texts and embedded fonts
included. Times are a clock's: run it while the computer does nothing else.
"""

import argparse
import csv
import io
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.peers.label_sheets import STOCK, peers  # noqa: E402
from custody.format.codes import draw_code  # noqa: E402
from custody.format.item_facts import Item  # noqa: E402
from custody.plan.places import Need, Place  # noqa: E402
from labels.content import LabelContent, item_content  # noqa: E402
from labels.sheet import write_sheets  # noqa: E402
from labels.stock import STOCKS  # noqa: E402
from labels.thermal import Language, thermal_labels  # noqa: E402
from services.parallel import spread  # noqa: E402

PLACES = ROOT / "examples" / "buleleng" / "places.csv"
ELECTIONS = ("PPWP", "DPR", "DPD", "DPRD-PROV", "DPRD-KAB")
NEEDS = {
    "box": Need("box", "Kotak suara", "Ballot box", "polling_station", 5, "buah", "item", ELECTIONS),
    "booth": Need("booth", "Bilik suara", "Voting booth", "polling_station", 4, "buah", "item"),
    "ink": Need("ink", "Tinta", "Ink bottle", "polling_station", 2, "botol", "item"),
}


def places() -> dict[str, Place]:
    """The example's places, or made-up ones of the same shape."""
    if PLACES.exists():
        with PLACES.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {row["code"]: Place(row["code"], row["name"], row["level"], row["parent"] or None) for row in rows}
    tree = [Place("51.08", "Gudang KPU Kabupaten Buleleng", "warehouse")]
    for d in range(1, 10):
        tree.append(Place(f"51.08.{d:02d}", f"PPK Kecamatan {d}", "district", "51.08"))
        for v in range(1, 17):
            village = f"51.08.{d:02d}.{2000 + v}"
            tree.append(Place(village, f"PPS Kampung Baru {v}", "village", f"51.08.{d:02d}"))
            stations = (f"{village}.{t:03d}" for t in range(1, 17))
            tree += [Place(code, f"TPS {code[-3:]} Kampung Baru {v}", "polling_station", village) for code in stations]
    return {place.code: place for place in tree}


def items(tree: dict[str, Place], count: int) -> list[Item]:
    """That many items, station by station; the same ones on every run."""
    randbelow = random.Random(51_08).randrange
    stations = [code for code, place in tree.items() if place.level == "polling_station"]
    made = (
        Item(draw_code(randbelow), kind, station, k, need.per_place, need.elections[k - 1] if need.elections else None)
        for _ in iter(int, 1)
        for station in stations
        for kind, need in NEEDS.items()
        for k in range(1, need.per_place + 1)
    )
    return [item for item, _ in zip(made, range(count), strict=False)]


def symbols_alone(contents: list[LabelContent]) -> bytes:
    """The floor: what zxing-cpp needs for the symbols, drawn nowhere."""
    import zxingcpp

    for content in contents:
        zxingcpp.create_barcode(content.payload, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H", version=2).to_image(
            scale=1, add_quiet_zones=False
        )
    return b""


def timed(work: Callable[[], bytes]) -> tuple[float, bytes]:
    """Seconds by the clock, and what came out."""
    begin = time.perf_counter()
    out = work()
    return time.perf_counter() - begin, out


def peak_mb() -> float:
    """The most memory that this process has held; not a number where the system does not say (Windows)."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def read_back(name: str, pdf: bytes, contents: list[LabelContent], with_pyzbar: bool) -> bool:
    """Rasterise every page at 150 dpi and read it; say how many of the labels were read, and by whom."""
    import pypdfium2
    import zxingcpp

    engines: dict[str, Callable[..., set[str]]] = {
        "zxing-cpp": lambda image: {
            found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2)
        }
    }
    if with_pyzbar:
        from pyzbar.pyzbar import ZBarSymbol, decode

        engines["pyzbar"] = lambda image: {found.data.decode() for found in decode(image, symbols=[ZBarSymbol.QRCODE])}
    read = dict.fromkeys(engines, 0)
    document = pypdfium2.PdfDocument(pdf)
    pages = len(document)
    for number in range(pages):
        expected = {content.payload for content in contents[number * STOCK.per_page : (number + 1) * STOCK.per_page]}
        image = document[number].render(scale=150 / 72).to_pil().convert("L")
        for engine, reader in engines.items():
            read[engine] += len(expected & reader(image))
        if number % 25 == 24 or number + 1 == pages:
            print(f"\r{name}: read back {number + 1}/{pages} pages", end="", file=sys.stderr)
    print(file=sys.stderr)
    hits = ", ".join(f"{count:,} by {engine}" for engine, count in read.items())
    print(f"{name:<32} of {len(contents):,} labels on pages at 150 dpi read: {hits}")
    return all(count == len(contents) for count in read.values())


def _thermal(contents: list[LabelContent]) -> None:
    """What a label takes on the way to a thermal printer, one process."""
    roll = STOCKS["roll-100x50"]
    languages: tuple[Language, ...] = ("zpl", "tspl")
    for language in languages:
        begin = time.perf_counter()
        size = sum(map(len, thermal_labels(contents, roll, language, 203)))
        rate = len(contents) / (time.perf_counter() - begin)
        print(f"{f'{language.upper()}, {roll.name}, 203 dpi':<32}{rate:>10,.0f}{'':>12}{size / len(contents):>13,.0f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=25_025, help="labels to draw (25025)")
    parser.add_argument("--peers", type=int, default=420, help="labels that the peers draw (420)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, interleaved; the median counts (3)")
    parser.add_argument("--read-back", action="store_true", help="read every label from its rasterised page")
    parser.add_argument("--pyzbar", action="store_true", help="with --read-back: the second reader too")
    options = parser.parse_args()

    tree = places()
    chosen = items(tree, options.count)

    def serah(worth_it: int) -> bytes:
        out = io.BytesIO()
        with spread(len(chosen), worth_it=worth_it) as mapper:
            write_sheets(
                out, (item_content(item, tree, NEEDS, 1) for item in chosen), STOCK, title="Labels", mapper=mapper
            )
        return out.getvalue()

    alone, together = len(chosen) + 1, 1
    before_mb = peak_mb()
    pdf = serah(alone)
    after_mb = peak_mb()
    if serah(together) != pdf:
        print("several processes wrote other bytes than one")
        return 1
    contents = [item_content(item, tree, NEEDS, 1) for item in chosen]
    sample = contents[: options.peers]
    works: list[tuple[str, int, Callable[[], bytes]]] = [
        ("zxing-cpp, symbols alone: floor", len(contents), lambda: symbols_alone(contents)),
        ("Serah, one process", len(contents), lambda: serah(alone)),
        (f"Serah, {os.cpu_count()} cores", len(contents), lambda: serah(together)),
    ]
    works += [(name, len(sample), partial(draw, sample)) for name, draw in peers()]
    seconds: list[list[float]] = [[] for _ in works]
    made = [b""] * len(works)
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        for index, (_, _, work) in enumerate(works):
            taken_s, out = timed(work)
            seconds[index].append(taken_s)
            made[index] = out

    each_s = [statistics.median(taken) / count for taken, (_, count, _) in zip(seconds, works, strict=True)]
    print(f"{len(contents):,} labels on {STOCK.name}, median of {options.rounds}; peers on {len(sample):,}")
    print(f"{'':<32}{'labels/s':>10}{'time/floor':>12}{'bytes/label':>13}")
    for (name, count, _), label_s, out in zip(works, each_s, made, strict=True):
        print(f"{name:<32}{1 / label_s:>10,.0f}{label_s / each_s[0]:>11.2f}x{len(out) / count:>13,.0f}")
    _thermal(sample)
    print(f"Serah's memory peaked at {after_mb:.0f} MB, {before_mb:.0f} MB of it before the first label")
    if not options.read_back:
        return 0
    for (name, _, _), out in list(zip(works, made, strict=True))[3:]:
        read_back(name, out, sample, options.pyzbar)
    return 0 if read_back("Serah", pdf, contents, options.pyzbar) else 1


if __name__ == "__main__":
    sys.exit(main())
