"""The order of events: what stations knew, then custody itself, then the leaf digest. Never a clock."""

from itertools import permutations

from custody.chain.order import causal_order
from custody.format.events import Event
from tests.support.custody_notation import chain_of, codes, ledger, open_codes, read, steps


def test_events_of_one_log_follow_its_numbers():
    events = ledger("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        A3 handover PPK>TPS1 X
    """)
    for some in permutations(events.values()):
        assert steps(read(some)) == "A1 A2:WH>PPK A3:PPK>TPS1"


def test_a_reference_puts_one_log_before_another():
    chain = chain_of("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        B1 [A2] handover PPK>TPS1 X
    """)
    assert steps(chain) == "A1 A2:WH>PPK B1:PPK>TPS1"
    assert codes(chain) == []


def test_a_reference_reaches_all_that_its_log_knew_earlier():
    events = ledger("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        B1 [A2] inspect X good
        B2 handover PPK>PPS X
        C1 [B2] handover PPS>TPS1 X
    """)
    order = causal_order(events.values())
    assert order.is_before(events["A1"], events["C1"])
    assert order.is_before(events["B1"], events["C1"])
    assert not order.is_before(events["C1"], events["A1"])


def test_clocks_do_not_order():
    chain = chain_of("""
        A1 register X at WH for TPS1 at=23:00
        A2 handover WH>PPK X at=23:30
        B1 [A2] handover PPK>TPS1 X at=01:00
    """)
    assert steps(chain) == "A1 A2:WH>PPK B1:PPK>TPS1"
    assert chain.held_by == "TPS1"


def test_handovers_that_no_knowledge_orders_are_linked_by_custody():
    events = ledger("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        B1 handover PPK>PPS X
        C1 handover PPS>TPS1 X
    """)
    for some in permutations(events.values()):
        chain = read(some)
        assert steps(chain) == "A1 A2:WH>PPK B1:PPK>PPS C1:PPS>TPS1"
        assert codes(chain) == []


def test_a_way_there_and_back_is_linked_before_the_way_on():
    # PPK's laptop alone saw the box come and go; the warehouse sent it elsewhere later without knowing.
    for second in ("TPS1", "PPS", "TPS2"):
        chain = chain_of(f"""
            A1 register X at WH for {second}
            B1 [A1] handover WH>PPK X
            B2 handover PPK>WH X
            A2 handover WH>{second} X
        """)
        assert steps(chain) == f"A1 B1:WH>PPK B2:PPK>WH A2:WH>{second}"
        assert codes(chain) == []


def test_two_ways_there_and_back_follow_what_their_ends_knew():
    # Whichever way has the smaller digest: B2 knew C2, so the trip to PPK2 was over before.
    for seed in range(8):
        chain = chain_of(
            f"""
            A1 register X at WH for WH kind=box{seed}
            B1 [A1] handover WH>PPK X
            C1 [A1] handover WH>PPK2 X
            C2 handover PPK2>WH X
            B2 [C2] handover PPK>WH X
        """,
            places=None,
        )
        assert steps(chain) == "A1 C1:WH>PPK2 C2:PPK2>WH B1:WH>PPK B2:PPK>WH"
        assert codes(chain) == []


def test_what_is_still_tied_goes_by_leaf_digest():
    events = ledger("""
        A1 register X at WH for TPS1
        B1 [A1] inspect X good
        C1 [A1] inspect X wet
    """)
    first, second = sorted(("B1", "C1"), key=lambda name: events[name].leaf)
    for some in permutations(events.values()):
        assert steps(read(some)) == f"A1 {first} {second}"


def test_registrations_come_before_what_does_not_know_of_them():
    for seed in range(8):
        chain = chain_of(f"""
            A1 register X at WH for TPS1 kind=box{seed}
            B1 handover WH>PPK X print=2
            C1 print X 2
            D1 inspect X wet
        """)
        assert codes(chain) == ["DAMAGED"]
        assert (chain.item.print, chain.item.condition, chain.item.held_by) == (2, "wet", "PPK")


