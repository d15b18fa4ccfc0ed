"""Whether a code is ever read that is not there: many short films of our own labels, each under a hardship.

    python bench/misreads.py [--frames N] [--processes N] [--kept FILE] [--foreign | --grids N]

Claim: not one wrong code in 100,000 frames. Each film has its own labels, lies, damage and light, drawn as in
bench/camera.py and read as a camera is: a first look at every frame, second looks at once after it, the session that
takes what was read twice. Most films are parts of a camera's picture with one label or four, so that 100,000 frames
take one core less than an hour; the others are whole pictures of 720p with 6 and 24. Frames of one film differ as
those of a hand-held camera do, so labels and damage are as many as films, not as frames.

With --kept each film's counts are kept in that file at once, one line of JSON a film; run again, it goes on behind the
films that stand there. Each film has its own seed, so the pieces give what one run gives.

--foreign shows no label of ours: every third film a desk, the others codes of strangers, among them ours with another
check character. --grids reads so many random grids with everything right but their data: finder patterns, timing,
format. Where none of n gives a code of ours, the share is below 3/n (at 95 %), and that is printed.
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
from typing import Any

import cv2
import numpy as np
import zxingcpp

# the benches beside this one
from filmed import CONDITIONS, draw_labels, texts_of
from reader import _Desk as KeepingDesk
from reader import print_table

from custody.format.codes import ItemLabel, draw_code, read_payload
from scanner.decoding.live_reader import LiveReader
from scanner.decoding.looks import AtOnce
from scanner.decoding.picture_reader import Reader, ZxingEngine, engines
from scanner.rescue.payload_code import read_item
from scanner.rescue.qr_structure import build, corrected, format_places, formats
from scanner.session import ScanSession
from tests.support.scenes import Condition, Label, film_scene

SEED = 20240214
FRAMES = 10
"""Of one film."""
FRAME_MS = 60.0
"""As often as a live session looks."""
GRIDS_AT_ONCE = 10_000
GRID_COUNTS = "weighed", "rescued", "texts"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
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
    is_foreign: bool = False


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
_FOREIGN: list[Label] = []


def prepare(is_foreign: bool) -> None:
    """Make a worker ready: one core each, and the printed labels that its films show."""
    randbelow = random.Random(SEED).randrange
    if is_foreign:
        _FOREIGN.extend(strangers(random.Random(SEED)))
    else:
        _LABELS.extend(draw_labels([draw_code(randbelow) for _ in range(PRINTED)]))


def strangers(draw: random.Random) -> list[Label]:
    """Codes that are none of ours: some of every form, and ours with another check character or a character changed."""
    texts = [f"https://example.org/{draw.randrange(10**9)}" for _ in range(20)]
    texts += [f"{draw.randrange(10**13):013d}" for _ in range(20)]
    texts += ["".join(draw.choices(ALPHABET, k=13)) + "*01" for _ in range(40)]
    for _ in range(60):
        code = draw_code(draw.randrange)
        place = draw.choice([12, draw.randrange(12)])
        texts.append(code[:place] + draw.choice(ALPHABET.replace(code[place], "")) + code[place + 1 :] + "*01")
    found = []
    for text in texts:
        if is_ours(text):  # one in 37 by chance
            continue
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level=draw.choice("LMQH"))
        image = np.array(made.to_image(scale=12, add_quiet_zones=True))
        found.append(Label(text, image, 0, 0, len(image), len(image) // 12))
    return found


def tasks_for(frames: int, *, is_foreign: bool = False) -> list[Task]:
    """Films under every hardship in turn, in every tenth two at once, and in all sizes of view."""
    views = [(count, size) for count, size, often in VIEWS for _ in range(often)]
    draw = random.Random(SEED)
    found = []
    for number in range(-(-frames // FRAMES)):
        condition = CONDITIONS[number % len(CONDITIONS)]
        if number % 10 == 9:
            condition = both(condition, draw.choice(CONDITIONS))
        count, size = draw.choice(views)
        found.append(Task(condition, count, size, SEED + number, is_foreign))
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
    is_desk = task.is_foreign and task.seed % 3 == 0
    labels = [] if is_desk else draw.sample(_FOREIGN if task.is_foreign else _LABELS, task.count)
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
    ours = {label.code for text in there if is_ours(text) and isinstance(label := read_payload(text), ItemLabel)}
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
    with multiprocessing.get_context("spawn").Pool(
        processes, prepare, (any(task.is_foreign for task in left),)
    ) as pool:
        for number, (task, tally) in enumerate(zip(left, pool.imap(read_film, left), strict=True), 1):
            if file is not None:
                with file.open("a") as out:
                    out.write("\n" + json.dumps({"seed": task.seed, **asdict(tally)}))
            yield task, tally
            if number % 250 == 0:
                print(f"{number} of {len(left)} films, {time.monotonic() - began_s:.0f} s", flush=True)


def read_grids(count: int, processes: int, file: Path | None) -> None:
    """Claim: not one of 30 million random grids is read as a code of ours, by zxing-cpp or by the rescue."""
    pieces = range(-(-count // GRIDS_AT_ONCE))
    kept = [json.loads(line) for line in file.read_text().splitlines()] if file and file.exists() else []
    done = [each for each in kept if each["piece"] in pieces]
    left = sorted({*pieces} - {each["piece"] for each in done})
    began_s = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(processes, prepare, (False,)) as pool:
        for each in pool.imap_unordered(read_piece, left):
            done.append(each)
            if file is not None:
                with file.open("a") as out:
                    out.write(json.dumps(each) + "\n")
    grids, weighed, rescued, texts = (sum(each[name] for each in done) for name in ("grids", *GRID_COUNTS))
    wrong = [text for each in done for text in each["wrong"]]
    print(
        f"{grids:,} random grids of versions 1 to 4, {weighed:,} by soft decoding and {rescued:,} by the rescue too: "
        f"{texts} texts, {len(wrong)} ours"
    )
    rate = len(left) * GRIDS_AT_ONCE / max(time.monotonic() - began_s, 1e-6)
    print(f"share of wrong codes below {3 / grids:.1e} (95 %) where none is; {rate:,.0f} grids a second", *wrong)


def read_piece(piece: int) -> dict[str, Any]:
    """Read so many grids at once, of their own seed; what was tried and what came of it."""
    engine, random_bits, version = ZxingEngine(), np.random.default_rng((SEED, piece)), piece % 4 + 1
    grids = random_grids(GRIDS_AT_ONCE, version, random_bits)
    drawn = np.pad(np.where(grids, 0, 255).astype(np.uint8), ((0, 0), (4, 4), (4, 4)), constant_values=255)
    tally: dict[str, Any] = {"piece": piece, "grids": len(grids), **dict.fromkeys(GRID_COUNTS, 0), "wrong": []}
    for number, image in enumerate(drawn):
        found = [read.text for read in engine.inspect(image, inverted=False)[0]]
        if number % 100 == 0:  # these take ten times as long, and a hundred
            soft = np.where(grids[number], 1.0, -1.0) * random_bits.random(grids[number].shape)
            if version < 3:
                tally["weighed"] += 1
                found += [text for text in [read_item(soft, version)] if text is not None]
            if number % 1000 == 0:
                tally["rescued"] += 1
                clean = corrected(soft, version)
                if clean is not None:
                    again = np.pad(np.where(clean, 0, 255).astype(np.uint8), 4, constant_values=255)
                    found += [read.text for read in engine.read(again)]
        tally["texts"] += len(found)
        tally["wrong"] += [text for text in found if is_ours(text)]
    return tally


def random_grids(count: int, version: int, random_bits: np.random.Generator) -> np.ndarray:
    """Which modules are dark: at random, but for those that every code has and one of the 32 formats; count x n x n."""
    plan = build(version)
    grids = random_bits.integers(0, 2, (count, plan.side, plan.side)).astype(bool)
    grids[:, plan.fixed] = plan.dark[plan.fixed]
    rows, columns = format_places(plan.side)
    grids[:, rows, columns] = (formats()[random_bits.integers(0, 32, count)] > 0)[:, None]
    return grids


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=100_000, help="frames to read (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=1, help="processes that read (default: %(default)s)")
    parser.add_argument("--kept", type=Path, help="keep each film's counts in this file, and go on behind them")
    parser.add_argument("--foreign", action="store_true", help="films without a label of ours")
    parser.add_argument("--grids", type=int, metavar="N", help="read so many random grids instead")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, OpenCV {cv2.__version__}, engines: {', '.join(engines())}")
    if options.grids:
        read_grids(options.grids, options.processes, options.kept)
        return
    tallies: dict[int, Tally] = {count: Tally() for count, _size, _often in VIEWS}
    tasks = tasks_for(options.frames, is_foreign=options.foreign)
    with closing(read_films(tasks, options.processes, options.kept)) as films:
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
