"""The profile in force: recording it, changing it, and speaking in its words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from custody.compose.compose import NewEvent, Ref
from custody.compose.item_events import plan_events
from custody.errors import N_, RuleError
from custody.format.events import Event
from custody.plan.levels import AREA, END, GROUP, STORE, TREE
from custody.plan.phases import Phase
from custody.plan.places import Need, Place
from custody.plan.profile import DEFAULT, LevelName, Profile, fields_of_event
from db.state.plan_counts import items_by_kind
from db.store import Store
from language import LevelWords, Terms, _, chosen, terms, use_terms
from language.in_words import level_title, level_word, tree_levels
from language.text import printable, zone
from services.plan.planning import plan_before
from tables.cells import parse_moment

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class ReadProfile:
    """A profile that was read and found whole, with the needs and carriers that it brings into the plan.

    `source` is the file's name, `digest` the SHA-256 of its bytes, hex. `day` is the day itself, as that of the vote,
    from which its phases count the days; None: nobody said.
    """

    profile: Profile
    needs: tuple[Need, ...]
    carriers: tuple[Place, ...]
    source: str
    digest: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What a profile brings: what was recorded (nothing: it is in force already); the kinds and carriers of the plan
    that it leaves as they are; and the kinds of the plan that it does not have.
    """

    events: Sequence[Event]
    left: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def record_profile(store: Store, read: ReadProfile) -> ProfileChange:
    """Record a profile, and in the plan its needs and carriers that the plan lacks; all or nothing.

    Raises:
        RuleError: this station is not the root, or places of the plan have levels that this profile lacks.
    """
    with store.transaction():
        new, change = weigh_profile(store, read)
        events = store.record(new) if new else []
    speak(store)
    return replace(change, events=events)


def weigh_profile(store: Store, read: ReadProfile) -> tuple[list[NewEvent], ProfileChange]:
    """What `record_profile` would record, and what it would leave; raises the same."""
    own = store.ledger.own_log().name
    if own not in store.state.stations.now().roots:
        raise RuleError(
            N_("the profile is said by the election's root"), hint=N_("Omit it here: it comes with the root's records.")
        )
    _refuse_lost_levels(store, read.profile)
    known = {need.kind for need in store.state.needs()}
    places = store.state.places.tree()
    needs = [need for need in read.needs if need.kind not in known]
    carriers = [place for place in read.carriers if place.code not in places]
    left = [need.kind for need in read.needs if need.kind in known]
    left += [place.code for place in read.carriers if place.code in places]
    new: list[NewEvent] = []
    if store.state.profile != read.profile:
        fields = fields_of_event(read.profile, source=read.source, digest=read.digest)
        new.append(NewEvent("profile", fields, _others_newest(store, own)))
    phases = _new_phases(store, read)
    if needs or carriers or phases:
        new += plan_events(
            carriers, needs, phases=phases, source=read.source, digest=read.digest, refs=plan_before(store)
        )
    others = sorted(known - {need.kind for need in read.needs})
    return new, ProfileChange((), tuple(dict.fromkeys(left)), tuple(others))


def _new_phases(store: Store, read: ReadProfile) -> list[Phase]:
    """The phases of a profile for the plan, without the kinds that are in one there already; where the profile says the
    day itself, they are due so many days before it, at its end, those that are in this phase already, too.
    """
    known = {kind: phase for phase in store.state.phases for kind in phase.kinds}
    found = []
    for phase in read.profile.phases:
        due = None
        if read.day is not None and phase.days is not None:
            name, hours = read.profile.zone, zone(store.ledger.own_log().place)[1]
            due = parse_moment(f"{read.day - timedelta(phase.days)} 23:59 {name}".strip(), hours)
        kinds = tuple(kind for kind in phase.kinds if _is_news(known.get(kind), phase.code, kind, due))
        found.append(Phase(phase.code, phase.name_id, kinds, due))
    return [phase for phase in found if phase.kinds]


def _is_news(known: Phase | None, code: str, kind: str, due: str | None) -> bool:
    """Whether the plan lacks what a profile says of a kind; in another phase it stays."""
    return known is None or (known.code == code and due is not None and known.due_of(kind) != due)


def _others_newest(store: Store, own: str) -> tuple[Ref, ...]:
    """The newest profile of each other log, which a new one comes after."""
    newest: dict[str, Ref] = {}
    for event in store.ledger.on_topic(("profile",)):
        if event.log != own and (event.log not in newest or newest[event.log].seq < event.seq):
            newest[event.log] = Ref(event.log, event.seq, event.leaf)
    return tuple(newest[log] for log in sorted(newest))


def _refuse_lost_levels(store: Store, profile: Profile) -> None:
    """Refuse a profile without a level that places of the plan have: their things would be counted nowhere.

    Raises:
        RuleError: it lacks one.
    """
    levels = profile.level_values
    for (level, *_what), count in store.state.places.alike().items():
        if count and level in TREE and level not in levels:
            raise RuleError(
                N_("the profile {name} has no level for {level}, and the plan has such places: {count}"),
                hint=N_("Nothing was recorded. Keep the levels, or begin a station of its own for this use."),
                name=profile.name,
                level=level_word(level),
                count=count,
            )


