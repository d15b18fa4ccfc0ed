"""The hub of a province as deploy/ sets it up: 20 stations send while its computers die, are cut off, fill up and lag,
and while its database is put back. Nothing that was acknowledged is lost, no station is stuck, each goes on by itself.

`make failover` does all of it TIMES (20) times, one after the other on the same computers.
"""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custody.errors import CustodyError, InputError, TamperError
from db.station_key import load_key
from db.store import Store, Surroundings, open_store
from services.exchange.hub_client import HubAddress, HubClient
from services.exchange.hub_desk import HubDesk
from services.exchange.ledger_audit import audit_ledger
from services.exchange.sync import sync
from tests.support.failover import DATA, DEPLOY, PORT, Cluster, running_cluster, until, why_not
from tests.support.hub_examples import own, remark
from tests.support.ledger_examples import Clock, around, signer
from tests.support.machines import Computer, enter_network
from tests.support.merge_examples import join

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
STATIONS = 20
TIMES = int(os.environ.get("TIMES", "1"))
PAUSE_S = 1.0
"""Between two records of one station."""
FILLED = "/var/lib/postgresql/fills"
FILL = f"dd if=/dev/zero bs=64K oflag=append conv=notrunc of={FILLED} 2>&1"


class Field:
    """Stations that record and send, again and again, as `sync --watch` does.

    `acked` is how much of each log its station has a receipt for; nobody ever takes from it.
    """

    def __init__(self, cluster: Cluster, files: Mapping[str, Path], address: HubAddress) -> None:
        self.cluster, self.files, self.address = cluster, files, address
        self.acked: dict[str, int] = dict.fromkeys(files, 0)
        self.errors: list[CustodyError] = []
        self.notes: list[str] = []
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(number, log), daemon=True) for number, log in enumerate(files)
        ]
        for thread in self._threads:
            thread.start()

    def _work(self, number: int, log: str) -> None:
        enter_network(self.cluster.machines["field"].net)
        key, at_work = signer(2 + number), around(20 + number, Clock(100_000))
        with open_store(f"sqlite:///{self.files[log]}", key, at_work) as office:
            while not self._is_over.is_set():
                remark(office, 1)
                try:
                    done = sync(office, HubClient(self.address))
                except CustodyError as error:
                    self.errors.append(error)
                else:
                    self.notes += done.notes
                    self.acked[log] = max(self.acked[log], *(size for name, size in done.receipts if name == log), 0)
                self._is_over.wait(PAUSE_S)

    def go_on(self, what: str, seconds: float = 400) -> None:
        """Wait until every station has one more receipt, of something that it records from now on; then look whether
        the hub has all that any has a receipt for.
        """
        began, before = time.monotonic(), dict(self.acked)
        is_on = lambda: all(size > before[log] + 1 for log, size in self.acked.items())  # noqa: E731
        until(is_on, f"each station goes on after {what}", seconds)
        self.nothing_is_lost(before)
        took = f"all {len(before)} stations went on after {time.monotonic() - began:.0f} s"
        print(f"{what}: {took}; disks: {self.cluster.disks()}", flush=True)

    def nothing_is_lost(self, acked: Mapping[str, int]) -> None:
        """Look whether the hub has so much of each log."""

        def look(store: Store) -> dict[str, int]:
            desk = HubDesk()
            return {log: desk.known(store, log).size for log in acked}

        held = self.at_hub(look)
        assert all(held[log] >= size for log, size in acked.items()), (acked, held)

    def at_hub(self, job: Callable[[Store], object]) -> object:
        """What a job of the hub's ledger gives."""
        return at_hub(self.cluster, job)

    def end(self) -> None:
        """Let the stations stop."""
        self._is_over.set()
        ends = time.monotonic() + 60
        for thread in self._threads:
            thread.join(max(ends - time.monotonic(), 0))


