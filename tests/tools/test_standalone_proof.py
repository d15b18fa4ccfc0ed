"""Proof files before both verifiers, the program's and the one that stands alone: one verdict on each."""

import ast
import contextlib
import io
import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from custody.compose.compose import Handover
from custody.format.encoding import key_fingerprint
from evidence.checkpoint import make_checkpoint
from evidence.custody_proof import CustodyProof, audit_proof, read_custody_proof
from evidence.proof import make_proof
from evidence.tree import Tree
from services.exchange.custody_report import prove
from services.records.handovers import record_handover
from services.records.label_prints import record_prints
from services.records.membership import revoke
from tests.support.evidence_logs import Station
from tests.support.ledger_examples import TRUCK, absorb, boxes, give, planned_station, signer, touched
from tests.support.merge_examples import join
from tests.support.proof_attacks import ATTACKS, Dice, is_harmless
from tests.support.tool_examples import TOOLS
from tests.support.two_verifiers import proof_by_the_program, proof_by_the_tool, proof_tool

ROOT = key_fingerprint(signer().public_key)


@pytest.fixture(scope="module")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> list[CustodyProof]:
    """Of one box over one station's log, over two stations', and one whose second station was revoked in between."""
    folder = tmp_path_factory.mktemp("proofs")
    with ExitStack() as stack:
        root = stack.enter_context(planned_station(f"sqlite:///{folder / 'root.db'}"))
        post = join(f"sqlite:///{folder / 'post.db'}", 2, root, place="51.08.01", name="Pos")
        stack.enter_context(post.close_after_test)  # type: ignore[attr-defined]
        codes = boxes(root, 6)
        record_prints(root, codes, sheet="a4-3x7")
        give(root, codes, TRUCK)
        found = [prove(root.state, codes[:1]).proof]
        absorb(post, root)
        record_handover(post, Handover(TRUCK, "51.08.01"), touched(codes))
        record_handover(post, Handover("51.08.01", "51.08.01.2001"), touched(codes[:2]))
        absorb(root, post)
        root.heads.take(post.heads.own_head(), at="2024-02-10T08:00:00Z")
        found.append(prove(root.state, codes[:2]).proof)
        revoke(root, "Pos", reason="stolen", last_good=2)
        return [*found, prove(root.state, codes[:1]).proof]


def head_of(proof: CustodyProof) -> str:
    return proof.proofs[-1].partition("\n\n")[2]


def test_both_find_nothing_wrong_with_true_proofs(proofs: list[CustodyProof], tmp_path: Path) -> None:
    for proof in proofs:
        for root in (None, ROOT, "0" * 64):
            for heads in ([], [head_of(proofs[0])], [head_of(proof), head_of(proofs[1])]):
                one, two = (
                    proof_by_the_program(str(proof), root, heads),
                    proof_by_the_tool(tmp_path, str(proof), root, heads),
                )
                assert one == two and one[0] == (root != "0" * 64)
        assert proof_by_the_tool(tmp_path, str(proof), ROOT, [head_of(proof)]) == (True, set())


def test_what_is_no_head_is_wrong_use_and_nothing_is_checked(proofs: list[CustodyProof], tmp_path: Path):
    for text in ("", "no head", head_of(proofs[0])[1:-1]):
        with pytest.raises(SystemExit) as stopped:
            proof_by_the_tool(tmp_path, str(proofs[0]), ROOT, [text])
        assert stopped.value.code == 2


def attack_all(proofs: list[CustodyProof], folder: Path, count: int) -> None:
    for number in range(count):
        for attack in ATTACKS:
            proof = proofs[number % 2]  # of the third one, only whole logs show that the revocation was left out
            text = attack(proof, Dice(number))
            (ok, found), (same, _) = (
                proof_by_the_program(text, ROOT, [head_of(proof)]),
                proof_by_the_tool(folder, text, ROOT, [head_of(proof)]),
            )
            assert ok == same, (attack.__name__, number)
            assert not ok or "UNKNOWN_STATION" in found or is_harmless(text, proof), (attack.__name__, number)


def test_both_come_to_one_verdict_on_every_attack(proofs: list[CustodyProof], tmp_path: Path) -> None:
    attack_all(proofs, tmp_path, 3)


def test_each_finding_is_told_in_indonesian_too() -> None:
    tree = ast.parse((TOOLS / "verify_proof.py").read_text("utf-8"))
    constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    told = {
        node.args[3]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "find"
    }
    assert len(told) > 15 and all(isinstance(text, ast.Name) or text.value in proof_tool.WORDS for text in told)
    assert proof_tool.WORDS.keys() <= constants, "nothing is translated that is not said"
    for english, indonesian in proof_tool.WORDS.items():
        assert english != indonesian and english.count("{}") == indonesian.count("{}")


def test_a_false_genesis_under_a_logs_name_accuses_no_log(proofs: list[CustodyProof], tmp_path: Path) -> None:
    name = head_of(proofs[0]).partition("\n")[0]
    false, later = Station(9, name).fill(3), Station(9, name)
    later.dice = Dice(5)
    later.fill(3)
    entries = [false.entries[0], false.entries[1], later.entries[2]]
    tree = Tree(entry.leaf for entry in entries)
    head = make_checkpoint(name, 3, tree.root(3), false.public_key, false.secret.sign)
    made = [
        make_proof(entry.body + b"\n" + entry.signatures.encode(), number, tree.inclusion_proof(number), head)
        for number, entry in enumerate(entries)
    ]
    text = str(CustodyProof(proofs[0].codes, (*proofs[0].proofs, *made)))
    path = tmp_path / "box.proof"
    path.write_bytes(text.encode())
    for root in (ROOT, None):
        ours = {finding.accuses for finding in audit_proof(read_custody_proof(text), root=root).findings}
        with contextlib.redirect_stdout(io.StringIO()) as out:
            proof_tool.main([str(path), "--json", *(["--root", root] if root else [])])
        told = {finding["accuses"] for finding in json.loads(out.getvalue())["findings"]}
        for accused in (ours, told):
            assert "file" in accused and "log" not in accused


@pytest.mark.slow
def test_both_come_to_one_verdict_on_five_hundred_attacks(proofs: list[CustodyProof], tmp_path: Path) -> None:
    attack_all(proofs, tmp_path, 50)
