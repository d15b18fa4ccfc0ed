"""The scripts of the page have unit tests of their own, `tests/web/js/*.test.mjs`; here Node runs them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = sorted(Path(__file__).with_name("js").glob("*.test.mjs"))
OLDEST_NODE = (20, 19)
"""Older ones do not see by themselves that a script of the page is a module."""


def test_the_scripts_pass_their_own_tests() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node 20.19 or newer: sudo apt-get install nodejs")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST_NODE:
        pytest.skip(f"needs Node 20.19 or newer, and this is {version}")
    command = [node, "--no-warnings", "--test", "--test-reporter=spec", *map(str, TESTS)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    passed = re.search(r"pass (\d+)", run.stdout)
    assert passed is not None and int(passed[1]) >= len(TESTS) > 0
