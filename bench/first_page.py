"""From the start of the program until its page answers, beside a bare Python: from a checkout and from a release.

    python bench/first_page.py [--rounds 5] [--cache ~/.cache/serah-windows]

Each is timed with its files in memory, and cold: the system is told to forget the folder's files first (Linux). With
`--cache`, the folder of `make windows-check`, the release for Windows is timed too, under wine. Its first start of all,
which checks every file and compiles every module, is a row of its own. Goals: the page within 5 s on a cold disk; a
release starts no slower than a checkout.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.release import parts  # noqa: E402
from tools.windows import prepare  # noqa: E402

SERVE = ("serve", "--no-browser")
ADDRESS = b"http://127.0.0.1:"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cache", type=Path, help="of make windows-check; empty: wine is not asked")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="serah-first-page-") as folder:
        on_linux(Path(folder), given.rounds)
        if given.cache:
            on_windows(Path(folder), given.cache.resolve(), given.rounds)


def on_linux(folder: Path, rounds: int) -> None:
    """Print how long a checkout and the files of Debian's package take."""
    shipped, here = folder / "shipped", f"{sys.version_info[0]}.{sys.version_info[1]}"
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    parts.lay(shipped, parts.program(prepare.commit()), 0)
    parts.lay(shipped / "packages", parts.unpacked(parts.wheels(parts.linux(here), lock).values()), 0)
    around = {name: text for name, text in os.environ.items() if not name.startswith(("SERAH_", "PYTHON"))}
    base = str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())
    alone = around | {"PYTHONPATH": str(shipped / "packages"), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    checkout = [sys.executable, str(ROOT / "main.py"), "--home", str(folder / "home"), *SERVE]
    release = [base, "-S", str(shipped / "main.py"), "--home", str(folder / "home"), *SERVE]
    table(
        {
            "bare Python": (lambda: taken_s([base, "-c", "pass"], around), [Path(base).parents[1]]),
            "checkout": (lambda: page_s(checkout, around), [ROOT, Path(sys.prefix)]),
            "release": (lambda: page_s(release, alone), [shipped, folder / "compiled"]),
        },
        rounds,
    )


def on_windows(folder: Path, cache: Path, rounds: int) -> None:
    """Print how long the release's folder takes under wine, its first start before the others."""
    windows = prepare.Windows(cache)
    windows.start()
    top = prepare.unpacked(folder, cache)
    (top / "data").mkdir()
    prepare.mend_numpy(top / "python", cache)  # before the check, so that what was mended is told: see the next line
    (top / parts.LIST).write_text(parts.listed(held(top)), "utf-8")
    around = windows.environment()
    begin = ["wine", str(top / "MULAI.cmd"), "--no-browser"]
    print(f"{'wine: first start of all':<26}{page_s(begin, around, windows.stop):>8.2f}", flush=True)
    bare = ["wine", str(top / "python" / "python.exe"), "-c", "pass"]
    table(
        {
            "wine: bare Python": (lambda: taken_s(bare, around), [top / "python", windows.prefix]),
            "wine: release": (lambda: page_s(begin, around, windows.stop), [top, windows.prefix]),
        },
        rounds,
    )


def held(top: Path) -> parts.Files:
    """The files that stand in the folder, but for its list and its data."""
    found = (path for path in top.rglob("*") if path.is_file() and path.name != parts.LIST)
    return {path.relative_to(top).as_posix(): parts.File(path.read_bytes()) for path in found}


def table(cases: dict[str, tuple[Callable[[], float], list[Path]]], rounds: int) -> None:
    """Print the median and the least of each case in seconds, warm and cold, and the ratio to the first of them."""
    warm: dict[str, list[float]] = {name: [] for name in cases}
    cold: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):  # in turn, so that a busy moment hits all alike; the first round warms up
        for name, (job, folders) in cases.items():
            for times in (warm, cold) if number else (warm,):
                if times is cold:
                    forget(folders)
                times[name].append(job())
    bare = next(iter(cases))
    print(f"{'s until the page answers':<26}{'warm':>8}{'least':>8}{'ratio':>8}{'cold':>10}{'least':>8}{'ratio':>8}")
    for name in cases:
        row = ""
        for times, width in ((warm, 8), (cold, 10)):
            took, floor = (statistics.median(times[each][-rounds:]) for each in (name, bare))
            row += f"{took:>{width}.2f}{min(times[name][-rounds:]):>8.2f}{took / floor:>8.1f}"
        print(f"{name:<26}{row}", flush=True)


def forget(folders: list[Path]) -> None:
    """Let the system forget what it keeps of these folders' files in memory."""
    for path in (path for folder in folders for path in folder.rglob("*")):
        with suppress(OSError):
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def taken_s(command: list[str], around: dict[str, str]) -> float:
    """How long a program runs."""
    began = time.perf_counter()
    subprocess.run(command, env=around, check=True, capture_output=True)
    return time.perf_counter() - began


def page_s(command: list[str], around: dict[str, str], stop: Callable[[], object] | None = None) -> float:
    """How long it is from the start of the program until its first page has come."""
    began = time.perf_counter()
    with subprocess.Popen(command, env=around, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        try:
            assert child.stdout is not None
            line = next(line for line in child.stdout if ADDRESS in line)
            address = line[line.index(ADDRESS) :].split()[0].decode()
            with urllib.request.urlopen(address) as answer:
                answer.read()
            return time.perf_counter() - began
        finally:
            (stop or child.terminate)()


if __name__ == "__main__":
    main()
