"""What a session answers: sounds that are told apart, a picture to be read from afar, and advice on the light."""

import io
import sys
import threading
import wave
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from scanner.aim.adviser import NO_ADVICE, Advice, Adviser, Aim
from scanner.decoding.light import HOLD_MS, LightWatch, Trouble, judge, sharpness
from scanner.decoding.steady import STEADY_MS, SteadyHints, is_plausible
from scanner.outcomes import Beep, Outcome, Tally
from scanner.reads import Corners, Hint, Read, Seen
from scanner.session import ScanSession
from scanner.sources.frames import Frame, Image
from scanner.ui.feedback import Feedback
from scanner.ui.overlay import SIZE_PX, Line, Panel, compose, outline
from scanner.ui.sound import RATE_HZ, Bell, FilePlayer, Play, Speaker, find_ways, program_play, wav, winsound_play
from scanner.ui.terminal import TerminalView
from scanner.ui.window import hold
from tests.support.scenes import Condition, Label, film_scene


class Nothing:
    """A desk that is never asked for anything but how far it is."""

    receiver: str | None = None
    wants_barcodes = False
    completable = ()
    tally = Tally(0)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


BEEPS: tuple[Beep, ...] = get_args(Beep)
ROOT = Path(__file__).resolve().parents[2]
SQUARE: Corners = ((300, 300), (420, 300), (420, 420), (300, 420))


def samples(beep: Beep) -> np.ndarray:
    with wave.open(io.BytesIO(wav(beep))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)


def pitch_hz(sound: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(sound)).argmax() * RATE_HZ / sound.size)


def test_the_sounds_differ_in_pitch_and_in_length() -> None:
    for one, other in combinations(map(samples, BEEPS), 2):
        assert max(pitch_hz(one), pitch_hz(other)) > 1.4 * min(pitch_hz(one), pitch_hz(other))
        assert max(one.size, other.size) > 1.5 * min(one.size, other.size)


@pytest.mark.parametrize("beep", BEEPS)
def test_a_sound_is_short_loud_and_without_a_click(beep: Beep) -> None:
    sound = samples(beep)
    assert sound.size / RATE_HZ < 0.6 and 20_000 < np.abs(sound).max() < 32_767
    assert abs(sound[0]) < 500 and abs(sound[-1]) < 500


class Heard:
    """Keeps what is played; each sound lasts until it is let go on."""

    def __init__(self, works: bool = True) -> None:
        self.beeps: list[Beep] = []
        self.goes_on = threading.Semaphore(0)
        self.begins = threading.Semaphore(0)
        self.works = works

    def __call__(self, beep: Beep) -> bool:
        self.beeps.append(beep)
        self.begins.release()
        if self.works:
            self.goes_on.acquire(timeout=60)
        return self.works


def test_sounds_that_come_while_one_plays_are_heard_as_the_worst_of_them() -> None:
    heard = Heard()
    with Speaker([heard]) as speaker:
        speaker.ring("ok")
        heard.begins.acquire(timeout=60)
        for beep in ("again", "wrong", "ok"):
            speaker.ring(beep)
        heard.goes_on.release(2)
    assert heard.beeps == ["ok", "wrong"]


def test_a_player_that_fails_is_left_for_the_next_and_never_asked_again() -> None:
    broken, heard = Heard(works=False), Heard()
    heard.goes_on.release(2)
    with Speaker([broken, heard]) as speaker:
        speaker.ring("ok")
        heard.begins.acquire(timeout=60)
        speaker.ring("wrong")
    assert broken.beeps == ["ok"] and heard.beeps == ["ok", "wrong"]


@pytest.mark.parametrize("ways", [[], [Heard(works=False)]])
def test_without_a_way_to_sound_nothing_happens(ways: list[Play]) -> None:
    with Speaker(ways) as speaker:
        speaker.ring("wrong")
        speaker.ring("ok")


def test_a_file_player_gives_its_program_a_wav_file(tmp_path: Path) -> None:
    played: list[bytes] = []
    player = FilePlayer(tmp_path, lambda path: bool(played.append(path.read_bytes()) or True))
    assert player("ok") and player("wrong") and played == [wav("ok"), wav("wrong")]
    assert not FilePlayer(tmp_path / "gone", lambda path: True)("ok")


