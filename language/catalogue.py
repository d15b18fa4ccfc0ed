"""Keeps the translations: gathers the English texts from the sources, adds new ones to each catalogue, compiles it.

    make texts

A tool of those who change texts; it needs Babel, which running Serah does not.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = Path(__file__).resolve().parent / "locale"
TRANSLATED = ("id",)
"""The languages with a catalogue: English is the sources' own."""

FOLDERS = (
    "commands",
    "custody",
    "db",
    "evidence",
    "labels",
    "language",
    "reports",
    "scanner",
    "services",
    "tables",
    "web",
)
_SUFFIXES = (".py", ".html")
"""Templates mark texts as sources do."""
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "ngettext": (1, 2)}

_MARKED = re.compile(rf"\b({'|'.join(_KEYWORDS)})\s*\(")

_NEW = b"""
msgid ""
msgstr ""
"Plural-Forms: nplurals=1; plural=0;\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"""
"""A catalogue's beginning: Indonesian has one form for every count, which Babel does not know."""
_NO_DATE = datetime(2024, 1, 1, tzinfo=UTC)


def sources() -> Iterator[Path]:
    """The files whose texts a user may see."""
    yield from filter(Path.is_file, [ROOT / "main.py"])
    for folder in FOLDERS:
        yield from sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in _SUFFIXES)


def gather() -> Catalog:
    """Every text of the sources that is marked for translation, and the files that have it."""
    catalogue = Catalog(charset="utf-8")
    for path in sources():
        source = path.read_text("utf-8")
        if not _MARKED.search(source):
            continue
        found = of_python(source) if path.suffix == ".py" else _of_template(path)
        for texts in found:
            catalogue.add(texts, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    return catalogue


def of_python(source: str) -> Iterator[str | tuple[str, ...]]:
    """The texts that a module marks, in f-strings too, which Babel does not read."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if isinstance(call.func, ast.Name) and call.func.id in _KEYWORDS:
            texts = tuple(str(one.value) for one in call.args[:2] if isinstance(one, ast.Constant))
            if texts:
                yield texts if call.func.id == "ngettext" else texts[0]


def _of_template(path: Path) -> Iterator[str | tuple[str, ...]]:
    for _line, texts, _comments, _context in extract_from_file("jinja2", path, keywords=_KEYWORDS):
        yield texts


def po_path(language: str) -> Path:
    """The catalogue that a translator edits."""
    return LOCALE / language / "LC_MESSAGES" / "serah.po"


def read(language: str) -> Catalog:
    """A catalogue as it stands on disk; an empty one where there is none."""
    path = po_path(language)
    text = path.read_bytes() if path.is_file() else _NEW
    catalogue = read_po(io.BytesIO(text), language, domain="serah")
    # Babel would put the hour of this run into the compiled file, which would then never be the same twice.
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as gettext reads it at run time."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def update(language: str) -> list[str]:
    """Bring one catalogue up to date and compile it; the texts that still need a translation."""
    catalogue = read(language)
    # No guesses from similar texts: a wrong translation is worse than none.
    catalogue.update(gather(), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    catalogue.header_comment = "# Texts of Serah. `make texts` adds new ones; translate them here and run it again."
    catalogue.fuzzy = False
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(out, catalogue, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True, omit_header=False)
    path.write_bytes(without_dates(out.getvalue()))
    path.with_suffix(".mo").write_bytes(compiled(read(language)))
    return [str(message.id) for message in catalogue if message.id and not all(forms(message.string))]


def forms(string: str | Sequence[str | None] | None) -> list[str]:
    """The translation's forms: one, or one for each plural; an empty text where it has none."""
    return [string or ""] if string is None or isinstance(string, str) else [form or "" for form in string]


def without_dates(po: bytes) -> bytes:
    """The file without its dates and tool, so that it changes only when a text does."""
    noise = (
        b'"POT-Creation-Date',
        b'"PO-Revision-Date',
        b'"Generated-By',
        b'"Last-Translator',
        b'"Project-Id-Version',
        b'"Report-Msgid-Bugs-To',
        b'"Language-Team',
    )
    return b"".join(line for line in po.splitlines(keepends=True) if not line.startswith(noise))


if __name__ == "__main__":
    missing = [f"{language}: {text}" for language in TRANSLATED for text in update(language)]
    print("\n".join(missing) or "Every text is translated.")
    sys.exit(1 if missing else 0)
