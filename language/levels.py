"""What the levels of the delivery tree are called."""

from collections.abc import Iterable

from language import _


def level_words(levels: Iterable[str]) -> str:
    """Levels as people call them, one after the other; a table may have each of these words."""
    return ", ".join(map(level_word, levels))


def level_word(level: str) -> str:
    """A level as people call it; the bare word where it is none of ours."""
    names = {
        "warehouse": _("Warehouse"),
        "district": _("Sub-district"),
        "village": _("Village"),
        "polling_station": _("Polling station"),
        "vendor": _("Vendor"),
        "carrier": _("Carrier"),
    }
    return names.get(level, level)
