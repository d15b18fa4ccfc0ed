"""Which handover forms are printed ahead, and what stands on them."""

from collections.abc import Mapping

from custody.errors import N_, InputError
from custody.plan.places import Place, below
from db.store import Store
from reports.handover.blank_form import Form


def forms_for(
    store: Store, giver: str | None, to: str, bound: list[str], each: str | None, kind: str | None, empty: int
) -> list[Form]:
    """The forms of a handover to a place, for `bound`, or one for each place of a level below it.

    Args:
        giver: None: the place above.
        kind: only of this kind; None: all.
        empty: how many empty rows each has.

    Raises:
        InputError: there is no such place, or nothing would stand on them.
    """
    forms = _forms(store, giver, to, bound, each, kind)
    if not empty and not any(one.items for one in forms):
        raise InputError(
            N_("nothing is bound for there, and no empty rows are asked for"),
            hint=N_("Ask for empty rows{typed}."),
            typed="--empty 20",
        )
    return forms


def _forms(
    store: Store, giver: str | None, to: str, bound: list[str], each: str | None, kind: str | None
) -> list[Form]:
    places = store.state.places.tree()
    if each is None:
        tops = bound or [to]
        items = [item for top in tops for item in store.state.find_items(kind=kind, under=top)]
        return [Form(_giver(giver, to, places), to, items, tuple(bound))]
    found = [place.code for place in below(places, to) if place.level == each]
    if not found:
        raise InputError(N_("there is no such place below {place}"), hint=N_("Choose another level."), place=to)
    return [
        Form(_giver(giver, code, places), code, list(store.state.find_items(kind=kind, under=code))) for code in found
    ]


def _giver(giver: str | None, to: str, places: Mapping[str, Place]) -> str:
    if giver is not None:
        return giver
    place = places.get(to)
    return (place.parent or "") if place else ""
