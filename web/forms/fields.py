"""Fields of the forms that record something: how each is shown, and how what was typed into it is read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from custody.chain.findings import Finding
from custody.errors import N_, CustodyError, InputError
from custody.format.events import Event
from custody.format.serials import parse_serials, split_serials
from custody.people import distinct_people
from db.store import Store
from language import _
from language.text import error_text, fault_text, hint_text, sentence
from scanner.sources.photo import read_photo
from services.code_lines import one_touch, parse_codes, touches_of
from services.moments import moment_of
from services.one_line import LONGEST_NAME, LONGEST_NOTE, one_line
from services.plan.custodians import find_custodian
from services.scanning.handover_details import read_occurred

Kind = Literal[
    "line",
    "text",
    "code",
    "codes",
    "labels",
    "serials",
    "people",
    "place",
    "count",
    "time",
    "moment",
    "choice",
    "photo",
    "file",
]
"""`time` is one that has been, `moment` any; `labels` are codes with the number of their print, where one is given."""
MANY_LINES: frozenset[Kind] = frozenset({"text", "codes", "labels", "serials", "people"})
"""Kinds that take several lines."""
SCANNED: frozenset[Kind] = frozenset({"code", "codes", "labels", "serials"})
"""Kinds that a scanner or a camera fills."""
Choices = Callable[[Store], Sequence[tuple[str, str]]]
"""What can be chosen: the value that is sent, and its words in the chosen language."""
Given = Mapping[str, Any]
"""What was given in a form, by the names of its fields; None where a field is empty."""
_MOST = 2**53 - 1
_WHOLE = re.compile(r"[0-9]{1,15}|[0-9]{1,3}([., ][0-9]{3}){1,4}")
"""A whole number, with its thousands apart or not; 1.5 is none."""
LONGEST: Mapping[Kind, int] = {
    "codes": 40_000,
    "labels": 40_000,
    "serials": 4_000,
    "text": LONGEST_NOTE,
    "people": 600,
    "code": 60,
}
"""Characters of a kind of field, where it is not those of a name."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, what it is called, what kind it is, a hint, and whether it must be filled.

    `choices` offers words for a `choice`, and proposals for a `line`. `fits` names a field and a value of it: with
    another value this one is not asked for. `limit` is the most characters, 0: those of its kind; `least` and `most`
    bound a count. `suffixes` are those of the files that are offered for a `file`. `about` says to who hears the page
    what the words are about, where it stands above them to be seen.
    """

    name: str
    words: str
    kind: Kind = "line"
    hint: str = ""
    is_needed: bool = False
    choices: Choices | None = None
    fits: tuple[str, str] | None = None
    limit: int = 0
    least: int = 0
    most: int = _MOST
    about: str = ""
    suffixes: str = ".xlsx,.xlsm,.xls,.xlsb,.ods,.csv,.tsv,.txt"

    @property
    def longest(self) -> int:
        """The most characters it takes."""
        return self.limit or LONGEST.get(self.kind, LONGEST_NAME)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a form: the line that says it, further lines, warnings, the events and what is irregular by them."""

    line: str
    more: Sequence[str] = ()
    warnings: Sequence[str] = ()
    events: Sequence[Event] = ()
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What is shown before something is recorded: lines, tables, and a digest of what they say."""

    lines: Sequence[str]
    version: str
    tables: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its address, title, what it is for, its fields, and what records them.

    `look` shows first what would come of it; the form is then recorded only as it was seen. `more_fields` are those
    that depend on the ledger.
    """

    name: str
    title: str
    about: str
    button: str
    fields: Sequence[Field]
    do: Callable[[Store, Given], Done]
    look: Callable[[Store, Given], Seen] | None = None
    more_fields: Callable[[Store, Path], Sequence[Field]] | None = None

    def at(self, store: Store, home: Path) -> "Form":
        """The form with the fields that the ledger and the station's folder add."""
        if self.more_fields is None:
            return self
        return replace(self, fields=[*self.fields, *self.more_fields(store, home)], more_fields=None)


@dataclass(slots=True)
class Reading:
    """What was typed, read: the values, and for each field that is not as it should be one line."""

    given: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def read_fields(store: Store, fields: Sequence[Field], typed: Mapping[str, str], files: Mapping[str, Any]) -> Reading:
    """Read what was typed into some fields.

    Args:
        files: what was sent, read already, by the name of its field; or why it cannot be read.
    """
    found = Reading()
    for one in fields:
        text = typed.get(one.name, "").strip()
        if one.fits is not None and typed.get(one.fits[0], "") != one.fits[1]:
            text = ""
        try:
            if one.kind in ("photo", "file"):
                if isinstance(sent := files.get(one.name), CustodyError):
                    raise sent
                found.given[one.name] = sent
            else:
                found.given[one.name] = _read(store, one, text) if text else None
            is_asked = one.fits is None or typed.get(one.fits[0], "") == one.fits[1]
            if one.is_needed and is_asked and found.given[one.name] is None:
                raise InputError(N_("this is needed: {field}"), field=_(one.words))
        except CustodyError as error:
            found.wrong[one.name] = line_of(error)
    return found


def line_of(error: CustodyError) -> str:
    """One line for what is wrong: what it is, the first of its faults, and what to do."""
    parts = [sentence(error_text(error))]
    if isinstance(error, InputError) and error.faults:
        parts += [fault_text(fault) for fault in error.faults[:1]]
    if hint := hint_text(error):
        parts.append(hint)
    return " ".join(part if part[-1:] in ".!?:" else f"{part}." for part in parts)


def read_file(kind: Kind, path: Path) -> Any:
    """What was sent into a field for a photograph or a table: the picture as it is kept, or where the table is.

    Raises:
        InputError: it is no picture.
    """
    if kind == "photo":
        return read_photo(path)
    return path


def _read(store: Store, one: Field, text: str) -> Any:
    words = _(one.words)
    match one.kind:
        case "line" | "text":
            return one_line(words, text, one.longest)
        case "people":
            return distinct_people(name for line in text.splitlines() if (name := one_line(words, line)))
        case "code":
            return one_touch(text, store.vendor_codes.item_of)
        case "codes":
            return touches_of(text.split("\n"), store.vendor_codes.item_of)
        case "labels":
            return list(dict.fromkeys(parse_codes(text.splitlines())))
        case "serials":
            return parse_serials(split_serials(text))
        case "place":
            return find_custodian(store, text.removeprefix("P:"))
        case "time":
            return read_occurred(text, store.around.now_utc(), words)
        case "moment":
            return moment_of(words, text, store)
        case "count":
            return _whole(words, text, one)
        case _:
            assert one.choices is not None
            if text not in dict(one.choices(store)):
                raise InputError(N_("{text} is not among the choices"), hint=N_("Choose again."), text=text[:60])
            return text


def _whole(words: str, text: str, one: Field) -> int:
    if not _WHOLE.fullmatch(text):
        raise InputError(
            N_("{field}: {text} is no whole number"), hint=N_("Write it in figures."), field=words, text=text[:40]
        )
    found = int(re.sub(r"\D", "", text))
    if not one.least <= found <= one.most:
        raise InputError(
            N_("{field}: from {least} to {most}"),
            hint=N_("Write another number."),
            field=words,
            least=one.least,
            most=one.most,
        )
    return found
