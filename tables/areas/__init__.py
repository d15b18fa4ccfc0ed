"""The Home Ministry's codes of areas by name, from the table that ships with Serah (README.md beside it)."""

import lzma
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "areas.csv.xz"


@cache
def areas_under(code: str) -> dict[str, str]:
    """The name of each area below this one and of itself, by their codes, in the order of the codes; empty where the
    table has no such area.
    """
    with lzma.open(_FILE, "rt", encoding="utf-8") as lines:
        pairs = (line.rstrip("\n").split(",", 1) for line in lines if line.startswith(code))
        return {area: name for area, name in pairs if area == code or area.startswith(f"{code}.")}
