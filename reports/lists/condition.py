"""The report of conditions: totals by who holds things and their kind, and the look behind each figure."""

from collections.abc import Callable, Mapping, Sequence

from custody.chain.conditions import ConditionRow, Look
from custody.format.codes import show_code
from custody.format.item_facts import CONDITIONS
from language import _
from language.text import local_time, number, printable
from reports.chain.steps import headline
from reports.listing import Listing, Section
from reports.output import record_name, short_record
from reports.words import Needs, Places, condition_word, custodian_name, kind_name, zone_code
from tables.output.write import Cell, Sheet, row_of, sheet_of

HEADERS = ("held_by", "name", "kind", "total", *CONDITIONS, "not_looked_at")
_LOOK_COLUMNS: Mapping[str, Callable[[Look], Cell]] = {
    "code": lambda look: look.item.code,
    "kind": lambda look: look.item.kind,
    "k": lambda look: look.item.k,
    "n": lambda look: look.item.n,
    "election": lambda look: look.item.election or "",
    "to": lambda look: look.item.to,
    "held_by": lambda look: look.item.held_by,
    "condition": lambda look: look.condition,
    "before": lambda look: " ".join(look.before),
    "at_utc": lambda look: look.event.happened,
    "by": lambda look: look.event.body["by"],
    "note": lambda look: look.event.body["note"],
    "photo": lambda look: look.event.body["photo"] or "",
    "record": lambda look: record_name(look.event),
}
_BAD = CONDITIONS[1:]
_WIDTHS = (56.0, 45.0, 20.0, 22.0, 24.0, 24.0, 20.0, 22.0, 28.0)
_LOOK_WIDTHS = (38.0, 52.0, 46.0, 30.0, 42.0, 53.0)
_MOST_ROWS = 200


def condition_report(rows: Sequence[ConditionRow], places: Places, needs: Needs) -> Listing:
    """The report of these rows: those with something damaged first."""
    ordered = sorted(rows, key=lambda row: (not any(row.looks[word] for word in _BAD), row.place, row.kind))
    looks = [look for row in ordered for word in CONDITIONS for look in row.looks[word]]
    meaning = _(
        "What the last look found; not looked at: what nobody has inspected, be it good or not. Damaged things that "
        "were found good later count as good. Each look is listed with its record."
    )
    told = [row_of(_LOOK_COLUMNS, look) for look in looks]
    return Listing(
        _("Conditions"),
        meaning,
        _summary(rows),
        [_totals(ordered, places, needs), _seen(looks, places, needs)],
        [
            Sheet(_("Conditions"), HEADERS, [_values(row, places) for row in ordered]),
            sheet_of(_("Looks"), _LOOK_COLUMNS, told),
        ],
        {
            "rows": [dict(zip(HEADERS, _values(row, places), strict=True)) for row in ordered],
            "looks": told,
        },
    )


def _summary(rows: Sequence[ConditionRow]) -> list[str]:
    if not rows:
        return [_("Nothing is registered.")]
    counts = {word: sum(row.count(word) for row in rows) for word in CONDITIONS}
    told = ", ".join(f"{condition_word(word)} {number(count)}" for word, count in counts.items() if count)
    unseen = sum(row.unseen for row in rows)
    found = [told[:1].upper() + told[1:] + "."] if told else []
    return [*found, _("Not looked at: {count}.").format(count=number(unseen))]


def _totals(rows: Sequence[ConditionRow], places: Places, needs: Needs) -> Section:
    titles = [
        _("Held by"),
        _("Kind"),
        _("Total"),
        *(condition_word(word).capitalize() for word in CONDITIONS),
        _("Not looked at"),
    ]
    cells = [
        [
            custodian_name(places, row.place),
            kind_name(needs, row.kind),
            number(row.total),
            *(number(row.count(word)) for word in CONDITIONS),
            number(row.unseen),
        ]
        for row in rows
    ]
    grave = frozenset(at for at, row in enumerate(rows) if any(row.looks[word] for word in _BAD))
    return Section(_("By who holds them"), titles, cells, _WIDTHS, left=2, grave=grave)


def _seen(looks: Sequence[Look], places: Places, needs: Needs) -> Section:
    bad = [look for look in looks if look.condition != "good"]
    shown = [*bad, *(look for look in looks if look.condition == "good" and set(look.before) - {"good"})]
    cells = [
        [
            show_code(look.item.code),
            f"{headline(look.item, needs)}, {custodian_name(places, look.item.to)}",
            custodian_name(places, look.item.held_by),
            _change(look),
            local_time(look.event.happened, zone_code(look.item.held_by, look.item.to)),
            _remark(look),
        ]
        for look in shown[:_MOST_ROWS]
    ]
    heading = _("Damaged, or good again")
    if len(shown) > _MOST_ROWS:
        heading = _("{heading}: the first {count}; {more} more in the .xlsx").format(
            heading=heading, count=number(_MOST_ROWS), more=number(len(shown) - _MOST_ROWS)
        )
    titles = [_("Code"), _("Item"), _("Held by"), _("Condition"), _("Seen"), _("Remark and record")]
    grave = frozenset(range(min(len(bad), _MOST_ROWS)))
    return Section(heading, titles, cells, _LOOK_WIDTHS, left=6, grave=grave, empty=_("Nothing was found damaged."))


def _change(look: Look) -> str:
    """The condition, and the one before where it was another: good (was wet)."""
    word = condition_word(look.condition)
    other = next((before for before in reversed(look.before) if before != look.condition), None)
    return word if other is None else _("{now} (was {before})").format(now=word, before=condition_word(other))


def _remark(look: Look) -> str:
    body, event = look.event.body, look.event
    said = [printable(body["note"], 80)] if body["note"] else []
    if body["photo"]:
        said.append(_("photograph {digest}").format(digest=body["photo"][:12]))
    return ", ".join([*said, printable(short_record(record_name(event)), 60)])


def _values(row: ConditionRow, places: Places) -> list[Cell]:
    counts = [row.count(word) for word in CONDITIONS]
    return [row.place, custodian_name(places, row.place), row.kind, row.total, *counts, row.unseen]