def is_only_begun(store: Store) -> bool:
    """Whether the own log has nothing but its first entry, and what `record_profile` recorded with it."""
    row = store.ledger.own_row()
    if row is None:
        return False
    size = store.ledger.sizes()[row.name]
    events = [store.ledger.event_at(row.id, seq) for seq in range(2, min(size, 10) + 1)]
    told = [event for event in events if event is not None]
    return size <= 10 and all(
        event.type in ("profile", "plan") and event.body["id"] == told[0].body["id"] and told[0].type == "profile"
        for event in told
    )


@dataclass(frozen=True, slots=True)
class ProfileShown:
    """The profile in force for people: its name and title, its levels from the top, whether it was recorded at all, and
    whether it may still come, as the root's records are not here.
    """

    name: str
    title: str
    levels: tuple[str, ...]
    is_recorded: bool
    is_to_come: bool

    def __str__(self) -> str:
        if self.is_to_come:
            return _("not known yet: it comes with the root's records")
        return f"{self.title} ({self.name}): {' – '.join(self.levels)}"


def profile_shown(store: Store) -> ProfileShown:
    """Return the profile in force as every station shows it."""
    profile = store.state.profile
    roster = store.state.stations.now()
    return ProfileShown(
        printable(profile.name, 40) if profile else DEFAULT,
        profile_title(profile) if profile else "Pemilu 2024",
        tuple(map(level_title, tree_levels())),
        profile is not None,
        profile is None and bool(roster.root) and not roster.roots,
    )


def profile_title(profile: Profile) -> str:
    """What people call a profile, in the chosen language."""
    return printable(profile.name_id if chosen() == "id" else profile.name_en, _LONGEST)


def things_registered(store: Store) -> int:
    """How many things are registered: after that, a change of the profile is told of."""
    return sum(items for items, _pieces in items_by_kind(store.state).values())


# --- Speaking in its words --------------------------------------------------------------------------------------------


_spoken: Profile | None = None


def speak(store: Store) -> None:
    """Use the words of the profile in force from here on, in the whole process."""
    global _spoken
    profile = store.state.profile
    if profile != _spoken or (profile is None) != (terms() is None):
        use_terms(terms_of(profile) if profile else None)
        _spoken = profile


def terms_of(profile: Profile) -> Terms:
    """What a profile calls things, made printable and without braces, which are blanks of texts."""
    names = {level.level: level for level in profile.levels}
    said: dict[str, dict[str, str]] = {"id": {}, "en": {}}
    for language, ours, instead in _of_levels(names):
        if _safe(instead) and _safe(instead) != ours:
            said[language][ours] = _safe(instead)
    for word in profile.words:
        said[word.language][word.word] = _safe(word.instead)
    return Terms(
        words=said,
        levels={
            value: {
                "id": LevelWords(_safe(level.name_id), _safe(level.many_id), _safe(level.short)),
                "en": LevelWords(_safe(level.name_en), _safe(level.many_en), _safe(level.short)),
            }
            for value, level in names.items()
        },
        conditions={one.condition: {"id": _safe(one.name_id), "en": _safe(one.name_en)} for one in profile.conditions},
        questions={
            question.key: {"id": printable(question.name_id, 300), "en": printable(question.name_en, 300)}
            for checklist in profile.checklists
            for question in checklist.questions
        },
        tables={
            value: (level.name_id, level.name_en, level.many_id, level.many_en, level.short, *level.words)
            for value, level in names.items()
        },
        letter=tuple((text.language, text.key, text.lines) for text in profile.letter),
        zone=profile.zone,
    )


def _of_levels(names: dict[str, LevelName]) -> Iterable[tuple[str, str, str]]:
    """The words of our texts for each level, and what the profile's level is called: language, ours, its."""
    store, area, end = (names.get(value) for value in (STORE, AREA, END))
    group = names.get(GROUP, area)
    for level, in_indonesian, in_english, short in (
        (store, "gudang", "warehouse|warehouses", ""),
        (area, "kecamatan", "sub-district|sub-districts", "PPK"),
        (group, "desa/kelurahan|desa", "village|villages", "PPS"),
        (end, "", "polling station|polling stations", "TPS|KPPS"),
    ):
        if level is None or level.name_id.lower() in (*in_indonesian.split("|"), "tps"):
            continue
        for ours in filter(None, in_indonesian.split("|")):
            yield "id", ours, _inside(level.name_id)
        one, many = in_english.split("|")
        yield "en", one, _inside(level.name_en)
        yield "en", many, _inside(level.many_en)
        for ours in filter(None, short.split("|")):
            yield "id", ours, level.short or _inside(level.name_id)
            yield "en", ours, level.short or _inside(level.name_en)


def _inside(name: str) -> str:
    """A name within a sentence: in small letters, but for an abbreviation."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _safe(text: str) -> str:
    return printable(text, _LONGEST).replace("{", "(").replace("}", ")")
