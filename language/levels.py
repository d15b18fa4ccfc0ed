"""What the levels of the delivery tree are called."""

from language import _


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
