"""Logs that nobody admitted: kept within limits, handed to nobody unasked, and dropped without a trace in the rest."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import db.log.quarantine
from custody.compose.compose import NewEvent
from db.log.quarantine import Strangers, logs_named
from db.log.table_audit import Checking
from db.store import Store
from evidence.audit import audit_bundle
from evidence.entry import RawEntry
from evidence.intake import LogRow
from evidence.mentions import MAX_NAMED
from services.records.membership import admit
from tests.support.command_examples import ROOT, Terminal, station_at
from tests.support.evidence_logs import Station
from tests.support.ledger_examples import (
    TPS,
    absorb,
    boxes,
    card_of,
    empty_ledger,
    give,
    planned_station,
    record,
    station,
)
from tests.support.meet_examples import PPK, fingerprint_of
from tests.support.merge_examples import Bundle, take
from tests.support.stranger_examples import bundle_of, kept, names_in, stranger, write_bundle


def test_what_nobody_admitted_is_handed_on_only_where_that_is_asked_for(station: Terminal):
    one = stranger()
    assert station("import", write_bundle(Path("a.serah"), one)).code == 0
    ran = station("export", "--out", "out.serah")
    assert ran.code == 0 and "Left out, logs of stations that nobody admitted: 1" in ran.out
    assert one.name not in names_in("out.serah") and len(names_in("out.serah")) == 1
    told = station("export", "--out", "out.serah", "--json").json
    assert told["left_out"] == [one.name] and [head["log"] for head in told["logs"]] == sorted(names_in("out.serah"))
    assert station("export", "--out", "all.serah", "--with-strangers").code == 0
    assert one.name in names_in("all.serah")
    station("export", "--observers", "pack")
    station("export", "--observers", "whole", "--with-strangers")
    assert one.name not in names_in("pack/logs.serah") and one.name in names_in("whole/logs.serah")


def test_a_place_where_only_strangers_stand_is_refused_and_says_what_to_do(station: Terminal):
    other = stranger()
    other.bodies[0] |= {"place": PPK}
    other = Station(200, other.name)
    station("import", write_bundle(Path("a.serah"), other))
    ran = station("export", "--out", "out.serah", "--under", PPK)
    assert ran.code == 2 and not Path("out.serah").exists()


def test_a_station_that_is_not_admitted_exports_its_own_log_so_that_root_can_admit_it(
    newcomer: Terminal, station: Terminal
):
    station("export", "--out", "root.serah")
    assert newcomer("import", "root.serah").code == 0
    assert newcomer("export", "--out", "new.serah", "--json").json["left_out"] == []
    assert len(names_in("new.serah")) == 2
    assert station("import", "new.serah", "--json").json["new"] == 1
    assert "Not admitted" in station("doctor").out
    assert station("export", "--out", "back.serah", "--json").json["left_out"] != []
    assert station("admit", newcomer.home / "station-card.json").code == 0
    assert station("export", "--out", "back.serah", "--json").json["left_out"] == []


def test_while_roots_log_is_not_here_logs_that_follow_this_root_are_handed_on(
    newcomer: Terminal, station: Terminal, tmp_path: Path
):
    root = fingerprint_of(station)
    third = station_at(station, tmp_path / "third", "--place", "51.08.02", "--station", "PPK-2", "--root", root)
    third("export", "--out", "third.serah")
    newcomer("import", "third.serah")
    assert newcomer("export", "--out", "both.serah", "--json").json["left_out"] == []
    station("export", "--out", "root.serah")
    newcomer("import", "root.serah")  # now it is known that nobody admitted the third one
    told = newcomer("export", "--out", "both.serah", "--json").json
    assert ["ppk-2" in log for log in told["left_out"]] == [True]


# --- the room --------------------------------------------------------------------------------------------------------

FEW: dict[str, tuple[str, int]] = {"logs": ("MAX_LOGS", 2), "bytes": ("MAX_BYTES", 9_000), "names": ("MAX_NAMED", 6)}


def naming(number: int, names: int, size: int = 2) -> Station:
    """A stranger whose records name so many logs each."""
    one = stranger(number, 1)
    for step in range(size - 1):
        leaf = "0" * 64
        one.hand_over([{"log": f"{number}-{step}-{name}", "seq": 1, "leaf": leaf} for name in range(names)])
    return one


@pytest.mark.parametrize("limit", FEW)
def test_beyond_each_limit_strangers_are_left_out_and_all_else_is_taken(
    limit: str, fresh_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(db.log.quarantine, *FEW[limit])
    with planned_station(fresh_url(), 1) as root, station(fresh_url(), 7) as joined:
        others = [naming(number, 2, 3) for number in range(1, 6)]
        mine = joined.ledger.own_log().name
        admit(root, card_of(joined, 7))
        codes = boxes(joined, 3)
        give(joined, codes, TPS[0])
        theirs, ours = bundle_of(*others), all_of(joined)
        rows, entries = (*theirs.rows, *ours.rows), (*theirs.entries, *ours.entries)
        merged = take(root, Bundle(rows, entries))
        count = sum(len(each.entries) for each in others)
        assert 0 < merged.left_out < count and merged.new == len(entries) - merged.left_out
        assert root.ledger.sizes()[mine] == joined.ledger.sizes()[mine]
        [line] = [one for one in merged.findings if one.log == ""]
        assert line.code == "UNKNOWN_STATION" and not line.is_wrong
        logs = sum(root.ledger.sizes().get(one.name, 0) < len(one.entries) for one in others)
        assert line.values == {"count": merged.left_out, "logs": logs, "way": "admit", "drop_way": "drop"}
        assert len(kept(root)) <= 2 if limit == "logs" else sum(o.bytes for o in Strangers(root).kept()) <= 9_000
        checking = Checking(root)
        audit = audit_bundle(checking.rows(), checking.entries(), root=root.ledger.own_log().root)
        assert [one for one in audit.findings if one.is_wrong] == []  # nothing that anybody signed is missing
        again = take(root, Bundle(rows, entries))
        assert (again.new, again.left_out) == (0, merged.left_out)


def test_behind_an_entry_that_found_no_room_nothing_of_its_log_is_taken_to_wait_for_it(
    fresh_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    one = naming(1, 40, 2)  # its second record is long, and the third is short
    one.hand_over()
    monkeypatch.setattr(db.log.quarantine, "MAX_BYTES", 3_000)
    with planned_station(fresh_url(), 1) as store:
        assert (merged := take(store, bundle_of(one))).left_out == 2 and merged.new == 1
        assert store.state.tables.waiting.select().count() == 0
        assert store.state.tables.seen_head.select().where(store.state.tables.seen_head.log == one.name).count() == 0


def all_of(store: Store) -> Bundle:
    rows = (LogRow(h["log"], h["station"], h["place"], h["size"], h["head"]) for h in store.ledger.heads())
    return Bundle(tuple(rows), tuple(RawEntry(*entry) for entry in store.ledger.entries()))


def test_a_bundle_that_admits_its_strangers_fills_no_room(
    fresh_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(db.log.quarantine, "MAX_BYTES", 100)
    with (
        planned_station(fresh_url(), 1) as root,
        station(fresh_url(), 7) as joined,
        empty_ledger(fresh_url(), 8) as far,
    ):
        far.begin(election="Pemilu 2024", station="Far", place="51.08.02", root=root.ledger.own_log().root)
        before = all_of(root)
        assert take(far, before).left_out == 0
        assert take(far, all_of(joined)).left_out == 1 and kept(far) == []
        admit(root, card_of(joined, 7))
        absorb(root, joined)
        assert take(far, all_of(root)).left_out == 0
        assert far.ledger.sizes().keys() > joined.ledger.sizes().keys()


def test_the_room_that_is_taken_already_counts_and_admission_gives_it_back(
    fresh_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    one, other = naming(1, 3, 4), naming(2, 3, 4)
    with planned_station(fresh_url(), 1) as store:
        assert take(store, bundle_of(one)).left_out == 0
        [first] = Strangers(store).kept()
        assert first.bytes == sum(len(e.body) + len(e.signatures) for e in one.entries)
        assert (first.log, first.entries, first.fingerprint) == (one.name, 4, one.fingerprint)
        monkeypatch.setattr(db.log.quarantine, "MAX_BYTES", first.bytes + 100)
        assert take(store, bundle_of(other)).left_out == 4
        said = {"station": "x", "place": "51.08", "key": one.public_key.hex(), "powers": []}
        record(store, NewEvent("admit", said))  # both are of one key
        assert kept(store) == [] and take(store, bundle_of(other)).new == 4


def test_the_names_in_a_record_are_those_that_it_refers_to_and_whose_head_it_keeps():
    one, other = stranger(1), stranger(2)
    one.write("witness", [one.ref(2), other.ref(1)], head=other.head())
    assert logs_named(one.entries[-1].body) == {other.name}
    assert logs_named(one.entries[0].body) == set()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the most memory that was used there")
def test_a_small_file_that_names_hundreds_of_thousands_of_logs_grows_the_ledger_by_little(
    station: Terminal, tmp_path: Path
):
    one = stranger(1, 1)
    for step in range(400):
        refs = [{"log": f"{step:x}-{name:x}", "seq": 1, "leaf": "0" * 64} for name in range(640)]
        one.hand_over(refs)
    file = write_bundle(tmp_path / "hostile.serah", one)
    assert file.stat().st_size < 1_700_000 and 400 * 640 > 250_000
    before = (station.home / "ledger.db").stat().st_size
    code = "import main, sys, pathlib; main.main(sys.argv[1:]); print(pathlib.Path('/proc/self/status').read_text())"
    command = [sys.executable, "-c", code, "--home", str(station.home), "import", str(file), "--json"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    out = json.loads(ran.stdout.splitlines()[0])
    [most_kb] = re.findall(r"VmHWM:\s+(\d+) kB", ran.stdout)
    grown = (station.home / "ledger.db").stat().st_size - before
    assert grown < 3 * MAX_NAMED * 100, grown  # so many names, each a hundred bytes, and an index beside
    assert int(most_kb) < 150_000, most_kb
    assert 0 < out["new"] < 400 and out["findings"][0]["log"] == ""
    assert station("export", "--out", "out.serah").code == 0
    assert Path("out.serah").stat().st_size < 100_000
    ran = station("drop", "--all", "--yes", "--json")
    assert ran.code == 0 and ran.json["dropped"][0]["entries"] == out["new"]
    assert station("verify").code == 0


# --- dropping --------------------------------------------------------------------------------------------------------
