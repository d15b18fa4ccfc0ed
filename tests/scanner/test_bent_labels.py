"""Labels around bottles, out of focus, moved and faded: printed, seen by a camera, and read where engines give up."""

import random

import numpy as np
import pytest

from bench.filmed import DPI, draw_labels
from bench.optics.scene import Hardship, shoot
from bench.optics.surfaces import Print, printed
from custody.format.codes import draw_code
from scanner.decoding.bent_looks import look_for_bent
from scanner.decoding.live_reader import LiveReader
from scanner.decoding.looks import AtOnce
from scanner.decoding.picture_reader import Reader, ZxingEngine
from scanner.rescue.equaliser import REACH, equalised
from scanner.rescue.qr_structure import build
from scanner.rescue.surface import begun, seen, tilt_of, turned
from scanner.rescue.surface_fit import fixed_met
from scanner.sources.frames import Image

BOTTLE = Hardship("bottle", radius_mm=17.5, tilt_deg=(5, 15))
DEFOCUS = Hardship("defocus", defocus=(0.8, 0.9))
MOTION = Hardship("motion", motion=(1.9, 2.0))
THERMAL = Hardship("thermal", print_flaw="thermal", severity=(0.5, 0.6))


@pytest.fixture(scope="module")
def label() -> Print:
    (drawn,) = draw_labels([draw_code(random.Random(3).randrange)])
    return printed(drawn, DPI)


_unread = dict[str, Image]()


def unread(label: Print, hardship: Hardship) -> Image:
    """The first frame of a hardship that zxing-cpp does not read."""
    if hardship.name not in _unread:
        frames = (shoot([label], hardship, seed).image for seed in range(3, 20))
        _unread[hardship.name] = next(frame for frame in frames if not ZxingEngine().read(frame))
    return _unread[hardship.name]


@pytest.mark.parametrize("hardship", [BOTTLE, DEFOCUS, MOTION, THERMAL], ids=lambda each: each.name)
def test_a_label_that_no_engine_reads_is_read_where_it_lies(label: Print, hardship: Hardship) -> None:
    frame = unread(label, hardship)
    (read,) = filter(None, look_for_bent(frame, []))
    assert read.text == label.text
    assert {each.text for each in Reader().read(frame, thorough=True)} == {label.text}


def test_beside_labels_that_are_read_one_look_in_three_goes_behind_blur(label: Print) -> None:
    looks = [[read.text for read in look_for_bent(unread(label, DEFOCUS), [], turn=turn) if read] for turn in range(7)]
    assert [bool(texts) for texts in looks] == [True, False, False, True, False, False, True]


def test_modules_of_a_label_meet_what_is_fixed_and_those_of_nothing_do_not() -> None:
    plan = build(2)
    whole = np.where(plan.dark, 1.0, -1.0)
    noise = np.random.default_rng(5).normal(size=whole.shape)
    assert fixed_met(whole, 2) == 1.0 and fixed_met(-whole, 2) == -1.0
    assert abs(fixed_met(noise, 2)) < 0.35 and fixed_met(np.zeros_like(whole), 2) == 0.0


def test_most_bottles_are_read_from_whichever_side_and_none_wrongly(label: Print) -> None:
    frames = [shoot([label], BOTTLE, seed).image for seed in range(4)]
    found = [[read.text for read in look_for_bent(frame, []) if read] for frame in frames]
    assert all(texts in ([], [label.text]) for texts in found) and sum(map(bool, found)) >= 2


def test_a_camera_that_is_held_over_a_bottle_reads_its_label(label: Print) -> None:
    frame = unread(label, BOTTLE)
    looker = LiveReader(Reader(), AtOnce, lambda: 0.0)
    looks = [look for number in range(24) for look in looker.inspect(frame, number * 60.0)]
    assert {read.text for look in looks for read in look.reads} == {label.text}


def test_what_is_no_label_gives_no_text(label: Print) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (240, 320)).astype(np.uint8)
    checks = np.kron(np.indices((30, 40)).sum(axis=0) % 2, np.ones((8, 8))).astype(np.uint8) * 255
    for picture in (noise, checks, np.zeros((16, 16), np.uint8), np.full((300, 300), 255, np.uint8)):
        assert not any(look_for_bent(picture, []))


def test_tilts_and_rotations_say_the_same() -> None:
    tilts = np.random.default_rng(2).normal(0, 0.4, (20, 3))
    assert np.allclose(tilt_of(turned(tilts)), tilts)


@pytest.mark.parametrize("bend", [(0.0, 0.0), (0.05, 0.0), (0.05, np.pi / 2)])
def test_a_shape_that_begins_at_a_finder_pattern_shows_it_as_it_was_seen(bend: tuple[float, float]) -> None:
    middle, frame = np.array([100.0, 50.0]), np.array([[3.0, 0.5], [-0.4, 2.2]])
    anchor = np.array([[9.0, -9.0, 0.0]])
    for shape in begun(middle, frame, anchor, np.array([bend]), 1e9):
        near = np.array([(9.0, -9.0), (9.02, -9.0), (9.0, -8.98)])
        x, y, facing = seen(shape[None], near, 1e9)
        assert facing.all()
        assert np.allclose((x[0, 0], y[0, 0]), middle, atol=0.01)
        assert np.allclose(np.diff(x[0, :2]) / 0.02, frame[0, 0], atol=0.1)
        assert np.allclose((y[0, 2] - y[0, 0]) / 0.02, frame[1, 1], atol=0.1)


def test_blur_is_undone_from_the_modules_that_every_code_has() -> None:
    plan = build(2)
    rng = np.random.default_rng(4)
    dark = np.where(plan.fixed, plan.dark, rng.random(plan.dark.shape) < 0.5)
    fine = np.kron(np.where(np.pad(dark, 4), 1.0, -1.0), np.ones((2, 2)))
    smeared = sum(np.roll(fine, shift, axis=1) for shift in range(-2, 3)) / 5  # 2.5 modules of motion
    begin = 8 - REACH
    seen_fine = smeared[begin : begin + 2 * plan.side - 1 + 2 * REACH, begin : begin + 2 * plan.side - 1 + 2 * REACH]
    plain = seen_fine[REACH:-REACH:2, REACH:-REACH:2]
    wrong = ((plain > 0) != dark)[~plan.fixed].mean()
    undone = ((equalised(seen_fine, 2) > 0) != dark)[~plan.fixed].mean()
    assert wrong > 0.15 and undone < 0.05
