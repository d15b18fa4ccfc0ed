"""Whether what is said of a label that is held up and not read is right: too far, cut off, blurred, glare, dark.

    python bench/aim.py [--films N] [--photographs FOLDER]

Claim: right in at least 90 % of the films in which something is said, said in nearly as many of those in which it is
known what is wrong, and nothing said of labels that are dirty or torn, where no advice would help. Each film shows one
label for 2.4 s under a hardship too hard to be read; films whose label is read are left out. Drawn as in
bench/camera.py, each second look at once. First hardships and seeds on which no threshold was set, then those on which
they were. With a folder of photographs and its truth.csv (file,text): how often a code
is seen in those that hold none, which must be never.
"""

import argparse
import csv
import platform
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

# the benches beside this one
from filmed import draw_labels
from reader import print_table

from custody.format.codes import draw_code
from scanner.aim.adviser import Adviser
from scanner.aim.dim_codes import find_dim_code
from scanner.decoding.live_reader import LiveReader
from scanner.decoding.looks import AtOnce, in_view
from scanner.decoding.picture_reader import Reader
from scanner.sources.frames import Frame, Image
from tests.support.scenes import Condition, Label, film_scene

SEED, FRAMES, FRAME_MS, SIZE = 20261202, 36, 66.0, (480, 360)
CUT = "cut off"
CASES = {
    "closer": (
        Condition("1.3 px", module_px=1.3),
        Condition("1.5 px, soft", module_px=1.5, defocus=0.4),
        Condition("1.7 px, noise", module_px=1.7, noise=25.0),
    ),
    "farther": (Condition(CUT, module_px=4.5), Condition(f"{CUT}, large", module_px=7.0)),
    "still": (
        Condition("defocus 0.8", defocus=0.8),
        Condition("defocus 0.9, large", defocus=0.9, module_px=5),
        Condition("motion 2.5", motion=2.5),
        Condition("motion 3.5, large", motion=3.5, module_px=5),
    ),
    "glare": (
        Condition("glare 4.5", glare=4.5),
        Condition("glare 5, large", glare=5.0, module_px=4.5),
        Condition("glare 6", glare=6.0),
    ),
    "dark": (Condition("dark", contrast=0.03), Condition("dark, far", contrast=0.04, module_px=2.5)),
    "": (
        Condition("dirt 30%", dirt=0.3),
        Condition("torn and dirty", torn=0.4, dirt=0.2),
        Condition("dirt 40%, large", dirt=0.4, module_px=5),
        Condition("desk"),
    ),
}


HELD_OUT_SEED = 20261209
HELD_OUT = {
    "closer": (
        Condition("1.4 px, dim", module_px=1.4, contrast=0.5),
        Condition("1.6 px, tilted", module_px=1.6, tilt_deg=30.0, noise=15.0),
        Condition("1.2 px, soft", module_px=1.2, defocus=0.5),
    ),
    "farther": (
        Condition(f"{CUT}, 5.5 px, dim", module_px=5.5, contrast=0.5),
        Condition(f"{CUT}, 8 px", module_px=8.0),
    ),
    "still": (
        Condition("defocus 1.1, 4 px", defocus=1.1, module_px=4.0),
        Condition("defocus 0.95, noise", defocus=0.95, noise=10.0, module_px=4.5),
        Condition("motion 3, 4 px", motion=3.0, module_px=4.0),
        Condition("motion 4, tilted", motion=4.0, module_px=5.0, tilt_deg=25.0),
    ),
    "glare": (
        Condition("glare 6.5, 5 px", glare=6.5, module_px=5.0),
        Condition("glare 7", glare=7.0),
        Condition("glare 7, dim", glare=7.0, contrast=0.6, module_px=4.0),
    ),
    "dark": (
        Condition("dark, noise", contrast=0.025, noise=6.0),
        Condition("dark, large", contrast=0.035, module_px=5.0),
    ),
    "": (Condition("torn", torn=0.9, dirt=0.3), Condition("dirt 45%", dirt=0.45, module_px=4.0), Condition("desk")),
}
"""Hardships and seeds on which nothing was set: no threshold was changed after they were looked at."""


def film(label: Label | None, condition: Condition, seed: int) -> Iterator[Image]:
    """The frames; of one that is cut off, a third of the symbol lies beyond the picture's edge."""
    if not condition.name.startswith(CUT) or label is None:
        yield from film_scene([label] if label else [], condition, seed=seed, size=SIZE, frames=FRAMES)
        return
    kept = round(SIZE[0] / 2 + 0.18 * (label.modules - 8) * condition.module_px)
    for image in film_scene([label.symbol_alone()], condition, seed=seed, size=SIZE, frames=FRAMES):
        yield np.ascontiguousarray(image[:, :kept])


def advice(label: Label | None, condition: Condition, seed: int) -> str | None:
    """What is said at the end of a film, in a word; None where the label is read."""
    looker, adviser = LiveReader(Reader(), AtOnce, lambda: 0.0), Adviser()
    for number, image in enumerate(film(label, condition, seed)):
        frame = Frame(image, "film", number, number * FRAME_MS)
        reads = in_view(looker.inspect(image, frame.at_ms))
        if reads:
            return None
        adviser.see(frame, reads, looker.unread)
    return {"blurred": "still", "bright": "glare"}.get(adviser.now.aim or "", adviser.now.aim or "")


def photographs(folder: Path) -> str:
    """Of how many photographs without a code one is seen in, and how long a look takes."""
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        names = [row["file"] for row in csv.DictReader(file) if not row["text"]]
    pictures = [cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE) for name in names]
    began_s = time.thread_time()
    seen = sum(find_dim_code(picture) is not None for picture in pictures)
    took_ms = (time.thread_time() - began_s) * 1000 / max(len(pictures), 1)
    return f"photographs without a code: {len(pictures)}, a code seen in {seen}; {took_ms:.0f} ms a look"


def told(name: str, cases: dict[str, tuple[Condition, ...]], films: int, seed: int) -> None:
    """Print what is said under these hardships, so many films of each."""
    labels = draw_labels([draw_code(random.Random(seed + number).randrange) for number in range(films)])
    rows, right, said, known = [], 0, 0, 0
    for wanted, conditions in cases.items():
        for condition in conditions:
            found = Counter(
                advice(None if condition.name == "desk" else label, condition, seed + number)
                for number, label in enumerate(labels)
            )
            read = found.pop(None, 0)
            spoken = sum(count for word, count in found.items() if word)
            right, said = right + (found[wanted] if wanted else 0), said + spoken
            known += sum(found.values()) if wanted else 0
            words = ", ".join(f"{word or 'nothing'} {count}" for word, count in found.most_common())
            rows.append((condition.name, wanted or "nothing", str(read), words))
    title = (
        f"{name}: {said} films in which something is said, right in {right} ({100 * right / max(said, 1):.0f} %); "
        f"{known} in which it is known what is wrong, said in {right} of them ({100 * right / max(known, 1):.0f} %)"
    )
    print_table(title, ("hardship", "right", "read", "said"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=10, help="films of each case (default: %(default)s)")
    parser.add_argument("--photographs", type=Path, help="a folder of photographs, with their texts in truth.csv")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, OpenCV {cv2.__version__}")
    told("held out", HELD_OUT, options.films, HELD_OUT_SEED)
    told("on which thresholds were set", CASES, options.films, SEED)
    if options.photographs:
        print(photographs(options.photographs))


if __name__ == "__main__":
    main()
