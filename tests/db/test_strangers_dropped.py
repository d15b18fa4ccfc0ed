"""Strangers are dropped on request: all that is theirs goes, nothing else, and an import brings them back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custody.compose.compose import NewEvent, Ref
from custody.errors import InputError, RuleError, StoreError, TamperError
from db.db_errors import as_store_errors
from db.log.quarantine import Strangers
from db.store import Store
from tests.support.checked_ledger import told
from tests.support.command_examples import Terminal
from tests.support.evidence_logs import CODES, Station
from tests.support.ledger_examples import TPS, boxes, cache_of, give, planned_station, record
from tests.support.merge_examples import take
from tests.support.sampling import examples
from tests.support.stranger_examples import AT, bundle_of, stranger, write_bundle


def rows_of(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """What the tables say that a stranger could have caused, without the numbers of rows."""
    tables = store.state.tables
    logs = dict(tables.log.select(tables.log.id, tables.log.name).tuples())
    found: dict[str, list[tuple[Any, ...]]] = dict(cache_of(store))
    for name in ("event", "fork", "waiting"):
        table = getattr(tables, name)
        found[name] = [(logs[log_id], bytes(leaf)) for log_id, leaf in table.select(table.log_id, table.leaf).tuples()]
    for name, entries, column in (
        ("event_item", tables.event, "event_id"),
        ("event_topic", tables.event, "event_id"),
        ("fork_item", tables.fork, "fork_id"),
    ):
        index = getattr(tables, name)
        leaves = dict(entries.select(entries.id, entries.leaf).tuples())
        key = index.topic if name == "event_topic" else index.code
        found[name] = [(what, bytes(leaves[row])) for what, row in index.select(key, getattr(index, column)).tuples()]
    found["seen_head"] = list(tables.seen_head.select(tables.seen_head.log, tables.seen_head.size).tuples())
    found["seal_use"] = list(tables.seal_use.select(tables.seal_use.code, tables.seal_use.serial).tuples())
    found["witnessed"] = [
        (logs[log_id], logs[by])
        for log_id, by in tables.witnessed.select(tables.witnessed.log_id, tables.witnessed.by_id).tuples()
    ]
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


@settings(max_examples=examples(40, 4), suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        mark, rules = store.ledger.memory.mark(), store.ledger.memory.rules_mark()
        whole = rows_of(store)
        Strangers(store).drop([each.name for each in gone], at=AT)
        assert store.ledger.memory.mark() != mark and store.ledger.memory.rules_mark() != rules
        assert rows_of(store) == rows_of(clean)
        told_clean = told(clean)
        assert [one for one in told(store) if one not in told_clean] == []
        before = cache_of(store)
        store.projection.rebuild()
        assert cache_of(store) == before
        assert take(store, bundle).new == sum(len(each.entries) for each in gone)
        store.heads.unwitnessed()
        assert rows_of(store) == whole and store.ledger.memory.mark() != mark


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
            "seal",
            v=2,
            item=row | {"code": CODES[0]},
            place="51.08",
            action="apply",
            serials=["A1"],
            result=None,
            names=["Made", "Ketut"],
            witness="",
            photo=None,
            note="",
            occurred=None,
        )
        take(store, bundle_of(other))
        before = rows_of(store)
        take(store, bundle_of(one))
        Strangers(store).drop([one.name], at=AT)
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
    assert ran.code == 2 and "entries: 4" in ran.err and "Add --yes" in ran.err
    assert one.name in station("doctor").out
    ran = station("drop", one.name, "--yes")
    assert ran.code == 0 and "logs that nobody admitted: 1; their entries: 4" in ran.out
    assert one.name not in station("doctor").out and other.name in station("doctor").out
    assert station("verify").code == 0
    assert station("import", "a.serah", "--json").json["new"] == 4
    ran = station("drop", one.fingerprint[:10], "--yes", "--json")
    assert [each["log"] for each in ran.json["dropped"]] == sorted([one.name, other.name])


def test_who_says_no_drops_nothing(station: Terminal, monkeypatch: pytest.MonkeyPatch):
    import commands.exchange.drop

    station("import", write_bundle(Path("a.serah"), stranger()))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(commands.exchange.drop, "confirm", lambda _question, default: default)
    ran = station("drop", "--all")
    assert ran.code == 2 and "Nothing was dropped" in ran.err
    assert stranger().name in station("doctor").out


def test_whoever_relies_on_a_stranger_is_told_before_it_goes(fresh_url: Callable[[], str]):
    one = stranger(1, 3)
    with planned_station(fresh_url(), 1) as store:
        take(store, bundle_of(one))
        assert [each.kept_to for each in Strangers(store).kept()] == [0]  # none of those in the bundle
        store.heads.take(one.head(2), at=AT)
        assert [each.kept_to for each in Strangers(store).kept()] == [2]
        ref = Ref(one.name, 2, one.entries[1].leaf.hex())
        record(store, *store.papers.witness_events([ref]))
        Strangers(store).drop([one.name], at=AT)
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
            with pytest.raises(StoreError), store.transaction(), as_store_errors():
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
        Strangers(store).drop([one.name], at=AT)
        attack("DELETE FROM dropped")
        attack("UPDATE dropped SET log_id = 1")
        assert tables.event.select().count() == count - len(one.entries)
        assert told(store) == []


def test_a_log_that_was_dropped_and_counts_now_is_missing(fresh_url: Callable[[], str]):
    one = stranger()
    with planned_station(fresh_url(), 1) as store:
        take(store, bundle_of(one))
        Strangers(store).drop([one.name], at=AT)
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
            Strangers(store).drop([one.name], at=AT)
        assert rows_of(store) == before and told(store) == []


def test_names_that_mean_nothing_or_what_counts_raise(fresh_url: Callable[[], str]):
    with planned_station(fresh_url(), 1) as store:
        with pytest.raises(InputError):
            Strangers(store).meant(["nobody"])
        with pytest.raises(RuleError):
            Strangers(store).meant([store.ledger.own_log().name])
        assert Strangers(store).meant([]) == []
