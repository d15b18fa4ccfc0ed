"""Numbers of BAST letters: each place in a station's row is given once, used or not."""

from hypothesis import example, given
from hypothesis import strategies as st

from custody.format.events import Event
from custody.handover.handover_facts import in_row, own_number

LOGS = ("serah/pemilu-2024/gudang-1/0a1b", "serah/pemilu-2024/ppk-2/0c2d")
SLUGS = ("GUDANG-1", "PPK-2")


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4), st.booleans()), max_size=12))
@example([(0, 1, False), (0, 3, True), (1, 1, False), (0, 2, False)])
def test_whatever_number_a_handover_has_the_row_goes_on_by_one(handovers: list[tuple[int, int, bool]]) -> None:
    """Handovers of two logs in any order, in some parts, some under a number that others share."""
    counts, events, own = [0, 0], list[Event](), list[str]()
    for log, parts, is_shared in handovers:
        counts[log] += 1
        number = f"{counts[log]:04d}/{SLUGS[log]}/2024"
        own += [number] * parts
        for part in range(1, parts + 1):
            bast = "BERSAMA/1" if is_shared else number
            told = {"type": "handover", "log": LOGS[log], "seq": len(events) + 1, "at": "2024-02-12T01:10:00Z"}
            events.append(Event("", {**told, "items": [], "part": part, "parts": parts, "bast": bast}))
    row = list(in_row(events))
    assert [event for _number, event in row] == events and [number for number, _event in row] == own
    shared = {number for number, event in row if number != event.body["bast"]}
    given_out = {event.body["bast"] for event in events} - {"BERSAMA/1"}
    firsts = [event for event in events if event.body["part"] == 1]
    assert len(shared) + len(given_out) == len(firsts) and not shared & given_out, "no place twice, and none skipped"


def test_a_row_past_9999_goes_on() -> None:
    assert own_number("gudang-1", 10_000, "2024") == "10000/GUDANG-1/2024"
