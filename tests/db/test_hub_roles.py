"""The roles of docs/hub.md on a real PostgreSQL: the statements of that page, and what each role can and cannot do."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from custody.compose.compose import Handover, Touch
from custody.errors import StoreError
from db.store import Store, open_store
from services.plan.planning import record_plan
from services.records.correcting import correct
from services.records.handovers import record_handover
from tests.support.checked_ledger import told
from tests.support.guard_attacks import ANYWHERE, IN_POSTGRES, attack, rows
from tests.support.hub_examples import running_hub
from tests.support.ledger_examples import (
    PLACES,
    TPS,
    TRUCK,
    absorb,
    all_events,
    around,
    boxes,
    cache_of,
    empty_ledger,
    give,
    signer,
    station,
)
from tests.support.merge_examples import bundle_of, join, take

pytestmark = pytest.mark.postgres
PAGE = Path(__file__).parents[2] / "docs" / "hub.md"
ROLES, GRANTS = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
POWERS_OF_OTHERS = [
    "SET session_replication_role = replica",
    "ALTER TABLE event DISABLE TRIGGER ALL",
    "ALTER TABLE event DISABLE TRIGGER event_no_change",
    "ALTER TABLE event DROP COLUMN signatures",
    "ALTER TABLE event RENAME TO old",
    "DROP TRIGGER event_no_change ON event",
    "DROP TABLE event CASCADE",
    "DROP TABLE item",
    "CREATE TABLE mine (x int)",
    "CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger AS 'BEGIN END' LANGUAGE plpgsql",
    "CREATE TRIGGER mine BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_append_only()",
    "SET ROLE serah_owner",
    "SET SESSION AUTHORIZATION serah_owner",
    "UPDATE event_item SET code = 'x'",
    "DELETE FROM event_item",
    "DELETE FROM event_topic",
    "UPDATE fork SET body = ''",
    "DELETE FROM fork_item",
    "DELETE FROM seen_head",
    "UPDATE seen_head SET size = 1",
    "UPDATE log SET public_key = ''",
    "UPDATE log SET name = 'x'",
    "DELETE FROM log",
    "TRUNCATE log",
    "UPDATE paper SET body = ''",
    "DELETE FROM paper",
    "DELETE FROM schema_migration",
]


@pytest.fixture(scope="module")
def roles(postgres_url: Callable[[], str]) -> Iterator[Callable[[str], str]]:
    """The address of one hub's database for each role, set up as the page says."""
    import psycopg

    url = postgres_url()
    schema = url.rpartition("%3D")[2]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(ROLES)
        server.execute(f"ALTER SCHEMA {schema} OWNER TO serah_owner")

    def as_role(role: str) -> str:
        assert "//postgres:" in url
        return url.replace("//postgres:", f"//{role}:")

    with station(as_role("serah_owner")):
        pass
    with psycopg.connect(as_role("serah_owner"), autocommit=True) as owner:
        owner.execute(re.sub("GRANT CREATE ON DATABASE .*", "", GRANTS).replace("SCHEMA public", f"SCHEMA {schema}"))
    with psycopg.connect(url, autocommit=True) as server:  # here the database is not the owner's, as there
        [grant] = re.findall("GRANT CREATE ON DATABASE .*", GRANTS)
        server.execute(grant.replace("DATABASE serah", "DATABASE postgres"))
    yield as_role


@pytest.fixture
def hub(roles) -> Iterator[Store]:
    with open_store(roles("serah_hub"), signer(), around(1)) as store:
        yield store


def test_the_hubs_role_does_all_its_work(hub: Store, sqlite_url) -> None:
    record_plan(hub, PLACES, [], source="plan.csv", digest="0" * 64)
    codes = boxes(hub, 6)
    hub.drafts.open("d", "51.08", TRUCK, (), at="2024-02-10T08:00:00Z")
    hub.drafts.take("d", Touch(codes[0], 1, "camera"), at="2024-02-10T08:00:00Z")
    record_handover(hub, Handover("51.08", TRUCK), [], draft="d")
    correct(hub, give(hub, codes[1:3], TPS[0])[0], reason="did_not_occur")
    with station(sqlite_url(), 4) as other, empty_ledger(sqlite_url(), 4, 9) as copy:
        absorb(copy, other)
        copy.ledger.tables.log.update(is_own=1).execute()
        for store in (other, copy):
            give(store, codes[3:5], TPS[1])
            assert take(hub, bundle_of(store)).new
        whole = bundle_of(copy)
        assert take(hub, whole).new == 0
    hub.heads.take(hub.heads.own_head(), at="2024-02-10T09:00:00Z")
    assert hub.heads.unwitnessed() > 0
    before = cache_of(hub)
    hub.projection.rebuild()
    assert cache_of(hub) == before
    assert set(told(hub)) == {"FORK"}


def test_stations_send_to_a_hub_that_works_in_its_role(hub: Store, roles, sqlite_url, tmp_path: Path) -> None:
    office = join(sqlite_url(), 7, hub, place="51.08.01", name="PPK 7")
    own = office.ledger.own_log().name
    give(office, boxes(hub, 3), "51.08.01.2001")
    with running_hub(roles("serah_hub"), tmp_path, key=signer()) as running:
        assert running.sync(office).receipts == ((own, 2),)
        assert running.sync(office).sent == 0
    assert [*hub.ledger.leaves(own)] == [*office.ledger.leaves(own)]
    assert hub.ledger.tables.waiting.select().count() == 0
    office.close_after_test.close()  # type: ignore[attr-defined]


def test_the_hubs_role_changes_and_removes_nothing_and_switches_nothing_off(hub: Store) -> None:
    give(hub, boxes(hub, 2), TPS[0])
    before, count = rows(hub), len(all_events(hub))
    attack(hub, "GRANT ALL ON event TO serah_hub")  # PostgreSQL warns, and grants nothing
    for form in (*(form for form in ANYWHERE + IN_POSTGRES if not form.startswith("INSERT")), *POWERS_OF_OTHERS):
        with pytest.raises(StoreError):
            attack(hub, form)
        assert rows(hub) == before, form
    give(hub, boxes(hub, 1), TPS[0])
    assert len(all_events(hub)) == count + 2


def test_a_readers_role_verifies_and_records_nothing(roles, hub: Store) -> None:
    codes = boxes(hub, 2)
    with open_store(roles("serah_reader"), signer(), around(2)) as reader:
        assert told(reader) == told(hub)
        assert reader.state.chain(codes[0]) == hub.state.chain(codes[0])
        before = rows(reader)
        with pytest.raises(StoreError):
            give(reader, codes, TPS[0])
        for form in (*ANYWHERE, *IN_POSTGRES, *POWERS_OF_OTHERS, "DELETE FROM item", "UPDATE place SET name = ''"):
            with pytest.raises(StoreError):
                attack(reader, form)
            assert rows(reader) == before, form
