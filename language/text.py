"""Texts, times and numbers for people, safe also where a hostile label or file made them.

Commands, pages and papers only show texts from outside after `printable`.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from custody.errors import N_, CustodyError, Fault
from language import _, chosen, is_on_page, terms

_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_DAYS = {
    "id": ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_SYSTEM_REASONS = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("No space left on device"),
    N_("Read-only file system"),
    N_("Input/output error"),
    N_("File name too long"),
    N_("Connection refused"),
    N_("Connection reset by peer"),
    N_("Connection timed out"),
    N_("timed out"),
    N_("Network is unreachable"),
    N_("No route to host"),
    N_("Name or service not known"),
    N_("Temporary failure in name resolution"),
    N_("No such device or address"),
    N_("Device or resource busy"),
    N_("Invalid argument"),
)
"""Why the computer refuses, as it says it itself: what is most often met, so that it is said in people's language."""
_LONG, _LONG_NAME = 400, 120
"""Characters of one value in a message: a list of codes fits, a novel does not. The longest name of a log has 84."""
_NAMES = frozenset({"log", "station", "place", "by", "name", "other"})
"""Values that are one name."""
_COUNTS = frozenset({"count", "total", "more", "limit", "most", "expected"})
"""Values that count something: shown as `number` shows them. What else is a whole number is one of a record or row."""


def printable(text: str, limit: int = 80) -> str:
    """Any text as one harmless line of at most `limit` characters, the cut shown by an ellipsis.

    Control, direction and other invisible characters become `[U+202E]`: none moves the cursor of a terminal, turns a
    line around, or makes two texts look the same.
    """
    if len(text) <= limit and text.isprintable():  # as nearly all are, and pages show thousands
        return text
    spaced = re.sub(r"\s", " ", text[: limit + 1])
    shown = "".join(char if char.isprintable() else f"[U+{ord(char):04X}]" for char in spaced)
    return shown if len(shown) <= limit else shown[: max(limit - 1, 0)] + "…"


def fill(template: str, values: Mapping[str, object]) -> str:
    """A template in the chosen language with its blanks filled, each value printable.

    `way`, or a value whose name ends in `_way`, is a code of `WAYS`: its command line stands there, or the page that
    does it where people read it on the page. `typed` is what a terminal takes for the thing before it, as ` (--to)`;
    empty for who types no command.
    """
    shown = {
        name: number(value)
        if isinstance(value, int) and name in _COUNTS
        else value
        if isinstance(value, int | float)
        else reason(value)
        if name == "reason"
        else printable(str(value), _LONG_NAME if name in _NAMES else _LONG)
        for name, value in values.items()
    }
    ways = [name for name in values if name == "way" or name.endswith("_way")]
    shown |= {name: _way_words(str(values[name]), shown) for name in ways if values[name] in WAYS}
    if typed := values.get("typed"):
        shown["typed"] = "" if is_on_page() else f" ({_(str(typed))})"
    return _(template).format(**shown)


def _way_words(way: str, shown: Mapping[str, object]) -> str:
    if is_on_page() and WAYS[way].instead:
        return _(WAYS[way].instead).format(**shown)
    if is_on_page() and WAYS[way].page:
        return _("page {name}").format(name=_(PAGES[WAYS[way].page]))
    return command_line(way, **shown)


def command_line(way: str, /, **values: object) -> str:
    """Word a way of `WAYS` for a terminal, or what stands on the page instead; `values` fill its blanks as they are, so
    quote them for a shell.
    """
    return _((is_on_page() and WAYS[way].instead) or WAYS[way].command).format(**values)


def reason(why: object) -> str:
    """Why the computer refused, in the chosen language where it is one of the common reasons; printable."""
    return printable(_(str(why)) if why in _SYSTEM_REASONS else str(why), _LONG)


def error_text(error: CustodyError) -> str:
    """What a refusal says, on one line in the chosen language."""
    return fill(error.message, error.values)


