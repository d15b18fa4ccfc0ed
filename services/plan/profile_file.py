"""Reading a profile: a TOML file of the user's or one of those that come with Serah, with the line of every fault."""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from custody.errors import N_, CodeError, InputError
from custody.format.codes import parse_custodian
from custody.format.item_facts import CONDITIONS
from custody.plan.levels import CARRIER, LEVELS, of_roles
from custody.plan.places import PERS, Need, Place
from custody.plan.profile import Checklist, Condition, LetterText, LevelName, Phase, Profile, Question, Word
from reports.bast.letter_template import blank_faults, shown_limits
from reports.bast.template_keys import RULES
from services.plan.profiles import ReadProfile
from tables.cells import Located, Source
from tables.check import check_needs
from tables.headings import fold
from tables.toml_file import Part, read_toml, top_part

SHIPPED = Path(__file__).resolve().parents[2] / "profiles"
MAX_BYTES = 40 * 1024
"""The whole of it goes into one record."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_KIND = re.compile(r"[a-z0-9][a-z0-9_]{0,39}", re.ASCII)
_CODE = re.compile(r"[\w-]{1,20}")
_ROLES = ("store", "area", "group", "end")
_LETTER_KEYS = ("texts.", "basis.list", "letterhead.lines", "letterhead.address", "copies.to")


def shipped_profiles() -> list[str]:
    """The names of the profiles that come with Serah."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def read_profile(named: str) -> ReadProfile:
    """The profile of that name, or of a file.

    Raises:
        InputError: there is no such profile or file, or it has faults; `faults` names the line of each.
    """
    shipped = shipped_profiles()
    path = SHIPPED / f"{named}.toml" if named in shipped else Path(named)
    if named not in shipped and path.suffix.lower() != ".toml":
        raise InputError(
            N_("there is no profile {name}"),
            hint=N_("Choose one of these, or give a file of your own (.toml): {names}"),
            name=named[:60],
            names=", ".join(shipped),
        )
    data, text, told = read_toml(path, MAX_BYTES)
    top = top_part(text, told, path.name)
    read = _read(top, path.name, sha256(data).hexdigest())
    if top.faults:
        raise InputError(
            N_("the profile {file} has faults: {count}"),
            hint=N_("Correct these lines; docs/profiles.md describes each key."),
            faults=tuple(sorted(top.faults, key=lambda fault: fault.row or 0)),
            file=path.name,
            count=len(top.faults),
        )
    return read


# --- The parts of a profile -------------------------------------------------------------------------------------------


def _refuse_twice(parts: Sequence[Part], names: Sequence[object], key: str) -> None:
    """A fault at each table whose name another one before it has."""
    first: dict[object, Part] = {}
    for part, name in zip(parts, names, strict=True):
        if name and (before := first.setdefault(name, part)) is not part:
            part.fault(key, N_("{key} is {text}, as in line {line} already"), text=str(name), line=before.line)


def _read(top: Part, source: str, digest: str) -> ReadProfile:
    name = top.text("name", most=40, form=_NAME)
    both = (top.text("id"), top.text("en"))
    codes, zone = top.one_of("codes", ("official", "free")), top.one_of("zone", ("", "WIB", "WITA", "WIT", "UTC"), "")
    levels = _levels(top)
    needs = _needs(top, levels)
    profile = Profile(
        name,
        *both,
        codes,
        zone,
        levels,
        _phases(top, {need.kind for need in needs}),
        _conditions(top),
        _checklists(top),
        _words(top.table("words")),
        _letter(top.table("letter")),
    )
    carriers, day = _carriers(top), top.day("day")
    top.refuse_unknown()
    return ReadProfile(profile, needs, carriers, source, digest, day)


def _levels(top: Part) -> tuple[LevelName, ...]:
    parts = top.tables("level")
    roles = tuple(part.one_of("role", _ROLES) for part in parts)
    values = of_roles(roles)
    if values is None:
        message = N_(
            "a profile has three to six levels, each headed [[level]], from the top down: one to three with the role "
            "store, one area, at most two groups, one end"
        )
        (parts[0] if parts else top).fault("" if parts else "level", message)
    found = []
    for at, part in enumerate(parts):
        one_id, one_en = part.text("id", most=40), part.text("en", most=40)
        many_id = part.text("many_id", least=0, most=40) or one_id
        many_en = part.text("many_en", least=0, most=40) or one_en
        short, words = part.text("short", least=0, most=20), part.texts("words")
        level = values[at] if values else ""
        found.append(LevelName(level, one_id, one_en, many_id, many_en, short, words))
        part.refuse_unknown()
    _refuse_twice(parts, [fold(level.name_id) for level in found], "id")
    _refuse_twice(parts, [fold(level.name_en) for level in found], "en")
    return tuple(found)


def level_named(levels: Sequence[LevelName], text: str) -> str | None:
    """The value of the level that has this name, short name or word; None where none has."""
    word = fold(text)
    for level in levels:
        if word in map(fold, (level.name_id, level.name_en, level.many_id, level.many_en, level.short, *level.words)):
            return level.level
    return None


