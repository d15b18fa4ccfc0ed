"""How well labels are read before a camera: Serah's reader beside pyzbar, zxing-cpp and both together.

    python bench/camera.py [--frames N] [--minutes N] [--only TEXT] [--views N] [--live] [--quiet]
                            [--wechat PYTHON MODELS]

Labels drawn by labels/, filmed under one hardship at a time (tests/support/scenes.py), with seeds. Claims: in
every condition Serah reads at least what both others together read, and never a wrong code; a label in view is taken
within 200 ms, 24 at once within a second; looking at an empty desk takes an eighth of a core. --wechat: see
bench/peers/wechat.py.
"""

import argparse
import io
import itertools
import multiprocessing
import platform
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

# the benches beside this one
from filmed import CONDITIONS, SecondCore, Texts, draw_labels, texts_of
from ledger import open_ledger, registered
from reader import _Desk as NoDesk
from reader import print_table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402

from bench.peers.wechat import Wechat  # noqa: E402
from custody.format.codes import draw_code  # noqa: E402
from scanner.decoding.live_reader import LiveReader  # noqa: E402
from scanner.decoding.picture_reader import PYZBAR, PyzbarEngine, Reader, ZxingEngine, engines  # noqa: E402
from scanner.decoding.renderings import gray_of  # noqa: E402
from scanner.frame_loop import scan_frames  # noqa: E402
from scanner.outcomes import Desk, Outcome  # noqa: E402
from scanner.session import ScanSession  # noqa: E402
from scanner.sources.frames import Image, monotonic_ms  # noqa: E402
from scanner.sources.live_source import Live  # noqa: E402
from scanner.ui.feedback import Feedback  # noqa: E402
from scanner.ui.terminal import TerminalView  # noqa: E402
from services.scanning.handover_desk import DraftDesk  # noqa: E402
from tests.support.scenes import Condition, Label, film_scene  # noqa: E402

SEED = 20240214
SIZES_PX = ((1280, 720), (1920, 1080))
COUNTS = (1, 6, 24)
SEQUENCE = 48
"""Frames of one scene: 1.6 seconds, as long as somebody holds a label that does not beep at once."""
PEERS_TAKE = 4
"""zxing-cpp and pyzbar together read about every fourth frame in the time that a camera gives them."""
SERAH_TAKES = 2
"""A live session looks at no more than sixteen frames a second."""
FPS = 30.0
VIEW_FRAMES = 36
IDLE_S = 10.0


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
_WECHAT: list[Wechat] = []


def prepare(wechat: Sequence[Path] | None = None) -> None:
    """Make a worker ready: one core each, and labels of its own."""
    if wechat:
        _WECHAT.append(Wechat(*wechat))
    randbelow = random.Random(SEED).randrange
    _LABELS.extend(draw_labels([draw_code(randbelow) for _ in range(2 * max(COUNTS))]))


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

    seldom = frames[::PEERS_TAKE]
    zxing = timed("zxing", (texts_of(ZxingEngine().read(frame)) for frame in seldom))
    pyzbar = timed("pyzbar", (texts_of(PyzbarEngine().read(frame)) for frame in seldom)) if HAS_PYZBAR else []
    for engine in _WECHAT:
        answers = [engine.read(gray) for gray in map(gray_of, seldom) if gray is not None]
        score.seconds["WeChat"] = sum(spent_s for _texts, spent_s in answers)
        score.note("WeChat still", answers[0][0], wanted)
        score.note("WeChat", frozenset().union(*(texts for texts, _spent_s in answers)), wanted)
    score.note("zxing still", zxing[0], wanted)
    score.note("pyzbar still", pyzbar[0] if pyzbar else frozenset(), wanted)
    score.note("both still", zxing[0].union(*pyzbar[:1]), wanted)
    score.note("both", frozenset().union(*zxing, *pyzbar), wanted)
    (still,) = timed("Serah still", (texts_of(Reader().read(frame, thorough=True)) for frame in frames[:1]))
    score.note("Serah still", still, wanted)
    beside = SecondCore()
    live = LiveReader(Reader(), lambda: beside, lambda: beside.now_ms)
    seen = set[tuple[float, str]]()  # a late look at a frame is no second sighting
    began_s = time.thread_time()
    for number, frame in list(enumerate(frames))[::SERAH_TAKES]:
        beside.pass_to(number * 1000 / FPS)
        seen |= {(look.at_ms, read.text) for look in live.inspect(frame, beside.now_ms) for read in look.reads}
    beside.pass_to(SEQUENCE * 1000 / FPS)
    seen |= {(look.at_ms, read.text) for look in live.finish() for read in look.reads}
    score.seconds["Serah beside"] = beside.spent_ms / 1000
    score.seconds["Serah first"] = time.thread_time() - began_s - beside.spent_ms / 1000
    sightings = Counter(text for _at_ms, text in seen)
    score.note("Serah", frozenset(sightings), wanted)
    score.note("Serah taken", frozenset(text for text, times in sightings.items() if times > 1), wanted)
    return score


