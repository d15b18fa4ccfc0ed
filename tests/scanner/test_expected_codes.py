"""Labels completed from what is expected: only what fits against every other code, never an unknown or altered one."""

import random
from dataclasses import replace

import numpy as np
import pytest

from custody.format.codes import ALPHABET, draw_code
from scanner.reads import Read
from scanner.rescue.expected_codes import MOST_TEXTS, NOTHING, Expected, expecting, near
from scanner.rescue.payload_code import SIZES, read_item
from scanner.rescue.qr_structure import build
from scanner.session import ScanSession
from tests.support.desk_in_memory import SQUARE, DeskInMemory
from tests.support.half_seen import modules_of

CODES = [draw_code(random.Random(number).randrange) for number in range(360)]
TEXTS = [f"{code}*01" for code in CODES]
EXPECTED = Expected(TEXTS)


def seen(text: str, right: float, seed: int, **said: object) -> np.ndarray:
    """The same with so much of the right signal, the rest noise."""
    modules = modules_of(text, **said)  # type: ignore[arg-type]
    noise = np.random.default_rng(seed).standard_normal(modules.shape)
    return right * modules + np.sqrt(1 - right**2) * noise


@pytest.mark.parametrize(("version", "level"), SIZES)
@pytest.mark.parametrize("number", range(8))
def test_a_clean_label_of_any_mask_and_level_is_its_own(version: int, level: str, number: int) -> None:
    modules = modules_of(TEXTS[7], version, level, number)
    assert read_item(modules, version) == TEXTS[7] and EXPECTED.complete(modules, version) == TEXTS[7]


def test_more_is_completed_than_is_read_and_none_wrongly() -> None:
    found = [
        (read_item(picture, 2), EXPECTED.complete(picture, 2)) for picture in map(seen, TEXTS, [0.6] * 60, range(60))
    ]
    read, completed = ([one[which] for one in found] for which in (0, 1))
    right = [text for text, one in zip(TEXTS, completed, strict=False) if one == text]
    assert len(right) >= 40 and sum(map(bool, completed)) == len(right)
    assert sum(map(bool, read)) < len(right) / 2


@pytest.mark.parametrize("right", [0.4, 0.6, 0.8, 1.0])
def test_no_other_code_is_turned_into_an_expected_one(right: float) -> None:
    others = [f"{draw_code(random.Random(1000 + number).randrange)}*01" for number in range(60)]
    assert not any(EXPECTED.complete(seen(text, right, seed), 2) for seed, text in enumerate(others))


@pytest.mark.parametrize("right", [0.5, 0.7, 0.85, 1.0])
def test_no_code_with_a_character_altered_is_turned_into_an_expected_one(right: float) -> None:
    for seed, text in enumerate(random.Random(5).sample(near(TEXTS[3]), 120)):
        assert EXPECTED.complete(seen(text, right, seed), 2) is None, text


@pytest.mark.parametrize("side", ["left", "right", "upper", "lower"])
def test_what_is_hidden_never_makes_an_altered_code_an_expected_one(side: str) -> None:
    for share in (0.2, 0.35, 0.5, 0.65):
        for text in random.Random(6).sample(near(TEXTS[3]), 60):
            modules = modules_of(text)
            cut = round(share * len(modules))
            part = {"left": np.s_[:, :cut], "right": np.s_[:, -cut:], "upper": np.s_[:cut], "lower": np.s_[-cut:]}[side]
            for hidden in (0.0, 1.0, -1.0):
                modules[part] = hidden
                assert EXPECTED.complete(modules, 2) is None, (text, share, hidden)


def test_a_label_whose_data_surely_say_otherwise_is_not_completed_by_its_check_bytes_alone() -> None:
    modules = modules_of(TEXTS[3], 2, "H")
    assert EXPECTED.complete(modules, 2) == TEXTS[3]
    rows, columns = build(2).path[: 8 * SIZES[2, "H"][0]].T
    modules[rows, columns] *= 3 * (-1.0) ** np.arange(len(rows))  # every second one is another, and all are sure
    assert EXPECTED.complete(modules, 2) is None


def test_neighbours_are_all_labels_one_slip_away() -> None:
    code, found = CODES[3], near(TEXTS[3])
    assert TEXTS[3] not in found and f"{code}*02" in found and f"{code}*00" in found
    assert sum(text[1:] == TEXTS[3][1:] for text in found) == len(ALPHABET) - 1
    assert all(len(text) == 16 for text in found)


def test_without_expected_codes_or_with_too_many_nothing_is_completed() -> None:
    modules = modules_of(TEXTS[0])
    assert NOTHING.complete(modules, 2) is None
    assert Expected([f"{number:013d}*01" for number in range(MOST_TEXTS + 1)]).complete(modules, 2) is None
    assert EXPECTED.complete(np.zeros((25, 25)), 2) is None
    assert expecting(EXPECTED, TEXTS) is EXPECTED and expecting(EXPECTED, TEXTS[:2]) is not EXPECTED


PART = Read(TEXTS[0], SQUARE, "zxing-cpp", is_completed=True)


def desk() -> DeskInMemory:
    return DeskInMemory(completable=tuple(TEXTS))


def test_a_completed_label_is_asked_for_once_more_and_then_taken_as_completed() -> None:
    draft = desk()
    session = ScanSession(draft)
    (asked,) = session.see([PART], 0.0)
    assert asked.kind == "in_part" and asked.beep == "aim" and "once more" in asked.text and not draft.labels
    assert session.see([PART], 60.0) == [], "the same look, a frame later"
    (taken,) = session.see([PART], 460.0)
    assert taken.kind == "taken" and draft.hows == ["completed"] and draft.labels[CODES[0]].print == 1


def test_of_pictures_that_stand_alone_two_are_needed() -> None:
    draft = desk()
    session = ScanSession(draft)
    assert [one.kind for one in session.see([PART], 0.0, is_still=True)] == ["in_part"] and not draft.labels
    assert [one.kind for one in session.see([PART], 1.0, is_still=True)] == ["taken"] and draft.hows == ["completed"]


def test_a_label_that_is_read_counts_as_read_whatever_was_completed_before() -> None:
    draft = desk()
    session = ScanSession(draft)
    session.see([PART], 0.0)
    read = replace(PART, is_completed=False)
    told = [outcome for at_ms in (60.0, 120.0) for outcome in session.see([read], at_ms)]
    assert [one.kind for one in told] == ["taken"] and draft.hows == ["camera"]


def test_what_is_expected_no_more_is_not_taken() -> None:
    draft = desk()
    session = ScanSession(draft)
    session.see([PART], 0.0)
    draft.completable = tuple(TEXTS[1:])
    assert session.see([PART], 500.0) == [] and not draft.labels
