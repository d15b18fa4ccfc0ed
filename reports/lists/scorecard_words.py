"""The words of the scorecard: what people call an axis, who a card is of, and a figure."""

from custody.errors import N_
from custody.measures.scorecard import Card, Figure
from custody.measures.scoring import OTHERS, VEHICLES, VENDORS, Axis
from language import _
from language.text import number, share
from reports.words import custodian_name

_AXES: dict[Axis, str] = {
    "kind": N_("Right kind"),
    "quantity": N_("Right quantity"),
    "time": N_("Right time"),
    "target": N_("Right place"),
    "quality": N_("Right quality"),
    "accountability": N_("Accountable"),
}
_BEARERS = {VEHICLES: N_("Vehicles"), VENDORS: N_("Vendors"), OTHERS: N_("Others")}
MARKS = {"above": "▲", "below": "▼"}
"""How a figure that stands out from all others is marked."""


def axis_name(axis: Axis) -> str:
    """What people call an axis."""
    return _(_AXES[axis])


def bearer_name(card: Card) -> str:
    """Who a card is of."""
    if card.place is not None:
        return custodian_name({card.place.code: card.place}, card.bearer)
    return _(_BEARERS[card.bearer]) if card.bearer in _BEARERS else custodian_name({}, card.bearer)


def figure_words(card: Card, axis: Axis) -> str:
    """A figure in a word: 98.5 % (3/200) and its mark."""
    figure = card.figures[axis]
    if figure.share is None:
        return "–"
    mark = MARKS.get(card.compared.get(axis, ""), "")
    return f"{share_of(figure)} ({number(figure.faulty)}/{number(figure.n)}){' ' + mark if mark else ''}"


def share_of(figure: Figure) -> str:
    """A figure's share in words."""
    return share(figure.n - figure.faulty, figure.n)
