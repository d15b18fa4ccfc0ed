"""Runs the Windows build on Linux, under wine: `make windows-check` calls this; docs/windows.md says what it shows.

The quick tests run beside the rest, in a Windows of their own.
"""

import argparse
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.workplace import MEMORY, NEEDED_BYTES
from tools.release.parts import ReleaseError
from tools.windows import prepare
from tools.windows.prepare import test_python
from tools.windows.trial import Steps, job, suite, update
from tools.windows.troubles import troubles


def main() -> int:
    """Run what the command line asks for; 0 done or wine is not here, 1 a step failed, 3 it could not be prepared."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.windows.under_wine", description="Runs the Windows build under wine."
    )
    parser.add_argument("what", choices=("short", "full", "tests", "pictures"))
    parser.add_argument(
        "--cache", type=Path, default=Path.home() / ".cache" / "serah-windows", help="keeps wheels, Python and prefix"
    )
    parser.add_argument("tests", nargs="*", default=["tests"], help="files or folders of tests")
    parser.add_argument("--out", type=Path, default=prepare.ROOT / "build" / "windows", help="takes the pictures")
    options = parser.parse_args()
    if lacking := prepare.lacking():
        print(f"Windows is not tried: {', '.join(lacking)} not found. To have it: {prepare.INSTALL}")
        return 0 if options.what == "short" else 3
    cache = options.cache.resolve()
    if cache.is_relative_to(prepare.ROOT):
        parser.error("--cache: a folder outside of the repository")
    scratch = Path(tempfile.mkdtemp(prefix="serah-windows-", dir=_memory()))
    steps, beside = Steps(prepare.Windows(cache)), Steps(prepare.Windows(cache, "prefix-tests"))
    try:
        if options.what == "pictures":
            from tools.windows.first_day import first_day  # by a browser, which the others do without

            first_day(steps, scratch, options.out)
            return _closed(steps)
        with ThreadPoolExecutor(1) as other:
            try:
                tests = None
                if options.what != "short":
                    steps.run("Python for the tests", lambda: test_python(cache) and "ok")
                    tests = other.submit(suite, beside, options.tests, scratch)
                if options.what != "tests":
                    _day(steps, scratch, is_full=options.what == "full")
                if tests is not None:
                    tests.result()
            except BaseException:
                beside.windows.stop()  # what is waited for ends
                raise
        steps.failed = steps.failed or beside.failed
    except ReleaseError as error:
        print(f"windows: {error}", file=sys.stderr)
        return 3
    finally:
        steps.windows.stop()
        beside.windows.stop()
        shutil.rmtree(scratch, ignore_errors=True)
    return _closed(steps)


def _day(steps: Steps, scratch: Path, *, is_full: bool) -> None:
    """Do a small warehouse's day, and the rest that is tried with the release where all of it is asked for."""
    steps.run("wine", steps.windows.start)
    release = job(steps, scratch)
    if is_full:
        steps.run("shortcut on the desktop", release.shortcut)
        troubles(steps, release)
        update(steps, scratch)
        steps.run("demo", release.demo)


def _memory() -> Path | None:
    """Where files are kept in memory, if there is room: ledgers wait for their disk at each record."""
    is_free = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED_BYTES
    return MEMORY if is_free else None


def _closed(steps: Steps) -> int:
    """Print the end; the exit code."""
    steps.close()
    return 1 if steps.failed else 0


if __name__ == "__main__":
    sys.exit(main())
