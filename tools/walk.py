#!/usr/bin/env python3
"""Follow one value through the code as a reader would, and count the files entered and the returns.

usage: walk.py [CHECKOUT...] [--show WAY]      without a checkout: this one

Be the value: a camera's frame on its way to a record, a table's file to the plan, a bundle's file to a chain, a
handover's number to its letter. A way is run on a small example and begins in the function that takes the value. Each
of our own functions that gets the value in an argument is a step, and what such a function returns is the value in a
new form: the texts of a frame, the rows of a table. So is what holds the value or is a part of it. What was there
before the value came is none: no store, no session, no constant. A place in the code that calls counts once, however
often it runs. A way ends where the value is stored or handed back.

A *stay* is a run of steps in one file, a *return* a stay in a file that was left before. `--show` names a way (frame,
table, bundle, letter) and prints its stays.
"""

import argparse
import gc
import importlib
import inspect
import json
import os
import runpy
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path, PurePath
from types import CodeType, FrameType
from typing import Any, NamedTuple

GIVER, RECEIVER = "51.08", "51.08.06.1024"
_TRACER = Path(__file__).resolve()
_PLAIN = (str, bytes, list, tuple, dict, set, frozenset)
_FUNCTIONS = inspect.CO_NEWLOCALS  # the body of a class is no step of a way


class Leg(NamedTuple):
    """A way or a part of one: where the value comes in, and the functions at which it ends; none: the entry's return.

    An entry is `function:parameter`, or `->Type` for what is first returned of that type.
    """

    entries: tuple[str, ...]
    ends: tuple[str, ...] = ()


_LEGS = {
    "table": [Leg(("load_files:files",), ("Store.record",))],
    "frame": [
        Leg(("->Frame",), ("Drafts.take",)),
        Leg(("record_handover:draft", "Store.record_handover:draft"), ("Store.record",)),
    ],
    "bundle": [Leg(("import_bundles:files",), ("Ledger.insert", "LedgerWriter.insert"))],
    "chain": [Leg(("known_chain:code",))],
    "letter": [Leg(("save_letter:number",))],
}


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

    def run(*command: str) -> str:
        said = os.environ | {"PYTHONHASHSEED": "0"}  # so that a walk is the same twice
        done = subprocess.run([sys.executable, *command], cwd=checkout, capture_output=True, text=True, env=said)
        if done.returncode:
            sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def trace(legs: str, *args: str) -> list[str]:
        out = scratch / f"{legs}.json"
        run(str(_TRACER), "--trace", str(out), legs, *args)
        route: list[str] = json.loads(out.read_text("utf-8"))
        return route

    ways: dict[str, list[str]] = {}
    init = ["init", "--place", GIVER, "--election", "Pemilu 2024", "--json"]
    root = json.loads(run("main.py", *office, *init, "--station", "Gudang-1"))
    ways["table"] = trace("table", *office, "load", str(places))
    run("main.py", *office, "load", str(needs))
    run("main.py", *office, "plan")
    run("main.py", *office, "labels", "--to", RECEIVER, "--sheet", "a4-3x7", "--out", str(scratch / "labels.pdf"))
    handed = ["--from", GIVER, "--to", RECEIVER, "--giver", "Made", "--receiver", "Ketut", "--yes", "--quiet"]
    ways["frame"] = trace("frame", *office, "scan", *handed, "--source", str(scratch / "labels.pdf"))
    run("main.py", *office, "export", "--out", str(scratch / "a.bundle"))
    run("main.py", *other, *init, "--station", "Kantor-2", "--root", root["fingerprint"])
    code = json.loads(run("main.py", *office, "items", "--json").splitlines()[0])["code"]
    taken_in = trace("bundle", *other, "import", str(scratch / "a.bundle"))
    ways["bundle"] = taken_in + trace("chain", *other, "custody", code)
    number = json.loads(run("main.py", *office, "report", "bast", "--json"))["number"]
    ways["letter"] = trace("letter", *office, "report", "bast", "--number", number, "--out", str(scratch / "bast.pdf"))
    return ways


class Value:
    """The one value that is followed, in all its forms."""

    def __init__(self, form: object) -> None:
        """Begin with a form of it; what is there already, but for that form and its parts, is not it."""
        held = gc.get_objects()
        self._old: list[object] = [one for one in held if _can_be_it(one)]
        self._old += [text for one in held for text in _texts_in(gc.get_referents(one))]
        self._before = {*map(id, self._old)}
        self._forms: dict[int, object] = {}
        self.keep(form, is_new=True)

    def keep(self, form: object, depth: int = 4, *, is_new: bool = False) -> None:
        """Take a form of it and its parts."""
        if not _can_be_it(form) or id(form) in self._forms or (id(form) in self._before and not is_new):
            return
        if isinstance(form, _PLAIN) and len(form) < (2 if isinstance(form, str | bytes) else 1):
            return  # Python has each of these once, whoever made it
        self._forms[id(form)] = form
        for part in _parts(form) if depth else ():
            self.keep(part, depth - 1, is_new=is_new)

    def is_in(self, held: object, depth: int = 2) -> bool:
        """Whether it is this, or a part of this."""
        if not _can_be_it(held) or id(held) in self._forms:
            return id(held) in self._forms
        is_old = id(held) in self._before or isinstance(held, str | bytes)
        return depth > 0 and not is_old and any(self.is_in(part, depth - 1) for part in _parts(held))


