"""The time zone of a place, by the profile in force or the province in its code."""

from language import terms

# Indonesia's three zones by the first two digits of a place's code (the province, Kemendagri numbering). No
# daylight saving, so a fixed offset is exact.
_WITA = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})
_WIT = frozenset({"81", "82", "91", "92", "93", "94", "95", "96", "97"})
_WIB = frozenset(
    {"11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "31", "32", "33", "34", "35", "36", "61", "62"}
)


_HOURS = {"WIB": 7, "WITA": 8, "WIT": 9, "UTC": 0}


def zone(code: str) -> tuple[str, int]:
    """The time zone of a place, its name and hours ahead of UTC: the profile's, else by the province in its code; UTC
    if that is not Indonesian.
    """
    if (told := terms()) and told.zone:
        return (told.zone, _HOURS[told.zone])
    province = code[:2]
    if len(code) > 2 and code[2] != ".":
        return ("UTC", 0)
    if province in _WITA:
        return ("WITA", 8)
    if province in _WIT:
        return ("WIT", 9)
    if province in _WIB:
        return ("WIB", 7)
    return ("UTC", 0)