def _needs(top: Part, levels: Sequence[LevelName]) -> tuple[Need, ...]:
    rows = []
    for part in top.tables("need"):
        text = part.text("level", least=0, most=40)
        kind = part.text("kind", most=40, form=_KIND)
        elections, per_place = part.texts("elections"), part.count("per_place", 1, 10_000_000)
        if per_place is None and not elections:
            part.fault("per_place", N_("{key} is missing"))
        if per_place is not None and elections and per_place != len(elections):
            part.fault(
                "elections", N_("{key} names {named}, and per_place is {count}"), named=len(elections), count=per_place
            )
        reserve = part.taken("reserve_percent") or 0
        if type(reserve) not in (int, float) or not 0 <= reserve <= 100:
            part.fault("reserve_percent", N_("{key} must be a number from {least} to {most}"), least=0, most=100)
            reserve = 0
        need = Need(
            kind,
            part.text("id"),
            part.text("en"),
            level_named(levels, text) or text,
            per_place or len(elections),
            part.text("unit", most=20),
            part.one_of("tracked_as", ("item", "pack"), "item"),
            elections,
            part.one_of("per", PERS, "place"),
            part.text("follows", least=0, most=40, form=_KIND),
            round(reserve * 100),
            part.count("pack", 1, 10_000_000),
            part.text("serial", least=0, most=40),
            part.text("rule", least=0, most=200),
        )
        if need.level in LEVELS and need.level not in {level.level for level in levels}:
            part.fault("level", N_("{key} is {text}: no level of this profile has that name"), text=text)
        part.refuse_unknown()
        rows.append(Located(part.line, need, Source(top.file)))
    if not top.faults:  # where names are wrong, all that follows from them would be told too
        top.faults += check_needs(rows)
    return tuple(row.value for row in rows)


def _phases(top: Part, kinds: set[str]) -> tuple[Phase, ...]:
    parts, found = top.tables("phase"), []
    first: dict[str, int] = {}
    for part in parts:
        named = part.texts("kinds")
        for kind in named:
            if kind not in kinds:
                part.fault("kinds", N_("{key} names {kind}, which no [[need]] has"), kind=kind)
            elif first.setdefault(kind, part.line) != part.line:
                part.fault("kinds", N_("{key} names {kind}, as in line {line} already"), kind=kind, line=first[kind])
        found.append(
            Phase(
                part.text("code", most=20, form=_CODE),
                part.text("id"),
                part.text("en"),
                named,
                part.count("days", 0, 1000),
            )
        )
        part.refuse_unknown()
    _refuse_twice(parts, [phase.code for phase in found], "code")
    return tuple(found)


def _conditions(top: Part) -> tuple[Condition, ...]:
    parts = top.tables("condition")
    found = [Condition(part.one_of("condition", CONDITIONS), part.text("id"), part.text("en")) for part in parts]
    _refuse_twice(parts, [one.condition for one in found], "condition")
    for part in parts:
        part.refuse_unknown()
    return tuple(found)


def _checklists(top: Part) -> tuple[Checklist, ...]:
    parts, found = top.tables("checklist"), []
    for part in parts:
        asked = part.tables("question")
        questions = [
            Question(one.text("key", most=40, form=_CODE), one.text("id", most=300), one.text("en", most=300))
            for one in asked
        ]
        if not asked:
            part.fault("question", N_("{key} is missing"))
        _refuse_twice(asked, [question.key for question in questions], "key")
        for one in asked:
            one.refuse_unknown()
        found.append(Checklist(part.text("about", most=40, form=_CODE), tuple(questions)))
        part.refuse_unknown()
    _refuse_twice(parts, [one.about for one in found], "about")
    return tuple(found)


def _words(top: Part) -> tuple[Word, ...]:
    found = []
    for language in ("id", "en"):
        part = top.table(language)
        for word in part.values:
            instead = part.text(word, most=80)
            if not re.fullmatch(r"\w[^{}]{0,59}", word):
                part.fault(word, N_("{key} is no word"))
            found.append(Word(language, word, instead))
    top.refuse_unknown()
    return tuple(found)


def _letter(top: Part) -> tuple[LetterText, ...]:
    found = []
    for language in ("id", "en"):
        of_language = top.table(language)
        for table in of_language.values:
            part = of_language.table(table)
            for name in part.values:
                key, value = f"{table}.{name}", part.taken(name)
                rule = RULES.get(key) if key.startswith(_LETTER_KEYS) else None
                if rule is None:
                    part.fault(name, N_("{key} is no text of the letter (docs/id/surat-bast.md)"))
                elif not rule.holds(value):
                    part.fault(name, rule.message, **shown_limits(key))
                else:
                    line = part.lines.of((*part.path, name))
                    top.faults += [replace(fault, row=line) for fault in blank_faults(key, value, top.file)]
                    lines = (value,) if isinstance(value, str) else tuple(value)
                    found.append(LetterText(language, key, lines))
    top.refuse_unknown()
    return tuple(found)


def _carriers(top: Part) -> tuple[Place, ...]:
    parts, found = top.tables("carrier"), []
    for part in parts:
        text = part.text("code", most=60)
        try:
            code = parse_custodian(text) if text else ""
        except CodeError:
            code = text
            part.fault("code", N_("{text} is not the code of a place or a number plate"), text=text)
        found.append(Place(code, part.text("name"), CARRIER))
        part.refuse_unknown()
    _refuse_twice(parts, [place.code for place in found], "code")
    return tuple(found)
