"""What a vendor's own barcode says: one form for all ways in which it is written, and the serial number in it.

A GS1 barcode (GS1 General Specifications, 3.2 and 7.8) is written for people as (01)08991234567895(21)A0001, and read
by scanners as the same without brackets, with a separator behind some parts, or with the symbology's name before it.
"""

import re

LONGEST = 200
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z](?=.)")
_AI = re.compile(r"\(([0-9]{2,4})\)")
_SEPARATOR = "\x1d"
_ELEMENTS = re.compile(r"(?:\][CdeQ][12]|\]e0)|\([0-9]{2,4}\)|01[0-9]{14}21[!-z]", re.ASCII)
"""How a GS1 barcode begins: with its symbology, with a bracket, or with an article's number and a serial number."""
_SERIAL = re.compile(r"(?:00[0-9]{18}|01[0-9]{14}|1[1-7][0-9]{6})*21([!-z]{1,20})")
"""The parts of fixed length that may stand before a serial number, application identifier 21."""


def fold_vendor_code(text: str) -> str | None:
    """Return the one form of a vendor's code; None for what no barcode on goods says.

    That is what is blank, longer than `LONGEST` or has control characters. Capitals count, as they do in barcodes.
    """
    bare = _AI.sub(r"\1", _SYMBOLOGY.sub("", text.strip(), count=1).replace(_SEPARATOR, ""))
    return bare if 0 < len(bare) <= LONGEST and bare.isprintable() else None


def seal_number(text: str) -> str:
    """Return the number that a seal's barcode says: of a GS1 barcode its serial number, else the whole of it.

    What is no GS1 barcode, or no barcode at all, comes back as it is.
    """
    bare = text.strip()
    if _SEPARATOR not in bare and not (_ELEMENTS.match(bare) and _is_article(bare)):
        return text
    return next(reversed(serials_in(bare)), text)


def _is_article(text: str) -> bool:
    """Whether an article's number without brackets has its check digit (GS1 General Specifications, 7.9)."""
    if text[0] in "](":
        return True
    digits = [int(digit) for digit in text[2:16]]
    return (3 * sum(digits[0::2]) + sum(digits[1::2])) % 10 == 0


def serials_in(text: str) -> tuple[str, ...]:
    """Return the serial numbers that a barcode may mean: the whole of it, and its part of that name."""
    whole = fold_vendor_code(text)
    if whole is None:
        return ()
    named = re.search(r"\(21\)([!-z]{1,20}?)(?=\(|\x1d|$)", text.strip())
    parts = _SYMBOLOGY.sub("", text.strip(), count=1).split(_SEPARATOR)
    found = [named.group(1)] if named else [match.group(1) for part in parts if (match := _SERIAL.fullmatch(part))]
    return tuple(dict.fromkeys([whole, *found]))
