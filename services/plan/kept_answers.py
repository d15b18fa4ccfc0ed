"""How a station reads the headings of its tables, and which places their names mean: kept for the next table."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tables.headings import fold
from tables.office_table import Reading, Table
from tables.output.safe_file import safe_file

FILE = "headings.json"
_MOST_KEPT, _MOST_NAMES = 100, 2000


def keep_answers(home: Path, tables: Iterable[Table], told: Iterable[Reading]) -> None:
    """Keep what was answered about these tables, for the next ones with the same headings and names."""
    for table in tables:
        remember(home, table.headers, table.reading.columns)
    remember_names(home, {name: code for reading in told for name, code in reading.names.items()})


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
    _keep(home, [*(old for old in before if old["headings"] != key), entry][-_MOST_KEPT:], remembered_names(home))


def remembered_names(home: Path) -> dict[str, str]:
    """Return the code that was chosen for each name of a list, as `tables.office_table.Reading.names` has it."""
    names: dict[str, str] = {}
    for entry in _kept(home):
        match entry:
            case {"names": dict(said)} if all(isinstance(part, str) for pair in said.items() for part in pair):
                names |= said
    return names


def remember_names(home: Path, names: Mapping[str, str]) -> None:
    """Keep which places these names mean, in place of what was kept of the same names before."""
    before = remembered_names(home)
    told = {fold(name): name for name in names}
    kept = {name: code for name, code in before.items() if fold(name) not in told} | dict(names)
    if kept != before:
        _keep(home, _entries(home), dict(list(kept.items())[-_MOST_NAMES:]))


def _keep(home: Path, entries: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> None:
    kept = [*entries, *([{"names": names}] if names else [])]
    with safe_file(home / FILE, is_own=True) as file:
        file.write(json.dumps(kept, ensure_ascii=False, indent=1).encode())


def _kept(home: Path) -> list[Any]:
    with suppress(OSError, ValueError):
        found = json.loads((home / FILE).read_text(encoding="utf-8"))
        if isinstance(found, list):
            return found
    return []


def _entries(home: Path) -> list[dict[str, Any]]:
    return [entry for entry in _kept(home) if _is_sound(entry)]


def _is_sound(entry: object) -> bool:
    match entry:
        case {"headings": list(), "columns": dict(columns)}:
            return all(isinstance(part, str) for pair in columns.items() for part in pair)
    return False
