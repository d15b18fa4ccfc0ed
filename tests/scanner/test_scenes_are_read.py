"""Labels as labels/ prints them, before a camera under one hardship at a time: stills, a short video, a live camera."""

import io
import random
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest

from custody.format.codes import ItemLabel, draw_code, read_payload
from custody.format.item_facts import Item
from labels.content import item_content
from labels.layout import arrange
from labels.sheet import write_sheets
from labels.stock import STOCKS
from scanner.decoding.live_reader import LiveReader
from scanner.decoding.looks import AtOnce
from scanner.decoding.picture_reader import PYZBAR, Reader, available_engines, engines
from scanner.frame_loop import scan_frames
from scanner.outcomes import End, How, Outcome, Taken, Tally
from scanner.session import ScanSession
from scanner.simulation.simulate import write_video
from scanner.sources.frames import Image
from scanner.sources.open_source import open_source
from tests.support.label_examples import NEEDS, PLACES
from tests.support.scenes import Condition, Label, film_scene

needs_pyzbar = pytest.mark.skipif(PYZBAR not in engines(), reason="pyzbar is not installed")
COUNT, DPI = 6, 200
SIZE_PX = (960, 640)
FAR = Condition("far", module_px=2.5)
SLOW = (
    Condition("near"),
    Condition("tilted", tilt_deg=45),
    Condition("dim", contrast=0.3),
    Condition("soft", defocus=0.3),
)
CONDITIONS = [
    FAR,
    pytest.param(Condition("noisy", noise=14), marks=pytest.mark.slow),
    Condition("bottle", bend_deg=45),
    *(pytest.param(condition, marks=pytest.mark.slow) for condition in SLOW),
]
FILM_FRAMES, FILM_FRAME_MS, PEERS_TAKE = 14, 66.0, 2
"""About a second as a live session looks at it, in which both other readers together manage every second frame."""
HARDSHIPS = [
    (Condition("torn", torn=0.2), 1),
    pytest.param(Condition("dirt", dirt=0.05), 3, marks=pytest.mark.slow),
    *(
        pytest.param(condition, seed, marks=pytest.mark.slow)
        for condition in (
            Condition("glare", glare=2),
            Condition("glare", glare=3),
            Condition("dirt", dirt=0.08),
            Condition("torn", torn=0.1),
            Condition("torn", torn=0.2),
            Condition("motion", motion=1.5),
            Condition("far and shaky", module_px=2.8, motion=1.0, tilt_deg=25),
        )
        for seed in (2, 3, 4)
    ),
]


def name_of(value: object) -> str:
    return value.name if isinstance(value, Condition) else str(value)


class Draft:
    """A desk that keeps codes."""

    receiver: str | None = "51.08"

    def __init__(self) -> None:
        self.codes: list[str] = []

    completable: tuple[str, ...] = ()

    @property
    def wants_barcodes(self) -> bool:
        return False

    def recognise(self, text: str) -> None: ...

    def take(self, label: ItemLabel, how: How) -> Taken:
        self.codes.append(label.code)
        return Taken(label.code, "Kotak suara")

    def remove(self, code: str) -> bool:
        return False

    def set_end(self, end: End, custodian: str) -> str:
        return custodian

    def catch_up(self) -> None:
        return None

    @property
    def tally(self) -> Tally:
        return Tally(len(self.codes), COUNT)


@pytest.fixture(scope="module")
def printed() -> list[Label]:
    """Six labels cut out of the sheet that they were printed on."""
    draw, sheet = random.Random(5).randrange, STOCKS["a4-3x7"]
    contents = [
        item_content(Item(draw_code(draw), "box", "51.08.06.1010.015", 1, 5, "DPR"), PLACES, NEEDS, 1)
        for _ in range(COUNT)
    ]
    out = io.BytesIO()
    write_sheets(out, contents, sheet, title="Labels")
    page = np.asarray(pypdfium2.PdfDocument(out.getvalue())[0].render(scale=DPI / 72).to_pil().convert("L"))
    (box,) = arrange(sheet.label_width_mm, sheet.label_height_mm, False).symbols

    def px(*sizes_mm: float) -> list[int]:
        return [round(mm * DPI / 25.4) for mm in sizes_mm]

    wide, high, left, top, side = px(sheet.label_width_mm, sheet.label_height_mm, box.left_mm, box.top_mm, box.width_mm)
    found = []
    for number, content in enumerate(contents):
        x, y = px(*sheet.position_mm(number))
        found.append(Label(content.payload, page[y : y + high, x : x + wide].copy(), left, top, side, 33))
    return found