HAS_PYZBAR = PYZBAR in engines()


def bench_conditions(frames: int, minutes: float, processes: int, only: str, wechat: Sequence[Path] | None) -> None:
    """Claim: in every condition at least what zxing-cpp and pyzbar read together, and no wrong code."""
    views = [(count, size) for size in SIZES_PX for count in COUNTS]
    conditions = [condition for condition in CONDITIONS if any(part in condition.name for part in only.split(","))]
    scenes = max(round(frames / SEQUENCE / len(conditions) / len(views)), 1) * len(views)
    tasks = [
        Task(condition, *views[number % len(views)], seed=SEED + number)
        for number in range(scenes)
        for condition in conditions
    ]
    scores = {condition.name: Score() for condition in conditions}
    done, ends_s = 0, time.monotonic() + minutes * 60
    with multiprocessing.get_context("spawn").Pool(processes, prepare, (wechat,)) as pool:
        for task, score in zip(tasks, pool.imap(read_scene, tasks), strict=True):
            scores[task.condition.name].add(score)
            done += 1
            if time.monotonic() > ends_s:
                break
    print(f"{done} of {len(tasks)} scenes")
    total = Score()
    for score in scores.values():
        total.add(score)
    names = ["pyzbar still", "zxing still", "both still", "Serah still", "both", "Serah", "Serah taken"]
    header = ["condition", "labels", "pyzbar", "zxing", "both", "Serah", "both", "Serah", "taken", "wrong", ""]
    if wechat:
        names[3:3], header[5:5] = ["WeChat still"], ["WeChat"]
        names[6:6], header[8:8] = ["WeChat"], ["WeChat"]
    rows = []
    for name, score in [*scores.items(), ("all", total)]:
        shares = [100 * score.read.get(reader, 0) / max(score.labels, 1) for reader in names]
        wins = all(score.read.get(f"Serah{way}", 0) >= score.read.get(f"both{way}", 0) for way in (" still", ""))
        wrong = [str(len(score.wrong.get(reader, ()))) for reader in ("both", "Serah", "Serah still")]
        cells = [f"{share:.1f}" for share in shares]
        if not score.labels:
            continue
        rows.append((name, f"{score.labels}", *cells, "/".join(wrong), "" if wins else "NO"))
    title = (
        f"{total.frames:,} frames of {done} scenes of 1, 6 and 24 labels, 720p and 1080p, seed {SEED}.\n"
        f"% of labels read: on one frame (Serah thorough); then in {SEQUENCE / FPS:.1f} s of film, from which both take"
        f" {SEQUENCE // PEERS_TAKE} frames and Serah {SEQUENCE // SERAH_TAKES}, with second looks as one more core"
        " gives them;\ntaken: read in two frames. Wrong texts of both, Serah, Serah thorough. NO: fewer than both."
    )
    print_table(title, header, rows)
    each_ms = {
        "zxing-cpp": total.seconds["zxing"] * PEERS_TAKE,
        "pyzbar": total.seconds.get("pyzbar", 0.0) * PEERS_TAKE,
        "WeChat": total.seconds.get("WeChat", 0.0) * PEERS_TAKE,
        "Serah's first look": total.seconds["Serah first"] * SERAH_TAKES,
        "Serah thorough": total.seconds["Serah still"] * SEQUENCE,
    }
    print("ms a frame: " + ", ".join(f"{name} {1000 * spent / total.frames:.1f}" for name, spent in each_ms.items()))
    print(f"second looks took {total.seconds['Serah beside'] * FPS / total.frames:.2f} of a core")


