"""Several computers on one: each with a network, disks and processes of its own, on one switch.

A computer's network, disks and name outlive its processes, as when the power fails. Needs Linux, root, and util-linux.
"""

import ctypes
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_NEW_NET = 0x40000000
OWN = ("etc", "run", "var/lib/etcd", "var/lib/pgbackrest", "var/lib/serah", "var/log", "var/spool/pgbackrest", "tmp")
"""What each has a copy of for itself, beside its database's disk."""
_DATABASE = "var/lib/postgresql"
_BEGINS = """
set -e
mount --make-rprivate /
hostname {name}
for folder in {own}; do
    mkdir -p {disk}/$folder /$folder
    if [ $folder = etc ]; then cp -a /etc/. {disk}/etc; fi
    chown --reference=/$folder {disk}/$folder
    chmod --reference=/$folder {disk}/$folder
done
mkdir -p /{database} /opt
mount -t tmpfs -o size={size_mb}m,mode=755 tmpfs /{database}
chown postgres: /{database}
for folder in {own}; do mount --bind {disk}/$folder /$folder; done
mount -t tmpfs -o size=1m tmpfs /opt
for pair in {binds}; do mkdir -p ${{pair#*:}}; mount --bind ${{pair%%:*}} ${{pair#*:}}; done
ip link set lo up
echo 127.0.0.1 localhost >/etc/hosts
echo ready
exec sleep infinity
"""


_BURIES = "import os, signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execlp('sleep', 'sleep', 'infinity')"
_FIRST = (sys.executable, "-c", _BURIES)


class Computer:
    """One of them. `run` and `start` do something there while it has power."""

    def __init__(self, name: str, disk: Path, size_mb: int, binds: Mapping[Path, str]) -> None:
        """Args:
        disk: a folder that has what it stores.
        size_mb: how large the disk of its database is.
        binds: folders of this computer, and where they are in that one.
        """
        self.name = name
        pairs = " ".join(f"{here}:{there}" for here, there in binds.items())
        script = _BEGINS.format(
            name=name, disk=disk, own=" ".join(OWN), database=_DATABASE, size_mb=size_mb, binds=pairs
        )
        command = ["unshare", "--net", "--mount", "--uts", "sh", "-c", script]
        self._frame = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        assert self._frame.stdout is not None
        assert self._frame.stdout.readline() == "ready\n", name
        self._power: subprocess.Popen[bytes] | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        self.net = f"/proc/{self._frame.pid}/ns/net"
        self.pid = self._frame.pid

    @property
    def has_power(self) -> bool:
        """Whether programs run there."""
        return self._power is not None

    def switch_on(self) -> None:
        """Give it power; nothing runs there yet. What its first program does not wait for, the kernel buries."""
        assert self._power is None
        inner = "mount -t proc proc /proc; mount -t tmpfs tmpfs /dev/shm; exec " + shlex.join(_FIRST)
        enter = ["nsenter", "-t", str(self.pid), "-n", "-m", "-u", "--"]
        command = [*enter, "unshare", "--pid", "--ipc", "--mount", "--fork", "--kill-child", "sh", "-c", inner]
        self._power = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        children, ends = Path(f"/proc/{self._power.pid}/task/{self._power.pid}/children"), time.monotonic() + 20
        while not (found := children.read_text().split()) or Path(f"/proc/{found[0]}/comm").read_text() != "sleep\n":
            assert time.monotonic() < ends, self.name
            time.sleep(0.02)
        self._first = int(found[0])

    def cut_power(self) -> None:
        """Kill all that runs there with -9, at once."""
        if self._power is not None:
            os.kill(self._first, 9)
            self._wake()  # the kernel waits until every dead program was waited for, also by one that is stopped
            self._power.wait()
            self._power = None

    def _command(self, words: Sequence[object], user: str) -> list[str]:
        assert self._power is not None, f"{self.name} has no power"
        enter = ["nsenter", "-t", str(self._first), "-n", "-m", "-u", "-p", "-i", "--"]
        as_user = ["runuser", "-u", user, "--"] if user else []
        return [*enter, *as_user, *map(str, words)]

    def start(
        self, *words: object, user: str = "", env: Mapping[str, str] | None = None, log: Path
    ) -> "subprocess.Popen[bytes]":
        """Begin a program there that goes on; what it says goes to a file."""
        with log.open("ab") as said:
            started = subprocess.Popen(
                self._command(words, user),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd="/",
            )
        self._started.append(started)
        return started

    def go_on(self) -> None:
        """Let those go on that stopped with a program that they wait for: `nsenter` does, and `runuser` in it."""
        self._wake()
        self.run("pkill", "-CONT", "-x", "runuser", check=False)

    def _wake(self) -> None:
        for started in self._started:
            started.send_signal(signal.SIGCONT)

    def run(
        self,
        *words: object,
        user: str = "",
        stdin: str = "",
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> str:
        """What a program there says."""
        command = self._command(words, user)
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, cwd="/", env={**os.environ, **(env or {})}
        )
        assert not check or done.returncode == 0, f"{self.name}: {command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def do(self, job: Callable[[], T]) -> T:
        """What a job of this program gives in that one's network."""
        return in_network(self.net, job).result()

    def close(self) -> None:
        """Take it away with all that it has."""
        self.cut_power()
        self._frame.kill()
        self._frame.wait()


