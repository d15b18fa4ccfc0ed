"""Who holds what, and what it means that somebody gives what another holds: GAP, FORK, SUSPECTED_COPY."""

from tests.support.custody_notation import chain_of, codes, open_codes, steps

REGISTERED = "A1 register X at WH for TPS1\n"


def test_the_receiver_of_the_last_handover_holds_the_item():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nA3 handover PPK>TPS1 X")
    assert chain.held_by == chain.item.held_by == "TPS1"
    assert codes(chain) == []


def test_a_truck_is_a_custodian():
    chain = chain_of(REGISTERED + "A2 handover WH>DK8123AB X bound=PPK\nB1 [A2] handover DK8123AB>PPK X")
    assert chain.held_by == "PPK"
    assert codes(chain) == []


def test_without_a_handover_whoever_registered_it_holds_it():
    assert chain_of(REGISTERED).held_by == "WH"


def test_giving_what_another_is_known_to_hold_is_a_gap():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nA3 handover PPS>TPS1 X")
    assert open_codes(chain) == ["GAP"]
    assert chain.held_by == "TPS1"


def test_handing_over_twice_by_one_log_is_a_gap():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nA3 handover WH>PPK X")
    assert open_codes(chain) == ["GAP"]


def test_a_checkpoint_that_recorded_nothing_is_a_gap_even_for_who_was_offline():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nB1 handover PPS>TPS1 X")
    assert open_codes(chain) == ["GAP"]


def test_an_unrecorded_loading_or_unloading_is_a_gap():
    assert open_codes(chain_of(REGISTERED + "B1 handover DK8123AB>PPK X")) == ["GAP"]
    off = chain_of(REGISTERED + "A2 handover WH>DK8123AB X\nB1 handover PPK>PPS X")
    assert open_codes(off) == ["GAP"]


def test_two_handovers_by_one_giver_that_do_not_know_of_each_other_are_a_fork():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nB1 [A1] handover WH>PPS X")
    assert open_codes(chain) == ["FORK"]


def test_both_branches_of_a_fork_stay_and_break_once():
    chain = chain_of(
        REGISTERED
        + """
        A2 handover WH>PPK X
        A3 handover PPK>PPS X
        B1 [A1] handover WH>TPS1 X
        B2 handover TPS1>TPS2 X
        """,
        places=None,
    )
    assert open_codes(chain) == ["FORK"]
    assert len(chain.links) == 5


def test_two_holders_that_no_handover_joins_are_a_suspected_copy():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nB1 [A1] handover PPK2>PPS2 X")
    assert "SUSPECTED_COPY" in open_codes(chain)
    assert "GAP" not in codes(chain)


def test_a_second_truck_is_a_gap_while_a_mistyped_plate_explains_it():
    text = REGISTERED + "A2 handover WH>DK8123AB X\nB1 [A1] handover DK9000ZZ>PPK2 X"
    assert "GAP" in open_codes(chain_of(text))


def test_a_second_truck_is_a_suspected_copy_once_the_first_has_arrived_elsewhere():
    text = REGISTERED + "A2 handover WH>DK8123AB X\nB1 [A1] handover DK9000ZZ>PPK2 X\nC1 [A2] handover DK8123AB>PPK X"
    assert "SUSPECTED_COPY" in open_codes(chain_of(text))


def test_a_copy_that_turns_up_after_the_original_arrived_is_suspected():
    chain = chain_of(
        REGISTERED
        + """
        A2 handover WH>PPK X
        B1 [A2] handover PPK>TPS1 X
        C1 handover PPS>TPS2 X
        """
    )
    assert "SUSPECTED_COPY" in open_codes(chain)


def test_one_handover_recorded_by_both_sides_is_one_handover():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nB1 [A1] handover WH>PPK X")
    assert codes(chain) == []
    assert chain.held_by == "PPK"
    assert sum(link.has_moved for link in chain.links) == 2
    assert sum(link.is_repeat for link in chain.links) == 1


def test_a_repeated_record_does_not_move_the_item_back():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nA3 handover PPK>TPS1 X\nB1 [A1] handover WH>PPK X")
    assert chain.held_by == "TPS1"
    assert codes(chain) == []


def test_a_receipt_that_knows_the_dispatch_is_the_same_handover():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nB1 [A2] handover WH>PPK X\nB2 handover PPK>TPS1 X")
    assert steps(chain) == "A1 A2:WH>PPK B1= B2:PPK>TPS1"
    assert codes(chain) == []


