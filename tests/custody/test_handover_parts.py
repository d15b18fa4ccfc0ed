"""A handover in parts: each fits into an event, and together they say what was to go and where each thing goes."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.compose.compose import Handover, Ref, Touch, handover_events
from custody.format.codes import draw_code
from custody.format.event_types import NEWEST
from custody.format.events import write_body
from custody.format.item_facts import destinations_of
from custody.handover.handover_facts import stated

LOG = f"serah/{'e' * 30}/{'s' * 30}/0011223344556677"


def drawn(count: int, seed: int = 2) -> list[str]:
    dice = random.Random(seed)
    return [draw_code(dice.randrange) for _ in range(count)]


def written(events, bodies=None):
    """The bodies of handover events, written as the ledger writes them: none is over the size of an event."""
    common = {
        "log": LOG,
        "prev": "ab" * 32,
        "id": "0b51ba32-0b51-4a32-8b51-0b51ba320b51",
        "at": "2024-02-12T01:02:03Z",
        "by": "B" * 120,
        "app": "serah/0.1.0",
    }
    found = []
    for seq, event in enumerate(events, 10**8):
        refs = [ref._asdict() for ref in event.refs]
        body = {"v": NEWEST["handover"], "type": "handover", "seq": seq, "refs": refs, **common, **event.fields}
        found.append(write_body(body)[1])
    return found


@given(st.integers(0, 420), st.integers(0, 9000), st.integers(0, 60), st.booleans())
@example(200, 0, 0, True)
@example(400, 9000, 200, True)
@example(0, 5000, 0, False)
def test_every_part_fits_and_all_together_say_what_was_meant(
    taken: int, absent: int, beyond: int, is_far: bool
) -> None:
    codes = drawn(taken + absent)
    scanned, beyond = codes[:taken], min(beyond, taken)
    meant = [*scanned[beyond:], *codes[taken:]]
    latest = {code: Ref(LOG, 10**7 + at, f"{at:064x}") for at, code in enumerate(scanned)} if is_far else {}
    to = (
        {code: f"51.08.{at % 9:02d}.{1000 + at % 50}.{at % 7:03d}" for at, code in enumerate(scanned)} if is_far else {}
    )
    handover = Handover("51.08", "DK8123AB", note="n" * 2000, giver_name="G" * 120, receiver_name="R" * 120)
    events = handover_events(
        handover, [Touch(code, 1, "camera") for code in scanned], latest, bast="b" * 60, destinations=to, meant=meant
    )
    bodies = written(events)
    assert [body["part"] for body in bodies] == list(range(1, len(bodies) + 1))
    assert set(stated(bodies) or ()) == set(meant)
    assert [code for body in bodies for code in body["meant"]["absent"]] == codes[taken:]
    assert {code: place for body in bodies for code, place in destinations_of(body).items()} == to
    rows = [row["code"] for body in bodies for row in body["items"]]
    assert sorted(rows) == sorted(scanned) and max(len(body["items"]) for body in bodies) <= 200


def test_two_hundred_things_are_one_part_where_their_records_are_few() -> None:
    codes = drawn(200)
    to = {code: f"51.08.06.{1001 + at // 40}.{at % 40:03d}" for at, code in enumerate(codes)}
    latest = {code: Ref(LOG, 1 + at % 40, f"{at % 40:064x}") for at, code in enumerate(codes)}
    touches = [Touch(code, 1, "camera") for code in codes]
    events = handover_events(Handover("51.08", "DK8123AB"), touches, latest, bast="b", destinations=to, meant=codes)
    assert len(events) == 1


@pytest.mark.parametrize("places", [["A", "A", "B"], ["B", "", "A"], ["", "", ""]])
def test_things_stand_by_destination_and_those_of_which_none_is_known_last(places: list[str]) -> None:
    codes = drawn(3)
    to = {code: place for code, place in zip(codes, places, strict=True) if place}
    touches = [Touch(code, 1, "camera") for code in codes]
    [event] = handover_events(Handover("51.08", "DK8123AB"), touches, {}, bast="b", destinations=to)
    order = [to.get(row["code"], "") for row in event.fields["items"]]
    assert order == sorted(order, key=lambda place: (not place, place)) and event.fields["meant"] is None
    assert destinations_of(event.fields) == to and (event.fields["destinations"] == []) == (not to)
