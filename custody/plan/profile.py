"""The profile of an election or another use: what its levels are called, in which phases its goods come, its words.

The root records it, and it travels with the root's log. Without one, everything is called as in the elections of 2024.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from custody.chain.roster import Roster
from custody.format.events import Event
from custody.plan.field import in_force
from custody.plan.levels import are_a_tree

Language = Literal["id", "en"]
DEFAULT = "pemilu-2024"
"""The name of the profile that holds where root has recorded none."""


class LevelName(msgspec.Struct, frozen=True):
    """What a level of the tree (`custody.plan.levels`) is called in both languages, one of it and many.

    `short` is what stands before a name, as PPK, or empty; `words` are what a table may call the level besides.
    """

    level: str
    name_id: str
    name_en: str
    many_id: str
    many_en: str
    short: str = ""
    words: tuple[str, ...] = ()


class Phase(msgspec.Struct, frozen=True):
    """Kinds that come together. `days` before the day itself they are due; None: no time is set."""

    code: str
    name_id: str
    name_en: str
    kinds: tuple[str, ...]
    days: int | None = None


class Condition(msgspec.Struct, frozen=True):
    """What one of the frozen conditions of things is called here."""

    condition: str
    name_id: str
    name_en: str


class Question(msgspec.Struct, frozen=True):
    """A question of a checklist. A record has its key."""

    key: str
    name_id: str
    name_en: str


class Checklist(msgspec.Struct, frozen=True):
    """The questions of one checklist, by its name."""

    about: str
    questions: tuple[Question, ...]


class Word(msgspec.Struct, frozen=True):
    """A word of Serah's texts, and what stands in its place here: whole words, in one language."""

    language: Language
    word: str
    instead: str


class LetterText(msgspec.Struct, frozen=True):
    """A key of the letter's template and its text, or the lines of a list, in one language."""

    language: Language
    key: str
    lines: tuple[str, ...]


class Profile(msgspec.Struct, frozen=True):
    """A profile as it is recorded. `levels` run from the top down.

    `codes`: `official` where places have the codes of the Home Ministry, which are then known without a plan; else
    `free`. `zone` is the clock of all places, as WITA; empty: that of each place's own code.
    """

    name: str
    name_id: str
    name_en: str
    codes: Literal["official", "free"]
    zone: Literal["", "WIB", "WITA", "WIT", "UTC"]
    levels: tuple[LevelName, ...]
    phases: tuple[Phase, ...] = ()
    conditions: tuple[Condition, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    words: tuple[Word, ...] = ()
    letter: tuple[LetterText, ...] = ()

    @property
    def has_official_codes(self) -> bool:
        """Whether a code formed as the Home Ministry's is a place before any plan is known."""
        return self.codes == "official"

    @property
    def level_values(self) -> tuple[str, ...]:
        """The levels as the ledger writes them, from the top down."""
        return tuple(named.level for named in self.levels)

    def phase_of(self, kind: str) -> Phase | None:
        """The phase in which a kind comes; None where the profile does not say."""
        return next((phase for phase in self.phases if kind in phase.kinds), None)


def fields_of_event(profile: Profile, *, source: str, digest: str) -> dict[str, Any]:
    """The own fields of the `profile` event. `digest` is the SHA-256 of the file `source`, hex."""
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(profile))
    return fields | {"source": source, "source_digest": digest}


def profile_of(body: Mapping[str, Any]) -> Profile:
    """The profile that an event of this body records; the body has its form."""
    return msgspec.convert({name: body[name] for name in Profile.__struct_fields__}, Profile)


def profile_in_force(events: Iterable[Event], trusted: Roster) -> Profile | None:
    """The newest profile that root has recorded, by what its stations knew; None where there is none. One whose levels
    are no tree, which no program of ours records, counts as none.

    Args:
        events: the `profile` and `correct` events, in any order.
    """
    events = [event for event in events if event.type in ("profile", "correct") and trusted.stands(event)]
    said = [profile_of(event.body) for event in in_force(events, trusted.roots) if event.log in trusted.roots]
    return next((profile for profile in reversed(said) if are_a_tree(profile.level_values)), None)
