"""The verifier that stands alone and the one of the program: written apart, they must come to one verdict.

Every bundle is written to a file and read by both. What an attack leaves is made to fit as well as an attacker can make
it fit: the list of logs, which nobody signs, is written anew.
"""

import ast
import contextlib
import gzip
import importlib.util
import io
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from evidence_logs import Station, chain_of_stations

from commands.bundle import read_bundle
from custody.errors import CustodyError, TamperError
from custody.events import COMMON, FIELDS
from custody.ledger import sign_body
from evidence.audit import audit_bundle
from evidence.bundle_lines import LogRow, entry_line, header_line
from evidence.entry import RawEntry, read_body

TOOL = Path(__file__).parents[1] / "tools" / "verify_standalone.py"
WRONG = {"TAMPERED", "INCOMPLETE", "FORK"}


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("verify_standalone", TOOL)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


standalone = _load()


@dataclass
class Evidence:
    """A bundle before it is written, and what its auditor brings."""

    stations: list[Station]
    logs: list[list[RawEntry]]
    rows: list[LogRow]
    root: str | None = None
    heads: list[str] = field(default_factory=list)
    bend: Callable[[bytes], bytes] = lambda data: data
    """What is done to the bundle's text before it is packed."""
    spoil: Callable[[bytes], bytes] = lambda data: data
    """What is done to the packed file."""

    def write(self, path: Path) -> Path:
        lines = [entry_line(entry.body, entry.signatures) for log in self.logs for entry in log]
        path.write_bytes(self.spoil(gzip.compress(self.bend(header_line(self.rows) + b"".join(lines)), 1, mtime=0)))
        return path

    def relist(self, number: int) -> None:
        """Make the list say what the entries of a log are now."""
        entries = self.logs[number]
        head = entries[-1].leaf if entries else None
        self.rows[number] = replace(
            self.rows[number], size=len(entries), head=head.hex() if head else None, checkpoint=None
        )  # fmt: skip


def honest(dice: random.Random) -> Evidence:
    """Stations that relied on each other, under a root that admitted them, and heads that people kept."""
    stations = chain_of_stations(dice.randrange(2, 5), dice.randrange(3, 9))
    first, last = stations[0], stations[-1]
    for other in stations[1:]:
        first.write("admit", station="Pos", place="51.02", key=other.public_key.hex(), powers=[])
    if dice.randrange(2):
        last.write("witness", head=first.head(dice.randrange(1, len(first.entries) + 1)))
    first.hand_over()
    last.hand_over([first.ref()])
    rows = [station.row() for station in stations]
    rows = [replace(r, checkpoint=s.head()) if dice.randrange(2) else r for r, s in zip(rows, stations, strict=True)]
    evidence = Evidence(stations, [list(station.entries) for station in stations], rows)
    evidence.root = first.fingerprint if dice.randrange(2) else None
    for station in stations:
        if dice.randrange(2):
            evidence.heads.append(station.head(dice.randrange(len(station.entries) + 1)))
    if dice.randrange(2):
        order = dice.sample(range(len(stations)), len(stations))
        evidence.logs, evidence.rows = [evidence.logs[n] for n in order], [evidence.rows[n] for n in order]
        evidence.stations = [stations[n] for n in order]
    return evidence


# --- what is done to a bundle: each leaves it wrong -------------------------------------------------------------------

Attack = Callable[[Evidence, random.Random], None]


def pick(evidence: Evidence, dice: random.Random) -> tuple[int, int]:
    """A log, and an entry of it that is neither its first nor its last."""
    number = dice.randrange(len(evidence.logs))
    return number, dice.randrange(1, len(evidence.logs[number]) - 1)


def flip(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << dice.randrange(7)]) + data[place + 1 :]


