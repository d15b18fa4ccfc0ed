"""The paper of a handover: printed when it is recorded or later, and what is said about who has witnessed our log."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commands.base import note
from custody.errors import N_, CustodyError, InputError
from language import _

if TYPE_CHECKING:
    from custody.events import Body
    from custody.findings import Finding
    from custody.paper import Sheet
    from db.store import RecordedHandover, Store


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


def save_recorded_paper(store: "Store", recorded: "RecordedHandover", path: Path) -> None:
    """Write the paper of a handover that has just been recorded.

    The handover stands either way, so a failure is no error: it is said, with the command that prints it later.
    """
    from language.text import say

    try:
        save_paper(store, path, recorded.bast, recorded.findings)
    except (CustodyError, OSError) as error:
        reason = say(error) if isinstance(error, CustodyError) else str(error.strerror or type(error).__name__)
        later = f"python main.py report handover --number {recorded.bast} --out FILE.pdf"
        note(_("It is recorded, but its paper is not written: {reason}\n  {later}").format(reason=reason, later=later))
    else:
        note(_("Written: {path}").format(path=path))


def save_paper(
    store: "Store", path: Path, bast: str | None = None, findings: "Sequence[Finding] | None" = None
) -> None:
    """Write the paper of our own handover of that number, or of the last one.

    Args:
        findings: what was found when it was recorded; None: what is found now.

    Raises:
        InputError: this station recorded no such handover, or the file cannot be written.
        StoreError: the disk is full.
    """
    from reports.handover_column import HandoverFacts, Part
    from reports.handover_paper import write_handover_paper
    from tables.safe_file import safe_file

    check_paper_name(path)
    sheets = store.papers.sheets(bast)
    if not sheets:
        raise InputError(
            N_("this station has recorded no handover {number}")
            if bast
            else N_("this station recorded no handover yet"),
            hint=N_("Its number is on the screen after recording, and in the custody report."),
            number=bast,
        )
    own, places = store.ledger.own_log(), store.state.places
    codes = [row["code"] for said, _sheet in sheets for row in said["items"]]
    facts = HandoverFacts(
        parts=[Part(said, sheet) for said, sheet in sheets], items=store.state.items_of(codes),
        findings=_found_now(store, sheets) if findings is None else findings, election=own.election,
        station=own.station, made_at_utc=store.around.now_utc(), made_by=store.around.by,
        places=places, needs={need.kind: need for need in store.state.needs()},
    )  # fmt: skip
    with safe_file(path) as file:
        write_handover_paper(file, facts)


def _found_now(store: "Store", sheets: "Sequence[tuple[Body, Sheet]]") -> "list[Finding]":
    """What is irregular about a recorded handover, as its items' chains tell it now, and its count."""
    from custody.findings import judge_count
    from custody.ledger import leaf_digest

    leaves = {leaf_digest(sheet.body + b"\n" + sheet.signatures.encode()).hex() for _said, sheet in sheets}
    codes = [row["code"] for said, _sheet in sheets for row in said["items"]]
    now, last = store.around.now_utc(), sheets[-1][0]
    found = judge_count(
        scanned=len(codes), extras=sum(extra["count"] for extra in last["extras"]), counted=last["counted"],
        missing=(), places=store.state.places,
    )  # fmt: skip
    for code in codes:
        found += [finding for finding in store.state.chain(code, as_of=now).findings if finding.leaf in leaves]
    return found


def unwitnessed_words(count: int) -> str:
    """How many of our own records nobody else has seen, and what to do about it."""
    from language.text import number

    if not count:
        return _("All records of this station are witnessed.")
    words = _(
        "{count} records of this station are not yet witnessed: let the other side scan the paper, or exchange bundles."
    )
    return words.format(count=number(count))