def enter_network(net: str) -> None:
    """Let the sockets that this thread opens be in that network.

    Raises:
        OSError: this system or this user may not.
    """
    libc, file = ctypes.CDLL(None, use_errno=True), os.open(net, os.O_RDONLY)
    try:
        if libc.setns(file, _NEW_NET) != 0:
            raise OSError(ctypes.get_errno(), f"no way into {net}")
    finally:
        os.close(file)


def in_network(net: str, job: Callable[[], T]) -> "Future[T]":
    """A job in a thread of its own, in that network."""
    answer: Future[T] = Future()

    def run() -> None:
        try:
            enter_network(net)
            answer.set_result(job())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return answer


@dataclass
class Switch:
    """What joins computers."""

    pid: int
    _plugs: dict[str, str] = field(default_factory=dict)

    def plug(self, computer: Computer, address: str) -> None:
        """Join one, with an address of 24 bits of network."""
        plug = f"to-{computer.name}"
        self._ip("link", "add", plug, "type", "veth", "peer", "name", "eth0", "netns", computer.pid)
        self._ip("link", "set", plug, "master", "switch", "up")
        for words in (
            ("addr", "add", f"{address}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("route", "add", "default", "dev", "eth0"),
        ):
            subprocess.run(["nsenter", "-t", str(computer.pid), "-n", "ip", *words], check=True, capture_output=True)
        self._plugs[computer.name] = plug

    def pull(self, computer: Computer) -> None:
        """Cut a computer off: nothing comes or goes any more, and nobody is told."""
        self._ip("link", "set", self._plugs[computer.name], "nomaster")

    def push(self, computer: Computer) -> None:
        """Join it again."""
        self._ip("link", "set", self._plugs[computer.name], "master", "switch")

    def _ip(self, *words: object) -> None:
        command = ["nsenter", "-t", str(self.pid), "-n", "ip", *map(str, words)]
        subprocess.run(command, check=True, capture_output=True)


def why_not(*programs: str) -> str:
    """Why there can be none of it here; empty where there can."""
    missing = [name for name in ("unshare", "nsenter", "ip", *programs) if shutil.which(name) is None]
    if missing:
        return f"needs {', '.join(missing)}"
    script = "mount --make-rprivate / && ip link add one type veth peer name two && ip link add switch type bridge"
    done = subprocess.run(["unshare", "--net", "--mount", "sh", "-c", script], capture_output=True, text=True)
    return "" if done.returncode == 0 else f"no computers of their own here: {done.stderr.strip()}"


@contextmanager
def computers(
    addresses: Mapping[str, str], folder: Path, binds: Mapping[Path, str], size_mb: int
) -> Iterator[tuple[Switch, dict[str, Computer]]]:
    """Computers of these names and addresses, with power, on one switch."""
    with ExitStack() as running:
        script = "ip link add switch type bridge && ip link set switch up && ip link set lo up && echo ready"
        frame = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", f"{script} && exec sleep infinity"], stdout=subprocess.PIPE, text=True
        )
        running.callback(frame.wait)
        running.callback(frame.kill)
        assert frame.stdout is not None and frame.stdout.readline() == "ready\n"
        switch, found = Switch(frame.pid), dict[str, Computer]()
        for name, address in addresses.items():
            (folder / name).mkdir()
            found[name] = Computer(name, folder / name, size_mb, binds)
            running.callback(found[name].close)
            switch.plug(found[name], address)
            found[name].switch_on()
        yield switch, found
