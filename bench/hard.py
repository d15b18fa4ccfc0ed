"""How many labels are read from single hard frames of a camera that the reader was not made on, beside its peers.

    python bench/hard.py [--frames N] [--only NAME ...] [--seed N] [--bottles STOCK ...] [--stills]
                          [--wechat PYTHON MODELS]

Each hardship gets N frames of 640 x 480, each with its own label, pose, light, lens and noise (bench/optics), the
label's place unknown. How hard they are was set by the peers alone: zxing-cpp reads 25 to 35 % of all, WeChat's engine
43 to 53 %, none of them more than 15 % of bottles. --wechat: see bench/peers/wechat.py. Times are of the processor; set
OPENBLAS_NUM_THREADS=1, as main.py does, for its threads wait for each other on a busy machine.
"""

import argparse
import json
import platform
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

# the benches beside this one
from filmed import DPI, draw_labels, texts_of
from reader import print_table

from bench.optics.scene import LEAST_SHOWN, Frame, Hardship, shoot
from bench.optics.surfaces import Print, printed
from bench.peers.wechat import Wechat
from custody.format.codes import draw_code
from scanner.decoding.live_reader import LiveReader
from scanner.decoding.looks import AtOnce
from scanner.decoding.picture_reader import PYZBAR, PyzbarEngine, Reader, ZxingEngine, engines
from scanner.sources.frames import Image

SEED = 20261201
PRINTED = 60
STOCK = "a4-3x7"
BOTTLE_MM = 17.5
"""Radius of a bottle of 35 mm."""

BOTTLE = Hardship("bottle", radius_mm=BOTTLE_MM, tilt_deg=(0.0, 20.0))
HARDSHIPS = (
    Hardship("plain"),
    Hardship("far", module_px=(1.4, 2.1)),
    Hardship("low light", white_electrons=(30, 90), defocus=(0.2, 0.35)),
    Hardship("ink smear", print_flaw="smeared", severity=(0.3, 1.0)),
    Hardship("torn", print_flaw="torn", severity=(0.2, 0.9)),
    Hardship("rain", print_flaw="rained_on", severity=(0.3, 1.0)),
    Hardship("finger", print_flaw="under_a_finger", severity=(0.1, 0.8)),
    Hardship("glare", glare=(2.0, 4.0)),
    Hardship("wrap", wrap=(0.2, 0.5)),
    Hardship("over-exposure", gain=(3.5, 8.0)),
    Hardship("moire", module_px=(1.8, 2.6), print_flaw="on_a_screen", severity=(0.4, 1.0), screen_px=(1.6, 3.4)),
    Hardship("defocus", defocus=(0.6, 1.1)),
    Hardship("motion", motion=(1.4, 2.6)),
    Hardship("thermal", print_flaw="thermal", severity=(0.2, 0.9)),
    BOTTLE,
    Hardship("two labels", count=2, module_px=(1.7, 2.3), defocus=(0.4, 0.7)),
    Hardship("two at once", defocus=(0.35, 0.6), white_electrons=(60, 200), print_flaw="torn", severity=(0.1, 0.5)),
)

Read = Callable[[Image], tuple[frozenset[str], float]]


@dataclass
class Tally:
    """What a reader read of one hardship."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def prints(stock: str, kind: str = "box") -> list[Print]:
    """Labels as they come out of a printer, by `labels/`."""
    randbelow = random.Random(SEED).randrange
    return [printed(label, DPI) for label in draw_labels([draw_code(randbelow) for _ in range(PRINTED)], stock, kind)]


def frames_of(hardship: Hardship, labels: Sequence[Print], count: int, seed: int) -> Iterator[Frame]:
    """The frames of one hardship, the same at each run."""
    draw = random.Random(f"{hardship.name} {seed}")
    for _number in range(count):
        yield shoot(draw.sample(labels, hardship.count), hardship, draw.randrange(2**32))


def timed(read: Callable[[Image], frozenset[str]]) -> Read:
    """The same reader with the processor's seconds."""

    def reads(gray: Image) -> tuple[frozenset[str], float]:
        began_s = time.process_time()
        found = read(gray)
        return found, time.process_time() - began_s

    return reads


def live(gray: Image, frames: int = 24) -> frozenset[str]:
    """What a camera held still reads of the same picture in 24 looks, 1.4 s, second looks at once."""
    looker = LiveReader(Reader(), AtOnce, lambda: 0.0)
    return frozenset(
        read.text for number in range(frames) for look in looker.inspect(gray, number * 60.0) for read in look.reads
    )


