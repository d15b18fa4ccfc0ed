"""Where a hint names a way, the terminal says its command and the page says where it does the same."""

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

import language
from custody.errors import InputError
from language.catalogue import ROOT, sources
from language.text import PAGES, WAYS, fill, hint_text
from web.page_hints import way_of


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = language.chosen()
    language.use("en")
    yield
    language.use(before)


def test_a_hint_that_names_a_way_says_the_command_and_the_page_says_where_it_does_it() -> None:
    error = InputError("no", hint="Load a table of places first: {way}", way="load")
    assert hint_text(error) == "Load a table of places first: python main.py load FILE"
    assert way_of(error) == ("/plan", "Plan")
    language.use("en", on_page=True)
    assert hint_text(error) == "Load a table of places first: page Plan"
    language.use("id", on_page=True)
    assert hint_text(error).endswith("halaman Rencana")


@pytest.mark.parametrize("way", ["admit", "admit_card", "join_card", "twins", "export_strangers", "withdraw", "backup"])
def test_what_the_page_can_do_is_named_on_it_without_a_command(way: str) -> None:
    language.use("en", on_page=True)
    assert "main.py" not in fill("There: {way}", {"way": way})


def test_a_way_that_is_no_page_is_said_without_its_command_in_the_chosen_language() -> None:
    language.use("en", on_page=True)
    other = InputError("no", hint="Let it begin again there with: {way}", way="init_root", root="7q2m")
    assert hint_text(other) == "Let it begin again there with: a new folder, and this root: 7q2m"
    language.use("id", on_page=True)
    begin = InputError("no", hint="Begin one with: {way}", way="init")
    assert hint_text(begin) == "Mulai dengan: folder kosong"
    assert hint_text(InputError("no")) == "" and way_of(InputError("no")) is None


def test_what_is_typed_at_a_terminal_is_not_said_on_the_page() -> None:
    error = InputError("no", hint="Choose another receiver{typed}.", typed="--to")
    assert hint_text(error) == "Choose another receiver (--to)."
    language.use("en", on_page=True)
    assert hint_text(error) == "Choose another receiver."


OPTION = re.compile(r"(?<![\w-])--[a-z]")


def test_no_hint_of_the_rules_and_services_spells_an_option_out() -> None:
    """Pages and the API show these too."""
    for path in sources():
        if path.suffix != ".py" or path.relative_to(ROOT).parts[0] not in ("custody", "evidence", "services", "tables"):
            continue
        source = path.read_text("utf-8")
        for node in ast.walk(ast.parse(source)) if OPTION.search(source) and "hint=" in source else ():
            if isinstance(node, ast.keyword) and node.arg == "hint":
                spelled = [text for text in _texts(ast.walk(node)) if OPTION.search(text)]
                assert not spelled, f"{path}: {spelled}"


def test_the_ways_are_those_at_the_top_of_the_page() -> None:
    assert {way.page for way in WAYS.values()} <= {"", *PAGES}


def _texts(nodes: Iterable[ast.AST]) -> set[str]:
    return {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}


IN_QUESTION = re.compile(rf"python main\.py|\{{way\}}|[\"'](?:{'|'.join(WAYS)})[\"']")


def test_no_text_spells_a_command_line_out_and_every_hint_names_a_way_that_there_is() -> None:
    """The table alone spells them; `{way}` and its code stand together in the same call or tuple."""
    named = set[str]()
    for path in sources():
        if path.suffix != ".py" or path.name in ("text.py", "page_hints.py"):
            continue
        if not IN_QUESTION.search(source := path.read_text("utf-8")):
            continue
        nodes = list(ast.walk(ast.parse(source)))
        docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        texts = _texts(node for node in nodes if id(node) not in docstrings)
        assert [text for text in texts if "python main.py" in text] == [], path
        named |= texts & set(WAYS)
        for node in nodes if any("{way}" in text for text in texts) else ():
            is_hint = isinstance(node, ast.Call) and any(keyword.arg == "hint" for keyword in node.keywords)
            if (is_hint or isinstance(node, ast.Tuple)) and any("{way}" in text for text in _texts(ast.walk(node))):
                assert _texts(ast.walk(node)) & set(WAYS), f"{path}:{node.lineno}"
    assert named == set(WAYS)


def test_what_the_page_may_say_has_a_page_or_other_words_and_no_command() -> None:
    for path in sources():
        folder = path.relative_to(ROOT).parts[0]
        if path.suffix == ".py" and folder not in ("commands", "language", "reports", "scanner", "web"):
            source = path.read_text("utf-8")
            for name in _texts(ast.walk(ast.parse(source)) if IN_QUESTION.search(source) else ()) & set(WAYS):
                assert name in ("help", "evidence") or WAYS[name].page or WAYS[name].instead, f"{path}: {name}"
