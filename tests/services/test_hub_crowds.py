"""A hub goes on for those who count while others crowd in, dawdle, or send without end."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from db.store import Store
from evidence.mirror_forms import HeadRequest, Upload
from tests.support.hub_examples import Running, ask, entries_of, head_of, own, remark, running_hub, size_at
from tests.support.ledger_examples import empty_ledger, planned_station
from tests.support.merge_examples import join

FreshUrl = Callable[[], str]
ATTACKERS = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
LONG_S = 60
"""So long a good station may take while hundreds crowd in: minutes would be a hub that is down."""
TEN_GB = 10 * 1024**3


@pytest.fixture
def root(sqlite_url: FreshUrl) -> Iterator[tuple[str, Store]]:
    url = sqlite_url()
    with planned_station(url, 1) as store:
        yield url, store


@pytest.fixture
def hub(root: tuple[str, Store], tmp_path: Path) -> Iterator[Running]:
    with running_hub(root[0], tmp_path) as running:
        yield running


@pytest.fixture
def office(sqlite_url: FreshUrl, root: tuple[str, Store]) -> Store:
    store = join(sqlite_url(), 2, root[1], place="51.08.01", name="PPK 1")
    remark(store, 30)
    return store


def opened(hub: Running, source: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", hub.address.port), timeout=10, source_address=(source, 0))


def spoken(hub: Running, source: str) -> ssl.SSLSocket:
    """A connection with its keys agreed, of somebody who looks at no certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(opened(hub, source))


def in_time(job: Callable[[], object]) -> None:
    began = time.monotonic()
    job()
    assert time.monotonic() - began < LONG_S


@pytest.mark.slow
def test_a_station_gets_through_while_hundreds_say_nothing_or_a_byte_now_and_then(
    hub: Running, root: tuple[str, Store], office: Store
) -> None:
    is_over, head = threading.Event(), b"POST /add-entries HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    with ExitStack() as stack:
        for number in range(200):
            stack.enter_context(opened(hub, ATTACKERS[number % 3]))
        dawdling = [stack.enter_context(spoken(hub, ATTACKERS[number % 3])) for number in range(60)]

        def dawdle() -> None:
            at = 0
            while not is_over.wait(0.2):
                for one in dawdling:
                    try:
                        one.sendall(head[at : at + 1] or b"x")
                    except OSError:
                        continue
                at += 1

        thread = threading.Thread(target=dawdle, daemon=True)
        thread.start()
        in_time(lambda: hub.sync(office))
        is_over.set()
        thread.join(timeout=30)
    assert size_at(root[1], office) == 31


@pytest.mark.slow
def test_strangers_with_logs_of_their_own_cannot_take_all_places(
    hub: Running, root: tuple[str, Store], office: Store, sqlite_url: FreshUrl
) -> None:
    """Anybody can begin a log and sign heads of it: that alone keeps nobody connected."""
    with empty_ledger(sqlite_url(), 11) as stranger, ExitStack() as stack:
        stranger.begin(election="Pemilu 2024", station="X", place="51.08", root=root[1].ledger.own_log().root)
        assert ask(hub, "/add-log", entries_of(stranger, 0, 1)[0]).status == 200
        head = head_of(stranger)
        note = HeadRequest(1, (), head.decode().partition("\n\n")[2])
        for number in range(120):
            one = stack.enter_context(spoken(hub, ATTACKERS[number % 3]))
            body = head if number == 0 else note.to_bytes()
            one.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert one.recv(100).startswith(b"HTTP/1.1 200")
        in_time(lambda: hub.sync(office))
    assert size_at(root[1], office) == 31


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("path", ["/add-log", "/add-checkpoint", "/add-entries", "/logs"])
def test_ten_gigabytes_are_not_waited_for(hub: Running, office: Store, path: str, is_chunked: bool) -> None:
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {TEN_GB}"
    piece = bytes(64 * 1024)
    piece = b"%x\r\n%s\r\n" % (len(piece), piece) if is_chunked else piece
    sent = 0
    with spoken(hub, "127.0.0.2") as one:
        one.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n".encode())
        try:
            while sent < 64 * 1024 * 1024:
                one.sendall(piece)
                sent += len(piece)
        except OSError:  # it was told, and the connection closed
            pass
    assert sent < 32 * 1024 * 1024
    assert hub.hub.site.buffered == 0
    assert not hub.sync(office).waiting


def test_a_known_log_without_end_is_cut_off_too(hub: Running, office: Store, root: tuple[str, Store]) -> None:
    hub.sync(office)
    remark(office, 300)
    assert ask(hub, "/add-checkpoint", head_of(office, 31)).status == 200
    begin, sent = Upload(own(office), 31, 331).to_bytes(), 0
    entry = b"\xff\xff" + (65_600).to_bytes(4, "big") + bytes(65_600)
    with spoken(hub, "127.0.0.2") as one:
        one.sendall(b"POST /add-entries HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % TEN_GB + begin)
        try:
            while sent < 64 * 1024 * 1024:
                one.sendall(entry)
                sent += len(entry)
        except OSError:
            pass
    assert sent < 48 * 1024 * 1024  # a package of 256, and what may come behind an answer
    assert hub.hub.site.buffered == 0
    assert (size_at(root[1], office), hub.sync(office).waiting) == (31, 0)


@pytest.mark.slow
def test_a_hub_that_is_closed_while_somebody_sends_tells_of_no_fault(
    root: tuple[str, Store], office: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as stack, running_hub(root[0], tmp_path) as hub:
        hub.sync(office)
        remark(office, 1)
        assert ask(hub, "/add-checkpoint", head_of(office, 31)).status == 200
        begin = Upload(own(office), 31, 32).to_bytes()
        one = stack.enter_context(spoken(hub, "127.0.0.2"))
        one.sendall(b"POST /add-entries HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n" + begin)
        wait_until(lambda: hub.hub.site.answers.active == 1)
    assert "Exception" not in caplog.text


def wait_until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + LONG_S
    while not holds() and time.monotonic() < ends:
        time.sleep(0.05)
    assert holds()
