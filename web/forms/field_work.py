"""Forms of the work in the field: obstacles, looks at things and seals, checklists, critical points."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from custody.errors import N_
from custody.format.item_facts import CONDITIONS
from custody.format.serials import shown
from custody.people import distinct_people
from custody.plan.store_space import STORAGE, space_taken
from db.store import Store
from language import _, ngettext
from language.text import number, printable
from reports.lists.points import point_line, points_zone
from reports.lists.readiness import answers_words, arrivals_words, question_words
from reports.words import condition_word, place_path, seal_word
from services.records.checklists import read_questions, read_sizes, store_at
from services.records.correcting import find_event
from services.records.field_records import (
    LONGEST_TEXT,
    Answer,
    arrivals_at,
    change_point,
    close_incident,
    incidents_of,
    load_points,
    open_incident,
    points_of,
    record_checklist,
)
from services.records.inspecting import record_inspection
from services.records.sealing import record_seal, strays
from web.forms.fields import Choices, Done, Field, Form, Given

_LONGEST_TITLE = 300
OCCURRED = Field(
    "occurred", N_("When it happened, if it is keyed in later"), "time", N_('For example "2024-02-12 05:30 WITA".')
)
NOTE = Field("note", N_("Remark"), "text")
NAMES = Field("names", N_("Who did it"), "people", N_("One name a line."))
CODES = Field(
    "codes",
    N_("Which things"),
    "codes",
    N_("One a line: scan the labels into this field, or type the codes."),
    is_needed=True,
)
_PHOTO = Field("photo", N_("A photograph that shows it"), "photo")


def count_words(things: Sequence[object]) -> str:
    """How many things, in words."""
    return ngettext("{count} item", "{count} items", len(things)).format(count=number(len(things)))


def said(*pairs: tuple[str, Callable[[], str]]) -> Choices:
    """Choices that are the same in every ledger."""
    return lambda _store: [(value, words()) for value, words in pairs]


# --- obstacles --------------------------------------------------------------------------------------------------------


def _open_incidents(store: Store) -> list[tuple[str, str]]:
    places = store.state.places.tree()
    return [
        (
            f"{row.opened.log}:{row.opened.seq}",
            f"{printable(row.body['text'], 80)} · {place_path(places, row.body['place'])}",
        )
        for row in incidents_of(store)
        if row.is_open and row.opened
    ]


def _incident(store: Store, given: Given) -> Done:
    event = open_incident(
        store,
        given["text"],
        place=given["place"] or store.ledger.own_log().place,
        stage=given["stage"] or "",
        codes=[touch.code for touch in given["codes"] or ()],
        occurred=given["occurred"],
    )
    return Done(_("RECORDED: an obstacle."), events=[event])


def _close(store: Store, given: Given) -> Done:
    event = close_incident(store, find_event(store, given["event"]), given["text"], occurred=given["occurred"])
    return Done(_("RECORDED: the obstacle is closed."), events=[event])


# --- looks at things and seals ----------------------------------------------------------------------------------------


def _inspect(store: Store, given: Given) -> Done:
    touches, reserve = given["codes"], given["reserve"]
    recorded = record_inspection(
        store, touches, given["condition"], photo=given["photo"], note=given["note"] or "", reserve=reserve
    )
    more = [_("The reserve is now bound for its destination, and it for the store above.")] if reserve else []
    condition = condition_word(given["condition"])
    line = _("RECORDED: {count}: {condition}").format(count=count_words(touches), condition=condition)
    return Done(line, more, events=recorded.events, findings=recorded.findings)


def _seal(store: Store, given: Given) -> Done:
    action, touch, serials = given["action"], given["code"], given["serials"] or []
    names, witness = given["names"] or [], given["witness"] or ""
    recorded = record_seal(
        store,
        touch,
        action,
        serials,
        result=given["result"],
        names=names,
        witness=witness,
        photo=given["photo"],
        note=given["note"] or "",
        place=given["place"],
        occurred=given["occurred"],
    )
    more, warnings = [], []
    if touch and action not in ("spoil", "return"):
        rows = store.state.seals.of([touch.code]).get(touch.code, ())
        more = [_("On it now: {serials}").format(serials=_joined([row.serial for row in rows if row.fate == "on"]))]
    if action in ("apply", "replace") and (unknown := strays(store, serials)):
        warnings.append(_("In no pack that is registered here: {serials}").format(serials=_joined(unknown)))
    if action in ("apply", "replace", "remove") and len(distinct_people([*names, witness])) < 2:
        warnings.append(_("Two people should do this: write both names, or a witness."))
    count = ngettext("{count} seal", "{count} seals", len(serials)).format(count=number(len(serials)))
    return Done(_("RECORDED: {count}").format(count=count), more, warnings, recorded.events, recorded.findings)


def _joined(serials: Sequence[str]) -> str:
    runs = shown(serials)
    return ", ".join(runs[:12]) + (" …" if len(runs) > 12 else "") if runs else "–"


# --- checklists -------------------------------------------------------------------------------------------------------


def _questions(store: Store, home: Path) -> list[Field]:
    answers = said(("yes", lambda: _("Yes")), ("no", lambda: _("No")), ("unknown", lambda: _("Nobody has looked")))
    due = arrivals_at(store, store.ledger.own_log().place)
    space = arrivals_words(due, space_taken(due.to_come, read_sizes(home)), store.state.kinds())
    fields = [Field("place", N_("Store"), "place", " · ".join([_("Empty: this station's place."), *space]))]
    for row in read_questions(home, None, STORAGE, store.state.profile):
        words = question_words(row.question)
        fields.append(Field(f"answer:{row.question}", words, "choice", is_needed=True, choices=answers))
        fields.append(Field(f"remark:{row.question}", N_("Remark"), limit=500, about=words))
    return fields


def _checklist(store: Store, given: Given) -> Done:
    where = store_at(store, given["place"])
    asked = [name.removeprefix("answer:") for name in given if name.startswith("answer:")]
    answers = [Answer(one, given[f"answer:{one}"], given[f"remark:{one}"] or "") for one in asked]
    event = record_checklist(
        store,
        answers,
        place=where,
        about=STORAGE,
        names=given["names"] or [store.around.by],
        note=given["note"] or "",
        occurred=given["occurred"],
    )
    missing = [row for row in event.body["answers"] if row["answer"] != "yes"]
    words = _("RECORDED: {place} is not ready.") if missing else _("RECORDED: {place} is ready.")
    warnings = [answers_words(missing)] if missing else []
    return Done(words.format(place=place_path(store.state.places.tree(), where)), (), warnings, [event])


# --- critical points --------------------------------------------------------------------------------------------------


def _known_points(store: Store) -> list[tuple[str, str]]:
    return [(one.name, one.name) for one in points_of(store, as_of=store.around.now_utc())]


def _point(store: Store, given: Given) -> Done:
    changes = {name: given[name] for name in ("title", "owner", "due", "place") if given[name] is not None}
    if given["state"]:
        changes["is_done"] = given["state"] == "done"
    events = change_point(store, given["name"], note=given["note"] or "", **changes)
    row = next(one for one in points_of(store, as_of=store.around.now_utc()) if one.name == given["name"])
    line = _("RECORDED: the critical point.") if events else _("Nothing changed, so nothing was recorded.")
    return Done(line, [point_line(row, points_zone([row], store.ledger.own_log().place))], events=events)


def _load_points(store: Store, given: Given) -> Done:
    loaded = load_points(store, given["file"])
    counts = {name: number(count) for name, count in asdict(loaded).items()}
    words = _("{file}: {added} added, {changed} changed, {same} as they were")
    return Done(words.format(file=given["file"].name, **counts))


FORMS = (
    Form(
        "incident",
        N_("Record an obstacle"),
        N_("What hinders the work, where, and which things it is about."),
        N_("Record the obstacle"),
        (
            Field("text", N_("What hinders the work"), "text", is_needed=True, limit=LONGEST_TEXT),
            Field("place", N_("Where"), "place", N_("Empty: this station's place.")),
            Field("stage", N_("In which stage of the work"), "line", N_("For example: transport, storage.")),
            Field("codes", CODES.words, "codes", CODES.hint),
            OCCURRED,
        ),
        _incident,
    ),
    Form(
        "incident-close",
        N_("Close an obstacle"),
        N_("Say how it was overcome. It stays in the records as closed."),
        N_("Close the obstacle"),
        (
            Field("event", N_("Which obstacle"), "choice", is_needed=True, choices=_open_incidents),
            Field("text", N_("How it was overcome"), "text", is_needed=True, limit=LONGEST_TEXT),
            OCCURRED,
        ),
        _close,
    ),
    Form(
        "inspect",
        N_("Look at things"),
        N_("In which condition things were found, with a photograph."),
        N_("Record the condition"),
        (
            CODES,
            Field(
                "condition",
                N_("Condition"),
                "choice",
                is_needed=True,
                choices=lambda _store: [(one, condition_word(one)) for one in CONDITIONS],
            ),
            _PHOTO,
            Field(
                "reserve",
                N_("A reserve that goes in its place"),
                "code",
                N_("Its code. The damaged one is then bound for the store."),
            ),
            NOTE,
        ),
        _inspect,
    ),
    Form(
        "seal",
        N_("Seals"),
        N_("Seals put on, looked at, taken off, spoilt or brought back."),
        N_("Record the seals"),
        (
            Field(
                "action",
                N_("What was done"),
                "choice",
                is_needed=True,
                choices=said(
                    ("apply", lambda: _("Put on")),
                    ("check", lambda: _("Looked at")),
                    ("remove", lambda: _("Taken off")),
                    ("replace", lambda: _("Put on in place of the others")),
                    ("spoil", lambda: _("Spoilt or lost before use")),
                    ("return", lambda: _("Brought back unused")),
                ),
            ),
            Field(
                "code", N_("On which thing"), "code", N_("Its label or code. Not needed for spoilt or unused seals.")
            ),
            Field("serials", N_("Numbers of the seals"), "serials", N_("For example A0001 A0005-A0010.")),
            Field(
                "result",
                N_("What the look found"),
                "choice",
                is_needed=True,
                choices=lambda _store: [(one, seal_word(one)) for one in ("intact", "broken", "mismatch", "none")],
                fits=("action", "check"),
            ),
            Field("names", NAMES.words, "people", N_("One name a line. Two people should do it.")),
            Field("witness", N_("Who watched")),
            _PHOTO,
            Field("place", N_("Where"), "place", N_("Empty: this station's place.")),
            NOTE,
            OCCURRED,
        ),
        _seal,
    ),
    Form(
        "checklist",
        N_("Checklist of a store"),
        N_("How ready a store is: each question is answered, also with “nobody has looked”."),
        N_("Record the checklist"),
        (Field("names", N_("Who looked at it"), "people", N_("One name a line.")), NOTE, OCCURRED),
        _checklist,
        more_fields=_questions,
    ),
    Form(
        "point",
        N_("Critical point"),
        N_("What must be done until when, and who answers for it; or that it is done."),
        N_("Record the point"),
        (
            Field(
                "name",
                N_("Its name"),
                hint=N_("For example TK-01. A known one is changed; what stays empty stays as it was."),
                is_needed=True,
                choices=_known_points,
            ),
            Field("title", N_("What must be done or in order"), limit=_LONGEST_TITLE),
            Field("owner", N_("Who answers for it")),
            Field("due", N_("Until when"), "moment", N_('For example "2024-02-12 05:30 WITA".')),
            Field("place", N_("Where"), "place"),
            Field(
                "state",
                N_("State"),
                "choice",
                choices=said(("done", lambda: _("Done")), ("open", lambda: _("Open again"))),
            ),
            NOTE,
        ),
        _point,
    ),
    Form(
        "points",
        N_("Load critical points from a table"),
        N_("All or nothing. Its columns: point, title, owner, and due, place, state."),
        N_("Load the points"),
        (Field("file", N_("Table"), "file", is_needed=True),),
        _load_points,
    ),
)
