"""QR codes that somebody made to harm: each is ours to the letter, or it is shown, harmless, and changes nothing."""

import re
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from custody.errors import CodeError
from custody.format.codes import (
    ItemLabel,
    PlaceLabel,
    form_payload,
    item_payload,
    place_payload,
    read_payload,
)
from scanner.outcomes import Outcome
from scanner.session import ScanSession
from tests.support.desk_in_memory import DeskInMemory, read
from tests.support.hostile_texts import OURS, SPITEFUL

ITEM = re.compile(r"[0-9A-HJKMNP-TV-Z]{13}\*[0-9]{2}", re.ASCII)

near_misses = st.builds(
    lambda place, character: OURS[:place] + character + OURS[place + 1 :],
    st.integers(0, len(OURS) - 1),
    st.characters(),
)
payloads = (
    st.text(st.characters(), max_size=4000)
    | st.text(st.characters(categories=["Cc", "Cf", "Co", "Cn", "Zl", "Zp"]), max_size=200)
    | st.binary(max_size=4000).map(lambda data: data.decode("latin-1"))
    | st.tuples(st.sampled_from(SPITEFUL), st.text(max_size=40)).map("".join)
    | st.from_regex(r"\A(P:[0-9A-Za-z./ -]{0,45}|[0-9A-Z*+-]{10,20})\Z")
    | near_misses
)


def seen(text: str) -> tuple[DeskInMemory, Outcome, float]:
    """What a session makes of a code, and how long this computer worked on it, in seconds."""
    desk = DeskInMemory()
    began = time.process_time()
    (outcome,) = ScanSession(desk).see([read(text)], 0, is_still=True)
    return desk, outcome, time.process_time() - began


def check_a_payload(text: str) -> None:
    desk, outcome, took = seen(text)
    if took >= 0.05:  # once more: Python may have collected its garbage meanwhile
        took = seen(text)[2]
    assert took < 0.05, f"{took * 1000:.0f} ms"
    assert outcome.text.isprintable(), "what it says cannot speak to a terminal"
    try:
        label = read_payload(text)
    except CodeError:
        label = None
    if desk.labels:
        assert ITEM.fullmatch(text) and mod_37_36.is_valid(text[:13]), "nothing is taken that our grammar does not have"
    match label:
        case ItemLabel():
            ours = form_payload(label.code) if label.print is None else item_payload(label.code, label.print)
            assert ours == text
        case PlaceLabel():
            assert place_payload(label.code) == text
    assert bool(desk.labels) == isinstance(label, ItemLabel)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(payloads)
@example(OURS)
@example(form_payload(OURS[:13]))
def test_whatever_a_code_says_it_is_ours_to_the_letter_or_harmless(text):
    check_a_payload(text)


@pytest.mark.parametrize("text", SPITEFUL, ids=ascii)
def test_what_was_made_to_harm_changes_nothing(text):
    check_a_payload(text)
    desk = DeskInMemory()
    ScanSession(desk).see([read(text)], 0, is_still=True)
    assert not desk.labels and desk.receiver is None


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(payloads)
def test_ten_thousand_hostile_codes_are_ours_to_the_letter_or_harmless(text):
    check_a_payload(text)
