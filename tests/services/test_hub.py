"""Stations send to a hub and take from it, over real sockets."""

from collections.abc import Callable
from pathlib import Path

import pytest

from custody.compose.compose import Handover, NewEvent, Touch
from custody.errors import InputError, StoreError, TamperError
from db.store import Store
from services.exchange.hub_client import HubAddress, HubClient, read_address
from services.exchange.ledger_audit import audit_ledger
from services.exchange.sync import sync
from services.records.handovers import record_handover
from services.records.introducing import card_named
from services.records.membership import admit, revoke
from tests.support.hub_examples import POINT, clone, own, remark, running_hub, size_at
from tests.support.ledger_examples import TPS, boxes, card_of, empty_ledger, planned_station, record, station
from tests.support.merge_examples import bundle_of, join, take

FreshUrl = Callable[[], str]


def test_a_station_sends_its_log_and_gets_a_receipt_of_all_of_it(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        boxes(root, 3, TPS[0])
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        done = hub.sync(office)
        assert (done.sent, done.waiting, done.waits) == (1, 0, False)
        assert done.receipts == ((own(office), 1),)
        assert done.taken == root.ledger.sizes()[own(root)]
        assert size_at(root, office) == 1
        again = hub.sync(office)
        assert (again.sent, again.taken, again.receipts) == (0, 0, ())


def test_what_the_hub_cosigned_is_witnessed_by_it(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        remark(office, 5)
        assert office.heads.unwitnessed() == 6
        hub.sync(office)
        assert office.heads.unwitnessed() == 0
        remark(office, 1)
        logs = {log.log: log for log in audit_ledger(office).logs}
        assert [(seen.log, seen.to) for seen in logs[own(office)].witnesses] == [(own(root), 6)]
        assert office.heads.unwitnessed() == 1


def test_a_hub_that_was_revoked_witnesses_nothing(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(sqlite_url(), 1) as root:
        relay = join(url, 2, root, place="51.08.01", name="Pusat")
        office = join(sqlite_url(), 3, root, place="51.08.01.2001", name="PPS 1")
        take(relay, _with_heads(root), _with_heads(office))
        with running_hub(url, tmp_path, seed=2) as hub:
            hub.sync(office)
        assert office.heads.unwitnessed() == 0
        take(root, bundle_of(relay))
        revoke(root, "Pusat", reason="stolen")
        take(office, bundle_of(root))
        logs = {log.log: log for log in audit_ledger(office, root.ledger.own_log().root).logs}
        assert logs[own(office)].witnesses == ()
        assert office.heads.unwitnessed() == 1


def test_a_log_of_many_packages_arrives_whole(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        remark(office, 300)
        hub.sync(office)
        remark(office, 300)
        done = hub.sync(office)
        assert (done.sent, done.waiting) == (300, 0)
        assert [*root.ledger.leaves(own(office))] == [*office.ledger.leaves(own(office))]


def test_what_arrived_before_the_hub_was_cut_off_counts_once_it_is_open_again(
    sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root:
        codes = boxes(root, 3, TPS[0])
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        take(office, bundle_of(root))
        record_handover(office, Handover("51.08", "51.08.01"), [Touch(code, 1, "camera") for code in codes])
        with running_hub(url, tmp_path) as hub:
            hub.hub.site.settle = lambda most=0, may_wait=True: 0  # type: ignore[method-assign] # as if it were killed before it could
            done = hub.sync(office)
        assert (done.waiting, size_at(root, office)) == (0, 1)
        assert root.ledger.tables.waiting.select().count() == 1
        assert not [finding for finding in audit_ledger(root).findings if finding.is_wrong]
        assert {item.held_by for item in root.state.items_of(codes).values()} == {"51.08"}
        with running_hub(url, tmp_path) as hub:
            hub.settle()
            assert hub.sync(office).sent == 0
        assert (size_at(root, office), root.ledger.tables.waiting.select().count()) == (2, 0)
        assert {item.held_by for item in root.state.items_of(codes).values()} == {"51.08.01"}
        assert not [finding for finding in audit_ledger(root).findings if finding.is_wrong]


def test_one_station_carries_the_log_of_another(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        village = join(sqlite_url(), 3, root, place="51.08.01.2001", name="PPS 1")
        take(office, bundle_of(root))
        remark(village, 3)
        take(office, _with_heads(village))
        done = hub.sync(office)
        assert done.receipts == tuple(sorted([(own(office), 1), (own(village), 4)]))
        assert size_at(root, village) == 4


def test_a_station_reads_its_branch_and_no_other(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        one = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        below = join(sqlite_url(), 3, root, place="51.08.01.2001", name="PPS 1")
        other = join(sqlite_url(), 4, root, place="51.08.02", name="PPK 2")
        for store in (below, other, one):
            hub.sync(store)
        assert set(one.ledger.sizes()) == {own(root), own(one), own(below)}


def test_a_stranger_is_kept_apart_and_counts_once_root_admits_it(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub, empty_ledger(sqlite_url(), 2) as office:
        office.begin(election="Pemilu 2024", station="PPK 1", place="51.08.01", root=root.ledger.own_log().root)
        done = hub.sync(office)
        assert (done.sent, done.taken, done.waits, done.receipts) == (1, 0, True, ())
        card = card_named(root, "PPK 1")
        assert card == card_of(office, 2) and card_named(root, "PPK 2") is None
        admit(root, card)
        assert card_named(root, "PPK 1") is None
        done = hub.sync(office)
        assert (done.sent, done.waiting, done.waits) == (0, 0, False)
        assert done.taken == _size(root)


def test_a_revoked_station_is_refused(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        hub.sync(office)
        revoke(root, "PPK 1", reason="stolen")
        remark(office, 1)
        with pytest.raises(InputError, match="revoked"):
            hub.sync(office)
        assert size_at(root, office) == 1


def test_a_hub_of_another_election_is_told_at_once(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1), running_hub(url, tmp_path) as hub, station(sqlite_url(), 9) as other:
        with pytest.raises(InputError, match="another root"):
            hub.sync(other)
        assert own(other) not in hub.hub.site.desk.introduced


def test_two_laptops_with_one_key_are_caught_and_both_heads_kept(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        with clone(sqlite_url(), office) as copy:
            remark(office, 2)
            record(copy, NewEvent("point", {**POINT, "title": "another history"}))
            remark(copy, 3)
            hub.sync(office)
            with pytest.raises(TamperError, match="another history"):
                hub.sync(copy)
        assert size_at(root, office) == 3
        told = [finding.code for finding in audit_ledger(root).findings if finding.log == own(office)]
        assert told[0] == "INCOMPLETE"  # its key has signed a head of five entries that are not the three here


def test_a_station_put_back_to_an_older_copy_learns_it_from_the_hub(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        with clone(sqlite_url(), office) as copy:
            remark(office, 2)
            hub.sync(office)
            with pytest.raises(TamperError, match="older copy"):
                hub.sync(copy)


def test_nobody_answering_is_the_machines_fault_and_loses_nothing(sqlite_url: FreshUrl) -> None:
    with planned_station(sqlite_url(), 1) as root, pytest.raises(StoreError, match="nobody answers") as told:
        sync(root, HubClient(HubAddress("127.0.0.1", 9, "0" * 32)))
    assert told.value.exit_code == 3


def test_another_certificate_is_not_spoken_to(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        wrong = HubAddress(hub.address.host, hub.address.port, "0" * 64)
        with pytest.raises(StoreError, match="not the hub"):
            sync(root, HubClient(wrong))
        assert hub.hub.site.buffered == 0


@pytest.mark.parametrize(
    "text", ["", "http://a#" + "0" * 32, "https://a/x#" + "0" * 32, "https://#" + "0" * 32, "https://a#12"]
)
def test_what_is_no_invitation_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no hub's address"):
        read_address(text)


@pytest.mark.parametrize("quote", ["'", '"', " "])
def test_an_invitation_may_come_in_the_quotes_of_a_shell(quote: str) -> None:
    address = HubAddress("192.168.1.20", 8753, "a" * 32)
    assert read_address(f"{quote}{address}{quote}") == address


def test_an_invitation_reads_back_as_it_was_written() -> None:
    address = HubAddress("192.168.1.20", 8753, "a" * 32)
    assert read_address(str(address)) == address


def _size(store: Store) -> int:
    return store.ledger.sizes()[own(store)]


def _with_heads(store: Store):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    bundle = bundle_of(store)
    rows = tuple(replace(row, checkpoint=store.ledger.signed_heads.newest(row.log)) for row in bundle.rows)
    return replace(bundle, rows=rows)
