"""A roster that goes on with a new log or key is the one that all notices make."""

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.chain.roster import Roster
from custody.chain.roster_growth import grown, roster_of
from custody.format.events import Event
from tests.support.roster_examples import admit, genesis, join, key, plan, revoke
from tests.support.sampling import examples

LOGS = "ABCDE"


def going_on(log: str, root: str, other: str) -> Event:
    """A log that goes on from another one."""
    return Event("e" * 64, {**genesis(log, root).body, "continues": f"{other}:3:{'0' * 64}"})


def log_of(name: str, owner: str, root: str = "A") -> Event:
    """Another log of the same key."""
    return Event("d" * 64, {**genesis(name, root).body, "public_key": key(owner)})


def all_of(roster: Roster) -> dict[str, object]:
    return {field.name: getattr(roster, field.name) for field in fields(roster)}


def after(held: list[Event], event: Event) -> Roster | None:
    """What the roster of the first of these logs' station goes on to; it must be what all notices make."""
    awaited = {str(said.body["key"]) for said in held if said.type == "join"}
    now = grown(roster_of(held[0], held), held[0], [event], awaited)
    if now is not None:
        assert all_of(now) == all_of(roster_of(held[0], [*held, event]))
    return now


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Notices as they come: of each log its beginning first; the first log is the station's own."""
    logs, held, sizes = st.sampled_from(LOGS), list[Event](), dict[str, int]()
    for _ in range(draw(st.integers(2, 12))):
        log, other = draw(logs), draw(logs)
        if log not in sizes:
            root = draw(st.sampled_from([log, "A", "B"]))
            goes_on = draw(st.integers(0, 5)) == 0
            held.append(going_on(log, root, other) if goes_on else genesis(log, root))
            sizes[log] = 1
            continue
        seq = sizes[log] = sizes[log] + 1
        kind = draw(st.sampled_from(["admit", "admit", "delegate", "below", "revoke", "join", "plan"]))
        held.append(
            {
                "admit": lambda log=log, seq=seq, other=other: admit(log, seq, other),
                "delegate": lambda log=log, seq=seq, other=other: admit(log, seq, other, "plan", "admit"),
                "below": lambda log=log, seq=seq, other=other: admit(log, seq, other, "plan", "admit", under="51.08"),
                "revoke": lambda log=log, seq=seq, other=other: revoke(log, seq, other, **{other: 2}),
                "join": lambda log=log, seq=seq, other=other: join(log, seq, other),
                "plan": lambda log=log, seq=seq: plan(log, seq, "x"),
            }[kind]()
        )
    return held


@settings(max_examples=examples(2000, least=100))
@given(histories())
def test_a_roster_that_goes_on_is_what_all_notices_make(held):
    for number in range(1, len(held)):
        after(held[:number], held[number])


ROOT, ADMITTED = [genesis("A")], [genesis("A"), admit("A", 2, "B")]
JOINED = [*ROOT, genesis("D"), admit("D", 2, "E"), join("D", 3, "A"), admit("A", 2, "D", "admit", under="51")]


@pytest.mark.parametrize(
    ("held", "event"),
    [
        (ADMITTED, genesis("B", "A")),
        (ROOT, genesis("B", "A")),
        ([genesis("B", "A"), *ROOT], genesis("C", "A")),
        ([Event("c" * 64, {**genesis("B").body, "root": ""})], genesis("C", "A")),
        ([genesis("B", "A")], genesis("C", "A")),
        ([genesis("B", "A")], genesis("C", "D")),
        ([*ADMITTED, revoke("A", 3, "B", B=4)], genesis("B", "A")),
        (ADMITTED, admit("A", 3, "C")),
        (ADMITTED, admit("A", 3, "C", "plan", "admit", under="51.08")),
        ([*JOINED, admit("D", 4, "C")], genesis("C", "D")),
    ],
    ids=[
        "admitted",
        "strange",
        "strange beside",
        "no root known",
        "root is not here",
        "of another root",
        "revoked",
        "key",
        "delegate",
        "below an office",
    ],
)
def test_a_new_log_or_key_is_judged_without_all_the_others(held, event):
    assert after(held, event) is not None


@pytest.mark.parametrize(
    ("held", "event"),
    [
        ([genesis("B", "A")], genesis("A")),
        ([genesis("B"), admit("B", 2, "C"), join("B", 3, "A")], genesis("A", "D")),
        ([genesis("B")], genesis("A")),
        ([going_on("B", "A", "C"), genesis("A"), admit("A", 2, "C")], genesis("C", "A")),
        ([genesis("A"), genesis("B"), admit("B", 2, "D")], going_on("C", "A", "B")),
        ([*ROOT, admit("A", 2, "C"), revoke("A", 3, "B", B=4)], admit("A", 4, "B")),
        ([*ROOT, log_of("Z", "A"), admit("A", 2, "C"), admit("Z", 2, "B")], admit("A", 3, "B", "admit")),
        ([*ADMITTED, genesis("B", "A")], log_of("B", "B", "C")),
        ([*ROOT, genesis("B"), admit("B", 2, "D"), going_on("C", "A", "X")], log_of("X", "B")),
        ([*ADMITTED, genesis("C", "A"), admit("C", 2, "D")], admit("A", 3, "C", "admit")),
        ([*ROOT, genesis("B", "A")], admit("B", 2, "C")),
        ([genesis("B"), genesis("A")], admit("A", 2, "B")),
        ([*ROOT, genesis("C"), admit("C", 2, "D")], admit("A", 2, "C")),
        (ADMITTED, revoke("A", 3, "B")),
        (ROOT, admit("A", 2, "B")),
        (JOINED, admit("D", 4, "C")),
    ],
    ids=[
        "root",
        "the root above",
        "another root",
        "its own log",
        "an heir",
        "revoked",
        "roots of one key",
        "a log that forked",
        "who has gone on",
        "who has admitted",
        "no root",
        "ourselves",
        "an office",
        "a revocation",
        "root's first",
        "an office admits",
    ],
)
def test_what_changes_more_than_itself_is_judged_with_all_notices(held, event):
    assert after(held, event) is None


def test_several_that_come_together_are_taken_in_turn():
    coming = [admit("A", 3, "D"), genesis("D", "A"), genesis("C", "A")]
    now = grown(roster_of(ROOT[0], ADMITTED), ROOT[0], coming, ())
    assert now is not None and all_of(now) == all_of(roster_of(ROOT[0], [*ADMITTED, *coming]))
    assert grown(roster_of(ROOT[0], ROOT), ROOT[0], [admit("A", 2, "B"), *coming], ()) is None
    assert now.counts("D") and now.is_stranger("C") and key("D") in now.powers
