"""Bundles that mean harm, taken in by command: each is refused whole, and the ledger stays as it was to the byte."""

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_examples import Once, Terminal
from tests.support.meet_examples import PPK, WH, database, meet

Lines = list[bytes]


@pytest.fixture
def good(station: Terminal, other: Terminal, once: Once) -> bytes:
    """The bundle of two stations that have handed over and met, as the one has it; good.serah."""

    @once
    def worked() -> None:
        for code in station.codes()[:6]:
            station.give([code], WH, PPK)
        other.give(station.codes()[:2], WH, PPK)
        meet(other, station)
        station("export", "--out", "good.serah")

    return Path("good.serah").read_bytes()


def entries(lines: Lines) -> range:
    return range(1, len(lines))


def lose(lines: Lines, dice: random.Random) -> Lines:
    at = dice.choice(entries(lines))
    return lines[:at] + lines[at + 1 :]


def cut(lines: Lines, dice: random.Random) -> Lines:
    return lines[: dice.choice(entries(lines))]


def double(lines: Lines, dice: random.Random) -> Lines:
    at = dice.choice(entries(lines))
    return [*lines[:at], lines[at], *lines[at:]]


def swap(lines: Lines, dice: random.Random) -> Lines:
    logs = [json.loads(json.loads(line)["body"])["log"] if "body" in json.loads(line) else "" for line in lines]
    of_one_log = [at for at in entries(lines) if logs[at] == logs[1]]  # between logs, some orders say the same
    one, two = dice.sample(of_one_log, 2)
    changed = list(lines)
    changed[one], changed[two] = lines[two], lines[one]
    return changed


def bend(lines: Lines, dice: random.Random) -> Lines:
    at = dice.choice(range(len(lines)))
    line = bytearray(lines[at])
    line[dice.randrange(len(line) - 1)] ^= 1 << dice.randrange(7)
    return [*lines[:at], bytes(line), *lines[at + 1 :]]


def rewrite(lines: Lines, dice: random.Random) -> Lines:
    at = dice.choice(entries(lines))
    entry = json.loads(lines[at])
    body = json.loads(entry["body"])
    body[dice.choice(["by", "id", "app"])] = "somebody else"
    entry["body"] = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    line = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    return [*lines[:at], line, *lines[at + 1 :]]


def disown(lines: Lines, dice: random.Random) -> Lines:
    """Signature lines of one entry under another."""
    one, two = dice.sample(entries(lines), 2)
    taken, given = json.loads(lines[one]), json.loads(lines[two])
    taken["signatures"] = given["signatures"]
    line = json.dumps(taken, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    return [*lines[:one], line, *lines[one + 1 :]]


def mislead(lines: Lines, dice: random.Random) -> Lines:
    """A list of logs that says something else."""
    header = json.loads(lines[0])
    row = dice.choice(header["logs"])
    name, value = dice.choice(
        [
            ("size", row["size"] + 1),
            ("size", row["size"] - 1),
            ("head", "0" * 64),
            ("station", "X"),
            ("place", "99"),
            ("log", "x/y"),
            ("checkpoint", "x"),
        ]
    )
    row[name] = value
    return [json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n", *lines[1:]]


ATTACKS: list[Callable[[Lines, random.Random], Lines]] = [
    lose,
    cut,
    double,
    swap,
    bend,
    rewrite,
    disown,
    mislead,
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("count", [3, pytest.param(125, marks=pytest.mark.slow)])
def test_an_attacked_bundle_is_refused_whole_and_changes_no_byte(
    good: bytes, other: Terminal, attack: Callable[[Lines, random.Random], Lines], count: int
) -> None:
    lines = gzip.decompress(good).splitlines(keepends=True)
    before = database(other)
    dice = random.Random(attack.__name__)
    for _ in range(count):
        Path("bad.serah").write_bytes(gzip.compress(b"".join(attack(lines, dice)), 1))
        refused = other("import", "bad.serah", "--json")
        assert (refused.code, refused.out) == (1, ""), refused.out
        assert 1 <= len(refused.err.splitlines()) <= 2
        assert database(other) == before
    refused = other("import", "good.serah", "bad.serah")
    assert refused.code == 1 and database(other) == before
    assert other("import", "good.serah").code == 0


def test_an_entry_under_another_logs_name_is_laid_to_who_had_the_file_and_not_to_that_station(
    good: bytes, other: Terminal
) -> None:
    """Import says it as `verify` does."""
    lines = gzip.decompress(good).splitlines(keepends=True)
    last = json.loads(lines[-1])
    body = json.loads(last["body"])
    others = {row["log"] for row in json.loads(lines[0])["logs"]} - {body["log"]}
    for name in (*others, "none/of-these"):
        last["body"] = json.dumps(body | {"log": name}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        line = json.dumps(last, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        Path("bad.serah").write_bytes(gzip.compress(b"".join([*lines[:-1], line]), 1))
        for command in (("import",), ("verify",)):
            said = other(*command, "bad.serah")
            assert said.code == 1 and "the file was altered: that accuses whoever had it" in said.out + said.err


@pytest.mark.parametrize("size", [0, 1, 10, 300, -1, -8])
def test_a_file_that_was_cut_is_refused(good: bytes, other: Terminal, size: int) -> None:
    Path("bad.serah").write_bytes(good[:size])
    before = database(other)
    assert other("import", "bad.serah").code == 1
    assert database(other) == before
