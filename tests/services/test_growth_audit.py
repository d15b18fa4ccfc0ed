"""`verify --since-last` reads only what has come, from what was verified here and no database can write."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import db.log.growth_audit
from custody.format.encoding import leaf_digest
from db.log.growth_audit import Growth
from db.store import Store, open_store
from evidence.mirror_forms import raw_entry
from evidence.verdict import BundleAudit
from services.exchange.hub_desk import settle_arrived
from services.exchange.ledger_audit import audit_ledger
from services.records.growth import VERIFIED_FILE, GrowthAudit, audit_growth, kept_verified
from services.records.membership import revoke
from tests.support.command_examples import Terminal
from tests.support.hub_examples import clone, own, remark
from tests.support.ledger_examples import TPS, WAREHOUSE, around, boxes, give, planned_station, signer
from tests.support.merge_examples import bundle_of, join, take

FreshUrl = Callable[[], str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def hub(url: str, home: Path) -> Iterator[Store]:
    """A ledger with 12 things that was verified, and where one has moved since."""
    with planned_station(url, 1) as store:
        codes = boxes(store, 12, TPS[0])
        assert isinstance(whole := audit_growth(store, home), BundleAudit)
        assert whole.is_ok
        give(store, codes[:2], WAREHOUSE, "51.08.01")
        yield store


def grown(store: Store, home: Path) -> GrowthAudit:
    found = audit_growth(store, home)
    assert isinstance(found, GrowthAudit), "everything was read"
    return found


def test_only_what_has_come_is_read_and_what_was_found_then_is_gone_on_from(
    hub: Store, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, examine = list[int](), db.log.growth_audit.examine

    def seen(job: Any) -> Any:
        read.append(job[0].seq)
        return examine(job)

    monkeypatch.setattr(db.log.growth_audit, "examine", seen)
    size = hub.ledger.sizes()[own(hub)]
    found = grown(hub, home)
    assert (found.findings, found.items, found.entries) == ((), 2, len(read))
    assert max(read) == size and len(read) < size
    remark(hub, 1)
    read.clear()
    assert grown(hub, home).entries == 1
    assert read == [size + 1]
    assert (grown(hub, home).entries, len(read)) == (0, 1)


def test_another_stations_log_is_read_from_where_it_was(hub: Store, home: Path, sqlite_url: FreshUrl) -> None:
    office = join(sqlite_url(), 2, hub, place="51.08.01", name="PPK 1")
    remark(office, 3)
    take(hub, bundle_of(office))
    assert isinstance(audit_growth(hub, home), BundleAudit), "who counts has changed: everything is read"
    remark(office, 2)
    take(hub, bundle_of(office))
    assert (grown(hub, home).entries, grown(hub, home).findings) == (2, ())
    revoke(hub, "PPK 1", reason="stolen")
    assert isinstance(audit_growth(hub, home), BundleAudit)


def test_what_an_altered_copy_of_it_says_is_not_believed(hub: Store, home: Path) -> None:
    kept = home / VERIFIED_FILE
    good = kept.read_bytes()
    for bad in (b"", b"{}\n", good[:-9] + good[-8:], good.replace(b'"forked":0', b'"forked":1'), b"\xff" + good):
        kept.write_bytes(bad)
        assert isinstance(audit_growth(hub, home), BundleAudit)
        assert kept.read_bytes() != bad, "it is verified again"
        remark(hub, 1)
    assert grown(hub, home).findings == ()


def test_another_key_has_verified_nothing_here(hub: Store, url: str, home: Path) -> None:
    with open_store(url, signer(7), around(7)) as other:
        assert isinstance(audit_growth(other, home), BundleAudit)


def test_what_has_arrived_and_is_put_in_place_later_or_meanwhile_is_for_the_next_time(
    hub: Store, url: str, home: Path, sqlite_url: FreshUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = join(sqlite_url(), 2, hub, place="51.08.01", name="PPK 1")
    take(hub, bundle_of(office))
    audit_growth(hub, home)
    remark(office, 2)
    entries = [raw_entry(entry) for entry in office.ledger.span(own(office), 1, 3)]
    kept = [(leaf_digest(raw.body + b"\n" + raw.signatures.encode()), raw.body, raw.signatures) for raw in entries]
    with hub.transaction():
        hub.arrivals.keep(hub.ledger.log_id(own(office)), 2, kept, "2024-02-12T00:00:00Z")
        hub.heads.keep(office.ledger.signed_heads.signed(own(office)) or "", at="2024-02-12T00:00:00Z")
    assert (grown(hub, home).entries, grown(hub, home).findings) == (0, ())
    heads, placed = Growth.heads, list[int]()

    def meanwhile(growth: Growth, row: Any) -> list[tuple[int, bytes]]:
        with open_store(url, signer(1), around(1)) as beside:
            placed.append(settle_arrived(beside, 10))
        return heads(growth, row)

    monkeypatch.setattr(Growth, "heads", meanwhile)
    found = grown(hub, home)
    assert (found.entries, found.findings, sum(placed)) == (0, (), 2)
    found = grown(hub, home)
    assert (found.entries, found.findings) == (2, ())


ATTACKS = {
    "a record that has come is altered": (
        "UPDATE event SET body = (SELECT body FROM event WHERE seq = {old}) WHERE seq = {new}"
    ),
    "the newest that was verified is altered": "UPDATE event SET signatures = '' WHERE seq = {old}",
    "what was verified is gone": "DELETE FROM event WHERE seq = {old}",
    "a record that has come is taken out": "DELETE FROM event WHERE seq = {new}",
    "the log is told shorter": "UPDATE log SET size = {old} - 1",
    "the log ends elsewhere": "UPDATE log SET head = (SELECT leaf FROM event WHERE seq = 1)",
    "handovers are miscounted": "UPDATE log SET handovers = handovers + 1",
    "the log has another key": "UPDATE log SET public_key = '{key}'",
    "what it names is not found by it": (
        "DELETE FROM event_item WHERE event_id IN (SELECT id FROM event WHERE seq = {new})"
    ),
    "the present state of what moved is altered": (
        "UPDATE item SET held_by = '51.08.02' WHERE code IN "
        "(SELECT code FROM event_item JOIN event ON event.id = event_id WHERE seq = {new})"
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_is_altered_of_what_has_come_is_found(hub: Store, home: Path, attack: str) -> None:
    before, kept = (home / VERIFIED_FILE).read_bytes(), kept_verified(home, hub.signer())
    assert kept is not None
    size = kept.logs[own(hub)].size
    without_guards(hub, ATTACKS[attack].format(old=size, new=size + 1, key="ab" * 32))
    found = grown(hub, home)
    assert found.findings and all(finding.is_wrong for finding in found.findings)
    assert (home / VERIFIED_FILE).read_bytes() == before, "nothing is remembered"
    assert [finding for finding in audit_ledger(hub).findings if finding.is_wrong]


def test_what_was_verified_before_and_altered_since_is_for_the_whole_reading(hub: Store, home: Path) -> None:
    """As docs/threat-model.md says: an old entry is not read again, but for the newest."""
    without_guards(hub, "UPDATE event SET signatures = '' WHERE seq = 2")
    assert grown(hub, home).findings == ()
    assert [finding for finding in audit_ledger(hub).findings if finding.is_wrong]


def test_a_log_that_signed_another_history_is_found_by_the_head(hub: Store, home: Path, sqlite_url: FreshUrl) -> None:
    office = join(sqlite_url(), 2, hub, place="51.08.01", name="PPK 1")
    remark(office, 1)
    take(hub, bundle_of(office))
    audit_growth(hub, home)
    with clone(sqlite_url(), office) as twin:
        remark(office, 2)
        remark(twin, 1)
        twin_head = twin.ledger.signed_heads.signed(own(twin))
        assert twin_head is not None
        take(hub, bundle_of(office))
        hub.heads.keep(twin_head, at="2024-02-12T00:00:00Z")
    assert [finding.code for finding in grown(hub, home).findings] == ["FORK"]


def without_guards(store: Store, statement: str) -> None:
    """Alter the database as its owner does, who puts the guards back as they were."""
    database = store.ledger.database
    if store.arrivals.has_one_writer:
        triggers = database.execute_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _sql in triggers:
            database.execute_sql(f"DROP TRIGGER {name}")
        database.execute_sql(statement)
        for _name, sql in triggers:
            database.execute_sql(sql)
    else:
        guards = database.execute_sql(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
        ).fetchall()
        for table, name in guards:
            database.execute_sql(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        database.execute_sql(statement)
        for table, name in guards:
            database.execute_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    store.ledger.memory.forget()


def test_the_command_says_what_it_read_and_what_not(station: Terminal) -> None:
    first = station("verify", "--since-last")
    assert (first.code, "up to" in first.out or "entries of station" in first.out) == (0, True), first
    assert station("point", "p1", "--title", "Check the seals").code == 0
    again = station("verify", "--since-last")
    assert again.code == 0
    assert again.out.startswith("1 entry has come since ")
    assert "was not read again: verify without --since-last reads everything" in again.out
    told = station("verify", "--since-last", "--json").json
    assert (told["ok"], told["entries"], told["items"], told["findings"]) == (True, 0, 0, [])


@pytest.mark.parametrize("more", [["x.serah"], ["--root", "ab" * 32], ["--head", "x"], ["--policy", "x.txt"]])
def test_it_goes_with_nothing_else(station: Terminal, more: list[str]) -> None:
    for name in ("x.serah", "x", "x.txt"):
        Path(name).write_text("x")
    ran = station("verify", "--since-last", *more)
    assert (ran.code, ran.out) == (2, "")
    assert "--since-last is for this station's own ledger" in ran.err


def test_the_command_says_what_is_wrong_and_ends_with_1(station: Terminal) -> None:
    assert station("verify", "--since-last").code == 0
    assert station("point", "p1", "--title", "Check the seals").code == 0
    with open_store(f"sqlite:///{station.home / 'ledger.db'}", None, around(1)) as store:
        without_guards(store, "UPDATE event SET signatures = '' WHERE seq = (SELECT MAX(seq) FROM event)")
    ran = station("verify", "--since-last")
    assert ran.code == 1
    assert "Not everything is as it was signed. Run: python main.py verify" in ran.out
