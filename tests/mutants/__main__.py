"""Change the rules in one place at a time and look for a test that fails: `python -m tests.mutants` (`make mutants`).

mutmut makes the mutants. It has no say in how they are run: the tests of custody/, evidence/ and db/ are read and run
once in one process, and each mutant then gets a fork of it, with the tests in the folder of its package that came
through its function, the quickest first, until one fails. Results are kept under build/mutants/, and a run that was
ended goes on from there.
"""

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = Path(os.environ.get("SERAH_MUTANTS", ROOT / "build/mutants"))
FOUND = WORK / "found.jsonl"
NAMED = WORK / "named.json"
"""The mutants to run, and of each the file that it is in."""
WHOLE = (
    "custody/chain/order.py",
    "custody/chain/standing.py",
    "custody/chain/roster.py",
    "db/log/merge.py",
    "db/log/arrivals.py",
    "db/log/transactions.py",
)
"""Every mutant of these: the order of events, who may speak, whose word counts, how logs meet, how a log ends."""
REST = ("custody/**/*.py", "evidence/*.py", "db/log/*.py")
SAMPLE, SEED = 500, 13
JUDGED = Path(__file__).with_name("survivors.toml")
TEXTS = r"\bN_\("
"""Lines whose text people read: tests/language holds each of them to a translation."""


def main() -> int:
    """Make the mutants, run them, print what came of them; 1 where one survived that is not judged yet."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Look for guards that no test holds.")
    parser.add_argument("--sample", type=int, default=SAMPLE, help=f"of the other modules' mutants ({SAMPLE})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of that sample ({SEED})")
    parser.add_argument("--only", default="", help="those of files whose names begin so")
    parser.add_argument("--told", action="store_true", help="run nothing, print what was found so far")
    parser.add_argument("--again", action="store_true", help="run those once more that survived")
    args = parser.parse_args()
    if not args.told:
        named = {name: file for name, file in made(args.sample, args.seed).items() if file.startswith(args.only)}
        if args.again and FOUND.exists():
            kept = [line for line in FOUND.read_text("utf-8").splitlines() if json.loads(line)["came"] == "caught"]
            FOUND.write_text("".join(f"{line}\n" for line in kept), "utf-8")
        NAMED.write_text(json.dumps(named), "utf-8")
        words = ["-q", "-n", "0", "-p", "no:cacheprovider", "-p", "tests.mutants.each"]
        chosen = ["-m", "not slow and not camera and not postgres and not browser"]
        around = {**os.environ, "SERAH_MUTANTS": str(WORK)}
        chosen = [*chosen, *sorted({f"tests/{file.partition('/')[0]}" for file in named.values()})]
        subprocess.run([sys.executable, "-m", "pytest", *words, *chosen], cwd=WORK / "tree", env=around, check=True)
    return told()


def made(sample: int, seed: int) -> dict[str, str]:
    """Write a copy of the checkout with all mutants in it; the names of those to run, each with its file."""
    import mutmut.configuration
    from mutmut.mutation.file_mutation import mutate_file_contents

    tree = WORK / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout.decode()
    for name in filter(None, files.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    with (tree / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n[tool.mutmut]\nsource_paths = ['custody']\ndo_not_mutate_patterns = ['{TEXTS}']\n")
    os.chdir(tree)
    mutmut.configuration.reset_config()
    all_of, rest = {}, {}
    for path in sorted({path for pattern in (REST if sample else WHOLE) for path in Path().glob(pattern)}):
        changed = mutate_file_contents(str(path), path.read_text("utf-8"))
        into = all_of if path.as_posix() in WHOLE else rest
        into |= {f"{'.'.join(path.with_suffix('').parts)}.{name}": path.as_posix() for name in changed.mutant_names}
        path.write_text(changed.code, "utf-8")
    os.chdir(ROOT)
    drawn = random.Random(seed).sample(sorted(rest), min(sample, len(rest)))
    return all_of | {name: rest[name] for name in drawn}


def told() -> int:
    """Print a table by file, and each survivor; 1 where one is not judged."""
    found = {row["name"]: row for row in map(json.loads, FOUND.read_text("utf-8").splitlines())}
    named = json.loads(NAMED.read_text("utf-8"))
    found = {name: found[name] for name in named if name in found}
    judged = tomllib.loads(JUDGED.read_text("utf-8"))
    groups: dict[str, Counter[str]] = {}
    open_count = 0
    for name, row in found.items():
        came = row["came"]
        if came != "caught":
            change = shown(name, named[name])
            reason = judged.get(named[name], {}).get(change)
            came = "survived" if reason is None else "equal"
            open_count += reason is None
            print(f"{name}\n  {change}\n  {reason or 'NOT JUDGED'}")
        group = groups.setdefault(named[name] if named[name] in WHOLE else "a sample of the rest", Counter())
        group[came] += 1
    all_of: Counter[str] = Counter()
    print("| where | mutants | same behaviour | caught | survived | caught of the others (95 %) |")
    print("|---|---:|---:|---:|---:|---:|")
    for group, counts in sorted(groups.items(), key=lambda row: row[0] not in WHOLE):
        all_of += counts
        print(row_of(group, counts))
    print(row_of("together", all_of))
    if len(found) < len(named):
        print(f"not run yet: {len(named) - len(found)} of {len(named)}")
    return int(open_count > 0)


def row_of(name: str, counts: "Counter[str]") -> str:
    """A line of the table, with Wilson's interval."""
    caught, survived = counts["caught"], counts["survived"]
    share, low, high = wilson(caught, caught + survived)
    interval = f"{100 * share:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
    return f"| {name} | {counts.total()} | {counts['equal']} | {caught} | {survived} | {interval} |"


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float, float]:
    """The share of hits, and the bounds within which it lies 95 times of 100."""
    if not count:
        return 1.0, 0.0, 1.0
    share = hits / count
    middle, spread = share + z * z / (2 * count), z * math.sqrt(share * (1 - share) / count + z * z / (4 * count**2))
    return share, (middle - spread) / (1 + z * z / count), (middle + spread) / (1 + z * z / count)


def shown(name: str, file: str) -> str:
    """What a mutant changes, in one line: `function: what stood there => what stands there now`."""
    import ast
    import difflib

    module = ast.parse((WORK / "tree" / file).read_text("utf-8"))
    own = name.rpartition(".")[2]
    bodies = {node.name: node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    base = own.rpartition("__mutmut_")[0]
    before, after = (ast.unparse(bodies[one]).splitlines()[1:] for one in (f"{base}__mutmut_orig", own))
    lines = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    gone, come = (" ".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return f"{base.replace('ǁ', '.').removeprefix('x_').removeprefix('x.')}: {gone} => {come}"


if __name__ == "__main__":
    sys.exit(main())
