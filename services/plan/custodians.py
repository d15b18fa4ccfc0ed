"""Places, vendors and carriers as people name them, and what counts as one while the plan is not here yet."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from custody.errors import N_, InputError
from custody.format.codes import is_plate, parse_custodian
from custody.plan.places import is_official
from custody.plan.time_zones import zone
from db.store import Store
from language import _
from language.text import printable
from reports.words import clock_at


def find_custodian(store: Store, text: str) -> str:
    """The code of a place, vendor or carrier that exists; any number plate is a carrier.

    Places that the plan does not have, or not yet, count where a station stands at them or a paper that was read
    names them: a laptop that never met the sender can receive before the plan comes. It can hand on, too: where
    no plan is known at all, every code that is formed as official ones are is taken.

    Raises:
        CodeError: no custodian can have this code.
        InputError: neither the plan has it nor does it count so.
    """
    code = parse_custodian(text)
    store.state.places.refresh()
    if code not in store.state.places and not is_plate(code) and not is_named(store, code):
        hint, way = _way_to_a_place(store)
        raise InputError(N_("there is no place {place} in the plan"), hint=hint, way=way, place=code)
    return code


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
    no plan that could say otherwise of a well-formed code.
    """
    if not store.state.has_plan and is_official(code):
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