def test_windows_itself_plays_a_file_that_is_there_and_says_of_others_that_it_cannot(tmp_path: Path) -> None:
    """By a call of Windows, which refuses where it finds no loudspeaker; elsewhere there is no such call."""
    assert FilePlayer(tmp_path, winsound_play)("wrong") in ([True, False] if sys.platform == "win32" else [False])
    assert (tmp_path / "wrong.wav").read_bytes() == wav("wrong")
    assert not winsound_play(tmp_path / "none.wav")
    with ExitStack() as stack:
        ways = find_ways(stack, None)
        assert sys.platform != "win32" or ways[0]._play_file is winsound_play  # type: ignore[attr-defined]


def test_a_player_program_that_is_missing_or_fails_cannot(tmp_path: Path) -> None:
    assert not program_play(["no-such-player"])(tmp_path)
    assert not program_play([sys.executable, "-c", "raise SystemExit(1)"])(tmp_path)
    assert program_play([sys.executable, "-c", ""])(tmp_path)


def test_the_bell_is_rung_by_number_and_a_closed_terminal_is_no_way() -> None:
    out = io.StringIO()
    assert [Bell(out, gap_s=0)(beep) and len(out.getvalue()) for beep in BEEPS] == [0, 1, 3, 6, 10]
    out.close()
    assert not Bell(out, gap_s=0)("ok")
    with ExitStack() as stack:
        assert isinstance(find_ways(stack, out)[-1], Bell)


def test_an_outcome_is_shown_and_sounded() -> None:
    heard, out = Heard(), io.StringIO()
    heard.goes_on.release()
    with Speaker([heard]) as speaker:
        Feedback(ScanSession(Nothing()), TerminalView(out), speaker).on_outcome(
            Outcome("taken", "Kotak suara", Tally(1))
        )
    assert heard.beeps == ["ok"] and out.getvalue().startswith("+ Kotak suara")


@pytest.mark.parametrize("shape", [(720, 1280, 3), (240, 320), (2000, 1500, 3), (30, 30, 3), (1, 5000)])
def test_a_window_has_one_size_and_leaves_the_frame_as_it_is(shape: tuple[int, ...]) -> None:
    image = np.full(shape, 128, np.uint8)
    before = image.copy()
    read = Read("x", ((8, 8), (20, 8), (20, 20), (8, 20)), "zxing-cpp")
    drawn = outline(image, [read], lambda _text: "taken", [(SQUARE, "Come closer")])
    assert drawn.shape == (*shape[:2], 3) and np.array_equal(image, before)
    last = tuple(Line("é — " + "long " * 50, "finding") for _ in range(9))
    whole = compose(
        drawn, Panel(Tally(12345678, 99), last, "remark " * 30, Advice("still", "advice " * 30), "keys", is_fresh=True)
    )
    assert whole.shape == (SIZE_PX[1], SIZE_PX[0], 3)


def test_a_window_without_a_picture_shows_the_count() -> None:
    empty = compose(None, Panel(Tally(0)))
    assert np.array_equal(empty, compose(np.zeros((0, 0, 3), np.uint8), Panel(Tally(0))))
    assert not np.array_equal(empty, compose(None, Panel(Tally(8))))


def test_marks_are_outlined_in_their_colours() -> None:
    gray = np.full((720, 1280), 90, np.uint8)
    shown = {
        mark: outline(gray, [Read("x", SQUARE, "zxing-cpp")], lambda _text, mark=mark: mark)[360, 290:300].max(axis=0)
        for mark in ("taken", "finding", "wrong", None)
    }
    assert shown["taken"].argmax() == 1 and shown["wrong"].argmax() == 2
    assert len({tuple(map(int, colour)) for colour in shown.values()}) == 4


