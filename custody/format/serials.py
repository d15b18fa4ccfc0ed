"""Serial numbers as they stand on seals: single ones and ranges, as people type them or a scanner sends them."""

import re
from collections.abc import Iterable, Iterator

from custody.errors import N_, InputError
from custody.format.item_facts import SerialRange
from custody.format.vendor_codes import seal_number

MAX_SERIALS = 20_000
"""So many numbers one command takes; more are in a pack, which has a range."""
_LONGEST = 60
_BETWEEN = re.compile(r"[^\S\x1d]+")
_ENDS = re.compile(r"(.*?)([0-9]{1,18})", re.ASCII)
_RANGE = re.compile(r"(.*?[0-9]{1,18})\s*(?:-|–|\.\.|s/d|sd)\s*(.*?[0-9]{1,18})", re.ASCII | re.IGNORECASE)


def split_serials(text: str) -> list[str]:
    """The numbers in a text, with spaces between them; the separator inside a GS1 barcode is none."""
    return _BETWEEN.split(text.strip())


def parse_serials(texts: Iterable[str]) -> list[str]:
    """The numbers that these texts name, each once, in their order, in capitals: `A0001`, `A0001-A0010`, `A0001-0010`.

    A dash joins a range where both ends have the same letters before as many digits; else it belongs to the number.
    Of a GS1 barcode the serial number counts, as it stands.

    Raises:
        InputError: a text that is no number, a range that runs backwards, or far too many.
    """
    found: dict[str, None] = {}
    for text in texts:
        number = seal_number(text)
        entry = " ".join(number.split()).upper()
        if not entry:
            continue
        for serial in _named(entry) if number == text else [_single(entry)]:
            found[serial] = None
            if len(found) > MAX_SERIALS:
                raise InputError(
                    N_("more than {limit} seal numbers at a time"), hint=N_("Give fewer at a time."), limit=MAX_SERIALS
                )
    return list(found)


def parse_range(text: str) -> SerialRange:
    """The range that a text names; a single number is a range of one.

    Raises:
        InputError: it names none.
    """
    entry = " ".join(text.split()).upper()
    ends = _range_ends(entry) or (entry, entry)
    first, last = (_ENDS.fullmatch(end) for end in ends)
    if first is None or last is None or len(entry) > 2 * _LONGEST:
        raise InputError(
            N_("{text} is no range of numbers"), hint=N_("Write it like A0001-A0100."), text=text[:_LONGEST]
        )
    return SerialRange(first[1], int(first[2]), int(last[2]), len(first[2]))


def holds(serials: SerialRange, serial: str) -> bool:
    """Whether a number, as it is written, is one of a range's."""
    digits = serial[len(serials.prefix) :]
    return (
        serial.startswith(serials.prefix)
        and digits.isascii()
        and digits.isdigit()
        and len(digits) == max(serials.width, len(str(int(digits))))
        and serials.first <= int(digits) <= serials.last
    )


def count_of(serials: SerialRange) -> int:
    """How many numbers a range has."""
    return serials.last - serials.first + 1


def spelled(serials: SerialRange) -> Iterator[str]:
    """Each number of a range as it stands on the seal."""
    return (f"{serials.prefix}{number:0{serials.width}d}" for number in range(serials.first, serials.last + 1))


def shown(serials: Iterable[str]) -> list[str]:
    """Numbers in order, with runs of three neighbours and more joined: `A0001-A0010`, `A0012`, `A0013`."""
    runs: list[list[str]] = []
    previous: tuple[str, int, int] | None = None
    for serial in sorted(serials):
        match = _ENDS.fullmatch(serial)
        here = (match[1], len(match[2]), int(match[2])) if match else None
        if previous and here and previous[:2] == here[:2] and here[2] == previous[2] + 1:
            runs[-1].append(serial)
        else:
            runs.append([serial])
        previous = here
    told: list[str] = []
    for run in runs:
        told += [f"{run[0]}-{run[-1]}"] if len(run) > 2 else run
    return told


def _named(entry: str) -> Iterator[str]:
    if (ends := _range_ends(entry)) is not None:
        serials = parse_range(entry)
        if count_of(serials) > MAX_SERIALS:
            raise InputError(
                N_("{text} are {count} numbers, more than {limit}"),
                hint=N_("Give fewer at a time."),
                text=f"{ends[0]}-{ends[1]}",
                count=count_of(serials),
                limit=MAX_SERIALS,
            )
        yield from spelled(serials)
    else:
        yield _single(entry)


def _single(entry: str) -> str:
    """The one number that a text is.

    Raises:
        InputError: it can be none.
    """
    if len(entry) > _LONGEST or not entry.isprintable() or not any(char.isdigit() for char in entry):
        raise InputError(
            N_("{text} is no number of a seal"),
            hint=N_("Write it as it stands on the seal, or a range like A0001-A0010."),
            text=entry[:_LONGEST],
        )
    return entry


def _range_ends(entry: str) -> tuple[str, str] | None:
    """The two ends of a range, the second written out; None where the text is one number.

    Raises:
        InputError: the ends have the same form and run backwards, or differ in their letters.
    """
    match = _RANGE.fullmatch(entry)
    if match is None:
        return None
    first, last = _ENDS.fullmatch(match[1]), _ENDS.fullmatch(match[2])
    if first is None or last is None or len(first[2]) != len(last[2]) or (not last[1] and first[1] and "-" in first[1]):
        return None
    if last[1] not in ("", first[1]):
        raise InputError(
            N_("the numbers of {text} do not begin alike"),
            hint=N_("Write a range like A0001-A0010."),
            text=entry[: 2 * _LONGEST],
        )
    if int(first[2]) > int(last[2]):
        raise InputError(
            N_("the numbers of {text} run backwards"),
            hint=N_("Write a range like A0001-A0010."),
            text=entry[: 2 * _LONGEST],
        )
    return match[1], first[1] + last[2]
