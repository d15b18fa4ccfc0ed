"""Strangers on the local network: their connections, cookies and guesses take nothing from others. Real sockets."""

import asyncio
import logging
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPResponse
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support import coroutines
from tests.support.browser_examples import Served, wait_until
from tests.support.command_examples import Terminal
from tests.support.page_examples import HOST, Visitor
from web.security import lan_server
from web.security.entrances import cookie_name
from web.security.guard import _cookies
from web.security.lan_server import Crowd, most_connections
from web.security.pairing import COOKIE
from web.security.sockets import listen

HOME = "127.0.0.1"
STRANGER, OTHER, PHONE = "127.0.0.2", "127.0.0.3", "127.0.0.4"
SOON_S = 0.6


@pytest.fixture
def station_on_lan(station: Terminal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The page and its door to the network, both on this computer; what only waits is closed soon."""
    with suppress(OSError), socket.socket() as tried:
        tried.bind((PHONE, 0))
    if not tried._closed:  # type: ignore[attr-defined]
        pytest.skip("this computer has one address for itself")
    monkeypatch.setattr(lan_server, "HANDSHAKE_S", SOON_S)
    made = Served(station, is_lan=True)
    yield made
    made.stop()


class Caller:
    """Somebody at an address, with connections to the door on the network."""

    def __init__(self, served: Served, address: str, stack: ExitStack) -> None:
        assert served.site.lan is not None
        self.port, self.address, self._stack = served.site.lan.port, address, stack

    def connect(self, *, tls: bool = True) -> socket.socket:
        """One connection; with its keys agreed, or not a byte sent."""
        made = self._stack.enter_context(socket.socket())
        made.settimeout(10)
        made.bind((self.address, 0))
        made.connect((HOME, self.port))
        if not tls:
            return made
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return self._stack.enter_context(context.wrap_socket(made))

    def ask(self, over: socket.socket, path: str = "/pair", **headers: str) -> int:
        """The status of an answer."""
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {HOME}:{self.port}",
            *(f"{name}: {text}" for name, text in headers.items()),
        ]
        over.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        with HTTPResponse(over) as answer:
            answer.begin()
            answer.read()
            return answer.status


def is_open(connection: socket.socket) -> bool:
    """Whether nobody has closed it."""
    connection.settimeout(0.01)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def wait_until_closed(connections: list[socket.socket]) -> None:
    wait_until(lambda: not any(map(is_open, connections)))


def own_page(served: Served) -> int:
    """The status of the station's own page."""
    with socket.create_connection((HOME, served.site.port), timeout=60) as made:
        made.sendall(f"GET /api/alive HTTP/1.1\r\nHost: {HOME}:{served.site.port}\r\n\r\n".encode())
        return int(made.recv(65536).split()[1])


def test_connections_that_say_nothing_are_few(station_on_lan: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        stranger, phone = Caller(station_on_lan, STRANGER, stack), Caller(station_on_lan, PHONE, stack)
        monkeypatch.setattr(lan_server, "HANDSHAKE_S", 60.0)
        silent = [stranger.connect(tls=False) for _each in range(150)]
        assert phone.ask(phone.connect()) == 200 and own_page(station_on_lan) == 200
        wait_until(lambda: sum(map(is_open, silent)) <= lan_server.MOST_EACH)
        assert sum(map(is_open, silent)) == lan_server.MOST_EACH, "nobody's time is over yet: they were too many"


def test_who_opens_a_connection_and_says_nothing_is_not_waited_for(station_on_lan: Served) -> None:
    with ExitStack() as stack:
        wait_until_closed([Caller(station_on_lan, STRANGER, stack).connect(tls=False)])


@pytest.mark.slow
def test_a_head_that_does_not_come_or_comes_byte_by_byte_is_not_waited_for(station_on_lan: Served) -> None:
    with ExitStack() as stack:
        stranger = Caller(station_on_lan, STRANGER, stack)
        mute, dripping, kept = (stranger.connect() for _each in range(3))
        assert stranger.ask(kept) == 200
        with pytest.raises(OSError):  # bytes that drip in win no time
            for byte in b"GET /pair HTTP/1.1\r\nX: " + b"x" * 200:
                for slow in (dripping, kept):  # the second one has asked before
                    slow.sendall(bytes([byte]))
                time.sleep(SOON_S / 8)
        wait_until_closed([mute, dripping, kept])


@pytest.mark.slow
def test_a_device_that_was_let_in_stays_whatever_strangers_do(station_on_lan: Served, monkeypatch: Any) -> None:
    lan = station_on_lan.site.lan
    assert lan is not None
    secret, _draft = lan.take(lan.offer("d").code, "HP Made", PHONE)
    with ExitStack() as stack:
        phone = Caller(station_on_lan, PHONE, stack)
        over = phone.connect()
        assert phone.ask(over, "/api/alive", Cookie=f"{COOKIE}={secret}") == 200
        strangers = [Caller(station_on_lan, f"127.0.1.{number}", stack) for number in range(12)]
        silent = [stranger.connect(tls=False) for stranger in strangers for _each in range(12)]
        time.sleep(2 * SOON_S)
        assert phone.ask(over, "/api/alive", Cookie=f"{COOKIE}={secret}") == 200
        newer = Caller(station_on_lan, OTHER, stack)
        assert newer.ask(newer.connect()) == 200 and own_page(station_on_lan) == 200
        wait_until_closed(silent)


def test_a_large_cookie_costs_as_much_as_its_bytes(station_on_lan: Served) -> None:
    with ExitStack() as stack:
        stranger = Caller(station_on_lan, STRANGER, stack)
        assert stranger.ask(stranger.connect(), Cookie='a="' + "\\" * 50_000 + '"') in (200, 400)
        assert own_page(station_on_lan) == 200


def test_what_strangers_send_fills_no_terminal(station_on_lan: Served, caplog: pytest.LogCaptureFixture) -> None:
    uvicorn_log = logging.getLogger("uvicorn.error")
    uvicorn_log.addHandler(caplog.handler)
    with ExitStack() as stack:
        stranger = Caller(station_on_lan, STRANGER, stack)
        for odd in (b"\0" * 9, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"):
            over = stranger.connect()
            over.sendall(odd)
            assert over.recv(65536).startswith(b"HTTP/1.1 400")
    uvicorn_log.removeHandler(caplog.handler)
    assert caplog.messages == []


def test_a_strange_cookie_of_another_program_locks_nobody_out(visitor: Visitor, site: Any) -> None:
    mine = f"{cookie_name(site.token)}={site.token}"
    for odd in ("a b=c", "[x]=1", '"="', "=;;=", "a=" + '"' * 3000, "\\" * 9):
        headers = {"Cookie": f"{odd}; {mine}", "X-Serah-Token": site.token, "Origin": HOST}
        visitor.client.cookies.clear()
        answer = visitor.client.post("/api/drafts", json={"giver": "51.08", "receiver": "51.08.01"}, headers=headers)
        assert answer.status_code == 201, odd


@given(
    st.lists(st.tuples(st.from_regex(r"[a-z_-]{1,9}", fullmatch=True), st.from_regex(r"[0-9a-z]{0,9}", fullmatch=True)))
)
@example([("a", "1"), ("a", "2")])
@example([("a", "")])
@example([("a", "x" * 70_000), ("b", "1")])
def test_cookies_are_read_as_browsers_send_them_and_no_more_than_so_many(pairs: list[tuple[str, str]]) -> None:
    text = "; ".join(f"{name}={value}" for name, value in pairs)
    read = _cookies([("accept", "x"), ("cookie", text)])
    if len(text) <= 64 * 1024:
        assert read == dict(pairs)
    assert sum(map(len, [*read, *read.values()])) <= 64 * 1024


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["come", "come", "go", "prove"])), max_size=60))
@example([(who, "come") for who in "aaaab"])  # one address is full, another is not
@example([(who, "come") for who in "abcdef"])  # all is full, of strangers
@example([step for who in "abcd" for step in ((who, "come"), (who, "prove"))] + [("e", "come")])  # full, of devices
def test_so_many_come_in_and_no_device_is_sent_away(steps: list[tuple[str, str]]) -> None:
    crowd, inside = Crowd(4, 2), list[Any]()
    for address, step in steps:
        mine = [guest for guest in inside if guest.address == address]
        if step == "come":
            devices = [guest for guest in inside if not guest.is_stranger]
            guest = crowd.let_in(address)
            inside = [each for each in inside if each in crowd._guests] + ([guest] if guest else [])
            assert all(device in crowd._guests for device in devices)
            assert guest or len(devices) == 4 or sum(each.address == address for each in devices) == 2
        elif mine and step == "go":
            crowd.leave(mine[0])
            inside.remove(mine[0])
        elif mine:
            mine[-1].protocol = type("Device", (), {"is_of_device": True, "scope": None})()
        assert len(crowd._guests) <= 4 and all(
            sum(guest.address == each for guest in crowd._guests) <= 2 for each in "abcdef"
        )


def test_most_descriptors_stay_for_the_stations_own_page(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32":  # it has no such limit
        assert most_connections() == 96
        return
    import resource

    for soft, most in ((1024, 96), (256, 64), (8, 2), (resource.RLIM_INFINITY, 96)):
        monkeypatch.setattr(resource, "getrlimit", lambda _what, soft=soft: (soft, soft))
        assert most_connections() == most


def test_no_answer_waits_until_its_first_packet_is_acknowledged() -> None:
    async def served() -> int:
        loop = asyncio.get_running_loop()
        with listen(0) as listening, socket.socket() as near:
            listening.setblocking(False)
            near.setblocking(False)
            accepting = asyncio.ensure_future(loop.sock_accept(listening))
            await loop.sock_connect(near, listening.getsockname())
            far, _address = await accepting
            transport, _protocol = await loop.connect_accepted_socket(asyncio.Protocol, far)
            no_delay = transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            transport.abort()
            return int(no_delay)

    assert coroutines.run(served())
