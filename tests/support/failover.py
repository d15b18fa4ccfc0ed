"""The hub of a province as deploy/ sets it up, on five computers that are one: three with the database, one with the
hub, one with the backups.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.machines import Computer, Switch, computers

HERE = Path(__file__).parents[2]
DEPLOY, PAGE = HERE / "deploy", HERE / "docs" / "hub.md"
NAMES = ("db1", "db2", "db3", "hub", "backup")
DATA = "/var/lib/postgresql/serah"
PORT = 8753
DISK_MB = 640
FIELD = "10.20.30.100"
"""Where the stations are."""
SERAH = ("/opt/serah/.venv/bin/python", "/opt/serah/main.py", "--home", "/var/lib/serah")
SHARED = "/opt/cluster"
"""Where each computer finds what was made for all."""
PROGRAMS = ("patroni", "etcd", "etcdctl", "haproxy", "pgbackrest", "openssl", "runuser")
_ROLES, GRANTS = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


def until(says: Callable[[], object], what: str, seconds: float = 400) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not says():
        assert time.monotonic() < ends, f"not within {seconds} s: {what}"
        time.sleep(0.3)


class Cluster:
    """All of it. `url` is where the hub finds its database."""

    def __init__(self, folder: Path, switch: Switch, machines: dict[str, Computer]) -> None:
        self.folder, self.switch, self.machines = folder, switch, machines
        self.databases = [machines[name] for name in NAMES[:3]]
        self.hub, self.backup = machines["hub"], machines["backup"]
        self.bin = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_basebackup"))[-1].parent
        self.address = dict(re.findall(r"^([A-Z0-9]+)=([\d.]+)$", (DEPLOY / "cluster.env").read_text(), re.M))

    # --- as the page says, step by step -------------------------------------------------------------------------------

    def set_up(self) -> None:
        """Put every file in place, begin what runs, and make the database."""
        recipe, keys = self.folder / "deploy", self.folder / "keys"
        shutil.copytree(DEPLOY, recipe)
        settings = recipe / "cluster.env"
        settings.write_text(re.sub("^PG=.*$", f"PG={self.bin.parent.name}", settings.read_text(), flags=re.M))
        subprocess.run(["sh", recipe / "set-up.sh", "keys", keys], check=True)
        for name in NAMES:
            self.machines[name].run("sh", f"{SHARED}/deploy/set-up.sh", name, f"{SHARED}/keys")
        for machine in self.databases:
            self.start(machine)
        self.start(self.backup)
        self.start(self.hub)
        until(lambda: len(self.roles()) == 3 and "sync_standby" in self.roles().values(), "a primary with two replicas")
        small = ["--force", "--quiet", "-p", "max_wal_size=96MB"]  # as the disks are here
        self.primary.run(*self._patronictl("edit-config", *small), user="postgres")
        self.make_database()
        made = "until pgbackrest --stanza=serah stanza-create; do sleep 1; done"
        self.backup.run("sh", "-c", made, user="postgres")
        self.backup.run("pgbackrest", "--stanza=serah", "backup", user="postgres")

    def start(self, machine: Computer) -> None:
        """Begin what runs on a computer, as its units do."""
        log = self.folder / f"{machine.name}.log"
        if machine in self.databases:
            machine.run("mkdir", "-p", "/run/postgresql", "/var/log/postgresql", "/var/log/pgbackrest")
            machine.run("chown", "postgres:", "/run/postgresql", "/var/log/postgresql", "/var/log/pgbackrest")
            settings = machine.run("cat", "/etc/default/etcd").splitlines()
            env = dict(line.split("=", 1) for line in settings if not line.startswith("#"))
            machine.start("etcd", user="etcd", env=env, log=log)
            machine.start("pgbackrest", "server", user="postgres", log=log)
            self.start_patroni(machine)
            machine.start("sh", "/usr/local/sbin/serah-alive", log=log)
        elif machine is self.backup:
            machine.run("install", "-d", "-o", "postgres", "/var/log/pgbackrest", "/var/lib/pgbackrest")
            machine.start("pgbackrest", "server", user="postgres", log=log)
        else:
            machine.start("haproxy", "-W", "-db", "-f", "/etc/haproxy/haproxy.cfg", log=log)

    def start_patroni(self, machine: Computer) -> None:
        """Begin Patroni."""
        secrets = machine.run("cat", "/etc/patroni_env.conf").splitlines()
        env = dict(line.split("=", 1) for line in secrets)
        machine.start(
            "patroni", "/etc/patroni/config.yml", user="postgres", env=env, log=self.folder / f"{machine.name}.log"
        )

    def make_database(self) -> None:
        """The database and its roles, and the station that is the hub."""
        self.sql((self.folder / "keys" / "database.sql").read_text())
        begins = ["init", "--place", "51", "--station", "Kantor Provinsi", "--yes"]
        self.hub.run(*SERAH, *begins, env=self.settings("owner"))
        self.hub.do(self.grant)

    def grant(self) -> None:
        """What docs/hub.md says who may."""
        import psycopg

        with psycopg.connect(self.url("owner"), autocommit=True) as server:
            server.execute(GRANTS)  # type: ignore[arg-type]

    def settings(self, role: str) -> dict[str, str]:
        """The environment of a role at the hub."""
        lines = (self.folder / "keys" / f"{role}.env").read_text().splitlines()
        return dict(line.replace("'", "").split("=", 1) for line in lines)

    def url(self, role: str) -> str:
        """The database's address for a role, for this program in the hub's network."""
        said = self.settings(role)
        url = said["SERAH_DB"].replace("/etc/serah/ca.crt", f"{self.folder}/keys/ca.crt")
        return url.replace("@127.0.0.1", f":{said['PGPASSWORD']}@127.0.0.1")

    def archive(self) -> None:
        """Let all that was committed until now be in the backups."""
        file = self.sql("SELECT pg_walfile_name(pg_switch_wal())")
        until(lambda: self.sql("SELECT last_archived_wal FROM pg_stat_archiver") >= file, f"{file} is in the backups")

    def start_hub(self) -> None:
        """Begin the hub, as its unit does."""
        [command] = re.findall("^ExecStart=(.*)$", (DEPLOY / "serah-hub.service").read_text(), re.M)
        words = command.replace("--workers 4", "--workers 1").split()
        self.hub.run("mkdir", "-p", "/var/log/serah")
        self.hub_process = self.hub.start(*words, "--json", env=self.settings("hub"), log=self.folder / "serah.log")

    def restore(self, moment: str) -> None:
        """Put the database back at the first, which leads from then on; the others stand still. As the page says."""
        first, leader = self.databases[0], self.primary.name
        for machine in self.databases:
            machine.run("serah-restore", "stop")
        answers = f"serah\nYes I am aware\n{leader}\n"  # the last is asked for half a minute after it has stopped
        first.run(*self._patronictl("remove", "serah"), user="postgres", stdin=answers)
        first.run("serah-restore", moment)
        self.start_patroni(first)
        until(lambda: "primary" in self.roles().values(), "what was put back is the primary")

    def make_others_anew(self) -> None:
        """Make the other two replicas of what was put back."""
        for machine in self.databases[1:]:
            machine.run("serah-restore", "anew")
            self.start_patroni(machine)

    # --- what is so ---------------------------------------------------------------------------------------------------

    def _patronictl(self, *words: str) -> list[str]:
        return ["patronictl", "-c", "/etc/patroni/config.yml", *words]

    def roles(self) -> dict[str, str]:
        """What each database is, by its own word: `primary`, `sync_standby`, `replica`; those that run alone."""
        found = {}
        for machine in self.databases:
            if machine.has_power:
                asked = "curl -sk --max-time 2 https://127.0.0.1:8008/patroni"
                told = machine.run("sh", "-c", asked, check=False)
                is_running = '"state": "running"' in told or '"state": "streaming"' in told
                if is_running and (role := re.search(r'"role": "(\w+)"', told)):
                    is_sync = '"sync_standby": true' in told
                    found[machine.name] = "sync_standby" if is_sync else role[1]
        return found

    @property
    def primary(self) -> Computer:
        """The one that takes writes."""
        return self.one("primary")

    def one(self, role: str) -> Computer:
        """One of that role; waits until there is one."""
        found: dict[str, str] = {}

        def is_there() -> bool:
            found.update({is_one: name for name, is_one in self.roles().items()})
            return role in found

        until(is_there, f"there is a {role}")
        return self.machines[found[role]]

    def is_whole(self) -> bool:
        """Whether all three run, and one commits with the primary."""
        return sorted(self.roles().values()) == ["primary", "replica", "sync_standby"]

    def disks(self) -> str:
        """How full the disk of each computer with a database is, in MB: used, of how many, for changes (`pg_wal`)."""
        asked = f"df -m --output=used,size {DATA} | tail -1; du -sm {DATA}/pg_wal | cut -f1"
        told = {one.name: one.run("sh", "-c", asked, check=False).split() for one in self.databases if one.has_power}
        return "; ".join(" ".join((name, *sizes)) for name, sizes in told.items())

    def sql(self, text: str, database: str = "postgres") -> str:
        """What a statement gives, as the administrator at the primary."""
        words = [self.bin / "psql", "-h", "/run/postgresql", "-d", database, "-qAtX", "-v", "ON_ERROR_STOP=1"]
        return self.primary.run(*words, user="postgres", stdin=text).strip()


def why_not() -> str:
    """Why it cannot run here; empty where it can."""
    from tests.support import machines

    missing = machines.why_not(*PROGRAMS)
    if not missing and not Path("/usr/lib/python3/dist-packages/etcd").exists():
        return "needs python3-etcd"
    if not missing and not [*Path("/usr/lib/postgresql").glob("*/bin/pg_basebackup")]:
        return "needs PostgreSQL of Debian's packages"
    if hidden := [folder for folder in machines.OWN if HERE.is_relative_to(f"/{folder}")]:
        return f"needs a checkout that is not in /{hidden[0]}, which each computer has for itself"
    return missing


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """All of it, running, without a hub."""
    addresses = re.findall(r"^([A-Z0-9]+)=([\d.]+)$", (DEPLOY / "cluster.env").read_text(), re.M)
    named = {name.lower(): address for name, address in addresses if name.lower() in NAMES}
    shown = {HERE: "/opt/serah", folder: SHARED}
    with computers({**named, "field": FIELD}, folder, shown, DISK_MB) as (switch, machines):
        cluster = Cluster(folder, switch, machines)
        cluster.set_up()
        yield cluster
