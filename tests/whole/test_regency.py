"""A regency from its plan to the last polling station: every planted fault is found, and none is invented."""

import pytest

from bench.regency import differences, table, worked
from bench.scenario.scene import FAULTS
from custody.chain.findings import SEVERITY


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_every_planted_fault_is_found_and_none_is_invented(tmp_path, seed):
    field = worked(tmp_path, 0.02, seed)
    assert differences(field) == [], table(field.expected, field.found)
    assert sum(field.planted.values()) == len(FAULTS)
    assert {subject[1] for subject in field.expected} == set(SEVERITY)


def test_a_fault_is_on_the_list_for_every_finding_that_no_other_brings_about():
    told_besides = {"INCOMPLETE", "UNWITNESSED", "TAMPERED"}  # of whole logs, in bench/scenario/evidence.py
    assert {fault.code for fault in FAULTS} | told_besides == set(SEVERITY)
    assert len({fault.how for fault in FAULTS}) == len(FAULTS)
