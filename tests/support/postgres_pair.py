"""Two PostgreSQL servers, of which one follows the other: what the first commits is on the second one's disk too."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import free_port

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
port = {port}
synchronous_standby_names = '*'
max_connections = 60
"""


class Pair:
    """A primary and its replica in a folder. `url` finds whichever of them takes writes."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs = folder, programs
        self._ports = {"first": free_port(), "second": free_port()}
        self._user = "postgres" if os.getuid() == 0 else None
        hosts, ports = ",".join([str(folder)] * 2), ",".join(map(str, self._ports.values()))
        self.url = f"postgresql:///postgres?user=postgres&host={hosts}&port={ports}&target_session_attrs=read-write"

    def begin(self) -> None:
        """Start the first, and the second as its copy."""
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "-D", self.folder / "first", "-U", "postgres", "-A", "trust", "--data-checksums")
        self.start("first")
        at = ["-h", self.folder, "-p", str(self._ports["first"]), "-U", "postgres"]
        self._run("pg_basebackup", *at, "-D", self.folder / "second", "-R", "-X", "stream", "-c", "fast")
        self.start("second")

    def start(self, name: str) -> None:
        """Start one of them."""
        with (self.folder / name / "postgresql.auto.conf").open("a") as settings:
            settings.write(SETTINGS.format(folder=self.folder, port=self._ports[name]))
        self._run("pg_ctl", "-D", self.folder / name, "-l", self.folder / f"{name}.log", "-w", "start")

    def kill(self, name: str) -> None:
        """Kill one of them with -9, as by a power cut."""
        os.kill(self._postmaster(name), signal.SIGKILL)

    def _postmaster(self, name: str) -> int:
        return int((self.folder / name / "postmaster.pid").read_text().split()[0])

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """One of them hangs for as long as the block lasts: nothing that it is sent is confirmed."""
        first = self._postmaster(name)
        pids = [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def address(self, name: str) -> str:
        """Where one of them alone is asked, as its administrator."""
        return f"postgresql:///postgres?user=postgres&host={self.folder}&port={self._ports[name]}"

    def promote(self, name: str) -> None:
        """Let the replica take writes, and wait for no other one."""
        with (self.folder / name / "postgresql.auto.conf").open("a") as settings:
            settings.write("synchronous_standby_names = ''\n")
        self._run("pg_ctl", "-D", self.folder / name, "-w", "promote")
        self._run("pg_ctl", "-D", self.folder / name, "reload")

    def stop(self) -> None:
        """Stop both."""
        for name in self._ports:
            if (self.folder / name / "postmaster.pid").exists():
                self._run("pg_ctl", "-D", self.folder / name, "-m", "immediate", "stop", check=False)

    def _run(self, program: str, *words: object, check: bool = True) -> None:
        as_user = ["runuser", "-u", self._user, "--"] if self._user else []
        command = [*as_user, str(self._programs / program), *map(str, words)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/")
        assert not check or done.returncode == 0, done.stderr


@contextmanager
def running_pair(folder: Path) -> Iterator[Pair]:
    """Both of them, running."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_basebackup"))
    if not found:
        pytest.skip("needs a PostgreSQL with pg_basebackup, as of Debian's packages")
    pair = Pair(folder, found[-1].parent)
    try:
        pair.begin()
        yield pair
    finally:
        pair.stop()
