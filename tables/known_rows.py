"""Rows completed with what was known before: columns that a table does not have, kinds by their names, other levels.

Pure: takes parsed rows and what is known, gives rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TypeVar

from custody.plan.places import Need, Place
from tables.cells import Located
from tables.rows import PhaseRow
from tables.vocabulary import fold

Planned = TypeVar("Planned", Place, Need, PhaseRow)
NeedKey = tuple[str, str, str]
"""Of `Need.key`."""


def with_what_is_known(row: Located[Planned], before: Planned | None) -> Located[Planned]:
    """The row with what was known of it where the table has no such column: an empty cell takes a due time away,
    a column that was never there does not.
    """
    if before is None:
        return row
    absent = {part.name: getattr(before, part.name) for part in fields(before) if part.name not in row.source.columns}
    return replace(row, value=replace(row.value, **absent))


def codes_of_kinds(needs: Iterable[Need]) -> dict[str, str]:
    """The code of each kind by all that it is called, folded."""
    return {fold(name): need.kind for need in needs for name in (need.name_id, need.name_en, need.kind)}


def with_kinds_by_name(rows: Sequence[Located[Need]], known: Iterable[Need]) -> list[Located[Need]]:
    """The rows with the code of the kind that each follows, which may be given by its name, and with the names that
    another row of the kind has where their own are empty.
    """
    told = [*known, *(row.value for row in rows)]
    codes = codes_of_kinds(told)
    names = {need.kind: (need.name_id, need.name_en) for need in told if need.name_id != need.kind}

    def named(need: Need) -> Need:
        own = (need.name_id, need.name_en)
        id_, en = names.get(need.kind, own) if need.name_id == need.kind else own
        return replace(need, follows=codes.get(fold(need.follows), need.follows), name_id=id_, name_en=en)

    return [replace(row, value=named(row.value)) for row in rows]


def renamed_elsewhere(rows: Sequence[Located[Need]], known: Mapping[NeedKey, Need]) -> list[Located[Need]]:
    """The known needs of kinds that these rows name otherwise, at levels that they do not have: a kind has one name."""
    here = {row.value.key for row in rows}
    by_kind: dict[str, dict[tuple[str, str], Located[Need]]] = {}
    for row in rows:
        by_kind.setdefault(row.value.kind, {})[row.value.name_id, row.value.name_en] = row
    renamed = {kind: next(iter(named.items())) for kind, named in by_kind.items() if len(named) == 1}
    found = []
    for key, need in known.items():
        if key not in here and need.kind in renamed:
            (name_id, name_en), row = renamed[need.kind]
            if (need.name_id, need.name_en) != (name_id, name_en):
                found.append(replace(row, value=replace(need, name_id=name_id, name_en=name_en)))
    return found
