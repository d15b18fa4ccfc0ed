"""The user's language: translated texts, and times and numbers as people here write them.

Source texts are English; `language/locale` holds the catalogues. The language is chosen per context, so that one
process can serve an Indonesian and an English reader.
"""

import gettext as _gettext
import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LANGUAGES = ("id", "en")
_LOCALE = Path(__file__).parent / "locale"
_current: ContextVar[_gettext.NullTranslations | None] = ContextVar("language", default=None)
_chosen: ContextVar[str] = ContextVar("language_code", default="en")
_on_page: ContextVar[bool] = ContextVar("on_page", default=False)


def use(language: str, *, on_page: bool = False) -> None:
    """Speak this language from here on in this context: `id` or `en`.

    Args:
        on_page: whoever reads it has the page open, and types no command.
    """
    _chosen.set(language)
    _on_page.set(on_page)
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


def is_on_page() -> bool:
    """Whether what is said now is read on the page."""
    return _on_page.get()


# --- What the profile in force calls things ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LevelWords:
    """What a level is called in one language: one of it, many, and what stands before a name; empty: nothing does."""

    one: str
    many: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a profile calls things, by language: its words in place of Serah's, its levels, conditions and questions.

    `letter` are texts of the handover report: language, key and lines. `tables` are the words by which a table may name
    each level, and `zone` is the clock of all places; empty: that of each place's code.
    """

    words: Mapping[str, Mapping[str, str]]
    levels: Mapping[str, Mapping[str, LevelWords]]
    conditions: Mapping[str, Mapping[str, str]]
    questions: Mapping[str, Mapping[str, str]]
    tables: Mapping[str, tuple[str, ...]]
    letter: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    zone: str = ""
    _filled: dict[tuple[str, str], str] = field(default_factory=dict)

    def put_into(self, text: str, language: str) -> str:
        """The text with the profile's words in place of ours: whole words, outside of blanks, as each begins."""
        key = (language, text)
        if key not in self._filled:
            self._filled[key] = _replaced(text, self.words.get(language, {}))
        return self._filled[key]


def _replaced(text: str, words: Mapping[str, str]) -> str:
    if not words:
        return text
    known = {_capital(word): _capital(instead) for word, instead in words.items()} | dict(words)
    ours = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))

    def put(match: re.Match[str]) -> str:
        instead = known.get(match[0])
        if instead is None:  # a blank
            return match[0]
        before = text[: match.start()].rstrip('"“( ')
        return _capital(instead) if match[0][0].isupper() and (not before or before[-1] in ".!?") else instead

    return re.sub(rf"\{{[^{{}}]*\}}|(?<!\w)(?:{ours})(?!\w)", put, text)


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


_terms: Terms | None = None
"""Of the one station whose ledger this process has open; None: everything is called as in the elections of 2024."""


def use_terms(terms: Terms | None) -> None:
    """Speak in these terms from here on, in the whole process: it serves one station."""
    global _terms
    _terms = terms


def terms() -> Terms | None:
    """The terms in use; None: those of the elections of 2024, which the texts have."""
    return _terms


def in_terms(text: str, language: str | None = None) -> str:
    """A text in the chosen language, or the one that is named, with the words of the profile in force."""
    return _terms.put_into(text, language or chosen()) if _terms else text


def _(text: str) -> str:
    """The text in the chosen language; the English text where the catalogue has none."""
    translations = _current.get()
    said = translations.gettext(text) if translations else text
    return in_terms(said) if _terms else said


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the text for this count, in the chosen language."""
    translations = _current.get()
    said = translations.ngettext(one, many, count) if translations else (one if count == 1 else many)
    return in_terms(said) if _terms else said
