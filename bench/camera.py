"""How well labels are read before a camera: Serah's reader beside pyzbar, zxing-cpp and both together.

    python bench/camera.py [--frames N] [--live]

Labels drawn by labels/, filmed under one hardship at a time (scanner/scenes.py), with seeds. Claims: in every condition
Serah reads at least what both others together read, and never a wrong code; a label in view is taken within 200 ms, 24
at once within a second; looking at an empty desk takes less than one core.
"""

import argparse
import io
import multiprocessing
import platform
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from reader import print_table  # the bench beside this one

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from custody.codes import draw_code  # noqa: E402
from custody.items import Item  # noqa: E402
from custody.places import Need, Place  # noqa: E402
from scanner.decode import PYZBAR, PyzbarEngine, Reader, ZxingEngine, engines  # noqa: E402
from scanner.opencv import cv2  # noqa: E402
from scanner.scenes import Condition, Label, film_scene  # noqa: E402

SEED = 20240214
SIZES_PX = ((1280, 720), (1920, 1080))
COUNTS = (1, 6, 24)
SEQUENCE = 8
"""Frames of one scene: a quarter of a second."""

CONDITIONS = (
    Condition("near"),
    *(Condition(f"{module_px} px a module", module_px=module_px) for module_px in (3.0, 2.5, 2.2, 2.0, 1.8)),
    *(Condition(f"tilt {tilt_deg} degrees", tilt_deg=tilt_deg) for tilt_deg in (40, 50, 58)),
    *(Condition(f"defocus {sigma} modules", defocus=sigma) for sigma in (0.35, 0.45, 0.55)),
    *(Condition(f"motion {length} modules", motion=length) for length in (1.0, 1.5, 2.0)),
    *(Condition(f"noise {sigma}", noise=sigma) for sigma in (12, 20, 30)),
    *(Condition(f"dim, {contrast:.0%} contrast", contrast=contrast) for contrast in (0.25, 0.15, 0.1)),
    *(Condition(f"glare {radius} modules", glare=radius) for radius in (2, 3, 4)),
    *(Condition(f"dirt on {share:.0%}", dirt=share) for share in (0.05, 0.08, 0.12)),
    *(Condition(f"torn, {share:.0%} of a finder", torn=share) for share in (0.1, 0.2, 0.35)),
    *(Condition(f"bottle, {bend} degrees", bend_deg=bend) for bend in (35, 50, 65)),
    Condition("far and dim", module_px=2.6, contrast=0.3, noise=5),
    Condition("far and shaky", module_px=2.8, motion=1.0, tilt_deg=25),
)

Texts = frozenset[str]


def draw_labels(count: int) -> list[Label]:
    """Labels of ballot boxes as labels/ prints them on A4 sheets of 21, rasterised at 300 dots an inch."""
    import pypdfium2

    from labels.content import item_content
    from labels.layout import arrange
    from labels.sheet import write_sheets
    from labels.stock import STOCKS
    from labels.symbol import QUIET_MODULES, choose_version

    stock, dpi = STOCKS["a4-3x7"], 300
    places = {"51.08.06.1010.015": Place("51.08.06.1010.015", "TPS 015 Kampung Singaraja", "polling_station")}
    needs = {"box": Need("box", "Kotak suara", "Ballot box", "polling_station", 5, "buah", "item", ("DPR",))}
    randbelow = random.Random(SEED).randrange
    contents = [
        item_content(Item(draw_code(randbelow), "box", "51.08.06.1010.015", 1, 5, "DPR"), places, needs, 1)
        for _ in range(count)
    ]
    out = io.BytesIO()
    write_sheets(out, contents, stock, title="bench")
    pages = [
        np.asarray(page.render(scale=dpi / 72).to_pil().convert("L")) for page in pypdfium2.PdfDocument(out.getvalue())
    ]
    (symbol,) = arrange(stock.label_width_mm, stock.label_height_mm, False).symbols
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


@dataclass
class Score:
    """What was in view and what was read of it, by reader; `stills` counts labels of single frames."""

    labels: int = 0
    frames: int = 0
    read: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, set[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, other: "Score") -> None:
        self.labels += other.labels
        self.frames += other.frames
        for name, count in other.read.items():
            self.read[name] = self.read.get(name, 0) + count
        for name, texts in other.wrong.items():
            self.wrong.setdefault(name, set()).update(texts)
        for name, spent_s in other.seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + spent_s

    def note(self, name: str, found: Texts, wanted: Texts) -> None:
        self.read[name] = self.read.get(name, 0) + len(found & wanted)
        self.wrong.setdefault(name, set()).update(found - wanted)


@dataclass(frozen=True)
class Task:
    """One scene to read."""

    condition: Condition
    count: int
    size: tuple[int, int]
    seed: int


_LABELS: list[Label] = []


