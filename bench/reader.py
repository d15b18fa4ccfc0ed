"""How well and how fast labels are read: Serah's reader beside zxing-cpp and pyzbar alone.

    python bench/reader.py [--photos FOLDER] [--rounds N] [--looks N [--wechat PYTHON MODELS]]

FOLDER holds photographs and truth.csv (file, text, origin; no text where there is no QR code), for example the test
pictures of zxing-cpp. --looks: the processor's time for all looks at N hard frames of bench/hard.py, beside other
readers; --wechat: see bench/peers/wechat.py. Other times are medians over interleaved rounds on this machine; trust
their ratios.
"""

import argparse
import csv
import hashlib
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import numpy as np
import zxingcpp

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402

from bench.peers.wechat import Wechat  # noqa: E402
from custody.format.codes import ItemLabel, draw_code, item_payload  # noqa: E402
from scanner.decoding.engines import ENGINE_ERRORS  # noqa: E402
from scanner.decoding.live_reader import LiveReader  # noqa: E402
from scanner.decoding.looks import AtOnce  # noqa: E402
from scanner.decoding.picture_reader import PYZBAR, PyzbarEngine, Reader, ZxingEngine, engines  # noqa: E402
from scanner.decoding.renderings import QUICK, SLOW, THOROUGH_QUICK, THOROUGH_SLOW, Pass, Sizes  # noqa: E402
from scanner.outcomes import End, How, Taken, Tally  # noqa: E402
from scanner.session import ScanSession  # noqa: E402
from scanner.simulation.simulate import Flaws, lay_out, simulate  # noqa: E402
from scanner.sources.frames import Image  # noqa: E402

SEED = 20240214
FPS = 15.0
LABELS = 24
MODULE_PX = 3.4

Texts = frozenset[str]
Contender = Callable[[Image], Texts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, help="folder with photographs and truth.csv")
    parser.add_argument("--rounds", type=int, default=15, help="rounds of the timing (default: %(default)s)")
    parser.add_argument("--looks", type=int, metavar="N", help="time all looks at so many hard frames alone")
    parser.add_argument(
        "--wechat", nargs=2, type=Path, metavar=("PYTHON", "MODELS"), help="WeChat's engine beside them"
    )
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, OpenCV {cv2.__version__}, engines: {', '.join(engines())}")
    if options.looks:
        for size in ((640, 480), (1920, 1080)):
            bench_looks(options.looks, size, options.wechat)
        bench_crowds()
        return
    bench_frame(options.rounds)
    bench_film()
    if options.photos:
        bench_photos(options.photos, options.wechat)


def bench_frame(rounds: int) -> None:
    """Claim: the first pass over a 1080p frame with 24 labels takes at most 1.5 times as long as zxing-cpp alone."""
    wanted, frame = crowded_frame()
    gray = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)
    first_pass = Reader()
    contenders: dict[str, Contender] = {
        "zxing-cpp alone": lambda _frame: texts_of(ZxingEngine(), gray),
        "Serah, first pass": lambda image: frozenset(read.text for read in first_pass.read(image)),
        "Serah, every look": lambda image: frozenset(read.text for read in Reader().read(image, thorough=True)),
    }
    if PYZBAR in engines():
        contenders["pyzbar alone"] = lambda _frame: texts_of(PyzbarEngine(), gray)
    times_ms: dict[str, list[float]] = {name: [] for name in contenders}
    found: dict[str, Texts] = {}
    for _round in range(rounds):
        for name, contender in contenders.items():
            start = time.perf_counter()
            found[name] = contender(frame)
            times_ms[name].append((time.perf_counter() - start) * 1000)
    yardstick = statistics.median(times_ms["zxing-cpp alone"])
    rows = [
        (
            name,
            f"{len(found[name] & wanted)}/{LABELS}",
            f"{len(found[name] - wanted)}",
            f"{statistics.median(taken):.1f}",
            f"{statistics.median(taken) / yardstick:.2f}",
        )
        for name, taken in times_ms.items()
    ]
    title = f"One frame of 1920 x 1080 with {LABELS} labels, about {MODULE_PX} px a module, {rounds} rounds"
    print_table(title, ("reader", "labels", "wrong", "ms", "of zxing-cpp"), rows)