def scene(
    printed: list[Label], condition: Condition, frames: int = 1, seed: int = 4, size: tuple[int, int] = SIZE_PX
) -> list[Image]:
    return list(film_scene(printed, condition, seed=seed, size=size, frames=frames))


def codes(printed: list[Label]) -> list[str]:
    return [label.code for label in map(read_payload, [label.text for label in printed]) if label is not None]


@pytest.mark.parametrize("condition", CONDITIONS, ids=name_of)
def test_every_label_is_read_from_a_still_and_nothing_else(printed: list[Label], condition: Condition) -> None:
    (frame,) = scene(printed, condition)
    found = {read.text for read in Reader().read(frame, thorough=True)}
    assert found == {label.text for label in printed}


@needs_pyzbar
@pytest.mark.parametrize(("condition", "seed"), HARDSHIPS, ids=name_of)
def test_a_moving_picture_gives_what_both_other_readers_together_read(
    printed: list[Label], condition: Condition, seed: int
) -> None:
    frames = scene(printed, condition, FILM_FRAMES, seed)
    others = {read.text for frame in frames[::PEERS_TAKE] for one in available_engines() for read in one.read(frame)}
    live, found = LiveReader(Reader(), AtOnce, lambda: 0.0), set[str]()
    for number, frame in enumerate(frames):
        found |= {read.text for look in live.inspect(frame, number * FILM_FRAME_MS) for read in look.reads}
    assert others <= found <= {label.text for label in printed}


@pytest.mark.parametrize(
    ("condition", "least"),
    [(Condition("mud", dirt=0.5), 0), (Condition("mud", dirt=0.8), 2), (Condition("night", contrast=0.0), 2)],
)
def test_what_cannot_be_read_is_not_invented(printed: list[Label], condition: Condition, least: int) -> None:
    two = printed[:2]
    (frame,) = scene(two, condition, size=(640, 320))
    found = {read.text for read in Reader().read(frame, thorough=True)}
    assert found <= {label.text for label in two} and len(found) <= len(two) - least


def test_stills_in_a_folder_are_taken(printed: list[Label], tmp_path: Path) -> None:
    for number, condition in enumerate((Condition("near"), FAR)):
        (frame,) = scene(printed[3 * number : 3 * number + 3], condition)
        (tmp_path / f"{number}.jpg").write_bytes(cv2.imencode(".jpg", frame)[1].tobytes())
    draft = Draft()
    with open_source(str(tmp_path)) as source:
        assert scan_frames(source, Reader(), ScanSession(draft), lambda _outcome: None) == "end"
    assert sorted(draft.codes) == sorted(codes(printed))


def test_a_short_video_is_taken_label_by_label_once(printed: list[Label], tmp_path: Path) -> None:
    frames = [cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR) for frame in scene(printed, Condition("far", module_px=2.6), 8)]
    write_video(tmp_path / "short.avi", [np.asarray(frame, np.uint8) for frame in frames], fps=30)
    draft, outcomes = Draft(), list[Outcome]()
    with open_source(str(tmp_path / "short.avi")) as source:
        scan_frames(source, Reader(), ScanSession(draft), outcomes.append)
    assert sorted(draft.codes) == sorted(codes(printed)) and {outcome.kind for outcome in outcomes} == {"taken"}


def test_the_same_seed_gives_the_same_scene(printed: list[Label]) -> None:
    condition = Condition("all", motion=0.8, glare=2, dirt=0.05, torn=0.2)
    wide, high = SIZE_PX
    one, other, third = (scene(printed, condition, 2, seed) for seed in (1, 1, 2))
    assert all(map(np.array_equal, one, other)) and not np.array_equal(one[0], third[0])
    assert not np.array_equal(one[0], one[1])
    assert one[0].shape == (high, wide) and one[0].dtype == np.uint8


def test_labels_that_do_not_fit_beside_each_other_are_cut_down_to_their_symbols(printed: list[Label]) -> None:
    frame = next(film_scene(printed * 4, Condition("crowd"), seed=1, size=(1280, 720), frames=1))
    reads = Reader().read(frame, thorough=True)
    assert len(reads) == 24 and {read.text for read in reads} == {label.text for label in printed}
