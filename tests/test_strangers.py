"""Logs that nobody admitted: kept within limits, handed to nobody unasked, and dropped without a trace in the rest."""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_examples import ROOT, Terminal, station_at
from evidence_logs import CODES, Station
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_examples import (
    TPS,
    absorb,
    boxes,
    cache_of,
    card_of,
    empty_ledger,
    give,
    planned_station,
    record,
    station,
)
from meet_examples import PPK, fingerprint_of
from merge_examples import Bundle, take
from test_store_checking import told

import db.strangers
from custody.compose import NewEvent, Ref
from custody.errors import InputError, RuleError, StoreError, TamperError
from custody.ledger import log_name
from db.checking import Checking
from db.faults import as_store_errors
from db.stations import admit
from db.store import Store
from db.strangers import Strangers, logs_named
from evidence.audit import audit_bundle
from evidence.bundle_lines import LogRow, entry_line, header_line
from evidence.entry import RawEntry
from evidence.mentions import MAX_NAMED

AT = "2024-02-10T23:00:00Z"


def stranger(number: int = 1, size: int = 4, key: int = 200) -> Station:
    """A log that root has not admitted; those of one key differ by their numbers."""
    public_key = Station(key).public_key
    return Station(key, log_name("pemilu-2024", f"asing-{number}", public_key, number)).fill(size)


def bundle_of(*stations: Station) -> Bundle:
    rows = [LogRow(**{**_row(each), "checkpoint": each.head()}) for each in stations]
    return Bundle(tuple(rows), tuple(RawEntry(e.body, e.signatures) for each in stations for e in each.entries))


def _row(one: Station) -> dict[str, Any]:
    row = one.row()
    return {name: getattr(row, name) for name in ("log", "station", "place", "size", "head")}


def write_bundle(path: Path, *stations: Station) -> Path:
    bundle = bundle_of(*stations)
    lines = [header_line(list(bundle.rows)), *(entry_line(e.body, e.signatures) for e in bundle.entries)]
    path.write_bytes(gzip.compress(b"".join(lines), 6, mtime=0))
    return path


def kept(store: Store) -> list[str]:
    return sorted(one.log for one in Strangers(store.state).kept())


# --- handing on ------------------------------------------------------------------------------------------------------


def names_in(file: str) -> set[str]:
    with gzip.open(file) as bundle:
        return {row["log"] for row in json.loads(next(bundle))["logs"]}


def test_what_nobody_admitted_is_handed_on_only_where_that_is_asked_for(station: Terminal):
    one = stranger()
    assert station("import", write_bundle(Path("a.serah"), one)).code == 0
    ran = station("export", "--out", "out.serah")
    assert ran.code == 0 and "Left out: 1 logs of stations that nobody admitted" in ran.out
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


@pytest.fixture
def newcomer(station: Terminal, tmp_path: Path) -> Terminal:
    """A laptop that follows root, is not admitted yet, and has met nobody."""
    return station_at(
        station, tmp_path / "new", "--place", PPK, "--station", "PPK-1", "--root", fingerprint_of(station)
    )


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
    monkeypatch.setattr(db.strangers, *FEW[limit])
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
        assert line.code == "UNKNOWN_STATION" and line.values["count"] == merged.left_out and not line.is_wrong
        assert len(kept(root)) <= 2 if limit == "logs" else sum(o.bytes for o in Strangers(root.state).kept()) <= 9_000
        checking = Checking(root.state)
        audit = audit_bundle(checking.rows(), checking.entries(), root=root.ledger.own_log().root)
        assert [one for one in audit.findings if one.is_wrong] == []  # nothing that anybody signed is missing
        again = take(root, Bundle(rows, entries))
        assert (again.new, again.left_out) == (0, merged.left_out)


