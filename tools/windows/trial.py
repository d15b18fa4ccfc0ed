"""What is tried of the Windows build: a small warehouse's whole day from the unpacked release, the demo, the tests."""

import csv
import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tools.windows import prepare
from tools.windows.prepare import ROOT, Windows, mend_numpy, test_python

VILLAGE, STATION, WAREHOUSE, TRUCK = "51.08.06.1024", "51.08.06.1024.001", "51.08", "DK 8123 AB"
PLACE = "Bu Sri's šnjira & 投票"
"""The folder that the release is unpacked in: what a user's name may have (wine's cmd loses a `%`)."""
SAID = 12
"""So many of the last lines of a program that failed are shown."""
EXAMPLE = ROOT / "examples" / "buleleng"
PAGE_S = 60
LEFT_OUT = ("tests/tools/test_release.py", "tests/tools/test_verify_release.py")
"""Tests of what makes a release: that needs a whole Python, with venv, and Linux."""
_FILM = """
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


def called(windows: Windows, *command: str | Path, code: int = 0, **more: str) -> str:
    """What a Windows program prints.

    Raises:
        StepError: it ends with another code.
    """
    around = windows.environment(SERAH_LANG="en", **more)
    ran = subprocess.run(["wine", *map(str, command)], env=around, capture_output=True, check=False)
    said = ran.stdout.decode("utf-8", "replace").replace("\r\n", "\n")
    if ran.returncode != code:
        lines = (said + ran.stderr.decode("utf-8", "replace")).splitlines()[-SAID:]
        raise StepError("\n".join([f"{' '.join(map(str, command[1:]))}: ended with {ran.returncode}", *lines]))
    return said


def job(steps: Steps, scratch: Path) -> Path:
    """Make the release, unpack it and do a warehouse's work with it, the folder's launchers alone; return the folder.

    The release's files are checked by its own start before the C functions are added that wine lacks.
    """
    windows, work = steps.windows, scratch / PLACE
    top, data = work / "Serah", work / "Serah" / "data"

    def unpack() -> None:
        prepare.unpacked(work, windows.cache)
        data.mkdir()

    def serah(*arguments: str, code: int = 0) -> str:
        return called(windows, top / "serah.cmd", *arguments, code=code)

    def start() -> str:
        said = serah("--version").strip()
        mend_numpy(top / "python", windows.cache)
        return said

    def plan() -> str:
        with (EXAMPLE / "places.csv").open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        way = {WAREHOUSE, VILLAGE.rpartition(".")[0], VILLAGE}
        kept = [row for row in rows if row[0] in way or row[0].startswith(f"{VILLAGE}.") or row[2] == "carrier"]
        with (work / "places.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *kept])
        serah("load", wine_path(work / "places.csv"), wine_path(EXAMPLE / "needs.csv"))
        return str(json.loads(serah("plan", "--json")))

    def film() -> str:
        source = [wine_path(work / "labels.pdf"), wine_path(work / "film.mp4")]
        called(windows, top / "python" / "python.exe", "-c", _FILM, *source)
        return f"{(work / 'film.mp4').stat().st_size:,} bytes"

    def scan() -> str:
        people = ["--giver", "Made", "--receiver", "Ketut", "--witness", "Wayan"]
        way = ["--from", WAREHOUSE, "--to", TRUCK, "--bound", VILLAGE, "--yes", "--quiet", "--json"]
        papers = ["--bast", wine_path(work / "bast.pdf")]
        said = serah("scan", "--source", wine_path(work / "film.mp4"), *way, *people, *papers)
        return str([json.loads(line) for line in said.splitlines()])

    def labels() -> None:
        serah("labels", "--to", STATION, "--out", wine_path(work / "labels.pdf"))

    steps.run("release folder", unpack)
    steps.run("start", start)
    steps.run("init", lambda: serah("init", "--place", WAREHOUSE, "--station", "Gudang-1")[:60])
    steps.run("plan of one village", plan)
    steps.run("labels of one polling station", labels)
    steps.run("film", film)
    steps.run("scan, with its letter (BAST)", scan)
    steps.run("verify", lambda: serah("verify")[:60])
    steps.run("backup", lambda: serah("backup", wine_path(work / "backup.db"))[:60])
    steps.run("page", lambda: page(windows, top))
    return top


def wine_path(path: Path) -> str:
    """A path of Linux as Windows writes it."""
    return "Z:" + str(path).replace("/", "\\")


def page(windows: Windows, top: Path) -> str:
    """Start the page by a double click's file, and ask it as a browser does.

    Raises:
        StepError: it does not answer in time, or not with a page.
    """
    around = windows.environment(SERAH_LANG="en", PYTHONUNBUFFERED="1")
    command = ["wine", str(top / "MULAI.cmd"), "--no-browser"]
    began = time.monotonic()
    with subprocess.Popen(command, env=around, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as served:
        try:
            assert served.stdout is not None
            said = b""
            while (found := re.search(rb"http://127\.0\.0\.1:\d+/?", said)) is None:
                line = served.stdout.readline()
                if not line or time.monotonic() - began > PAGE_S:
                    raise StepError(f"no address: {said.decode('utf-8', 'replace')}")
                said += line
            with urllib.request.urlopen(found[0].decode(), timeout=PAGE_S) as answer:
                body = answer.read()
            if b"<html" not in body:
                raise StepError(f"no page: {body[:200]!r}")
            return f"{len(body):,} bytes after {time.monotonic() - began:.1f} s"
        finally:
            windows.stop()
            served.wait()


def demo(steps: Steps, top: Path, scratch: Path) -> None:
    """The whole job on the example, by the release's own launcher."""

    def play() -> str:
        said = called(steps.windows, top / "serah.cmd", "demo", "--out", wine_path(scratch / "demo"))
        return said.strip().splitlines()[-1]

    steps.run("demo", play)


def suite(steps: Steps, tests: list[str], scratch: Path) -> None:
    """The quick tests, by a Python for Windows that has what they need."""

    def run() -> str:
        python = test_python(steps.windows.cache)
        command = ["wine", str(python / "python.exe"), "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider"]
        command += ["-m", "not slow and not camera", "--basetemp", wine_path(scratch / "tests"), *tests]
        command += [f"--ignore={path}" for path in LEFT_OUT]
        around = steps.windows.environment()
        ran = subprocess.run(command, cwd=ROOT, env=around, stdout=subprocess.PIPE, check=False)
        said = ran.stdout.decode("utf-8", "replace").strip()
        if ran.returncode:
            raise StepError(said)
        return said.splitlines()[-1]

    steps.run("quick tests", run)
