"""What people say of a handover besides its labels: parsed as typed, kept in the draft until it is recorded."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from custody.compose.compose import Extra, Handover, SealLook, Touch, how_read
from custody.errors import N_, CodeError, InputError
from custody.format.carriage import Carriage
from custody.format.codes import parse_code
from custody.format.serials import parse_serials
from db.store import Store
from services.one_line import LONGEST_NAME, LONGEST_NOTE, one_line
from tables.times import NoZoneError, parse_moment

CONDITION, REMARK, REFUSED, SEAL, PHOTO = "condition:", "remark:", "refused:", "seal:", "photo:"
"""Names under which a draft keeps what is said of one item, before its code."""
OF_ITEMS = (CONDITION, REMARK, REFUSED, SEAL, PHOTO)
LOAD, NUMBER, EXTRAS = "load", "number", "extras"
"""Names under which it keeps a truck's load list and things without a label, one a line, and a shared BAST number."""
_REFUSED_AS = "refused-as:"
"""Under this name, before the code, it keeps how the label of a refused thing was read, where it was not scanned."""


def said_of(handover: Handover, said: Mapping[str, str]) -> Handover:
    """The handover with what a draft has kept of it: names, count, carriage, note, and the state of single items."""

    return replace(
        handover,
        giver_name=said.get("giver_name", ""),
        receiver_name=said.get("receiver_name", ""),
        giver_office=said.get("giver_office", ""),
        receiver_office=said.get("receiver_office", ""),
        witnesses=_lines(said, "witnesses"),
        counted=int(said["counted"]) if said.get("counted") else None,
        carriage=Carriage(
            said.get("vehicle", ""), said.get("driver", ""), said.get("escort", ""), _lines(said, "stops")
        ),
        note=said.get("note", ""),
        occurred=said.get("occurred"),
        conditions=_of_items(said, CONDITION),
        remarks=_remarks(said),
        refused=tuple(_refused(said, code) for code in _of_items(said, REFUSED)),
        seals={code: read_look(text) for code, text in _of_items(said, SEAL).items()},
        photos=_of_items(said, PHOTO),
        extras=tuple(map(read_extra, _lines(said, EXTRAS))),
        number=said.get(NUMBER, ""),
        load=tuple(said.get(LOAD, "").split()),
    )


def words_of(handover: Handover) -> dict[str, str]:
    """Return the details of a handover as a draft keeps them, without empty ones; `said_of` is the inverse.

    Its ends and where it is bound for stand in the draft itself, and who acknowledged it is kept as each one signs.
    """
    carriage, of_items = handover.carriage, _words_of_items(handover)
    words = {
        "giver_name": handover.giver_name,
        "receiver_name": handover.receiver_name,
        "giver_office": handover.giver_office,
        "receiver_office": handover.receiver_office,
        "witnesses": "\n".join(handover.witnesses),
        "counted": "" if handover.counted is None else str(handover.counted),
        "vehicle": carriage.vehicle,
        "driver": carriage.driver,
        "escort": carriage.escort,
        "stops": "\n".join(carriage.stops),
        "note": handover.note,
        "occurred": handover.occurred or "",
        EXTRAS: "\n".join(f"{extra.kind}={extra.count}:{extra.note}" for extra in handover.extras),
        NUMBER: handover.number,
        LOAD: " ".join(handover.load),
        **{name + code: text for name, texts in of_items.items() for code, text in texts.items()},
    }
    return {name: text for name, text in words.items() if text}


def _words_of_items(handover: Handover) -> dict[str, Mapping[str, str]]:
    """Return the details of single items: by the name under which a draft keeps them, a text for each code."""
    read = {touch.code: f"{touch.how} {touch.print or ''}".strip() for touch in handover.refused}
    return {
        CONDITION: handover.conditions,
        REMARK: handover.remarks,
        REFUSED: dict.fromkeys(read, " "),  # why is a remark
        _REFUSED_AS: {code: how for code, how in read.items() if how != "typed"},
        SEAL: {code: f"{look.result}:{' '.join(look.serials)}" for code, look in handover.seals.items()},
        PHOTO: handover.photos,
    }


def tell(store: Store, draft: str, handover: Handover) -> None:
    """Keep in a draft all details that a command gives of its handover; they replace earlier ones.

    Things without a label are added to those that are kept; the same words again mean the same things.

    Raises:
        InputError: the session is gone.
    """
    kept = said_of(handover, store.drafts.details(draft)).extras
    more = Counter(handover.extras) - Counter(kept)
    store.drafts.describe(draft, words_of(replace(handover, extras=(*kept, *more.elements()))))
    if handover.bound:
        store.drafts.set_ends(draft, bound=handover.bound)


def _refused(said: Mapping[str, str], code: str) -> Touch:
    """A refused thing, as its label was read."""

    how, _space, number = said.get(_REFUSED_AS + code, "").partition(" ")
    return Touch(code, int(number) if number else None, how_read(how))


def _lines(said: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(said.get(name, "").splitlines())


def _remarks(said: Mapping[str, str]) -> dict[str, str]:
    """Return the remarks on single items; the reason of a refusal comes first."""
    remarks, reasons = _of_items(said, REMARK), _of_items(said, REFUSED)
    both = ((code, (reasons.get(code, "").strip(), remarks.get(code, ""))) for code in {**reasons, **remarks})
    return {code: "; ".join(filter(None, texts)) for code, texts in both if any(texts)}


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


CONDITION_WORDS = {
    "good": "good",
    "baik": "good",
    "light": "light",
    "ringan": "light",
    "heavy": "heavy",
    "berat": "heavy",
    "wet": "wet",
    "basah": "wet",
    "missing": "missing",
    "hilang": "missing",
    "kurang": "missing",
}


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


def _of_items(said: Mapping[str, str], what: str) -> dict[str, str]:
    return {name.removeprefix(what): value for name, value in said.items() if name.startswith(what)}


SEAL_WORDS = {
    "intact": "intact",
    "utuh": "intact",
    "broken": "broken",
    "rusak": "broken",
    "lepas": "broken",
    "mismatch": "mismatch",
    "beda": "mismatch",
    "none": "none",
    "kosong": "none",
    "tanpa": "none",
}
"""What a look at seals found, in both languages: who types it need not know which one is set."""


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
    serials = tuple(parse_serials(numbers.replace(",", " ").replace(";", " ").split()))
    if result == "none" and serials:
        raise InputError(
            N_("there is no seal, and numbers were read: {serials}"),
            hint=N_("Where numbers can be read: --result broken, or mismatch."),
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
