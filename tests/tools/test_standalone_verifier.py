"""The verifier that stands alone and the one of the program: written apart, they must come to one verdict.

Every bundle is written to a file and read by both. What an attack leaves is made to fit as well as an attacker can make
it fit: the list of logs, which nobody signs, is written anew.
"""

import ast
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from custody.chain.roster import roster
from custody.errors import CustodyError, TamperError
from custody.format.encoding import read_signatures
from custody.format.events import read_event
from evidence.intake import LogRow, check_bundle
from services.exchange.bundle import read_bundle
from tests.support.bundle_attacks import (
    ATTACKS,
    BENT_BODIES,
    Attack,
    bend_a_body,
    bend_the_file,
    invent_a_witness_by_another_row,
    invent_a_witness_without_entries,
    list_a_log_as_empty_whose_head_is_kept,
    list_a_newest_entry_and_no_entries,
    list_no_log,
    sign_a_head_beyond_all_counting,
    strip_a_signature,
)
from tests.support.bundle_examples import MEDDLERS, Evidence, admit, honest
from tests.support.evidence_logs import Station
from tests.support.portable import python_alone
from tests.support.tool_examples import TOOLS
from tests.support.two_verifiers import by_the_program, by_the_tool, standalone

TOOL = TOOLS / "verify_standalone.py"


@pytest.fixture
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "logs.serah"


def check_an_honest_bundle(seed: int, file: Path) -> None:
    evidence = honest(random.Random(f"honest {seed}"), meddlers=3)
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


@pytest.mark.parametrize("meddle", MEDDLERS, ids=lambda meddle: meddle.__name__)
def test_both_read_the_roots_word_as_the_roster_does(meddle, file):
    """Under one that the root let admit, and under the root itself: who counts, up to where, and who has seen what."""
    for has_delegate in (False, True):
        root, delegate = Station(1).fill(3), Station(2).fill(3)
        admit(root, delegate, "admit")
        stations = [root, delegate, *meddle(root, delegate if has_delegate else root, random.Random(7))]
        notices = [read_event(entry.body, read_signatures(entry.signatures)) for s in stations for entry in s.entries]
        trusted = roster(root.fingerprint, notices)
        evidence = Evidence(stations, [s.entries for s in stations], [s.row() for s in stations], root.fingerprint)
        program, tool = by_the_program(evidence.write(file), evidence), by_the_tool(file, evidence)
        assert program.ok and tool.ok and program.facts == tool.facts
        ends = {s.name: trusted.last_good(s.name) for s in stations if trusted.counts(s.name)}
        expected = {("UNKNOWN_STATION", s.name, None) for s in stations if s.name not in ends}
        expected |= {
            ("UNKNOWN_STATION", s.name, end + 1)
            for s in stations
            if (end := ends.get(s.name)) is not None and end < len(s.entries)
        }
        for verdict in (program, tool):
            assert {note for note in verdict.notes if note[0] == "UNKNOWN_STATION"} == expected


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_both_find_every_attack_and_name_the_same_numbers(attack, file):
    for seed in range(2):
        check_an_attack(attack, seed, file)


OF_THE_FILE: list[Attack] = [
    invent_a_witness_by_another_row,
    invent_a_witness_without_entries,
    list_a_newest_entry_and_no_entries,
    sign_a_head_beyond_all_counting,
    bend_the_file,
]


@pytest.mark.parametrize("attack", OF_THE_FILE, ids=lambda attack: attack.__name__)
def test_what_is_wrong_with_the_list_or_the_file_is_not_taken_in_either(attack, file):
    for seed in range(5):
        dice = random.Random(seed)
        evidence = honest(dice)
        keys = {station.name: station.public_key for station in evidence.stations}
        with read_bundle(evidence.write(file)) as found:
            assert check_bundle(found.logs, found.entries, keys).count
        attack(evidence, dice)
        with pytest.raises(CustodyError), read_bundle(evidence.write(file)) as found:
            check_bundle(found.logs, found.entries, keys)


def test_a_log_whose_name_is_not_its_keys_is_not_taken_in_and_wrong_to_no_verifier(file):
    """What our program calls its logs is its own affair; the frozen vectors have other names."""
    station = Station(1, "serah/pemilu-2024/gudang-1/0000000001000001").fill(4)
    evidence = Evidence([station], [station.entries], [station.row()])
    assert by_the_program(evidence.write(file), evidence).ok and by_the_tool(file, evidence).ok
    with pytest.raises(TamperError, match="does not bear the name"), read_bundle(file) as found:
        check_bundle(found.logs, found.entries, {})


