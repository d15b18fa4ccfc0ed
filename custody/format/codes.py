"""Item codes and QR payloads: drawing, checking, showing and reading them.

A code is 12 random Crockford Base32 characters and one ISO 7064 mod 37,36 check character. The check catches
every substitution of one character and all but about 0.15 % of swapped neighbours.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from custody.errors import N_, CodeError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's Base32: the digits and the letters without I, L, O, U."""

CODE_LENGTH = 13
MAX_PRINT = 99
MAX_PAYLOAD_LENGTH = 128
"""Longer texts are foreign without a further look: ours are at most 42 characters."""

_FOLD = str.maketrans("OIL", "011")
_SEPARATORS = re.compile(r"[\s\-]+")
_ITEM = re.compile(r"([0-9A-HJKMNP-TV-Z]{13})\*([0-9]{2})", re.ASCII)
_CUSTODIAN = re.compile(r"[0-9A-Z][0-9A-Z./-]{0,39}", re.ASCII)
_PLATE = re.compile(r"[A-Z]{1,2}[1-9][0-9]{0,3}[A-Z]{1,3}", re.ASCII)
"""Region letters, a number, series letters. Without the series, a vendor's V-01 would pass as a truck."""


@dataclass(frozen=True, slots=True)
class ItemLabel:
    """What the label of an item says: its code and the number of the print, 1 to 99.

    The number is None where no label was read: the code was typed without one, or read from a form. `is_symbol`: the
    text was to the letter what a QR symbol says, a label's or a form's; nobody types that, so a scanner read it.
    """

    code: str
    print: int | None
    is_symbol: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PlaceLabel:
    """What the label of a place or a carrier says: its code."""

    code: str


def draw_code(randbelow: Callable[[int], int]) -> str:
    """Draw a new code; draws again until the check character is in Crockford's alphabet too.

    Args:
        randbelow: like `secrets.randbelow`: an int from 0 up to, not including, its argument.
    """
    while True:
        drawn = randbelow(1 << 5 * (CODE_LENGTH - 1))  # once for all: asking the system for each costs more than a fold
        body = "".join(ALPHABET[drawn >> 5 * at & 31] for at in range(CODE_LENGTH - 1))
        check = check_character(body)
        if check in ALPHABET:
            return body + check


def check_character(body: str) -> str:
    """The last character of a code, which follows from the others (ISO 7064, Mod 37,36)."""
    from stdnum.iso7064 import mod_37_36  # here, for it takes longer to import than most commands to run

    check: str = mod_37_36.calc_check_digit(body)
    return check


def is_checked(code: str) -> bool:
    """Whether the last character of a code is the one that follows from the others."""
    from stdnum.iso7064 import mod_37_36

    return bool(mod_37_36.is_valid(code))


def parse_code(text: str) -> str:
    """Turn what somebody typed into a code: groups, spaces and lower case are taken, O reads as 0, I and L as 1.

    Raises:
        CodeError: too long or too short, a character that no code has, or a wrong check character.
    """
    code = _SEPARATORS.sub("", text)
    if code.isascii():  # elsewhere upper case may be several letters, or one of ours for a stranger
        code = code.upper().translate(_FOLD)
    if len(code) != CODE_LENGTH:
        raise CodeError(
            N_("{text} is not a code: a code has 13 characters, this has {length}"),
            hint=N_("Type it as the label shows it, for example 7Q2M-9X4T-5B8C-6."),
            text=text[:60],
            length=len(code),
        )
    wrong = sorted(set(code) - set(ALPHABET))
    if wrong:
        raise CodeError(
            N_("{text} is not a code: no code has the character {character}"),
            hint=N_("Look at the label again; codes have digits and capital letters, without I, L, O and U."),
            text=text[:60],
            character=wrong[0],
        )
    if not is_checked(code):
        raise CodeError(
            N_("{text} is mistyped: one character is wrong or two are swapped (by its check character)"),
            hint=N_("Compare it with the label, group by group, and type it again."),
            text=text[:60],
        )
    return code


