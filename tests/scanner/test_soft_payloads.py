"""Labels of items from modules of which many are lost: the text that was printed, or none."""

import random

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.format.codes import ALPHABET, draw_code, item_payload
from scanner.rescue.payload_code import least_agreement, read_item
from scanner.rescue.qr_structure import build

TEXT = item_payload(draw_code(random.Random(5).randrange), 1)
KINDS = [(1, "Q"), (2, "H")]


def modules(text: str, version: int, level: str) -> np.ndarray:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level=level, version=version)
    return np.where(np.array(made.to_image(scale=1, add_quiet_zones=False)) < 128, 1.0, -1.0)


@pytest.mark.parametrize(("version", "level"), KINDS)
@pytest.mark.parametrize("text", [TEXT, item_payload(draw_code(random.Random(6).randrange), 99)])
def test_a_clean_label_says_its_text(version: int, level: str, text: str) -> None:
    assert read_item(modules(text, version, level), version) == text


@pytest.mark.parametrize(("kind", "lost", "flipped"), [((1, "Q"), 0.1, 0.04), ((2, "H"), 0.4, 0.08)])
def test_a_label_is_read_with_a_part_lost_and_another_wrong(kind: tuple[int, str], lost: float, flipped: float) -> None:
    version, level = kind
    for seed in range(5):
        rng = np.random.default_rng(seed)
        soft = modules(TEXT, version, level) * rng.uniform(0.5, 1.0, (17 + 4 * version,) * 2)
        soft[rng.random(soft.shape) < flipped] *= -0.5
        soft[rng.random(soft.shape) < lost] = 0
        assert read_item(soft, version) == TEXT


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2]))
@settings(max_examples=60, deadline=None)
def test_noise_says_nothing(seed: int, version: int) -> None:
    side = 17 + 4 * version
    assert read_item(np.random.default_rng(seed).normal(0, 1, (side, side)), version) is None


@given(st.integers(0, 2**32 - 1), st.sampled_from(KINDS), st.integers(0, 12), st.sampled_from(ALPHABET))
@settings(max_examples=60, deadline=None)
def test_a_code_with_one_character_changed_never_becomes_one_of_ours(
    seed: int, kind: tuple[int, str], place: int, other: str
) -> None:
    version, level = kind
    text = TEXT[:place] + other + TEXT[place + 1 :]
    rng = np.random.default_rng(seed)
    soft = modules(text, version, level) + rng.normal(0, rng.uniform(0, 1.2), (17 + 4 * version,) * 2)
    assert read_item(soft, version) in (None, text if text == TEXT else None)


@pytest.mark.parametrize("text", ["HTTPS://KPU.GO.ID/A", "P:51.08.06.1010.015", "1234567890123*01", TEXT[:15]])
def test_what_is_no_label_of_an_item_says_nothing(text: str) -> None:
    assert read_item(modules(text, 2, "H"), 2) is None


@pytest.mark.parametrize("soft", [np.ones(30), np.linspace(0.01, 1, 40), np.array([3.0] * 5 + [0.1] * 60)])
def test_chance_passes_the_bound_no_oftener_than_it_says(soft: np.ndarray) -> None:
    signs = np.where(np.random.default_rng(7).random((200_000, len(soft))) < 0.5, -1.0, 1.0)
    for bits in (2.0, 5.0, 8.0):
        assert (signs @ soft > least_agreement(soft, bits)).mean() <= 2.0**-bits


@given(st.integers(0, 2**32 - 1), st.sampled_from(KINDS))
@settings(max_examples=60, deadline=None)
def test_a_label_that_shows_only_what_it_has_in_common_with_ours_is_not_taken_for_ours(
    seed: int, kind: tuple[int, str]
) -> None:
    version, level = kind
    draw = random.Random(seed)
    place = draw.choice([12, draw.randrange(12)])
    text = TEXT[:place] + draw.choice(ALPHABET.replace(TEXT[place], "")) + TEXT[place + 1 :]
    soft, ours = modules(text, version, level), modules(TEXT, version, level)
    path = build(version).path
    for number in range(len(path) // 8):
        rows, columns = path[8 * number : 8 * number + 8].T
        if (soft[rows, columns] != ours[rows, columns]).any():
            soft[rows, columns] = 0
    assert read_item(soft, version) is None