@pytest.mark.parametrize("by", ["its own row", "another row", "a row without entries"])
def test_no_head_of_the_list_witnesses_anything(by, file):
    """Nobody signs the list; a station's own newest head says nothing that the station could not say alone."""
    station, other = Station(1).fill(4), Station(2).fill(4)
    nobody = LogRow("serah/x/bawaslu/0123456789abcdef", "Bawaslu", "51", 0, None, station.head())
    rows = [station.row(), replace(other.row(), checkpoint=station.head() if by == "another row" else None)]
    if by == "its own row":
        rows[0] = replace(rows[0], checkpoint=station.head())
    rows += [nobody] if by == "a row without entries" else []
    evidence = Evidence([station, other], [station.entries, other.entries], rows)
    for verdict in (by_the_program(evidence.write(file), evidence), by_the_tool(file, evidence)):
        assert verdict.ok == (by == "its own row")
        assert all(log["witnessed_to"] == 0 and not log["witnesses"] for log in verdict.logs)


def test_where_roots_log_is_absent_both_say_that_no_station_is_known(file):
    evidence = honest(random.Random(3))
    evidence.root, nobody = "0" * 64, LogRow("serah/x/nobody/0123456789abcdef", "", "", 0, None)
    evidence.rows.append(nobody)  # without entries there is no key, and so nobody to be known
    program, tool = by_the_program(evidence.write(file), evidence), by_the_tool(file, evidence)
    assert program.notes == tool.notes >= {("UNKNOWN_STATION", station.name, None) for station in evidence.stations}
    assert not any(log == nobody.log for _, log, _ in program.notes)
    evidence.root = sha256(b"").hexdigest()
    program, tool = by_the_program(file, evidence), by_the_tool(file, evidence)
    assert not program.ok and not tool.ok  # the digest of no key at all is nobody's fingerprint


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
    assert "complete up to these heads\nRingkasan: lengkap sampai posisi log ini\n" in anchored.stdout


def test_the_tool_names_what_is_wrong_and_exits_with_one(file):
    evidence = honest(random.Random(1))
    strip_a_signature(evidence, random.Random(1))
    done = run(str(evidence.write(file)))
    assert done.returncode == 1
    assert "TAMPERED" in done.stdout and "Ringkasan: bukti ini salah" in done.stdout
    file.write_bytes(b"SQLite format 3")
    assert (run(str(file)).returncode, run(str(file)).stderr) == (1, "")


def test_the_tool_calls_short_what_a_kept_head_goes_beyond_and_wrong_what_is_altered_besides(file, tmp_path):
    station = Station(1).fill(6)
    head, entries = tmp_path / "head.txt", list(station.entries)
    head.write_text(station.head(), "utf-8", newline="\n")
    rows = [station.row(4)]
    short = run(str(Evidence([station], [entries[:4]], rows).write(file)), "--head", str(head))
    assert short.returncode == 1 and "Ringkasan: belum lengkap" in short.stdout and "INCOMPLETE" in short.stdout
    both = Evidence([station], [entries[:4]], rows)
    strip_a_signature(both, random.Random(1))
    wrong = run(str(both.write(file)), "--head", str(head))
    assert wrong.returncode == 1 and "Ringkasan: bukti ini salah" in wrong.stdout


def test_the_tool_exits_with_two_where_it_is_used_wrongly(file):
    for words in ([], [str(file)], [str(file), "--root", "51.08"], [str(file), "--head", "/nowhere"]):
        done = run(*words)
        assert done.returncode == 2 and "Traceback" not in done.stderr


def test_a_head_may_have_been_through_an_editor_and_not_be_other_than_text(file, tmp_path):
    station, head = Station(1).fill(6), tmp_path / "head.txt"
    bundle = str(Evidence([station], [station.entries], [station.row()]).write(file))
    head.write_bytes(b"\xef\xbb\xbf" + station.head().encode())
    assert run(bundle, "--head", str(head)).returncode == 0
    head.write_bytes(station.head().encode() + b"\xe2\x80\x94 other\xff AAAAAAAAAAAA\n")
    assert run(bundle, "--head", str(head)).returncode == 2


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


@pytest.mark.parametrize("tool", ["verify_standalone.py", "verify_proof.py"])
def test_without_cryptography_a_tool_says_in_a_line_what_to_install(tool, file, tmp_path):
    honest(random.Random(1)).write(file)
    words = [str(TOOL.with_name(tool)), str(file)]
    begin = f"import runpy, sys; sys.path.insert(0, {str(TOOL.parent)!r}); sys.argv = {words!r}; "
    bare = [*python_alone(tmp_path), "-I", "-c", begin + f"runpy.run_path({words[0]!r}, run_name='__main__')"]
    done = subprocess.run(bare, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "pip install cryptography" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("tool", ["verify_standalone.py", "verify_tiles.py"])
def test_the_tool_is_small_and_needs_nothing_of_ours(tool):
    source = TOOL.with_name(tool).read_text("utf-8")
    assert len(source.splitlines()) < 400
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
