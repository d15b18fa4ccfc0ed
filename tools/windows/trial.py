"""What is tried of the Windows build: a small warehouse's whole day from the unpacked release, the demo, the tests."""

import csv
import json
import re
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Timer
from typing import IO, Any

from tests.support.portable import LEFT_OUT, MOST_LEFT_OUT
from tools.release.parts import git
from tools.windows import prepare
from tools.windows.prepare import ROOT, Windows, mend_numpy, test_python

VILLAGE, STATION, WAREHOUSE, TRUCK = "51.08.06.1024", "51.08.06.1024.001", "51.08", "DK 8123 AB"
PLACE = "Bu Sri's šnjira & 投票"
"""The folder that the release is unpacked in: what a user's name may have (wine's cmd loses a `%`)."""
WINES_OWN = re.compile(r"(error: XDG_RUNTIME_DIR|ALSA lib )[^\n]*\n?")
"""What wine itself writes where there is no desktop or no sound; in the midst of a program's line too."""
SAID = 12
"""So many of the last lines of a program that failed are shown."""
EXAMPLE = ROOT / "examples" / "buleleng"
PAGE_S = 300
CALL_S, DEMO_S, SUITE_S = 300, 1200, 3600
"""So long may a Windows program, the demo and the quick tests take: one that never ends is ended and told of."""
NOT_HERE = "not slow and not camera and not postgres"
"""A hub's PostgreSQL runs on Linux, and its tests are skipped wherever it is not installed."""
FILM = """
import sys
from pathlib import Path
from scanner.simulation.simulate import simulate, write_video
from scanner.sources.open_source import open_source
with open_source(sys.argv[1]) as pages:
    sheets = [page.image for page in pages]
write_video(Path(sys.argv[2]), simulate(sheets, seed=1, fps=10, seconds_per_view=0.4, scale=0.66), 10)
"""


class StepError(Exception):
    """What a step has found wrong."""


class Steps:
    """Runs steps one after the other and prints each with its time, up to the first that fails."""

    def __init__(self, windows: Windows) -> None:
        self.windows = windows
        self.failed = ""
        self._began = time.monotonic()

    def run(self, name: str, step: Callable[[], object]) -> None:
        """Run a step and print how it went; after one that failed no other is run."""
        if self.failed:
            return
        began, told = time.monotonic(), "ok"
        try:
            told = str(step() or "ok")
        except StepError as error:
            self.failed = name
            told = f"FAILED: {error}"
        print(f"{time.monotonic() - began:7.1f} s  {name}: {told}", flush=True)

    def close(self) -> None:
        """Print the end: the time of all, and what failed."""
        told = f"failed: {self.failed}" if self.failed else "all done"
        print(f"{time.monotonic() - self._began:7.1f} s  Windows under wine, {told}")


def called(
    windows: Windows,
    *command: str | Path,
    code: int = 0,
    says_wrong: bool = False,
    cwd: Path | None = None,
    most_s: float = CALL_S,
    **variables: str,
) -> str:
    """What a Windows program prints; with `says_wrong`, what it says of errors.

    Raises:
        StepError: it ends with another code, or not in that time.
    """
    around = windows.environment(**{"SERAH_LANG": "en", **variables})
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:  # wine's own may hold on to a pipe
        files = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err}
        ended = _ended(windows, command, most_s, env=around, cwd=cwd, **files)
        said, wrong = map(_text, (out, err))
    if ended != f"ended with {code}":
        lines = (said + wrong).splitlines()[-SAID:]
        raise StepError("\n".join([f"{' '.join(map(str, command[1:]))}: {ended}", *lines]))
    return wrong if says_wrong else said


def _ended(windows: Windows, command: Sequence[str | Path], most_s: float, **how: Any) -> str:
    """How a Windows program ended; where it has not in that time, all of wine is ended."""
    with subprocess.Popen(["wine", *map(str, command)], **how) as process:
        try:
            return f"ended with {process.wait(most_s)}"
        except subprocess.TimeoutExpired:
            windows.stop()
            process.kill()
            return f"had not ended after {most_s:.0f} s"


