#!/usr/bin/env python3
"""Walk four ways through the code as a reader would, and count the files entered and the returns.

usage: walk.py [CHECKOUT...] [--show WAY]      without a checkout: this one

A way is one command run on a small example. Each of our own functions counts at its first call only, in the order in
which they are called: so a reader follows them. A *stay* is a run of functions in one file, a *return* a stay in a file
that was left before. `--show` names a way (frame, table, bundle, letter) and prints its stays.
"""

import argparse
import inspect
import json
import os
import runpy
import subprocess
import sys
import tempfile
import threading
from itertools import groupby
from pathlib import Path

GIVER, RECEIVER = "51.08", "51.08.06.1024"
_TRACER = Path(__file__).resolve()


def main() -> None:
    """Walk each checkout that is named, and print a table of its ways."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", nargs="*", type=Path, default=[_TRACER.parents[1]])
    parser.add_argument("--show", metavar="WAY")
    options = parser.parse_args()
    for checkout in options.checkout:
        with tempfile.TemporaryDirectory() as scratch:
            ways = _walk(checkout.resolve(), Path(scratch))
        print(f"{checkout}\n{'way':8}{'files':>7}{'stays':>7}{'returns':>9}")
        for name, route in ways.items():
            stays = [file for file, _functions in groupby(step.partition(":")[0] for step in route)]
            print(f"{name:8}{len(set(stays)):7}{len(stays):7}{len(stays) - len(set(stays)):9}")
            if name == options.show:
                for file, steps in groupby(route, key=lambda step: step.partition(":")[0]):
                    print(f"    {file}: {', '.join(step.partition(':')[2] for step in steps)}")


def _walk(checkout: Path, scratch: Path) -> dict[str, list[str]]:
    """Run the four ways on a ledger of two villages' ballot boxes; each route is `file:function`, in order."""
    example = checkout / "examples" / "buleleng"
    office, other = ["--home", str(scratch / "a")], ["--home", str(scratch / "b")]
    (scratch / "a").mkdir()
    (scratch / "b").mkdir()
    needs, places = scratch / "needs.csv", scratch / "places.csv"
    needs.write_text("".join((example / "needs.csv").read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8")
    rows = (example / "places.csv").read_text("utf-8").splitlines(keepends=True)
    shown = [row for row in rows[1:] if RECEIVER.startswith(code := row.split(",")[0]) or code.startswith(RECEIVER)]
    places.write_text("".join([rows[0], *shown]), "utf-8")

    def run(*args: str) -> str:
        done = subprocess.run([sys.executable, "main.py", *args], cwd=checkout, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(args)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def trace(*args: str) -> list[str]:
        out = scratch / "route.json"
        run_traced = [sys.executable, str(_TRACER), "--trace", str(out), *args]
        done = subprocess.run(run_traced, cwd=checkout, capture_output=True, text=True)
        if not out.is_file() or done.returncode:
            sys.exit(f"{' '.join(args)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        route: list[str] = json.loads(out.read_text("utf-8"))
        out.unlink()
        return route

    ways: dict[str, list[str]] = {}
    init = ["init", "--place", GIVER, "--election", "Pemilu 2024", "--json"]
    root = json.loads(run(*office, *init, "--station", "Gudang-1"))
    ways["table"] = trace(*office, "load", str(places), str(needs))
    run(*office, "plan")
    run(*office, "labels", "--to", RECEIVER, "--sheet", "a4-3x7", "--out", str(scratch / "labels.pdf"))
    handed = ["--from", GIVER, "--to", RECEIVER, "--giver", "Made", "--receiver", "Ketut", "--yes", "--quiet"]
    ways["frame"] = trace(*office, "scan", *handed, "--source", str(scratch / "labels.pdf"))
    run(*office, "export", "--out", str(scratch / "a.bundle"))
    run(*other, *init, "--station", "Kantor-2", "--root", root["fingerprint"])
    run(*other, "import", str(scratch / "a.bundle"))
    code = json.loads(run(*office, "items", "--json").splitlines()[0])["code"]
    ways["bundle"] = trace(*other, "custody", code)
    ways["letter"] = trace(*office, "report", "bast", "--out", str(scratch / "bast.pdf"))
    return ways


def _trace(out: Path, args: list[str]) -> None:
    """Run main.py of the working directory with these arguments, and write the route that it took."""
    root = str(Path.cwd()) + os.sep
    seen: dict[str, None] = {}
    known: dict[object, str | None] = {}

    def note(frame, event, _argument):  # type: ignore[no-untyped-def]
        if event != "call":
            return
        code = frame.f_code
        if code not in known:
            name = code.co_filename
            own = name.startswith(root) and os.sep + "." not in name and not code.co_name.startswith("<")
            own = own and bool(code.co_flags & inspect.CO_NEWLOCALS)  # the body of a class is no step of the way
            known[code] = f"{name.removeprefix(root)}:{code.co_qualname.rpartition('<locals>.')[2]}" if own else None
            if known[code]:
                seen.setdefault(known[code])

    sys.path.insert(0, root)
    sys.argv = ["main.py", *args]
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        runpy.run_path("main.py", run_name="__main__")
    finally:
        sys.setprofile(None)
        out.write_text(json.dumps([step for step in seen if step]), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--trace"]:
        _trace(Path(sys.argv[2]), sys.argv[3:])
    else:
        main()
