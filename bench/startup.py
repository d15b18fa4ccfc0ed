"""What starting costs, beside the floor that no design passes, or beside another checkout.

    python bench/startup.py [--rounds 15]
    python bench/startup.py --before ../serah-before [--rounds 7] [--only report]

With `--before` each command runs in both checkouts in turn, on a station of Buleleng that each has prepared for itself:
the processor's time of the process and its children, which a busy machine disturbs less than the clock does. Pages are
asked of a server of each, in turn. The least of the rounds says most. Goal: nothing takes over 5 % more than before.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402

from commands.program import REPORTS  # noqa: E402
from scanner.sources.pages import draw_page  # noqa: E402

COMMANDS = {
    "python, nothing else": ["-c", "pass"],
    "python, import click": ["-c", "import click"],
    "main.py --help": [str(ROOT / "main.py"), "--help"],
    "main.py items --help": [str(ROOT / "main.py"), "items", "--help"],
}
GOAL_S, GOAL_RATIO = 0.3, 1.05
VILLAGE, STATION, TRUCK, WAREHOUSE = "51.08.06.1024", "51.08.06.1024.001", "DK8123AB", "51.08"
LIST, LEFT, MAIL, LETTER = "list.txt", "left.txt", "logs.serah", "labels.pdf"
STILL, FILM, FILM_FRAMES = "labels.png", "labels.avi", 45
PAGE_TIMES, IDLE_S = 8, 0.2
PAGES = (
    "/",
    "/scan",
    "/api/places?q=tps",
    "/items",
    f"/items?to={VILLAGE}",
    "/labels",
    "/plan",
    "/meet",
    "/dashboard",
    "/dashboard/51.08.06",
    "/dashboard/wall",
    "/handovers",
    "/observers",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=0, help="15, or 7 with --before")
    parser.add_argument("--before", type=Path, help="another checkout to compare with")
    parser.add_argument("--only", default="", help="only what has this pattern in its name")
    given = parser.parse_args()
    if given.before is None:
        floor(given.rounds or 15)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each start compiles our modules, which users' do not
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        compare(given.before.resolve(), Path(folder), given.rounds or 7, given.only)


def floor(rounds: int) -> None:
    """Print how long `--help` takes, beside a bare Python and a bare `import click`."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _round in range(rounds + 1):  # interleaved, so that a busy moment hits all alike; the first round warms up
        for name, command in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, capture_output=True)
            times[name].append(time.perf_counter() - began)
    bare = statistics.median(times["python, nothing else"][1:])
    print(f"{'start':<24}{'median s':>10}{'of floor':>10}   goal {GOAL_S} s")
    for name, taken in times.items():
        median = statistics.median(taken[1:])
        print(f"{name:<24}{median:>10.3f}{median / bare:>10.1f}")


# --- two checkouts ----------------------------------------------------------------------------------------------------


def compare(before: Path, folder: Path, rounds: int, only: str) -> None:
    """Print the processor's time of each command and page in both checkouts, in ms, and their ratio."""
    homes = {checkout: prepared(checkout, folder / f"{number}") for number, checkout in enumerate((before, ROOT))}
    print(f"{'ms of processor time':<30}{'before':>9}{'now':>9}{'ratio':>8}{'medians':>9}{'':>9}{'ratio':>8}")
    known = subprocess.run([sys.executable, "main.py", "report", "--help"], cwd=before, capture_output=True, text=True)
    new = {kind for kind in REPORTS if kind not in known.stdout}
    for name, line, writes in cases():
        if re.search(only, name) and not (line.startswith("report ") and line.split()[1] in new):
            commands = [
                lambda there=there, line=line, writes=writes: spent_ms(*there, line, writes)  # type: ignore[misc]
                for there in homes.items()
            ]
            compare_one(name, commands, rounds)
    if not any(re.search(only, f"page {path}") for path in PAGES):
        return
    with server(before, homes[before]) as one, server(ROOT, homes[ROOT]) as other:
        for path in PAGES:
            if re.search(only, f"page {path}") and has_page(one[1], path):
                pages = [lambda at=at, path=path: page_ms(*at, path) for at in (one, other)]  # type: ignore[misc]
                compare_one(f"page {path}"[:30], pages, rounds)