def at_hub(cluster: Cluster, job: Callable[[Store], object]) -> object:
    """What a job of the hub's ledger gives, done by a program beside it."""
    now = Surroundings(lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), by="Made")

    def do() -> object:
        key = load_key(cluster.folder / "hub" / "var" / "lib" / "serah")
        with open_store(cluster.url("hub"), key, now) as store:
            return job(store)

    return cluster.hub.do(do)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if reason := why_not():
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="serah-failover-", dir="/dev/shm"))
    folder.chmod(0o755)
    try:
        with running_cluster(folder) as running:
            yield running
    finally:
        if kept := os.environ.get("FAILOVER_LOGS"):
            Path(kept).mkdir(parents=True, exist_ok=True)
            for log in [*folder.glob("*.log"), *folder.glob("hub/var/log/serah/*")]:
                shutil.copy(log, kept)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def field(cluster: Cluster) -> Iterator[Field]:
    folder, files = cluster.folder / "stations", dict[str, Path]()
    folder.mkdir()

    def admit(root: Store) -> None:
        for number in range(STATIONS):
            file = folder / f"{number}.db"
            office = join(f"sqlite:///{file}", 2 + number, root, place=f"51.{number + 1:02}", name=f"Kantor {number}")
            files[own(office)] = file
            office.close_after_test.close()  # type: ignore[attr-defined]

    at_hub(cluster, admit)
    cluster.start_hub()
    told = cluster.folder / "serah.log"
    until(lambda: '"fingerprint"' in told.read_text(), "the hub is open")
    pin = told.read_text().partition('"fingerprint":"')[2].partition('"')[0]
    working = Field(cluster, files, HubAddress(cluster.address["HUB"], PORT, pin))
    yield working
    working.end()


@pytest.mark.parametrize("time_of", range(1, TIMES + 1))
def test_whatever_dies_nothing_acknowledged_is_lost_and_every_station_goes_on_by_itself(
    field: Field, cluster: Cluster, time_of: int
) -> None:
    field.go_on("nothing")
    kill_primary(field, cluster, is_computer=time_of % 2 == 0)
    cut_off_primary(field, cluster)
    fill_disk(field, cluster)
    hang_patroni(field, cluster)
    lag_behind(field, cluster)
    kill_hub(field, cluster)
    put_back(field, cluster)
    wrong = [(error, error.values) for error in field.errors if isinstance(error, TamperError | InputError)]
    assert not wrong


def kill_primary(field: Field, cluster: Cluster, *, is_computer: bool) -> None:
    """The primary's server dies, or its whole computer; then somebody starts the old one by hand as a second primary,
    and nobody is told anything by it.
    """
    dead = cluster.primary
    if is_computer:
        dead.cut_power()
    else:
        dead.run("sh", "-c", f"kill -9 $(head -1 {DATA}/postmaster.pid)")
    field.go_on(f"kill -9 of the primary{' and all of its computer' * is_computer}")
    if is_computer:
        dead.switch_on()
        dead.run("install", "-d", "-o", "postgres", "/run/postgresql")
        said = f"-c listen_addresses={cluster.address[dead.name.upper()]} -c unix_socket_directories=/run/postgresql"
        start = [cluster.bin / "pg_ctl", "-D", DATA, "-o", said, "-l", "/tmp/second.log", "-w", "start"]
        dead.run(*start, user="postgres")
        field.go_on("the old primary came back beside the new one")
        dead.run(cluster.bin / "pg_ctl", "-D", DATA, "-m", "immediate", "stop", user="postgres")
        cluster.start(dead)
    until(cluster.is_whole, "the dead one is a replica")


def cut_off_primary(field: Field, cluster: Cluster) -> None:
    """The primary's computer goes on and reaches nobody."""
    cut = cluster.primary
    cluster.switch.pull(cut)
    field.go_on("the primary was cut off")
    cluster.switch.push(cut)
    until(cluster.is_whole, "the one that was cut off is a replica")


def fill_disk(field: Field, cluster: Cluster) -> None:
    """The disk of the primary's database is full, and stays so until another one has taken over."""
    full = cluster.primary

    def another_leads_while_it_is_full() -> bool:
        assert "No space left" in full.run("sh", "-c", FILL, check=False)  # what PostgreSQL has given back, too
        return another_leads(cluster, full)

    until(another_leads_while_it_is_full, f"another one leads than {full.name}")
    field.go_on("another one took over from the primary with a full disk")
    full.run("rm", FILLED)
    until(cluster.is_whole, "all three run again")


def another_leads(cluster: Cluster, before: Computer) -> bool:
    """Whether another database than this one is the primary."""
    return any(role == "primary" and name != before.name for name, role in cluster.roles().items())


