"""Labels of items from modules of which many are lost: the text that was printed, or none."""

import random

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.format.codes import ALPHABET, draw_code, item_payload
from scanner.rescue.payload_code import LEAST_AGREEMENT, read_item

TEXT = item_payload(draw_code(random.Random(5).randrange), 1)
KINDS = [(1, "Q"), (2, "Q"), (2, "H")]


def modules(text: str, version: int, level: str) -> np.ndarray:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level=level, version=version)
    return np.where(np.array(made.to_image(scale=1, add_quiet_zones=False)) < 128, 1.0, -1.0)


@pytest.mark.parametrize(("version", "level"), KINDS)
@pytest.mark.parametrize("text", [TEXT, item_payload(draw_code(random.Random(6).randrange), 99)])
def test_a_clean_label_says_its_text(version: int, level: str, text: str) -> None:
    assert read_item(modules(text, version, level), version) == text


@pytest.mark.parametrize(
    ("kind", "lost", "flipped"), [((1, "Q"), 0.1, 0.04), ((2, "Q"), 0.3, 0.06), ((2, "H"), 0.4, 0.08)]
)
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
    assert read_item(modules(text, 2, "Q"), 2) is None


def test_the_bound_leaves_chance_one_in_several_thousand_million() -> None:
    chance = 2.0**67 * np.exp(-(LEAST_AGREEMENT**2) / 2)
    assert chance < 1.2e-10
