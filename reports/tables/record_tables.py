"""Tables of the records of one kind, also of withdrawn ones: packing, seals, checklists, corrections."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from custody.format.codes import show_code
from custody.format.events import Event
from reports.output import record_name
from reports.tables.ledger_tables import Events, correction_of, one_cell
from tables.output.write import Cell, Sheet

Rows = Iterable[Sequence[Cell]]
_FIRST = ("record", "happened_utc", "recorded_utc", "late_entry", "withdrawn_by")


def record_tables(events: Events, withdrawn: Mapping[str, Event]) -> list[Sheet]:
    """A table for each of these kinds of record; the ledger is walked once, and their rows are kept until written."""
    rows: dict[str, list[Sequence[Cell]]] = {name: [] for name, _headers, _cells in _TABLES.values()}
    for event in events():
        if (table := _TABLES.get(event.type)) is not None:
            name, _headers, cells = table
            first = (
                record_name(event),
                event.happened,
                event.at,
                bool(event.body.get("occurred")),
                correction_of(event, withdrawn),
            )
            rows[name] += [(*first, *own) for own in cells(event)]
    return [Sheet(name, (*_FIRST, *headers), rows[name]) for name, headers, _cells in _TABLES.values()]


def _packings(event: Event) -> Rows:
    body = event.body
    inside = body["children"]
    yield (
        show_code(body["parent"]),
        body["action"],
        body.get("scope"),
        len(inside),
        one_cell(map(show_code, inside)),
        "; ".join(body.get("names", ())),
        body.get("note", ""),
    )


def _sealings(event: Event) -> Rows:
    body = event.body
    yield (
        show_code(body["item"]["code"]),
        body["place"],
        body["action"],
        one_cell(body["serials"]),
        body["result"],
        "; ".join(body["names"]),
        body["witness"],
        body["note"],
        body["photo"],
    )


def _inspections(event: Event) -> Rows:
    body = event.body
    yield show_code(body["item"]["code"]), body["condition"], body["note"], body["photo"], body["by"]


def _reassignments(event: Event) -> Rows:
    body = event.body
    yield len(event.rows), one_cell(map(show_code, event.rows)), body["to"], body["reason"], body["by"]


def _unlabelled(event: Event) -> Rows:
    for extra in event.body["extras"]:
        yield event.body["bast"], event.body["to"], extra["kind"], extra["count"], extra["note"]


def _answers(event: Event) -> Rows:
    body = event.body
    for answer in body["answers"]:
        yield (
            body["place"],
            body["about"],
            answer["question"],
            answer["answer"],
            answer["note"],
            "; ".join(body["names"]),
        )


def _points(event: Event) -> Rows:
    body = event.body
    yield (
        body["point"],
        body["title"],
        body["owner"],
        body["due"],
        body["place"],
        body["state"],
        body["note"],
        body["by"],
    )


def _corrections(event: Event) -> Iterator[Sequence[Cell]]:
    body = event.body
    yield body["target"], body["reason"], one_cell(body["corrective"]), body["note"], body["by"]


_TABLES: Mapping[str, tuple[str, Sequence[str], Callable[[Event], Rows]]] = {
    "pack": ("packings", ("parent", "action", "scope", "things", "codes", "names", "note"), _packings),
    "seal": (
        "sealings",
        ("item", "place", "action", "serials", "result", "names", "witness", "note", "photo"),
        _sealings,
    ),
    "inspect": ("inspections", ("item", "condition", "note", "photo", "by"), _inspections),
    "reassign": ("reassignments", ("things", "codes", "to", "reason", "by"), _reassignments),
    "handover": ("unlabelled", ("bast", "to", "kind", "count", "note"), _unlabelled),
    "checklist": ("checklist-answers", ("place", "about", "key", "answer", "note", "names"), _answers),
    "point": ("point-history", ("point", "title", "owner", "due_utc", "place", "state", "note", "by"), _points),
    "correct": ("corrections", ("target_leaf", "reason", "corrective_leaves", "note", "by"), _corrections),
}
"""By type of record: the table's name, the headers of its own columns, and its rows."""
