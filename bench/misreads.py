"""Whether a code is ever read that is not there: many short films of our own labels, each under a hardship.

    python bench/misreads.py [--frames N] [--processes N] [--kept FILE]

Claim: not one wrong code in 100,000 frames. Each film has its own labels, lies, damage and light, drawn as in
bench/camera.py and read as a camera is: a first look at every frame, second looks at once after it, the session that
takes what was read twice. Most films are parts of a camera's picture with one label or four, so that 100,000 frames
take one core less than an hour; the others are whole pictures of 720p with 6 and 24. Frames of one film differ as
those of a hand-held camera do, so labels and damage are as many as films, not as frames.

With --kept each film's counts are kept in that file at once, one line of JSON a film; run again, it goes on behind the
films that stand there. Each film has its own seed, so the pieces give what one run gives.
"""

import argparse
import json
import multiprocessing
import platform
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import cv2

# the benches beside this one
from filmed import CONDITIONS, draw_labels, texts_of
from reader import _Desk as KeepingDesk
from reader import print_table

from custody.format.codes import ItemLabel, draw_code, read_payload
from scanner.decoding.live_reader import LiveReader
from scanner.decoding.looks import AtOnce
from scanner.decoding.picture_reader import Reader, engines
from scanner.session import ScanSession
from tests.support.scenes import Condition, Label, film_scene

SEED = 20240214
FRAMES = 10
"""Of one film."""
FRAME_MS = 60.0
"""As often as a live session looks."""
PRINTED = 420
"""Different labels; each film shows some of them, damaged anew."""
VIEWS = ((1, (320, 240), 12), (4, (640, 400), 5), (6, (1280, 720), 2), (24, (1280, 720), 1))
"""How many labels are in view, the size of the picture in pixels, and how often in twenty films."""


@dataclass(frozen=True)
class Task:
    """One film."""

    condition: Condition
    count: int
    size: tuple[int, int]
    seed: int


@dataclass
class Tally:
    """What was shown and read: `readings` counts a text once in each frame, `wrong` names texts that were not there."""

    films: int = 0
    frames: int = 0
    labels: int = 0
    read: int = 0
    readings: int = 0
    taken: int = 0
    wrong: list[str] = field(default_factory=list)
    wrong_codes: list[str] = field(default_factory=list)
    wrong_taken: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


_LABELS: list[Label] = []


def prepare() -> None:
    """Make a worker ready: one core each, and the printed labels."""
    cv2.setNumThreads(1)
    randbelow = random.Random(SEED).randrange
    _LABELS.extend(draw_labels([draw_code(randbelow) for _ in range(PRINTED)]))


def tasks_for(frames: int) -> list[Task]:
    """Films under every hardship in turn, in every tenth two at once, and in all sizes of view."""
    views = [(count, size) for count, size, often in VIEWS for _ in range(often)]
    draw = random.Random(SEED)
    found = []
    for number in range(-(-frames // FRAMES)):
        condition = CONDITIONS[number % len(CONDITIONS)]
        if number % 10 == 9:
            condition = both(condition, draw.choice(CONDITIONS))
        count, size = draw.choice(views)
        found.append(Task(condition, count, size, SEED + number))
    return found


def both(one: Condition, other: Condition) -> Condition:
    """Two hardships at once: of each the harder."""
    easy = Condition("")
    harder = {
        name: getattr(other, name)
        for name in Condition.__slots__
        if name != "name" and getattr(one, name) == getattr(easy, name) != getattr(other, name)
    }
    return replace(one, name=f"{one.name} + {other.name}", **harder)


def read_film(task: Task) -> Tally:
    """Read one film as a live session does, each second look at once."""
    draw = random.Random(task.seed)
    labels = draw.sample(_LABELS, task.count)
    there = frozenset(label.text for label in labels)
    tally = Tally(films=1, labels=len(labels))
    desk = KeepingDesk()
    session, looker = ScanSession(desk), LiveReader(Reader(), AtOnce, lambda: 0.0)
    read = frozenset[str]()
    for number, frame in enumerate(film_scene(labels, task.condition, seed=task.seed, size=task.size, frames=FRAMES)):
        tally.frames += 1
        for look in looker.inspect(frame, number * FRAME_MS):
            session.see(look.reads, look.at_ms)
            texts = texts_of(look.reads)
            tally.readings += len(texts & there)
            tally.wrong += [f"{text!r} in {task}" for text in texts - there]
            tally.wrong_codes += [text for text in texts - there if is_ours(text)]
            read |= texts
    tally.read = len(read & there)
    ours = {label.code for label in map(read_payload, there) if isinstance(label, ItemLabel)}
    tally.taken = len(desk.codes & ours)
    tally.wrong_taken = sorted(desk.codes - ours)
    return tally


def is_ours(text: str) -> bool:
    """Whether a text would be taken for a label of ours."""
    try:
        return read_payload(text) is not None
    except ValueError:
        return False


def kept_tallies(file: Path | None) -> dict[int, Tally]:
    """The films of earlier runs by their seeds; a last line that was cut off is read anew."""
    found = {}
    for line in file.read_text().splitlines() if file and file.exists() else ():
        try:
            kept = json.loads(line)
        except ValueError:
            continue
        seed = kept.pop("seed")
        found[seed] = Tally(**kept)
    return found


def read_films(tasks: Sequence[Task], processes: int, file: Path | None) -> Iterator[tuple[Task, Tally]]:
    """Each film with its counts: those that are kept, then the others as they are read, kept at once."""
    kept = kept_tallies(file)
    yield from ((task, kept[task.seed]) for task in tasks if task.seed in kept)
    left = [task for task in tasks if task.seed not in kept]
    began_s = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(processes, prepare) as pool:
        for number, (task, tally) in enumerate(zip(left, pool.imap(read_film, left), strict=True), 1):
            if file is not None:
                with file.open("a") as out:
                    out.write("\n" + json.dumps({"seed": task.seed, **asdict(tally)}))
            yield task, tally
            if number % 250 == 0:
                print(f"{number} of {len(left)} films, {time.monotonic() - began_s:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=100_000, help="frames to read (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=1, help="processes that read (default: %(default)s)")
    parser.add_argument("--kept", type=Path, help="keep each film's counts in this file, and go on behind them")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, OpenCV {cv2.__version__}, engines: {', '.join(engines())}")
    tallies: dict[int, Tally] = {count: Tally() for count, _size, _often in VIEWS}
    with closing(read_films(tasks_for(options.frames), options.processes, options.kept)) as films:
        for task, tally in films:
            tallies[task.count].add(tally)
            for line in tally.wrong:
                print(f"WRONG: {line}", flush=True)
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    sizes = {count: f"{count} in {size[0]} x {size[1]}" for count, size, _often in VIEWS}
    rows = [row(sizes[count], tally) for count, tally in tallies.items()] + [row("all", total)]
    header = (
        "labels in view",
        "films",
        "frames",
        "labels",
        "read",
        "readings",
        "taken",
        "wrong texts",
        "wrong codes",
        "wrong taken",
    )
    print_table(f"{total.frames:,} frames, seed {SEED}", header, rows)


def row(title: str, tally: Tally) -> Sequence[str]:
    counts = (tally.films, tally.frames, tally.labels, tally.read, tally.readings, tally.taken)
    wrongs = (tally.wrong, tally.wrong_codes, tally.wrong_taken)
    return (title, *(f"{count:,}" for count in counts), *(f"{len(each)}" for each in wrongs))


if __name__ == "__main__":
    main()
