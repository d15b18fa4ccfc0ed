"""The whole way from labels through a simulated camera and a video file into a draft."""

import io
import random
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import zxingcpp

from custody.errors import CameraError
from custody.format.codes import ItemLabel, draw_code, item_payload
from scanner.decoding.picture_reader import Reader, ZxingEngine
from scanner.frame_loop import scan_frames
from scanner.outcomes import End, How, Outcome, Taken, Tally
from scanner.session import ScanSession
from scanner.simulation.simulate import lay_out, simulate, write_video
from scanner.sources.frames import Frame, FrameSource, Image, monotonic_ms
from scanner.sources.live_source import Live
from scanner.sources.open_source import open_source
from scanner.typed_lines import Command, KeyboardLines, type_lines
from scanner.ui.terminal import TerminalView
from scanner.ui.window import Window
from tests.support.portable import left_out

_RANDOM = random.Random(11)
CODES = [draw_code(_RANDOM.randrange) for _ in range(12)]


class Draft:
    """A desk that keeps codes."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.receiver: str | None = "51.08"

    completable: tuple[str, ...] = ()

    @property
    def wants_barcodes(self) -> bool:
        return False

    def recognise(self, text: str) -> None: ...

    def take(self, label: ItemLabel, how: How) -> Taken:
        already = label.code in self.codes
        if not already:
            self.codes.append(label.code)
        return Taken(label.code, "Kotak suara", already=already)

    def remove(self, code: str) -> bool:
        was_in = code in self.codes
        self.codes = [other for other in self.codes if other != code]
        return was_in

    def set_end(self, end: End, custodian: str) -> str:
        return custodian

    def catch_up(self) -> None:
        return None

    @property
    def tally(self) -> Tally:
        return Tally(len(self.codes), len(CODES))


class Dying:
    """A camera that gives its frames and then is pulled, or whatever else is raised."""

    title, total = "camera 0", None
    kind: Literal["live", "video", "still"] = "live"

    def __init__(self, images: list[Image], error: BaseException | None = None) -> None:
        self.images, self.error = images, error

    def __iter__(self) -> Iterator[Frame]:
        for number, image in enumerate(self.images, 1):
            yield Frame(image, self.title, number, number * 70.0)
        if self.error:
            raise self.error


def label(code: str) -> Image:
    made = zxingcpp.create_barcode(item_payload(code, 1), zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H", version=2)
    return np.array(made.to_image(scale=5, add_quiet_zones=True))


def scan(source: FrameSource, **options: object) -> tuple[Draft, list[Outcome], str]:
    draft, outcomes = Draft(), list[Outcome]()
    ending = scan_frames(source, Reader([ZxingEngine()]), ScanSession(draft), outcomes.append, **options)  # type: ignore[arg-type]
    return draft, outcomes, ending


@pytest.fixture(scope="module")
def film() -> list[Image]:
    pages = lay_out([label(code) for code in CODES], per_page=6)
    return list(simulate(pages, seed=3, size=(800, 600), fps=10, seconds_per_view=0.8))


def test_every_label_is_taken_once_from_a_film_of_them(film: list[Image], tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    write_video(path, film, fps=10)
    with open_source(str(path)) as source:
        draft, outcomes, ending = scan(source)
    assert ending == "end"
    assert sorted(draft.codes) == sorted(CODES)
    assert [outcome.kind for outcome in outcomes] == ["taken"] * len(CODES)


def test_the_same_seed_gives_the_same_film() -> None:
    pages = [label(CODES[0])]
    one, other, third = (next(simulate(pages, seed=seed, size=(320, 240), scale=1.0)) for seed in (1, 1, 2))
    assert np.array_equal(one, other) and not np.array_equal(one, third)
    assert one.shape == (240, 320, 3) and one.dtype == np.uint8


def test_a_camera_that_is_pulled_leaves_what_was_taken(film: list[Image]) -> None:
    draft = Draft()
    source = Dying(film[:10], CameraError("camera 0 stopped"))
    with pytest.raises(CameraError):
        scan_frames(source, Reader([ZxingEngine()]), ScanSession(draft), lambda _outcome: None)
    assert len(draft.codes) >= 3


def test_ctrl_c_ends_the_session_and_leaves_what_was_taken(film: list[Image]) -> None:
    draft, _outcomes, ending = scan(Dying(film[:10], KeyboardInterrupt()))
    assert ending == "interrupt" and len(draft.codes) >= 3


def test_lines_typed_while_the_camera_runs_take_the_same_path(film: list[Image]) -> None:
    lines = [[], [CODES[-1]], ["finish"]]
    draft, outcomes, ending = scan(Dying(film), typed_lines=lambda: lines.pop(0))
    assert ending == "finish" and CODES[-1] in draft.codes
    assert outcomes[-1].kind == "finish"


@pytest.mark.parametrize("command", ["finish", "abort"])
def test_a_key_in_the_window_ends_the_session(film: list[Image], command: Command) -> None:
    commands = iter([None, "undo", command])
    _draft, outcomes, ending = scan(Dying(film), on_frame=lambda _frame, _reads: next(commands))
    assert ending == command
    assert any(outcome.kind == "put_out" for outcome in outcomes)


def test_a_frame_of_no_size_does_not_stop_a_session(film: list[Image]) -> None:
    draft, _outcomes, ending = scan(Dying([np.zeros((0, 0, 3), np.uint8), *film[:10]]))
    assert ending == "end" and draft.codes


def test_what_is_typed_while_a_camera_is_opened_again_is_taken_at_once(film: list[Image]) -> None:
    is_typed = threading.Event()

    class Ending:
        """A camera whose plug is pulled after some pictures."""

        def __init__(self, images: Iterable[Image]) -> None:
            self.images = iter(images)

        def grab(self) -> bool:
            self.next = next(self.images, None)
            return self.next is not None

        def retrieve(self) -> tuple[bool, Image | None]:
            return True, self.next

        def release(self) -> None:
            pass

    def connect() -> Ending:
        assert is_typed.wait(20)  # it opens again only after the typed code was taken
        return Ending(map(noisy, repeat(film[0])))

    def on_outcome(outcome: Outcome) -> None:
        if outcome.code == CODES[-1]:
            is_typed.set()

    def noisy(image: Image) -> Image:
        time.sleep(0.01)  # as cameras do, so that others get on
        return np.roll(image, random.randrange(9), axis=1)

    draft, lines = Draft(), [[], [CODES[-1]]]
    source = Live("camera 0", connect, Ending(film[:3]), clock=monotonic_ms, notify=lambda _line: None, gap_ms=0)
    ending = scan_frames(
        source,
        Reader([ZxingEngine()]),
        ScanSession(draft),
        on_outcome,
        typed_lines=lambda: lines.pop(0) if lines else ["finish"] * (len(draft.codes) > 1),
    )
    source.close()
    assert ending == "finish" and draft.codes[0] == CODES[-1]


def test_typing_alone_is_a_session_too() -> None:
    draft, outcomes = Draft(), list[Outcome]()
    lines = ["\n", f"{CODES[0]}\n", "nonsense\n", "done\n", CODES[1]]
    assert type_lines(lines, ScanSession(draft), outcomes.append) == "finish"
    assert draft.codes == CODES[:1]
    assert [outcome.kind for outcome in outcomes] == ["taken", "not_understood", "finish"]


def test_keyboard_lines_are_given_once_and_never_waited_for() -> None:
    typed = KeyboardLines(io.StringIO("one\n\n  \ntwo\n"))
    given: list[str] = []
    for _ in range(1000):
        given += typed()
        if len(given) == 2:
            break
    assert given == ["one\n", "two\n"] and typed() == []


def test_the_view_in_a_pipe_is_plain_lines_without_sound() -> None:
    out = io.StringIO()
    with TerminalView(out) as view:
        view.show(ScanSession(Draft()).type_in(CODES[0]))
        view.show(ScanSession(Draft()).type_in("\x1b[2J[red]x"))
        view.show_missing([f"item {n}" for n in range(12)])
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("+ Kotak suara") and lines[-1] == "and 2 more"
    assert "\a" not in out.getvalue() and "\x1b" not in out.getvalue() and "[RED]X" in lines[1]


@left_out("Windows always has a display")
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS always has a display")
def test_a_window_without_a_display_is_refused_before_qt_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    for display in ("", ":987"):
        monkeypatch.setenv("DISPLAY", display)
        with pytest.raises(CameraError) as caught:
            Window(ScanSession(Draft()))
        assert "--window" in caught.value.hint