def test_a_forked_log_keeps_both_of_its_events():
    events = ledger("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        A2' handover WH>PPK2 X
        A3 inspect X good
    """)
    chains = [read(some) for some in permutations(events.values())]
    assert all(chain == chains[0] for chain in chains)
    assert len(chains[0].links) == 4
    assert "FORK" in codes(chains[0])


def test_one_handover_in_two_histories_of_a_log_is_one_handover():
    """A laptop was put back to an older copy, and the lost record keyed in again."""
    twice = """
        A1 register X at WH for TPS1
        A2 handover WH>PPK X at=07:00
        A2' handover WH>PPK X at=07:10
    """
    for some in permutations(ledger(twice).values()):
        chain = read(some)
        assert codes(chain) == [] and chain.held_by == "PPK"
        assert [link.is_repeat for link in chain.links] == [False, False, True]
    assert codes(chain_of(twice + "A3 handover WH>PPK X at=07:20")) == ["GAP"]


def test_references_in_a_circle_are_broken_by_the_smallest_digest():
    events = ledger("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        B1 [A2] handover PPK>TPS1 X
    """)
    a2, b1 = events["A2"], events["B1"]
    a2.body["refs"].append({"log": "B", "seq": 9, "leaf": b1.leaf})  # a lie: nobody can know a later digest
    for some in permutations(events.values()):
        assert read(some).held_by is not None


def test_an_event_given_twice_counts_once():
    events = list(
        ledger("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
    """).values()
    )
    assert read(events * 3) == read(events)


def test_events_of_other_items_do_no_harm():
    text = """
        A1 register X at WH for TPS1
        B1 handover WH>PPK X
        C1 [B1] handover WH>PPK2 X
    """
    others = """
        A2 register Y at WH for TPS1
        B2 [A2] handover WH>PPK Y
        A3 [B2] handover PPK>PPS Y
    """
    alone, together = chain_of(text), chain_of(text + others)
    assert steps(alone) == steps(together)
    assert open_codes(alone) == open_codes(together)


def test_what_was_known_counts_even_if_its_record_was_withdrawn():
    chain = chain_of("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        B1 [A2] handover PPK>PPS2 X
        B2 correct B1 did_not_occur
        B3 handover PPK>PPS X
    """)
    assert steps(chain) == "A1 A2:WH>PPK B3:PPK>PPS -B1:PPK>PPS2"
    assert codes(chain) == ["CORRECTED"]


def test_both_events_of_one_number_in_a_forked_log_are_ready_at_once():
    """Whichever of a forked log's two histories is taken first, the other one is not held up behind it."""
    events = ledger("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        A2' handover WH>PPK2 X
        A3 inspect X good
    """)
    order = causal_order(events.values())
    order.take(events["A1"])
    assert {event.leaf for event in order.ready()} == {events["A2"].leaf, events["A2'"].leaf}
    order.take(max((events["A2"], events["A2'"]), key=lambda event: event.leaf))
    [other] = order.ready()
    assert (other.seq, order.ready()) == (2, [other])
    order.take(other)
    assert order.ready() == [events["A3"]]


def test_of_a_forked_log_the_record_that_goes_on_from_custody_is_taken_first():
    """PPK2 has the box from the first of the two: linking them by their digests alone would invent a break."""
    for number in range(16):
        chain = chain_of(f"""
            A1 register X at WH for TPS9 kind=box{number}
            A2 handover PPK>PPK2 X
            A2' handover WH>PPK X
        """)
        assert steps(chain) == "A1 A2:WH>PPK A2:PPK>PPK2" and "GAP" not in codes(chain)


def test_logs_that_are_only_named_are_not_carried_along():
    """An event may name hundreds of logs that nobody has; kept for each event, they took gigabytes."""
    events = [
        Event(
            f"{number:064x}",
            {
                "type": "void",
                "labels": [],
                "at": "2024-02-12T01:10:00Z",
                "log": "AB"[number % 2],
                "seq": number // 2 + 1,
                "refs": [{"log": f"never-{number}-{k}", "seq": 1, "leaf": "0" * 64} for k in range(20)],
            },
        )
        for number in range(20)
    ]
    assert set().union(*causal_order(events)._clocks.values()) == {"A", "B"}


def test_what_a_stations_first_record_knew_is_not_forgotten_by_its_second():
    chain = chain_of("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        A3 handover PPK>PPS X
        B1 [A3] inspect X good
        B2 [A2] handover PPS>TPS1 X after=A2
    """)
    assert codes(chain) == ["FORK"]


def test_what_was_keyed_in_later_still_goes_before_what_its_own_log_says_next():
    events = ledger("""
        A1 register X at WH for TPS1
        A2 handover WH>PPK X
        A3 handover PPK>TPS1 X
    """)
    order = causal_order(events.values(), loose={events["A2"].leaf})
    order.take(events["A1"])
    assert order.ready() == [events["A2"]]


def test_what_nothing_orders_begins_with_the_registration():
    chain = chain_of("A1 register X at WH for TPS1\n" + "\n".join(f"{log}1 inspect X good" for log in "BCDEFGH"))
    assert steps(chain).split()[0] == "A1"