_own: set[str] = set()
"""Our own packages, of the checkout that is walked."""


def _can_be_it(held: object) -> bool:
    """Whether this is data: plain, an array, a path, or of a class of our own; no query, file or function is."""
    kind = type(held)
    is_own = str(kind.__module__).partition(".")[0] in _own and not isinstance(held, int | type)
    return is_own or kind in _PLAIN or kind.__name__ == "ndarray" or isinstance(held, PurePath)


def _texts_in(held: Iterable[object]) -> Iterator[str | bytes]:
    """The texts among these and among the constants of functions: the collector of garbage knows none by itself."""
    for one in held:
        if isinstance(one, str | bytes):
            yield one
        elif isinstance(one, CodeType):
            yield from _texts_in(one.co_consts)
        elif isinstance(one, tuple):
            yield from (text for text in one if isinstance(text, str | bytes))


def _parts(held: Any) -> list[object]:
    if isinstance(held, str | bytes):
        return []
    if isinstance(held, dict):
        return [*held.values(), *held]
    if isinstance(held, list | tuple | set | frozenset):
        return list(held)
    if type(held).__name__ == "ndarray":
        return [held.base]
    slots = [slot for kind in type(held).__mro__ for slot in kind.__dict__.get("__slots__", ())]
    return [*getattr(held, "__dict__", {}).values(), *(getattr(held, slot, None) for slot in slots)]


class Walker:
    """Notes the steps of a value along legs, as the profiler of a running program."""

    def __init__(self, root: str, legs: list[Leg]) -> None:
        self.route: list[str] = []
        self._root, self._legs = root, legs
        self._value: Value | None = None
        self._entry: FrameType | None = None
        self._inside: dict[int, FrameType] = {}
        self._sites: set[tuple[object, ...]] = set()
        self._names: dict[CodeType, str] = {}
        self._lock = threading.RLock()
        self._is_busy = False

    def note(self, frame: FrameType, event: str, returned: Any) -> None:
        """Take one event; what the walker does itself is none."""
        code = frame.f_code
        if event not in ("call", "return") or not self._legs or not self._name(code):
            return
        with self._lock:
            if self._is_busy:
                return
            self._is_busy = True
            try:
                self._call(frame, code) if event == "call" else self._return(frame, code, returned)
            finally:
                self._is_busy = False

    def _name(self, code: CodeType) -> str:
        """`file:function` of a function of our own; empty for what is none."""
        if code not in self._names:
            path = code.co_filename
            own = path.startswith(self._root) and os.sep + "." not in path and code.co_name[0] != "<"
            function = code.co_qualname.rpartition("<locals>.")[2]
            self._names[code] = f"{path[len(self._root) :]}:{function}" if own and code.co_flags & _FUNCTIONS else ""
        return self._names[code]

    def _call(self, frame: FrameType, code: CodeType) -> None:
        given = inspect.getargvalues(frame)
        local = given.locals
        arguments = [local[name] for name in [*given.args, given.varargs, given.keywords] if name and name in local]
        if self._value is None:
            entry = next((entry for entry in self._legs[0].entries if entry.startswith(f"{code.co_qualname}:")), None)
            if entry is None:
                return
            self._value, self._entry = Value(local[entry.partition(":")[2]]), frame
        if frame is not self._entry and not any(map(self._value.is_in, arguments)):
            return
        self._inside[id(frame)] = frame
        back = frame.f_back
        site = (back and back.f_code, back and back.f_lineno, code)
        if site not in self._sites:
            self._sites.add(site)
            self.route.append(self._name(code))
        if code.co_qualname in self._legs[0].ends:
            self._end()

    def _return(self, frame: FrameType, code: CodeType, returned: Any) -> None:
        if self._value is None:
            if f"->{type(returned).__name__}" in self._legs[0].entries:
                self._value = Value(returned)
                self.route.append(self._name(code))
            return
        if self._entry is None and f"->{type(returned).__name__}" in self._legs[0].entries:
            self._value.keep(returned, is_new=True)  # the next frame
        if id(frame) in self._inside:
            self._value.keep(returned)
        if frame is self._entry and not self._legs[0].ends:
            self._end()

    def _end(self) -> None:
        self._legs, self._value, self._entry, self._inside = self._legs[1:], None, None, {}


def _trace(out: Path, legs: str, args: list[str]) -> None:
    """Run main.py of the working directory with these arguments, and write the route that the value took."""
    root = Path.cwd()
    sys.path.insert(0, str(root))
    _own.update(path.parent.name for path in root.glob("*/__init__.py"))
    for path in sorted(path.relative_to(root) for name in _own - {"tests"} for path in (root / name).rglob("*.py")):
        # all at once, so that no constant of theirs comes after the value
        importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    walker = Walker(f"{root}{os.sep}", _LEGS[legs])
    sys.argv = ["main.py", *args]
    threading.setprofile(walker.note)
    sys.setprofile(walker.note)
    try:
        runpy.run_path("main.py", run_name="__main__")
    finally:
        sys.setprofile(None)
        out.write_text(json.dumps(walker.route), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--trace"]:
        _trace(Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
    else:
        main()
