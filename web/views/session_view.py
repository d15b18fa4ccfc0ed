"""What a page shows of a session: counts, what is missing by group, what is irregular, what was taken."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from custody.chain.findings import Finding
from custody.chain.seals import RESULTS
from custody.errors import N_
from custody.format.codes import is_plate, show_code
from custody.format.item_facts import CONDITIONS, Item
from custody.handover.draft import Details, ItemDetails, Seer
from custody.plan.levels import END
from custody.plan.places import Place, is_carrier
from db.store import Store
from language import _
from language.text import number, printable
from reports.words import (
    Places,
    condition_word,
    custodian_name,
    kind_name,
    meant_words,
    place_path,
    seal_word,
    show_custodian,
)
from services.plan.custodians import unplanned_words
from services.scanning.handover_desk import DraftDesk
from services.scanning.judging import Weighed
from web.live.sessions import Session
from web.views.finding_groups import group_rows

SHOWN = 30
"""So many of what was taken stand on the page; more come when somebody asks."""
_LITTLE, _NAMED = 8, 5
_SEEN = {
    "camera": N_("this laptop's camera"),
    "wedge": N_("USB scanner"),
    "typed": N_("typed"),
    "matched": N_("without a readable label"),
    "completed": N_("seen in part, completed from what is expected"),
}


def board(session: Session, seer: Seer | None = None) -> dict[str, Any]:
    """Everything of a session that changes while it is scanned, for the device that asks; None: the station itself."""
    desk, tally = session.desk, session.desk.tally
    places = session.store.state.places
    details = session.details()
    last = session.last_of(seer)
    return {
        "draft": session.draft,
        "is_paused": session.is_paused,
        "giver": desk.giver,
        "giver_name": _name(places, desk.giver),
        "receiver": desk.receiver or "",
        "receiver_name": _name(places, desk.receiver or ""),
        "giver_shown": with_code(places, desk.giver),
        "receiver_shown": with_code(places, desk.receiver or ""),
        "bound": [{"name": custodian_name(places, code), "shown": with_code(places, code)} for code in desk.bound],
        "lacks_bound": lacks_bound(session),
        "unplanned": unplanned_words(session.store, [desk.giver, desk.receiver or "", *desk.bound]),
        "to_go": desk.goods_words,
        "goods": goods(session.store, details),
        "taken": tally.taken,
        "right": tally.right,
        "expected": tally.expected,
        "is_whole": tally.is_whole and bool(tally.expected),
        "elsewhere": _elsewhere(session),
        "missing_count": tally.missing,
        "extra_words": tally.extra_words,
        "basis_words": tally.basis_words,
        "missing": _by_group(desk.missing, session),
        "groups": group_rows(session.store, irregular(session), desk.taken),
        "last": last,
        "last_shown": show_code(last) if last else "",
        "refused_count": tally.refused,
        "items": taken_of(session),
        "more": max(tally.taken - SHOWN, 0),
        "conditions": [(word, condition_word(word)) for word in sorted(CONDITIONS)],
        "seal_results": [(word, seal_word(word)) for word in RESULTS],
    }


def goods(store: Store, said: Details | None = None) -> list[dict[str, Any]]:
    """What a field offers that is to go: each phase and each kind, with what the page sends for it; nothing without
    phases.

    Args:
        said: what is chosen now.
    """
    phases, needs = store.state.phases, store.state.kinds()
    if not phases:
        return []
    offered = [({"phase": phase.code, "kinds": []}, meant_words(phase.code, phase.kinds, needs)) for phase in phases]
    offered += [({"phase": "", "kinds": [kind]}, kind_name(needs, kind)) for kind in sorted(needs)]
    now = {"phase": said.phase, "kinds": [] if said.phase else list(said.kinds)} if said else {}
    return [{"value": value, "words": words, "is_chosen": value == now} for value, words in offered]


def with_code(places: Places, code: str) -> str:
    """A custodian as a field shows it when it was chosen: a place's name with its code, a vehicle's plate."""
    place = places.get(code)
    return show_custodian(code) if place is None or is_plate(code) else f"{printable(place.name, 200)} ({code})"


def lacks_bound(session: Session) -> bool:
    """Whether a vehicle receives and its destination is not set: then no item on it can be found to be misrouted."""
    desk = session.desk
    return bool(desk.receiver and not desk.bound and is_carrier(session.store.state.places, desk.receiver))


def items_of(session: Session) -> dict[str, Item]:
    """What is known of everything that was scanned, taken or refused, by code."""
    return session.judged()[0] | session.store.state.items_of(session.desk.refused)


def _seen_by(desk: DraftDesk, code: str) -> str:
    """Which device saw a label: its name; of the station itself, how it was read."""
    if code in desk.seers:
        return desk.seers[code].name
    return _(_SEEN[desk.hows[code]]) if code in desk.hows else ""


def foretold_of(session: Session) -> set[str]:
    """Return the scanned codes that are not registered here and that a paper names, now or when they came."""
    named = session.desk.foretold
    told = {finding.item for finding in session.judged()[1] if finding.item and finding.is_foretold}
    return told | {code for code in session.desk.taken if code in named}


def taken_of(session: Session, after: int = 0, most: int = SHOWN) -> list[dict[str, str]]:
    """What was taken, newest first, each with the remarks on it and which device saw it; so many after the newest."""
    items, details, foretold = items_of(session), session.details(), foretold_of(session)
    shown = islice(reversed(session.desk.taken), after, after + most)
    return [of_item(session, code, items.get(code), details.of(code), foretold) for code in shown]


def of_item(
    session: Session, code: str, item: Item | None, said: ItemDetails, foretold: Collection[str]
) -> dict[str, str]:
    """Return one taken item with the remarks on it, in words and for the dialog.

    `foretold`: as `foretold_of` returns it.
    """
    return {
        "code": code,
        "shown": show_code(code),
        "seen_by": _seen_by(session.desk, code),
        "words": session.desk.words(item, is_foretold=code in foretold),
        "condition": said.condition,
        "condition_words": condition_word(said.condition) if said.condition else "",
        "remark": said.remark,
        "refused": " " if said.is_refused else "",
        "reason": said.reason,
        "seals": said.seals,
        "serials": said.serials,
        "seal_words": f"{seal_word(said.seals)} {said.serials}".strip() if said.seals else "",
        "photo": said.photo,
    }


def spoken_of(
    session: Session, items: Mapping[str, Item], details: Details, noted: Mapping[str, str]
) -> list[dict[str, str]]:
    """Return each scanned item with a remark, or that will not be recorded as good.

    Args:
        noted: the conditions that will be recorded, by code.
    """
    foretold = foretold_of(session)
    said = {code: details.of(code) for code in session.desk.taken}
    for code, condition in noted.items():
        if condition != "good" and code in said:
            said[code] = msgspec.structs.replace(said[code], condition=condition)
    return [of_item(session, code, items.get(code), one, foretold) for code, one in said.items() if one.is_said]


def irregular(session: Session) -> list[Finding]:
    """What is wrong with what was scanned, but for what is for information."""
    return [finding for finding in session.judged()[1] if finding.severity != "info"]


def reviewed(session: Session) -> tuple[Weighed | None, list[Finding]]:
    """The handover as it would be recorded now, and its findings but for what is missing; none while an end is."""
    weighed = session.foresee()
    return weighed, [] if weighed is None else [one for one in weighed.findings if one.code != "SHORTAGE"]


def _name(places: Any, code: str) -> str:
    if not code:
        return ""
    return place_path(places, code) if code in places else custodian_name(places, code)


def missing_of(session: Session, group: str) -> list[dict[str, str]]:
    """What is missing that is for this place, item by item."""
    within = _groups(session.desk.missing, session)
    return [_in_words(session, item) for item in session.desk.missing if within[item.to] == group]


def few_missing(session: Session) -> list[dict[str, str]]:
    """What is missing, item by item, where it is so little that it can be named; else nothing."""
    missing = session.desk.missing
    return [_in_words(session, item) for item in missing] if len(missing) <= _NAMED else []


def _in_words(session: Session, item: Item) -> dict[str, str]:
    return {"shown": show_code(item.code), "words": session.desk.words(item)}


def _elsewhere(session: Session) -> list[str]:
    """Who has the things bound for where this goes, most first, where nothing of it is left to be handed over."""
    desk, counts = session.desk, Counter[str]()
    if desk.tally.expected != 0 or desk.taken:
        return []
    for end in desk.bound or (desk.receiver or "",):
        if end in session.store.state.places:
            for group in session.store.state.stock(end):
                counts[group.held_by] += group.count
    places = session.store.state.places
    return [f"{custodian_name(places, holder)}: {number(count)}" for holder, count in counts.most_common(_NAMED)]


def _by_group(missing: Sequence[Item], session: Session) -> list[dict[str, Any]]:
    """How much is missing for each place above; item by item only where it is little, for pages ask for the rest."""
    places = session.store.state.places
    groups: dict[str, list[Item]] = {}
    within = _groups(missing, session)
    for item in missing:
        groups.setdefault(within[item.to], []).append(item)
    is_little = len(missing) <= _LITTLE
    return [
        {
            "code": code,
            "name": _name(places, code) if code else "?",
            "count": len(items),
            "things": [_in_words(session, item) for item in items] if is_little else None,
        }
        for code, items in groups.items()
    ]


def _groups(items: Sequence[Item], session: Session) -> dict[str, str]:
    """The place above each end that these are bound for, or the place itself where it is no end."""

    def above(to: str) -> str:
        place: Place | None = session.store.state.places.get(to)
        return place.parent if place and place.level == END and place.parent else to

    return {to: above(to) for to in {item.to for item in items}}