def bench_looks(count: int, size: tuple[int, int], wechat: Sequence[Path] | None) -> None:
    """Claim: all looks of a hard frame take at most 25 ms of one core in the median and never more than 120.

    A picture larger than 640 x 480 shows an empty desk around it.
    """
    from hard import HARDSHIPS, STOCK, frames_of, prints  # which imports this module

    from tests.support.scenes import Condition, film_scene

    (desk,) = film_scene([], Condition("empty"), seed=SEED, size=size, frames=1)
    labels, zxing, pyzbar = prints(STOCK), ZxingEngine(), PyzbarEngine() if PYZBAR in engines() else None
    spent_ms: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        began_s = time.process_time()
        work()
        spent_ms.setdefault(name, []).append((time.process_time() - began_s) * 1000)

    with ExitStack() as stack:
        engine = stack.enter_context(Wechat(*wechat)) if wechat else None
        for number in range(count):
            (frame,) = frames_of(HARDSHIPS[number % len(HARDSHIPS)], labels, 1, number)
            high, wide = frame.image.shape
            top, left = (size[1] - high) // 2, (size[0] - wide) // 2
            desk[top : top + high, left : left + wide] = frame.image
            reader, live = Reader(), LiveReader(Reader(), AtOnce, lambda: 0.0)
            for look in range(12):
                timed("Serah, all looks", partial(live.inspect, desk, look * 60.0))
            for _round in range(3):
                timed("zxing-cpp alone", partial(zxing.read, desk))
                timed("Serah, first look", partial(reader.glance, desk))
                if pyzbar:
                    timed("pyzbar alone", partial(pyzbar.read, desk))
                if engine:
                    spent_ms.setdefault("WeChat", []).append(engine.read(desk)[1] * 1000)
    rows = [
        (name, f"{len(each)}", f"{statistics.median(each):.1f}", f"{np.percentile(each, 99):.0f}", f"{max(each):.0f}")
        for name, each in spent_ms.items()
    ]
    title = f"Milliseconds of the processor for a frame of {size[0]} x {size[1]}, {count} hard ones, looked at 12 times"
    print_table(title, ("reader", "looks", "median", "99 %", "longest"), rows)


def bench_crowds(frames: int = 36, between_ms: float = 60.0) -> None:
    """Claim: 24 hard labels in view hold no frame's looks up; one core takes the second looks, in the film's time."""
    from filmed import CONDITIONS, SecondCore
    from filmed import draw_labels as printed_labels

    from tests.support.scenes import film_scene

    randbelow, rows = random.Random(SEED).randrange, []
    labels = printed_labels([draw_code(randbelow) for _ in range(2 * LABELS)])
    for seed, name in enumerate(("dirt on 12%", "torn, 20% of a finder", "bottle, 65 degrees")):
        condition = next(each for each in CONDITIONS if each.name == name)
        some = random.Random(seed).sample(labels, LABELS)
        beside, found, spent_ms = SecondCore(), set[str](), list[float]()
        live = LiveReader(Reader(), lambda beside=beside: beside, lambda beside=beside: beside.now_ms)
        for number, frame in enumerate(film_scene(some, condition, seed=seed, size=(1280, 720), frames=frames)):
            beside.pass_to(number * between_ms)
            began_s = time.thread_time()
            found |= {read.text for look in live.inspect(frame, beside.now_ms) for read in look.reads}
            spent_ms.append((time.thread_time() - began_s) * 1000)
        wrong = len(found - {label.text for label in some})
        rows.append((name, f"{len(found) - wrong}/{LABELS}", f"{wrong}", f"{max(spent_ms):.0f}"))
    title = f"24 labels in view, 1280 x 720, {frames} frames, {frames * between_ms / 1000:.1f} s"
    print_table(title, ("film", "read", "wrong", "longest ms"), rows)