def _text(file: IO[bytes]) -> str:
    """What was written into a file, but for what wine itself says."""
    file.seek(0)
    return WINES_OWN.sub("", file.read().replace(b"\r\n", b"\n").decode("utf-8", "replace"))


class Release:
    """The unpacked release below a folder with a difficult name, and what is done with it, by its launchers alone."""

    def __init__(self, windows: Windows, scratch: Path) -> None:
        self.windows, self.work = windows, scratch / PLACE
        self.top, self.data = self.work / "Serah", self.work / "Serah" / "data"

    def serah(self, *arguments: str, most_s: float = CALL_S) -> str:
        """What a command prints. Raises StepError where it ends with another code, or not in that time."""
        return called(self.windows, self.top / "serah.cmd", *arguments, most_s=most_s)

    def unpack(self, commit: str = "") -> None:
        """Lay the release of a commit there, over what is there."""
        prepare.unpacked(self.work, self.windows.cache, commit)
        self.data.mkdir(exist_ok=True)

    def start(self) -> str:
        """Let the release check its files, then add the C functions that wine lacks."""
        said = self.serah("--version").strip()
        mend_numpy(self.top / "python", self.windows.cache)
        return said

    def init(self) -> str:
        return self.serah("init", "--place", WAREHOUSE, "--station", "Gudang-1").splitlines()[0]

    def plan(self) -> str:
        with (EXAMPLE / "places.csv").open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        way = {WAREHOUSE, VILLAGE.rpartition(".")[0], VILLAGE}
        kept = [row for row in rows if row[0] in way or row[0].startswith(f"{VILLAGE}.") or row[2] == "carrier"]
        with (self.work / "places.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *kept])
        self.serah("load", wine_path(self.work / "places.csv"), wine_path(EXAMPLE / "needs.csv"))
        return f"{json.loads(self.serah('plan', '--json'))['registered']} things"

    def labels(self) -> None:
        self.serah("labels", "--to", STATION, "--out", wine_path(self.work / "labels.pdf"))

    def film(self) -> str:
        film = self.work / "film.mp4"
        source = [wine_path(self.work / "labels.pdf"), wine_path(film)]
        called(self.windows, self.top / "python" / "python.exe", "-c", FILM, *source)
        return f"{film.stat().st_size:,} bytes"

    def scan(self) -> str:
        """Scan the film and record it with its letter. Raises StepError where a label is missing."""
        people = ["--giver", "Made", "--receiver", "Ketut", "--witness", "Wayan"]
        way = ["--from", WAREHOUSE, "--to", TRUCK, "--bound", VILLAGE, "--yes", "--quiet", "--json"]
        papers = ["--bast", wine_path(self.work / "bast.pdf")]
        self.serah("scan", "--source", wine_path(self.work / "film.mp4"), *way, *people, *papers)
        held = self.serah("items", "--held-by", TRUCK, "--json").splitlines()
        registered = self.serah("items", "--to", STATION, "--json").splitlines()
        if len(held) != len(registered):
            raise StepError(f"{len(held)} of {len(registered)} labels were read")
        if not (self.work / "bast.pdf").read_bytes().startswith(b"%PDF"):
            raise StepError("the letter is no PDF")
        return f"{len(held)} things"

    def verify(self) -> str:
        return self.serah("verify").splitlines()[0]

    def backup(self) -> str:
        return self.serah("backup", wine_path(self.work / "backup.db")).splitlines()[0]

    def page(self) -> str:
        """Start the page by the file that is double-clicked, and ask it as a browser does.

        Raises:
            StepError: it does not answer in time, or not with a page.
        """
        around = self.windows.environment(SERAH_LANG="en", PYTHONUNBUFFERED="1")
        command, began, said = ["wine", str(self.top / "MULAI.cmd"), "--no-browser"], time.monotonic(), b""
        limit = Timer(PAGE_S, self.windows.stop)  # by it a line that never comes is one that ends
        limit.start()
        with subprocess.Popen(command, env=around, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as served:
            try:
                assert served.stdout is not None
                while (found := re.search(rb"http://127\.0\.0\.1:\d+/?", said)) is None:
                    line = served.stdout.readline()
                    if not line:
                        raise StepError(f"no address: {said.decode('utf-8', 'replace')}")
                    said += line
                with urllib.request.urlopen(found[0].decode(), timeout=PAGE_S) as answer:
                    body = answer.read()
                if b"<html" not in body:
                    raise StepError(f"no page: {body[:200]!r}")
                return f"{len(body):,} bytes after {time.monotonic() - began:.1f} s"
            finally:
                limit.cancel()
                self.windows.stop()
                served.kill()

    def shortcut(self) -> str:
        """Put a shortcut on the desktop. Raises StepError where it does not lead here."""
        (link,) = self.desktop_after(self.top / "PINTASAN.cmd")
        if str(self.top.name) not in link.read_bytes().decode("utf-16-le", "replace"):
            raise StepError("the shortcut leads elsewhere")
        return link.name

    def desktop_after(self, command: Path) -> list[Path]:
        """The shortcuts on the desktop once a command has run."""
        folder = self.windows.prefix / "drive_c" / "users"
        for link in folder.glob("*/Desktop/Serah.lnk"):
            link.unlink()
        called(self.windows, command)
        return list(folder.glob("*/Desktop/Serah.lnk"))

    def demo(self) -> str:
        said = self.serah("demo", "--out", wine_path(self.work.parent / "demo"), most_s=DEMO_S)
        return said.strip().splitlines()[-1]


def job(steps: Steps, scratch: Path) -> Release:
    """Do a small warehouse's whole day."""
    release = Release(steps.windows, scratch)
    steps.run("release folder", release.unpack)
    steps.run("start", release.start)
    steps.run("init", release.init)
    steps.run("plan of one village", release.plan)
    steps.run("labels of one polling station", release.labels)
    steps.run("film", release.film)
    steps.run("scan, with its letter (BAST)", release.scan)
    steps.run("verify", release.verify)
    steps.run("backup", release.backup)
    steps.run("page", release.page)
    return release


def update(steps: Steps, scratch: Path) -> None:
    """Unpack this version over one from before the newest change of the tables, then that one over this again."""
    older = git(ROOT, "log", "-1", "--format=%H^", "--diff-filter=A", "--", "db/migrations").decode().strip()
    release = Release(steps.windows, scratch / "update")

    def begin() -> None:
        release.unpack(older)
        release.start()
        release.init()

    def newer() -> str:
        release.unpack()
        release.start()
        release.verify()
        (kept,) = release.data.glob("ledger-before-*.db")
        return kept.name

    def older_again() -> str:
        release.unpack(older)
        release.start()
        refused = called(steps.windows, release.top / "serah.cmd", "verify", code=3, says_wrong=True).strip()
        if "newer" not in refused or "Traceback" in refused:
            raise StepError(refused)
        return refused.splitlines()[0]

    steps.run("older version", begin)
    steps.run("newer unpacked over it", newer)
    steps.run("older unpacked over that", older_again)


def wine_path(path: Path) -> str:
    """A path of Linux as Windows writes it."""
    return "Z:" + str(path).replace("/", "\\")


def suite(steps: Steps, tests: list[str], scratch: Path) -> None:
    """The quick tests, by a Python for Windows that has what they need."""

    def run() -> str:
        python = test_python(steps.windows.cache)
        command = [str(python / "python.exe"), "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider"]
        command += ["-rs", "-m", NOT_HERE, "--basetemp", wine_path(scratch / "tests"), *tests]
        around = steps.windows.environment(WINEPATH=wine_path(prepare.outside(steps.windows.cache)))
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            ended = _ended(steps.windows, command, SUITE_S, cwd=ROOT, env=around, stdout=out, stderr=err)
            said, wrong = _text(out).strip(), _text(err)
        left = sum(int(count) for count in re.findall(rf"^SKIPPED \[(\d+)\] .*: {LEFT_OUT}", said, re.MULTILINE))
        if ended != "ended with 0" or left > MOST_LEFT_OUT:
            raise StepError(f"{said}\n{wrong}\n{ended}, {left} left out")
        return f"{said.splitlines()[-1]}, {left} of them left out"

    steps.run("wine for the tests", steps.windows.start)
    steps.run("quick tests", run)
