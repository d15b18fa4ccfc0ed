"""What a label says against: unknown codes, void prints, prints that nobody recorded, prints made twice."""

from custody.chain.chain import custody
from tests.support.custody_notation import PLACES, chain_of, code_of, codes, ledger, open_codes

REGISTERED = "A1 register X at WH for TPS1\n"


def test_a_code_that_nobody_registered_is_unknown_and_still_recorded():
    chain = chain_of("A1 handover WH>PPK X")
    assert open_codes(chain) == ["UNKNOWN_CODE"]
    assert (chain.item, chain.held_by, len(chain.links)) == (None, "PPK", 1)


def test_an_unknown_code_is_provisional_until_the_givers_log_is_met():
    assert chain_of("B1 handover WH>PPK X", met=frozenset({"PPK"})).findings[0].is_provisional
    assert not chain_of("B1 handover WH>PPK X", met=frozenset({"WH"})).findings[0].is_provisional


def test_an_unknown_code_closes_when_it_is_registered_later():
    chain = chain_of("A1 handover WH>PPK X\nA2 register X at WH for TPS1")
    assert codes(chain) == ["UNKNOWN_CODE"]
    assert open_codes(chain) == []
    assert chain.held_by == chain.item.held_by == "PPK"


def test_the_first_print_is_taken_as_issued():
    assert codes(chain_of(REGISTERED + "B1 [A1] handover WH>PPK X print=1")) == []


def test_a_code_typed_without_its_print_says_nothing_about_prints():
    assert codes(chain_of(REGISTERED + "A2 print X 2\nA3 handover WH>PPK X print=none")) == []


def test_the_newest_print_is_good():
    chain = chain_of(REGISTERED + "A2 print X 1\nA3 print X 2\nA4 handover WH>PPK X print=2")
    assert codes(chain) == []
    assert chain.item.print == 2


def test_a_void_print_seen_after_the_reprint_is_found():
    chain = chain_of(REGISTERED + "A2 print X 1\nA3 print X 2\nA4 handover WH>PPK X print=1")
    assert open_codes(chain) == ["VOID_LABEL"]


def test_the_old_print_seen_before_the_reprint_is_good():
    chain = chain_of(REGISTERED + "A2 print X 1\nA3 handover WH>PPK X print=1\nA4 print X 2")
    assert codes(chain) == []


def test_a_void_print_is_found_by_a_station_that_did_not_know_of_the_reprint():
    chain = chain_of(
        REGISTERED
        + """
        A2 print X 2
        A3 handover WH>DK8123AB X print=2
        B1 [A1] handover DK8123AB>PPK X print=1
        """
    )
    assert open_codes(chain) == ["VOID_LABEL"]


def test_the_other_sides_record_of_a_handover_is_judged_by_the_label_it_saw():
    chain = chain_of(REGISTERED + "A2 print X 2\nA3 handover WH>PPK X print=2\nB1 [A3] handover WH>PPK X print=1")
    assert open_codes(chain) == ["VOID_LABEL"]


def test_a_print_that_nobody_recorded_is_a_suspected_copy():
    chain = chain_of(REGISTERED + "A2 print X 1\nA3 handover WH>PPK X print=2")
    assert open_codes(chain) == ["SUSPECTED_COPY"]
    assert codes(chain_of(REGISTERED + "A2 handover WH>PPK X print=2")) == ["SUSPECTED_COPY"]


def test_an_unknown_print_is_provisional_until_the_givers_log_is_met():
    text = REGISTERED + "B1 [A1] handover WH>PPK X print=2"
    assert chain_of(text, met=frozenset({"PPK"})).findings[0].is_provisional
    assert codes(chain_of(text + "\nA2 print X 2")) == []


def test_one_print_made_by_two_stations_is_a_suspected_copy():
    chain = chain_of(REGISTERED + "A2 print X 2\nB1 [A1] print X 2")
    assert open_codes(chain) == ["SUSPECTED_COPY"]


def test_one_print_made_twice_by_one_station_is_no_copy():
    assert codes(chain_of(REGISTERED + "A2 print X 1\nA3 print X 1")) == []


def test_a_print_before_its_registration_counts():
    chain = chain_of("A1 print X 2\nA2 register X at WH for TPS1\nA3 handover WH>PPK X print=2")
    assert codes(chain) == []
    assert chain.item.print == 2


def test_what_a_paper_foretold_is_for_information_while_nothing_is_registered_here():
    paper = "A2 handover WH>DK8123AB X bound=PPK\n"
    whole = ledger(REGISTERED + paper + "B1 [A2] handover DK8123AB>PPK X\nB2 [B1] handover PPK>PPS X")
    read = [whole["B1"], whole["B2"]]

    def severities(met: frozenset[str] | None) -> list[str]:
        chain = custody(code_of("X"), read, PLACES, met=met)
        return [finding.severity for finding in chain.findings if finding.code == "UNKNOWN_CODE"]

    assert severities(frozenset()) == ["info", "info"], "its paper, and then our own record"
    assert severities(frozenset({"PPK"})) == ["critical", "critical"], "something is registered, and this is not"
    assert severities(None) == ["critical", "critical"]


def test_what_no_paper_foretold_is_critical_where_nothing_is_registered_either():
    for after in ("none", "B1"):
        text = f"B1 handover DK8123AB>PPK X after=none\nB2 handover PPK>PPS X after={after}"
        chain = chain_of(text, met=frozenset())
        assert [finding.severity for finding in chain.findings if finding.code == "UNKNOWN_CODE"] == ["critical"] * 2
