"""Whether what is said of a label that is held up and not read is right: too far, blurred, glare, too dark, or nothing.

    python bench/aim.py [--films N]

Claim: right in at least 90 % of the films in which something is said, and nothing said of labels that are dirty or
torn, where no advice would help. Each film shows one label for 2.4 s under a hardship too hard to be read; films whose
label is read are left out. Drawn as in bench/camera.py, each second look at once.
"""

import argparse
import platform
import random
from collections import Counter

import cv2

# the benches beside this one
from filmed import draw_labels
from reader import print_table

from custody.format.codes import draw_code
from scanner.decoding.live_reader import LiveReader
from scanner.decoding.looks import AtOnce, in_view
from scanner.decoding.picture_reader import Reader
from scanner.sources.frames import Frame
from scanner.ui.feedback import Adviser
from tests.support.scenes import Condition, Label, film_scene

SEED, FRAMES, FRAME_MS, SIZE = 20261201, 36, 66.0, (480, 360)
CASES = {
    "closer": (Condition("1.3 px", module_px=1.3), Condition("1.7 px, noise", module_px=1.7, noise=25.0)),
    "still": (
        Condition("defocus 0.8", defocus=0.8),
        Condition("motion 2.5", motion=2.5),
        Condition("motion 3.5, large", motion=3.5, module_px=5),
    ),
    "glare": (Condition("glare 4.5", glare=4.5), Condition("glare 5, large", glare=5.0, module_px=4.5)),
    "dark": (Condition("dark", contrast=0.03), Condition("dark, far", contrast=0.04, module_px=2.5)),
    "": (Condition("dirt 30%", dirt=0.3), Condition("torn and dirty", torn=0.4, dirt=0.2), Condition("desk")),
}


def advice(label: Label | None, condition: Condition, seed: int) -> str | None:
    """What is said at the end of a film, in a word; None where the label is read."""
    looker, adviser = LiveReader(Reader(), AtOnce, lambda: 0.0), Adviser()
    shown = [] if label is None else [label]
    for number, image in enumerate(film_scene(shown, condition, seed=seed, size=SIZE, frames=FRAMES)):
        frame = Frame(image, "film", number, number * FRAME_MS)
        reads = in_view(looker.inspect(image, frame.at_ms))
        if reads:
            return None
        adviser.see(frame, reads, looker.unread)
    return {"blurred": "still", "bright": "glare"}.get(adviser.aim or "", adviser.aim or "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=10, help="films of each case (default: %(default)s)")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, OpenCV {cv2.__version__}")
    cv2.setNumThreads(1)
    labels = draw_labels([draw_code(random.Random(SEED + number).randrange) for number in range(options.films)])
    rows, right, said, wrongly = [], 0, 0, 0
    for wanted, conditions in CASES.items():
        for condition in conditions:
            found = Counter(
                advice(None if condition.name == "desk" else label, condition, SEED + number)
                for number, label in enumerate(labels)
            )
            read = found.pop(None, 0)
            spoken = sum(count for word, count in found.items() if word)
            right, said = right + (found[wanted] if wanted else 0), said + spoken
            wrongly += spoken - (found[wanted] if wanted else 0)
            words = ", ".join(f"{word or 'nothing'} {count}" for word, count in found.most_common())
            rows.append((condition.name, wanted or "nothing", str(read), words))
    title = f"{said} films in which something is said, right in {right} ({100 * right / max(said, 1):.0f} %)"
    print_table(title, ("hardship", "right", "read", "said"), rows)


if __name__ == "__main__":
    main()