def fold_beginning(text: str) -> str | None:
    """The first characters of a code as somebody typed them, folded like a whole one; None where no code begins so."""
    code = _SEPARATORS.sub("", text)
    code = code.upper().translate(_FOLD) if code.isascii() else code
    return code if len(code) <= CODE_LENGTH and set(code) <= set(ALPHABET) else None


def show_code(code: str) -> str:
    """Write a code in groups, as labels and screens show it: 7Q2M-9X4T-5B8C-6."""
    return f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}".rstrip("-")  # pages show thousands at a time


def item_payload(code: str, print_number: int) -> str:
    """The QR text of an item: 16 characters of QR's alphanumeric set (ISO/IEC 18004 §7.4.4).

    Raises:
        CodeError: the print number is not from 1 to 99.
    """
    if not 1 <= print_number <= MAX_PRINT:
        raise CodeError(
            N_("{code} was printed {count} times; 99 is the most"),
            hint=N_("Give the item a new code."),
            code=show_code(code),
            count=print_number,
        )
    return f"{code}*{print_number:02d}"


def form_payload(code: str) -> str:
    """The QR text of an item on a form: as on its label, but with the print 00, for a form is no label."""
    return f"{code}*00"


def place_payload(code: str) -> str:
    """The QR text of a place or a carrier: P: and its code."""
    return f"P:{code}"


def read_payload(text: str) -> ItemLabel | PlaceLabel | None:
    """Tell what a QR text is: an item's label, a place's label, or None for a QR that is not ours.

    Strict where typing is lenient: a label was drawn by us, to the letter, or it is foreign.

    Raises:
        CodeError: the text has the form of an item's label and a wrong check character.
    """
    if len(text) > MAX_PAYLOAD_LENGTH:
        return None
    if match := _ITEM.fullmatch(text):
        code, number = match.groups()
        if not is_checked(code):
            raise CodeError(
                N_("{text} has a wrong check character: this label was not printed by Serah"),
                hint=N_("Set the item aside and compare it with its waybill."),
                text=text,
            )
        return ItemLabel(code, int(number) or None, is_symbol=True)
    if text.startswith("P:") and _CUSTODIAN.fullmatch(text, 2):
        return PlaceLabel(text[2:])
    return None


def is_own_payload(text: str) -> bool:
    """Whether a text has the form of a label of ours, with a right check character or a wrong one."""
    try:
        return read_payload(text) is not None
    except CodeError:
        return True


def parse_entry(text: str) -> ItemLabel | PlaceLabel:
    """Read one line that a person typed or a USB scanner sent: a payload, a place's label, or a bare code.

    Raises:
        CodeError: it is none of these, or its check character is wrong.
    """
    line = text.strip()
    folded = line.upper()
    if folded.startswith("P:"):
        label = read_payload(folded)
        if label is not None:
            return label
    code, star, number = folded.partition("*")
    is_number = number.isascii() and number.isdigit() and len(number) <= 2
    if star and not (is_number and (int(number) or number == "00")):
        raise CodeError(
            N_("{text} is not a label: the print number after * is 01 to 99"),
            hint=N_("Type the code alone."),
            text=line[:60],
        )
    return ItemLabel(
        parse_code(code), int(number) or None if star else None, is_symbol=_ITEM.fullmatch(folded) is not None
    )


def parse_custodian(text: str) -> str:
    """Fold what somebody typed for a place, vendor or carrier to its code: upper case; plates without spaces.

    Raises:
        CodeError: no place or carrier can have this code.
    """
    code = text.strip().upper().removeprefix("P:")
    plate = re.sub(r"[\s\-]", "", code)
    if is_plate(plate):
        return plate
    if not _CUSTODIAN.fullmatch(code):
        raise CodeError(
            N_("{text} is not the code of a place or a number plate"),
            hint=N_("Use the code of the places table, for example 51.08.01, or a plate like DK 8123 AB."),
            text=text[:60],
        )
    return code


def show_plate(code: str) -> str:
    """A plate as people write it, DK 8123 AB; any other code as it is."""
    return " ".join(re.findall(r"[A-Z]+|[0-9]+", code)) if is_plate(code) else code


def is_plate(code: str) -> bool:
    """Whether a custodian's code is an Indonesian number plate, and so a carrier (DK8123AB)."""
    return _PLATE.fullmatch(code) is not None
