"""The model of a hub and its stations, checked in two ways: what it holds and what not stands in docs/model.md.

    python bench/model.py [--runs 10000] [--steps 200] [--seed 0]

The state machine runs on the real formats, checks, receipts and audit, with stores in memory; Spin (Debian: spin, and
a C compiler) walks through every state of bench/agreement/hub.pml for three stations.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT))

from hypothesis import HealthCheck, Phase, settings  # noqa: E402
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402

from bench.agreement.machine import Agreement  # noqa: E402
from bench.agreement.world import verdict  # noqa: E402

MODEL = ROOT / "bench" / "agreement" / "hub.pml"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=10_000)
    arguments.add_argument("--steps", type=int, default=200, help="at most, of each run")
    options = arguments.parse_args()
    print(spin())
    began = time.process_time()
    machine(options.runs, options.steps)
    took, states = time.process_time() - began, verdict.cache_info().currsize
    print(f"state machine: {options.runs} runs of {options.steps} steps, {states} sets of entries judged, {took:.0f} s")


def machine(runs: int, steps: int, *, shortens: bool = True) -> None:
    """Run the state machine.

    Args:
        shortens: look for the shortest way to what does not hold, on other runs each time; without it they are the
            same each time, so that what is broken is surely found.

    Raises:
        AssertionError: something does not hold; Hypothesis prints the way there.
    """
    phases = [Phase.generate, Phase.shrink] if shortens else [Phase.generate]
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    given = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=phases,
        derandomize=not shortens,
    )
    run_state_machine_as_test(Agreement, settings=settings(given, suppress_health_check=checks))


def spin(model: Path = MODEL) -> str:
    """What Spin says after every state; raises where it found a way to one that may not be, or is not installed.

    Raises:
        RuntimeError: a claim does not hold, or Spin or the compiler is missing.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if shutil.which("spin") is None or compiler is None:
        raise RuntimeError("Spin and a C compiler are needed: apt-get install spin gcc")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        flags = ["-O1", "-DSAFETY", "-DCOLLAPSE"]
        for command in (["spin", "-a", str(model)], [compiler, *flags, "-o", "pan", "pan.c"], ["./pan", "-m1000000"]):
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(done.stdout + done.stderr)
        said = done.stdout
    errors, states = re.search(r"errors: (\d+)", said), re.search(r"(\S+) states, stored", said)
    if errors is None or errors[1] != "0" or states is None or "max search depth too small" in said:
        raise RuntimeError(said)
    return f"Spin: {float(states[1]):,.0f} states, all of them, none wrong, {time.perf_counter() - began:.0f} s"


if __name__ == "__main__":
    main()
