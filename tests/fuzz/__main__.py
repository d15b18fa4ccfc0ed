"""Fuzz a reader, or all of them one after the other: `python -m tests.fuzz [NAME] [--minutes M]`.

Guided by coverage where atheris is installed (requirements-fuzz.txt) and Python code is what reads; else by mutation
of the corpus. What fails a reader is left under build/fuzz/NAME/; put it into tests/fuzz/corpus/NAME/ with its fix.
Then `--keep` adds what reaches lines that nothing kept reaches.
"""

import argparse
import contextlib
import hashlib
import importlib.util
import io
import random
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from tests.fuzz.mutation import mutated
from tests.support import workplace  # noqa: F401 -- before the first file is written

MOST_BYTES = 64 * 1024
MOST_KEPT = 8 * 1024
FOUND = Path("build/fuzz")


def main() -> int:
    """Fuzz what was asked for; 1 where something failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz what reads strangers' bytes.")
    parser.add_argument("name", nargs="?", help="what is fuzzed; all where none is named")
    parser.add_argument("--minutes", type=float, default=10.0, help="for each of them (10)")
    parser.add_argument("--seed", type=int, default=None, help="of the dice; another one each time where none is given")
    parser.add_argument("--keep", action="store_true", help="add to the corpus what reached new lines, and end")
    args = parser.parse_args()
    if importlib.util.find_spec("atheris") and not args.keep:
        import atheris

        with atheris.instrument_imports(include=PACKAGES), contextlib.redirect_stderr(io.StringIO()):
            from tests.fuzz.targets import TARGETS
    else:
        atheris = None
        from tests.fuzz.targets import TARGETS
    if args.name is None:
        words = [sys.executable, "-m", "tests.fuzz", "--minutes", str(args.minutes)]
        return max(int(subprocess.run([*words, name]).returncode != 0) for name in TARGETS)
    if args.name not in TARGETS:
        parser.error(f"there is {', '.join(TARGETS)}")
    target, found = TARGETS[args.name], FOUND / args.name
    (found / "corpus").mkdir(parents=True, exist_ok=True)
    if args.keep:
        return keep(args.name, target, found / "corpus")
    seed = random.SystemRandom().randrange(2**31) if args.seed is None else args.seed
    if atheris and target.is_guided:
        guide(atheris, args.name, target, found, args.minutes, seed)
    return mutate(args.name, target, found, args.minutes, seed)


PACKAGES = ["custody", "db", "evidence", "services", "tables", "verify_proof", "verify_standalone"]
"""What is watched for new paths."""


def guide(atheris: Any, name: str, target: Any, found: Path, minutes: float, seed: int) -> None:
    """Let atheris look for inputs that reach new code, until one fails or the time is over; ends the process."""
    seeds = found / "seeds"
    seeds.mkdir(exist_ok=True)
    begun = beginnings(name)
    for data in begun:
        (seeds / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)

    def change(data: bytes, most: int, seed: int) -> bytes:
        dice = random.Random(seed)
        if dice.randrange(3):
            return mutated(bytes(data), dice.choice(begun or [b""]), dice, most)
        return bytes(atheris.Mutate(data, most))

    words = [
        f"-max_total_time={round(minutes * 60)}",
        f"-max_len={MOST_BYTES}",
        f"-artifact_prefix={found}/",
        f"-seed={seed % 2**31 or 1}",
        *("-timeout=60", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0"),
    ]

    def run(data: bytes) -> None:
        target.run(data, slack=4.0)  # every line tells that it was reached

    atheris.Setup([sys.argv[0], *words, str(found / "corpus"), str(seeds)], run, custom_mutator=change)
    atheris.Fuzz()


def mutate(name: str, target: Any, found: Path, minutes: float, seed: int) -> int:
    """Change what is in the corpus, until the time is over; each failure of another kind is kept, made smaller."""
    begun, dice, kinds = beginnings(name) or [b""], random.Random(seed), set[str]()
    end_s, runs = time.monotonic() + minutes * 60, 0
    while time.monotonic() < end_s:
        data = mutated(dice.choice(begun), dice.choice(begun), dice, MOST_BYTES)
        kind, runs = failure(target, data), runs + 1
        if kind and kind not in kinds:
            kinds.add(kind)
            data = smaller(target, data, kind)
            path = found / f"crash-{hashlib.sha256(data).hexdigest()[:16]}"
            path.write_bytes(data)
            print(f"{path}: {kind}", flush=True)
    print(f"{name}: {runs} inputs, {len(kinds)} kinds of failures (seed {seed})", flush=True)
    return int(bool(kinds))


def keep(name: str, target: Any, folder: Path) -> int:
    """Copy into the corpus, the smallest first, what reaches lines of the product that nothing kept reaches."""
    from tests.fuzz.target import HERE

    known = set[tuple[str, int]]().union(*(lines_of(target, data) for data in beginnings(name)))
    for file in sorted(folder.iterdir(), key=lambda file: (file.stat().st_size, file.name)):
        data = file.read_bytes()
        if len(data) <= MOST_KEPT and (fresh := lines_of(target, data) - known):
            known |= fresh
            kept = HERE / "corpus" / name / hashlib.sha256(data).hexdigest()[:12]
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(data)
            print(f"{kept}: {len(fresh)} lines")
    return 0


def lines_of(target: Any, data: bytes) -> set[tuple[str, int]]:
    """The lines of the product, tools included, that an input reaches."""
    root, found = str(Path(__file__).parents[2]), set[tuple[str, int]]()

    def trace(frame: Any, _event: str, _arg: object) -> Any:
        path = frame.f_code.co_filename
        if not path.startswith(root) or "/tests/" in path or "/.venv/" in path:
            return None
        found.add((path, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        target.check(data)
    finally:
        sys.settrace(None)
    return found


def beginnings(name: str) -> list[bytes]:
    """What to begin with: what is kept, and what other tests keep."""
    from tests.fuzz.target import corpus
    from tests.fuzz.targets import TARGETS

    return [*corpus(name).values(), *TARGETS[name].seeds()]


def failure(target: Any, data: bytes) -> str:
    """The kind of failure, with the line where it came up; empty where there is none."""
    try:
        target.run(data)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic of a library in Rust is no Exception
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {where.filename}:{where.lineno}"
    return ""


def smaller(target: Any, data: bytes, kind: str) -> bytes:
    """The same failure in fewer bytes: pieces are left out as long as it stays, for some seconds."""
    end_s, size = time.monotonic() + 20, max(len(data) // 2, 1)
    while size and time.monotonic() < end_s:
        for start in range(0, len(data), size):
            less = data[:start] + data[start + size :]
            if time.monotonic() < end_s and failure(target, less) == kind:
                data = less
                break
        else:
            size //= 2
    return data


if __name__ == "__main__":
    raise SystemExit(main())
