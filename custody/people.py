"""Names of people and stations as they are compared: which of them are two, and which only look alike.

A name is only a statement. Where two people must sign, this checks that two different people are named.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

_BEFORE = """
bapak bpk pak ibu bu sdr sdri saudara saudari tuan tn nyonya ny nona nn mr mrs ms miss
h hj haji hajah hajjah kh kyai ustaz ustadz ustazah
drs dra dr drg drh ir prof apt ns
"""
"""Forms of address, religious titles, and degrees that stand before a name.

`I`, `Ni`, `Ida Bagus`, `Anak Agung`, `Gusti`, `Made` and the like are no titles: they belong to a Balinese name, and
tell brother from sister. Ranks and offices are not here either; they have fields of their own.
"""
_AFTER = """
sh se st ss sp sk sip sap sag sth spt spi ssi ssn ssos skom skm skep sked skg sfarm spd spsi sstp shut stp sst sei shi
mh mm mt mp ma mba mag map mak msi mpd msc mkom mkes mhum msos mip mikom mfarm mkn mth mpsi mstr mphil
spdh mpdh sagh magh amd amdkeb amdkep apd ak ca cpa phd llm lc ba bsc bba sppd spog spa spb ners gr
"""
"""Degrees that stand behind a name, without their dots: S.H., M.Si., S.Pd.H., A.Md.Keb."""
_FIRST, _LAST = frozenset(_BEFORE.split()), frozenset(_AFTER.split())
_LONGEST_AFTER = 4
"""So many words a degree may have: `A. Md. Keb.`"""

_FROM_OTHER_SCRIPTS = str.maketrans(
    "аАЬВсСԁеҽЕԌһНіꙇӏјЈКІӀМоОрРԛгѕЅТѵѴѡԝԜхХуүУҮαΑΒΕϜΗιϳͿΚΙΜϺΝοσΟρΡΤυνΧγΥΖքցհոռօՕգզՏսՍաɑɡıɩ",
    "aAbBcCdeeEGhHiiijJKllMoOpPqrsSTvVwwWxXyyYYaABEFHijJKlMMNooOpPTuvXyYZfghnnoOqqSuUwagii",
)
"""Letters of other scripts that look like one Latin letter: those of Cyrillic, Greek and Armenian that the file
confusables.txt of Unicode Technical Standard 39 has, and four Latin ones.
"""
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
"""Combining marks of Latin letters; those of other scripts tell one letter from another."""
_LOOK_LIKE_L_AND_O = str.maketrans("1i|0", "lllo")
"""Of the same file: one, capital I and l; zero and O. Cases are folded before, so i stands for I too."""


def person(name: str) -> str:
    """A name as people are compared: without case, accents, spaces, signs, titles and degrees, in one form of Unicode.

    Letters of another script that look like Latin ones count as those. A name of titles alone is compared as it is; one
    without a letter or digit is empty.
    """
    words = [_bare(word) for word in re.split(r"[\s,;/]+", _plain(name))]
    words = [word for word in words if word]
    while len(words) > 1 and words[0] in _FIRST:
        words = words[1:]
    while (count := _degree_at_end(words)) and count < len(words):
        words = words[:-count]
    return "".join(words)


def distinct_people(names: Iterable[str]) -> list[str]:
    """Return the names without repeats of one person, each as it is written first; empty names are dropped."""
    found: dict[str, str] = {}
    for name in names:
        if key := person(name):
            found.setdefault(key, name)
    return list(found.values())


class NamedTwice(NamedTuple):
    """A name of somebody who has another part in the same handover: which part it is, and the name as it is written."""

    role: Literal["receiver", "witness"]
    name: str


def named_twice_in(giver: str, receiver: str, witnesses: Iterable[str]) -> tuple[NamedTwice, ...]:
    """Who gives, receives and witnesses as one person who was named before in this order; flagged, never refused.

    Two people may share a name: that they are two is for those to say who were there.
    """
    return tuple(_again(giver, receiver, witnesses))


def _again(giver: str, receiver: str, witnesses: Iterable[str]) -> Iterator[NamedTwice]:
    seen = {person(giver)}
    if (key := person(receiver)) and key in seen:
        yield NamedTwice("receiver", receiver)
    seen.add(key)
    for name in witnesses:
        if (key := person(name)) and key in seen:
            yield NamedTwice("witness", name)
        seen.add(key)


def is_taken_for(name: str, place: str, other: str, other_place: str) -> bool:
    """Whether one station is easily taken for another: of one look at one place, or written with other letters.

    The same name at two places is none: many places have a station called after their office.
    """
    looks_alike = skeleton(name) == skeleton(other)
    return looks_alike and (place == other_place or _one_case(name) != _one_case(other))


def skeleton(name: str) -> str:
    """What a name looks like (after UTS 39): two names of one skeleton are easily taken for each other.

    Stricter than `person`: a one is taken for an l, and a zero for an O, as a station's number may be.
    """
    return _bare(_plain(name)).translate(_LOOK_LIKE_L_AND_O)


def _plain(text: str) -> str:
    """One form of Unicode, one script, one case, Latin letters without their accents."""
    folded = _one_case(unicodedata.normalize("NFKC", text).translate(_FROM_OTHER_SCRIPTS))
    apart = unicodedata.normalize("NFD", folded).translate(_FROM_OTHER_SCRIPTS)  # some letters it has small alone
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


def _one_case(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _bare(word: str) -> str:
    """A word's letters, their marks and digits; empty where it has none."""
    return "".join(char for char in word if char.isalnum() or unicodedata.category(char)[0] == "M")


def _degree_at_end(words: list[str]) -> int:
    """How many of the last words are one degree; 0 where none are."""
    return next((n for n in range(1, _LONGEST_AFTER + 1) if "".join(words[-n:]) in _LAST and n <= len(words)), 0)
