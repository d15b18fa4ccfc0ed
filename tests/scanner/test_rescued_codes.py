"""Codes that decoders give up: fitted by what stands, corrected with erasures, never read as something else."""

import random

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from reedsolo import RSCodec

from custody.format.codes import draw_code, item_payload
from scanner.decoding.bent_looks import look_for_bent
from scanner.decoding.picture_reader import Reader, ZxingEngine
from scanner.rescue import bent_codes
from scanner.rescue.finder_frames import is_in_code
from scanner.rescue.finders import find_finders
from scanner.rescue.lattice import Steps
from scanner.rescue.outlines import find_signs
from scanner.rescue.qr_structure import correct_block, corrected
from scanner.rescue.rescue import rescue
from scanner.sources.frames import Image

TEXT = item_payload(draw_code(random.Random(5).randrange), 1)


def modules(text: str, version: int, level: str) -> np.ndarray:
    """Which modules of a code are dark."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level=level, version=version)
    return np.array(made.to_image(scale=1, add_quiet_zones=False)) < 128


def picture(dark: np.ndarray, scale: int = 6, angle_deg: float = 0.0) -> Image:
    """A code on grey ground, turned."""
    drawn = np.kron(np.where(np.pad(dark, 4), 30, 225).astype(np.uint8), np.ones((scale, scale), np.uint8))
    drawn = np.pad(drawn, 50, constant_values=180)
    middle = drawn.shape[1] / 2, drawn.shape[0] / 2
    turn = cv2.getRotationMatrix2D(middle, angle_deg, 1.0)
    return np.asarray(cv2.warpAffine(drawn, turn, drawn.shape[::-1], borderValue=180), np.uint8)


@pytest.mark.parametrize("version", range(1, 15))
@pytest.mark.parametrize("level", "LMQH")
def test_a_clean_code_of_any_version_and_level_comes_back_as_it_is(version: int, level: str) -> None:
    dark = modules("ABC12", version, level)
    found = corrected(np.where(dark, 1.0, -1.0), version)
    assert found is not None and np.array_equal(found, dark)


def test_what_is_known_to_be_lost_costs_half_as_much() -> None:
    dark = modules(TEXT, 2, "H")
    lost = slice(7, 18), slice(8, 20)
    soft = np.where(dark, 1.0, -1.0)
    soft[lost] = 0.01  # says nothing, and wrongly dark
    spoiled = dark.copy()
    spoiled[lost] = True
    zxing = ZxingEngine()
    assert zxing.read(picture(spoiled)) == []
    found = corrected(soft, 2)
    assert found is not None and np.array_equal(found, dark)


@pytest.mark.parametrize(("unknown", "is_corrected"), [(0, True), (1, False), (2, False)])
def test_a_block_is_corrected_only_where_check_bytes_are_left_over(unknown: int, is_corrected: bool) -> None:
    whole = np.frombuffer(bytes(RSCodec(18, fcr=0).encode(bytes(range(26)))), np.uint8)
    read, doubt = whole.copy(), np.ones(len(whole))
    read[:14] ^= 0x5A
    doubt[:14] = 0.0
    read[20 : 20 + unknown] ^= 0x5A  # 14 lost and 2 wrong: as many as 18 check bytes could correct
    fixed = correct_block(read, doubt, 18)
    assert (fixed is not None) == is_corrected and (fixed is None or np.array_equal(fixed, whole))


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_noise_is_no_code(seed: int, version: int) -> None:
    side = 17 + 4 * version
    assert corrected(np.random.default_rng(seed).normal(0, 1, (side, side)), version) is None


@pytest.mark.parametrize("angle_deg", [0, 20, 45, 100])
def test_finder_patterns_are_found_at_any_angle(angle_deg: float) -> None:
    seen = picture(modules(TEXT, 2, "H"), 6, angle_deg)
    found = find_finders(seen)
    assert 3 <= len(found) <= 5  # data may look like one here and there
    outline = find_signs(found, seen).outlines[0]
    assert abs(outline.module_px - 6) < 1.2
    assert abs(np.hypot(outline.corner.x - outline.right.x, outline.corner.y - outline.right.y) - 18 * 6) < 6


def test_a_light_ring_on_dark_ground_looks_like_a_finder_pattern_and_is_in_no_code() -> None:
    code = picture(modules(TEXT, 2, "H"))
    assert [is_in_code(code, each) for each in find_finders(code)][:3] == [True] * 3
    word = np.full((600, 600), 225, np.uint8)
    word[60:92, 40:120] = 20  # a kind's name on a label, light on dark
    for x in (56, 80, 104):
        cv2.circle(word, (x, 76), 8, 225, 4)
    found = find_finders(word)
    assert found and not any(is_in_code(word, each) for each in found)


def test_a_flat_label_that_the_picture_cuts_off_is_read_before_a_bent_one_is_thought_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(*_given: object, **_more: object) -> Steps[list[object]]:
        yield
        return []

    whole = picture(modules(TEXT, 2, "H"))
    cut = np.ascontiguousarray(whole[:, : 50 + round(6 * (4 + 0.75 * 25))])
    assert not ZxingEngine().read(cut)
    for way in ("on_lattice", "candidates"):
        monkeypatch.setattr(bent_codes, way, nothing)
    assert [read.text for read in look_for_bent(cut, []) if read] == [TEXT]


def sheet(codes: list[np.ndarray], columns: int, scale: int = 4) -> Image:
    """Codes in rows whose quiet zones touch, as on a sheet of small labels."""
    rows = [np.hstack([np.pad(code, 4) for code in codes[n : n + columns]]) for n in range(0, len(codes), columns)]
    drawn = np.kron(np.where(np.vstack(rows), 30, 225).astype(np.uint8), np.ones((scale, scale), np.uint8))
    return np.asarray(np.pad(drawn, 50, constant_values=180), np.uint8)


def payloads(count: int) -> list[str]:
    draw = random.Random(9).randrange
    return [item_payload(draw_code(draw), 1) for _ in range(count)]


def test_labels_in_rows_are_told_apart_though_rows_of_them_stand_as_regularly_as_finder_patterns_do() -> None:
    seen = sheet([modules(text, 2, "H") for text in payloads(20)], columns=5)
    outlines = find_signs(find_finders(seen), seen).outlines
    assert len(outlines) == 20
    for outline in outlines:
        assert np.allclose([outline.right.x - outline.corner.x, outline.below.y - outline.corner.y], 18 * 4, atol=4)


def test_every_torn_label_of_a_crowd_is_rescued() -> None:
    texts, codes = payloads(6), []
    for number, text in enumerate(texts):
        dark = modules(text, 2, "H")
        row, column = ((0, 0), (0, 18), (18, 0))[number % 3]
        dark[row : row + 7, column : column + 7] = False
        codes.append(dark)
    assert {read.text for read in rescue(ZxingEngine(), sheet(codes, columns=3), [], 60) if read} == set(texts)


@pytest.mark.parametrize("corner", [(0, 0), (0, 18), (18, 0)])
@pytest.mark.parametrize("angle_deg", [0, 33])
def test_a_label_with_a_torn_finder_corner_is_read(corner: tuple[int, int], angle_deg: float) -> None:
    dark = modules(TEXT, 2, "H")
    dark[corner[0] : corner[0] + 7, corner[1] : corner[1] + 7] = False
    torn = picture(dark, 6, angle_deg)
    assert ZxingEngine().read(torn) == []
    (read,) = filter(None, rescue(ZxingEngine(), torn, [], 40))
    assert read.text == TEXT and read.engines == {"zxing-cpp"}


def test_a_thorough_look_reads_a_torn_label_beside_a_whole_one() -> None:
    other = item_payload(draw_code(random.Random(6).randrange), 1)
    torn = modules(TEXT, 2, "H")
    torn[:7, :7] = False
    both = np.hstack((picture(torn), picture(modules(other, 2, "H"))))
    assert {read.text for read in Reader().read(both, thorough=True)} == {TEXT, other}


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_a_spoiled_label_is_read_rightly_or_not_at_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dark = modules(TEXT, 2, "H")
    wrong = rng.random(dark.shape) < rng.uniform(0.05, 0.4)
    texts = {read.text for read in rescue(ZxingEngine(), picture(dark ^ wrong), [], 10) if read}
    assert texts <= {TEXT}
