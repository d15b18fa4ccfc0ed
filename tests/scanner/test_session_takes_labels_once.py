"""The scan session against a draft held in memory: no camera, no database, time as numbers."""

import random
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.chain.findings import Finding
from custody.errors import CodeError, RuleError, StoreError
from custody.format.codes import (
    CODE_LENGTH,
    ItemLabel,
    draw_code,
    form_payload,
    item_payload,
    place_payload,
    read_payload,
    show_code,
)
from scanner.outcomes import Outcome, Tally
from scanner.session import ScanSession
from tests.support.desk_in_memory import DeskInMemory, read

CODE, OTHER = (draw_code(random.Random(seed).randrange) for seed in (1, 2))
WRONG_CHECK = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
FRAME_MS = 1000 / 15


def held(session: ScanSession, text: str, seconds: float, from_ms: float = 0.0) -> list[Outcome]:
    """Hold a label before a camera of 15 frames a second."""
    outcomes: list[Outcome] = []
    for frame in range(round(seconds * 15)):
        outcomes += session.see([read(text)], from_ms + frame * FRAME_MS)
    return outcomes


def kinds(outcomes: list[Outcome]) -> list[str]:
    return [outcome.kind for outcome in outcomes]


@pytest.fixture
def desk() -> DeskInMemory:
    return DeskInMemory()


@pytest.fixture
def session(desk: DeskInMemory) -> ScanSession:
    return ScanSession(desk)


def test_a_label_held_for_ten_seconds_is_taken_once(session: ScanSession, desk: DeskInMemory) -> None:
    outcomes = held(session, item_payload(CODE, 1), 10)
    assert kinds(outcomes) == ["taken"]
    assert desk.labels == {CODE: ItemLabel(CODE, 1)}
    assert desk.hows == ["camera"]
    assert outcomes[0].beep == "ok" and outcomes[0].tally == Tally(1, 2)


def test_a_label_shown_again_later_is_told_and_not_taken_twice(session: ScanSession, desk: DeskInMemory) -> None:
    held(session, item_payload(CODE, 1), 1)
    assert held(session, item_payload(CODE, 1), 1, from_ms=3000) == []  # 2 s out of view
    outcomes = held(session, item_payload(CODE, 1), 1, from_ms=6600)  # 2.6 s out of view
    assert kinds(outcomes) == ["again"] and outcomes[0].beep == "again" and outcomes[0].mark == "taken"
    assert len(desk.labels) == 1


def test_what_a_moving_picture_shows_once_is_not_believed_yet(session: ScanSession) -> None:
    assert session.see([read(item_payload(CODE, 1))], 0) == []
    assert session.mark(item_payload(CODE, 1)) is None
    assert kinds(session.see([read(item_payload(CODE, 1))], 500)) == ["taken"]
    assert session.mark(item_payload(CODE, 1)) == "taken"


def test_two_engines_in_one_frame_are_believed(session: ScanSession) -> None:
    assert kinds(session.see([read(item_payload(CODE, 1), "zxing-cpp+pyzbar")], 0)) == ["taken"]


def test_the_same_label_twice_in_one_frame_is_still_one_sighting(session: ScanSession) -> None:
    assert session.see([read(item_payload(CODE, 1)), read(item_payload(CODE, 1))], 0) == []


def test_sightings_far_apart_do_not_add_up(session: ScanSession) -> None:
    assert session.see([read(item_payload(CODE, 1))], 0) == []
    assert session.see([read(item_payload(CODE, 1))], 60_000) == []


def test_what_a_still_gave_in_one_way_only_is_told_and_not_taken(session: ScanSession, desk: DeskInMemory) -> None:
    doubted = replace(read(item_payload(CODE, 1)), is_sure=False)
    assert kinds(session.see([doubted], 0, is_still=True)) == ["not_understood"] and not desk.tally.taken
    assert kinds(session.see([read(item_payload(CODE, 1))], 0, is_still=True)) == ["taken"]


def test_a_still_is_believed_at_once_and_stands_alone(session: ScanSession) -> None:
    assert kinds(session.see([read(item_payload(CODE, 1))], 0, is_still=True)) == ["taken"]
    assert kinds(session.see([read(item_payload(CODE, 1))], 0, is_still=True)) == ["again"]


def test_several_labels_in_a_frame_are_all_taken(session: ScanSession, desk: DeskInMemory) -> None:
    reads = [read(item_payload(CODE, 1)), read(item_payload(OTHER, 2))]
    session.see(reads, 0)
    assert kinds(session.see(reads, 70)) == ["taken", "taken"]
    assert set(desk.labels) == {CODE, OTHER}


def test_a_foreign_code_is_told_once_and_changes_nothing(session: ScanSession, desk: DeskInMemory) -> None:
    hostile = "<script>alert(1)</script>\x1b[2J\a\u202e"
    outcomes = held(session, hostile, 5)
    assert kinds(outcomes) == ["foreign"]
    assert outcomes[0].text.isprintable() and "[U+001B]" in outcomes[0].text
    assert outcomes[0].beep == outcomes[0].mark == "wrong"
    assert not desk.labels


def test_a_wrong_check_character_is_told(session: ScanSession, desk: DeskInMemory) -> None:
    forged = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    assert kinds(held(session, f"{forged}*01", 1)) == ["bad_check"]
    assert not desk.labels


def test_findings_sound_wrong_and_the_item_is_taken(session: ScanSession, desk: DeskInMemory) -> None:
    values = {"item": "X", "holder": "\x1b someone else"}
    desk.findings = (Finding("NOT_HELD", "{item} is with {holder}", values, CODE),)
    (outcome,) = held(session, item_payload(CODE, 1), 1)
    assert (outcome.kind, outcome.beep, outcome.mark) == ("taken", "wrong", "finding")
    assert outcome.faults == ("X is with [U+001B] someone else",)
    assert CODE in desk.labels