def bench_film() -> None:
    """Claim: a session takes every label that a simulated camera is moved over, once, and nothing else."""
    rows = []
    for name, scale, flaws in (
        ("as in the demo", 0.8, Flaws()),
        ("farther away", 0.55, Flaws()),
        ("dim and shaky", 0.8, Flaws(shake_px=14, blur_px=1.1, noise=14, shade=0.7)),
        ("steep", 0.8, Flaws(tilt_deg=30)),
    ):
        codes, labels = draw_labels(48)
        film = simulate(lay_out(labels, per_page=24), seed=SEED, fps=FPS, scale=scale, flaws=flaws)
        desk, reader = _Desk(), LiveReader(Reader(), AtOnce, lambda: 0.0)
        session = ScanSession(desk)
        spent_s, frames = 0.0, 0
        for frames, image in enumerate(film, 1):
            start = time.perf_counter()
            for look in reader.inspect(image, frames * 1000 / FPS):
                session.see(look.reads, look.at_ms)
            spent_s += time.perf_counter() - start
        right = len(desk.codes & set(codes))
        wrong = len(desk.codes - set(codes))
        module_px = 5 * scale
        rows.append(
            (
                name,
                f"{module_px:.1f}",
                f"{right}/{len(codes)}",
                f"{wrong}",
                f"{frames}",
                f"{spent_s * 1000 / frames:.1f}",
            )
        )
    header = ("camera", "px a module", "labels taken", "wrong", "frames", "ms a frame")
    print_table(f"Simulated camera, 1280 x 720, {FPS:.0f} frames a second, seed {SEED}", header, rows)


def bench_photos(folder: Path, wechat: Sequence[Path] | None) -> None:
    """Claim: on photographs, Serah reads more than both engines in every rendering, and nothing that is not there.

    The passes were chosen on drawn pictures; the photographs are shown in two halves, told apart by a hash of their
    names, so that it shows if one of them is favoured.
    """
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        truth = {row["file"]: plain(row["text"]) for row in csv.DictReader(file)}
    zxing, thorough = ZxingEngine(), Reader()
    contenders: dict[str, Contender] = {
        "zxing-cpp alone": lambda gray: texts_of(zxing, gray),
        "Serah, every look": lambda gray: frozenset(read.text for read in thorough.read(gray, thorough=True)),
    }
    engines_here: list[ZxingEngine | PyzbarEngine] = [zxing]
    if PYZBAR in engines():
        pyzbar = PyzbarEngine()
        engines_here.append(pyzbar)
        contenders["pyzbar alone"] = lambda gray: texts_of(pyzbar, gray)
        contenders["both engines"] = lambda gray: texts_of(zxing, gray) | texts_of(pyzbar, gray)
        without = Reader([zxing])
        contenders["Serah without pyzbar"] = lambda gray: frozenset(
            read.text for read in without.read(gray, thorough=True)
        )
    stack = ExitStack()
    if wechat:
        engine = stack.enter_context(Wechat(*wechat))
        contenders["WeChat"] = lambda gray: engine.read(gray)[0]
    contenders["yardstick: both, all renderings"] = lambda gray: in_all_renderings(engines_here, gray)
    right: dict[str, set[str]] = {name: set() for name in contenders}
    wrong = dict.fromkeys(contenders, 0)
    times_ms: dict[str, list[float]] = {name: [] for name in contenders}
    for file_name, text in truth.items():
        gray = np.asarray(cv2.cvtColor(cv2.imread(str(folder / file_name)), cv2.COLOR_BGR2GRAY), np.uint8)
        for name, contender in contenders.items():
            start = time.perf_counter()
            found = {plain(read) for read in contender(gray)}
            times_ms[name].append((time.perf_counter() - start) * 1000)
            if text and text in found:
                right[name].add(file_name)
            wrong[name] += len(found - {text})
    stack.close()
    labels = [file_name for file_name, text in truth.items() if text]
    yardstick = right["yardstick: both, all renderings"]
    halves = [{name for name in labels if half_of(name) == half} for half in (0, 1)]
    rows = [
        (
            name,
            *(f"{len(read & half)}/{len(half)}" for half in (*halves, set(labels))),
            f"{100 * len(read) / max(len(yardstick), 1):.1f} %",
            f"{len(read - yardstick)}",
            f"{wrong[name]}",
            f"{statistics.median(times_ms[name]):.0f}",
            f"{statistics.quantiles(times_ms[name], n=10)[-1]:.0f}",
            f"{max(times_ms[name]):.0f}",
        )
        for name, read in sorted(right.items(), key=lambda each: len(each[1]))
    ]
    header = (
        "reader",
        "half 1",
        "half 2",
        "read",
        "of all renderings",
        "beyond them",
        "other texts",
        "ms",
        "p90",
        "max",
    )
    print_table(f"{len(truth)} photographs, {len(labels)} of them with a QR code", header, rows)
    missed = set().union(*right.values()) - right["Serah, every look"]
    print(f"Read by another and not by Serah: {', '.join(sorted(missed)) or 'none'}")


