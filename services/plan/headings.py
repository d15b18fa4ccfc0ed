"""How a station reads the headings of its tables, kept for the next table with the same headings."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tables.output.safe_file import safe_file
from tables.vocabulary import fold

FILE = "headings.json"
_MOST_KEPT = 100


def remembered(home: Path, headings: Iterable[str]) -> dict[str, str]:
    """Return the field of each heading, as chosen for a table with these headings; empty where nothing was chosen.

    A file that cannot be read counts as absent: the fields can be chosen again.
    """
    named = {fold(heading): heading for heading in headings if heading}
    for entry in reversed(_entries(home)):
        if entry["headings"] == sorted(named):
            return {named[key]: name for key, name in entry["columns"].items() if key in named}
    return {}


def remember(home: Path, headings: Iterable[str], columns: Mapping[str, str]) -> None:
    """Keep the fields of a table's headings, in place of those that were kept before."""
    key = sorted({fold(heading) for heading in headings if heading})
    told = {fold(heading): name for heading, name in columns.items() if fold(heading) in key}
    entry = {"headings": key, "columns": told}
    before = _entries(home)
    if not told or entry in before:
        return
    entries = [*(old for old in before if old["headings"] != key), entry][-_MOST_KEPT:]
    with safe_file(home / FILE, is_own=True) as file:
        file.write(json.dumps(entries, ensure_ascii=False, indent=1).encode())


def _entries(home: Path) -> list[dict[str, Any]]:
    with suppress(OSError, ValueError):
        found = json.loads((home / FILE).read_text(encoding="utf-8"))
        if isinstance(found, list):
            return [entry for entry in found if _is_sound(entry)]
    return []


def _is_sound(entry: object) -> bool:
    match entry:
        case {"headings": list(), "columns": dict(columns)}:
            return all(isinstance(part, str) for pair in columns.items() for part in pair)
    return False
