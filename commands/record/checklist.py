"""The command for how ready a store is: checklist asks an office's questions and records the answers."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import click

from commands.context import Station, one_line, people_named, print_json
from custody.errors import N_, InputError
from custody.format.event_types import Body
from custody.format.events import Event
from custody.plan.store_space import SPACE, space_taken
from language import _
from reports.lists.readiness import answers_words, arrivals_words, question_words
from reports.words import place_path
from services.one_line import LONGEST_NOTE
from services.records.checklists import read_questions, read_sizes, store_at
from services.records.field_records import Answer, arrivals_at, record_checklist
from services.scanning.handover_details import read_occurred
from tables.field_rows import QuestionRow

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
        where = store_at(store, place)
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
