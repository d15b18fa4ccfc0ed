"""What keeps a label from being read is seen where it can be known, and nothing is said where it cannot."""

import io

import cv2
import numpy as np
import pytest
import zxingcpp

from scanner.aim.adviser import Adviser, Aim
from scanner.aim.dim_codes import find_dim_code
from scanner.decoding.live_reader import open_looks
from scanner.decoding.looks import in_view
from scanner.decoding.picture_reader import Reader, ZxingEngine
from scanner.reads import Hint
from scanner.session import ScanSession
from scanner.sources.frames import Frame, Image
from scanner.ui.feedback import Feedback
from scanner.ui.terminal import TerminalView
from tests.support.desk_in_memory import DeskInMemory
from tests.support.scenes import Condition, Label, film_scene

SIZE = (480, 360)


@pytest.fixture(scope="module")
def label() -> Label:
    text = "7Q2M9X4T5B8CA*01"
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H", version=2)
    symbol = np.array(code.to_image(scale=10, add_quiet_zones=True))
    image = np.pad(symbol, ((0, 0), (0, 300)), constant_values=255)
    cv2.putText(image, "TPS 015", (symbol.shape[1], 150), cv2.FONT_HERSHEY_DUPLEX, 2.2, 0, 8)
    return Label(text, image, 0, 0, symbol.shape[0], symbol.shape[0] // 10)


def frame(label: Label | None, condition: Condition, seed: int = 4) -> Image:
    return list(film_scene([label] if label else [], condition, seed=seed, size=SIZE, frames=2))[-1]


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        (Condition("far", module_px=1.3), "closer"),
        (Condition("far, noise", module_px=1.7, noise=25.0), "closer"),
        (Condition("defocus", defocus=0.8), "still"),
        (Condition("motion", motion=2.5), "still"),
        (Condition("glare", glare=5.0, module_px=4.5), "glare"),
    ],
)
def test_a_code_whose_finder_patterns_no_reader_finds_is_seen_with_what_would_help(
    label: Label, condition: Condition, hint: Hint
) -> None:
    seen = 0
    for seed in range(4):
        image = frame(label, condition, seed)
        code = find_dim_code(image)
        if code is not None:
            assert code.seen(image).hint in (hint, None)
            seen += code.seen(image).hint == hint
            assert abs(code.module_px - condition.module_px) < 0.2 * condition.module_px
    assert seen >= 3


def test_a_code_that_is_cut_off_by_the_edge_is_to_be_shown_whole(label: Label) -> None:
    image = frame(label.symbol_alone(), Condition("large", module_px=7.0))
    cut = np.ascontiguousarray(image[:, : SIZE[0] // 2 + 30])
    code = find_dim_code(cut)
    assert code is not None and code.seen(cut).hint == "farther"
    whole = find_dim_code(image)
    assert whole is None or whole.seen(image).hint != "farther"


def _page_of_text() -> Image:
    image = np.full((360, 480), 235, np.uint8)
    for row in range(12):
        cv2.putText(image, "Berita acara serah terima " * 2, (10, 30 + 28 * row), cv2.FONT_HERSHEY_PLAIN, 1, 20, 1)
    return image


def _board() -> Image:
    return np.kron(np.indices((9, 12)).sum(axis=0) % 2 * 200 + 30, np.ones((40, 40))).astype(np.uint8)


@pytest.mark.parametrize(
    "image",
    [
        _page_of_text(),
        _board(),
        np.full((360, 480), 255, np.uint8),
        np.zeros((0, 0), np.uint8),
        np.zeros((3, 5000), np.uint8),
        np.zeros((360, 480), np.uint16),
        np.zeros((360, 480, 3), np.uint8),
        np.random.default_rng(1).integers(0, 256, (360, 480), np.uint8),
    ],
    ids=["text", "board", "white", "no size", "a line", "16 bits", "colour", "noise"],
)
def test_where_no_code_is_none_is_seen(image: Image) -> None:
    assert find_dim_code(image) is None


def test_of_dirt_and_an_empty_desk_nothing_is_said(label: Label) -> None:
    for seed in range(4):
        for condition in (Condition("dirt", dirt=0.3), Condition("torn and dirty", torn=0.4, dirt=0.2)):
            image = frame(label, condition, seed)
            code = find_dim_code(image)
            assert code is None or code.seen(image).hint is None
        assert find_dim_code(frame(None, Condition("desk"), seed)) is None


def said(label: Label | None, condition: Condition, frames: int = 30) -> list[Aim | None]:
    adviser = Adviser()
    found: list[Aim | None] = []
    with open_looks(Reader([ZxingEngine()]), "video", lambda: 0.0) as looker:
        shown = [label] if label else []
        for number, image in enumerate(film_scene(shown, condition, seed=3, size=SIZE, frames=frames)):
            reads = in_view(looker.inspect(image, number * 66.0))
            found.append(adviser.see(Frame(image, "film", number, number * 66.0), reads, looker.unread).aim)
    return found


def test_a_film_of_a_label_too_far_away_says_so_within_two_seconds_and_goes_on(label: Label) -> None:
    told = said(label, Condition("far", module_px=1.3), 40)
    assert told[0] is None and told[-1] == "closer" and set(told) == {None, "closer"}


def test_a_label_that_is_read_gets_no_advice(label: Label) -> None:
    assert set(said(label, Condition("good"))) == {None}


def test_the_terminal_says_it_with_its_sign(label: Label) -> None:
    out = io.StringIO()
    feedback = Feedback(ScanSession(DeskInMemory()), TerminalView(out))
    for number, image in enumerate(film_scene([label], Condition("far", module_px=1.3), seed=3, size=SIZE, frames=40)):
        feedback.on_frame(Frame(image, "film", number, number * 66.0), [])
    assert out.getvalue().splitlines() == [">o< Seen, not read: Come closer"]
