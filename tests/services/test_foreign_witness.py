"""Witnesses and logs that are not ours, both ways: an implementation of C2SP by somebody else."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from custody.errors import TamperError
from evidence.checkpoint import VerifierKey
from services.exchange.ledger_audit import AskedPolicy, audit_ledger
from services.exchange.sync import ask_own
from tests.support.foreign_witness import feed, foreign_python, foreign_witness
from tests.support.hub_examples import clone, own, remark
from tests.support.ledger_examples import planned_station, signer
from tests.support.merge_examples import join
from tests.support.witness_examples import policy_of, running_witness

FreshUrl = Callable[[], str]
pytestmark = pytest.mark.slow


def test_a_foreign_witness_cosigns_our_head_and_verify_takes_it(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    foreign_python()
    with planned_station(sqlite_url(), 1) as root:
        log, key = own(root), root.ledger.keys()[own(root)]
        with foreign_witness(tmp_path, {log: str(VerifierKey(log, key))}) as foreign:
            policy = policy_of(foreign)
            assert audit_ledger(root, asked=AskedPolicy(policy, must_be_met=True)).unmet == (log,)
            for count in (0, 1, 7):
                remark(root, count)
                asked = ask_own(root, policy)
                assert (asked.notes, asked.cosigned) == ((), (("foreign", log, root.ledger.sizes()[log]),))
            audit = audit_ledger(root, asked=AskedPolicy(policy, must_be_met=True))
            assert audit.is_ok and audit.unmet == ()
            [facts] = [facts for facts in audit.logs if facts.log == log]
            assert facts.policy is not None and facts.policy.met_to == root.ledger.sizes()[log]


def test_a_foreign_witness_refuses_our_second_history(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    foreign_python()
    with planned_station(sqlite_url(), 1) as root:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        vkey = str(VerifierKey(own(office), signer(2).public_key))
        with clone(sqlite_url(), office) as twin, foreign_witness(tmp_path, {own(office): vkey}) as foreign:
            remark(office, 2)
            remark(twin, 3)
            assert ask_own(office, policy_of(foreign)).cosigned
            with pytest.raises(TamperError):
                ask_own(twin, policy_of(foreign))
            assert "FORK" in {finding.code for finding in audit_ledger(twin).findings}


def test_our_witness_cosigns_the_heads_of_a_foreign_log_and_its_verifier_takes_them(tmp_path: Path) -> None:
    foreign_python()
    logs = {"foreign.example/log": [signer(7).public_key]}
    with running_witness(tmp_path, logs, is_plain=True, now_s=time.time) as ours:
        said = feed(ours.url, ours.vkey, "foreign.example/log")
    assert said == [
        *[f"cosigned {size} True" for size in (3, 3, 20, 21)],
        "refused 422",
        "refused 422",
        "told the size",
    ]
