"""Parents: a handover names what was scanned, and moves what is inside it."""

from tests.support.custody_notation import chain_of, codes, open_codes, steps

PACKED = """
    A1 register X,P at WH for TPS1
    A2 pack P add X
"""


def test_a_parent_moves_its_children_unseen():
    chain = chain_of(PACKED + "A3 handover WH>PPK P")
    assert steps(chain) == "A1 A2 A3:(WH>PPK)"
    assert chain.held_by == chain.item.held_by == "PPK"
    assert (chain.links[-1].is_seen, chain.links[-1].how) == (False, None)


def test_a_child_that_was_scanned_too_is_seen():
    chain = chain_of(PACKED + "A3 handover WH>PPK P,X")
    assert steps(chain) == "A1 A2 A3:WH>PPK"
    assert chain.links[-1].is_seen
    assert codes(chain) == []


def test_a_child_seen_by_another_laptop_at_the_same_handover_is_seen():
    chain = chain_of(PACKED + "A3 handover WH>PPK P bast=7\nB1 [A2] handover WH>PPK X bast=7")
    assert steps(chain) == "A1 A2 B1:WH>PPK"
    assert codes(chain) == []


def test_a_child_seen_only_by_the_receiver_was_moved_once():
    for seed in range(8):
        chain = chain_of(f"""
            A1 register X,P at WH for TPS1 kind=box{seed}
            A2 pack P add X
            A3 handover WH>PPK P
            B1 [A2] handover WH>PPK X
            A4 handover PPK>PPS P
        """)
        assert codes(chain) == []
        assert chain.held_by == "PPS"


def test_packs_within_packs_move_together():
    chain = chain_of("""
        A1 register X,P,Q at WH for TPS1
        A2 pack P add X
        A3 pack Q add P
        A4 handover WH>PPK Q
    """)
    assert chain.held_by == "PPK"
    assert steps(chain) == "A1 A2 A4:(WH>PPK)"


def test_what_was_taken_out_stays():
    chain = chain_of(PACKED + "A3 pack P remove X\nA4 handover WH>PPK P")
    assert chain.held_by == "WH"


def test_taking_it_out_of_another_pack_changes_nothing():
    chain = chain_of(PACKED + "A3 pack Q remove X\nA4 handover WH>PPK P")
    assert chain.held_by == "PPK"


def test_a_child_handed_over_on_its_own_has_left_its_pack():
    chain = chain_of(PACKED + "A3 handover WH>TPS1 X\nA4 handover WH>PPK P")
    assert steps(chain) == "A1 A2 A3:WH>TPS1"
    assert chain.held_by == "TPS1"


def test_a_child_packed_elsewhere_than_recorded_moves_with_its_pack():
    chain = chain_of("""
        A1 register X at VENDOR for TPS1
        A2 register P at WH for TPS1
        A3 pack P add X
        A4 handover WH>PPK P
    """)
    assert chain.held_by == "PPK"


def test_a_child_carried_astray_is_found_though_nobody_saw_it():
    assert open_codes(chain_of(PACKED + "A3 handover WH>TPS9 P")) == ["WRONG_DESTINATION"]


def test_a_scan_after_the_parents_move_is_no_gap():
    chain = chain_of(PACKED + "A3 handover WH>PPK P\nA4 handover PPK>TPS1 X")
    assert steps(chain) == "A1 A2 A3:(WH>PPK) A4:PPK>TPS1"
    assert codes(chain) == []


def test_the_scan_of_a_child_is_linked_behind_the_move_of_its_pack():
    for seed in range(8):
        chain = chain_of(f"""
            A1 register X,P at WH for TPS1 kind=box{seed}
            A2 pack P add X
            A3 handover WH>PPK P
            B1 [A2] handover PPK>TPS1 X
        """)
        assert steps(chain) == "A1 A2 A3:(WH>PPK) B1:PPK>TPS1"
        assert codes(chain) == []


def test_a_child_moved_by_its_pack_is_not_stale_to_its_own_log():
    chain = chain_of(PACKED + "A3 handover WH>PPK P\nA4 handover PPK>TPS1 X after=A2")
    assert codes(chain) == []


def test_a_pack_inside_itself_ends():
    assert chain_of(PACKED + "A3 pack X add P\nA4 handover WH>PPK P").held_by == "PPK"
    assert chain_of("A1 register X at WH for TPS1\nA2 pack X add X\nA3 handover WH>PPK X").held_by == "PPK"


def test_a_look_into_a_pack_blames_nobody_for_what_another_station_did_at_that_time():
    for letter in "CDEFGHIJ":
        begun = f"A1 register {letter},P at WH for TPS1\n"
        out = f"A2 pack P add {letter}\nB1 [A2] pack P remove {letter}\nA3 pack P check scope=full"
        into = f"B1 [A1] pack P add {letter}\nA3 pack P check scope=full"
        for text in (out, into):
            assert "SHORTAGE" not in codes(chain_of(begun + text, letter))
