"""The plan: tables looked at before they are loaded, every fault in its cell; what is needed, counted, registered."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from custody.errors import N_, Fault, InputError
from custody.plan.levels import LEVELS
from db.store import Store
from language import _
from language.in_words import level_word
from language.text import error_text, fill, hint_text, number, printable, sentence
from reports.lists.need_list import bearer_words, unknown_words
from reports.words import custodian_name, kind_name
from services.one_line import one_line
from services.plan.custodians import find_custodian, find_kind, may_load_plan
from services.plan.loading import cells_with_faults, load_files
from services.plan.planning import (
    Change,
    branch_to_plan,
    choice_words,
    note_words,
    past_words,
    planned_below,
    row_words,
    version_of,
)
from services.plan.registering import missing as find
from services.plan.registering import plan_counts, register_missing
from services.plan.withdrawing import withdraw_as_seen, withdrawal_of
from services.progress_bar import Progress
from services.records.field_records import point_rows
from tables.office_table import QuestionError, Reading
from tables.templates import template_workbook
from tables.vocabulary import column_words, table_word
from web.dependencies import SiteDep
from web.downloads import attached
from web.live.file_store import Key
from web.live.jobs import Answer
from web.request_model import Given
from web.site import Site
from web.templating import render, render_page
from web.views.session_view import with_code

router = APIRouter()
MOST_FILES = 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN_ROWS, _SHOWN_FAULTS = 50, 300
Uploads = Annotated[list[Key], Field(min_length=1, max_length=MOST_FILES)]
Word = Annotated[str, Field(max_length=120)]


class FileAnswer(Given):
    """An answer to what is open about one file: the option of `load` that says it, and its value."""

    file: Annotated[str, Field(max_length=300)]
    option: Literal["--sheet", "--header-row", "--map", "--name", "--own-codes"]
    value: Annotated[str, Field(max_length=1200)]


class Tables(Given):
    """Tables that were sent, to be looked at, and what was answered about them. `under` is the place below which alone
    they count; empty: where this station may plan.
    """

    uploads: Uploads
    under: Annotated[str, Field(max_length=300)] = ""
    said: Annotated[list[FileAnswer], Field(max_length=300)] = []


class SeenTables(Tables):
    """Tables that were looked at, and the version of what was shown."""

    version: Annotated[str, Field(max_length=40)]


class Part(Given):
    """A part of the plan: a place and all below it, a kind; empty is all."""

    place: Word = ""
    kind: Word = ""


class SeenPart(Part):
    """The same, and how many items were shown to be missing."""

    seen: Annotated[int, Field(ge=1, lt=100_000_000)]


class Mistaken(Given):
    """What stands in the plan by mistake: a place, by code or name, with all below it; a kind, at one level or at all
    (empty); or a critical point, by its name.
    """

    what: Literal["place", "kind", "point"]
    name: Word
    level: Word = ""


class SeenMistaken(Mistaken):
    """The same, the version of what was shown to hang on it, and a remark."""

    version: Annotated[str, Field(max_length=40)]
    note: Word = ""


@router.get("/plan", include_in_schema=False)
def plan(request: Request, site: SiteDep) -> Response:
    return render_page(request, "plan.html", **site.ask.do(_known))


@router.get("/plan/template/{kind}.xlsx", include_in_schema=False)
def template(kind: Literal["places", "needs", "items", "points", "voters", "deliveries", "phases"]) -> Response:
    return attached(template_workbook(kind, _), f"{table_word(kind)}.xlsx", XLSX)


@router.post("/api/plan/preview", summary="Show what loading these tables changes; records nothing")
def preview(site: SiteDep, tables: Tables) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _preview(site, tables, store), hide=site.home)


@router.post("/api/plan/load", summary="Load tables that were looked at, all or nothing")
def load(site: SiteDep, tables: SeenTables) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _load(site, tables, store), hide=site.home)


@router.post("/api/plan/missing", summary="Count what is needed and not registered; records nothing")
def missing(site: SiteDep, part: Part) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _missing(part, store))


@router.post("/api/plan/register", summary="Register what is needed and not registered, all or nothing")
def register(site: SiteDep, part: SeenPart) -> dict[str, Any]:
    return site.jobs.do(lambda store, progress: _register(part, store, progress))


@router.post("/api/plan/hanging", summary="Tell what hangs on a part of the plan; records nothing")
def hanging(site: SiteDep, mistaken: Mistaken) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _hanging(mistaken, store))


@router.post("/api/plan/withdraw", summary="Withdraw a part of the plan that was looked at, all or nothing")
def withdraw(site: SiteDep, mistaken: SeenMistaken) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _withdraw(mistaken, store))


def _preview(site: Site, tables: Tables, store: Store) -> Answer:
    files = [site.file_store.path(key) for key in tables.uploads]
    readings, under = _readings(tables.said), _place(store, tables.under)
    try:
        changes = load_files(store, files, dry_run=True, readings=readings, home=site.home, under=under)
    except QuestionError as question:
        page = render("plan_question.html", line=error_text(question), question=question, words=choice_words)
        return Answer(page, {"is_ok": False, "faults": 0, "question": [c.typed for c in question.choices]})
    except InputError as error:
        if not error.faults:
            raise
        page = render("plan_faults.html", **_faults(files, error, readings))
        return Answer(page, {"is_ok": False, "faults": len(error.faults)})
    version = version_of(changes, under)
    branch = _branch_name(store, under)
    page = render("plan_changes.html", version=version, branch=branch, is_loaded=False, **_changes(store, changes))
    return Answer(page, {"is_ok": True, "version": version, "files": [change.as_json() for change in changes]})


def _load(site: Site, tables: SeenTables, store: Store) -> Answer:
    files = [site.file_store.path(key) for key in tables.uploads]
    readings, under = _readings(tables.said), _place(store, tables.under)
    changes = load_files(store, files, seen=tables.version, readings=readings, home=site.home, under=under)
    branch = _branch_name(store, under)
    page = render("plan_changes.html", version="", branch=branch, is_loaded=True, **_changes(store, changes))
    return Answer(page, {"files": [change.as_json() for change in changes]})


def _missing(part: Part, store: Store) -> Answer:
    found = find(store, _place(store, part.place), part.kind or None)
    page = render("plan_missing.html", is_registered=False, **_by_kind(store, found))
    return Answer(page, {"missing": len(found.items), "by_kind": dict(found.by_kind)})


def _register(part: SeenPart, store: Store, progress: Progress) -> Answer:
    top = _place(store, part.place)
    found, _events = register_missing(store, top, part.kind or None, seen=part.seen, progress=progress)
    page = render("plan_missing.html", is_registered=True, **_by_kind(store, found))
    return Answer(page, {"registered": len(found.items), "by_kind": dict(found.by_kind)})


def _hanging(mistaken: Mistaken, store: Store) -> Answer:
    found = withdrawal_of(store, **_named(store, mistaken))
    page = render("plan_withdrawn.html", found=found, event="")
    return Answer(page, {"version": found.version, "things": found.things, "records": found.records})


def _withdraw(mistaken: SeenMistaken, store: Store) -> Answer:
    remark = one_line(_("Remark"), mistaken.note)
    found, events = withdraw_as_seen(store, mistaken.version, note=remark, **_named(store, mistaken))
    event = f"{events[0].log}:{events[0].seq}"
    return Answer(render("plan_withdrawn.html", found=found, event=event), {"event": event})


def _named(store: Store, mistaken: Mistaken) -> dict[str, Any]:
    """What is meant, as `withdrawal_of` takes it."""
    match mistaken.what:
        case "place":
            return {"places": [find_custodian(store, mistaken.name.strip().removeprefix("P:"))]}
        case "kind":
            return {"kinds": [find_kind(store, mistaken.name)], "level": mistaken.level or None}
        case _:
            return {"points": [mistaken.name.strip()]}


def _readings(said: Sequence[FileAnswer]) -> dict[str, Reading]:
    """How each file is to be read, by what was answered so far."""
    readings: dict[str, Reading] = {}
    for answer in said:
        if answer.option == "--header-row" and not answer.value.isdecimal():
            raise InputError(N_("{value} is no number of a row"), value=answer.value)
        before = readings.get(answer.file, Reading())
        readings[answer.file] = before.answered(answer.option, answer.value)
    return readings


def _place(store: Store, text: str) -> str | None:
    """The code of the place that was typed or chosen; None where none was."""
    words = text.strip().removeprefix("P:")
    return find_custodian(store, words) if words else None


def _branch_name(store: Store, under: str | None) -> str:
    """The place below which alone tables count; empty where they count everywhere."""
    branch = branch_to_plan(store, under)
    return "" if branch is None else with_code(store.state.places, branch)


def _known(store: Store) -> dict[str, Any]:
    """What the plan has by now."""

    counts, tops = plan_counts(store), planned_below(store)
    names = {row.need.kind: row.need for row in counts.needs}
    return {
        "levels": [(level_word(level), counts.places[level]) for level in LEVELS if level in counts.places],
        "needs": [
            {
                "kind": kind_name(names, row.need.kind),
                "branch": custodian_name(store.state.places, row.need.under) if row.need.under else "",
                "level": bearer_words(row.need, names),
                "per_place": row.need.per_place,
                "unit": row.need.unit,
                "is_pack": row.need.tracked_as == "pack",
                "elections": ", ".join(row.need.elections),
                "asked": "?" if row.asked.count is None else number(row.asked.count),
                "registered": row.registered,
                "pieces": row.pieces,
            }
            for row in counts.needs
        ],
        "kinds": [(kind, kind_name(names, kind)) for kind in sorted(names)],
        "bearers": [
            (level, level_word(level)) for level in LEVELS if level in {row.need.level for row in counts.needs}
        ],
        "points": sorted(point_rows(store)),
        "may_plan": may_load_plan(store),
        "branches": [with_code(store.state.places, top) for top in tops],
        "twins": sum(1 for _rows in store.state.twins),
    }


def _changes(store: Store, changes: Sequence[Change]) -> dict[str, Any]:
    """What loading changes, file by file: counts for each level and kind, and the rows."""

    names = {need.kind: need for change in changes for need in change.needs}
    names |= store.state.kinds()
    shown = [
        {
            "file": change.file,
            "kind": change.kind,
            "added": len(change.added),
            "changed": len(change.changed),
            "same": change.same,
            "absent": change.absent,
            "ignored": ", ".join(change.ignored),
            "past": past_words(change),
            "notes": note_words(change),
            "understood": [(heading, column_words([name])) for heading, name in change.understood],
            "groups": [
                (level_word(name) if change.kind == "places" else kind_name(names, name), group)
                for name, group in sorted(change.groups.items(), key=_rank)
            ],
            "changed_rows": [
                replace(row, key=row_words(change, row.key, names)).text for row in change.changed[:_SHOWN_ROWS]
            ],
            "more_changed": max(len(change.changed) - _SHOWN_ROWS, 0),
            "added_rows": [row_words(change, key, names) for key in change.added[:_SHOWN_ROWS]],
            "more_added": max(len(change.added) - _SHOWN_ROWS, 0),
        }
        for change in changes
    ]
    return {"changes": shown, "is_empty": all(change.is_empty for change in changes)}


def _rank(entry: tuple[str, Any]) -> tuple[int, str]:
    """Levels from the top of the tree down, kinds by their names."""
    return (LEVELS.index(entry[0]) if entry[0] in LEVELS else len(LEVELS), entry[0])


def _faults(files: Sequence[Path], error: InputError, readings: dict[str, Reading]) -> dict[str, Any]:
    """Every fault with its cell: where it is, what stands there, what is wrong with it."""

    in_order = sorted(error.faults, key=lambda fault: (fault.file, fault.row or 0))
    faults: Sequence[Fault] = in_order[:_SHOWN_FAULTS]
    cells = cells_with_faults(files, faults, readings)
    return {
        "line": sentence(error_text(error)),
        "hint": hint_text(error),
        "count": len(error.faults),
        "faults": [
            {
                "file": fault.file,
                "row": "" if fault.row is None else str(fault.row),
                "column": f"{fault.column} ({fault.cell})" if fault.cell else fault.column,
                "cell": None if cell is None else printable(cell, 60),
                "what": fill(fault.message, fault.values),
            }
            for fault, cell in zip(faults, cells, strict=True)
        ],
    }


def _by_kind(store: Store, found: Any) -> dict[str, Any]:
    names = store.state.kinds()
    return {
        "total": len(found.items),
        "top": with_code(store.state.places, found.top) if found.top else "",
        "by_kind": [(kind_name(names, k), n) for k, n in sorted(found.by_kind.items())],
        "packs": ", ".join(kind_name(names, kind) for kind in found.packs),
        "unknown": list(unknown_words(found.open, names)),
        "needs": len(names),
    }
