"""What people say of a handover beside its labels, read as they typed it: one reader for all that takes it in."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from custody.compose.compose import Extra, SealLook
from custody.errors import N_, CodeError, InputError
from custody.format.codes import parse_code
from custody.format.serials import parse_serials, split_serials
from custody.handover.draft import Details
from services.look_words import CONDITION_WORDS, SEAL_WORDS
from services.one_line import LONGEST_NAME, LONGEST_NOTE, one_line
from tables.cells import NoZoneError, parse_moment

LONGEST_NUMBER = 60
NAMES = ("giver_name", "receiver_name", "giver_office", "receiver_office", "vehicle", "driver", "escort")
"""Fields that are one name each."""


@dataclass(frozen=True, slots=True)
class GivenDetails:
    """What was given of a handover, as it came; empty where nothing was. `read_details` reads it.

    `extras` are things without a readable label (`read_extra`), `occurred` a time as people write it.
    """

    giver_name: str = ""
    receiver_name: str = ""
    giver_office: str = ""
    receiver_office: str = ""
    witnesses: Sequence[str] = ()
    counted: int | None = None
    vehicle: str = ""
    driver: str = ""
    escort: str = ""
    stops: Sequence[str] = ()
    note: str = ""
    occurred: str | None = None
    extras: Sequence[str] = ()
    number: str = ""
    load: Sequence[str] = ()


def read_details(
    given: GivenDetails,
    now_utc: str,
    shown: Mapping[str, str] = MappingProxyType({}),
    *,
    name: Callable[[str, str], str] = one_line,
) -> Details:
    """What was given of a handover, read.

    Args:
        now_utc: the time now, RFC 3339 in UTC: nothing has happened after it.
        shown: what the fields are called where they were given, for what is said of a fault; else by their own names.
        name: reads a name, given what its field is called.

    Raises:
        InputError: a text cannot be shown or is too long, a count is below 0, or a time is none or in the future.
    """

    def called(field: str) -> str:
        return shown.get(field, field)

    def lines(field: str) -> tuple[str, ...]:
        return tuple(filter(None, (name(called(field), text) for text in getattr(given, field))))

    if given.counted is not None and given.counted < 0:
        raise InputError(N_("a count cannot be {count}"), hint=N_("Give a count of 0 or more."), count=given.counted)
    names: dict[str, Any] = {field: name(called(field), getattr(given, field)) for field in NAMES}
    return Details(
        **names,
        witnesses=lines("witnesses"),
        counted=given.counted,
        stops=lines("stops"),
        note=one_line(called("note"), given.note, LONGEST_NOTE),
        occurred=read_occurred(given.occurred, now_utc, called("occurred")),
        extras=tuple(map(read_extra, given.extras)),
        number=one_line(called("number"), given.number, LONGEST_NUMBER),
        load=tuple(given.load),
    )


def read_extra(text: str) -> Extra:
    """Things without a readable label as people say them: `KIND=COUNT`, `KIND=COUNT:REMARK`.

    Raises:
        InputError: it is not understood.
    """

    kind, _equals, rest = text.partition("=")
    count, _colon, remark = rest.partition(":")
    if not kind.strip() or not count.strip().isascii() or not count.strip().isdigit() or not 0 < int(count) < 1_000_000:
        raise InputError(
            N_("--extra {text} is not understood"),
            hint=N_("Write it as KIND=COUNT or KIND=COUNT:REMARK, like box=2:torn."),
            text=text,
        )
    return Extra(one_line("--extra", kind), int(count), one_line("--extra", remark, LONGEST_NOTE))


def read_condition(text: str) -> str:
    """A condition as people say it, in either language.

    Raises:
        InputError: it is none.
    """
    condition = CONDITION_WORDS.get(text.strip().lower())
    if condition is None:
        raise InputError(
            N_("{text} is no condition"),
            hint=N_("Write good, light, heavy, wet or missing (baik, ringan, berat, basah, hilang)."),
            text=text[:LONGEST_NAME],
        )
    return condition


def read_look(text: str) -> SealLook:
    """A look at the seals of an item as people say it: `intact`, `broken`, `mismatch:A0007 A0009`, `utuh:A0001-A0006`.

    Raises:
        InputError: it is not understood, or a seal is not there and numbers were read.
    """

    word, _colon, numbers = text.partition(":")
    result = SEAL_WORDS.get(word.strip().lower())
    if result is None:
        raise InputError(
            N_("{text} does not say how the seals are"),
            hint=N_("Write intact, broken, mismatch or none, and behind a colon the numbers: intact:A0001-A0006."),
            text=text[:LONGEST_NAME],
        )
    serials = tuple(parse_serials(split_serials(numbers.replace(",", " ").replace(";", " "))))
    if result == "none" and serials:
        raise InputError(
            N_("there is no seal, and numbers were read: {serials}"),
            hint=N_("Where numbers can be read, the result is broken or mismatch{typed}."),
            typed="--result",
            serials=", ".join(serials)[:LONGEST_NAME],
        )
    return SealLook(result, serials)


_LABEL = re.compile(r"[0-9A-HJKMNP-TV-Z]{13}\*[0-9]{2}|P:[0-9A-Z]", re.ASCII | re.IGNORECASE)


def read_occurred(text: str | None, now_utc: str, option: str = "--occurred") -> str | None:
    """When something happened that is keyed in later, as a stored time; None where it is not said.

    Raises:
        InputError: it is no time, has no time zone, or is in the future.
    """

    if text is None:
        return None
    try:
        moment = parse_moment(text)
    except NoZoneError as error:
        raise InputError(
            N_("{option} {text} has no time zone"),
            hint=N_("Add it, like 2024-02-12T05:30+08:00 or 2024-02-12 05:30 WITA."),
            option=option,
            text=text,
        ) from error
    except ValueError as error:
        raise InputError(
            N_("{option} {text} is not a time"),
            hint=N_("Write it like 2024-02-12T05:30+08:00 or 2024-02-12 05:30 WITA."),
            option=option,
            text=text,
        ) from error
    if moment > now_utc:
        raise InputError(
            N_("{option} {text} is in the future"),
            hint=N_("Correct the time, or the computer's clock."),
            option=option,
            text=text,
        )
    return moment


def name_line(option: str, text: str) -> str:
    """Return a name, an office or a vehicle on one line. A label is refused: a scanner types into the field with the
    focus.

    Raises:
        InputError: it is what a label says, or `one_line` refuses it.
    """
    line = one_line(option, text, LONGEST_NAME)
    if _LABEL.search(line) or _is_code(line):
        raise InputError(
            N_("{option}: {text} is the code of a label, not a name"),
            hint=N_("Clear that field, and go back to scanning to take the label."),
            option=option,
            text=line,
        )
    return line


def _is_code(line: str) -> bool:
    """Whether it is an item's code as people write it. A name may fit by chance, but it has no digit."""

    try:
        parse_code(line)
    except CodeError:
        return False
    return any(character.isdigit() for character in line)
