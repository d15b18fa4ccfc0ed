"""What every report shares: who made it, its first lines on paper, and the file that a suffix asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from custody.errors import N_, InputError
from language import _
from language.text import local_time
from tables.output.safe_file import safe_file
from tables.output.write import Cell, Sheet, write_table

PROOF_NAME = "custody.proof"
"""What the proof is called that travels inside the PDF."""
SUFFIXES = (".pdf", ".xlsx", ".csv", ".json")


@dataclass(frozen=True, slots=True)
class Made:
    """Who made a report, when (UTC), from the ledger of which station and election; `here` is a place in its zone.

    `waiting`: which records are kept and not counted in it, since their stations are not admitted; empty where none.
    """

    at_utc: str
    by: str
    election: str
    station: str
    here: str = ""
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class LogHead:
    """How far a log was known when a report was made: its name, its station, its size, its root hash in hex."""

    log: str
    station: str
    size: int
    root_hex: str


@dataclass(frozen=True, slots=True)
class Colophon:
    """Where, by whom and when a report was made, in words, and from which heads."""

    station: str
    made_by: str
    made_at: str
    heads: Sequence[LogHead] = ()
    has_proof: bool = False

    @property
    def sentence(self) -> str:
        """One line for the foot of each page."""
        return _("Made {time} by {name}, from the ledger of station {station}").format(
            time=self.made_at, name=self.made_by, station=self.station
        )


def save_report(
    path: Path,
    *,
    pdf: Callable[[BinaryIO], None],
    sheets: Callable[[], Sequence[Sheet]],
    facts: Callable[[], Any],
    xlsx: Callable[[BinaryIO], None] | None = None,
    csv_at: int = 0,
    waiting: str = "",
) -> None:
    """Write a report as .pdf, .xlsx, .csv or .json, whole or not at all.

    Args:
        sheets: its tables, all for an .xlsx and the one numbered `csv_at` for a .csv.
        facts: the same for programs.
        xlsx: what writes a workbook of its own form in place of the tables.
        waiting: as in `Made`; a sheet of its own in an .xlsx, a field of a .json that is an object; a .csv has no room.

    Raises:
        InputError: another suffix, or a folder that is not there.
        StoreError: the disk is full.
    """
    match path.suffix.lower():
        case ".pdf":
            with safe_file(path) as file:
                pdf(file)
        case ".xlsx" if xlsx is not None:
            with safe_file(path) as file:
                xlsx(file)
        case ".xlsx":
            write_table(path, [*sheets(), *remark_sheets(waiting)])
        case ".csv":
            write_table(path, sheets()[csv_at : csv_at + 1])
        case ".json":
            told = facts()
            save_json(path, told | {"waiting": waiting} if waiting and isinstance(told, dict) else told)
        case _:
            raise wrong_suffix(path)


def remark_sheets(waiting: str) -> list[Sheet]:
    """The last sheet of a workbook, which says what waits for admission; none where nothing waits."""
    rows: list[list[Cell]] = [[waiting]]
    return [Sheet(_("Remark"), (_("Remark"),), rows, (150.0,))] if waiting else []


def save_json(path: Path, facts: Any) -> None:
    """Write facts as JSON that people can read too, whole or not at all."""
    import json

    with safe_file(path) as file:
        file.write(json.dumps(facts, ensure_ascii=False, indent=1).encode() + b"\n")


def wrong_suffix(path: Path, suffixes: Sequence[str] = SUFFIXES) -> InputError:
    """What is wrong with a file that a report cannot be written as."""
    return InputError(
        N_("{path}: this report is written as {suffixes}"),
        hint=N_("Change the file's name."),
        path=str(path),
        suffixes=", ".join(suffixes),
    )


def record_name(event: Any) -> str:
    """The name by which people find a record: its log and number."""
    return f"{event.log}:{event.seq}"


def keyed_in_later(event: Any) -> str | None:
    """When a late entry was keyed in (UTC); None of a record that was made when it happened."""
    return event.at if event.body.get("occurred") else None


def happened_words(event: Any, here: str) -> str:
    """Return when it happened, in the time zone of the place; a late entry says so."""
    told = local_time(event.happened, here)
    return _("{time}, keyed in later").format(time=told) if keyed_in_later(event) else told


def short_record(record: str) -> str:
    """The same for a narrow column: the station's part of the log's name, and the number; the tables have it whole."""
    log, _colon, seq = record.rpartition(":")
    parts = log.split("/")
    return f"{parts[2] if len(parts) == 4 else log}:{seq}" if log else record
