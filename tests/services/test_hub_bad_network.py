"""What stations send arrives whole and once over networks that cut, stall, and answer for others."""

import random
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from custody.errors import StoreError
from db.store import Store
from evidence.mirror_forms import HeadRequest, Upload, records
from evidence.tree import Tree
from services.exchange.hub_client import CutError, HubAddress, HubClient
from services.exchange.sync import Synced, sync
from tests.support.bad_network import BadNetwork, bad_network, serving
from tests.support.hub_examples import Running, own, remark, running_hub
from tests.support.ledger_examples import TPS, boxes, planned_station
from tests.support.merge_examples import join
from web.security.certificate import hub_certificate

FreshUrl = Callable[[], str]


def through(port: int, hub: Running, store: Store) -> Synced:
    client = HubClient(replace(hub.address, port=port))
    try:
        return sync(store, client, pause=lambda _s: None)
    finally:
        hub.settle()


def at_last(port: int, hub: Running, store: Store, tries: int = 200) -> int:
    """Sync until it is done; returns how often it had to be begun."""
    for number in range(1, tries):
        try:
            through(port, hub, store)
            return number
        except StoreError:
            continue
    raise AssertionError("it never arrived")


def test_a_line_that_is_cut_every_few_kilobytes_lets_all_through_and_nothing_twice(
    sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    url, dice = sqlite_url(), random.Random(1)
    network = BadNetwork(cuts=lambda _number: dice.randrange(2_500, 30_000))
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        boxes(root, 40, TPS[0])
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        remark(office, 400)
        with bad_network(("127.0.0.1", hub.address.port), network) as port:
            at_last(port, hub, office)
        assert network.connections > 5
        assert [*root.ledger.leaves(own(office))] == [*office.ledger.leaves(own(office))]
        assert [*office.ledger.leaves(own(root))] == [*root.ledger.leaves(own(root))]
        assert root.ledger.tables.fork.select().count() == root.ledger.tables.waiting.select().count() == 0
        assert hub.sync(office).waiting == 0


@pytest.mark.slow
def test_cut_at_any_byte_of_the_conversation_it_arrives(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    whole = BadNetwork()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        with bad_network(("127.0.0.1", hub.address.port), whole) as port:
            through(port, hub, office)
        for at in range(1, whole.up + whole.down, 97):
            remark(office, 1)
            once = BadNetwork(cuts=lambda number, at=at: at if number == 1 else None)  # type: ignore[misc]
            with bad_network(("127.0.0.1", hub.address.port), once) as port:
                at_last(port, hub, office)
        assert [*root.ledger.leaves(own(office))] == [*office.ledger.leaves(own(office))]


LOGIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"
ELSEWHERE = b"HTTP/1.1 302 Found\r\nLocation: https://login.example/\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("page", [LOGIN, ELSEWHERE])
def test_a_login_page_in_place_of_the_hub_is_told_as_that(sqlite_url: FreshUrl, tmp_path: Path, page: bytes) -> None:
    def portal(near: socket.socket) -> None:
        with near:
            near.recv(4096)
            near.sendall(page)

    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub, serving(portal) as port:
        with pytest.raises(StoreError, match="not the hub"):
            through(port, hub, root)
        assert root.ledger.tables.cosigned.select().count() == 0


def test_who_reads_along_with_another_certificate_is_told_nothing(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url, heard = sqlite_url(), list[bytes]()
    (tmp_path / "other").mkdir()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(hub_certificate(tmp_path / "other").path)

        def between(near: socket.socket) -> None:
            with context.wrap_socket(near, server_side=True) as shown:
                heard.append(shown.recv(4096))

        with serving(between) as port, pytest.raises(StoreError, match="not the hub"):
            through(port, hub, office)
        assert b"".join(heard) == b""
        assert not hub.sync(office).waiting


@pytest.mark.parametrize("page", [LOGIN, ELSEWHERE])
def test_a_login_page_with_the_hubs_own_certificate_is_no_hub_either(
    sqlite_url: FreshUrl, tmp_path: Path, page: bytes
) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(hub.hub.certificate.path)

        def portal(near: socket.socket) -> None:
            with context.wrap_socket(near, server_side=True) as shown:
                shown.recv(4096)
                shown.sendall(page)

        with serving(portal) as port, pytest.raises(StoreError, match="not the hub"):
            through(port, hub, root)


def test_a_slow_line_that_answers_late_lets_a_day_of_one_station_through(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    network = BadNetwork(delay_s=0.05, bytes_per_s=20_000)
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        remark(office, 30)
        with bad_network(("127.0.0.1", hub.address.port), network) as port:
            assert through(port, hub, office).waiting == 0


def test_a_network_that_goes_away_for_a_while_does_not_end_a_sync_that_has_begun(
    sqlite_url: FreshUrl, tmp_path: Path
) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        remark(office, 30)
        away = BadNetwork(cuts=lambda number: {1: 9_000, 2: 0, 3: 0, 4: 0}.get(number))
        with bad_network(("127.0.0.1", hub.address.port), away) as port:
            assert through(port, hub, office).waiting == 0
        assert away.connections >= 5
        never = BadNetwork(cuts=lambda _number: 0)
        with bad_network(("127.0.0.1", hub.address.port), never) as port, pytest.raises(StoreError, match="nobody"):
            through(port, hub, office)
        assert never.connections == 1


def test_what_came_over_a_connection_that_hangs_is_not_sent_again(sqlite_url: FreshUrl, tmp_path: Path) -> None:
    url = sqlite_url()
    with planned_station(url, 1) as root, running_hub(url, tmp_path) as hub:
        office = join(sqlite_url(), 2, root, place="51.08.01", name="PPK 1")
        before = hub.sync(office).receipts[-1][1]
        remark(office, 60)
        note = office.cosigned.longest(own(office)) or ""
        tree = Tree(office.ledger.leaves(own(office)))
        head = HeadRequest(before, tuple(tree.consistency_proof(before, tree.size)), note).to_bytes()
        client = HubClient(hub.address)
        assert client.ask("POST", "/add-checkpoint", head).headers["serah-next"] == str(before)
        sent = Upload(own(office), before, tree.size).to_bytes() + records(
            office.ledger.span(own(office), before, before + 40)
        )
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        line = socket.create_connection((hub.address.host, hub.address.port))
        with context.wrap_socket(line, server_hostname="hub") as hangs:
            hangs.sendall(b"POST /add-entries HTTP/1.1\r\nHost: hub\r\nContent-Length: 999999\r\n\r\n" + sent)
            again, ends = HeadRequest(tree.size, (), note).to_bytes(), time.monotonic() + 20
            while (told := client.ask("POST", "/add-checkpoint", again).headers["serah-next"]) == str(before):
                assert time.monotonic() < ends
            assert told == str(before + 40)
            assert hub.sync(office).sent == tree.size - before - 40
        assert [*root.ledger.leaves(own(office))] == [*office.ledger.leaves(own(office))]


def test_a_request_leaves_as_one(tmp_path: Path) -> None:
    heard = list[bytes]()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain((certificate := hub_certificate(tmp_path)).path)

    def listens(near: socket.socket) -> None:
        with context.wrap_socket(near, server_side=True) as shown:
            heard.append(shown.recv(65_536))  # one record

    with serving(listens) as port:
        client = HubClient(HubAddress("127.0.0.1", port, certificate.fingerprint.replace(":", "").lower()))
        with pytest.raises(CutError):
            client.ask("POST", "/add-checkpoint", b"a head")
    assert heard[0].startswith(b"POST /add-checkpoint ") and heard[0].endswith(b"a head")