def compare_one(name: str, jobs: list[Callable[[], float]], rounds: int) -> None:
    """Print a line of the table: the least and the median of what each job says that it took."""
    times: list[list[float]] = [[], []]
    for _round in range(rounds + 1):  # the first warms up
        for taken, job in zip(times, jobs, strict=True):
            taken.append(job())
    least = [min(taken[1:]) for taken in times]
    median = [statistics.median(taken[1:]) for taken in times]
    mark = "   over" if least[1] / least[0] > GOAL_RATIO else ""
    print(
        f"{name:<30}{least[0]:>9.1f}{least[1]:>9.1f}{least[1] / least[0]:>8.3f}"
        f"{median[0]:>9.1f}{median[1]:>9.1f}{median[1] / median[0]:>8.3f}{mark}",
        flush=True,
    )


@contextmanager
def server(checkout: Path, home: Path) -> Iterator[tuple[int, str]]:
    """The process of the station's page and its address, once it has added up the dashboard."""
    command = [sys.executable, str(checkout / "main.py"), "--home", str(home), "serve", "--no-browser", "--json"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=checkout)
    try:
        assert child.stdout is not None
        address = json.loads(child.stdout.readline())["address"]
        ask(address, "/dashboard")
        used_s = -1.0
        while (now_s := processor_s(child.pid)) - used_s > IDLE_S:
            used_s = now_s
            time.sleep(1)
        yield child.pid, address
    finally:
        child.terminate()
        child.wait()


def ask(address: str, path: str) -> None:
    """Read a page of that server."""
    with urlopen(address.rstrip("/") + path) as answer:
        answer.read()


def has_page(address: str, path: str) -> bool:
    """Whether the checkout before knows that page."""
    try:
        ask(address, path)
    except HTTPError:
        return False
    return True


