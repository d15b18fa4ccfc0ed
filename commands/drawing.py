"""Drawing labels and recording their print: into a file or to a thermal printer, never a label without its record."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, BinaryIO

from commands.base import note, progress
from commands.parallel import Spread, spread
from commands.sheets import PrintJob
from language import _, ngettext

if TYPE_CHECKING:
    from db.store import Store
    from labels.content import LabelContent

Record = Callable[[str, slice], object]
"""Records that these of the labels were printed on the stock of this name."""

_WORTH_SPREADING = {"pdf": 4_000, "zpl": 400, "tspl": 400}
"""Labels. Two processes take up to a second to start, which is as long as these take."""


def print_labels(
    store: "Store", job: PrintJob, contents: "Iterable[LabelContent]", count: int, record: Record, *, title: str = ""
) -> int:
    """Draw labels, record their print and give the file its name, all or nothing: no label without its record.

    Args:
        count: how many labels there are.
        title: what the document calls itself; empty says Labels.

    Returns:
        The number of pages; on a roll each label is one.
    """
    if job.printer is not None:
        from commands.sending import send_labels

        return send_labels(store, job, contents, count, record)
    assert job.path is not None
    from tables.safe_file import safe_file

    with ExitStack() as unnamed:
        file = unnamed.enter_context(safe_file(job.path))
        pages = draw(file, job, contents, count, title=title or _("Labels"))
        is_named = False
        try:
            with store.ledger.transaction():
                record(job.stock.name, slice(count))
                unnamed.close()  # before the commit: where another program has the old file open, nothing is recorded
                is_named = True
        except BaseException:
            if is_named:
                job.path.unlink(missing_ok=True)
            raise
    return pages


def draw(file: BinaryIO, job: PrintJob, contents: "Iterable[LabelContent]", count: int, *, title: str) -> int:
    """Draw labels into a file, on all cores where they are many; returns the number of pages."""
    with cores_for(job, count) as mapper, progress(count, _("Drawing"), quiet=job.quiet) as done:
        if job.form != "pdf":
            from labels.thermal import thermal_labels

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


def tell(job: PrintJob, count: int, pages: int) -> str:
    """The line that says what was printed; what the user must know of the stock goes to standard error."""
    from language.text import number

    if not job.stock.verified:
        note(
            _(
                "{sheet} was never held against a real sheet: print one on plain paper and hold it up to the light. "
                "labels --calibrate helps."
            ).format(sheet=job.stock.name)
        )
    if job.form == "pdf":
        note(_("Print at 100 %, without scaling to fit the page."))
    if job.printer is not None:
        return ngettext("{count} label sent to {printer}", "{count} labels sent to {printer}", count).format(
            count=number(count), printer=job.printer
        )
    return ngettext("{count} label on {pages} pages: {path}", "{count} labels on {pages} pages: {path}", count).format(
        count=number(count), pages=number(pages), path=job.path
    )
