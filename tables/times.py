"""Moments as people write them in a table, turned into UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone

_ZONES = {"WIB": 7, "WITA": 8, "WIT": 9, "UTC": 0, "GMT": 0, "Z": 0}
_MOMENT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<hour>[0-9]{2})[:.](?P<minute>[0-9]{2})"
    r"(?:[:.](?P<second>[0-9]{2})(?:\.0+)?)?"
    r" ?(?P<zone>WIB|WITA|WIT|UTC|GMT|Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII | re.IGNORECASE,
)


class NoZoneError(ValueError):
    """A moment without its time zone: it could be any of three hours in Indonesia."""


def parse_moment(text: str) -> str:
    """Turn `2024-02-12T18:00:00+08:00` or `2024-02-12 18:00 WITA` into `2024-02-12T10:00:00Z`.

    Raises:
        NoZoneError: no offset and none of WIB, WITA, WIT, UTC.
        ValueError: no date, or one that no calendar has.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise NoZoneError(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else ValueError(text)
    if not match["zone"]:
        raise NoZoneError(text)
    local = datetime.fromisoformat(f"{match['date']}T{match['hour']}:{match['minute']}:{match['second'] or '00'}")
    try:
        moment = local.replace(tzinfo=_offset(match["zone"].upper())).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _offset(zone: str) -> timezone:
    if zone in _ZONES:
        return timezone(timedelta(hours=_ZONES[zone]))
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if int(digits[2:]) > 59 or size > timedelta(hours=14):
        raise ValueError(zone)
    return timezone(-size if zone[0] == "-" else size)