@pytest.fixture(scope="module")
def label() -> Label:
    text = "7Q2M9X4T5B8CA*01"
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="H", version=2)
    image = np.array(code.to_image(scale=10, add_quiet_zones=True))
    return Label(text, image, 0, 0, image.shape[0], image.shape[0] // 10)


def scene(label: Label, condition: Condition) -> Image:
    return next(film_scene([label] * 4, condition, seed=2, size=(1280, 720), frames=1))


@pytest.mark.parametrize(
    ("condition", "trouble"),
    [
        (Condition("good"), None),
        (Condition("noisy", noise=15), None),
        (Condition("tilted", tilt_deg=50), None),
        (Condition("dim", contrast=0.15), "dark"),
        (Condition("night", contrast=0.0), "dark"),
        (Condition("soft", defocus=0.6), "blurred"),
        (Condition("shaken", motion=2.5), "blurred"),
    ],
)
def test_a_picture_says_what_makes_it_unreadable(label: Label, condition: Condition, trouble: str | None) -> None:
    gray = scene(label, condition)
    assert judge(gray) == trouble == judge(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR).astype(np.uint8))


def test_a_blinded_sensor_is_too_bright(label: Label) -> None:
    gray = scene(label, Condition("good"))
    assert judge(np.clip(gray.astype(int) * 3, 0, 255).astype(np.uint8)) == "bright"


def test_sharpness_falls_with_blur_and_is_unknown_without_edges(label: Label) -> None:
    found = [sharpness(scene(label, Condition("", defocus=defocus))) for defocus in (0.1, 0.3, 0.5, 0.8)]
    assert None not in found and found == sorted(found, key=lambda share: -(share or 0))
    assert sharpness(np.full((720, 1280), 128, np.uint8)) is None


PICTURES = array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=70)
DEEPER = array_shapes(min_dims=3, max_dims=4, min_side=0, max_side=20)  # of 70 a side they have 24 million values


@given(arrays(np.uint8, PICTURES | DEEPER))
def test_any_array_is_judged_without_an_error(image: Image) -> None:
    assert judge(image) in (None, "dark", "bright", "blurred")


@given(st.lists(st.integers(0, 3).map(("good", "dark", "blurred", "read").__getitem__), min_size=4, max_size=30))
def test_advice_comes_only_for_what_lasts_and_never_while_labels_are_read(frames: list[str]) -> None:
    watch, at_ms = LightWatch(), 0.0
    lasted = 0
    for before, kind in zip(["", *frames], frames, strict=False):
        lasted = lasted + 1 if before == kind else 1
        told = watch.see(_PICTURES[kind], at_ms, is_read=kind == "read")
        at_ms += HOLD_MS / 2
        if kind == "read":
            assert told is None
        elif lasted >= 3:
            assert told == (None if kind == "good" else kind)


def _board(softness: float) -> Image:
    """A chess board."""
    image = np.kron(np.indices((6, 8)).sum(axis=0) % 2 * 160 + 40, np.ones((40, 40))).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), softness), np.uint8)


