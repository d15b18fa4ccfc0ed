"""The scorecard on the dashboard: each committee's share on the six "tepat", whom to praise, and what is behind it."""

from collections.abc import Mapping
from typing import Any

from custody.format.codes import show_code
from custody.measures.scorecard import Card
from custody.measures.scoring import AXES, Axis, Fault
from custody.plan.levels import AREA
from custody.plan.places import Place
from language import _
from language.text import local_time, number, short_time
from reports.chain.finding_rows import finding_title
from reports.lists.scorecard_list import meaning, summary
from reports.lists.scorecard_words import MARKS, axis_name, bearer_name, share_of
from reports.output import short_record
from reports.words import custodian_name
from services.reporting.overview import Overview


def score_board(
    overview: Overview, place: Place, places: Mapping[str, Place], now: str, here: str, part: slice
) -> dict[str, Any]:
    """The cards of the committees at a place and below it; of one committee what is behind its figures, too."""
    if not overview.is_scored:
        return {"is_whole": False, "rows": [], "axes": [], "lines": [], "faults": [], "more": 0}
    as_of, all_cards = overview.cards(now)
    cards = [
        card
        for card in all_cards
        if card.is_committee and card.place is not None and place in overview.ways.to(card.place.code)
    ]
    own = cards[0] if len(cards) == 1 and place.level == AREA else None
    faults = sorted(_faults(own), key=lambda fault: (not fault.is_open, fault.happened)) if own else []
    return {
        "is_whole": True,
        "as_of": local_time(as_of, here),
        "meaning": meaning(),
        "axes": [axis_name(axis) for axis in AXES],
        "lines": summary(cards, as_of, here)[1:] if cards else [],
        "rows": [
            {
                "code": card.bearer,
                "name": bearer_name(card),
                "held": number(card.held),
                "loads": number(card.loads),
                "is_scored": bool(card.held or card.loads),
                "figures": [_figure(card, axis) for axis in AXES],
            }
            for card in cards
        ],
        "faults": [
            {
                "axis": axis_name(fault.axis),
                "item": fault.item or "",
                "shown": show_code(fault.item or ""),
                "record": short_record(fault.record),
                "is_open": fault.is_open,
                "what": _("Has not arrived")
                if (fault.axis, fault.code) == ("quantity", "LATE")
                else finding_title(fault.code),
                "who": custodian_name(places, fault.custodian),
                "at": short_time(fault.happened, here) if fault.happened else "",
            }
            for fault in faults[part]
        ],
        "more": max(len(faults) - part.stop, 0),
    }


def _figure(card: Card, axis: Axis) -> dict[str, str]:
    """A figure: its share with its mark, of how many things how many had a fault, how it stands beside the others."""
    figure, compared = card.figures[axis], card.compared.get(axis, "")
    of = f"{number(figure.faulty)}/{number(figure.n)}" if figure.n else ""
    return {"share": f"{share_of(figure)} {MARKS.get(compared, '')}".strip(), "of": of, "mark": compared}


def _faults(card: Card) -> list[Fault]:
    return [fault for axis in AXES for fault in card.figures[axis].faults]
