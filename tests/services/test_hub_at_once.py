"""Many stations send at once, several programs put in place what came, and some of these are killed in the middle."""

import multiprocessing
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import language
from custody.compose.compose import Handover, NewEvent, Touch
from custody.compose.item_events import register_events
from custody.format.item_facts import Item
from custody.plan.places import Place
from db.log.settling import MOST_ITEMS, settle
from db.state.projection import Projection
from db.store import Store, open_store
from evidence.mirror_forms import Package, Upload
from services.access.admission_notice import waiting_sentence
from services.exchange.hub_client import HubClient
from services.exchange.hub_desk import HubDesk
from services.exchange.ledger_audit import audit_ledger
from services.exchange.sync import sync
from services.plan.planning import record_plan
from services.records.correcting import correct
from services.records.handovers import record_handover
from services.records.lag import lag
from services.records.packing import record_packing
from services.reporting.made_by import made_of
from tests.support import forked
from tests.support.hub_examples import POINT, Running, ask, clone, entries_of, head_of, own, remark, running_hub
from tests.support.ledger_examples import TPS, Clock, absorb, around, boxes, cache_of, planned_station, record, signer
from tests.support.merge_examples import bundle_of, join, take
from web.hub_workers import HubWorkers

FreshUrl = Callable[[], str]
PPK = "51.08.01"
OFFICES, HANDOVERS = 4, 4


def put_in_place(url: str, how: str = "") -> None:
    """Put everything in place, a few entries at a time; or say that a fold has begun, and never end it."""
    if how == "stops":

        def stop(_self: Projection, _codes: object) -> None:
            print("folding", flush=True)
            time.sleep(60)

        Projection._refold = stop  # type: ignore[assignment, method-assign]
    with open_store(url, None, around(9)) as store:
        while settle(store, 2):
            print("placed", flush=True)


def placing(url: str, how: str = "") -> "subprocess.Popen[str]":
    return forked.run("tests.services.test_hub_at_once:put_in_place", url, how)


@pytest.fixture
def root(url: str) -> Iterator[Store]:
    with planned_station(url, 1) as store:
        yield store


@pytest.fixture
def offices(root: Store, sqlite_url: FreshUrl) -> list[Store]:
    """Stations at one place that hand the same things on to each other, and tell different halves of it."""
    codes = boxes(root, 6, TPS[0])
    found = [join(sqlite_url(), 2 + i, root, place=PPK, name=f"PPK {i}") for i in range(OFFICES)]
    for number, office in enumerate(found):
        take(office, bundle_of(root))
        for turn in range(HANDOVERS):
            ends = ("51.08", PPK) if turn % 2 == 0 else (PPK, "51.08")
            some = codes[(number + turn) % 6 :][:3]
            record_handover(office, Handover(*ends), [Touch(code, 1, "camera") for code in some])
    outer, *inner = (Touch(code, 1, "camera") for code in (codes[0], *codes[4:]))
    record_packing(found[0], outer, inner, "add")
    event = record_handover(found[1], Handover(PPK, TPS[0]), [Touch(codes[1], 1, "camera")]).events[0]
    correct(found[1], event, reason="did_not_occur")
    return found


def sent(hub: Running, office: Store) -> None:
    """Send without waiting for what follows from it."""
    assert not sync(office, HubClient(hub.address), pause=lambda _s: time.sleep(0.01)).waiting


def is_as_folded(store: Store) -> None:
    """Nothing waits, and the present state is what all records come to."""
    assert store.arrivals.behind().count == 0
    found = cache_of(store)
    store.projection.rebuild()
    assert found == cache_of(store)
    assert not [finding for finding in audit_ledger(store).findings if finding.is_wrong]


def arrived(url: str, offices: list[Store], tmp_path: Path) -> None:
    """Everything is sent and acknowledged, and the hub killed before it puts anything in place."""
    with running_hub(url, tmp_path) as hub:
        hub.hub.site.settle = lambda most=0, may_wait=True: 0  # type: ignore[method-assign]
        for office in offices:
            sent(hub, office)