_PICTURES = {"good": _board(0.5), "dark": _board(0.5) // 5, "blurred": _board(3.0), "read": _board(3.0)}


def test_advice_is_said_once_in_a_pipe() -> None:
    out = io.StringIO()
    feedback = Feedback(ScanSession(Nothing()), TerminalView(out))
    for number in range(60):
        blank = number % 7 == 3
        image = np.zeros((0, 0, 3), np.uint8) if blank else _PICTURES["dark"]
        feedback.on_frame(Frame(image, "camera 0", number, number * 70.0), [])
    assert out.getvalue().splitlines() == ["(-) Too dark: bring more light"]


@pytest.mark.parametrize(
    ("hint", "words"),
    [("closer", "Come closer"), ("farther", "whole label"), ("still", "Hold still"), ("glare", "out of the light")],
)
def test_a_label_that_is_seen_and_not_read_says_what_would_help_once_it_lasts(hint: Hint, words: str) -> None:
    adviser = Adviser()
    frames = [Frame(_PICTURES["good"], "camera 0", number, number * HOLD_MS / 4) for number in range(30)]
    said = [adviser.see(frame, [], [Seen(SQUARE, hint)] if number < 12 else []) for number, frame in enumerate(frames)]
    assert said[:4] == [NO_ADVICE] * 4 and said[25:] == [NO_ADVICE] * 5
    assert said[11].aim == hint and words in said[11].words


def test_nothing_is_said_of_a_label_of_which_nobody_knows_what_would_help() -> None:
    adviser, seen = Adviser(), [Seen(SQUARE, None)]
    said = [adviser.see(Frame(_PICTURES["good"], "camera 0", n, n * HOLD_MS / 4), [], seen) for n in range(20)]
    assert set(said) == {NO_ADVICE} and list(adviser.unread) == seen


def test_in_the_dark_light_comes_first() -> None:
    adviser, seen = Adviser(), [Seen(SQUARE, "closer")]
    said = [adviser.see(Frame(_PICTURES["dark"], "camera 0", n, n * HOLD_MS / 4), [], seen) for n in range(20)]
    assert said[-1].aim == "dark" and "dark" in said[-1].words


def test_help_is_sounded_when_it_begins_and_not_on_and_on() -> None:
    rung: list[Beep] = []
    session = ScanSession(Nothing())
    feedback = Feedback(session, TerminalView(io.StringIO()), SimpleNamespace(ring=rung.append))  # type: ignore[arg-type]
    for number in range(80):
        session.unread = [Seen(SQUARE, "glare" if number % 20 > 3 else "closer")]
        feedback.on_frame(Frame(_PICTURES["good"], "camera 0", number, number * 100.0), [])
    assert set(rung) == {"aim"} and len(rung) <= 3


@pytest.mark.parametrize("aim", [*get_args(Hint), *get_args(Trouble)])
def test_what_would_help_has_a_picture_of_its_own_wherever_it_is_shown(aim: Aim) -> None:
    others = [Advice(other, "x").sign for other in (*get_args(Hint), *get_args(Trouble)) if other != aim]
    assert Advice(aim, "x").sign.isascii() and Advice(aim, "x").sign not in others
    assert not np.array_equal(compose(None, Panel(Tally(0), advice=Advice(aim, "x"))), compose(None, Panel(Tally(0))))
    assert f'<symbol id="aim_{aim}"' in (ROOT / "web/static/pictograms.svg").read_text()


def moved(corners: Corners, by_px: int) -> Corners:
    first, second, third, fourth = ((x + by_px, y) for x, y in corners)
    return first, second, third, fourth


def test_a_label_that_moves_slowly_is_followed_and_one_that_jumps_about_is_not() -> None:
    slow, jumping, followed = SteadyHints(), SteadyHints(), list[Seen]()
    for number in range(12):
        at_ms = number * STEADY_MS / 10
        followed = slow.see([Seen(moved(SQUARE, 5 * number), "still")], [], at_ms)
        assert jumping.see([Seen(moved(SQUARE, 300 * (number % 12)), "still")], [], at_ms) == []
    assert followed == [Seen(moved(SQUARE, 55), "still")]
    assert slow.see([], [Read("x", moved(SQUARE, 60), "zxing-cpp")], STEADY_MS * 1.2) == []


@pytest.mark.parametrize(
    "corners",
    [
        ((0, 0), (3, 0), (3, 3), (0, 3)),  # a speck
        ((0, 0), (400, 0), (400, 50), (0, 50)),  # a bar
        ((0, 0), (100, 100), (100, 0), (0, 100)),  # crossed
        ((200, 200), (500, 200), (500, 500), (200, 500)),  # around a label that was read
    ],
)
def test_what_can_be_no_label_is_not_told(corners: Corners) -> None:
    assert not is_plausible(corners, [Read("x", SQUARE, "zxing-cpp")])
    assert is_plausible(SQUARE, [])


def test_an_outline_is_held_a_moment_where_a_label_is_not_read_in_every_frame() -> None:
    one, other = Read("x", SQUARE, "zxing-cpp"), Read("y", moved(SQUARE, 300), "zxing-cpp")
    held = hold([], [one, other], 0)
    near = Read("x", moved(SQUARE, 9), "zxing-cpp")
    assert [read for read, _at_ms in hold(held, [near], 100)] == [near, other]
    assert hold(hold(held, [near], 100), [], 350) == [(near, 100)]
    assert hold(held, [], 1000) == []
