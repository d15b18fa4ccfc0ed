"""Shortage and surplus as a report: who could give what to whom, what stays short, who has too many."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from custody.format.codes import show_code
from custody.plan.balance import Balance, Move, Standing
from language import _
from language.text import number, printable
from reports.listing import Listing, Section
from reports.words import Needs, Places, kind_name, place_path
from tables.output.write import Cell, row_of, sheet_of

_COLUMNS: Mapping[str, Callable[[Standing, Balance, Places], Cell]] = {
    "place": lambda row, found, places: row.place,
    "place_name": lambda row, found, places: place_path(places, row.place),
    "kind": lambda row, found, places: row.kind,
    "election": lambda row, found, places: row.election,
    "need": lambda row, found, places: row.need,
    "has": lambda row, found, places: row.has,
    "coming": lambda row, found, places: row.coming,
    "short": lambda row, found, places: row.short,
    "over": lambda row, found, places: row.over,
    "uncovered": lambda row, found, places: found.uncovered.get((row.place, row.kind, row.election), 0),
}
_MOVE_COLUMNS: Mapping[str, Callable[[Move, Places], Cell]] = {
    "code": lambda move, places: move.item.code,
    "kind": lambda move, places: move.item.kind,
    "election": lambda move, places: move.item.election,
    "quantity": lambda move, places: move.item.quantity,
    "from": lambda move, places: move.giver,
    "from_name": lambda move, places: place_path(places, move.giver),
    "to": lambda move, places: move.to,
    "to_name": lambda move, places: place_path(places, move.to),
    "held_by": lambda move, places: move.item.held_by,
    "reassigned": lambda move, places: int(move.is_reassigned),
}
_MOST_ROWS = 200


def balance_report(found: Balance, places: Places, needs: Needs) -> Listing:
    """The report of a balance."""
    rows = [row_of(_COLUMNS, standing, found, places) for standing in found.standings]
    moves = [row_of(_MOVE_COLUMNS, move, places) for move in found.moves]
    meaning = _(
        "A thing counts where it is held, on the way where it is bound for, in a store and bound for a store as its "
        "reserve; only what was last found good counts. Nearest first: within the village, the sub-district, the "
        "regency. Packs move whole."
    )
    tables = [
        sheet_of(_("Balance"), _COLUMNS, rows),
        sheet_of(_("Moves"), _MOVE_COLUMNS, moves),
    ]
    return Listing(
        _("Shortage and surplus"),
        meaning,
        _summary(found),
        _sections(found, places, needs),
        tables,
        {"rows": rows, "moves": moves, "open": list(found.open)},
    )


def _sections(found: Balance, places: Places, needs: Needs) -> list[Section]:
    over = [row for row in found.standings if row.over]
    return [
        Section(
            _("Could be moved"),
            [_("To"), _("Kind"), _("From"), _("How many"), _("Codes")],
            _move_cells(found.moves, places, needs),
            (72.0, 46.0, 72.0, 16.0, 55.0),
            left=3,
            empty=_("Nothing could be moved: no neighbour has what is short."),
        ),
        Section(
            _("Stays short"),
            [_("Place"), _("Kind"), _("Need"), _("Has"), _("Still coming"), _("Short")],
            [
                _cells(row, found.uncovered[row.place, row.kind, row.election], places, needs)
                for row in found.standings
                if (row.place, row.kind, row.election) in found.uncovered
            ][:_MOST_ROWS],
            (120.0, 57.0, 21.0, 21.0, 21.0, 21.0),
            left=2,
            grave=frozenset(range(min(len(found.uncovered), _MOST_ROWS))),
            empty=_("Nothing stays short."),
        ),
        Section(
            _("Beyond the need"),
            [_("Place"), _("Kind"), _("Need"), _("Has"), _("Still coming"), _("Over")],
            [_cells(row, row.over, places, needs) for row in over][:_MOST_ROWS],
            (120.0, 57.0, 21.0, 21.0, 21.0, 21.0),
            left=2,
        ),
    ]


def _summary(found: Balance) -> list[str]:
    short = sum(row.short for row in found.standings)
    summary = [
        _("Short {short} in {places} places; {moved} of them could be moved, {left} stay short.").format(
            short=number(short),
            places=number(len({row.place for row in found.standings if row.short})),
            moved=number(short - sum(found.uncovered.values())),
            left=number(sum(found.uncovered.values())),
        )
    ]
    if found.open:
        words = _("Left out, as it is not known what they need: {count} places ({places})")
        summary.append(words.format(count=number(len(found.open)), places=", ".join(found.open[:5])))
    waiting = sum(move.is_reassigned for move in found.moves)
    if waiting:
        summary.append(
            _("Of these things, bound there already and waiting for their handover: {count}.").format(
                count=number(waiting)
            )
        )
    if max(len(found.uncovered), sum(row.over > 0 for row in found.standings)) > _MOST_ROWS:
        summary.append(
            _("Only the first {count} rows are shown; all are in the .xlsx.").format(count=number(_MOST_ROWS))
        )
    return summary


def what_words(kind: str, election: str | None, needs: Needs) -> str:
    """A kind with the election that it is for: Ballot box, DPRD-KAB."""
    name = kind_name(needs, kind)
    return f"{name}, {printable(election, 40)}" if election else name


def _move_cells(moves: Sequence[Move], places: Places, needs: Needs) -> list[list[str]]:
    cells = []
    for (to, kind, election, giver), group in groupby(
        moves, key=lambda move: (move.to, move.item.kind, move.item.election, move.giver)
    ):
        codes = [move.item.code for move in group]
        shown = ", ".join(show_code(code) for code in codes[:4]) + (" …" if len(codes) > 4 else "")
        cells.append(
            [
                place_path(places, to),
                what_words(kind, election, needs),
                place_path(places, giver),
                number(len(codes)),
                shown,
            ]
        )
    return cells


def _cells(row: Standing, last: int, places: Places, needs: Needs) -> list[str]:
    return [
        place_path(places, row.place),
        what_words(row.kind, row.election, needs),
        number(row.need),
        number(row.has),
        number(row.coming),
        number(last),
    ]


def by_ends(moves: Sequence[Move]) -> dict[tuple[str, str], int]:
    """How many things go from whom, who holds them now, to whom."""
    return dict(sorted(Counter((move.item.held_by, move.to) for move in moves).items()))
