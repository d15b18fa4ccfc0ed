"""Prints that were recorded as void (spoiled, lost, unused): what a chain makes of them when they turn up."""

from tests.support.custody_notation import chain_of, codes, open_codes

PRINTED = "A1 register X at WH for TPS1\nA2 print X 1\n"


def test_a_void_print_that_turns_up_afterwards_is_found():
    chain = chain_of(PRINTED + "A3 void X 1 spoiled\nA4 handover WH>PPK X print=1")
    assert open_codes(chain) == ["VOID_LABEL"]
    assert "spoiled" in str(chain.findings[0])
    assert chain.item.voids == chain.voids == ((1, "spoiled"),)
    assert [link.event.type for link in chain.links] == ["register", "print", "void", "handover"]


def test_a_label_that_was_scanned_before_it_was_lost_was_good_then():
    assert codes(chain_of(PRINTED + "A3 handover WH>PPK X print=1\nA4 void X 1 lost")) == []


def test_the_reprint_of_a_spoiled_label_is_good_and_the_spoiled_one_stays_void():
    text = PRINTED + "A3 void X 1 spoiled\nA4 print X 2\nA5 handover WH>PPK X print=2\n"
    assert codes(chain_of(text)) == []
    chain = chain_of(text + "A6 handover PPK>PPS X print=1")
    assert open_codes(chain) == ["VOID_LABEL"] and "spoiled" in str(chain.findings[0])


def test_a_void_print_is_found_by_a_station_that_did_not_know_of_it():
    chain = chain_of(PRINTED + "A3 void X 1 lost\nB1 [A2] handover WH>PPK X print=1")
    assert open_codes(chain) == ["VOID_LABEL"]


def test_a_void_that_is_withdrawn_is_none():
    chain = chain_of(PRINTED + "A3 void X 1 lost\nA4 correct A3 did_not_occur\nA5 handover WH>PPK X print=1")
    assert "VOID_LABEL" not in codes(chain) and chain.voids == ()


def test_the_first_word_on_a_print_holds():
    chain = chain_of(PRINTED + "A3 void X 1 spoiled\nA4 void X 1 lost\nA5 void X 2 unused")
    assert chain.voids == ((1, "spoiled"), (2, "unused"))


def test_a_first_print_that_is_void_was_made_and_no_higher_one():
    assert chain_of("A1 register X at WH for TPS1\nA2 void X 1 lost").item.print == 1
    chain = chain_of("A1 register X at WH for TPS1\nA2 void X 7 lost\nA3 handover WH>PPK X print=1")
    assert chain.item.print == 0 and codes(chain) == []


def test_a_void_moves_nothing():
    chain = chain_of(PRINTED + "A3 handover WH>PPK X\nA4 void X 1 spoiled")
    assert (chain.held_by, chain.item.print) == ("PPK", 1)


def test_a_blank_label_is_blank_until_it_is_registered_also_where_it_is_void():
    blank = chain_of("A1 print X 1\nA2 void X 1 lost\nA3 handover WH>PPK X print=1")
    assert open_codes(blank) == ["UNKNOWN_CODE", "VOID_LABEL"]
    assert blank.is_blank and blank.voids == ((1, "lost"),)
    claimed = chain_of("A1 print X 1\nA2 register X at WH for TPS1\nA3 handover WH>PPK X print=1")
    assert not claimed.is_blank and codes(claimed) == [] and claimed.item.print == 1
    assert not chain_of("A1 handover WH>PPK X").is_blank
