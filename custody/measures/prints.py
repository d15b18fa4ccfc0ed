"""The account of printed labels: how many were printed, by whom, and what became of each.

Every label is one of: in use, replaced by a reprint, recorded as void (spoiled, lost, unused), or blank and not claimed
yet. A pure function of the events of printing, so that the figures follow from the records that stand behind them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from custody.chain.corrections import Roots, withdrawals
from custody.chain.order import Order, causal_order
from custody.format.events import Event

PRINTING = ("print", "void", "register", "correct")
"""The types of events that the account follows from."""

Fate = Literal["in_use", "replaced", "spoiled", "lost", "unused", "open"]
Act = Literal["print", "reprint", "blank", "claim", "void"]
FATES: tuple[Fate, ...] = ("in_use", "replaced", "spoiled", "lost", "unused", "open")
"""What became of a label, every one of them one: `open` is a blank that is neither void nor claimed."""
VOID_REASONS: tuple[Fate, ...] = ("spoiled", "lost", "unused")


@dataclass(slots=True)
class PrintRow:
    """Labels alike in who printed them, what they are on, the stock, and the place where they were printed.

    `kind` is empty for blanks that nobody has claimed. `fates` add up to `printed`. Of these, `reprints` have a number
    above 01, `blanks` belonged to no item when they were printed, and `claimed` of the blanks belong to one by now.
    `records` are the events that the figures rest on.
    """

    by: str
    kind: str
    sheet: str
    place: str
    printed: int = 0
    reprints: int = 0
    blanks: int = 0
    claimed: int = 0
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(FATES, 0))
    records: dict[str, Event] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrintRecord:
    """One event of printing: what it did, and to which labels (code, print number)."""

    event: Event
    act: Act
    place: str
    labels: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class PrintAccount:
    """All that was printed. `strays` are labels recorded as void whose print is in none of these records."""

    rows: tuple[PrintRow, ...]
    records: tuple[PrintRecord, ...]
    strays: tuple[tuple[str, int], ...]

    @property
    def total(self) -> PrintRow:
        """Return the sum of all rows."""
        total = PrintRow("", "", "", "")
        for row in self.rows:
            total.printed += row.printed
            total.reprints += row.reprints
            total.blanks += row.blanks
            total.claimed += row.claimed
            for fate in FATES:
                total.fates[fate] += row.fates[fate]
            total.records |= row.records
        return total


def print_account(events: Iterable[Event], places: Mapping[str, str], roots: Roots = frozenset()) -> PrintAccount:
    """Account for every label that these events printed; rows by person, kind, stock and place.

    Args:
        events: every known event of the types `PRINTING`, in any order; others do no harm.
        places: the place of each log's station.
        roots: the logs of the election's root, which may withdraw any record.
    """
    unique = {event.leaf: event for event in events if event.type in PRINTING}
    withdrawn, _foreign = withdrawals(unique, roots)
    standing = sorted(
        (event for leaf, event in unique.items() if leaf not in withdrawn and event.type != "correct"),
        key=lambda event: (event.log, event.seq, event.leaf),
    )
    return _Account(standing, places).made()


class _Account:
    """One pass over the records that stand."""

    def __init__(self, standing: list[Event], places: Mapping[str, str]) -> None:
        self._prints = [event for event in standing if event.type == "print"]
        self._voids = [event for event in standing if event.type == "void"]
        self._places = places
        self._registered: dict[str, list[Event]] = {}
        self._kinds: dict[str, str] = {}
        for event in standing:
            if event.type == "register":
                for code, row in event.rows.items():
                    self._registered.setdefault(code, []).append(event)
                    self._kinds.setdefault(code, str(row["kind"]))
        self._order: Order = causal_order(standing)
        self._newest: dict[str, Event] = {}
        for event in sorted(self._prints, key=lambda event: int(event.body["print"])):
            self._newest |= dict.fromkeys(event.body["codes"], event)
        self._void: dict[tuple[str, int], Event] = {}
        for event in self._voids:
            for label in _labels(event):
                self._void.setdefault(label, event)
        self._claims: dict[str, tuple[Event, list[tuple[str, int]]]] = {}
        self._rows: dict[tuple[str, str, str, str], PrintRow] = {}

    def made(self) -> PrintAccount:
        """Return the account of everything that was added."""
        records = [self._count(event) for event in self._prints]
        records += [self._record(event, "void", _labels(event)) for event in self._voids]
        records += [self._record(event, "claim", labels) for event, labels in self._claims.values()]
        printed = {label for event in self._prints for label in _labels(event)}
        return PrintAccount(
            tuple(self._rows[key] for key in sorted(self._rows)),
            tuple(sorted(records, key=lambda record: (record.event.log, record.event.seq, record.event.leaf))),
            tuple(sorted(self._void.keys() - printed)),
        )

    def _count(self, event: Event) -> PrintRecord:
        """Put the labels of a print into their rows."""
        body, number = event.body, event.body["print"]
        was_known: dict[str, bool] = {}  # by the leaf of the registration: one event registers hundreds
        blanks = 0
        for label in _labels(event):
            code = label[0]
            registered = self._registered.get(code, [])
            is_blank = all(self._came_after(other, event, was_known) for other in registered)
            blanks += is_blank
            row = self._row(event, self._kinds.get(code, ""))
            row.printed += 1
            row.reprints += number > 1
            row.blanks += is_blank
            void, newest = self._void.get(label), self._newest[code]
            fate = self._fate(label, void)
            row.fates[fate] += 1
            behind = [event, *([void] if void else []), *([newest] if fate == "replaced" else [])]
            if is_blank and registered:
                row.claimed += 1
                behind.append(registered[0])
                self._claims.setdefault(registered[0].leaf, (registered[0], []))[1].append(label)
            row.records |= {other.leaf: other for other in behind}
        is_all_blank = blanks == len(body["codes"])
        return self._record(event, "reprint" if number > 1 else "blank" if is_all_blank else "print", _labels(event))

    def _came_after(self, registered: Event, printed: Event, known: dict[str, bool]) -> bool:
        """Whether the item was registered by somebody who knew of this print of its label."""
        if registered.leaf not in known:
            known[registered.leaf] = self._order.is_before(printed, registered)
        return known[registered.leaf]

    def _fate(self, label: tuple[str, int], void: Event | None) -> Fate:
        code, number = label
        if void is not None:
            return next(reason for reason in VOID_REASONS if reason == void.body["reason"])
        if number < self._newest[code].body["print"]:
            return "replaced"
        return "in_use" if code in self._registered else "open"

    def _row(self, event: Event, kind: str) -> PrintRow:
        place = self._places.get(event.log, "")
        key = (event.body["by"], kind, event.body["sheet"], place)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = PrintRow(*key)
        return row

    def _record(self, event: Event, act: Act, labels: Iterable[tuple[str, int]]) -> PrintRecord:
        return PrintRecord(event, act, self._places.get(event.log, ""), tuple(dict.fromkeys(labels)))


def _labels(event: Event) -> list[tuple[str, int]]:
    """The labels that a print or a void names, each once."""
    if event.type == "print":
        return [(code, event.body["print"]) for code in dict.fromkeys(event.body["codes"])]
    return list(dict.fromkeys((row["code"], row["print"]) for row in event.body["labels"]))