def processor_s(pid: int) -> float:
    """What the threads of a process have taken of the processor (Linux)."""
    return sum(int(each.read_text().split()[0]) for each in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def page_ms(pid: int, address: str, path: str) -> float:
    """The server's time for a page, as a mean of several."""
    before_s = processor_s(pid)
    for _time in range(PAGE_TIMES):
        ask(address, path)
    return (processor_s(pid) - before_s) * 1000 / PAGE_TIMES


def cases() -> Iterator[tuple[str, str, bool]]:
    """The name of each case, its command line, and whether it writes to the ledger."""
    yield "--help", "--help", False
    for name in ("scan", "items", "export", "serve"):
        yield f"{name} --help", f"{name} --help", False
    yield "wrong use of scan", "scan --nothing", False
    yield "wrong use of items", "items --nothing", False
    yield "items", f"items --to {STATION}", False
    yield "items of a village, --json", f"items --to {VILLAGE} --json", False
    yield "custody", "custody {code}", False
    yield "custody to a .pdf", "custody {code} --out {out}/chain.pdf", False
    for kind in filter("custody".__ne__, REPORTS):  # its own command is measured apart
        written = " --out {out}/letter.pdf" if kind in ("handover", "bast") else ""
        needed = " --stations 4 --seconds-per-scan 5" if kind == "pace" else ""
        yield f"report {kind}", f"report {kind} --json{written}{needed}", False
    yield "report progress to a .pdf", "report progress --out {out}/report.pdf", False
    yield "report progress to an .xlsx", "report progress --out {out}/report.xlsx", False
    yield "export", "export --out {out}/logs.serah", False
    yield "verify", "verify", False
    yield "verify a bundle", f"verify {{home}}/{MAIL}", False
    yield "decode a .pdf", f"decode {{home}}/{LETTER}", False
    yield "decode a .png", f"decode {{home}}/{STILL}", False
    yield "decode a film", f"decode {{home}}/{FILM}", False
    ends = f"--from {WAREHOUSE} --to {VILLAGE} --quiet --yes"
    yield "scan a .pdf", f"scan {ends} --source {{home}}/{LETTER}", True
    yield "scan a film", f"scan {ends} --source {{home}}/{FILM}", True
    yield "labels of a village", "labels --to 51.08.06.1025 --out {out}/labels.pdf", True
    left = f"{{home}}/{LEFT}"
    yield "handover --load", f"handover --from {WAREHOUSE} --to B1X --load {left} --codes {left} --yes --quiet", True
    yield "import", "--home {out}/other import {home}/logs.serah", True
    yield "init", f"--home {{out}}/new init --place {WAREHOUSE} --station Gudang-2 --election Pilkada", True
    yield "load", "--home {out}/other load {example}/places.csv {example}/needs.csv", True
    yield "plan", "--home {home}/loaded plan", True
    yield "plan with nothing to do", "plan", True
    yield "load the tables again", "load {example}/places.csv {example}/needs.csv", True


def prepared(checkout: Path, home: Path) -> Path:
    """The folder of a station with Buleleng's plan, a truck that took a village's things, and files to read."""
    tables = checkout / "examples" / "buleleng"
    run(checkout, home, "init", "--place", WAREHOUSE, "--station", "Gudang-1", "--election", "Pemilu 2024")
    run(checkout, home, "load", *(str(tables / f"{name}.csv") for name in ("places", "needs", "seal-packs")))
    run(checkout, home, "plan")
    for name, village in ((LIST, VILLAGE), (LEFT, "51.08.06.1025")):
        told = run(checkout, home, "items", "--to", village, "--json").splitlines()
        (home / name).write_text("".join(line.split('"')[3] + "\n" for line in told))
    run(checkout, home, "labels", "--to", VILLAGE, "--out", str(home / LETTER))
    there = ["--codes", str(home / LIST), "--load", str(home / LIST), "--yes", "--quiet"]
    run(checkout, home, "handover", "--from", WAREHOUSE, "--to", TRUCK, *there)
    run(checkout, home, "export", "--out", str(home / MAIL))
    film(home)
    run(checkout, home / "other", "init", "--place", VILLAGE, "--station", "PPS-1")
    run(checkout, home / "loaded", "init", "--place", WAREHOUSE, "--station", "Gudang-2")
    run(checkout, home / "loaded", "load", *(str(tables / f"{name}.csv") for name in ("places", "needs")))
    return home


def film(home: Path) -> None:
    """A picture of the first page of the labels, and a video in which a camera moves along it."""
    page = draw_page((home / LETTER).read_bytes(), 200)
    cv2.imwrite(str(home / STILL), page)
    writer = cv2.VideoWriter(str(home / FILM), cv2.VideoWriter.fourcc(*"MJPG"), 30, (1280, 720))
    for number in range(FILM_FRAMES):
        top = (page.shape[0] - 720) * number // FILM_FRAMES
        writer.write(page[top : top + 720, :1280].copy())
    writer.release()


def run(checkout: Path, home: Path, *words: str) -> str:
    """What a command prints that must succeed."""
    command = [sys.executable, str(checkout / "main.py"), "--home", str(home), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=checkout)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def spent_ms(checkout: Path, home: Path, line: str, writes: bool) -> float:
    """The processor's time of a command and its children, from its start to its end; it works on a copy."""
    with tempfile.TemporaryDirectory() as out:
        there = home
        if writes:
            there = Path(shutil.copytree(home, Path(out) / "home"))
            shutil.move(there / "other", Path(out) / "other")
        code = (home / LIST).read_text().split()[0]
        example = checkout / "examples" / "buleleng"
        words = line.format(out=out, home=there, code=code, example=example).split()
        command = [sys.executable, str(checkout / "main.py"), "--home", str(there), *words]
        with tempfile.TemporaryFile() as told:
            nowhere = subprocess.DEVNULL
            child = subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=told, cwd=checkout)
            _child, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode not in (0, 1, 2) or (child.returncode == 2) != ("--nothing" in words):
                told.seek(0)
                raise SystemExit(f"{' '.join(command)}: {told.read().decode()}")
        return (usage.ru_utime + usage.ru_stime) * 1000


if __name__ == "__main__":
    main()
