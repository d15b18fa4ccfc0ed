"""The documents name what there is: modules, functions, files, tests, decisions and pages."""

import ast
import re
from pathlib import Path

import pytest

import main

ROOT = Path(main.__file__).parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NOTES = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PACKAGES = "bench|commands|custody|db|evidence|labels|language|reports|scanner|services|tables|tools|web"
FILE_NAMES = {"custody.proof", "custody.pdf", "labels.pdf", "evidence.serah"}
"""Names of outputs that look like names of modules."""
by_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def is_there(name: str) -> bool:
    """Whether a path, or a dotted name of a module and what is defined in it, exists."""
    if "/" in name:
        return (ROOT / name).exists()
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        module = ROOT.joinpath(*parts[:size])
        for file in (module.with_suffix(".py"), module / "__init__.py"):
            if file.exists():
                return defines(ast.parse(file.read_text("utf-8")).body, parts[size:])
    return False


def defines(body: list[ast.stmt], names: list[str]) -> bool:
    """Whether these statements define the first name, and what it holds the next ones."""
    if not names:
        return True
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == names[0]:
            return defines(node.body, names[1:])
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == names[0] for target in targets):
            return True
    return False


@by_document
def test_every_module_function_and_file_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(rf"`((?:{PACKAGES})(?:[./][A-Za-z_]\w*)+(?:\.\w+|/)?)`", document.read_text("utf-8"))
    assert [name for name in named if name not in FILE_NAMES and not is_there(name)] == []


@by_document
def test_every_test_file_that_a_document_names_exists(document: Path) -> None:
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    text = document.read_text("utf-8")
    assert set(re.findall(r"\btest_\w+\.py\b", text)) <= there
    assert [path for path in re.findall(r"\btests/[\w/]+\.\w+", text) if not (ROOT / path).exists()] == []


@by_document
def test_every_link_inside_the_repository_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_decision_that_is_referred_to_has_a_note() -> None:
    there = {int(path.name[:4]) for path in NOTES}
    assert len(there) == len(NOTES)
    sources = [path for top in PACKAGES.split("|") for path in (ROOT / top).rglob("*.py")]
    for path in [*DOCUMENTS, *sources, ROOT / "pyproject.toml"]:
        text = path.read_text("utf-8")
        named = re.findall(r"\bdecisions?[ /](\d+)(?:(?: and |, )(\d{2,4})\b)?", text)
        if path in NOTES:
            named += [(one, "") for one in re.findall(r"\((0[0-2]\d{2})\)", text)]
        assert {int(one) for pair in named for one in pair if one} <= there, path


def test_decision_notes_are_few_and_each_title_says_what_was_decided() -> None:
    assert len(NOTES) <= 40
    for path in NOTES:
        title = path.read_text("utf-8").splitlines()[0]
        assert re.fullmatch(rf"# {int(path.name[:4])}\. \S+( \S+){{4,}}", title), title


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_the_first_pages_stay_short(name: str) -> None:
    assert len((ROOT / name).read_text("utf-8").split()) < 900