def sentence(text: str) -> str:
    """A message as a sentence: with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def hint_text(error: CustodyError) -> str:
    """What the user can do about a refusal; empty where there is nothing."""
    return fill(error.hint, error.values) if error.hint else ""


def fault_text(fault: Fault) -> str:
    """One fault of a file with where it is: `places.csv, row 3, column kode (A3): is empty`."""
    where = [printable(fault.file)] if fault.file else []
    if fault.row is not None:
        row = N_("line {row}") if fault.file.endswith(".toml") else N_("row {row}")
        where.append(fill(row, {"row": fault.row}))
    if fault.column:
        where.append(fill(N_("column {column}"), {"column": printable(fault.column, 40)}))
        where[-1] += f" ({fault.cell})" if fault.cell else ""
    message = fill(fault.message, fault.values)
    return f"{', '.join(where)}: {message}" if where else message


def local_time(utc_text: str, place_code: str, *, seconds: bool = False) -> str:
    """A stored UTC time as a clock at this place shows it: `Sen, 12 Feb 2024 18.00 WITA`, `Mon 12 Feb 2024 18:00 WITA`.

    A text that is no time is shown as it is, printable: a ledger may hold what a broken station wrote.
    """
    name, hours = zone(place_code)
    try:
        local = datetime.fromisoformat(utc_text).replace(tzinfo=None) + timedelta(hours=hours)
    except (ValueError, OverflowError):
        return printable(utc_text)
    speaks_indonesian = chosen() == "id"
    day = _DAYS[chosen()][local.weekday()] + ("," if speaks_indonesian else "")
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    clock = clock.replace(":", ".") if speaks_indonesian else clock
    return f"{day} {local.day} {_MONTHS[chosen()][local.month - 1]} {local.year} {clock} {name}"


def short_time(utc_text: str, place_code: str) -> str:
    """A stored UTC time for a table whose page says the zone elsewhere: `12 Feb 2024 18.00`, `12 Feb 2024 18:00`."""
    words = local_time(utc_text, place_code).split()
    return " ".join(words[1:5]) if len(words) == 6 else local_time(utc_text, place_code)


def number(value: int) -> str:
    """A count with its thousands apart: 25.025 in Indonesian, 25,025 in English."""
    text = f"{value:,}"
    return text.replace(",", ".") if chosen() == "id" else text


def decimal(value: float, places: int = 2) -> str:
    """A measure to so many places, without the noughts at its end: 0,75 in Indonesian, 0.75 in English."""
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text == "-0":
        text = "0"
    return text.replace(".", ",") if chosen() == "id" else text


def share(part: int, whole: int) -> str:
    """A share in per cent to a tenth, rounded down: `45,8%` in Indonesian, `45.8 %` in English; a dash of nothing.

    100 % means all of it, and 0 % none: where it is less than a tenth, `<0,1%`.
    """
    if not whole:
        return "–"
    words = f"<{decimal(0.1)}" if 0 < 1000 * part < whole else decimal(1000 * part // whole / 10, 1)
    return f"{words}%" if chosen() == "id" else f"{words} %"


# ----------------------------------------------------------------------------------------------------------------------
# What people can do, by the code that a hint or another text names as `way`: each edge words it in its own way. No
# other module spells a command line out.


PAGES: dict[str, str] = {
    "/": N_("Start"),
    "/scan": N_("Scan"),
    "/items": N_("Items"),
    "/dashboard": N_("Dashboard"),
    "/meet": N_("Meet"),
    "/labels": N_("Labels"),
    "/plan": N_("Plan"),
    "/records": N_("Records"),
    "/reports": N_("Reports"),
}
"""The pages that stand at the top of each page, by their addresses, and what they are called."""


class Way(NamedTuple):
    """The command line that does it; the address of the page where it is done, empty where there is none; and what
    stands on the page instead, where it is no page.
    """

    command: str
    page: str = ""
    instead: str = ""


_PUT_BACK, _PEOPLE = N_("an empty folder, and “Put a lost station back” there"), N_("the page “Who works here”")
WAYS: dict[str, Way] = {
    "admit": Way(N_("python main.py admit KEYFILE"), "/meet"),
    "admit_card": Way(N_("python main.py admit station-card.json"), "/meet"),
    "join_card": Way(N_("python main.py join station-card.json"), "/meet"),
    "backup": Way(N_("python main.py backup FILE"), "/meet"),
    "calibrate": Way(N_("python main.py labels --calibrate --out page.pdf"), "/labels"),
    "claim": Way(N_("python main.py claim"), "/records"),
    "continue": Way(N_("python main.py init --continue"), instead=_PUT_BACK),
    "continue_from": Way(N_("python main.py init --continue --from FILE"), instead=_PUT_BACK),
    "correct": Way(N_("python main.py correct EVENT"), "/records"),
    "custody": Way(N_("python main.py custody CODE"), "/items"),
    "custody_at": Way(N_("python main.py --home {home} custody {code}")),
    "doctor": Way(N_("python main.py doctor"), "/meet"),
    "drafts": Way(N_("python main.py drafts"), "/"),
    "drop": Way(N_("python main.py drop STRANGER"), "/records"),
    "evidence": Way(N_("python main.py witness --evidence FOLDER")),
    "export_strangers": Way(N_("python main.py export --with-strangers"), "/meet"),
    "help": Way(N_("python main.py {command}--help")),
    "import": Way(N_("python main.py import FILE"), "/meet"),
    "incident": Way(N_("python main.py incident"), "/records"),
    "incident_add": Way(N_('python main.py incident --stage transport "Truck DK 8123 AB has a flat tyre"'), "/records"),
    "incident_close": Way(N_("python main.py incident --close {seq} TEXT"), "/records"),
    "init": Way(N_("python main.py init --place CODE --station NAME"), instead=N_("an empty folder")),
    "init_again": Way(
        N_("python main.py init --place {place} --station {station} --root {root}{election}"),
        instead=N_("a new folder, and this root: {root}"),
    ),
    "init_root": Way(N_("python main.py init --root {root}"), instead=N_("a new folder, and this root: {root}")),
    "items": Way(N_("python main.py items"), "/items"),
    "items_held": Way(N_("python main.py items --held-by {giver}")),
    "items_to": Way(N_("python main.py items --to PLACE"), "/items"),
    "labels": Way(N_("python main.py labels"), "/labels"),
    "key_in": Way(
        N_(
            "python main.py handover --from {giver} --to {to}{bound} "
            '--occurred "2024-02-12 05:30 WITA" --giver "..." --receiver "..." --codes -'
        )
    ),
    "labels_of": Way(N_("python main.py labels {chosen} --out labels.pdf")),
    "load": Way(N_("python main.py load FILE"), "/plan"),
    "load_deliveries": Way(N_("python main.py receive --load {file}"), "/records"),
    "load_file": Way(N_("python main.py load {file}")),
    "load_points": Way(N_("python main.py point --load {file}"), "/records"),
    "measured": Way(N_("python main.py printer office --measured A,B,C,D"), "/labels"),
    "new_key": Way(N_("python main.py init --continue --new-key"), instead=_PUT_BACK),
    "pack_check": Way(N_("python main.py pack PARENT --check full CODES"), "/records"),
    "pack_more": Way(N_("python main.py pack PARENT --add (or --remove, --check) --source SOURCE"), "/records"),
    "pins": Way(N_("python main.py pins"), instead=_PEOPLE),
    "pins_forget": Way(N_("python main.py pins --forget"), instead=_PEOPLE),
    "plan": Way(N_("python main.py plan"), "/plan"),
    "point": Way(N_("python main.py point"), "/records"),
    "profile": Way(N_("python main.py profile NAME"), "/records"),
    "policy": Way(N_("python main.py export --policy FILE"), instead=N_("the list of the logs' keys")),
    "proof": Way(N_("python main.py custody CODE --proof FILE"), "/items"),
    "record": Way(N_("python main.py drafts --record {id}{options}")),
    "recover": Way(N_("python main.py init --recover"), instead=_PUT_BACK),
    "recovery": Way(N_("python main.py recovery --out FILE.pdf")),
    "report": Way(N_("python main.py report {report} --number {number} --out FILE.pdf"), "/reports"),
    "reprint": Way(N_("python main.py reprint CODE"), "/labels"),
    "reprint_now": Way(N_("python main.py reprint {codes} --reason {reason} {people} --out labels.pdf")),
    "reprint_printed": Way(N_("python main.py reprint CODE --reason TEXT --by NAME --by NAME --out FILE"), "/labels"),
    "resume": Way(N_("python main.py drafts --resume {id}{options}")),
    "revoke": Way(N_("python main.py revoke"), "/records"),
    "sync": Way(N_("python main.py sync ADDRESS"), "/meet"),
    "sync_at": Way(N_("python main.py sync '{address}'")),
    "token": Way(N_("python main.py token"), "/"),
    "twins": Way(N_("python main.py twins"), "/plan"),
    "verify": Way(N_("python main.py verify"), "/meet"),
    "verify_root": Way(N_("python main.py verify FILE --root FINGERPRINT")),
    "void": Way(N_("python main.py void CODE --reason spoiled"), "/records"),
    "withdraw": Way(N_("python main.py withdraw"), "/plan"),
}


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
