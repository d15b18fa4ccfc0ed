"""Witnesses by command: the line that one shows, the policy that a station keeps, and what verify and the BAST say."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from custody.format.encoding import is_name_of
from db.station_key import load_key
from evidence.tree import Tree
from services.exchange.trust_anchors import POLICY_FILE
from services.exchange.witness_policy import logs_in
from tests.support.command_examples import ROOT, Terminal
from tests.support.ledger_examples import signer
from tests.support.ports import free_port
from tests.support.witness_examples import MadeLog, NamedWitness, policy_file, running_witness


@contextmanager
def begun(home: Path, *words: object) -> Iterator[dict[str, Any]]:
    """A witness that runs as its user starts it; what it said when it answered."""
    command = [sys.executable, ROOT / "main.py", "--home", home, "witness", "--listen", "127.0.0.1", "--json", *words]
    with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        try:
            assert running.stdout is not None
            yield json.loads(running.stdout.readline())
        finally:
            running.terminate()


def test_a_station_and_a_witness_by_command(station: Terminal, tmp_path: Path) -> None:
    assert station("incident", "Angin").code == 0
    keys, policy = tmp_path / "keys.txt", tmp_path / "policy.txt"
    assert station("export", "--policy", keys, "--json").json["keys"] == 1
    with begun(tmp_path / "bawaslu", "--name", "bawaslu.example/buleleng", "--logs", keys) as told:
        assert set(told) == {"name", "key", "urls", "logs"} and told["logs"] == 1
        [url] = told["urls"]
        policy.write_bytes(policy_file(NamedWitness("bawaslu", told["key"], url)))
        assert station("verify", "--policy", policy).code == 1
        done = station("sync", "--policy", policy, "--json").json
        [log] = logs_in(keys)
        size = done["cosigned"][0]["size"]
        assert done == {
            "hub": None,
            "sent": 0,
            "taken": 0,
            "waiting": 0,
            "receipts": [],
            "cosigned": [{"witness": "bawaslu", "log": log, "size": size}],
        }
        assert station("sync").code == 0  # it is kept, and there is nothing new
    policy.write_bytes(policy_file(NamedWitness("bawaslu", told["key"], f"http://127.0.0.1:{free_port()}")))
    alone = station("sync", "--policy", policy)
    assert alone.code == 0  # nobody answers, which is no fault of this station
    assert "Witness bawaslu: nobody answers" in alone.err
    assert (station.home / POLICY_FILE).read_bytes() == policy.read_bytes()
    said = station("verify", "--policy", policy)
    assert said.code == 0
    assert f"seen by enough witnesses of the policy (1 of bawaslu) up to number {size}" in said.out
    assert f"witnessed up to number {size} by bawaslu" in said.out
    told = station("verify", "--json").json
    assert told["policy"] == {"quorum": "1 of bawaslu", "unmet": []}
    assert told["logs"][0]["policy"] == {"met_to": size, "seen": [{"witness": "bawaslu", "to": size}]}


def test_what_too_few_have_seen_is_told_in_words(station: Terminal, tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    log = MadeLog(signer(1), Tree())
    with running_witness(tmp_path, log.logs) as one:
        policy.write_bytes(policy_file(one))
    said = station("verify", "--policy", policy)
    assert said.code == 1
    assert "too few witnesses of the policy (1 of w1)" in said.out
    assert "not seen by as many witnesses as the policy asks for" in said.out
    assert "Wrong:" not in said.out
    policy.write_bytes(b"quorum none\n")
    assert station("verify", "--policy", policy).code == 0


@pytest.mark.parametrize("words", [("verify",), ("sync",), ("hub",)])
def test_a_file_that_is_no_policy_is_refused_with_its_line(
    station: Terminal, tmp_path: Path, words: tuple[str]
) -> None:
    policy = tmp_path / "policy"
    policy.write_bytes(b"quorum none\nquorum none\n")
    said = station(*words, "--policy", policy)
    assert said.code == 2 and "2" in said.err and "second quorum" in said.err
    assert not (station.home / POLICY_FILE).exists()


def test_a_proof_of_items_cannot_be_held_to_a_policy(station: Terminal, tmp_path: Path) -> None:
    policy, proof = tmp_path / "policy", tmp_path / "proof"
    policy.write_text("quorum none\n")
    code = station("items", "--json").lines[0]["code"]
    assert station("custody", code, "--proof", proof).code == 0
    assert station("verify", proof, "--policy", policy).code == 2
    assert station("verify", proof).code == 0


def test_a_witness_needs_a_name_and_logs(station: Terminal, tmp_path: Path) -> None:
    assert station("witness").code == 2
    assert "--name" in station("witness").err
    empty = Terminal(tmp_path / "empty", station._capsys, station._monkeypatch)
    assert empty("witness", "--name", "w.example").code == 3  # neither a list nor a ledger
    assert empty("witness", "--name", "a b", "--logs", tmp_path / "none").code == 2
    assert not (tmp_path / "empty" / "witness").exists()


def test_two_histories_are_written_to_a_folder(station: Terminal, tmp_path: Path) -> None:
    log = MadeLog(signer(1), Tree()).grow(3)
    with running_witness(tmp_path, log.logs) as one:
        one.desk.take(log.ask(0))
        with pytest.raises(Exception, match="fork"):
            one.desk.take(MadeLog(log.key, Tree()).grow(3, b"x").ask(3))
    home = Terminal(tmp_path, station._capsys, station._monkeypatch)
    assert home("witness", "--evidence", tmp_path / "found", "--json").json == {"files": 2}
    heads = [path.read_text() for path in (tmp_path / "found").iterdir()]
    assert len({head.split("\n")[2] for head in heads}) == 2 and {head.split("\n")[1] for head in heads} == {"3"}


def test_the_letter_says_which_witnesses_have_seen_it(station: Terminal, tmp_path: Path) -> None:
    codes = [row["code"] for row in station("items", "--json").lines[:2]]
    typed = "\n".join(codes)
    assert station("handover", "--from", "51.08", "--to", "51.08.01", "--codes", "-", typed=typed).code == 0
    assert station("report", "bast", "--json").json["online"] is None
    keys, policy = tmp_path / "keys.txt", tmp_path / "policy.txt"
    station("export", "--policy", keys)
    with running_witness(tmp_path, logs_in(keys)) as one:
        policy.write_bytes(policy_file(one))
        assert station("sync", "--policy", policy).code == 0
    told = station("report", "bast", "--json").json["online"]
    assert told == {"witnesses": ["w1"], "policy": "1 of w1", "met": True}
    assert station("report", "bast", "--out", tmp_path / "bast.pdf").code == 0


def test_the_keys_that_are_written_are_the_stations_own(station: Terminal, tmp_path: Path) -> None:
    station("export", "--policy", tmp_path / "keys")
    [(log, [key])] = logs_in(tmp_path / "keys").items()
    assert key == load_key(station.home, lambda: "").public_key and is_name_of(log, key)
