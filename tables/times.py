"""Moments and counts as people write them in a table, turned into UTC and whole numbers."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9, "UTC": 0, "GMT": 0, "Z": 0}
_MONTHS = (
    "jan januari january",
    "feb februari february peb pebruari",
    "mar maret march",
    "apr april",
    "mei may",
    "jun juni june",
    "jul juli july",
    "agu ags agt agustus aug august",
    "sep sept september",
    "okt oktober oct october",
    "nov november nop nopember",
    "des desember dec december",
)
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}
_MOMENT = re.compile(
    r"(?:[^\W\d_]{3,6}'?[^\W\d_]{0,2},? )?"  # the day's name
    r"(?:(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"|(?P<day>[0-9]{1,2})(?P<sign>[/.\- ])(?P<month>[0-9]{1,2}|[^\W\d_]{3,9})(?P=sign)(?P<year>[0-9]{4}))"
    r"(?:(?:[T ]|, ?| (?:pukul|jam|pkl\.?|at) )(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})"
    r"(?:[:.](?P<second>[0-9]{2})(?:\.0+)?)?"
    r" ?(?P<zone>WIB|WITA|WIT|UTC|GMT|Z|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"(?:[0-9]{1,18}|[0-9]{1,3}(?P<sign>[., '])[0-9]{3}(?:(?P=sign)[0-9]{3})*)(?:,00?)?", re.ASCII)


class NoZoneError(ValueError):
    """A moment without its time zone: it could be any of three hours in Indonesia."""


class NoHourError(ValueError):
    """A day without an hour."""


@lru_cache(maxsize=512)  # the rows of a table share a few
def parse_moment(text: str, hours_ahead: int | None = None) -> str:
    """Turn `2024-02-12T18:00:00+08:00`, `12/02/2024 18:00 WITA` (the day first) or `12 Februari 2024 pukul 18.00 WITA`
    into `2024-02-12T10:00:00Z`.

    Args:
        hours_ahead: how far ahead of UTC the clock is that is meant where the text names no zone; None: not known.

    Raises:
        NoHourError: a day alone.
        NoZoneError: no offset and none of WIB, WITA, WIT, UTC, and no clock is meant.
        ValueError: no date, or one that no calendar has.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None or not text.isascii():
        raise ValueError(text)
    day = datetime.fromisoformat(match["iso"] or _iso(match))
    if match["hour"] is None:
        raise NoHourError(text)
    if not match["zone"] and hours_ahead is None:
        raise NoZoneError(text)
    offset = _offset(match["zone"].upper()) if match["zone"] else timezone(timedelta(hours=hours_ahead or 0))
    local = day.replace(hour=int(match["hour"]), minute=int(match["minute"]), second=int(match["second"] or 0))
    try:
        moment = local.replace(tzinfo=offset).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=512)
def names_zone(text: str) -> bool:
    """Whether a moment says its time zone itself."""
    match = _MOMENT.fullmatch(text.strip())
    return match is not None and bool(match["zone"])


def whole_number(text: str) -> int | None:
    """The number that `17518`, `17.518`, `17 518` or `17,518` writes, or None where a text is none."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return None
    digits = text if match["sign"] == "," else text.rpartition(",")[0] or text
    digits = re.sub(r"[^0-9]", "", digits)
    return int(digits) if len(digits) <= 18 else None


def _iso(match: re.Match[str]) -> str:
    """A day written the Indonesian way, day first, as ISO writes it."""
    word = match["month"].casefold()
    month = int(word) if word.isdigit() else _MONTH_OF.get(word, 0)
    return f"{match['year']}-{month:02}-{int(match['day']):02}"


def _offset(zone: str) -> timezone:
    if zone in _ZONES:
        return timezone(timedelta(hours=_ZONES[zone]))
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if int(digits[2:]) > 59 or size > timedelta(hours=14):
        raise ValueError(zone)
    return timezone(-size if zone[0] == "-" else size)
