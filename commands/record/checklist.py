"""The command for how ready a store is: checklist asks an office's questions and records the answers."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import click

from commands.context import Station, one_line, people_named, print_json
from custody.errors import N_, Fault, InputError
from custody.format.event_types import Body
from custody.format.events import Event
from custody.plan.places import is_carrier
from custody.plan.profile import Profile
from custody.plan.store_space import QUESTIONS, SPACE, STORAGE, Size, space_taken
from db.store import Store
from language import _
from reports.lists.readiness import answers_words, arrivals_words, question_words
from reports.words import place_path
from services.one_line import LONGEST_NOTE
from services.plan.custodians import find_custodian
from services.records.field_records import Answer, arrivals_at, record_checklist
from services.scanning.handover_details import read_occurred
from tables.cells import Located
from tables.field_rows import QuestionRow, parse_questions, parse_sizes
from tables.read import Table, read_table

T = TypeVar("T")
_WORDS = {
    "yes": "yes",
    "y": "yes",
    "ya": "yes",
    "ok": "yes",
    "no": "no",
    "n": "no",
    "tidak": "no",
    "t": "no",
    "unknown": "unknown",
    "?": "unknown",
    "belum": "unknown",
}
_LONGEST_ANSWER = 500


def checklist(
    station: Station,
    place: str | None,
    answer: tuple[str, ...],
    name: tuple[str, ...],
    about: str,
    questions: Path | None,
    show: bool,
    note: str,
    occurred: str | None,
    as_json: bool,
) -> None:
    wanted = one_line("--about", about).casefold()
    sizes = read_sizes(station.home)
    with station.store(write=not show) as store:
        asked = read_questions(station.home, questions, wanted, store.state.profile)
        where = _store_at(store, place)
        places, needs = store.state.places.tree(), store.state.kinds()
        due = arrivals_at(store, where)
        taken = space_taken(due.to_come, sizes)
        space = arrivals_words(due, taken, needs)
        facts = {
            "place": where,
            "about": wanted,
            "to_come": due.to_come,
            "here": due.here,
            "litres": taken.litres,
            "floor_mm2": taken.floor_mm2,
        }
        if show:
            _show(asked, space, facts, as_json=as_json)
            return
        given = _given(answer, asked)
        answers = _answers(asked, given, space, as_json=as_json)
        event = record_checklist(
            store,
            answers,
            place=where,
            about=wanted,
            names=people_named("--name", name) or [store.around.by],
            note=one_line("--note", note, LONGEST_NOTE),
            occurred=read_occurred(occurred, store.around.now_utc()),
        )
    missing = [row for row in event.body["answers"] if row["answer"] != "yes"]
    if as_json:
        print_json(
            {
                "event": f"{event.log}:{event.seq}",
                "leaf": event.leaf,
                "ready": not missing,
                "not_ready": [row["question"] for row in missing],
                **facts,
            }
        )
        return
    if given.keys() >= {row.key for row in asked}:
        for line in space:
            click.echo(line)
    _show_recorded(event, place_path(places, where), missing)


def _show_recorded(event: Event, place: str, missing: Sequence[Body]) -> None:
    said = _("RECORDED: {place} is ready.") if not missing else _("RECORDED: {place} is not ready.")
    click.echo(said.format(place=place))
    if missing:
        click.echo("  ! " + answers_words(missing))
    click.echo(_("Event {log}:{seq}").format(log=event.log, seq=event.seq))


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


def _store_at(store: Store, place: str | None) -> str:
    where = find_custodian(store, place) if place is not None else store.ledger.own_log().place
    if is_carrier(store.state.places, where):
        raise InputError(
            N_("{place} is a vehicle; a checklist is of a store"), hint=N_("Give the code of a place."), place=where
        )
    return where


def _given(texts: Sequence[str], asked: Sequence[QuestionRow]) -> dict[str, Answer]:
    """The answers that --answer has, by key."""

    by_key = {row.key: row for row in asked}
    found = {}
    for text in texts:
        key, _equals, rest = text.partition("=")
        word, _colon, remark = rest.partition(":")
        row, meaning = by_key.get(key.strip().casefold()), _WORDS.get(word.strip().casefold())
        if row is None:
            raise InputError(
                N_("--answer {text}: there is no such question"),
                hint=N_("The keys are: {keys}."),
                text=text[:60],
                keys=", ".join(by_key),
            )
        if meaning is None:
            raise InputError(
                N_("--answer {text} is not understood"),
                hint=N_("Write it as KEY=yes, no or unknown; a remark follows a colon: roof=no:drips."),
                text=text[:60],
            )
        found[row.key] = Answer(row.question, meaning, one_line("--answer", remark, _LONGEST_ANSWER))
    return found


def _answers(
    asked: Sequence[QuestionRow], given: Mapping[str, Answer], space: Sequence[str], *, as_json: bool
) -> list[Answer]:
    """An answer to each question: the given one, else what somebody answers at the terminal.

    Raises:
        InputError: a question is not answered.
    """
    answers = []
    for row in asked:
        if row.key in given:
            answers.append(given[row.key])
            continue
        if as_json:
            raise _unanswered([row.key])
        if row.key == SPACE:
            for line in space:
                click.echo("    " + line, err=True)
        answers.append(_ask(row))
    return answers


def _ask(row: QuestionRow) -> Answer:
    """Ask one question at the terminal; a remark may follow the answer.

    Raises:
        InputError: the question was not answered, so nothing is recorded.
    """

    prompt = " ".join((question_words(row.question), _("[yes/no/?, then a remark]")))
    try:
        while True:
            said = click.prompt(prompt, default="", show_default=False, err=True).strip()
            word, _space, remark = said.partition(" ")
            if (meaning := _WORDS.get(word.casefold().rstrip(",:;"))) is not None:
                return Answer(row.question, meaning, one_line("--answer", remark, _LONGEST_ANSWER))
            click.echo(_("Please answer yes, no or ?."), err=True)
    except click.Abort:
        if sys.stderr.isatty():
            click.echo(err=True)
        raise _unanswered([row.key]) from None


def _unanswered(keys: Sequence[str]) -> InputError:
    return InputError(
        N_("not every question was answered, so nothing was recorded: {keys}"),
        hint=N_("Answer each; what nobody looked at is KEY=unknown."),
        keys=", ".join(keys),
    )


def _show(asked: Sequence[QuestionRow], space: Sequence[str], facts: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(facts | {"questions": {row.key: question_words(row.question) for row in asked}})
        return
    for row in asked:
        click.echo(f"{row.key:<12} {question_words(row.question)}")
    for line in space:
        click.echo(line)
