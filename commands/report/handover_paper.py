"""The paper of a handover: printed when it is recorded or later, and what is said about who has witnessed our log."""

from collections.abc import Callable
from pathlib import Path

from commands.context import note
from commands.report.options import Asked
from custody.errors import N_, CustodyError, InputError
from custody.handover.draft import RecordedHandover
from db.store import Store
from language import _
from language.text import command_line, error_text, reason
from services.scanning.handover_papers import paper_facts
from tables.output.safe_file import safe_file


def check_paper_name(path: Path | None) -> None:
    """Refuse a file's name that no paper can have, before anything is recorded.

    Raises:
        InputError: it does not end in .pdf, or its folder is not there.
    """
    if path is None:
        return
    if path.suffix.lower() != ".pdf":
        raise InputError(
            N_("{path}: a handover paper is written as .pdf"), hint=N_("Change the file's name."), path=str(path)
        )
    if not path.resolve().parent.is_dir():
        raise InputError(
            N_("The folder {folder} does not exist"),
            hint=N_("Make the folder first, or choose another one."),
            folder=str(path.resolve().parent),
        )


def report_handover(store: Store, asked: Asked) -> None:
    """Write the paper of the handover that is asked for."""
    if asked.out is None:
        raise InputError(N_("no file is named for the report"), hint=N_("Add --out handover.pdf"))
    save_paper(store, asked.out, asked.number)


def save_recorded(report: str, recorded: RecordedHandover, path: Path, save: Callable[[], object]) -> None:
    """Write a paper of a handover that has just been recorded.

    The handover stands either way, so a failure is no error: it is said, with the command that prints it later.

    Args:
        report: the kind of report that writes the same paper later.
    """

    try:
        save()
    except (CustodyError, OSError) as error:
        why = error_text(error) if isinstance(error, CustodyError) else reason(error.strerror or type(error).__name__)
        later = command_line("report", report=report, number=recorded.bast)
        note(_("It is recorded, but its paper is not written: {reason}\n  {later}").format(reason=why, later=later))
    else:
        note(_("Written: {path}").format(path=path))


def save_paper(store: Store, path: Path, bast: str | None = None, recorded: RecordedHandover | None = None) -> None:
    """Write the paper of our own handover of that number, or of the last one.

    Args:
        recorded: the same as it was recorded just now; None: it is printed later, with what is found now.

    Raises:
        InputError: this station recorded no such handover, or the file cannot be written.
        StoreError: the disk is full.
    """
    from reports.handover.paper import write_handover_paper

    check_paper_name(path)
    facts = paper_facts(store, bast, recorded)  # refused before a file is begun
    with safe_file(path) as file:
        write_handover_paper(file, facts)
