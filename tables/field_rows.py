"""Rows of an office's own tables: questions of checklists, sizes of kinds, critical points."""

import re
from dataclasses import dataclass

from custody.errors import N_, Fault
from custody.plan.store_space import QUESTIONS, STORAGE, Size
from language import _
from tables.cells import Cells, Located, parse_state
from tables.office_table import Table
from tables.rows import take_apart

_KEY = re.compile(r"[\w\-]{1,40}")


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One line of a table of questions: the key for `--answer`, the words that are asked, and of which checklist."""

    key: str
    question: str
    about: str


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One line of a table of sizes."""

    kind: str
    size: Size


@dataclass(frozen=True, slots=True)
class PointCells:
    """One line of a table of critical points; `place` is None where it belongs to none."""

    point: str
    title: str
    owner: str
    due: str | None
    place: str | None
    is_done: bool


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One line of a table of deliveries; `occurred` is None where the table does not say when."""

    vendor: str
    kind: str
    arrived: int
    damaged: int
    paper: str
    contract: str
    contracted: int | None
    giver: str
    receiver: str
    occurred: str | None
    note: str


def parse_deliveries(table: Table) -> tuple[list[Located[DeliveryRow]], list[Fault]]:
    """The deliveries of a table, and everything wrong with the other rows."""
    return take_apart(table, "deliveries", _delivery, lambda row: (row.vendor, row.kind, row.paper), "paper")


def parse_questions(table: Table) -> tuple[list[Located[QuestionRow]], list[Fault]]:
    """The questions of a table, and everything wrong with the other rows."""
    return take_apart(table, "questions", _question, lambda row: (row.about, row.key) if row.key else None, "key")


def parse_sizes(table: Table) -> tuple[list[Located[SizeRow]], list[Fault]]:
    """The sizes of a table, and everything wrong with the other rows."""
    return take_apart(table, "sizes", _size, lambda row: row.kind or None, "kind")


def parse_points(table: Table) -> tuple[list[Located[PointCells]], list[Fault]]:
    """The critical points of a table, and everything wrong with the other rows."""
    return take_apart(table, "points", _point, lambda row: row.point or None, "point")


def _question(cells: Cells) -> QuestionRow:
    key = cells.needed("key").casefold()
    if key and not _KEY.fullmatch(key):
        cells.fault("key", N_("{text} is no key: use at most 40 letters and digits, without spaces"), text=key[:60])
    question = cells.text("question")
    if not question and key not in QUESTIONS:
        cells.fault("question", N_("says nothing, and {key} is no question that Serah knows"), key=key[:60])
    return QuestionRow(key, question, (cells.text("about") or STORAGE).casefold())


def _size(cells: Cells) -> SizeRow:
    measures = {}
    for column in ("length_mm", "width_mm", "height_mm"):
        if cells.needed(column):
            measures[column] = cells.count(column, least=1) or 1
    return SizeRow(
        cells.kind(),
        Size(**{"length_mm": 1, "width_mm": 1, "height_mm": 1} | measures, stack=cells.count("stack", least=1) or 1),
    )


def _delivery(cells: Cells) -> DeliveryRow:
    arrived = cells.count("arrived", least=0) if cells.needed("arrived") else None
    damaged = cells.count("damaged", least=0) or 0
    if arrived is not None and damaged > arrived:
        message = N_("{damaged} cannot be damaged where {arrived} arrived")
        cells.fault("damaged", message, damaged=damaged, arrived=arrived)
    return DeliveryRow(
        cells.needed("vendor"),
        cells.kind(),
        arrived or 0,
        damaged,
        cells.needed("paper"),
        cells.text("contract"),
        cells.count("contracted", least=0),
        cells.text("giver"),
        cells.text("receiver"),
        cells.moment("occurred"),
        cells.text("note"),
    )


def _point(cells: Cells) -> PointCells:
    place, state = cells.text("place"), cells.text("state")
    for column in ("point", "title", "owner"):
        cells.needed(column)
    return PointCells(
        point=cells.text("point"),
        title=cells.text("title"),
        owner=cells.text("owner"),
        due=cells.moment("due", near=place),
        place=cells.custodian("place", place) if place else None,
        is_done=bool(state) and cells.one_of("state", parse_state, lambda: _("open, done")) == "done",
    )