def hang_patroni(field: Field, cluster: Cluster) -> None:
    """What looks after the primary's database hangs, and the database goes on; another one takes over."""
    hangs = cluster.primary
    hangs.run("pkill", "-STOP", "-x", "patroni")
    until(lambda: another_leads(cluster, hangs), f"another one leads than {hangs.name}")
    field.go_on("Patroni hung at the primary")
    until(lambda: not hangs.run("pgrep", "-x", "patroni", "--runstates", "D,R,S,T", check=False), "it is ended")
    hangs.go_on()  # what stopped with it, and buries it
    cluster.start_patroni(hangs)  # as systemd does
    until(cluster.is_whole, "the one that hung is a replica")


def lag_behind(field: Field, cluster: Cluster) -> None:
    """The replica that commits with the primary hangs."""
    hangs = cluster.one("sync_standby")
    servers = hangs.run("pgrep", "-x", "postgres").split()
    hangs.run("kill", "-STOP", *servers)
    field.go_on("the replica that commits hung")
    hangs.run("kill", "-CONT", *servers, check=False)
    until(cluster.is_whole, "the one that hung is a replica")


def kill_hub(field: Field, cluster: Cluster) -> None:
    """The hub itself dies; systemd begins it again."""
    cluster.hub.run("pkill", "-9", "-f", "main.py")
    cluster.hub_process.wait()
    time.sleep(2)
    cluster.start_hub()
    field.go_on("kill -9 of the hub")


def put_back(field: Field, cluster: Cluster) -> None:
    """Somebody puts the database back to a moment; what stations had receipts for since comes again."""
    at_moment, moment = dict(field.acked), cluster.sql("SELECT now()")
    field.go_on("a moment to go back to")
    field.go_on("more was acknowledged")
    cluster.archive()
    before, told = dict(field.acked), len(field.notes)
    assert all(before[log] > size for log, size in at_moment.items())
    cluster.restore(moment)
    full = cluster.databases[-1]
    full.run("sh", "-c", FILL, check=False)
    assert "no room for a copy" in full.run("sh", "-c", "serah-restore anew 2>&1", check=False)
    full.run("rm", FILLED)
    cluster.make_others_anew()
    field.go_on("the database was put back")
    field.nothing_is_lost(before)
    lost = [note for note in field.notes[told:] if note.startswith("The hub has lost")]
    assert len(lost) >= STATIONS, "their receipts show what the hub lost"
    until(cluster.is_whole, "the others are replicas of what was put back")
    for machine in cluster.databases:
        machine.run("rm", "-rf", f"{DATA}.before")  # as the page says


def test_after_all_of_it_the_hub_has_every_record_as_its_station_signed_it(field: Field, cluster: Cluster) -> None:
    field.go_on("all of it")
    field.end()

    def look(root: Store) -> None:
        while HubDesk and root.arrivals.behind().count:
            time.sleep(0.5)
        for number, (log, file) in enumerate(field.files.items()):
            with open_store(f"sqlite:///{file}", signer(2 + number), around(2)) as office:
                leaves = [*office.ledger.leaves(log)][: field.acked[log]]
                assert [*root.ledger.leaves(log)][: field.acked[log]] == leaves
        assert not [finding for finding in audit_ledger(root).findings if finding.is_wrong]

    field.at_hub(look)


# --- what can be looked at without them -------------------------------------------------------------------------------


@contextmanager
def units_in(folder: Path) -> Iterator[list[Path]]:
    """The units, with programs that are there in place of those that an administrator installs."""
    units = []
    for unit in [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]:
        text = unit.read_text("utf-8").replace("/opt/serah/.venv/bin/python", "/bin/true")
        units.append(folder / unit.name)
        units[-1].write_text(text.replace("/usr/bin/pgbackrest", "/bin/true"), "utf-8")
    yield units


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    with units_in(tmp_path) as units:
        done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
        assert len(units) == 4
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.parametrize("words", [[], ["db4", "keys"], ["db1", "keys"], ["keys", "."], ["hub"]])
def test_what_is_typed_wrong_is_told_in_a_line_and_puts_nothing_in_place(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "keys").mkdir()
    done = subprocess.run(["sh", DEPLOY / "set-up.sh", *words], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "set-up.sh" in done.stderr or "there already" in done.stderr or "none of" in done.stderr
    assert [*(tmp_path / "keys").iterdir()] == []
