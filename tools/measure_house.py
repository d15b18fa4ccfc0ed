#!/usr/bin/env python3
"""Measure checkouts of Python projects, each the same way, for docs/houses-compared.md: measure_house.py CHECKOUT...

Code is every .py file with a line in it, outside tests and the top folders in LEFT_OUT; lines count blank ones and
comments. A public name is a class or function of a module, or a method of a public class, where neither it nor a part
of its module's path begins with `_`. Words: those of the README, and of .md and .rst in docs/ without changelogs.
"""

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

LEFT_OUT = {"docs", "bench", "examples", "experiments", "demos", "tools", "build", "dist", "node_modules", "venv"}
DEFINITIONS = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def is_test(path: Path) -> bool:
    """Whether a file, named below its checkout, holds tests or what they need."""
    return bool(re.match(r"(test_|conftest).*|.*_test\.py", path.name) or {"test", "tests"} & set(path.parts))


def documented(body: list[ast.stmt]) -> Iterator[bool]:
    """For each public name that statements define, whether it has a docstring; overloads and setters are left out."""
    for node in body:
        if isinstance(node, DEFINITIONS) and not node.name.startswith("_"):
            if not {ast.unparse(one).rpartition(".")[2] for one in node.decorator_list} & {"overload", "setter"}:
                yield ast.get_docstring(node) is not None
            if isinstance(node, ast.ClassDef):
                yield from documented(node.body)


def measured(top: Path) -> dict[str, str]:
    """What a checkout comes to, row by row."""
    paths = [path for path in (one.relative_to(top) for one in top.rglob("*.py")) if "/." not in f"/{path.as_posix()}"]
    text = {path: read for path in paths if (read := (top / path).read_text("utf-8")).strip()}
    tests = {path: len(text[path].splitlines()) for path in text if is_test(path)}
    code = {path: len(text[path].splitlines()) for path in text.keys() - tests if path.parts[0] not in LEFT_OUT}
    public = [path for path in code if not any(re.match("_(?!_)", part) for part in path.parts)]
    names = [one for path in public for one in documented(ast.parse(text[path]).body)]
    docs = [p for p in top.glob("docs/**/*") if p.suffix in (".md", ".rst") and "change" not in p.name.lower()]
    words, readme = (sum(len(p.read_text("utf-8").split()) for p in some) for some in (docs, top.glob("README.*")))
    largest, lines = max(code, key=code.__getitem__), sum(code.values())
    return {
        "modules": f"{len(code):,}, {len(code) - len(public):,} private",
        "lines of code": f"{lines:,}",
        "median, largest module": f"{statistics.median(code.values()):,.0f}, {code[largest]:,} ({largest.name})",
        "public names, with a docstring": f"{len(names):,}, {sum(names) / len(names):.0%}",
        "lines of tests, to one of code": f"{sum(tests.values()):,}, {sum(tests.values()) / lines:.2f}",
        "words in docs/, in README": f"{words:,}, {readme:,}",
    }


if __name__ == "__main__":
    columns = [measured(Path(name)) for name in sys.argv[1:]]
    for row in columns[0]:
        print("|", " | ".join([row, *(column[row] for column in columns)]), "|")