def flip_a_bit(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    entry = evidence.logs[number][place]
    body = flip(entry.body, dice)
    while not _is_text(body):
        body = flip(entry.body, dice)
    evidence.logs[number][place] = entry._replace(body=body)


def _is_text(data: bytes) -> bool:
    with contextlib.suppress(UnicodeDecodeError):
        return bool(data.decode("utf-8"))
    return False


def flip_a_bit_of_the_text(evidence: Evidence, dice: random.Random) -> None:
    evidence.bend = lambda text: flip(text[:-1], dice) + b"\n"


def drop_an_entry(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    del evidence.logs[number][place]
    evidence.relist(number)


def drop_the_first_entry(evidence: Evidence, dice: random.Random) -> None:
    del evidence.logs[dice.randrange(len(evidence.logs))][0]


def swap_two_entries(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    log = evidence.logs[number]
    log[place], log[place - 1] = log[place - 1], log[place]


def insert_a_forged_entry(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    body = evidence.stations[number].bodies[place] | {"by": "Nobody"}
    evidence.logs[number].insert(place, evidence.stations[number].sign(body, by=Station(99)))
    evidence.relist(number)


def repeat_an_entry(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    log = evidence.logs[number]
    log.insert(dice.randrange(place, len(log)) + 1, log[place])


def cut_the_tail_below_a_head(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    evidence.heads.append(evidence.stations[number].head())
    del evidence.logs[number][dice.randrange(1, len(evidence.logs[number])) :]
    evidence.relist(number)


def cut_the_tail_below_a_reference(evidence: Evidence, dice: random.Random) -> None:
    """The first station's newest entry is known to the last one."""
    number = next(n for n, station in enumerate(evidence.stations) if station.seed == 1)
    del evidence.logs[number][-1]
    evidence.relist(number)


def sign_with_another_key(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    station = evidence.stations[number]
    evidence.logs[number][place] = station.sign(station.bodies[place], by=Station(99))


def change_an_entry_with_the_key(evidence: Evidence, dice: random.Random) -> None:
    """The station itself changes what it said, and signs it anew."""
    number, place = pick(evidence, dice)
    station = evidence.stations[number]
    evidence.logs[number][place] = station.sign(station.bodies[place] | {"by": "Somebody"})


def renumber_an_entry_with_the_key(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    station = evidence.stations[number]
    seq = dice.choice([place, place + 2, place + 9, 2**53 - 1])
    evidence.logs[number][place] = station.sign(station.bodies[place] | {"seq": seq})


def strip_a_signature(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    line = evidence.logs[number][place].signatures
    text = dice.choice(["", line[:-1], line * 2, line + "\n", line.replace("station", "hub"), line.upper()])
    evidence.logs[number][place] = evidence.logs[number][place]._replace(signatures=text)


def write_a_signature_otherwise(evidence: Evidence, dice: random.Random) -> None:
    """Base64 leaves bits that nobody reads: the same signature in other letters."""
    number, place = pick(evidence, dice)
    line = evidence.logs[number][place].signatures
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = letters[letters.index(line[-4]) ^ dice.randrange(1, 16)]
    evidence.logs[number][place] = evidence.logs[number][place]._replace(signatures=f"{line[:-4]}{last}==\n")


def bring_the_head_of_another_history(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    twin = Station(evidence.stations[number].seed)
    twin.write("pack", parent="A", children=[], action="add")
    evidence.heads.append(twin.head())


def bring_a_head_that_another_key_signed(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    evidence.heads.append(Station(99, evidence.stations[number].name).head())


def change_a_head(evidence: Evidence, dice: random.Random) -> None:
    head = dice.choice(evidence.stations).head()
    bent = dice.choice([head[:-1], head + "\n", head.replace("\n\n", "\n"), head.replace("— ", "- "), "", "x",
                        head.replace("\n", "\r\n"), head.replace("\n", "\nextension\n", 1), head[1:]])  # fmt: skip
    evidence.heads.append(bent)


def replace_the_head_of_the_list(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    twin = Station(evidence.stations[number].seed)
    while len(twin.entries) < len(evidence.logs[number]):
        twin.write("pack", parent="A", children=[], action="add")
    evidence.rows[number] = replace(evidence.rows[number], checkpoint=twin.head())


def withhold_a_log_that_is_relied_on(evidence: Evidence, dice: random.Random) -> None:
    number = next(n for n, station in enumerate(evidence.stations) if station.seed == 1)
    for things in (evidence.stations, evidence.logs, evidence.rows):
        del things[number]


def withhold_a_log_whose_head_is_kept(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    evidence.heads.append(evidence.stations[number].head())
    for things in (evidence.stations, evidence.logs, evidence.rows):
        del things[number]


def list_a_log_as_empty_whose_head_is_kept(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    evidence.heads = [evidence.stations[number].head()]
    evidence.stations, evidence.logs = evidence.stations[number : number + 1], [[]]
    evidence.rows, evidence.root = [LogRow(evidence.stations[0].name, "", "", 0, None)], None


def list_no_log(evidence: Evidence, dice: random.Random) -> None:
    evidence.rows = []


def fork(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    station = evidence.stations[number]
    other = station.sign(station.bodies[place] | {"by": "Somebody else"})
    log = evidence.logs[number]
    log.insert(dice.choice([place, place + 1, len(log)]), other)


def fork_for_longer(evidence: Evidence, dice: random.Random) -> None:
    """A second history of several entries: behind the first, or number by number beside it."""
    number, place = pick(evidence, dice)
    first = evidence.stations[number]
    twin = Station(first.seed, first.name, first.bodies[:place], first.entries[:place])
    twin.bodies, twin.entries = first.bodies[:place], first.entries[:place]
    for _ in range(dice.randrange(2, 6)):
        twin.write("pack", parent="B", children=[], action="remove")
    both = [*evidence.logs[number], *twin.entries[place:]]
    evidence.logs[number] = sorted(both, key=lambda entry: entry.seq or 0) if dice.randrange(2) else both


BENT_BODIES: dict[str, Callable[[bytes], bytes]] = {
    "a space": lambda body: body.replace(b":", b": ", 1),
    "another order": lambda body: b'{"v":1,' + body[1:].replace(b',"v":1', b""),
    "an escape": lambda body: body.replace(b'"Made"', rb'"\u004dade"'),
    "a slash escaped": lambda body: body.replace(b"/", rb"\/", 1),
    "a fraction": lambda body: body.replace(b'"v":1', b'"v":1.0'),
    "an exponent": lambda body: body.replace(b'"v":1', b'"v":1e0'),
    "a key twice": lambda body: body.replace(b'"v":1', b'"v":1,"v":1'),
    "a mark": lambda body: b"\xef\xbb\xbf" + body,
    "not composed": lambda body: body.replace(b'"Made"', b'"Mad\x65\xcc\x81"'),
    "an unknown key": lambda body: body.replace(b'"v":1', b'"v":1,"va":1'),
    "a missing key": lambda body: body.replace(b'"by":"Made",', b""),
    "an unknown type": lambda body: body.replace(b'"type":"', b'"type":"un'),
    "a newer version": lambda body: body.replace(b'"v":1', b'"v":2'),
    "true for one": lambda body: body.replace(b'"v":1', b'"v":true'),
    "an impossible day": lambda body: body.replace(b"2024-02-10", b"2024-02-30"),
    "a time that is none": lambda body: body.replace(b":00Z", b":00z"),
    "a leap second": lambda body: body.replace(b":00:00Z", b":00:60Z"),
    "hours as they are not written": lambda body: body.replace(b"T", b" ", 1),
    "too great a number": lambda body: body.replace(b'"v":1', b'"v":9007199254740992'),
    "numbers that are no numbers": lambda body: body.replace(b'"v":1', b'"v":NaN'),
    "no object": lambda body: b"[" + body + b"]",
    "nothing": lambda body: b"",
    "nested deeply": lambda body: b"[" * 30_000 + b"]" * 30_000,
}


def write_other_bytes_with_the_key(evidence: Evidence, dice: random.Random) -> None:
    """The station signs bytes that are not of this format, and the entries before and behind fit."""
    number, place = pick(evidence, dice)
    bend_a_body(evidence, number, place, dice.choice(list(BENT_BODIES.values())))


def bend_a_body(evidence: Evidence, number: int, place: int, bend: Callable[[bytes], bytes]) -> None:
    station, entry = evidence.stations[number], evidence.logs[number][place]
    body = bend(entry.body)
    assert body != entry.body
    evidence.logs[number][place] = entry._replace(body=body, signatures=f"{sign_bytes(station, body)}\n")


def sign_bytes(station: Station, body: bytes) -> str:
    return str(sign_body(body, station.public_key, station.secret.sign))


def rely_on_what_was_not(evidence: Evidence, dice: random.Random) -> None:
    """A station that counts names an entry that is not the one there, or one that comes later."""
    number = dice.randrange(len(evidence.logs))
    station, other = evidence.stations[number], dice.choice(evidence.stations)
    ref = other.ref(1) | dice.choice([{"leaf": "0" * 64}, {"seq": len(other.entries) + 5}, {"log": "serah/never/was"}])
    station.hand_over([ref])
    evidence.logs[number] = list(station.entries)
    evidence.relist(number)


def begin_again_in_the_middle(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    station = evidence.stations[number]
    own = FIELDS["genesis"].keys()
    station.write("genesis", **{key: station.bodies[0][key] for key in own})
    evidence.logs[number] = list(station.entries)
    evidence.relist(number)


LIES: list[Callable[[LogRow], LogRow]] = [
    lambda row: replace(row, size=row.size + 1),
    lambda row: replace(row, size=row.size - 1),
    lambda row: replace(row, size=0, head=None),
    lambda row: replace(row, head="0" * 64),
    lambda row: replace(row, head=None),
    lambda row: replace(row, station="Gudang lain"),
    lambda row: replace(row, place="51.99"),
    lambda row: replace(row, log=row.log + "x"),
    lambda row: replace(row, checkpoint="x"),
]


def lie_in_the_list(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.rows))
    evidence.rows[number] = dice.choice(LIES)(evidence.rows[number])


def leave_a_log_out_of_the_list(evidence: Evidence, dice: random.Random) -> None:
    del evidence.rows[dice.randrange(len(evidence.rows))]


BENT_TEXTS: list[Callable[[bytes], bytes]] = [
    lambda text: text[:-1],
    lambda text: text + b"\n",
    lambda text: text.replace(b'"serah_bundle":1', b'"serah_bundle":2', 1),
    lambda text: text.replace(b'"serah_bundle":1', b'"extra":0,"serah_bundle":1', 1),
    lambda text: text.replace(b'{"body"', b'{"a":"","body"', 1),
    lambda text: text.replace(b'"signatures":', b'"signatures": ', 1),
    lambda text: text.replace(b"\n", b"\r\n", 1),
    lambda text: text.partition(b"\n")[2],
    lambda text: text + text.partition(b"\n")[0] + b"\n",
    lambda text: b"",
    lambda text: text + b'{"body":"' + b"a" * 70_000 + b'","signatures":""}\n',
]


def write_the_lines_otherwise(evidence: Evidence, dice: random.Random) -> None:
    evidence.bend = dice.choice(BENT_TEXTS)


def cut_the_file(evidence: Evidence, dice: random.Random) -> None:
    evidence.spoil = lambda data: data[: dice.randrange(len(data))]


def bend_the_file(evidence: Evidence, dice: random.Random) -> None:
    evidence.spoil = dice.choice(
        [lambda data: data + b"x", lambda data: flip(data[10:], dice), lambda data: b"PK" + data]
    )


def write_it_all_anew(evidence: Evidence, dice: random.Random) -> None:
    """Every key is the attacker's: only what the auditor brings can tell."""
    evidence.root, evidence.heads = evidence.stations[0].fingerprint, []
    thieves = [Station(100 + number, station.name).fill(5) for number, station in enumerate(evidence.stations)]
    evidence.logs, evidence.rows = [list(t.entries) for t in thieves], [t.row() for t in thieves]


ATTACKS: list[Attack] = [
    flip_a_bit, flip_a_bit_of_the_text, drop_an_entry, drop_the_first_entry, swap_two_entries, insert_a_forged_entry,
    repeat_an_entry, cut_the_tail_below_a_head, cut_the_tail_below_a_reference, sign_with_another_key,
    change_an_entry_with_the_key, renumber_an_entry_with_the_key, strip_a_signature, write_a_signature_otherwise,
    bring_the_head_of_another_history, bring_a_head_that_another_key_signed, change_a_head,
    replace_the_head_of_the_list, withhold_a_log_that_is_relied_on, withhold_a_log_whose_head_is_kept, fork,
    fork_for_longer, write_other_bytes_with_the_key, rely_on_what_was_not, begin_again_in_the_middle, lie_in_the_list,
    leave_a_log_out_of_the_list, write_the_lines_otherwise, cut_the_file, bend_the_file, write_it_all_anew,
]  # fmt: skip


# --- both verdicts ----------------------------------------------------------------------------------------------------


@dataclass
class Verdict:
    """What a verifier says: whether nothing is wrong, what it found, and what it holds of each log that is there."""

    ok: bool
    findings: list[dict[str, Any]] = field(default_factory=list)
    logs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def first_wrong(self) -> dict[str, int]:
        """Of each log that is wrong at some number, the first."""
        wrong: dict[str, int] = {}
        for finding in self.findings:
            if finding["code"] in WRONG and finding["seq"]:
                wrong[finding["log"]] = min(finding["seq"], wrong.get(finding["log"], finding["seq"]))
        return wrong

    @property
    def notes(self) -> set[tuple[str, str, int | None]]:
        return {(f["code"], f["log"], f["seq"]) for f in self.findings if f["code"] not in WRONG}

    @property
    def facts(self) -> list[tuple[Any, ...]]:
        keys = ("log", "station", "place", "key", "size", "head", "root", "witnessed_to")
        return sorted(tuple(log[key] for key in keys) for log in self.logs)


def by_the_program(path: Path, evidence: Evidence) -> Verdict:
    try:
        with read_bundle(path) as found:
            audit = audit_bundle(found.logs, found.entries, root=evidence.root, heads=evidence.heads)
    except CustodyError:
        return Verdict(False)
    told = audit.to_json()
    return Verdict(told["ok"], told["findings"], told["logs"])


def by_the_tool(path: Path, evidence: Evidence) -> Verdict:
    words = [str(path), "--json", *(["--root", evidence.root] if evidence.root else [])]
    for number, head in enumerate(evidence.heads):
        kept = path.with_name(f"head-{number}")
        kept.write_bytes(head.encode("utf-8"))
        words += ["--head", str(kept)]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = standalone.main(words)
    told = json.loads(out.getvalue())
    assert told["ok"] == (code == 0)
    return Verdict(told["ok"], told["findings"], told["logs"])


@pytest.fixture
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        yield Path(folder) / "logs.serah"


def check_an_honest_bundle(seed: int, file: Path) -> None:
    evidence = honest(random.Random(f"honest {seed}"))
    evidence.write(file)
    program, tool = by_the_program(file, evidence), by_the_tool(file, evidence)
    assert program.ok and tool.ok, (seed, program.first_wrong, tool.first_wrong)
    assert (program.facts, program.notes) == (tool.facts, tool.notes), seed


def check_an_attack(attack: Attack, seed: int, file: Path) -> None:
    dice = random.Random(f"{attack.__name__} {seed}")
    evidence = honest(dice)
    attack(evidence, dice)
    evidence.write(file)
    program, tool = by_the_program(file, evidence), by_the_tool(file, evidence)
    assert not program.ok and not tool.ok, (attack.__name__, seed, program, tool)
    assert program.first_wrong == tool.first_wrong, (attack.__name__, seed)


def test_both_find_nothing_wrong_with_honest_bundles(file):
    for seed in range(30):
        check_an_honest_bundle(seed, file)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_both_find_every_attack_and_name_the_same_numbers(attack, file):
    for seed in range(2):
        check_an_attack(attack, seed, file)


@pytest.mark.slow
def test_both_find_nothing_wrong_with_five_hundred_honest_bundles(file):
    for seed in range(500):
        check_an_honest_bundle(seed, file)


@pytest.mark.slow
def test_both_find_all_of_five_hundred_attacks(file):
    for number in range(500):
        check_an_attack(ATTACKS[number % len(ATTACKS)], 1000 + number, file)


def test_a_log_that_is_listed_as_empty_does_not_satisfy_its_head(file):
    check_an_attack(list_a_log_as_empty_whose_head_is_kept, 0, file)


def test_entries_of_no_log_of_the_list_are_wrong_though_the_list_is_empty(file):
    check_an_attack(list_no_log, 0, file)


@pytest.mark.parametrize("bend", BENT_BODIES.values(), ids=BENT_BODIES.keys())
def test_both_refuse_bytes_that_are_signed_and_not_of_this_format(bend, file):
    evidence = honest(random.Random(1))
    evidence.heads, evidence.root = [], None
    bend_a_body(evidence, 0, 1, bend)
    program, tool = by_the_program(evidence.write(file), evidence), by_the_tool(file, evidence)
    assert program.first_wrong == tool.first_wrong == {evidence.stations[0].name: 2}


def frozen_bodies() -> list[str]:
    vectors = json.loads((TOOL.parents[1] / "tests" / "data" / "ledger_v1.json").read_text("utf-8"))
    return [value for value in walk(vectors) if isinstance(value, str) and value.startswith('{"') and '"v":1' in value]


def test_the_tool_reads_the_frozen_vectors():
    bodies = frozen_bodies()
    assert {json.loads(body)["type"] for body in bodies} == {*FIELDS}
    for body in bodies:
        assert standalone.read_json(body.encode("utf-8"), *standalone.TYPES), body[:200]


ODD_VALUES = [
    None, True, -1, 0, 1, 2, 2**53 - 1, 2**53, 1.0, "", "x", "good", "camera", "add", "plan", "item", "0" * 64,
    "A" * 64,
    "0" * 63, "2024-02-10T00:00:00Z", "2024-02-10T00:00:00.123456Z", "2024-02-10T00:00:00.1234567Z",
    "2024-13-01T00:00:00Z",
    "2024-02-10T24:00:00Z", "2024-02-10T00:00:00+00:00", [], [""], [1], {}, [{}], {"x": 1},
    "\n\u0303", "e\u0301", "\u212b", "\u00e9",
]  # fmt: skip


def test_both_take_and_refuse_the_same_values_of_every_field():
    """Every value of every vector, however deep, in exchange for odd ones, and every key left out."""
    for body in map(json.loads, frozen_bodies()):
        for holder, key in places_in(body):
            kept = holder[key]
            for value in ODD_VALUES:
                holder[key] = value
                compare_readers(body)
            holder[key] = kept
            if isinstance(holder, dict):
                del holder[key]
                compare_readers(body)
                holder[key] = kept


def compare_readers(body: Any) -> None:
    data = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    try:
        read_body(data)
        by_program = True
    except TamperError:
        by_program = False
    assert (standalone.read_json(data, *standalone.TYPES) is not None) == by_program, data.decode("utf-8")


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in sorted(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        inner = value[key]
        yield value, key
        yield from places_in(inner)


def walk(value: Any) -> Iterator[Any]:
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(inner)


def test_both_know_the_same_types_and_fields():
    assert {*standalone.TYPES} == {*FIELDS}
    for name, fields in FIELDS.items():
        assert standalone.FORMS[name].keys() == COMMON.keys() | fields.keys(), name


# --- the tool as people run it ----------------------------------------------------------------------------------------


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """The tool in a process of its own, away from our packages."""
    return subprocess.run(
        [sys.executable, "-I", str(TOOL), *words], capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_the_tool_says_complete_up_to_these_heads_only_where_the_auditor_brings_something(file):
    evidence = honest(random.Random(1))
    evidence.write(file)
    alone, anchored = run(str(file)), run(str(file), "--root", Station(1).fingerprint)
    assert (alone.returncode, anchored.returncode) == (0, 0)
    assert "self-consistent only" in alone.stdout and "complete up to" not in alone.stdout
    assert "complete up to these heads\nRingkasan: lengkap sampai kepala-kepala log ini\n" in anchored.stdout


def test_the_tool_names_what_is_wrong_and_exits_with_one(file):
    evidence = honest(random.Random(1))
    strip_a_signature(evidence, random.Random(1))
    done = run(str(evidence.write(file)))
    assert done.returncode == 1
    assert "TAMPERED" in done.stdout and "Ringkasan: bukti ini salah" in done.stdout
    file.write_bytes(b"SQLite format 3")
    assert (run(str(file)).returncode, run(str(file)).stderr) == (1, "")


def test_the_tool_exits_with_two_where_it_is_used_wrongly(file):
    for words in ([], [str(file)], [str(file), "--root", "51.08"], [str(file), "--head", "/nowhere"]):
        done = run(*words)
        assert done.returncode == 2 and "Traceback" not in done.stderr


def test_the_tool_tells_one_items_events_in_words(file):
    evidence = honest(random.Random(1))
    station = evidence.stations[0]
    body = next(body for body in station.bodies if body["type"] == "handover")
    code = body["items"][0]["code"]
    told = run(str(evidence.write(file)), "--item", code.lower()).stdout
    assert f'log "{station.name}", seq {body["seq"]}' in told and 'from "51.08"' in told and 'to "51.08.01"' in told


def test_what_a_bundle_says_cannot_speak_to_the_terminal(file):
    station = Station(1)
    station.write("pack", parent="\x1b[2J\u202e", children=["7Q2M9X4T5B00"], action="add")
    evidence = Evidence([station], [list(station.entries)], [replace(station.row(), log=f"{station.name}\x1b]0;x\x07")])
    told = run(str(evidence.write(file)), "--item", "7Q2M9X4T5B00").stdout
    assert all(character.isprintable() or character == "\n" for character in told)


def test_the_tool_is_small_and_needs_nothing_of_ours():
    source = TOOL.read_text("utf-8")
    assert len(source.splitlines()) < 300
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names | {"cryptography"}


def test_the_same_head_is_told_by_many_heads_in_little_time():
    """Whoever relies on a log keeps a head at each handover: the subtrees are computed once."""
    log = standalone.Log("x")
    log.leaves = [bytes([n % 256]) * 32 for n in range(3000)]
    tree = Station(1).tree().__class__(iter(log.leaves))
    for size in range(0, 3001, 7):
        assert log.root(0, size) == tree.root(size)
