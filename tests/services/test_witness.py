"""A witness cosigns what goes on from what it has cosigned, and nothing else (C2SP tlog-witness)."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from custody.errors import InputError, StoreError
from evidence.checkpoint import key_id, make_checkpoint, read_checkpoint, read_note
from evidence.cosignature import cosigned_at
from evidence.mirror_forms import HeadRequest
from evidence.tree import EMPTY_ROOT, Tree
from services.exchange.witness_desk import (
    FOLDER,
    FRESH_S,
    HEADS_FILE,
    READ_EVERY_S,
    AcceptedLogs,
    WitnessDesk,
    open_witness,
    origin_hash,
    save_evidence,
)
from tests.support.failing_disk import failing_disk
from tests.support.ledger_examples import signer
from tests.support.witness_examples import NOW, MadeLog, desk_at, refused


@pytest.fixture
def log() -> MadeLog:
    return MadeLog(signer(1), Tree()).grow(5)


@pytest.fixture
def desk(log: MadeLog, tmp_path: Path) -> Iterator[WitnessDesk]:
    made = desk_at(tmp_path, log.logs)
    yield made
    made.heads.close()


def newest(desk: WitnessDesk, log: MadeLog) -> str:
    return desk.newest(origin_hash(log.name))


def size_at(desk: WitnessDesk, log: MadeLog) -> int:
    return read_checkpoint(newest(desk, log), log.key.public_key).size


def test_it_cosigns_what_goes_on_and_keeps_that_head_alone(desk: WitnessDesk, log: MadeLog) -> None:
    for old, size in ((0, 5), (5, 5), (5, 12)):
        log.grow(size - log.tree.size)
        line = desk.take(log.ask(old))
        assert cosigned_at(log.note() + line, desk.name, desk.signer.public_key) == NOW
    assert newest(desk, log) == log.note() + line
    assert desk.heads._run("SELECT count(*) FROM head") == [(1,)]


def test_the_first_head_may_be_of_any_length(desk: WitnessDesk, log: MadeLog) -> None:
    assert refused(desk, log.grow(1000).ask(0)) == (200, "", None)


@pytest.mark.parametrize("body", [b"", b"old 0\n\n", b"old 00\n\nx", b"\xff" * 99, b"old 0\nAAAA\n\nlog\n1\nA\n"])
def test_what_is_no_request_is_400(desk: WitnessDesk, body: bytes) -> None:
    assert refused(desk, body)[0] == 400


def test_more_than_63_lines_of_proof_are_400(desk: WitnessDesk, log: MadeLog) -> None:
    lines = (base64.b64encode(bytes(32)) + b"\n") * 64
    assert refused(desk, b"old 1\n" + lines + b"\n" + log.note().encode())[0] == 400


def test_an_old_size_above_the_head_is_400(desk: WitnessDesk, log: MadeLog) -> None:
    assert refused(desk, HeadRequest(6, (), log.note()).to_bytes())[0] == 400


def test_an_unknown_log_is_404(desk: WitnessDesk, log: MadeLog) -> None:
    log.name = "log.example/other"
    assert refused(desk, log.ask(0)) == (404, "unknown", None)


def test_a_head_that_the_log_has_not_signed_is_403(desk: WitnessDesk, log: MadeLog) -> None:
    thief = signer(9)
    other = make_checkpoint(log.name, 5, log.tree.root(), thief.public_key, thief.sign)
    assert refused(desk, HeadRequest(0, (), other).to_bytes()) == (403, "signature", None)
    broken = make_checkpoint(log.name, 5, log.tree.root(), log.key.public_key, thief.sign)
    assert refused(desk, HeadRequest(0, (), broken).to_bytes()) == (403, "signature", None)
    assert refused(desk, HeadRequest(0, (), log.note() + broken.rpartition("\n\n")[2]).to_bytes())[0] == 403


def test_lines_of_others_are_passed_over_and_not_kept(desk: WitnessDesk, log: MadeLog) -> None:
    thief = signer(9)
    other = make_checkpoint(log.name, 5, log.tree.root(), thief.public_key, thief.sign).rpartition("\n\n")[2]
    line = desk.take(HeadRequest(0, (), log.note() + other).to_bytes())
    assert newest(desk, log) == log.note() + line


def test_another_old_size_is_409_with_the_size(desk: WitnessDesk, log: MadeLog) -> None:
    assert refused(desk, log.ask(3)) == (409, "size", 0)
    desk.take(log.ask(0))
    log.grow(3)
    for old in (0, 4, 8):
        assert refused(desk, log.ask(old)) == (409, "size", 5)
    assert size_at(desk, log) == 5


def test_a_rewound_head_is_409(desk: WitnessDesk, log: MadeLog) -> None:
    desk.take(log.ask(0))
    assert refused(desk, log.ask(0, 3)) == (409, "size", 5)
    assert refused(desk, log.ask(3, 3)) == (409, "size", 5)
    assert size_at(desk, log) == 5


def test_a_proof_that_does_not_fit_is_422(desk: WitnessDesk, log: MadeLog) -> None:
    desk.take(log.ask(0))
    log.grow(4)
    good = log.tree.consistency_proof(5)
    for proof in ([], good[1:], [*good, bytes(32)], [bytes(32), *good[1:]]):
        assert refused(desk, HeadRequest(5, tuple(proof), log.note()).to_bytes()) == (422, "fork", None)
    assert size_at(desk, log) == 5
    assert refused(desk, log.ask(5))[0] == 200


def test_a_proof_from_nothing_is_422(desk: WitnessDesk, log: MadeLog) -> None:
    assert refused(desk, HeadRequest(0, (bytes(32),), log.note()).to_bytes())[0] == 422


def test_an_empty_log_has_the_empty_root(desk: WitnessDesk, log: MadeLog) -> None:
    for root, status in ((bytes(32), 422), (EMPTY_ROOT, 200)):
        note = make_checkpoint(log.name, 0, root, log.key.public_key, log.key.sign)
        assert refused(desk, HeadRequest(0, (), note).to_bytes())[0] == status
    assert refused(desk, log.ask(0))[0] == 200


def test_two_histories_are_422_and_both_heads_are_kept(desk: WitnessDesk, log: MadeLog, tmp_path: Path) -> None:
    warned: list[str] = []
    desk.warn = warned.append
    other = MadeLog(log.key, Tree()).grow(5, b"other")
    desk.take(log.ask(0))
    assert refused(desk, other.ask(5)) == (422, "fork", None)
    assert refused(desk, other.ask(0)) == (409, "size", 5)  # whatever size comes with it, it proves the same
    assert refused(desk, other.grow(1).ask(5))[0] == 422
    assert warned == [log.name]
    assert save_evidence(desk.heads, tmp_path / "evidence") == 3
    kept = [path.read_text("utf-8") for path in sorted((tmp_path / "evidence").iterdir())]
    assert newest(desk, log) in kept and MadeLog(log.key, Tree()).grow(5, b"other").note() in kept
    assert size_at(desk, log) == 5


def test_contradictions_fill_no_disk(desk: WitnessDesk, log: MadeLog) -> None:
    desk.take(log.ask(0))
    for number in range(30):
        refused(desk, MadeLog(log.key, Tree()).grow(5, bytes([number])).ask(5))
        refused(desk, MadeLog(log.key, Tree()).grow(6 + number, b"x").ask(5))
    assert len(desk.heads.contradictions()) == 16


def test_the_same_head_again_costs_no_disk_for_a_while(desk: WitnessDesk, log: MadeLog) -> None:
    first = desk.take(log.ask(0))
    desk.now_s = lambda: NOW + FRESH_S - 1
    assert desk.take(log.ask(5)) == first
    desk.now_s = lambda: NOW + FRESH_S
    again = desk.take(log.ask(5))
    assert again != first and newest(desk, log) == log.note() + again


@pytest.mark.parametrize("now", [NOW - 40_000_000, NOW + 40_000_000])
def test_a_clock_that_is_wrong_by_a_year_stops_nothing(desk: WitnessDesk, log: MadeLog, now: int) -> None:
    desk.take(log.ask(0))
    desk.now_s = lambda: now
    line = desk.take(log.grow(1).ask(5))
    assert cosigned_at(log.note() + line, desk.name, desk.signer.public_key) == now


def test_a_clock_before_all_time_cosigns_nothing(desk: WitnessDesk, log: MadeLog) -> None:
    desk.now_s = lambda: 0
    assert refused(desk, log.ask(0)) == (503, "clock", None)
    assert desk.heads.newest(origin_hash(log.name)) is None


def test_of_two_requests_at_once_one_is_told_the_size(desk: WitnessDesk, log: MadeLog) -> None:
    desk.take(log.ask(0))
    bodies = [log.grow(1).ask(5) for _ in range(8)]
    begin, told = threading.Barrier(len(bodies)), list[int]()

    def ask(body: bytes) -> None:
        begin.wait()
        told.append(refused(desk, body)[0])

    threads = [threading.Thread(target=ask, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [200, *[409] * 7]


@pytest.mark.parametrize("is_second_program", [False, True])
def test_what_comes_while_it_signs_waits_for_what_it_keeps(
    desk: WitnessDesk, log: MadeLog, tmp_path: Path, is_second_program: bool
) -> None:
    other = desk_at(tmp_path, log.logs) if is_second_program else desk
    told, sign = list[int](), desk.signer.sign
    forked = MadeLog(log.key, Tree()).grow(7, b"other").ask(0)
    thread = threading.Thread(target=lambda: told.append(refused(other, forked)[0]))

    def slowly(data: bytes) -> bytes:
        if not thread.ident:
            thread.start()
            thread.join(timeout=1.0)
        return sign(data)

    desk.signer = replace(desk.signer, sign=slowly)
    desk.take(log.ask(0))
    thread.join()
    assert told == [409]
    other.heads.close()


def test_a_second_program_over_the_same_heads_cosigns_no_other_history(
    desk: WitnessDesk, log: MadeLog, tmp_path: Path
) -> None:
    second = desk_at(tmp_path, log.logs)
    desk.take(log.ask(0))
    assert refused(second, MadeLog(log.key, Tree()).grow(5, b"other").ask(5))[0] == 422
    assert refused(second, log.grow(2).ask(5))[0] == 200
    assert refused(desk, log.ask(5))[0] == 409
    second.heads.close()


@pytest.mark.parametrize("kind", ["full", "write", "sync"])
def test_what_a_full_or_broken_disk_does_not_keep_is_not_cosigned(log: MadeLog, tmp_path: Path, kind: str) -> None:
    with failing_disk() as fault:
        desk = desk_at(tmp_path, log.logs)
        desk.take(log.ask(0))
        before = newest(desk, log)
        log.grow(1)
        fault.arm(kind, 1, for_good=True)
        assert refused(desk, log.ask(5)) == (507, "StoreError", None)
        fault.disarm()
        assert newest(desk, log) == before
        assert refused(desk, log.ask(5))[0] == 200
        desk.heads.close()


def test_it_goes_on_where_it_was_when_it_is_started_again(desk: WitnessDesk, log: MadeLog, tmp_path: Path) -> None:
    desk.take(log.ask(0))
    again = desk_at(tmp_path, log.logs)
    assert again.signer.public_key == desk.signer.public_key
    assert refused(again, MadeLog(log.key, Tree()).grow(5, b"other").ask(5))[0] == 422
    again.heads.close()


@pytest.mark.parametrize("lost", [HEADS_FILE, "station.key"])
def test_a_witness_that_lost_its_heads_or_its_key_does_not_go_on(
    desk: WitnessDesk, log: MadeLog, tmp_path: Path, lost: str
) -> None:
    desk.take(log.ask(0))
    desk.heads.close()
    (tmp_path / FOLDER / lost).unlink()
    for name in (None, "witness.example/w1", "witness.example/w2"):
        with pytest.raises(StoreError):
            open_witness(tmp_path, name)


def test_a_witness_keeps_its_name_and_its_key(desk: WitnessDesk, tmp_path: Path) -> None:
    assert open_witness(tmp_path, None)[0] == desk.name
    with pytest.raises(InputError):
        open_witness(tmp_path, "witness.example/other")
    desk_at(tmp_path / "b", {}).heads.close()
    (tmp_path / "b" / FOLDER / "station.key").replace(tmp_path / FOLDER / "station.key")
    with pytest.raises(InputError):
        open_witness(tmp_path, None)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "x" * 256])
def test_a_name_that_no_note_can_bear_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        open_witness(tmp_path, name)
    assert not (tmp_path / FOLDER).exists()


def test_without_a_name_no_witness_is_begun(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        open_witness(tmp_path, None)
    assert not (tmp_path / FOLDER).exists()


def test_the_list_of_logs_is_read_again_and_stays_where_it_cannot_be(log: MadeLog) -> None:
    now, answers = [0.0], [{}, log.logs, InputError("damaged")]

    def read() -> dict[str, list[bytes]]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    logs = AcceptedLogs(read, now_s=lambda: now[0])
    assert logs.keys(log.name) == ()
    now[0] += READ_EVERY_S
    assert logs.keys(log.name) == ()
    for _ in range(2):
        now[0] += READ_EVERY_S + 1
        assert logs.keys(log.name) == [log.key.public_key]
    assert not answers


def test_a_log_may_sign_with_any_of_its_keys(log: MadeLog, tmp_path: Path) -> None:
    second = MadeLog(signer(2), log.tree)
    desk = desk_at(tmp_path, {log.name: [log.key.public_key, second.key.public_key]})
    assert refused(desk, log.ask(0))[0] == 200
    assert refused(desk, second.grow(1).ask(5))[0] == 200
    kept = read_note(newest(desk, log))
    assert kept.signatures[0].key_id == key_id(log.name, second.key.public_key)
    desk.heads.close()


def test_what_another_witness_is_tested_with_is_answered_the_same(tmp_path: Path) -> None:
    told = json.loads(Path("tests/data/litewitness.json").read_text("utf-8"))
    key = bytes.fromhex(told["key"])
    log = f"sigsum.org/v1/tree/{hashlib.sha256(key).hexdigest()}"
    desk = desk_at(tmp_path, {log: [key]})
    for asked in told["requests"]:
        status, _reason, size = refused(desk, asked["body"].encode())
        assert (status, size) == (asked["status"], asked["size"]), asked
    desk.heads.close()
