"""Drawing labels and recording their print: into a file or to a thermal printer, never a label without its record."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import BinaryIO

from custody.errors import N_, LabelError, PrinterError
from custody.format.item_facts import Item
from custody.plan.levels import END
from custody.plan.places import Place, below
from db.store import Store
from labels.content import LabelContent, blank_content, item_content, place_content
from labels.port import send
from labels.thermal import thermal_labels
from language import _
from language.text import number
from services.labels.print_job import PrintJob
from services.parallel import Spread, spread
from services.plan.custodians import may_load_plan
from services.records.label_prints import record_blanks, record_prints, record_reprints
from tables.output.safe_file import safe_file

PRACTICE = "LATIHAN"
"""The first word of an election's name, in signed records, where a ledger is one to practise with."""
Record = Callable[[str, slice], object]
"""Records that these of the labels were printed on the stock of this name."""

_WORTH_SPREADING = {"pdf": 4_000, "zpl": 400, "tspl": 400}
"""Labels. Two processes take up to a second to start, which is as long as these take."""


def print_labels(
    store: Store, job: PrintJob, contents: Iterable[LabelContent], count: int, record: Record, *, title: str = ""
) -> int:
    """Draw labels, record their print and give the file its name, all or nothing: no label without its record.

    Args:
        count: how many labels there are.
        title: what the document calls itself; empty says Labels.

    Returns:
        The number of pages; on a roll each label is one.
    """
    if job.printer is not None:
        return send_labels(store, job, contents, count, record, cores_for(job, count))
    assert job.path is not None

    with ExitStack() as unnamed:
        file = unnamed.enter_context(safe_file(job.path))
        pages = draw(file, job, contents, count, title=title or _("Labels"))
        is_named = False
        try:
            with store.transaction():
                record(job.stock.name, slice(count))
                unnamed.close()  # before the commit: where another program has the old file open, nothing is recorded
                is_named = True
        except BaseException:
            if is_named:
                job.path.unlink(missing_ok=True)
            raise
    return pages


def draw(file: BinaryIO, job: PrintJob, contents: Iterable[LabelContent], count: int, *, title: str) -> int:
    """Draw labels into a file, on all cores where they are many; returns the number of pages."""
    with cores_for(job, count) as mapper, job.progress(count, _("Drawing")) as done:
        if job.form != "pdf":
            pages = 0
            for label in thermal_labels(contents, job.stock, job.form, job.dpi, mapper=mapper):
                file.write(label)
                pages += 1
                done(1)
            return pages
        from labels.sheet import write_sheets

        before = 0

        def drawn(so_far: int) -> None:
            nonlocal before
            done(so_far - before)
            before = so_far

        return write_sheets(
            file,
            contents,
            job.stock,
            start=job.start,
            cut_marks=job.cut_marks,
            adjustment=job.adjustment,
            title=title,
            progress=drawn,
            mapper=mapper,
        )


def cores_for(job: PrintJob, count: int) -> AbstractContextManager[Spread]:
    """A `map` for drawing so many labels: on every core where that is worth it."""
    return spread(count, worth_it=_WORTH_SPREADING[job.form])


# --- what labels are printed of ---------------------------------------------------------------------------------------


def item_labels(store: Store, items: Iterable[Item]) -> Iterator[LabelContent]:
    """The next label of each of these items: the first one, or that of a reprint."""

    places, needs = store.state.places.tree(), store.state.kinds()
    return _marked(store, (item_content(item, places, needs, item.print + 1) for item in items))


def blank_labels(store: Store, codes: Iterable[str], kind: str | None) -> Iterator[LabelContent]:
    """Labels of codes that belong to no item yet."""

    needs = store.state.kinds()
    return _marked(store, (blank_content(code, kind, needs) for code in codes))


def place_labels(store: Store, places: Iterable[Place]) -> Iterator[LabelContent]:
    """Return the label contents of these places."""

    tree = store.state.places.tree()
    return _marked(store, (place_content(place, tree) for place in places))


def is_practice(election: str) -> bool:
    """Whether an election is one to practise with, by the first word of its name, which its station has signed."""
    return election.split()[:1] == [PRACTICE]


def _marked(store: Store, contents: Iterable[LabelContent]) -> Iterator[LabelContent]:
    """The same labels; those of a practice ledger say so below."""
    mark = PRACTICE if is_practice(store.ledger.own_log().election) else ""
    for content in contents:
        yield replace(content, footer=" · ".join(filter(None, (mark, content.footer)))) if mark else content


def print_items(store: Store, job: PrintJob, items: Sequence[Item]) -> int:
    """Draw the first labels of items and record their print; returns the number of pages."""

    codes = [item.code for item in items]

    def record(name: str, those: slice) -> object:
        return record_prints(store, codes[those], sheet=name)

    return print_labels(store, job, item_labels(store, items), len(items), record)


