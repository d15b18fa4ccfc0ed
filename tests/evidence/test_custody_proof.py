"""Proofs that travel alone: a dishonest reporter cannot drop, reorder, edit or exchange anything of them unnoticed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from custody.compose.compose import Handover
from custody.errors import CustodyError
from custody.format.encoding import key_fingerprint
from db.store import Store
from evidence.custody_proof import CustodyProof, ProofAudit, audit_proof, read_custody_proof
from services.exchange.custody_report import prove
from services.exchange.evidence_files import audit_file
from services.records.handovers import record_handover
from services.records.label_prints import record_prints
from services.records.membership import revoke
from tests.support.command_examples import Terminal
from tests.support.ledger_examples import (
    TPS,
    TRUCK,
    absorb,
    boxes,
    empty_ledger,
    give,
    planned_station,
    signer,
    touched,
)
from tests.support.merge_examples import join
from tests.support.proof_attacks import ATTACKS, Dice, is_harmless

ROOT = key_fingerprint(signer().public_key)


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> CustodyProof:
    """The proof of one box that was registered, printed, handed over twice and once among others."""
    with planned_station(f"sqlite:///{tmp_path_factory.mktemp('proof') / 'ledger.db'}") as store:
        codes = boxes(store, 12)
        record_prints(store, codes, sheet="a4-3x7")
        give(store, codes, TRUCK)
        give(store, codes[:5], "51.08.01", TRUCK)
        boxes(store, 20, TPS[1])
        return prove(store.state, codes[:1]).proof


@pytest.fixture(scope="module")
def head(proof: CustodyProof) -> str:
    return proof.proofs[0].partition("\n\n")[2]


def test_a_true_proof_proves_every_record_of_the_item(proof: CustodyProof, head: str) -> None:
    audit = audit_proof(read_custody_proof(str(proof)), root=ROOT, heads=[head])
    assert audit.is_ok
    assert audit.findings == ()
    assert [event.type for event in audit.events] == ["genesis", "register", "print", "handover", "handover"]
    assert audit.logs[0].witnessed_to == audit.logs[0].size


def test_without_root_or_head_it_is_self_consistent_only(proof: CustodyProof) -> None:
    assert "self-consistent only" in audit_proof(proof).verdict
    assert "whether others were left out" in audit_proof(proof, root=ROOT).verdict


def test_the_proof_of_a_record_is_less_than_2_kilobytes_besides_the_record(proof: CustodyProof) -> None:
    for text in proof.proofs:
        entry = next(line for line in text.split("\n") if line.startswith("extra "))
        assert len(text.encode()) - len(entry) < 2048


# --- a dishonest reporter ---------------------------------------------------------------------------------------------


def refused(text: str, head: str) -> bool:
    """Whether it is wrong, or said not to count: a log that the root never admitted may stand in a file."""
    try:
        audit = audit_proof(read_custody_proof(text), root=ROOT, heads=[head])
    except CustodyError:
        return True
    return not audit.is_ok or "UNKNOWN_STATION" in [finding.code for finding in audit.findings]


def attack_all(proof: CustodyProof, head: str, count: int) -> None:
    for number in range(count):
        for attack in ATTACKS:
            text = attack(proof, Dice(number))
            assert refused(text, head) or is_harmless(text, proof), (attack.__name__, number)


def test_no_attack_on_a_true_proof_passes(proof: CustodyProof, head: str) -> None:
    attack_all(proof, head, 9)


@pytest.mark.slow
def test_five_hundred_attacks_on_a_true_proof_fail(proof: CustodyProof, head: str) -> None:
    attack_all(proof, head, 50)


def test_a_proof_of_another_key_is_not_vouched_for(tmp_path: Path, head: str) -> None:
    with planned_station(f"sqlite:///{tmp_path / 'ledger.db'}", seed=3) as store:
        codes = boxes(store, 1)
        forged = prove(store.state, codes).proof
    assert audit_proof(forged).is_ok
    audit = audit_proof(forged, root=ROOT)
    assert not audit.is_ok
    assert "nobody vouches" in str(audit.findings[0])


def test_a_second_history_is_told_by_a_head_that_was_kept(tmp_path: Path) -> None:
    """The same key, the same number of entries, another past."""
    histories = []
    for name, count in (("one", 3), ("two", 4)):
        with planned_station(f"sqlite:///{tmp_path / name}.db") as store:
            codes = boxes(store, count)
            histories.append((prove(store.state, codes[:1]).proof, store.heads.own_head()))
    (true, kept), (false, _head) = histories
    assert audit_proof(true, heads=[kept]).is_ok
    assert [finding.code for finding in audit_proof(false, heads=[kept]).findings] == ["FORK"]


def test_a_head_of_another_size_is_said_to_show_nothing_here(proof: CustodyProof, tmp_path: Path) -> None:
    with planned_station(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        earlier = store.heads.own_head()
    audit = audit_proof(proof, heads=[earlier])
    assert audit.is_ok
    assert "only the whole log shows" in str(audit.findings[0])


# --- several stations -------------------------------------------------------------------------------------------------


@contextmanager
def receiver(tmp_path: Path, root: str) -> Iterator[Store]:
    with empty_ledger(f"sqlite:///{tmp_path / 'receiver.db'}", 5) as store:
        store.begin(election="Pemilu 2024", station="PPK 1", place="51.08.01", root=root)
        yield store


def test_a_chain_over_two_stations_is_proven_from_the_heads_of_both(tmp_path: Path) -> None:
    with ExitStack() as stack:
        sender = stack.enter_context(planned_station(f"sqlite:///{tmp_path / 'sender.db'}"))
        codes = boxes(sender, 2)
        give(sender, codes, TRUCK)
        here = stack.enter_context(receiver(tmp_path, ROOT))
        absorb(here, sender)
        here.heads.take(sender.heads.own_head(), at="2024-02-10T08:00:00Z")
        record_handover(here, Handover(TRUCK, "51.08.01"), touched(codes))
        proved = prove(here.state, codes[:1])
        assert proved.left_out == 0
        audit = audit_proof(proved.proof, root=ROOT)
        assert audit.is_ok
        assert [finding.code for finding in audit.findings] == ["UNKNOWN_STATION"]  # the root has not admitted it
        assert {event.log for event in audit.events} == {log.log for log in audit.logs}


def test_a_proof_brings_the_word_of_delegates_up_to_the_roots_own(tmp_path: Path) -> None:
    """Root lets a delegate admit, that one admits a station: the station's records count, until its key is revoked."""
    with ExitStack() as stack:
        root = stack.enter_context(planned_station(f"sqlite:///{tmp_path / 'root.db'}"))
        delegate = join(f"sqlite:///{tmp_path / 'delegate.db'}", 1, root, place="51.08", name="Wakil", powers=["admit"])
        stack.enter_context(delegate.close_after_test)  # type: ignore[attr-defined]
        absorb(delegate, root)
        post = join(f"sqlite:///{tmp_path / 'post.db'}", 2, delegate, place="51.08.01", name="Pos")
        stack.enter_context(post.close_after_test)  # type: ignore[attr-defined]
        codes = boxes(root, 2)
        absorb(post, delegate, root)
        record_handover(post, Handover("51.08", "51.08.01"), touched(codes))
        for said in (["register", "handover"], ["register"]):
            for other in (root, delegate):
                absorb(post, other)
                post.heads.take(other.heads.own_head(), at="2024-02-10T08:00:00Z")
            proved = prove(post.state, codes[:1])
            audit = audit_proof(proved.proof, root=ROOT)
            assert proved.left_out == 0 and audit.is_ok
            assert audit.findings == ()
            assert [event.type for event in audit.events if codes[0] in event.rows] == said
            absorb(delegate, post)
            if "handover" in said:
                revoke(delegate, "Pos", reason="stolen", last_good=1)


