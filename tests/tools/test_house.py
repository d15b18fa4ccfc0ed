"""How the modules hang together, where import-linter has no contract for it."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.support.portable import LEFT_OUT, MOST_LEFT_OUT

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
QUICK = "not slow and not camera and not postgres"
FROM_STORE = {"Store", "Surroundings", "open_store"}
"""What is needed to open a store and to hand it on."""
COUNT = f"""
import json, sys
import pytest

class Left:
    def pytest_collection_finish(self, session):
        marks = [(test.nodeid, mark.kwargs["reason"]) for test in session.items for mark in test.iter_markers("skipif")]
        self.out = [(test, reason.removeprefix({LEFT_OUT!r})) for test, reason in marks if {LEFT_OUT!r} in reason]

left = Left()
pytest.main(["--collect-only", "-qq", "-p", "no:xdist", "-m", {QUICK!r}, *sys.argv[1:]], plugins=[left])
print(json.dumps(left.out))
"""
"""Prints which tests of these files Windows leaves out, each with its reason, as pytest has them."""


def nodes_where(path: Path, *names: str) -> Iterator[ast.AST]:
    """The syntax of a module that has one of these names somewhere; nothing of any other."""
    source = path.read_text("utf-8")
    return ast.walk(ast.parse(source)) if any(name in source for name in names) else iter(())


def test_no_module_imports_itself_by_way_of_others():
    """Imports within functions count too; those for types alone do not, for they never run."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) > 400  # the graph is not empty
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


def test_commands_and_page_take_nothing_from_the_store_but_the_store():
    taken = {
        (str(path.relative_to(ROOT)), name.name)
        for folder in ("commands", "web")
        for path in (ROOT / folder).rglob("*.py")
        for node in nodes_where(path, "db.store")
        if isinstance(node, ast.ImportFrom) and node.module == "db.store"
        for name in node.names
    }
    assert len(taken) > 20
    assert sorted(pair for pair in taken if pair[1] not in FROM_STORE) == []


def test_only_the_program_imports_modules_by_a_name_made_as_it_runs():
    by_name = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if {"import_module", "__import__"}
        & {getattr(node, "id", "") for node in nodes_where(path, "import_module", "__import__")}
    }
    assert {name.replace(os.sep, "/") for name in by_name} == {"commands/program.py"}


def test_no_file_of_tests_imports_another_one() -> None:
    """What two of them share is in tests/support/."""
    a_test = re.compile(r"^ *(?:from|import) +(?:tests|\.)[.\w]*(?: +import +(?:\([^)]*|.*))?\btest_", re.MULTILINE)
    found = {path.name: a_test.search(path.read_text("utf-8")) for path in (ROOT / "tests").rglob("*.py")}
    assert len(found) > 400 and [name for name in found if found[name]] == []


def test_at_most_ten_quick_tests_are_left_out_on_windows_each_with_its_reason() -> None:
    of_any = re.compile(r"\b(left_out|needs_links)\(")
    files = [str(path) for path in (ROOT / "tests").rglob("test_*.py") if of_any.search(path.read_text("utf-8"))]
    ran = subprocess.run([sys.executable, "-c", COUNT, *files], cwd=ROOT, capture_output=True, encoding="utf-8")
    left = json.loads(ran.stdout.splitlines()[-1])
    assert 5 < len(left) <= MOST_LEFT_OUT, left
    assert all(len(reason) > 15 for _test, reason in left), left