def reprint_items(store: Store, job: PrintJob, items: Sequence[Item], *, reason: str, second: str | None) -> int:
    """Draw the next print of each of these items and record it; returns the number of pages."""

    numbers = {item.code: item.print + 1 for item in items}

    def record(name: str, those: slice) -> object:
        printed = dict(list(numbers.items())[those])
        return record_reprints(store, printed, sheet=name, reason=reason, second=second)

    return print_labels(store, job, item_labels(store, items), len(items), record)


def print_blanks(store: Store, job: PrintJob, count: int, kind: str | None) -> int:
    """Draw so many labels with new codes that belong to no item, and record their print; returns the pages."""

    codes = [store.around.new_code() for _number in range(count)]

    def record(name: str, those: slice) -> object:
        return record_blanks(store, codes[those], sheet=name)

    return print_labels(store, job, blank_labels(store, codes, kind), count, record)


def labelled_places(store: Store, top: str | None) -> list[Place]:
    """The places that have a label: a place and all below it but polling stations.

    Raises:
        LabelError: there is none.
    """

    tree = store.state.places.tree()
    chosen = list(tree.values()) if top is None else list(below(tree, top))
    shown = [place for place in chosen if place.level != END or place.code == top]
    if not shown:
        raise LabelError(
            N_("there is no label to print"),
            hint=N_("Load a table of places first: {way}")
            if may_load_plan(store)
            else N_("Take in a bundle that has the plan: {way}"),
            way="load" if may_load_plan(store) else "import",
        )
    return shown


def print_places(store: Store, job: PrintJob, shown: Sequence[Place]) -> int:
    """Labels of these places; they are no evidence, so printing them records nothing. Returns the number of pages."""
    contents = place_labels(store, shown)
    return print_labels(store, job, contents, len(shown), lambda _name, _those: None, title=_("Place labels"))


# --- Labels sent to a thermal printer: what went out is recorded as printed, and nothing else is ----------------------

RECORDED_TOGETHER = 100
"""Labels: what a power cut leaves on paper without a record."""


def send_labels(
    store: Store,
    job: PrintJob,
    contents: Iterable[LabelContent],
    count: int,
    record: Callable[[str, slice], object],
    cores: AbstractContextManager[Spread],
) -> int:
    """Send labels to the job's printer, and record those that went out whole; returns how many.

    They are recorded a hundred at a time, and what is left whatever breaks it off: a label that may be on paper counts
    as printed. Printed a second time under the same number, it could not be told from a copy. With a file named as
    well, the file has what was sent.

    Raises:
        PrinterError: the printer cannot be reached or stopped; how many labels it took is said.
    """

    assert job.printer is not None and job.form != "pdf"
    with ExitStack() as around:
        file = around.enter_context(safe_file(job.path)) if job.path else None
        mapper = around.enter_context(cores)
        sent = _Sent(store, job, record, around.enter_context(job.progress(count, _("Sending"))))

        def copied(labels: Iterable[bytes]) -> Iterator[bytes]:
            for label in labels:
                if file is not None:
                    file.write(label)
                yield label

        labels = thermal_labels(contents, job.stock, job.form, job.dpi, mapper=mapper)
        try:
            send(job.printer, copied(labels), sent.add)
        except PrinterError as error:
            sent.record()
            if not sent.count:
                raise
            raise _broke_off(error, sent.count, count) from error
        finally:
            sent.record()
    return sent.count


class _Sent:
    """The labels that the printer has taken so far, and how many of them are recorded."""

    def __init__(
        self, store: Store, job: PrintJob, write: Callable[[str, slice], object], progress: Callable[[int], None]
    ) -> None:
        self.store, self.job, self.write, self.progress = store, job, write, progress
        self.count = self.recorded = 0

    def add(self) -> None:
        """Count one more label, and record every hundredth with those before it."""
        self.count += 1
        self.progress(1)
        if self.count % RECORDED_TOGETHER == 0:
            self.record()

    def record(self) -> None:
        """Record the labels that are not yet; if that fails they are on paper all the same, and the user is told."""
        if self.count == self.recorded:
            return
        labels, self.recorded = (
            slice(self.recorded, self.count),
            self.count,
        )  # tried once only
        try:
            with self.store.transaction():
                self.write(self.job.stock.name, labels)
        except BaseException:
            text = _("Labels sent to the printer that could not be recorded: {count}. Destroy these last ones.")
            self.job.notify(text.format(count=number(self.count - labels.start)))
            raise


def _broke_off(error: PrinterError, sent: int, count: int) -> PrinterError:
    return PrinterError(
        N_("{printer} stopped; labels sent: {sent} of {count}, and recorded as printed"),
        hint=N_(
            "Look at the printer, then print the rest in the same way. Count what came out: a label that is "
            "missing among them is printed again with: {way}"
        ),
        **{**error.values, "sent": sent, "count": count, "way": "reprint"},
    )
