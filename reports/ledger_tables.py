"""What a ledger holds, as plain tables for spreadsheets and programs: logs, plan, things, records, handovers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from custody.format.codes import show_code
from custody.format.events import Event
from custody.format.item_facts import Item, carriage_of, remarks_of
from custody.handover.handover_facts import in_row
from custody.plan.places import Need, dapil_of
from reports.output import record_name
from reports.words import Needs, Places, custodian_name, kind_name, place_path
from tables.output.write import Cell, Sheet

Rows = Iterable[Sequence[Cell]]
_FIRST = ("record", "happened_utc", "recorded_utc", "late_entry", "withdrawn_by")
Events = Callable[[], Iterable[Event]]
"""Gives every record, log by log, each time it is called."""
_LOG = ("log", "station", "place", "records", "newest_leaf")
_PLACE = ("code", "name", "level", "parent", "due_utc", "dapil", "path", "voters")
_NEED = (
    *("kind", "name_id", "name_en", "level", "per_place", "unit", "tracked_as", "elections"),
    *("per", "follows", "reserve_hundredths_of_a_percent", "pack", "serial", "rule"),
)
_ITEM = (
    "code",
    "kind",
    "kind_name",
    "election",
    "to",
    "to_name",
    "k",
    "n",
    "quantity",
    "serials",
    "held_by",
    "held_by_name",
    "condition",
    "print",
    "void_prints",
    "seal",
    "parent",
    "vendor_codes",
)
_RECORD = (
    "record",
    "log",
    "seq",
    "leaf",
    "type",
    "happened_utc",
    "recorded_utc",
    "late_entry",
    "place",
    "from",
    "to",
    "things",
    "codes",
    "action",
    "by",
    "withdrawn_by",
    "counts",
)
_HANDOVER = (
    "record",
    "bast",
    "instead_of",
    "part",
    "parts",
    "from",
    "from_name",
    "to",
    "to_name",
    "happened_utc",
    "recorded_utc",
    "late_entry",
    "counted",
    "taken",
    "refused",
    "unlabelled",
    "giver",
    "receiver",
    "witnesses",
    "vehicle",
    "driver",
    "escort",
    "bound",
    "phase",
    "kinds",
    "note",
    "remarks",
    "withdrawn_by",
)
_LONGEST_CELL = 30_000


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


def log_table(heads: Iterable[Mapping[str, Any]]) -> Sheet:
    """Every log that is held, and how far."""
    keys = ("log", "station", "place", "size", "head")
    return Sheet("logs", _LOG, [[head[key] for key in keys] for head in heads])


def place_table(places: Places) -> Sheet:
    """The delivery tree, with vendors and vehicles; `dapil` also comes from a place above."""
    rows: Iterator[list[Cell]] = (
        [p.code, p.name, p.level, p.parent, p.due, dapil_of(places, p.code), place_path(places, p.code), p.voters]
        for p in places.values()
    )
    return Sheet("places", _PLACE, rows)


def need_table(needs: Iterable[Need]) -> Sheet:
    """What each place of a level needs of each kind."""
    rows: Iterator[list[Cell]] = (
        [
            *(n.kind, n.name_id, n.name_en, n.level, n.per_place, n.unit, n.tracked_as, ";".join(n.elections)),
            *(n.per, n.follows, n.reserve, n.pack, n.serial, n.rule),
        ]
        for n in needs
    )
    return Sheet("needs", _NEED, rows)


def item_table(items: Iterable[Item], places: Places, needs: Needs, vendors: Mapping[str, Sequence[str]]) -> Sheet:
    """Every thing with a label as it stands now; `vendors` has by its code what vendors call it."""
    rows = (
        [
            item.code,
            item.kind,
            kind_name(needs, item.kind),
            item.election,
            item.to,
            custodian_name(places, item.to),
            item.k,
            item.n,
            item.quantity,
            str(item.serials) if item.serials else "",
            item.held_by,
            custodian_name(places, item.held_by),
            item.condition,
            item.print,
            " ".join(f"{number:02d}:{why}" for number, why in item.voids),
            item.seal,
            item.parent,
            "; ".join(vendors.get(item.code, ())),
        ]
        for item in items
    )
    return Sheet("items", _ITEM, rows)


def record_table(events: Events, withdrawn: Mapping[str, Event], stands: Callable[[Event], bool]) -> Sheet:
    """Every record of every log; `withdrawn_by` is the correction of one that does not stand.

    Args:
        stands: whether a record counts (`Roster.stands`); the other tables only have those that do.
    """
    return Sheet("records", _RECORD, _records(events, withdrawn, stands))


def handover_table(events: Events, withdrawn: Mapping[str, Event], places: Places) -> Sheet:
    """Every handover; one that takes several records has a row for each part.

    `instead_of` is the number that its station's own row had for it, where it has another one: that number was drawn,
    and no handover has it.
    """
    return Sheet("handovers", _HANDOVER, _handovers(events, withdrawn, places))


def _records(events: Events, withdrawn: Mapping[str, Event], stands: Callable[[Event], bool]) -> Iterator[list[Cell]]:
    for event in events():
        body, codes = event.body, list(event.rows)
        to = body.get("to")
        yield [
            *_times(event),
            body.get("place") or body.get("held_by"),
            body.get("from"),
            to if isinstance(to, str) else None,
            len(codes),
            one_cell(map(show_code, codes)),
            body.get("action"),
            body["by"],
            correction_of(event, withdrawn),
            stands(event),
        ]


def _times(event: Event) -> Sequence[Cell]:
    body = event.body
    return (
        record_name(event),
        event.log,
        event.seq,
        event.leaf,
        event.type,
        event.happened,
        event.at,
        bool(body.get("occurred")),
    )


def _handovers(events: Events, withdrawn: Mapping[str, Event], places: Places) -> Iterator[list[Cell]]:
    for number, event in in_row(event for event in events() if event.type == "handover"):
        body, carriage = event.body, carriage_of(event.body)
        record, _log, _seq, _leaf, _type, *times = _times(event)
        yield [
            record,
            body["bast"],
            number if number != body["bast"] else None,
            body["part"],
            body["parts"],
            body["from"],
            custodian_name(places, body["from"]),
            body["to"],
            custodian_name(places, body["to"]),
            *times,
            body["counted"],
            len(event.moved),
            len(event.refused),
            sum(extra["count"] for extra in body["extras"]),
            body["parties"]["giver"],
            body["parties"]["receiver"],
            "; ".join(body["witnesses"]),
            carriage.vehicle,
            carriage.driver,
            carriage.escort,
            " ".join(body["bound"]),
            body.get("phase"),
            " ".join(body.get("kinds", ())),
            body["note"],
            one_cell(f"{show_code(code)}: {text}" for code, text in remarks_of(body).items()),
            correction_of(event, withdrawn),
        ]


def correction_of(event: Event, withdrawn: Mapping[str, Event]) -> str | None:
    """The record that withdrew this one; None where it stands."""
    by = withdrawn.get(event.leaf)
    return record_name(by) if by else None


def one_cell(words: Iterable[str]) -> str:
    """Words in one cell, as far as a spreadsheet takes them."""
    return " ".join(words)[:_LONGEST_CELL]


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
