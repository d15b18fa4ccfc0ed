"""What the page of labels is asked for: which labels, on what paper, and where they go."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from custody.errors import N_, InputError, RuleError
from custody.format.codes import ItemLabel, parse_code, parse_entry
from custody.format.item_facts import Item
from custody.people import distinct_people
from custody.plan.places import Place
from db.store import Store
from labels.port import parse_destination
from labels.thermal import check_roll
from language import _
from services.labels.print_job import PrintJob, chosen_stock
from services.labels.print_run import (
    blank_labels,
    item_labels,
    labelled_places,
    place_labels,
    print_blanks,
    print_items,
    print_places,
)
from services.labels.printer_profiles import adjustment_of
from services.labels.selection import delivered_items, in_order, known_items, reason_to_reprint, reprintable
from services.one_line import LONGEST_NAME, LONGEST_NOTE, one_line
from services.plan.custodians import find_custodian
from services.progress_bar import Progress
from web.request_model import Given

KEPT = "labels"
"""The folder in the station's where printed labels are kept as files."""
MOST_BLANKS = 10_000
MOST_CODES = 2_000
Word = Annotated[str, Field(max_length=LONGEST_NAME)]


class LabelOutput(Given):
    """The stock, what was measured of the printer, and where the labels go: a file, or a thermal printer's address."""

    sheet: Word = "a4-3x7"
    start: Annotated[int, Field(ge=1, le=1000)] = 1
    cut_marks: bool = False
    printer_name: Word = ""
    form: Literal["pdf", "zpl", "tspl"] = "pdf"
    dpi: Literal[203, 300] = 203
    printer: Annotated[str, Field(max_length=200)] = ""

    def job(self, home: Path, path: Path | None, progress: Progress) -> PrintJob:
        """The print job that this asks for; `path` is left out where the labels go to a printer.

        Raises:
            InputError, LabelError: the stock, the printer or its measures are not known, or do not go together.
        """

        stock = chosen_stock(home, self.sheet)
        if self.form == "pdf":
            adjustment = adjustment_of(home, self.printer_name) if self.printer_name else None
            return PrintJob(stock, path, "pdf", self.start, self.cut_marks, adjustment, progress=progress)
        check_roll(stock)
        destination = parse_destination(self.printer.strip()) if self.printer.strip() else None
        return PrintJob(
            stock, None if destination else path, self.form, dpi=self.dpi, printer=destination, progress=progress
        )


class Choice(LabelOutput):
    """Which labels: of items without one, by kind and destination, or those for what came with a delivery note, or by
    `codes`, one a line; of places; or so many blank ones.
    """

    what: Literal["items", "places", "blank"] = "items"
    kind: Word = ""
    to: Word = ""
    delivery: Word = ""
    codes: Annotated[str, Field(max_length=40_000)] = ""
    count: Annotated[int, Field(ge=1, le=MOST_BLANKS)] | None = None
    by: Word = ""


class Again(LabelOutput):
    """Labels that are printed again: the codes, one a line, why, and the two people who answer for it."""

    codes: Annotated[str, Field(max_length=40_000)]
    reason: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    by: Annotated[list[Word], Field(max_length=2)] = []


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a choice comes to: items, places, or a number of blank labels, and how many items have a label already."""

    items: Sequence[Item] = ()
    places: Sequence[Place] = ()
    blanks: int = 0
    already: int = 0

    @property
    def count(self) -> int:
        """The number of labels."""
        return len(self.items) or len(self.places) or self.blanks


def chosen(store: Store, choice: Choice) -> Chosen:
    """The labels that a choice asks for.

    Raises:
        CodeError, InputError: a word of it names nothing that there is.
        RuleError: there is no label to print.
    """

    store.state.places.refresh()
    top = find_custodian(store, choice.to.strip().removeprefix("P:")) if choice.to.strip() else None
    if choice.what == "places":
        return Chosen(places=labelled_places(store, top))
    if choice.what == "blank":
        if choice.count is None:
            raise InputError(N_("how many blank labels are wanted is not said"), hint=N_("Write their number."))
        return Chosen(blanks=choice.count)
    if choice.delivery.strip():
        return Chosen(items=delivered_items(store, choice.delivery.strip(), choice.kind or None))
    if choice.codes.strip():
        found = known_items(store, map(parse_code, choice.codes.split()))
    else:
        found = list(store.state.find_items(kind=choice.kind or None, under=top))
    fresh = [item for item in found if not item.print]
    if not fresh:
        raise RuleError(
            N_("none of these items is without a label"),
            hint=N_("Choose others, or print labels again below. What is not registered yet is registered by Plan."),
        )
    return Chosen(items=in_order(store, fresh), already=len(found) - len(fresh))


def print_chosen(store: Store, job: PrintJob, choice: Choice, what: Chosen) -> int:
    """Print and record what was chosen; returns the number of pages."""

    if choice.by.strip():
        store.around = store.around.worked_by([one_line(_("Name"), choice.by)])
    if what.places:
        return print_places(store, job, what.places)
    if what.blanks:
        return print_blanks(store, job, what.blanks, choice.kind or None)
    return print_items(store, job, what.items)


def contents_of(store: Store, choice: Choice, what: Chosen) -> Any:
    """Return the contents of the labels for a preview; blank ones have codes that are never used."""

    if what.places:
        return place_labels(store, what.places)
    if what.blanks:
        codes = (store.around.new_code() for _number in range(what.blanks))
        return blank_labels(store, codes, choice.kind or None)
    return item_labels(store, what.items)


def again(store: Store, asked: Again) -> tuple[list[Item], str, str | None]:
    """The items whose labels are printed again, why, and the second person.

    Raises:
        CodeError, InputError, RuleError: a line is no code, it has no label, or it takes a reason and two names.
    """

    labels = [parse_entry(line) for line in asked.codes.splitlines() if line.strip()]
    codes = [label.code for label in labels if isinstance(label, ItemLabel)]
    if not codes:
        raise InputError(N_("no code is given"), hint=N_("Scan or type the codes, one a line."))
    if len(codes) > MOST_CODES:
        raise InputError(
            N_("{count} codes are too many at once; {most} is the most"),
            hint=N_("Print them in several parts."),
            count=len(codes),
            most=MOST_CODES,
        )
    items = reprintable(store, codes)
    names = distinct_people(one_line(_("Name"), name) for name in asked.by if name.strip())
    reason = one_line(_("Reason"), asked.reason, LONGEST_NOTE)
    reason = reason_to_reprint(store, items, reason, names)
    store.around = store.around.worked_by(names)
    return items, reason, names[1] if len(names) == 2 else None
