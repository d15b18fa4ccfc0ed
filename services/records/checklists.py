"""The questions of a checklist, where the office, the profile or Serah has them, and how large things are."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from custody.errors import N_, Fault, InputError
from custody.plan.places import is_carrier
from custody.plan.profile import Profile
from custody.plan.store_space import QUESTIONS, STORAGE, Size
from db.store import Store
from services.plan.custodians import find_custodian
from tables.cells import Located
from tables.field_rows import QuestionRow, parse_questions, parse_sizes
from tables.office_table import Table
from tables.read import read_table

T = TypeVar("T")


def read_questions(home: Path, named: Path | None, about: str, profile: Profile | None = None) -> list[QuestionRow]:
    """The questions of a checklist: of the table that is named, else of the station's folder, else of the profile in
    force, else those of Serah.

    Raises:
        InputError: the table has faults, or no question of this checklist.
    """

    path = named or _office_table(home, "checklist")
    if path is None and profile and (own := [one for one in profile.checklists if one.about.casefold() == about]):
        return [QuestionRow(question.key, question.key, about) for question in own[0].questions]
    if path is None and about == STORAGE:
        return [QuestionRow(key, key, STORAGE) for key in QUESTIONS]
    if path is None:
        raise InputError(
            N_("there is no checklist {name}"),
            hint=N_("Write its questions into checklist.csv in the station's folder: key, question, about."),
            name=about,
        )
    found = [row for row in _rows(path, parse_questions) if row.about == about]
    if not found:
        raise InputError(
            N_("{file} has no question of the checklist {name}"),
            hint=N_("Write its questions into it: key, question, about."),
            file=path.name,
            name=about,
        )
    return [QuestionRow(row.key, row.question or row.key, row.about) for row in found]


def read_sizes(home: Path) -> dict[str, Size]:
    """What one piece of each kind takes up, from sizes.csv or .xlsx in the station's folder; empty without it."""

    path = _office_table(home, "sizes")
    return {} if path is None else {row.kind: row.size for row in _rows(path, parse_sizes)}


def _rows(path: Path, parse: Callable[[Table], tuple[list[Located[T]], list[Fault]]]) -> list[T]:
    rows, faults = parse(read_table(path, ("questions", "sizes")))
    if faults:
        raise InputError(
            N_("{file} has faults"), hint=N_("Fix these cells and try again."), faults=tuple(faults), file=path.name
        )
    return [row.value for row in rows]


def _office_table(home: Path, name: str) -> Path | None:
    return next((path for suffix in (".csv", ".xlsx") if (path := home / f"{name}{suffix}").is_file()), None)


def store_at(store: Store, place: str | None) -> str:
    """The store of a checklist: the place that is named, this station's where None is.

    Raises:
        InputError: it is a vehicle.
    """
    where = find_custodian(store, place) if place is not None else store.ledger.own_log().place
    if is_carrier(store.state.places, where):
        raise InputError(
            N_("{place} is a vehicle; a checklist is of a store"), hint=N_("Give the code of a place."), place=where
        )
    return where