def test_behind_an_entry_that_found_no_room_nothing_of_its_log_is_taken_to_wait_for_it(
    fresh_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    one = naming(1, 40, 2)  # its second record is long, and the third is short
    one.hand_over()
    monkeypatch.setattr(db.strangers, "MAX_BYTES", 3_000)
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
    monkeypatch.setattr(db.strangers, "MAX_BYTES", 100)
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
        [first] = Strangers(store.state).kept()
        assert first.bytes == sum(len(e.body) + len(e.signatures) for e in one.entries)
        assert (first.log, first.entries, first.fingerprint) == (one.name, 4, one.fingerprint)
        monkeypatch.setattr(db.strangers, "MAX_BYTES", first.bytes + 100)
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


def rows_of(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """What the tables say that a stranger could have caused, without the numbers of rows."""
    tables = store.state.tables
    logs = dict(tables.log.select(tables.log.id, tables.log.name).tuples())
    found: dict[str, list[tuple[Any, ...]]] = dict(cache_of(store))
    for name in ("event", "fork", "waiting"):
        table = getattr(tables, name)
        found[name] = [(logs[log_id], bytes(leaf)) for log_id, leaf in table.select(table.log_id, table.leaf).tuples()]
    for name, entries, column in (
        ("event_item", tables.event, "event_id"), ("event_topic", tables.event, "event_id"),
        ("fork_item", tables.fork, "fork_id"),
    ):  # fmt: skip
        index = getattr(tables, name)
        leaves = dict(entries.select(entries.id, entries.leaf).tuples())
        key = index.topic if name == "event_topic" else index.code
        found[name] = [(what, bytes(leaves[row])) for what, row in index.select(key, getattr(index, column)).tuples()]
    found["seen_head"] = list(tables.seen_head.select(tables.seen_head.log, tables.seen_head.size).tuples())
    found["seal_use"] = list(tables.seal_use.select(tables.seal_use.code, tables.seal_use.serial).tuples())
    found["witnessed"] = [
        (logs[log_id], logs[by]) for log_id, by in
        tables.witnessed.select(tables.witnessed.log_id, tables.witnessed.by_id).tuples()
    ]  # fmt: skip
    found["log"] = [(name,) for name in logs.values()]
    return {name: sorted(rows) for name, rows in found.items()}


def meddle(stations: list[Station], codes: list[str], dice: Any) -> None:
    """Strangers speak of root's things, of new ones, of each other, and take back what they and others said."""
    for one in stations:
        others = [each for each in stations if each is not one]
        code = dice.choice(codes)
        row = {"code": code, "print": None, "after": None, "how": "typed"}
        match dice.randrange(5):
            case 0:
                one.write("inspect", item=row, condition="wet", photo=None, note="")
            case 1 if others:
                target = dice.choice(others).entries[-1]
                one.write("correct", target=target.leaf.hex(), reason="did_not_occur", corrective=[], note="")
            case 2:
                one.write("pack", parent=code, children=[dice.choice(CODES), dice.choice(codes)], action="add")
            case 3 if others:
                one.write("witness", [dice.choice(others).ref()], head=dice.choice(others).head())
            case _:
                one.hand_over([dice.choice(stations).ref()])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.integers(1, 4), st.integers(0, 12))
def test_a_ledger_from_which_strangers_were_dropped_is_as_if_they_had_never_come(
    sqlite_url: Callable[[], str], dice: Any, count: int, steps: int
):
    stations = [stranger(number, 1 + dice.randrange(4), 200 + number) for number in range(count)]
    with planned_station(sqlite_url(), 1) as store, planned_station(sqlite_url(), 1) as clean:
        codes = boxes(store, 4)
        assert boxes(clean, 4) == codes
        for each in (store, clean):
            give(each, codes[:2], "51.08.01")
        for _step in range(steps):
            meddle(stations, codes, dice)
        bundle = bundle_of(*stations)
        take(store, bundle)
        store.heads.unwitnessed()
        gone = dice.sample(stations, dice.randrange(1, count + 1))
        take(clean, bundle_of(*(each for each in stations if each not in gone)))
        clean.heads.unwitnessed()
        mark, rules = store.ledger.mark(), store.ledger.rules_mark()
        whole = rows_of(store)
        Strangers(store.state).drop([each.name for each in gone], at=AT)
        assert store.ledger.mark() != mark and store.ledger.rules_mark() != rules
        assert rows_of(store) == rows_of(clean)
        assert [one for one in told(store) if one not in told(clean)] == []
        before = cache_of(store)
        store.state.rebuild()
        assert cache_of(store) == before
        assert take(store, bundle).new == sum(len(each.entries) for each in gone)
        store.heads.unwitnessed()
        assert rows_of(store) == whole and store.ledger.mark() != mark


def test_a_correction_whose_target_was_dropped_and_seals_that_a_stranger_put_on_leave_no_trace(
    fresh_url: Callable[[], str],
):
    one, other = stranger(1, 1), stranger(2, 1, 201)
    with planned_station(fresh_url(), 1) as store:
        [code] = boxes(store, 1)
        row = {"code": code, "print": None, "after": None, "how": "typed"}
        one.write("inspect", item=row, condition="wet", photo=None, note="")
        other.write("correct", target=one.entries[-1].leaf.hex(), reason="did_not_occur", corrective=[], note="")
        one.write(
            "seal", v=2, item=row | {"code": CODES[0]}, place="51.08", action="apply", serials=["A1"], result=None,
            names=["Made", "Ketut"], witness="", photo=None, note="", occurred=None,
        )  # fmt: skip
        take(store, bundle_of(other))
        before = rows_of(store)
        take(store, bundle_of(one))
        Strangers(store.state).drop([one.name], at=AT)
        assert told(store) == [] and rows_of(store) == before
        take(store, bundle_of(one))
        assert told(store) == []


def test_what_counts_is_never_dropped_by_whatever_name(station: Terminal, newcomer: Terminal):
    newcomer("export", "--out", "new.serah")
    station("import", "new.serah")
    station("admit", newcomer.home / "station-card.json")
    own = json.loads((station.home / "station-card.json").read_text())
    admitted = json.loads((newcomer.home / "station-card.json").read_text())
    before = station.event_count()
    for card in (own, admitted):
        for name in (card["log"], card["station"], card["place"]):
            ran = station("drop", name, "--yes")
            assert ran.code == 2 and "counts here" in ran.err, ran
    assert station("drop", own["root"][:12], "--yes").code == 2
    ran = station("drop", "nobody", "--yes")
    assert ran.code == 2 and "nothing is kept here of nobody" in ran.err and "doctor" in ran.err
    assert station("drop", "--yes").code == station("drop", "x", "--all").code == 2
    assert station("drop", "--all", "--yes", "--json").json == {"dropped": []}
    assert station.event_count() == before and station("verify").code == 0
    station("import", write_bundle(Path("a.serah"), stranger()))
    assert newcomer("drop", admitted["log"], "--yes").code == 2  # its own, though nobody at it knows of an admission


def test_dropping_says_what_goes_asks_and_an_import_brings_it_back(station: Terminal):
    one, other = stranger(1, 4), stranger(2, 3)
    write_bundle(Path("a.serah"), one, other)
    station("import", "a.serah")
    listed = station("doctor").out
    assert one.name in listed and "2 of at most 1,000 logs" in listed and "drop STRANGER" in listed
    ran = station("drop", one.name, typed="y\n")
    assert ran.code == 2 and "4 entries" in ran.err and "Add --yes" in ran.err
    assert one.name in station("doctor").out
    ran = station("drop", one.name, "--yes")
    assert ran.code == 0 and "Dropped: 4 entries of 1 logs" in ran.out
    assert one.name not in station("doctor").out and other.name in station("doctor").out
    assert station("verify").code == 0
    assert station("import", "a.serah", "--json").json["new"] == 4
    ran = station("drop", one.fingerprint[:10], "--yes", "--json")
    assert [each["log"] for each in ran.json["dropped"]] == sorted([one.name, other.name])


def test_who_says_no_drops_nothing(station: Terminal, monkeypatch: pytest.MonkeyPatch):
    import commands.dropping

    station("import", write_bundle(Path("a.serah"), stranger()))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(commands.dropping, "confirm", lambda _question, default: default)
    ran = station("drop", "--all")
    assert ran.code == 2 and "Nothing was dropped" in ran.err
    assert stranger().name in station("doctor").out


def test_whoever_relies_on_a_stranger_is_told_before_it_goes(fresh_url: Callable[[], str]):
    one = stranger(1, 3)
    with planned_station(fresh_url(), 1) as store:
        take(store, bundle_of(one))
        assert [each.kept_to for each in Strangers(store.state).kept()] == [0]  # none of those in the bundle
        store.heads.take(one.head(2), at=AT)
        assert [each.kept_to for each in Strangers(store.state).kept()] == [2]
        ref = Ref(one.name, 2, one.entries[1].leaf.hex())
        record(store, *store.papers.witness_events([ref]))
        Strangers(store.state).drop([one.name], at=AT)
        assert set(told(store)) == {"INCOMPLETE"}
        take(store, bundle_of(one))
        assert told(store) == []


def test_the_guards_let_go_of_nothing_but_what_was_said_to_be_dropped(url: str):
    with planned_station(url, 1) as store:
        give(store, boxes(store, 2), TPS[0])
        one = stranger()
        take(store, bundle_of(one))
        tables = store.state.tables
        own, other = (tables.log.get(tables.log.is_own == number) for number in (1, 0))

        def attack(*statements: str) -> None:
            with pytest.raises(StoreError), store.ledger.transaction(), as_store_errors():
                for statement in statements:
                    store.ledger.database.execute_sql(statement)

        def said(row: Any, **changed: Any) -> str:
            said = {"log_id": row.id, "log": row.name, "public_key": row.public_key, "size": row.size} | changed
            values = ", ".join(str(value) if isinstance(value, int) else f"'{value}'" for value in said.values())
            return f"INSERT INTO dropped (log_id, log, public_key, size, dropped_at) VALUES ({values}, 'x')"

        count = tables.event.select().count()
        attack(f"DELETE FROM event WHERE log_id = {other.id}")
        attack(said(other), f"DELETE FROM event WHERE log_id = {other.id}")  # the log itself is here still
        attack(f"DELETE FROM log WHERE id = {other.id}", f"DELETE FROM event WHERE log_id = {other.id}")
        attack(said(other), f"DELETE FROM log WHERE id = {other.id}", f"DELETE FROM event WHERE log_id = {own.id}")
        attack(said(own))
        attack(said(own, log_id=other.id))
        attack(said(other, size=other.size + 1))
        assert tables.event.select().count() == count and tables.dropped.select().count() == 0
        Strangers(store.state).drop([one.name], at=AT)
        attack("DELETE FROM dropped")
        attack("UPDATE dropped SET log_id = 1")
        assert tables.event.select().count() == count - len(one.entries)
        assert told(store) == []


def test_a_log_that_was_dropped_and_counts_now_is_missing(fresh_url: Callable[[], str]):
    one = stranger()
    with planned_station(fresh_url(), 1) as store:
        take(store, bundle_of(one))
        Strangers(store.state).drop([one.name], at=AT)
        assert told(store) == []
        said = {"station": "x", "place": "51.08", "key": one.public_key.hex(), "powers": []}
        record(store, NewEvent("admit", said))
        [line] = told(store)
        assert one.name in line and "dropped" in line
        take(store, bundle_of(one))
        assert told(store) == []


def test_a_failed_drop_leaves_everything(fresh_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch):
    one = stranger()
    with planned_station(fresh_url(), 1) as store:
        take(store, bundle_of(one))
        before = rows_of(store)
        monkeypatch.setattr(Strangers, "_forget_corrections", lambda _self: (_ for _ in ()).throw(TamperError("x")))
        with pytest.raises(TamperError):
            Strangers(store.state).drop([one.name], at=AT)
        assert rows_of(store) == before and told(store) == []


def test_names_that_mean_nothing_or_what_counts_raise(fresh_url: Callable[[], str]):
    with planned_station(fresh_url(), 1) as store:
        with pytest.raises(InputError):
            Strangers(store.state).meant(["nobody"])
        with pytest.raises(RuleError):
            Strangers(store.state).meant([store.ledger.own_log().name])
        assert Strangers(store.state).meant([]) == []
