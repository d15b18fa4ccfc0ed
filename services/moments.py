"""Moments that people name, past or future: with their hour and time zone."""

from custody.errors import N_, InputError
from db.store import Store
from tables.cells import NoZoneError, parse_moment


def moment_of(option: str, text: str | None, store: Store) -> str:
    """The moment that an option names, in UTC; now, where it names none.

    Raises:
        InputError: it is no moment, or has no time zone.
    """

    if text is None:
        return store.around.now_utc()
    try:
        return parse_moment(text)
    except NoZoneError:
        message = N_("{option} {text} does not say the hour and its time zone")
    except ValueError:
        message = N_("{option} {text} is no date and time")
    raise InputError(message, hint=N_('Write it like "2024-02-12 18:00 WITA".'), option=option, text=text[:60])