def test_records_that_no_known_head_covers_are_counted_as_left_out(tmp_path: Path) -> None:
    with ExitStack() as stack:
        sender = stack.enter_context(planned_station(f"sqlite:///{tmp_path / 'sender.db'}"))
        codes = boxes(sender, 2)
        here = stack.enter_context(receiver(tmp_path, ROOT))
        absorb(here, sender)
        proved = prove(here.state, codes[:1])
        assert proved.left_out == 2
        assert not audit_proof(proved.proof, root=ROOT).is_ok


# --- as commands ------------------------------------------------------------------------------------------------------


def test_a_report_carries_its_proof_and_is_verified_without_a_ledger(station: Terminal, tmp_path: Path) -> None:
    codes = station.codes("--kind", "box")[:2]
    station.give(codes, "51.08", "DK8123AB", "--bound", "51.08.01")
    pdf, proof = tmp_path / "box.pdf", tmp_path / "box.proof"
    assert station("custody", codes[0], "--out", pdf, "--proof", proof).code == 0
    root = station("verify", "--json").json["logs"][0]["key"]
    elsewhere = Terminal(tmp_path / "nothing", station._capsys, station._monkeypatch)
    for file in (pdf, proof):
        ran = elsewhere("verify", file, "--root", root, "--json")
        assert ran.code == 0
        [item] = ran.json["items"]
        assert (item["code"], item["held_by"]) == (codes[0], "DK8123AB")
    assert "DK 8123 AB" in elsewhere("verify", pdf).out
    audit = audit_file(pdf)
    assert isinstance(audit, ProofAudit)
    assert str(read_custody_proof(proof.read_text())) == proof.read_text()


def test_the_same_report_made_twice_has_the_same_bytes(station: Terminal, tmp_path: Path) -> None:
    code = station.codes("--kind", "box")[0]
    for name in ("one.pdf", "two.pdf"):
        station("custody", code, "--out", tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_a_report_without_its_proof_proves_nothing(station: Terminal, tmp_path: Path) -> None:
    pdf = tmp_path / "progress.pdf"
    assert station("report", "progress", "--out", pdf).code == 0
    ran = station("verify", pdf)
    assert ran.code == 2
    assert "words prove nothing" in ran.err


@pytest.mark.parametrize("count", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_damaged_reports_end_in_a_line_and_never_in_a_traceback(station: Terminal, tmp_path: Path, count: int) -> None:
    pdf, bad = tmp_path / "box.pdf", tmp_path / "bad.pdf"
    station("custody", station.codes("--kind", "box")[0], "--out", pdf)
    whole, dice = pdf.read_bytes(), Dice(1)
    for _ in range(count):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 30)):
            data[dice.randrange(5, len(data))] = dice.randrange(256)
        bad.write_bytes(data[: dice.choice([len(data), dice.randrange(6, len(data))])])
        ran = station("verify", bad)
        assert ran.code in (0, 1, 2)
        assert "has a fault" not in ran.err
