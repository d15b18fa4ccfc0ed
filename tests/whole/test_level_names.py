"""No module but that of the levels names one: what a level is for is asked of it, so that a profile may have others."""

import ast
import re

import pytest

from custody.plan.levels import TREE
from language.catalogue import FOLDERS, ROOT

MAY_NAME = {"custody/plan/levels.py"}
"""They are written there as the ledger has them."""
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if path.relative_to(ROOT).as_posix() not in MAY_NAME
)
PAGES = sorted(
    path.relative_to(ROOT).as_posix() for suffix in ("*.html", "*.js") for path in (ROOT / "web").rglob(suffix)
)


def named_in(source: str) -> list[tuple[int, str]]:
    """The levels that a module names as a text of its own, with the line."""
    tree = ast.parse(source)
    texts = {  # English ones, for the catalogue
        argument
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "N_")
        for argument in call.args
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if node not in texts and isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in TREE
    ]


def test_a_level_that_is_named_is_found():
    assert named_in('if place.level == "district":\n    pass\nX = ("a", "store-2")') == [
        (1, "district"),
        (3, "store-2"),
    ]


def test_no_module_names_a_level():
    quoted = re.compile(rf"""["'](?:{"|".join(TREE)})["']""")
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in MODULES}
    found = {path: names for path in MODULES if quoted.search(sources[path]) and (names := named_in(sources[path]))}
    assert not found


@pytest.mark.parametrize("path", PAGES)
def test_no_page_names_a_level(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not re.findall(rf"""["'](?:{"|".join(TREE)})["']""", text)