def readers() -> dict[str, Read]:
    zxing, pyzbar, reader = ZxingEngine(), PyzbarEngine() if PYZBAR in engines() else None, Reader()
    found = {"zxing-cpp": timed(lambda gray: texts_of(zxing.read(gray)))}
    if pyzbar:
        found["pyzbar"] = timed(lambda gray: texts_of(pyzbar.read(gray)))
    found["Serah, a still"] = timed(lambda gray: texts_of(reader.read(gray, thorough=True)))
    found["Serah, 24 looks"] = timed(live)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=44, help="frames of each hardship (default: %(default)s)")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these hardships")
    parser.add_argument("--seed", type=int, default=SEED, help="draw other frames (default: %(default)s)")
    parser.add_argument(
        "--bottles", nargs="+", metavar="STOCK", help="bottles alone, turned at random, with these labels"
    )
    parser.add_argument(
        "--wechat", nargs=2, type=Path, metavar=("PYTHON", "MODELS"), help="WeChat's engine beside them"
    )
    parser.add_argument("--peers", action="store_true", help="the peers alone")
    parser.add_argument("--stills", action="store_true", help="leave out the camera that is held still")
    parser.add_argument("--kept", type=Path, help="write what each reader read of each frame to this file")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, OpenCV {cv2.__version__}, engines: {', '.join(engines())}")
    chosen = [each for each in HARDSHIPS if not options.only or each.name in options.only]
    if options.bottles:
        bench_bottles(options.bottles, options.frames, options.seed)
        return
    with ExitStack() as stack:
        contenders = readers()
        if options.peers:
            contenders = {name: read for name, read in contenders.items() if "Serah" not in name}
        if options.stills:
            contenders.pop("Serah, 24 looks", None)
        if options.wechat:
            contenders["WeChat"] = stack.enter_context(Wechat(*options.wechat)).read
        labels, kept, tallies = prints(STOCK), [], {}
        for hardship in chosen:
            tally = tallies[hardship.name] = {name: Tally() for name in contenders}
            for number, frame in enumerate(frames_of(hardship, labels, options.frames, options.seed)):
                for name, read in contenders.items():
                    texts, seconds = read(frame.image)
                    tally[name].right += len(texts & set(frame.texts))
                    tally[name].wrong += sorted(texts - set(frame.texts))
                    tally[name].seconds.append(seconds)
                    kept.append([hardship.name, number, name, sorted(texts)])
            print(f"{hardship.name}: " + ", ".join(f"{name} {each.right}" for name, each in tally.items()), flush=True)
    if options.kept:
        options.kept.write_text(json.dumps(kept))
    show(chosen, tallies, options.frames)


def bench_bottles(stocks: Sequence[str], frames: int, seed: int) -> None:
    """Which labels suit ink bottles: all from the same distance, from any side at all."""
    rows = []
    px_mm = 3.5 / prints(STOCK)[0].module_mm
    for stock in stocks:
        labels = prints(stock, "ink")
        module_px = px_mm * labels[0].module_mm
        bottle = replace(BOTTLE, module_px=(0.85 * module_px, 1.15 * module_px), least_shown=0.0, turned=np.pi)
        contenders = readers()
        right, well, wells = dict.fromkeys(contenders, 0), dict.fromkeys(contenders, 0), 0
        for frame in frames_of(bottle, labels, frames, seed):
            is_well = frame.shown >= LEAST_SHOWN
            wells += is_well
            for name, read in contenders.items():
                is_read = frame.texts[0] in read(frame.image)[0]
                right[name] += is_read
                well[name] += is_read and is_well
        size = f"{labels[0].side / labels[0].px_mm:.1f} mm, {labels[0].modules} modules"
        rows.append((stock, size, *(f"{right[name]}/{frames} {well[name]}/{wells}" for name in contenders)))
    title = "Ink bottles of 35 mm, read: of all, and of those that show 60 % of the left symbol"
    print_table(title, ("stock", "symbol", *contenders), rows)


def show(chosen: Sequence[Hardship], tallies: dict[str, dict[str, Tally]], frames: int) -> None:
    names = list(next(iter(tallies.values())))
    rows = []
    for hardship in chosen:
        asked = frames * hardship.count
        rows.append((hardship.name, f"{asked}", *(f"{tallies[hardship.name][name].right}" for name in names)))
    asked = sum(frames * hardship.count for hardship in chosen)
    every = {name: [tallies[hardship.name][name] for hardship in chosen] for name in names}
    share = [sum(tally.right for tally in every[name]) / asked for name in names]
    rows.append(("all", f"{asked}", *(f"{each:.1%}" for each in share)))
    rows.append(("wrong", "", *(f"{sum(len(tally.wrong) for tally in every[name])}" for name in names)))
    took = {name: sorted(1000 * each for tally in every[name] for each in tally.seconds) for name in names}
    rows.append(("ms, median", "", *(f"{statistics.median(took[name]):.1f}" for name in names)))
    rows.append(("ms, 99 %", "", *(f"{took[name][int(0.99 * len(took[name]))]:.0f}" for name in names)))
    print_table(
        f"Labels read of single frames, {np.sum([h.count for h in chosen]) * frames} labels",
        ("hardship", "labels", *names),
        rows,
    )
    for name in names:
        for tally in every[name]:
            for text in tally.wrong:
                print(f"WRONG: {name} {text!r}")


if __name__ == "__main__":
    main()
