"""One thing has one word: no Indonesian text has a word that the glossary says is never right."""

import re
import tomllib
from pathlib import Path

from language.catalogue import ROOT, forms, read

TERMS = tomllib.loads((ROOT / "language/glossary.toml").read_text("utf-8"))["term"]
NEVER = re.compile(
    rf"(?<!\w)({'|'.join(word for term in TERMS for word in term.get('never', ()))})(?!\w)", re.IGNORECASE
)
FILES = (
    "docs/id/*.md",
    "docs/observer-guide.md",
    "examples/*/bast.toml",
    "reports/templates/bast-id.toml",
    "reports/templates/observer-pack.md",
    "tools/*.py",
)


def wrong(name: str, text: str) -> list[str]:
    return [
        f"{name}: {found[0]} in …{text[max(found.start() - 40, 0) : found.end() + 40]}…"
        for found in NEVER.finditer(text)
    ]


def test_no_translation_has_a_word_that_is_never_right() -> None:
    texts = [(str(message.id), form) for message in read("id") if message.id for form in forms(message.string)]
    assert len(texts) > 2500 and [line for name, form in texts for line in wrong(name, form)] == []


def test_no_guide_letter_or_checker_has_one() -> None:
    paths: list[Path] = [path for pattern in FILES for path in sorted(ROOT.glob(pattern))]
    assert len(paths) > 5 and [line for path in paths for line in wrong(path.name, path.read_text("utf-8"))] == []


def test_the_glossary_keeps_its_own_words() -> None:
    assert [line for term in TERMS for line in wrong(term["english"], f"{term['say']} {term.get('letter', '')}")] == []
    assert len({term["english"] for term in TERMS}) == len(TERMS) and NEVER.search("Bila perlu, beri tahu pengawas.")