def test_a_place_label_sets_where_to(session: ScanSession, desk: DeskInMemory) -> None:
    assert kinds(held(session, place_payload("51.08"), 1)) == ["place"]
    assert kinds(held(session, place_payload("51.08.01"), 1, 5000)) == ["place"]  # nothing is taken yet
    assert desk.receiver == "51.08.01"


def test_a_place_label_does_not_move_what_is_taken_already(session: ScanSession, desk: DeskInMemory) -> None:
    session.type_in("to 51.08")
    session.type_in(CODE)
    (outcome,) = held(session, place_payload("51.08.01"), 1)
    assert outcome.kind == "other_place" and "to 51.08.01" in outcome.text
    assert desk.receiver == "51.08"
    assert session.type_in("to 51.08.01").kind == "place"
    assert desk.receiver == "51.08.01"


def test_an_unknown_place_is_refused_in_words(session: ScanSession, desk: DeskInMemory) -> None:
    (outcome,) = held(session, place_payload("99.99"), 1)
    assert (outcome.kind, outcome.text) == ("refused", "There is no place 99.99")
    assert desk.receiver is None


def test_any_scan_can_be_taken_out_again(session: ScanSession, desk: DeskInMemory) -> None:
    session.type_in(CODE)
    session.type_in(OTHER)
    out = session.type_in(f"-{show_code(CODE)}")
    assert (out.kind, out.beep) == ("put_out", "undone"), "it does not sound like a label that is taken"
    assert set(desk.labels) == {OTHER}
    assert session.type_in("undo").kind == "put_out"
    assert not desk.labels
    assert session.type_in("undo").kind == "not_understood"
    assert session.type_in(f"-{CODE}").kind == "refused"


def test_a_label_taken_out_while_in_view_stays_out_until_shown_again(session: ScanSession, desk: DeskInMemory) -> None:
    held(session, item_payload(CODE, 1), 1)
    assert session.mark(item_payload(CODE, 1)) == "taken"
    session.undo()
    assert session.mark(item_payload(CODE, 1)) is None
    assert held(session, item_payload(CODE, 1), 1, 1000) == []
    assert kinds(held(session, item_payload(CODE, 1), 1, 6000)) == ["taken"]
    assert CODE in desk.labels


def test_a_resumed_session_can_take_out_what_the_last_one_took(desk: DeskInMemory) -> None:
    ScanSession(desk).type_in(CODE)
    assert ScanSession(desk, taken=list(desk.labels)).type_in("batal").kind == "put_out"
    assert not desk.labels


def test_typed_and_wedge_lines_take_the_same_path(session: ScanSession, desk: DeskInMemory) -> None:
    assert session.type_in(f" {show_code(CODE).lower()} ").kind == "taken"
    assert session.type_in(item_payload(OTHER, 3) + "\r\n").kind == "taken"
    assert desk.hows == ["typed", "wedge"]
    assert session.type_in(CODE).kind == "again"


def test_from_and_to_can_be_put_right_in_both_languages(session: ScanSession, desk: DeskInMemory) -> None:
    assert session.type_in("dari 51.08").kind == "place"
    assert session.type_in("ke dk 8123 ab").kind == "place"
    assert (desk.giver, desk.receiver) == ("51.08", "DK8123AB")
    assert session.type_in("to 77.77").kind == "refused"
    assert session.type_in("selesai").kind == "finish"


def test_a_refusing_draft_does_not_end_the_session(session: ScanSession, desk: DeskInMemory) -> None:
    desk.failure = RuleError("The draft is closed")
    assert session.type_in(CODE).kind == "refused"


def test_a_draft_that_cannot_be_kept_ends_the_session(session: ScanSession, desk: DeskInMemory) -> None:
    desk.failure = StoreError("The disk is full")
    with pytest.raises(StoreError):
        held(session, item_payload(CODE, 1), 1)


@given(st.text(max_size=4000))
@example(item_payload(CODE, 1))
@example(item_payload(CODE, 1).lower())
@example(item_payload(CODE, 1) + "\n")
@example(form_payload(CODE))
@example(CODE)
@example(WRONG_CHECK + "*01")
@example("P:51.08")
def test_whatever_a_code_says_only_our_grammar_is_taken(text: str) -> None:
    desk = DeskInMemory()
    (outcome,) = ScanSession(desk).see([read(text)], 0, is_still=True)
    assert outcome.text.isprintable()
    try:
        label = read_payload(text)
    except CodeError:
        label = None
    assert bool(desk.labels) == isinstance(label, ItemLabel)


@given(st.text(max_size=4000) | st.from_regex(r"\A(from|to|-|P:|undo|[0-9A-Z*-]{10,20}) ?[\x00-\xff]{0,20}\Z"))
@example(CODE)
@example(show_code(CODE).lower())
@example(f"{CODE}*00")
@example(f"{CODE}*100")
@example(WRONG_CHECK)
@example(f"-{CODE}")
@example(f"match {CODE}")
def test_whatever_is_typed_only_valid_codes_are_taken(line: str) -> None:
    desk = DeskInMemory()
    outcome = ScanSession(desk).type_in(line)
    assert outcome.text.isprintable()
    for code in desk.labels:
        assert len(code) == CODE_LENGTH and read_payload(f"{code}*01") == ItemLabel(code, 1)
    assert (outcome.kind == "taken") == bool(desk.labels)
