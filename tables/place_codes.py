"""The codes of places that a list names: official ones by name, codes of their own for those that no table has."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from custody.plan.levels import STORE
from custody.plan.places import Place
from tables.areas import areas_under
from tables.vocabulary import fold

_PREFIX = re.compile(r"(?:kecamatan|kec\.?|distrik|ppk|desa|ds\.|kelurahan|kel\.?|pps|kampung|nagari|gampong)\s+", re.I)
_KELURAHAN, _DESA = re.compile(r"(?:kelurahan|kel\.?)\s", re.I), re.compile(r"(?:desa|ds\.)\s", re.I)
_LIKE = 0.75
NEW = "new"
"""Given as a place's code: a code of its own."""


def bare(name: str) -> str:
    """A place's name without `Kecamatan`, `Desa` or `PPS` before it."""
    return _PREFIX.sub("", name, count=1) if _PREFIX.match(name) else name


@dataclass(frozen=True, slots=True)
class Named:
    """What became of a name: the place's code and name, or what it may be: codes and names that look like it.

    `is_new`: no table has the name, and `code` is one of its own.
    """

    code: str = ""
    name: str = ""
    like: tuple[tuple[str, str], ...] = ()
    is_new: bool = False


@dataclass(slots=True)
class Names:
    """The places below a station's place by name: those of the plan, else the official ones.

    `top` is the place at the top of the tree, `known` the plan by codes, and `said` the codes that somebody gave for
    names, which are folded (`tables.questions.Reading.names`).
    """

    top: str
    known: Mapping[str, Place]
    said: Mapping[str, str]
    _below: dict[str, dict[str, str]] = field(default_factory=dict)

    def find(self, name: str, parent: str, path: str, code: str = "") -> Named:
        """Return the place of this name below `parent`.

        Args:
            path: the name as `said` has it, with the sub-district before a village.
            code: the one that the table brings, which holds whatever the name.
        """
        there = self._children(parent)
        if code:
            return Named(code, there.get(code, _tidy(name)))
        said = self.said.get(fold(path), "")
        if said and said != NEW:
            return Named(said, there.get(said, _tidy(name)))
        same = [area for area, other in there.items() if fold(bare(other)) == fold(bare(name))]
        same = _by_form(name, [area for area in same if area in self.known] or same)
        if len(same) == 1:
            return Named(same[0], there[same[0]])
        by_fold = {fold(bare(other)): area for area, other in there.items()}
        near = same or [by_fold[key] for key in get_close_matches(fold(bare(name)), by_fold, 4, _LIKE)]
        if near and not said:
            return Named(like=tuple((area, there[area]) for area in near))
        return Named(f"{parent}.{_slug(name)}", _tidy(name), is_new=True)

    def warehouse(self) -> Place:
        """The place at the top, where the plan does not have it yet."""
        name = areas_under(self.top).get(self.top, "")
        return Place(self.top, f"Gudang KPU {name.title()}" if name else f"Gudang {self.top}", STORE)

    def _children(self, parent: str) -> dict[str, str]:
        """The names of the places right below one; the plan's go before the official ones."""
        if not self._below:
            for code, name in areas_under(self.top).items():
                self._below.setdefault(code.rpartition(".")[0], {})[code] = name
            for place in self.known.values():
                if place.parent is not None:
                    self._below.setdefault(place.parent, {})[place.code] = bare(place.name)
        return self._below.get(parent, {})


def official(code: str) -> str:
    """A code with the dots that a spreadsheet or another system left out: 5108012010 is 51.08.01.2010."""
    if re.fullmatch(r"[0-9]{6}|[0-9]{10}", code, re.ASCII):
        return ".".join(filter(None, (code[:2], code[2:4], code[4:6], code[6:])))
    return code


def _by_form(name: str, codes: list[str]) -> list[str]:
    """Of several the one whose number is of a desa (2...) or a kelurahan (1...), where the name says which it is."""
    first = "1" if _KELURAHAN.match(name) else "2" if _DESA.match(name) else ""
    fitting = [code for code in codes if first and code.rpartition(".")[2].startswith(first)]
    return fitting if len(codes) > 1 and len(fitting) == 1 else codes


def _tidy(name: str) -> str:
    text = bare(name)
    return text.title() if text.isupper() else text


def _slug(name: str) -> str:
    """Return a name as a part of a code: only letters and digits, always the same."""
    return re.sub(r"[^0-9A-Z]+", "", bare(name).upper())[:20] or "X"


def unlike(names: Iterable[str]) -> str:
    """Names in one line, the first of many."""
    shown = list(names)
    return ", ".join(shown[:10]) + (f" (+{len(shown) - 10})" if len(shown) > 10 else "")
