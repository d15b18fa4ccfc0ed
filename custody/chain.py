"""The chain of custody of an item: a pure function of the events that name it and its parents.

The same set of events gives the same chain, whatever order they arrived in (docs/custody-rules.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custody.codes import show_code
from custody.corrections import correction_findings, withdrawals, withdrawn_links
from custody.errors import N_
from custody.events import Event
from custody.findings import Finding
from custody.fold import Fold, Link, family_of
from custody.items import Item
from custody.order import causal_order
from custody.places import Place


@dataclass(frozen=True, slots=True)
class Chain:
    """All that the events say of one item. `item` is None when no event registers it; `held_by` then still follows."""

    code: str
    item: Item | None
    held_by: str | None
    links: tuple[Link, ...]
    findings: tuple[Finding, ...]


def custody(
    code: str,
    events: Iterable[Event],
    places: Mapping[str, Place] | None = None,
    *,
    met: frozenset[str] | None = None,
    as_of: str | None = None,
) -> Chain:
    """Fold the events of an item, and of its parents, into its chain.

    Args:
        events: every known event that names the item or a parent of it, in any order; others do no harm.
        places: the delivery tree, for findings about destinations and due times; None leaves those out.
        met: the places whose stations' logs are known; a gap at another place is provisional. None: all are met.
        as_of: the moment (RFC 3339, UTC) up to which what has not arrived is judged late; None leaves that out.
    """
    unique = {event.leaf: event for event in events}
    withdrawn, orphans = withdrawals(unique)
    standing = [event for event in unique.values() if event.leaf not in withdrawn and event.type != "correct"]
    fold = Fold(code, family_of(code, standing), places or {}, met, causal_order(standing))
    fold.run()
    links = [*fold.links, *withdrawn_links(code, unique, withdrawn)]
    findings = [*fold.findings, *correction_findings(code, unique, withdrawn, orphans, fold.order)]
    state = fold.states[code]
    if places and as_of and state.item is not None:
        findings += _not_arrived(state.item, places, as_of)
    return Chain(code, state.item, state.holder, tuple(links), tuple(findings))


def _not_arrived(item: Item, places: Mapping[str, Place], as_of: str) -> list[Finding]:
    place = places.get(item.to)
    if place is None or place.due is None or item.held_by == item.to or as_of <= place.due:
        return []
    return [Finding("LATE", N_("{item} was due at {place} {due_utc} and has not arrived"),
                    {"item": show_code(item.code), "place": place.name, "due_utc": place.due}, item.code)]  # fmt: skip