def test_a_log_records_a_handover_once():
    chain = chain_of(
        REGISTERED
        + """
        A2 handover WH>PPK X
        B1 [A2] handover WH>PPK X
        B2 handover WH>PPK X
        """
    )
    assert open_codes(chain) == ["GAP"]


def test_the_same_way_twice_is_two_handovers_where_each_side_recorded_both():
    chain = chain_of(
        REGISTERED
        + """
        A2 handover WH>PPK X
        A3 handover PPK>WH X
        A4 handover WH>PPK X
        B1 [A1] handover WH>PPK X
        B2 handover WH>PPK X
        """,
        places=None,
    )
    assert codes(chain) == []
    assert chain.held_by == "PPK"
    assert sum(link.has_moved for link in chain.links) == 4


def test_a_receipt_is_known_before_it_is_recorded():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X")
    assert chain.is_recorded("WH", "PPK", log="B")
    assert not chain.is_recorded("WH", "PPK", log="A")
    assert not chain.is_recorded("PPK", "WH", log="B")
    assert not chain_of(REGISTERED).is_recorded("WH", "PPK", log="B")


def test_a_gap_is_provisional_until_the_givers_log_is_met():
    text = REGISTERED + "A2 handover WH>PPK X\nB1 [A1] handover PPK2>PPS2 X"
    (gap,) = (f for f in chain_of(text, met=frozenset({"WH"})).findings if f.code in ("GAP", "SUSPECTED_COPY"))
    assert (gap.code, gap.is_provisional) == ("GAP", True)
    (copy,) = (f for f in chain_of(text, met=frozenset({"PPK2"})).findings if f.code in ("GAP", "SUSPECTED_COPY"))
    assert (copy.code, copy.is_provisional) == ("SUSPECTED_COPY", False)


def test_meeting_the_missing_log_explains_a_provisional_gap():
    text = REGISTERED + "A2 handover WH>PPK X\nC1 [A1] handover PPS>TPS1 X"
    assert codes(chain_of(text)) == ["GAP"]
    assert codes(chain_of(text + "\nB1 [A2] handover PPK>PPS X")) == []


def test_a_gap_after_a_carrier_is_explained_by_whoever_loaded_it():
    text = REGISTERED + "B1 [A1] handover DK8123AB>PPK X"
    assert chain_of(text, met=frozenset({"WH"})).findings[0].is_provisional is False
    assert chain_of(text, met=frozenset({"PPK"})).findings[0].is_provisional is True


def test_stations_that_loaded_the_same_list_both_may_give_first():
    for seed in range(8):
        chain = chain_of(f"""
            A1 register X at WH for TPS1 kind=box{seed}
            B1 register X at PPK for TPS1 kind=box{seed}
            A2 handover WH>PPK X
            B2 handover PPK>TPS1 X
        """)
        assert codes(chain) == []
        assert chain.held_by == "TPS1"


def test_one_code_registered_as_two_things_is_a_suspected_copy():
    chain = chain_of("A1 register X at WH for TPS1\nB1 register X at PPK2 for TPS9")
    assert open_codes(chain) == ["SUSPECTED_COPY"]


def test_after_older_than_what_its_log_knew_is_a_fork():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nA3 handover PPK>PPS X after=A1")
    assert open_codes(chain) == ["FORK"]
    assert codes(chain_of(REGISTERED + "A2 handover WH>PPK X\nA3 handover PPK>PPS X after=none")) == ["FORK"]


def test_after_older_than_another_log_knew_is_no_fork():
    chain = chain_of(REGISTERED + "A2 handover WH>PPK X\nB1 [A1] handover PPK>PPS X after=A1")
    assert codes(chain) == []


def test_after_may_name_an_event_that_a_correction_took_back():
    chain = chain_of(
        REGISTERED
        + """
        A2 handover WH>PPK2 X
        A3 correct A2 did_not_occur
        A4 handover WH>PPK X after=A2
        """
    )
    assert codes(chain) == ["CORRECTED"]


def test_after_may_point_nowhere():
    chain = chain_of(REGISTERED + "B1 handover WH>PPK X after=none")
    assert codes(chain) == []


def test_a_handover_in_parts_is_one_handover():
    chain = chain_of(
        """
        A1 register X,P at WH for TPS1
        A2 pack P add X
        A3 handover WH>PPK P bast=7 part=1 parts=2
        A4 handover WH>PPK X bast=7 part=2 parts=2
        """
    )
    assert steps(chain) == "A1 A2 A4:WH>PPK"
    assert codes(chain) == []
