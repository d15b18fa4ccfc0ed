"""The user's language: translated texts, and times and numbers as people here write them.

Source texts are English; `language/locale` holds the catalogues. The language is chosen per context, so that one
process can serve an Indonesian and an English reader.
"""

import gettext as _gettext
import os
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("id", "en")
_LOCALE = Path(__file__).parent / "locale"
_current: ContextVar[_gettext.NullTranslations | None] = ContextVar("language", default=None)
_chosen: ContextVar[str] = ContextVar("language_code", default="en")


def use(language: str) -> None:
    """Speak this language from here on in this context: `id` or `en`."""
    _chosen.set(language)
    _current.set(_catalogue(language))


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    """A language's texts, looked for once: gettext asks the disk for each of their possible places every time."""
    return _gettext.translation("serah", _LOCALE, [language], fallback=True)


def use_in_process(language: str) -> None:
    """Speak this language here and in libraries that ask gettext themselves, as click does: their domain is ours."""
    use(language)
    _gettext.bindtextdomain("serah", _LOCALE)
    _gettext.textdomain("serah")
    os.environ["LANGUAGE"] = language


def chosen() -> str:
    """The language in use: `id` or `en`."""
    return _chosen.get()


def _(text: str) -> str:
    """The text in the chosen language; the English text where the catalogue has none."""
    translations = _current.get()
    return translations.gettext(text) if translations else text


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the text for this count, in the chosen language."""
    translations = _current.get()
    return translations.ngettext(one, many, count) if translations else (one if count == 1 else many)