def in_all_renderings(engines_here: Sequence[ZxingEngine | PyzbarEngine], gray: Image) -> Texts:
    """What any engine reads in any rendering of a picture: the yardstick."""
    sizes, found = Sizes(gray), set()
    for step in (Pass(lambda sizes: sizes.plain), *QUICK, *SLOW, *THOROUGH_QUICK, *THOROUGH_SLOW):
        for engine in engines_here:
            with suppress(*ENGINE_ERRORS):
                found |= texts_of(engine, step.render(sizes).image)
    return frozenset(found)


def half_of(file_name: str) -> int:
    return hashlib.sha256(file_name.encode()).digest()[0] % 2


class _Desk:
    """A draft that keeps codes."""

    receiver: str | None = None
    wants_barcodes = False
    completable: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.codes: set[str] = set()

    def take(self, label: ItemLabel, how: How) -> Taken:
        already = label.code in self.codes
        self.codes.add(label.code)
        return Taken(label.code, label.code, already=already)

    def recognise(self, text: str) -> None: ...

    def remove(self, code: str) -> bool:
        return False

    def set_end(self, end: End, custodian: str) -> str:
        return custodian

    def catch_up(self) -> None: ...

    @property
    def tally(self) -> Tally:
        return Tally(len(self.codes))


def texts_of(engine: ZxingEngine | PyzbarEngine, gray: Image) -> Texts:
    return frozenset(read.text for read in engine.read(gray))


def plain(text: str) -> str:
    """The text without what readers and truth write differently: kinds and runs of line ends and blanks."""
    return " ".join(text.split())


def draw_labels(count: int, scale: int = 5) -> tuple[list[str], list[Image]]:
    """Codes and their labels, as Serah prints them: version 2, level H."""
    randbelow = random.Random(SEED).randrange
    codes = [draw_code(randbelow) for _ in range(count)]
    made = [
        zxingcpp.create_barcode(item_payload(code, 1), zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H", version=2)
        for code in codes
    ]
    return codes, [np.array(code.to_image(scale=scale, add_quiet_zones=True)) for code in made]


def crowded_frame() -> tuple[Texts, Image]:
    """A frame full of labels as a good camera would give it, and their texts."""
    codes, labels = draw_labels(LABELS)
    (page,) = lay_out(labels, per_page=LABELS, gap_px=60)
    film = simulate([page], seed=SEED, size=(1920, 1080), fps=2, scale=MODULE_PX / 5, flaws=Flaws(shake_px=0))
    best = max(film, key=lambda frame: len(Reader().read(frame, thorough=True)))
    return frozenset(item_payload(code, 1) for code in codes), best


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, its first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    print(f"\n{title}")
    for row in (header, ["-" * width for width in widths], *rows):
        first, *others = (
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *others)))


if __name__ == "__main__":
    main()
