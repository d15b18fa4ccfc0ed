"""Attacks on the door for phones of a real `serve --lan`: what the station's own page and a phone feel of them.

    python bench/lan.py [--descriptors 1024] [--connections 1010]

All on this computer: the door stands at 127.0.0.1, strangers come from 127.0.0.2 and so on (Linux). Each line is one
attack and, while it lasts, how long the own page, a phone that was let in, and a phone that comes newly wait; behind it
how many of the stranger's connections are still open, at once and after 12 s. The exit code is 1 where a station's own
page or its phone had to wait for over 3 s or got no answer, where half-open connections stay, or where the code of a
phone was used up by guesses.
"""

import argparse
import json
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from web.security.entrances import HEADER, cookie_name, kept_token  # noqa: E402
from web.security.pairing import COOKIE, MOST_WRONG, PAIR_API, PAIR_PAGE  # noqa: E402

HOME, PHONE, OTHER = "127.0.0.1", "127.0.0.9", "127.0.0.10"
SOON_S, PATIENCE_S = 3.0, 12.0
HALF = b"GET /pair HTTP/1.1\r\nHost: x\r\nX: "


@dataclass(frozen=True)
class Door:
    """A served station: its process, the port of its own page and of the door for phones, and its page's secret."""

    pid: int
    port: int
    lan_port: int
    token: str

    def own(self, path: str, body: object = None) -> dict[str, object]:
        """What the station's own page answers to its own window."""
        secret = {HEADER: self.token, "Cookie": f"{cookie_name(self.token)}={self.token}"}
        data = None if body is None else json.dumps(body).encode()
        asked = Request(f"http://{HOME}:{self.port}{path}", data, secret | {"Content-Type": "application/json"})
        with urlopen(asked, timeout=60) as answer:
            return dict(json.loads(answer.read()))

    def connected(self, address: str, stack: ExitStack, *, tls: bool = True) -> socket.socket:
        """A connection to the door from that address; without `tls`, not a byte is sent."""
        made = stack.enter_context(socket.socket())
        made.settimeout(60)
        made.bind((address, 0))
        made.connect((HOME, self.lan_port))
        if not tls:
            return made
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return stack.enter_context(context.wrap_socket(made))

    def asked(self, over: socket.socket, path: str, body: object = None, **headers: str) -> tuple[int, str, bytes]:
        """The status, the cookie that is set, and the body of an answer."""
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", f"Host: {HOME}:{self.lan_port}"]
        lines += [f"{name}: {text}" for name, text in headers.items()]
        if body is not None:
            lines += [f"Origin: https://{HOME}:{self.lan_port}", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(data)}"]
        over.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + data)
        with HTTPResponse(over) as answer:
            answer.begin()
            return answer.status, answer.headers.get("Set-Cookie") or "", answer.read()


@contextmanager
def served(folder: Path, descriptors: int) -> Iterator[Door]:
    """A small station with its page and its door, in a process that may have so many descriptors."""
    main = [sys.executable, str(ROOT / "main.py"), "--home", str(folder)]
    tables = [str(ROOT / "examples" / "buleleng" / name) for name in ("places.csv", "needs.csv")]
    for command in (["init", "--place", "51.08", "--station", "Gudang-1"], ["load", *tables], ["plan"]):
        subprocess.run([*main, *command], check=True, stdout=subprocess.DEVNULL)
    child = subprocess.Popen(
        [*main, "serve", "--no-browser", "--json", "--lan-address", HOME],
        stdout=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors)),
    )
    try:
        assert child.stdout is not None
        told = json.loads(child.stdout.readline())
        own, lan = (int(told[name].rstrip("/").rpartition(":")[2]) for name in ("address", "lan"))
        yield Door(child.pid, own, lan, kept_token(folder))
    finally:
        child.terminate()
        child.wait()


