"""Labels sent to a thermal printer: what went out is recorded as printed, and nothing else is."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack

from custody.errors import N_, PrinterError
from db.store import Store
from labels.content import LabelContent
from labels.port import send
from labels.thermal import thermal_labels
from language import _
from services.labels.print_job import PrintJob
from services.parallel import Spread
from tables.output.safe_file import safe_file

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
            self.job.notify(text.format(count=self.count - labels.start))
            raise


def _broke_off(error: PrinterError, sent: int, count: int) -> PrinterError:
    return PrinterError(
        N_("{printer} stopped; labels sent: {sent} of {count}, and recorded as printed"),
        hint=N_(
            "Look at the printer, then give the same command again for the rest. Count what came out: a label that is "
            "missing among them is printed again with: {way}"
        ),
        **{**error.values, "sent": sent, "count": count, "way": "reprint"},
    )
