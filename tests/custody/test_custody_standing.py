"""What the logs under a chain are worth: a forked log is doubted from the number on from which it differs."""

import pytest

from custody.chain.roster import LogOwner, Roster
from custody.chain.standing import with_standing
from tests.support.custody_notation import chain_of, ledger

LEDGER = """
    A1 register X at WH for TPS1
    A2 handover WH>PPK X
    A3 inspect X wet
"""
NAME = ledger(LEDGER)["A1"].log
KEY = "ab" * 32
ROSTER = Roster("cd" * 32, {NAME: LogOwner(KEY, "Gudang", "WH")}, {KEY: frozenset()}, {})


@pytest.mark.parametrize(("from_number", "first_in_doubt"), [(1, 1), (2, 2), (3, 3), (4, None)])
def test_a_record_is_in_doubt_from_the_very_number_at_which_its_log_forked(from_number, first_in_doubt):
    events = {event.leaf: event.seq for event in ledger(LEDGER).values()}
    chain = with_standing(chain_of(LEDGER), ROSTER, {NAME: from_number}, [])
    doubted = [events[finding.leaf] for finding in chain.findings if finding.code == "FORK"]
    assert doubted == ([] if first_in_doubt is None else [first_in_doubt])
