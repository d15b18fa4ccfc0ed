"""How long `main.py --help` takes, beside a bare Python and a bare `import click`: the floor that no design passes.

python bench/startup.py [--rounds 15]
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = {
    "python, nothing else": ["-c", "pass"],
    "python, import click": ["-c", "import click"],
    "main.py --help": [str(ROOT / "main.py"), "--help"],
    "main.py items --help": [str(ROOT / "main.py"), "items", "--help"],
}
GOAL_S = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _round in range(rounds + 1):  # interleaved, so that a busy moment hits all alike; the first round warms up
        for name, command in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, capture_output=True)
            times[name].append(time.perf_counter() - began)
    floor = statistics.median(times["python, nothing else"][1:])
    print(f"{'start':<24}{'median s':>10}{'of floor':>10}   goal {GOAL_S} s")
    for name, taken in times.items():
        median = statistics.median(taken[1:])
        print(f"{name:<24}{median:>10.3f}{median / floor:>10.1f}")


if __name__ == "__main__":
    main()