class FilmCamera:
    """A camera that gives frames in real time, packed as Linux hands them on, and keeps when each was given.

    `is_unpacked`: in colour, as drivers of other systems unpack them.
    """

    def __init__(
        self, frames: Sequence[bytes], fps: float = FPS, *, is_endless: bool = False, is_unpacked: bool = False
    ) -> None:
        self.frames, self.fps, self.is_endless, self.is_unpacked = frames, fps, is_endless, is_unpacked
        self.given_s: list[float] = []
        self._began_s = time.perf_counter()

    def grab(self) -> bool:
        number = len(self.given_s)
        if number >= len(self.frames) and not self.is_endless:
            return False
        time.sleep(max(self._began_s + number / self.fps - time.perf_counter(), 0.0))
        self.given_s.append(time.perf_counter())
        return True

    def retrieve(self) -> tuple[bool, Image]:
        packed = np.frombuffer(self.frames[(len(self.given_s) - 1) % len(self.frames)], np.uint8)
        image = cv2.imdecode(packed, cv2.IMREAD_COLOR) if self.is_unpacked else packed.copy().reshape(1, -1)
        return True, np.asarray(image, np.uint8)

    def release(self) -> None:
        pass


def film_session(
    desk: Desk, camera: FilmCamera, *, ends_after_s: float = float("inf")
) -> tuple[list[tuple[str, float]], float]:
    """Scan with this camera as `scan` does; returns what was taken and when, and the processor's seconds."""
    session = ScanSession(desk)
    taken: list[tuple[str, float]] = []
    began_s, began_cpu_s = time.perf_counter(), time.process_time()

    def on_outcome(outcome: Outcome) -> None:
        if outcome.kind == "taken":
            taken.append((outcome.code, time.perf_counter()))

    def typed() -> list[str]:
        is_over = not camera.is_endless and len(camera.given_s) >= len(camera.frames)
        return ["finish"] if is_over or time.perf_counter() - began_s > ends_after_s else []

    feedback = Feedback(session, _NOWHERE)
    with closing(Live("film", lambda: None, camera, clock=monotonic_ms, notify=lambda _line: None)) as live:
        scan_frames(live, Reader(), session, on_outcome, typed_lines=typed, on_frame=feedback.on_frame)
    return taken, time.process_time() - began_cpu_s


_NOWHERE = TerminalView(io.StringIO())


