"""Numbers and dates in words, as official letters write them beside the digits.

Indonesian is regular: `se-` stands for one before ten, -teen, hundred and thousand, and nowhere else (not *sejuta* in
letters, where it is *satu juta*).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from custody.errors import N_
from custody.plan.levels import AREA, CARRIER, END, GROUP, STORE, VENDOR
from language import LevelWords, _, chosen, terms
from language.text import local_time, zone

_ONES = {
    "id": "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas dua_belas tiga_belas empat_belas "
    "lima_belas enam_belas tujuh_belas delapan_belas sembilan_belas",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
}
_TENS_EN = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GROUPS = {
    "id": ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1000, "ribu")),
    "en": ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand")),
}
_BELOW = 10**15
_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}
_DAYS = {
    "id": ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}


def in_words(number: int) -> str:
    """A count in words of the chosen language: 2024 is `dua ribu dua puluh empat`, `two thousand twenty-four`.

    Raises:
        ValueError: it is below 0, or 10**15 and more.
    """
    if not 0 <= number < _BELOW:
        raise ValueError(number)
    return _indonesian(number) if chosen() == "id" else _english(number)


def _indonesian(number: int) -> str:
    if number < 20:
        return _ONES["id"].split()[number].replace("_", " ")
    if number < 100:
        return _joined(_indonesian(number // 10) + " puluh", number % 10)
    if number < 1000:
        hundreds = number // 100
        return _joined("seratus" if hundreds == 1 else f"{_indonesian(hundreds)} ratus", number % 100)
    if 1000 <= number < 2000:
        return _joined("seribu", number % 1000)
    size, word = next(group for group in _GROUPS["id"] if number >= group[0])
    return _joined(f"{_indonesian(number // size)} {word}", number % size)


def _english(number: int) -> str:
    if number < 20:
        return _ONES["en"].split()[number]
    if number < 100:
        return _TENS_EN[number // 10] + (f"-{_english(number % 10)}" if number % 10 else "")
    if number < 1000:
        return _joined(f"{_english(number // 100)} hundred", number % 100)
    size, word = next(group for group in _GROUPS["en"] if number >= group[0])
    return _joined(f"{_english(number // size)} {word}", number % size)


def _joined(head: str, rest: int) -> str:
    """The words with those of the rest behind them, where there is one."""
    return f"{head} {in_words(rest)}" if rest else head


@dataclass(frozen=True, slots=True)
class LongDate:
    """A moment for a letter: names of day and month, day and year as numbers, and the clock with its zone; `date` is
    such as 14 Februari 2024.
    """

    weekday: str
    day: int
    month: str
    year: int
    date: str
    clock: str


def long_date(utc: str, place: str) -> LongDate | None:
    """A stored time as the clock at this place shows it; None for a text that is no time."""
    name, hours = zone(place)
    try:
        local = datetime.fromisoformat(utc).replace(tzinfo=None) + timedelta(hours=hours)
    except (ValueError, OverflowError):
        return None
    spoken = chosen()
    clock = f"{local:%H:%M}".replace(":", "." if spoken == "id" else ":")
    month = _MONTHS[spoken].split()[local.month - 1]
    date = f"{local.day} {month} {local.year}"
    return LongDate(_DAYS[spoken][local.weekday()], local.day, month, local.year, date, f"{clock} {name}")


def time_in_words(utc: str, place: str) -> str:
    """A stored time within a sentence: in Indonesian with day and month in full, which only tables shorten."""
    told = long_date(utc, place) if chosen() == "id" else None
    return f"{told.weekday}, {told.date} pukul {told.clock}" if told else local_time(utc, place)


# --- What the levels of the delivery tree are called ------------------------------------------------------------------


_ONE = {
    STORE: N_("Warehouse"),
    AREA: N_("Sub-district"),
    GROUP: N_("Village"),
    END: N_("Polling station"),
    VENDOR: N_("Vendor"),
    CARRIER: N_("Carrier"),
}
_MANY = {
    STORE: N_("Warehouses"),
    AREA: N_("Sub-districts (PPK)"),
    GROUP: N_("Villages (PPS)"),
    END: N_("Polling stations (TPS)"),
}
_SHORT = {AREA: "PPK", GROUP: "PPS", END: "TPS"}


def tree_levels() -> tuple[str, ...]:
    """The levels that the profile in force has, from the top down."""
    told = terms()
    return tuple(told.levels) if told else (STORE, AREA, GROUP, END)


def level_choices() -> str:
    """All levels as people call them, those beside the tree too; a table may have each of these words."""
    return ", ".join(map(level_word, (*tree_levels(), VENDOR, CARRIER)))


def level_word(level: str) -> str:
    """A level as people call it; the bare word where it is none of ours."""
    words = _named(level)
    return words.one if words else _(_ONE[level]) if level in _ONE else level


def level_heading(level: str) -> str:
    """All places of a level, as a heading: Sub-districts (PPK)."""
    words = _named(level)
    if words is None:
        return _(_MANY[level]) if level in _MANY else level_word(level)
    return f"{words.many} ({words.short})" if words.short not in ("", words.many) else words.many


def level_title(level: str) -> str:
    """A level above a column: Sub-district (PPK)."""
    words = _named(level)
    one, short = (words.one, words.short) if words else (level_word(level), _SHORT.get(level, ""))
    return f"{one} ({short})" if short not in ("", one) else one


def level_short(level: str) -> str:
    """A level in a word as short as there is: PPK."""
    words = _named(level)
    if words is None:
        return _SHORT.get(level) or level_word(level)
    return words.short or words.one


def level_inside(level: str) -> str:
    """A level within a sentence: in small letters, but for an abbreviation."""
    word = level_word(level)
    return word if word[1:2].isupper() else word[:1].lower() + word[1:]


def _named(level: str) -> LevelWords | None:
    told = terms()
    return told.levels[level][chosen()] if told and level in told.levels else None
