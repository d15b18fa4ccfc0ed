"""Corrections: who may withdraw what, what the chain shows, and when that is disputed."""

from tests.support.custody_notation import chain_of, code_of, codes, ledger, open_codes, read, steps

MOVED = """
    A1 register X at WH for TPS1
    A2 handover WH>PPK2 X
"""


def test_a_withdrawn_handover_moves_nothing_and_is_still_shown():
    chain = chain_of(MOVED + "A3 correct A2 did_not_occur")
    assert chain.held_by == "WH"
    assert steps(chain) == "A1 -A2:WH>PPK2"
    assert codes(chain) == ["CORRECTED"]


def test_a_correction_may_name_what_is_right():
    chain = chain_of(MOVED + "A3 handover WH>PPK X\nA4 correct A2 A3 incorrect_data", places=None)
    assert chain.held_by == "PPK"
    assert codes(chain) == ["CORRECTED"]


def test_what_is_right_stands_where_the_wrong_record_stood():
    chain = chain_of(
        """
        A1 register X at WH for TPS1
        A2 handover WH>PPK2 X
        B1 [A2] handover PPK>PPS X
        A3 [B1] inspect X good
        A4 handover WH>PPK X
        A5 correct A2 A4 incorrect_data
    """,
        places=None,
    )
    assert chain.held_by == "PPS"
    assert "GAP" not in codes(chain)
    assert steps(chain) == "A1 A4:WH>PPK B1:PPK>PPS A3 -A2:WH>PPK2"


def test_a_withdrawn_correction_does_not_count():
    chain = chain_of(MOVED + "A3 correct A2 did_not_occur\nA4 correct A3 did_not_occur", places=None)
    assert chain.held_by == "PPK2"
    assert codes(chain) == []


def test_a_withdrawn_withdrawal_of_a_correction_counts_again():
    text = "A3 correct A2 did_not_occur\nA4 correct A3 did_not_occur\nA5 correct A4 did_not_occur"
    assert chain_of(MOVED + text).held_by == "WH"


def test_a_long_row_of_corrections_ends():
    rows = "".join(f"A{i} correct A{i - 1} did_not_occur\n" for i in range(3, 1203))
    assert chain_of(MOVED + rows).held_by == "PPK2"


def test_only_the_log_that_wrote_it_may_withdraw_a_record():
    chain = chain_of(MOVED + "B1 correct A2 did_not_occur", places=None)
    assert chain.held_by == "PPK2"
    assert open_codes(chain) == ["DISPUTED"]


def test_root_may_withdraw_any_record():
    chain = chain_of(MOVED + "B1 correct A2 did_not_occur", roots=frozenset({"B"}))
    assert chain.held_by == "WH"
    assert codes(chain) == ["CORRECTED"]


def test_root_may_withdraw_a_correction():
    text = MOVED + "A3 correct A2 did_not_occur\nB1 correct A3 did_not_occur"
    assert chain_of(text, roots=frozenset({"B"}), places=None).held_by == "PPK2"


def test_a_request_that_was_withdrawn_disputes_nothing():
    assert codes(chain_of(MOVED + "B1 correct A2 did_not_occur\nB2 correct B1 did_not_occur", places=None)) == []


def test_a_record_that_another_log_acted_on_is_disputed():
    chain = chain_of(MOVED + "B1 [A2] handover PPK2>PPS2 X\nA3 correct A2 did_not_occur", places=None)
    assert "DISPUTED" in open_codes(chain)
    assert "CORRECTED" in codes(chain)


def test_acting_with_knowledge_of_the_correction_disputes_nothing():
    chain = chain_of(MOVED + "A3 correct A2 did_not_occur\nA4 handover WH>PPK X\nB1 [A4] handover PPK>TPS1 X")
    assert codes(chain) == ["CORRECTED"]


def test_the_other_sides_record_of_the_same_handover_disputes_its_withdrawal():
    chain = chain_of(MOVED + "B1 [A1] handover WH>PPK2 X\nA3 correct A2 did_not_occur", places=None)
    assert chain.held_by == "PPK2"
    assert codes(chain) == ["CORRECTED", "DISPUTED"]


def test_a_record_replaced_by_one_that_says_the_same_of_the_item_is_not_disputed():
    chain = chain_of(
        MOVED + "B1 [A2] handover PPK2>PPS2 X\nA3 handover WH>PPK2 X\nA4 correct A2 A3 incorrect_data", places=None
    )
    assert "DISPUTED" not in codes(chain)


def test_a_registration_can_be_withdrawn():
    chain = chain_of("A1 register X at WH for TPS1\nA2 correct A1 did_not_occur")
    assert (chain.item, chain.held_by) == (None, None)
    assert steps(chain) == "-A1"


def test_a_withdrawn_pack_carries_nothing():
    chain = chain_of("""
        A1 register X,P at WH for TPS1
        A2 pack P add X
        A3 handover WH>PPK P
        A4 correct A2 did_not_occur
    """)
    assert chain.held_by == "WH"


def test_a_correction_of_an_unknown_event_waits_for_it():
    events = ledger(MOVED + "A3 correct A2 did_not_occur")
    del events["A2"]
    assert codes(read(events.values())) == []


def test_a_correction_of_another_item_says_nothing_here():
    chain = chain_of(MOVED + "A3 register Y at WH for TPS1\nA4 correct A3 did_not_occur", places=None)
    assert codes(chain) == []
    assert all(code_of("X") in link.event.rows for link in chain.links)