def bench_live(trials: int) -> None:
    """Claims: a label is taken within 200 ms (median), 24 at once within 1 s."""
    rows = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, open_ledger(Path(folder) / "b.db") as store:
        for size, count in itertools.product(SIZES_PX, (1, 24)):
            codes = registered(store, trials * count)[: trials * count]
            frames, firsts = film_of_views(draw_labels(codes), count, size)
            draft = store.drafts.open(f"{size}{count}", "51.08", None, (), at=store.around.now_utc())
            camera = FilmCamera(frames)
            taken, cpu_s = film_session(DraftDesk(store, draft.id), camera)
            given_s = {code: camera.given_s[firsts[index // count]] for index, code in enumerate(codes)}
            took_ms = sorted((at_s - given_s[code]) * 1000 for code, at_s in taken if code in given_s)
            wrong = len({code for code, _at_s in taken} - set(codes))
            last_ms = [
                max((at_s - given_s[code]) * 1000 for code, at_s in taken if code in codes[first : first + count])
                for first in range(0, len(codes), count)
                if {code for code, _at_s in taken} >= set(codes[first : first + count])
            ]
            rows.append(
                (
                    f"{size[0]}x{size[1]}, {count} in view",
                    f"{trials}",
                    f"{len(took_ms)}/{len(codes)}",
                    f"{wrong}",
                    f"{statistics.median(took_ms):.0f}",
                    f"{took_ms[int(len(took_ms) * 0.9)]:.0f}",
                    f"{statistics.median(last_ms):.0f}" if last_ms else "-",
                    f"{max(last_ms):.0f}" if last_ms else "-",
                    f"{cpu_s / (camera.given_s[-1] - camera.given_s[0]):.2f}",
                )
            )
    header = (
        "camera, 30 frames a second",
        "views",
        "taken",
        "wrong",
        "median ms",
        "p90 ms",
        "all ms",
        "worst ms",
        "cores",
    )
    title = "ms (median) from the first frame with a label to its take in a ledger on disk; all: to the view's last"
    print_table(title, header, rows)


def bench_quiet() -> None:
    """Claims: an empty 1080p desk takes under 0.12 of a core, 24 labels held still under 0.25, from their coming on.

    The light flickers with the mains, the sensor is noisy, a hand trembles. Processor time, so other work counts
    little; zxing-cpp alone is given as many frames as a live session looks at, in colour as OpenCV unpacks them.
    """
    randbelow = random.Random(SEED).randrange
    labels = draw_labels([draw_code(randbelow) for _ in range(max(COUNTS))])
    rows = []
    for size, count in itertools.product(SIZES_PX, (0, max(COUNTS))):
        film = film_scene(labels[:count], CONDITIONS[0], seed=SEED, size=size, frames=SEQUENCE)
        packed = pack(flickering(film))
        began_s = time.thread_time()
        for data in packed:
            unpacked = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
            ZxingEngine().read(np.asarray(cv2.cvtColor(unpacked, cv2.COLOR_BGR2GRAY), np.uint8))
        alone = (time.thread_time() - began_s) / len(packed) * FPS / SERAH_TAKES
        shares, counts = list[str](), set[int]()
        for is_unpacked in (False, True):
            camera = FilmCamera(packed, is_endless=True, is_unpacked=is_unpacked)
            taken, cpu_s = film_session(NoDesk(), camera, ends_after_s=IDLE_S)
            shares.append(f"{cpu_s / IDLE_S:.3f}")
            counts.add(len(taken))
        kilobytes = sum(map(len, packed)) / len(packed) / 1000
        rows.append(
            (f"{size[0]}x{size[1]}, {count} held still", f"{kilobytes:.0f}", f"{min(counts)}", *shares, f"{alone:.2f}")
        )
    title = f"{IDLE_S:.0f} s in the light of 50 Hz; cores used where frames come packed, and where the driver unpacks"
    header = ("camera, 30 frames a second", "kB a frame", "taken", "packed", "unpacked", "zxing-cpp alone")
    print_table(title, header, rows)


def flickering(frames: Iterator[Image], share: float = 0.06) -> Iterator[Image]:
    """The frames in the light of lamps on 50 Hz, by a sensor that reads its rows one after the other in 25 ms."""
    for number, frame in enumerate(frames):
        row_s = number / 30.03 + np.linspace(0.0, 0.025, frame.shape[0])
        lit = frame * (1 + share * np.sin(2 * np.pi * 100 * row_s))[:, None]
        yield np.asarray(np.clip(lit, 0, 255), np.uint8)


def film_of_views(labels: Sequence[Label], count: int, size: tuple[int, int]) -> tuple[list[bytes], list[int]]:
    """A film in which labels lie on the desk for a while, then nothing, then the next ones; where each view begins."""
    frames, firsts = list[bytes](), list[int]()
    empty = pack(film_scene([], Condition("empty"), seed=SEED, size=size, frames=10))
    for first in range(0, len(labels), count):
        frames += empty
        firsts.append(len(frames))
        view = labels[first : first + count]
        frames += pack(film_scene(view, CONDITIONS[0], seed=SEED + first, size=size, frames=VIEW_FRAMES))
    return frames + empty, firsts


def pack(frames: Iterator[Image]) -> list[bytes]:
    """Frames in colour as a camera sends them: 110 to 165 kB of 1080p."""
    quality = (cv2.IMWRITE_JPEG_QUALITY, 60)
    return [cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), quality)[1].tobytes() for frame in frames]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=7800, help="frames to read, about (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=600, help="stop reading after so long (default: %(default)s)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only hardships with this, or this,that, in them")
    parser.add_argument("--processes", type=int, default=2, help="processes that read (default: %(default)s)")
    parser.add_argument("--views", type=int, default=10, help="views of each live film (default: %(default)s)")
    parser.add_argument("--live", action="store_true", help="only the figures of a live session")
    parser.add_argument("--quiet", action="store_true", help="only what looking at a desk costs where nothing moves")
    parser.add_argument("--wechat", nargs=2, type=Path, metavar=("PYTHON", "MODELS"), help="WeChat's engine, too")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, OpenCV {cv2.__version__}, engines: {', '.join(engines())}")
    if not (options.live or options.quiet):
        bench_conditions(options.frames, options.minutes, options.processes, options.only, options.wechat)
    if not options.quiet:
        bench_live(options.views)
    bench_quiet()


if __name__ == "__main__":
    main()