def prepare() -> None:
    """Make a worker ready: one core each, and labels of its own."""
    cv2.setNumThreads(1)
    _LABELS.extend(draw_labels(max(COUNTS) * 2))


def read_scene(task: Task) -> Score:
    """Read one scene by every reader: its middle frame as a still, and all its frames as a film."""
    random_labels = random.Random(task.seed).sample(_LABELS, task.count)
    wanted = frozenset(label.text for label in random_labels)
    frames = list(film_scene(random_labels, task.condition, seed=task.seed, size=task.size, frames=SEQUENCE))
    score = Score(labels=task.count, frames=len(frames))

    def timed(name: str, read: Iterator[Texts]) -> list[Texts]:
        began = time.perf_counter()
        found = list(read)
        score.seconds[name] = time.perf_counter() - began
        return found

    zxing = timed("zxing", (texts_of(ZxingEngine().read(frame)) for frame in frames))
    pyzbar = timed("pyzbar", (texts_of(PyzbarEngine().read(frame)) for frame in frames)) if HAS_PYZBAR else []
    middle = len(frames) // 2
    reader = Reader()
    film = timed("Serah", (texts_of(reader.read(frame)) for frame in frames))
    still = timed(
        "Serah still", (texts_of(Reader().read(frame, thorough=True)) for frame in frames[middle : middle + 1])
    )
    plain_still = {"zxing": zxing[middle], "pyzbar": pyzbar[middle] if pyzbar else frozenset[str]()}
    for name, found in (*plain_still.items(), ("both", plain_still["zxing"] | plain_still["pyzbar"])):
        score.note(f"{name} still", found, wanted)
    score.note("Serah still", still[0], wanted)
    for name, texts in (("zxing", zxing), ("pyzbar", pyzbar), ("both", [*zxing, *pyzbar]), ("Serah", film)):
        score.note(name, frozenset().union(*texts), wanted)
    return score


HAS_PYZBAR = PYZBAR in engines()


def texts_of(reads: Sequence[object]) -> Texts:
    return frozenset(read.text for read in reads)  # type: ignore[attr-defined]


def bench_conditions(frames: int, processes: int) -> None:
    """Claim: in every condition at least what zxing-cpp and pyzbar read together, and no wrong code."""
    views = [(count, size) for size in SIZES_PX for count in COUNTS]
    scenes = max(round(frames / SEQUENCE / len(CONDITIONS) / len(views)), 1) * len(views)
    tasks = [
        Task(condition, *views[number % len(views)], seed=SEED + number)
        for number in range(scenes)
        for condition in CONDITIONS
    ]
    scores = {condition.name: Score() for condition in CONDITIONS}
    with multiprocessing.get_context("spawn").Pool(processes, prepare) as pool:
        for task, score in zip(tasks, pool.imap(read_scene, tasks, chunksize=4), strict=True):
            scores[task.condition.name].add(score)
    total = Score()
    for score in scores.values():
        total.add(score)
    names = ("pyzbar still", "zxing still", "both still", "Serah still", "pyzbar", "zxing", "both", "Serah")
    rows = []
    for name, score in [*scores.items(), ("all", total)]:
        shares = [100 * score.read.get(reader, 0) / score.labels for reader in names]
        wins = score.read["Serah still"] >= score.read["both still"] and score.read["Serah"] >= score.read["both"]
        wrong = [str(len(score.wrong.get(reader, ()))) for reader in ("both", "Serah", "Serah still")]
        rows.append(
            (name, f"{score.labels}", *(f"{share:.1f}" for share in shares), "/".join(wrong), "" if wins else "NO")
        )
    header = (
        "condition",
        "labels",
        "pyzbar",
        "zxing",
        "both",
        "Serah",
        "pyzbar",
        "zxing",
        "both",
        "Serah",
        "wrong",
        "",
    )
    title = (
        f"{total.frames:,} frames of {len(tasks)} scenes of 1, 6 and 24 labels, 720p and 1080p, seed {SEED};"
        f" % of labels read: first on one frame (Serah thorough), then on {SEQUENCE} frames;"
        " wrong texts of both, Serah, Serah thorough"
    )
    print_table(title, header, rows)
    per_frame = ", ".join(
        f"{name} {1000 * spent / total.frames:.1f}" for name, spent in total.seconds.items() if name != "Serah still"
    )
    print(
        f"ms a frame: {per_frame}; Serah thorough {1000 * SEQUENCE * total.seconds['Serah still'] / total.frames:.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1600, help="frames to read, about (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="processes that read (default: %(default)s)")
    parser.add_argument("--live", action="store_true", help="only the figures of a live session")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, OpenCV {cv2.__version__}, engines: {', '.join(engines())}")
    if not options.live:
        bench_conditions(options.frames, options.processes)


if __name__ == "__main__":
    main()