def test_what_stations_sent_at_once_is_there_whole_and_once(
    url: str, root: Store, offices: list[Store], tmp_path: Path
) -> None:
    urls = [f"sqlite:///{office.ledger.database.database}" for office in offices]

    def send(number: int) -> None:
        with open_store(urls[number], signer(2 + number), around(20 + number)) as office:
            for _ in range(3):
                remark(office, 1)
                sent(hub, office)

    with running_hub(url, tmp_path) as hub:
        threads = [threading.Thread(target=send, args=(number,)) for number in range(OFFICES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        hub.settle()
    for office in offices:
        assert [*root.ledger.leaves(own(office))] == [*office.ledger.leaves(own(office))]
        assert office.cosigned.most(own(office)) == office.ledger.sizes()[own(office)]
    is_as_folded(root)


@pytest.mark.slow
def test_several_programs_put_in_place_what_one_would(
    url: str, root: Store, offices: list[Store], tmp_path: Path
) -> None:
    arrived(url, offices, tmp_path)
    at_work = [placing(url) for _ in range(3)]
    for program in at_work:
        assert program.communicate(timeout=60) and program.returncode == 0
    is_as_folded(root)


def test_more_things_than_a_server_has_locks_for_are_put_in_place_in_turns(
    url: str, root: Store, sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    """A server as it comes has room for 6,400 locks, in fact for some 12,000; a regency registers 18,000 at once."""
    office, count = join(sqlite_url(), 2, root, place="51.08", name="Gudang 2"), 18_600
    items = [Item(office.around.new_code(), "box", TPS[0], held_by="51.08") for _ in range(count)]
    record(office, *register_events(items))
    arrived(url, [office], tmp_path)
    turns = list(iter(lambda: settle(root, 64), 0))
    assert len(turns) >= count / MOST_ITEMS and root.arrivals.behind().count == 0
    assert sum(1 for _item in root.state.find_items(under=TPS[0])) == count


def test_as_many_are_put_in_place_as_are_asked_for_however_long_a_log_is(
    url: str, root: Store, sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    office = join(sqlite_url(), 2, root, place=PPK, name="PPK 1")
    remark(office, 200)
    arrived(url, [office], tmp_path)
    assert [settle(root, 130), settle(root, 130), settle(root, 130)] == [130, 70, 0]
    assert [*root.ledger.leaves(own(office))] == [*office.ledger.leaves(own(office))]


@pytest.fixture
def planners(root: Store, sqlite_url: FreshUrl) -> list[Store]:
    """Sub-districts that plan a village each and then go on working."""
    found = []
    for number in range(1, 4):
        top = f"51.08.0{number}"
        office = join(sqlite_url(), 1 + number, root, place=top, name=f"PPK {number}", powers=["plan"], under=[top])
        take(office, bundle_of(root))
        village = Place(f"{top}.2999", f"Desa {number}", "village", top)
        record_plan(office, [village], [], source="desa.csv", digest="1" * 64)
        remark(office, 3)
        found.append(office)
    return found


def test_plans_of_many_offices_are_put_in_place_together_and_the_plan_is_filled_once(
    url: str, root: Store, planners: list[Store], tmp_path: Path
) -> None:
    arrived(url, planners, tmp_path)
    filled, fill = [], root.projection.replan

    def replan() -> None:
        filled.append(root.arrivals.behind().count)
        fill()

    root.projection.replan = replan  # type: ignore[method-assign]
    while settle(root, 4):
        pass
    assert len(filled) == 1
    assert all(f"51.08.0{number}.2999" in root.state.places for number in range(1, 4))
    is_as_folded(root)


def place_meanwhile(store: Store, url: str, step: int, most: int) -> list[int]:
    """Let another program put so many entries in place before the statement of that number; counts the statements."""
    asked, ask_ledger = [0], store.ledger.database.execute_sql

    def ask(*words: object, **how: object) -> object:
        asked[0] += 1
        if asked[0] == step:
            with open_store(url, signer(1), around(9)) as beside:
                assert settle(beside, most)
        return ask_ledger(*words, **how)

    store.ledger.database.execute_sql = ask
    return asked


@pytest.mark.parametrize("most", [2, 99])
@pytest.mark.parametrize("step", range(1, 8))
def test_what_is_put_in_place_while_a_hub_reads_a_log_is_neither_missed_nor_read_twice(
    url: str, root: Store, sqlite_url: FreshUrl, tmp_path: Path, step: int, most: int
) -> None:
    """Else an honest station is told that its log is another one."""
    office = join(sqlite_url(), 2, root, place=PPK, name="PPK 1")
    remark(office, 4)
    arrived(url, [office], tmp_path)
    sizes = office.ledger.sizes()[own(office)], root.ledger.sizes()[own(office)]
    asked, desk = place_meanwhile(root, url, step, most), HubDesk()
    assert desk.known(root, own(office)).size == sizes[0] > sizes[1]
    assert desk.leaves(root, own(office), 0, sizes[0]) == [*office.ledger.leaves(own(office))]
    assert asked[0] >= 4


@pytest.mark.parametrize("step", [2, 3, 5, 15, 31])
def test_what_is_put_in_place_while_a_ledger_is_verified_makes_nothing_look_altered(
    url: str, root: Store, sqlite_url: FreshUrl, tmp_path: Path, step: int
) -> None:
    """It was told "tampered" and "incomplete" of an honest log at each of these statements."""
    office = join(sqlite_url(), 2, root, place=PPK, name="PPK 1")
    remark(office, 4)
    arrived(url, [office], tmp_path)
    asked = place_meanwhile(root, url, step, 99)
    assert not [finding for finding in audit_ledger(root).findings if finding.is_wrong]
    assert asked[0] > 31
    assert not [finding for finding in audit_ledger(root).findings if finding.is_wrong]


@pytest.fixture
def in_indonesian() -> Iterator[None]:
    language.use("id")
    yield
    language.use("en")


@pytest.mark.parametrize("is_beside", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.usefixtures("in_indonesian")
def test_a_hub_says_once_why_what_arrived_is_not_put_in_place(
    root: Store, url: str, offices: list[Store], tmp_path: Path, is_beside: bool
) -> None:
    beside, told = HubWorkers(url, 1, is_server=True) if is_beside else None, list[str]()
    with running_hub(url, tmp_path, workers=beside, tell=told.append) as hub:
        root.ledger.database.execute_sql("ALTER TABLE item RENAME TO item_lost")
        sent(hub, offices[0])
        until = time.monotonic() + 60
        while not told and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(1)
        assert len(told) == 1 and told[0].startswith("Kiriman dari pos-pos belum tampil di daftar: basis data"), told
        assert "item" in told[0]
        root.ledger.database.execute_sql("ALTER TABLE item_lost RENAME TO item")
        while root.arrivals.behind().count and time.monotonic() < until:
            time.sleep(0.1)
    is_as_folded(root)


def test_a_program_that_is_killed_while_it_folds_loses_nothing(
    url: str, root: Store, offices: list[Store], tmp_path: Path
) -> None:
    arrived(url, offices, tmp_path)
    before, count = cache_of(root), root.arrivals.behind().count
    killed = placing(url, "stops")
    assert killed.stdout is not None and killed.stdout.readline() == "folding\n"
    killed.kill()  # kill -9
    killed.wait()
    assert (cache_of(root), root.arrivals.behind().count) == (before, count)
    killed = placing(url, "stops")
    assert killed.stdout is not None and killed.stdout.readline() == "folding\n"
    after = placing(url)  # all of these records are about the same things: it waits for the one that folds them
    time.sleep(1)
    assert root.arrivals.behind().count == count
    killed.kill()
    assert after.communicate(timeout=60) and after.returncode == 0
    is_as_folded(root)


@pytest.mark.slow
@pytest.mark.postgres
def test_processes_beside_a_hub_check_and_place_and_are_begun_again_when_they_are_killed(
    postgres_url: FreshUrl, sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    url = postgres_url()
    beside = HubWorkers(url, 2, is_server=True)
    with planned_station(url, 1) as root, running_hub(url, tmp_path, workers=beside) as hub:
        office = join(sqlite_url(), 2, root, place=PPK, name="PPK 1")
        for _ in range(3):
            remark(office, 20)
            sent(hub, office)
            for child in multiprocessing.active_children():
                child.kill()  # kill -9
        until = time.monotonic() + 60
        while root.arrivals.behind().count and time.monotonic() < until:
            time.sleep(0.1)
        is_as_folded(root)
        assert [*root.ledger.leaves(own(office))] == [*office.ledger.leaves(own(office))]
        with clone(sqlite_url(), office) as copy:
            remark(office, 2)
            record(copy, NewEvent("point", {**POINT, "title": "another history"}))
            remark(copy, 1)
            assert ask(hub, "/add-checkpoint", head_of(office, 61)).status == 200
            body = Upload(own(office), 61, 63).to_bytes()
            package = Package(0, 61, entries_of(copy, 61, 63), ())
            answer = ask(hub, "/add-entries", body + package.to_bytes())
        assert (answer.status, answer.reason) == (422, "proof")  # a refusal comes from there as from here


@pytest.mark.postgres
def test_a_log_that_is_locked_keeps_no_other_from_its_receipt(
    postgres_url: FreshUrl, sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    url = postgres_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        first, second = (
            join(sqlite_url(), 2 + i, root, place=PPK, name=f"PPK {i}", powers=["plan"], under=[PPK]) for i in range(2)
        )
        hub.sync(first), hub.sync(second)
        remark(first, 3), remark(second, 3)
        take(second, bundle_of(root))
        record_plan(second, [Place(f"{PPK}.2999", "Desa", "village", PPK)], [], source="desa.csv", digest="1" * 64)
        with root.transaction(is_shared=True):
            root.arrivals.lock(own(first))
            sent(hub, second)  # a plan among it, which is put in place behind that like the rest
            assert second.cosigned.most(own(second)) == second.ledger.sizes()[own(second)]
        sent(hub, first)


def test_a_log_that_went_on_otherwise_before_it_was_in_place_is_held_as_two_histories(
    url: str, root: Store, sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    office = join(sqlite_url(), 2, root, place=PPK, name="PPK 1")
    with running_hub(url, tmp_path) as hub:
        hub.sync(office)
        with clone(sqlite_url(), office) as copy:
            remark(office, 2)
            record(copy, NewEvent("point", {**POINT, "title": "another history"}))
            remark(copy, 1)
            hub.hub.site.settle = lambda most=0, may_wait=True: 0  # type: ignore[method-assign]
            sent(hub, office)
            absorb(root, copy)
            both = {*office.ledger.leaves(own(office)), *copy.ledger.leaves(own(office))}
    while settle(root, 10):
        pass
    tables = root.ledger.tables
    held = {bytes(row.leaf) for table in (tables.event, tables.fork) for row in table.select()}
    assert both <= held and own(office) in root.state.stations.forked()
    assert root.arrivals.behind().count == 0


def test_pages_and_reports_say_how_far_behind_they_are(
    url: str, root: Store, offices: list[Store], tmp_path: Path
) -> None:
    arrived(url, offices[:1], tmp_path)
    clock = Clock(80_000)
    root.around = around(1, clock)
    count = root.arrivals.behind().count
    told = lag(root)
    assert told.count == count > 0 and told.seconds > 0
    for words in (waiting_sentence(root), made_of(root).waiting):
        assert words.startswith("As of ") and f"{count} records that have arrived" in words
    clock.seconds = 0  # put back
    assert lag(root).seconds == 0
    while settle(root, 10):
        pass
    assert waiting_sentence(root) == ""
