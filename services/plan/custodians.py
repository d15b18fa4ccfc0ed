"""Places, vendors, carriers and kinds as people name them, and what counts as a place while the plan is not here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from difflib import get_close_matches

from custody.errors import N_, CodeError, Fault, InputError
from custody.format.codes import is_plate, parse_custodian
from custody.plan.phases import kinds_meant
from custody.plan.places import Need, Place, is_official, path
from db.state.place_rows import PlaceTable
from db.state.plan_counts import items_by_kind
from db.store import Store
from language import _
from language.text import printable, zone
from reports.words import clock_at, place_path
from tables.place_tree import bare

SHOWN_NAMES = 10
"""How many places an answer offers where a name means several, or none."""
_COMPLETED = 100
_LOOKED_THROUGH = 20_000
"""So many places are compared letter by letter with a name that none of them has; more would take seconds."""


def find_custodian(store: Store, text: str) -> str:
    """The code of a place, vendor or carrier that exists, by its code or its name; any number plate is a carrier.

    A name is that of the plan, in any case and spacing, its numbers with or without noughts: `tps 3 kaliuntu`. Names of
    places above may stand behind it. It must mean one place.

    Places that the plan does not have, or not yet, count where a station stands at them or a paper that was read
    names them: a laptop that never met the sender can receive before the plan comes. It can hand on, too: where
    no plan is known at all, every code that is formed as official ones are is taken.

    Raises:
        CodeError: no custodian can have this code or name.
        InputError: neither the plan has it nor does it count so; or the name means several places, some of which
            `faults` lists, as it lists those whose name looks like one that there is not.
    """
    code = ""
    store.state.places.refresh()
    with suppress(CodeError):
        code = parse_custodian(text)
        if code in store.state.places or is_plate(code) or is_named(store, code):
            return code
    if found := places_named(store.state.places, text):
        return _only_one(text, found, store.state.places)
    if not (near := _places_like(store.state.places, text)) and not code:
        return parse_custodian(text)  # says why it can be none
    hint, way = _way_to_a_place(store)
    raise InputError(
        N_("there is no place {place} in the plan"),
        hint=N_("These have a name like it:") if near else hint,
        **({} if near else {"way": way}),
        place=text.strip()[:60],
        faults=_offered(near, store.state.places),
    )


def places_named(places: PlaceTable, text: str) -> list[Place]:
    """The places that have this name, by its letters and numbers alone; else those that have it with the names of
    places above behind it.
    """
    key, words = _key(text), set(_words(text))
    if not key:
        return []
    found = [place for place in places.find(text, _LOOKED_THROUGH) if _key(place.name) == key]
    if found:
        return found
    tree = places.tree()
    if found := [place for place in tree.values() if _key(place.name) == key]:
        return found
    return [
        place
        for place in tree.values()
        if words > set(_words(place.name))
        and words <= {word for step in path(tree, place.code) for word in _words(step.name)}
    ]


def find_kind(store: Store, text: str, *, registered: bool = False) -> str:
    """The code of a kind that the needs name, by its code or its name.

    Args:
        registered: also one that the needs do not name (any more), and of which something is registered.

    Raises:
        InputError: there is no such kind, or the name is that of several.
    """
    needs = store.state.needs()
    kinds = {need.kind: need for need in needs}
    if text in kinds or (registered and text in items_by_kind(store.state)):
        return text
    key = _key(text)
    found = {need.kind: need for need in needs if key and key in map(_key, (need.kind, need.name_id, need.name_en))}
    if len(found) == 1:
        return next(iter(found))
    hint = N_("Give its code: {kinds}.") if found else N_("The kinds are: {kinds}.")
    raise InputError(
        N_("{kind} is the name of several kinds") if found else N_("there is no kind {kind}"),
        hint=hint if kinds else N_("Load a table of needs, or take in data that has one."),
        kind=text,
        kinds=", ".join(_kind_words(found) or sorted(kinds)),
    )


def places_beginning(store: Store, typed: str) -> list[tuple[str, str]]:
    """The places whose code or name begins as typed, by what begins so, with their names or codes.

    A place of which the middle of the name was typed is told by its name where it is the only one.
    """
    places = store.state.places
    found = [
        (place.code, place_path(places, place.code)) if is_code else (place.name, place.code)
        for place in places.beginning(typed, _COMPLETED)
        for is_code in (place.code.startswith(typed.upper()),)
    ]
    if not found and len(only := places.find(typed, 2)) == 1:
        return [(only[0].name, only[0].code)]
    return found


def kinds_beginning(store: Store, typed: str) -> list[tuple[str, str]]:
    """The kinds whose code or name begins as typed, by what begins so, with their names or codes."""
    found = {}
    for need in store.state.needs():
        for word, other in ((need.kind, need.name_id), (need.name_id, need.kind), (need.name_en, need.kind)):
            if word.casefold().startswith(typed.casefold()) and (typed or word == need.kind):
                found[word] = other
    return list(found.items())


def optional_kind(store: Store, text: str | None, *, registered: bool = False) -> str | None:
    """The code of a kind that an option names, as `find_kind` finds it; None where it names none."""
    return None if text is None else find_kind(store, text, registered=registered)


def what_is_to_go(store: Store, phase: str, kinds: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The code of a phase and the kinds that are to go in a handover, as people name them; empty where they do not.

    Raises:
        InputError: there is no such phase or kind, or a kind is not of that phase.
    """
    named = [find_kind(store, text, registered=True) for text in kinds]
    return kinds_meant(store.state.phases, phase.strip(), named)


