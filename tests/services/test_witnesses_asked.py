"""Stations and hubs ask witnesses; what those have seen is told, and two histories are caught by any two of them."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import permutations
from pathlib import Path

import pytest

from custody.compose.compose import Handover, Touch
from custody.errors import InputError, TamperError
from db.store import Store
from evidence.policy import Policy, policy_text, read_policy
from evidence.verdict import BundleAudit, LogFacts
from language.text import command_line
from services.exchange import witnesses
from services.exchange.evidence_files import audit_file
from services.exchange.invitation import hub_here
from services.exchange.ledger_audit import AskedPolicy, audit_ledger, policy_lines
from services.exchange.sync import ask_own
from services.exchange.transfer import export_bundle, own_head
from services.exchange.trust_anchors import POLICY_FILE
from services.exchange.witness_desk import origin_hash
from services.exchange.witness_policy import keep_policy, logs_in, logs_of, save_logs
from services.exchange.witnesses import read_url
from services.records.handovers import record_handover
from services.records.membership import revoke
from services.reporting.bast_letters import letter_of
from tests.support.bad_network import serving
from tests.support.hub_examples import clone, own, remark, running_hub
from tests.support.ledger_examples import TPS, boxes, planned_station
from tests.support.merge_examples import bundle_of, join, take
from tests.support.two_verifiers import standalone
from tests.support.witness_examples import NamedWitness, Running, note_of, policy_file, policy_of, running_witness
from web import hub_server

FreshUrl = Callable[[], str]


@pytest.fixture
def root(sqlite_url: FreshUrl) -> Iterator[Store]:
    with planned_station(sqlite_url(), 1) as store:
        yield store


def test_a_file_of_keys_asks_for_nothing_and_nothing_is_said_of_it(root: Store) -> None:
    policy = read_policy(policy_text([]).encode())
    audit, told = facts(root, policy, must=True)
    assert audit.is_ok and not audit.is_anchored
    assert policy_lines(told, policy) == []


@contextmanager
def three(folder: Path, store: Store) -> Iterator[list[Running]]:
    """Three witnesses that know the logs which count at a station."""
    with ExitStack() as stack:
        names = ("bawaslu", "unud", "partai")
        yield [stack.enter_context(running_witness(folder / name, logs_of(store), name)) for name in names]


def facts(store: Store, policy: Policy, *, must: bool = False) -> tuple[BundleAudit, LogFacts]:
    audit = audit_ledger(store, asked=AskedPolicy(policy, must_be_met=must))
    return audit, next(log for log in audit.logs if log.log == own(store))


def test_enough_witnesses_are_enough_and_too_few_are_wrong(root: Store, tmp_path: Path) -> None:
    with three(tmp_path, root) as running:
        policy = policy_of(*running, need=2)
        audit, told = facts(root, policy, must=True)
        assert (audit.is_ok, audit.unmet, audit.is_wrong) == (False, (own(root),), False)
        assert "as many witnesses" in audit.verdict
        assert facts(root, policy)[0].is_ok  # nobody asked that it be met
        ask_own(root, policy_of(running[0]))
        assert not facts(root, policy, must=True)[0].is_ok
        ask_own(root, policy)
        size = root.ledger.sizes()[own(root)]
        audit, told = facts(root, policy, must=True)
        assert audit.is_ok and told.policy is not None
        assert audit.is_anchored, "the auditor's own witnesses have seen it"
        assert not facts(root, policy)[0].is_anchored, "the station's own policy is none that the auditor brought"
        assert (told.policy.met_to, dict(told.policy.seen)) == (
            size,
            dict.fromkeys(("bawaslu", "unud", "partai"), size),
        )
        assert told.witnessed_to == size
        remark(root, 1)
        audit, told = facts(root, policy, must=True)
        assert told.policy is not None and (audit.is_ok, told.policy.met_to, told.size) == (True, size, size + 1)


def test_a_witness_whose_key_the_policy_does_not_name_counts_for_nothing(root: Store, tmp_path: Path) -> None:
    with three(tmp_path, root) as (one, other, _):
        ask_own(root, policy_of(one))
        borrowed = policy_of(NamedWitness(one.name, other.vkey, one.url))
        assert facts(root, borrowed, must=True)[0].unmet == (own(root),)
        asked = ask_own(root, borrowed)
        assert asked.cosigned == () and "no cosignature of its key" in asked.notes[0]


def test_what_only_a_witness_has_seen_is_not_told_as_being_at_the_hub(root: Store, tmp_path: Path) -> None:
    with three(tmp_path, root) as (one, *_):
        ask_own(root, policy_of(one))
        told, size = hub_here(root, tmp_path), root.ledger.sizes()[own(root)]
        assert (told.there, told.waiting, root.heads.unwitnessed()) == (0, size, size)  # it keeps the head alone


def test_a_witness_is_asked_only_what_it_has_not_seen(root: Store, tmp_path: Path) -> None:
    with three(tmp_path, root) as (one, *_):
        policy = policy_of(one)
        assert len(ask_own(root, policy).cosigned) == 1
        assert ask_own(root, policy).cosigned == ()
        root.ledger.tables.cosigned.delete().execute()  # as at another laptop with the same ledger
        assert len(ask_own(root, policy).cosigned) == 1
        remark(root, 3)
        assert [size for _, _, size in ask_own(root, policy).cosigned] == [root.ledger.sizes()[own(root)]]


def test_the_bundle_and_the_head_carry_the_cosignatures(root: Store, tmp_path: Path) -> None:
    with three(tmp_path, root) as running:
        policy = policy_of(*running, need=3)
        ask_own(root, policy)
        export_bundle(root, tmp_path / "logs.serah")
        asked = AskedPolicy(policy, must_be_met=True)
        assert audit_file(tmp_path / "logs.serah", asked=asked).is_ok
        assert standalone.main([str(tmp_path / "logs.serah")]) == 0  # it passes them over
        remark(root, 1)
        export_bundle(root, tmp_path / "more.serah")
        assert not audit_file(tmp_path / "more.serah", asked=asked).is_ok
        ask_own(root, policy)
        assert audit_file(tmp_path / "more.serah", heads=[own_head(root)], asked=asked).is_ok
        assert own_head(root).count("\n— ") == 4


def test_a_letter_says_which_witnesses_have_seen_the_record(root: Store, tmp_path: Path) -> None:
    codes = boxes(root, 2, TPS[0])
    with three(tmp_path, root) as running:
        policy = policy_of(*running, need=2)
        record_handover(root, Handover("51.08", "51.08.01"), [Touch(code, 1, "camera") for code in codes])
        online = letter_of(root, None, policy).facts.online
        assert online is not None and (online.names, online.is_met) == ((), False)
        ask_own(root, policy_of(running[1], running[2]))
        remark(root, 2)
        online = letter_of(root, None, policy).facts.online
        assert online is not None and (online.names, online.is_met) == (("partai", "unud"), True)
        assert online.policy == "2 of bawaslu, unud, partai"
        record_handover(root, Handover("51.08.01", "51.08.01.2001"), [Touch(codes[0], 1, "camera")])
        online = letter_of(root, None, policy).facts.online
        assert online is not None and online.names == ()  # they have seen the log, and not this far
    assert letter_of(root, None).facts.online is None


def test_a_hub_asks_for_all_logs_that_count(
    sqlite_url: FreshUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_server, "ASK_EVERY_S", 0.1)
    url = sqlite_url()
    with planned_station(url, 1) as root:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        take(root, bundle_of(office))
        with three(tmp_path, root) as running:
            (tmp_path / "policy").write_bytes(policy_file(*running, need=2))
            keep_policy(tmp_path, tmp_path / "policy")
            with running_hub(url, tmp_path) as hub:
                remark(office, 4)
                hub.sync(office)
                wanted = {own(root): root.ledger.sizes()[own(root)], own(office): 5}
                for _ in range(100):
                    seen = [{log: root.cosigned.size(log, one.desk.name) for log in wanted} for one in running]
                    if seen == [wanted] * 3:
                        break
                    time.sleep(0.1)
                assert seen == [wanted] * 3
        audit = audit_ledger(root, asked=AskedPolicy(policy_of(*running, need=2), must_be_met=True))
        assert audit.is_ok


# --- Two histories --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_who_shows_two_histories_finds_no_two_witnesses_of_three_for_both(
    sqlite_url: FreshUrl, tmp_path: Path, step: int
) -> None:
    """Whichever of the three are asked first: in one order and its reverse, or in all."""
    for number, order in enumerate([*permutations(range(3))][::step]):
        url = sqlite_url()
        with planned_station(url, 1) as root:
            office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
            take(root, bundle_of(office))
            with clone(sqlite_url(), office) as twin, three(tmp_path / str(number), root) as running:
                policy = policy_of(*running, need=2)
                first, second, last = (running[at] for at in order)
                remark(office, 2)
                remark(twin, 3)
                ask_own(office, policy_of(first, second))
                assert ask_own(twin, policy_of(last)).cosigned  # it has seen nothing of the other
                for witness in (first, second):
                    with pytest.raises(TamperError):
                        ask_own(twin, policy_of(witness))
                office_told, twin_told = facts(office, policy)[1].policy, facts(twin, policy)[1].policy
                assert office_told is not None and office_told.met_to == office.ledger.sizes()[own(office)]
                assert twin_told is not None and twin_told.met_to == 0
                assert first.desk.heads.contradictions() and second.desk.heads.contradictions()


@pytest.mark.parametrize("who", ["station", "hub"])
def test_two_histories_are_caught_by_the_heads_of_any_two_witnesses(
    sqlite_url: FreshUrl, tmp_path: Path, who: str
) -> None:
    with planned_station(sqlite_url(), 1) as root:
        url = sqlite_url()
        office = join(url, 2, root, place="51.08.01", name="PPK 1")
        take(office, bundle_of(root))
        take(root, bundle_of(office))
        with clone(sqlite_url(), office) as twin, three(tmp_path, root) as (one, other, _):
            remark(office, 2)
            remark(twin, 5)
            if who == "hub":  # the office's computer is a hub, and shows another history of its own log to others
                with running_hub(url, tmp_path, seed=2) as hub:
                    hub.sync(root)
                root.heads.keep(note_of(twin), at="2024-02-10T00:00:00Z")
            ask_own(office, policy_of(one))
            ask_own(twin, policy_of(other))
            heads = [witness.desk.newest(origin_hash(own(office))) for witness in (one, other)]
        export_bundle(office, tmp_path / "logs.serah")
        for kept in (heads, heads[::-1]):
            audit = audit_file(tmp_path / "logs.serah", heads=kept)
            found = [finding for finding in audit.findings if finding.is_wrong]
            assert {finding.log for finding in found} == {own(office)}
            assert {finding.code for finding in found} & {"FORK", "INCOMPLETE"}
        remark(office, 9)
        export_bundle(office, tmp_path / "long.serah")
        audit = audit_file(tmp_path / "long.serah", heads=heads)
        assert [(finding.code, finding.accuses) for finding in audit.findings if finding.is_wrong] == [("FORK", "log")]


def test_a_laptop_that_was_put_back_learns_it_from_a_witness(sqlite_url: FreshUrl, tmp_path: Path, root: Store) -> None:
    office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
    take(root, bundle_of(office))
    with clone(sqlite_url(), office) as before, three(tmp_path, root) as (one, *_):
        remark(before, 1)
        remark(office, 3)
        ask_own(office, policy_of(one))
        with pytest.raises(TamperError, match="older copy"):
            ask_own(before, policy_of(one))
        with pytest.raises(TamperError, match="older copy"):
            before.heads.refuse_if_rolled_back()


# --- Witnesses that are none, or behave badly -----------------------------------------------------------------------


def test_a_witness_that_does_not_know_the_log_says_what_to_do(root: Store, tmp_path: Path) -> None:
    with running_witness(tmp_path, {}) as stranger:
        asked = ask_own(root, policy_of(stranger))
    assert asked.cosigned == () and command_line("policy") in asked.notes[0]


def test_one_witness_that_does_not_answer_stops_no_other(root: Store, tmp_path: Path) -> None:
    with three(tmp_path, root) as (one, two, three_):
        dead = NamedWitness(one.name, one.vkey, "https://127.0.0.1:9")
        wrong = NamedWitness(two.name, two.vkey, two.url[:-1] + ("0" if two.url[-1] != "0" else "1"))
        asked = ask_own(root, policy_of(dead, wrong, three_))
        assert [name for name, _, _ in asked.cosigned] == ["partai"]
        assert len(asked.notes) == 2


ANSWERS = {
    "html": b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: https://x/\r\nContent-Length: 0\r\n\r\n",
    "no http": b"\x00" * 500,
    "long": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 300_000,
    "same size": b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n0\n",
    "no size": b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nx\n",
    "down": b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n",
    "silent": b"",
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_is_no_answer_of_a_witness_is_told_and_nothing_kept(root: Store, tmp_path: Path, kind: str) -> None:
    def answer(near: socket.socket) -> None:
        with near:
            while near.recv(65536):
                near.sendall(ANSWERS[kind])
                if kind != "same size":
                    return

    with serving(answer) as port, running_witness(tmp_path, logs_of(root)) as real:
        fake = NamedWitness(real.name, real.vkey, f"http://127.0.0.1:{port}/a/b")
        if kind == "same size":  # how version 1.0 of the protocol tells another history
            with pytest.raises(TamperError):
                ask_own(root, policy_of(fake))
        else:
            assert ask_own(root, policy_of(fake)).notes
        assert root.ledger.tables.cosigned.select().count() == 0


def test_a_witness_that_answers_byte_by_byte_is_left(
    root: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnesses, "ANSWER_S", 1.0)

    def drip(near: socket.socket) -> None:
        with near:
            near.recv(65536)
            near.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n")
            for _ in range(200):
                time.sleep(0.1)
                try:
                    near.sendall(b"x")
                except OSError:
                    return

    began = time.monotonic()
    with serving(drip) as port, running_witness(tmp_path, logs_of(root)) as real:
        asked = ask_own(root, policy_of(NamedWitness(real.name, real.vkey, f"http://127.0.0.1:{port}")))
    assert asked.notes and time.monotonic() - began < 15


@pytest.mark.parametrize(
    "url",
    [
        "x",
        "ftp://a",
        "https://",
        "https://a?b",
        "https://u@a",
        "https://a:99999",
        "http://a#" + "0" * 32,
        "https://a#12",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        read_url(url)


def test_an_address_may_have_a_path_and_a_fingerprint() -> None:
    address, prefix = read_url("https://w.example/a/b/#" + "AB" * 16)
    assert (address.host, address.port, address.pin, prefix) == ("w.example", 443, "ab" * 16, "/a/b")
    address, prefix = read_url("http://w.example:81")
    assert (address.port, address.is_plain, prefix) == (81, True, "")


# --- What is kept, and which logs a witness is given ----------------------------------------------------------------


def test_a_policy_that_is_none_takes_the_place_of_no_other(tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_bytes(b"quorum none\n")
    bad.write_bytes(b"quorum some\n")
    keep_policy(tmp_path, good)
    for path in (bad, tmp_path / "missing"):
        with pytest.raises(InputError):
            keep_policy(tmp_path, path)
    assert (tmp_path / POLICY_FILE).read_bytes() == b"quorum none\n"


def test_the_logs_for_a_witness_are_those_that_count(root: Store, sqlite_url: FreshUrl, tmp_path: Path) -> None:
    office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
    gone = join(sqlite_url(), 3, root, place="51.08.02", name="PPK 2")
    take(root, bundle_of(office), bundle_of(gone))
    revoke(root, "PPK 2", reason="stolen")
    assert save_logs(root, tmp_path / "policy") == 2
    assert logs_in(tmp_path / "policy") == logs_of(root)
    assert set(logs_of(root)) == {own(root), own(office)}
    assert b"# PPK 1, 51.08.01\n" in (tmp_path / "policy").read_bytes()
