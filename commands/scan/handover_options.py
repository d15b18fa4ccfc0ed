"""The options of a handover, which `scan`, `handover` and `drafts` share, and how they are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from commands.context import note, one_line
from commands.lines import read_lines
from commands.report.bast import check_letter
from commands.report.handover_paper import check_paper_name
from custody.compose.compose import Handover, SealLook, Touch
from custody.compose.refusals import refuse_to_itself
from custody.errors import N_, InputError
from custody.format.codes import ItemLabel, parse_entry
from db.store import Store
from scanner.sources.photo import read_photo
from services.code_lines import labels_in, one_touch
from services.one_line import LONGEST_NOTE
from services.plan.custodians import find_custodian, unplanned_words, what_is_to_go
from services.scanning.draft_details import with_details
from services.scanning.handover_details import GivenDetails, read_condition, read_details, read_look
from tables.headings import matched
from tables.office_table import Table

F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS = {
    "giver_name": "giver",
    "receiver_name": "receiver",
    "witnesses": "witness",
    "stops": "stop",
    "extras": "extra",
}
"""Which option a field of `GivenDetails` comes from, where that has another name."""
_GIVEN = [field.name for field in fields(GivenDetails) if field.name != "load"]
_SHOWN = {name: "--" + _OPTIONS.get(name, name).replace("_", "-") for name in _GIVEN}


@dataclass(frozen=True, slots=True)
class HandoverOptions:
    """What the options of `scan`, `handover` and `drafts` said of a handover, as it was typed."""

    bound: Sequence[str]
    giver: str
    receiver: str
    witness: Sequence[str]
    giver_office: str
    receiver_office: str
    vehicle: str
    driver: str
    escort: str
    stop: Sequence[str]
    counted: int | None
    extra: Sequence[str]
    condition: Sequence[str]
    seal: Sequence[str]
    refuse: Sequence[str]
    remark: Sequence[str]
    match: Sequence[str]
    load: Path | None
    phase: str
    kind: Sequence[str]
    number: str
    photo: Sequence[str]
    paper: Path | None
    bast: Path | None
    note: str
    occurred: str | None

    def given(self) -> GivenDetails:
        """What of it the page and programs say too, not read yet but for the file of the load."""
        texts: dict[str, Any] = {name: getattr(self, _OPTIONS.get(name, name)) for name in _GIVEN}
        return GivenDetails(**texts, load=load_list(self.load) if self.load else ())


def read_handover(store: Store, giver: str, to: str, options: HandoverOptions) -> Handover:
    """The handover that the options describe.

    Raises:
        CodeError, InputError, RuleError: an unknown place, a count below 0, an unknown condition, a time in the future.
    """

    refused = [_refused(text) for text in options.refuse]
    check_paper_name(options.paper)
    check_letter(options.bast)
    bound = tuple(dict.fromkeys(find_custodian(store, text) for text in options.bound))
    if words := unplanned_words(store, [giver, to, *bound]):
        note(words)
    if options.load and (options.phase or options.kind):
        raise InputError(
            N_("--load names what is to go, so --phase and --kind do not go with it"),
            hint=N_("Give the list, or the phase and kinds."),
        )
    phase, kinds = what_is_to_go(store, options.phase, options.kind)
    details = read_details(options.given(), store.around.now_utc(), _SHOWN)
    handover = replace(
        with_details(Handover(giver, to, bound), details),
        phase=phase,
        kinds=kinds,
        conditions=dict(_condition(text) for text in options.condition),
        seals=dict(_look(text) for text in options.seal),
        photos=dict(_photo(store, text) for text in options.photo),
        refused=tuple(touch for touch, _reason in refused),
        remarks=_all_remarks(refused, options.remark),
    )
    if giver and to:
        refuse_to_itself(handover, store.state.places)
    return handover


def _condition(text: str) -> tuple[str, str]:
    code, _equals, condition = text.rpartition("=")
    return parse_entry(code).code, read_condition(condition)


def _refused(text: str) -> tuple[Touch, str]:
    code, _equals, reason = text.partition("=")
    label = one_touch(code)
    return Touch(label.code, label.print, label.how), one_line("--refuse", reason, LONGEST_NOTE)


def _all_remarks(refused: Sequence[tuple[Touch, str]], remarks: Sequence[str]) -> dict[str, str]:
    """Remarks by code; why something was refused is one."""
    found = {touch.code: reason for touch, reason in refused if reason}
    for code, text in map(_remark, remarks):
        found[code] = f"{found[code]}; {text}" if code in found else text
    return found


def _remark(text: str) -> tuple[str, str]:
    code, _equals, remark = text.partition("=")
    if not remark.strip():
        raise InputError(N_("--remark {text} is not understood"), hint=N_("Write it as CODE=TEXT."), text=text)
    return one_touch(code).code, one_line("--remark", remark, LONGEST_NOTE)


def _look(text: str) -> tuple[str, SealLook]:
    code, _equals, look = text.partition("=")
    return parse_entry(code).code, read_look(look)


def _photo(store: Store, text: str) -> tuple[str, str]:
    """The code of an item and the digest of its photograph, which is kept from now on."""

    code, _equals, file = text.partition("=")
    if not file:
        raise InputError(N_("--photo {text} is not understood"), hint=N_("Write it as CODE=FILE."), text=text)
    return parse_entry(code).code, store.photos.keep(read_photo(Path(file)))


def load_list(path: Path) -> tuple[str, ...]:
    """The codes that a truck is to take: a file with one a line, or a table (.csv, .xlsx) with a column of codes.

    Raises:
        InputError: it cannot be read, has no such column, or lines that are no codes; `faults` names them.
    """
    from tables.read import read_table  # most handovers have no such file

    if path.suffix.lower() not in (".csv", ".xlsx"):
        lines: list[tuple[int, str]] = list(enumerate(read_lines(str(path)), 1))
    else:
        table = read_table(path)
        column = _code_column(table)
        lines = [(number, cells.get(column, "")) for number, cells in table.rows]
    if not (
        codes := dict.fromkeys(label.code for label in labels_in(lines, path.name) if isinstance(label, ItemLabel))
    ):
        raise InputError(
            N_("{file} names no item"),
            hint=N_("Write the code of each item that is to go, one a line."),
            file=path.name,
        )
    return tuple(codes)


def _code_column(table: Table) -> str:
    """The header of the column that has the items' codes."""
    found = matched("items", table.headers, table.reading.columns).get("code")
    if not found:
        raise InputError(
            N_("{file} has no column of codes: its headers are {headers}"),
            hint=N_("Name the column code, or kode."),
            file=table.file,
            headers=", ".join(table.headers)[:200],
        )
    return found[0]