class Watch:
    """The own page, a phone that was let in, and phones that come newly, asked while something goes on."""

    def __init__(self, door: Door, stack: ExitStack) -> None:
        self.door, self.failed, self._stack = door, False, stack
        self.draft = str(door.own("/api/drafts", {"giver": "51.08", "receiver": "51.08.06"})["draft"])
        self.code = str(door.own("/api/devices", {"draft": self.draft})["code"])
        self.cookie, self.phone = self.paired(PHONE, stack)

    def paired(self, address: str, stack: ExitStack) -> tuple[str, socket.socket]:
        """Let a phone in with the code that is shown; its secret, and its connection."""
        over = self.door.connected(address, stack)
        status, cookie, _body = self.door.asked(over, PAIR_API, {"code": self.code, "name": "HP"})
        if status != 200:
            return "", over
        return cookie.partition(f"{COOKIE}=")[2].partition(";")[0], over

    def _ask_as_phone(self) -> None:
        """As a browser does: over its old connection, or over a new one where it was left for too long."""
        cookie = f"{COOKIE}={self.cookie}"
        try:
            ok(self.door.asked(self.phone, "/api/alive", Cookie=cookie))
        except OSError:
            self.phone = self.door.connected(PHONE, self._stack)
            ok(self.door.asked(self.phone, "/api/alive", Cookie=cookie))

    def line(self, what: str, strangers: list[socket.socket]) -> None:
        """Print what each waits for, in ms, and how many of the strangers' connections stay."""
        own_s = taken_s(lambda: self.door.own("/api/devices"))
        phone_s = taken_s(self._ask_as_phone)
        with ExitStack() as stack:
            new_s = taken_s(lambda: ok(self.door.asked(self.door.connected(OTHER, stack), PAIR_PAGE)))
        at_once, later = sum(map(is_open, strangers)), 0
        if at_once:
            time.sleep(PATIENCE_S)
            later = sum(map(is_open, strangers))
        waits = "".join(f"{'-' if s is None else f'{s * 1000:.0f}':>8}" for s in (own_s, phone_s, new_s))
        is_bad = any(s is None or s > SOON_S for s in (own_s, phone_s)) or later > 0
        self.failed |= is_bad
        print(f"{what:<52}{waits}{at_once:>8}{later:>8}{'   BAD' if is_bad else ''}", flush=True)


def ok(answer: tuple[int, str, bytes]) -> None:
    """Stop where an answer is not a good one."""
    if answer[0] != 200:
        raise OSError(answer[0])


def taken_s(job: object) -> float | None:
    """How long a question takes; None where it gets no answer."""
    began = time.perf_counter()
    try:
        job()  # type: ignore[operator]
    except OSError:
        return None
    return time.perf_counter() - began


def is_open(connection: socket.socket) -> bool:
    """Whether the other side has not closed it."""
    connection.settimeout(0.001)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


def opened(door: Door, stack: ExitStack, count: int, addresses: int, first: bytes | None) -> list[socket.socket]:
    """So many connections from so many addresses; `first` is sent over each with its keys agreed, None: no byte."""
    made = []
    for number in range(count):
        address = f"127.0.{1 + number % addresses // 250}.{1 + number % addresses % 250}"
        try:
            made.append(door.connected(address, stack, tls=first is not None))
            if first:
                made[-1].sendall(first)
        except OSError:  # it is closed to make room
            continue
    return made


def attack(door: Door, count: int) -> bool:
    """Print a line for each attack; whether all went as it should."""
    print(f"{'ms until an answer':<52}{'own':>8}{'phone':>8}{'new':>8}{'open':>8}{'12 s':>8}")
    with ExitStack() as stack:
        watch = Watch(door, stack)
        watch.line("nobody else", [])
        for what, number, addresses, first in (
            (f"{count} connections of one address, no byte", count, 1, None),
            (f"{count} connections of 60 addresses, no byte", count, 60, None),
            ("70 connections of one address, keys agreed", 70, 1, b""),
            ("70 connections of 5 addresses, half a request", 70, 5, HALF),
        ):
            with ExitStack() as crowd:
                watch.line(what, opened(door, crowd, number, addresses, first))
        with ExitStack() as crowd:
            before_s = processor_s(door.pid)
            over = door.connected("127.0.0.2", crowd)
            door.asked(over, PAIR_PAGE, Cookie='a="' + "\\" * 50_000 + '"')
            cookie_s = processor_s(door.pid) - before_s
            watch.line(f"a cookie of 50 kB: {cookie_s:.2f} s of the processor", [])
        watch.code = str(door.own("/api/devices", {"draft": watch.draft})["code"])
        wrong, heard = 3 * MOST_WRONG, 0
        for address in ("127.0.0.2", "127.0.0.3"):
            with ExitStack() as crowd:
                over = door.connected(address, crowd)
                for number in range(wrong):
                    heard += door.asked(over, PAIR_API, {"code": f"{number:010d}", "name": "x"})[0] == 200
        is_let_in = bool(watch.paired("127.0.0.8", stack)[0])
        watch.line(f"{2 * wrong} guesses of 2 addresses; the phone with the code: {is_let_in}", [])
        return not watch.failed and is_let_in and not heard and cookie_s < SOON_S


def processor_s(pid: int) -> float:
    """What the threads of a process have taken of the processor."""
    return sum(int(each.read_text().split()[0]) for each in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--descriptors", type=int, default=1024)
    parser.add_argument("--connections", type=int, default=1010)
    given = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "home", given.descriptors) as door:
        return 0 if attack(door, given.connections) else 1


if __name__ == "__main__":
    sys.exit(main())
