"""A regency from its plan to the last polling station: every planted fault is found, and none is invented."""

from collections import Counter

import pytest

from bench.regency import differences, table, worked
from bench.scenario.field import WAREHOUSE
from bench.scenario.scene import FAULTS
from custody.chain.findings import SEVERITY


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 3])
def test_every_planted_fault_is_found_and_none_is_invented(tmp_path, seed):
    field = worked(tmp_path, 0.02, seed)
    assert differences(field) == [], table(field.expected, field.found)
    assert sum(field.planted.values()) == len(FAULTS)
    assert {subject[1] for subject in field.expected} == set(SEVERITY)


@pytest.mark.slow
def test_faults_that_meet_on_one_truck_and_at_one_place_are_told_apart(tmp_path):
    """Each fault three times in a small regency: three laptops load one truck, two more receive at one sub-district."""
    field = worked(tmp_path, 0.02, seed=1, times=3)
    assert differences(field) == [], table(field.expected, field.found)
    assert {"51.08.02": 2, WAREHOUSE: 3}.items() <= Counter(laptop.place for laptop in field.others).items()


def test_a_fault_is_on_the_list_for_every_finding_that_no_other_brings_about():
    told_besides = {"INCOMPLETE", "UNWITNESSED", "TAMPERED"}  # of whole logs, in bench/scenario/evidence.py
    assert {fault.code for fault in FAULTS} | told_besides == set(SEVERITY)
    assert len({fault.how for fault in FAULTS}) == len(FAULTS)