def _kind_words(kinds: Mapping[str, Need]) -> list[str]:
    return [f"{kind} ({need.name_id})" if need.name_id else kind for kind, need in sorted(kinds.items())]


def _words(text: str) -> list[str]:
    """The words and numbers of a name for comparison: in lower case, numbers without leading noughts."""
    found = re.findall(r"[^\W\d_]+|\d+", text.casefold())
    return [word.lstrip("0") or "0" if word.isdigit() else word for word in found]


def _key(text: str) -> str:
    return "".join(_words(text))


def _places_like(places: PlaceTable, text: str) -> list[Place]:
    """The places whose names hold what was typed or look like it, at most so many as are shown."""
    if found := places.find(text, SHOWN_NAMES) if text.strip() else []:
        return found
    if len(places) > _LOOKED_THROUGH:
        return []
    by_key: dict[str, list[Place]] = {}
    for place in places.tree().values():
        by_key.setdefault(_key(bare(place.name)), []).append(place)
    near = get_close_matches(_key(bare(text.strip())), by_key, SHOWN_NAMES, 0.75)
    return [place for key in near for place in by_key[key]][:SHOWN_NAMES]


def _only_one(text: str, found: Sequence[Place], places: Mapping[str, Place]) -> str:
    if len(found) == 1:
        return found[0].code
    raise InputError(
        N_("{count} places have the name {text}"),
        hint=N_("Give the code of the right one:"),
        count=len(found),
        text=text.strip()[:60],
        faults=_offered(found, places),
    )


def _offered(found: Sequence[Place], places: Mapping[str, Place]) -> tuple[Fault, ...]:
    return tuple(
        Fault(N_("{code}  {name}"), {"code": place.code, "name": place_path(places, place.code)})
        for place in found[:SHOWN_NAMES]
    )


def optional_custodian(store: Store, text: str | None) -> str | None:
    """The code of a custodian that an option names, as `find_custodian` finds it; None where it names none."""
    return None if text is None else find_custodian(store, text)


def unplanned(store: Store, custodians: Iterable[str]) -> list[str]:
    """Those of these codes that no plan known here tells of; never number plates, nor empty ones."""
    return [
        code for code in dict.fromkeys(custodians) if code and not is_plate(code) and code not in store.state.places
    ]


def may_load_plan(store: Store) -> bool:
    """Whether tables of places and needs are loaded here; else the plan is taken in with another log."""
    own = store.ledger.own_row()
    return own is None or store.state.stations.now().may(own.name, "plan")


def is_named(store: Store, code: str) -> bool:
    """Whether a place counts without the plan: a station stands there, a paper that was read names it, or there is
    no plan that could say otherwise of a well-formed code, and no profile with codes of its own.
    """
    profile = store.state.profile
    if not store.state.has_plan and is_official(code) and (profile is None or profile.has_official_codes):
        return True
    own = store.ledger.own_row()
    stations = store.state.stations.places_met() or frozenset({own.place} if own else ())
    return code in stations or code in store.papers.named_places()


def _way_to_a_place(store: Store) -> tuple[str, str]:
    """What to do about a place that is not known here, and the way: who may not plan can load no table."""
    if may_load_plan(store):
        return N_("Look the code up in the places table, or load the table that has it: {way}"), "load"
    if store.state.has_plan:
        return N_("Look the code up, or take in a bundle with the newest plan: {way}"), "import"
    return N_(
        "The plan is not here yet. Write the place by its official code, for example 51.08.06.1024, or take in a "
        "bundle that has the plan: {way}"
    ), "import"


def unplanned_words(store: Store, custodians: Sequence[str]) -> str:
    """Say which places are in no plan that is known here, and used by their codes; empty where all are planned.

    Args:
        custodians: codes; empty ones are passed over.
    """
    found = [printable(code, 60) for code in unplanned(store, custodians)]
    if not found:
        return ""
    if store.state.has_plan:
        words = _("The plan that is known here does not have: {places}. It is recorded and shown by its code.")
    else:
        words = _("The plan is not known here yet. These are recorded and shown by their codes: {places}.")
    return words.format(places=", ".join(found))


def local_stamp(store: Store) -> str:
    """The time now by the station's clock, for a file's name: `2024-02-12-0800`."""
    _zone, hours = zone(station_clock(store))
    return f"{datetime.fromisoformat(store.around.now_utc()) + timedelta(hours=hours):%Y-%m-%d-%H%M}"


def station_clock(store: Store) -> str:
    """Return the code of the place whose time zone this station uses; empty where its place has none."""

    store.state.places.refresh()
    return clock_at(store.state.places, store.ledger.own_log().place)
