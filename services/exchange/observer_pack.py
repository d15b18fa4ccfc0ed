"""The observers' pack: one folder that Bawaslu or a party can take away, look into, and check without us."""

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import file_digest
from pathlib import Path

from custody.format.encoding import key_fingerprint
from db.store import Store
from language import _
from language.text import local_time, number, printable
from reports.bast.letter_template import Template
from reports.listing import Listing
from reports.output import Made
from reports.redaction import without_people
from reports.report_files import save_evaluation, save_listing
from services.exchange.epcis import export_epcis
from services.exchange.table_export import all_tables, save_tables
from services.exchange.transfer import export_bundle, own_head
from services.progress_bar import Progress, unseen
from services.reporting.bast_letters import save_letter
from services.reporting.evaluation_chapters import evaluation_of, listings
from services.reporting.made_by import made_of
from services.reporting.survey import Survey
from tables.output.safe_file import folder_for, safe_file, safe_folder
from tables.output.write import Cell, Sheet, write_table

_ROOT = Path(__file__).resolve().parents[2]
_README = _ROOT / "reports" / "templates" / "observer-pack.md"
_TOOLS = {"check.py": "check_pack.py", "verify_standalone.py": "verify_standalone.py"}
SUMS = "SHA256SUMS"
_LETTERS = "| `letters/` | berita acara serah terima | the letters of handover |\n"


def write_pack(
    store: Store,
    out: Path,
    found: Survey,
    *,
    letters: Template | None = None,
    with_strangers: bool = False,
    progress: Progress = unseen,
) -> tuple[int, list[str]]:
    """Write the pack to a new folder, whole or not at all; returns how many files it has, and the logs that are not in
    its bundle because they are not admitted (`export_bundle`).

    Names of staff are only in the letters and in the signed records, which cannot be changed.

    Args:
        found: what the ledger comes to now.
        letters: the office's template, to have the letter of every handover too; None leaves them out.

    Raises:
        InputError: something is there already, or the folder above is missing.
        StoreError: the disk is full.
    """
    made = replace(made_of(store), by=store.ledger.own_log().station)
    reports = listings(store, found)
    with safe_folder(out) as folder:
        bundle = export_bundle(store, folder / "logs.serah", with_strangers=with_strangers, progress=progress)
        with safe_file(folder / "head.txt") as file:
            file.write(own_head(store).encode())
        write_table(folder / "keys.csv", [_keys(store)])
        for name, source in _TOOLS.items():
            shutil.copyfile(_ROOT / "tools" / source, folder / name)
        save_tables(folder / "tables", all_tables(store, found, reports), with_people=False)
        _save_reports(store, found, folder_for(folder / "reports"), reports, made)
        export_epcis(store, folder / "events.jsonld", progress=progress)
        if letters is not None:
            _save_letters(store, folder_for(folder / "letters"), letters, progress)
        words = _README.read_text("utf-8").format(
            election=printable(made.election),
            station=printable(made.station),
            made_at=local_time(made.at_utc, made.here),
            events=number(bundle.events),
            logs=number(len(bundle.heads)),
            letters_row="" if letters is None else _LETTERS,
        )
        with safe_file(folder / "BACA-DAHULU-READ-FIRST.md") as file:
            file.write(words.encode())
        return _seal(folder), bundle.left_out


def _save_reports(store: Store, found: Survey, folder: Path, reports: Mapping[str, Listing], made: Made) -> None:
    chapters = {name: without_people(listing) for name, listing in reports.items()}
    for name, listing in chapters.items():
        save_listing(folder / f"{name}.pdf", listing, made)
    save_evaluation(folder / "evaluation.pdf", evaluation_of(store, found, chapters), made)


def _save_letters(store: Store, folder: Path, template: Template, progress: Progress) -> None:
    """Write the letter of each handover; where two have the same number, the file is named after the record."""

    records = list(_first_parts(store))
    with progress(len(records), _("Letters")) as done:
        for record in records:
            name = "".join(char if char.isalnum() or char in "-._" else "-" for char in record)
            save_letter(store, folder / f"{name}.pdf", template, record)
            done(1)


def _first_parts(store: Store) -> Iterator[str]:
    """The record of the first part of each handover that counts, `LOG:SEQ`."""
    for event in filter(store.state.stations.now().stands, store.ledger.events_since({})):
        if event.type == "handover" and event.body["part"] == 1:
            yield f"{event.log}:{event.seq}"


def zip_pack(
    store: Store, path: Path, found: Survey, *, letters: Template | None = None, progress: Progress = unseen
) -> None:
    """Write the pack as one .zip file, by way of a folder beside it.

    Raises:
        InputError, StoreError: as `write_pack`.
    """
    folder = path.with_suffix("")
    try:
        write_pack(store, folder, found, letters=letters, progress=progress)
        with safe_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
            for one in sorted(folder.rglob("*")):
                pack.write(one, one.relative_to(folder.parent))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keys(store: Store) -> Sheet:
    """The key of each log that is held, whose it is, and whether it counts."""
    trusted, sizes = store.state.stations.now(), store.ledger.sizes()
    rows: list[list[Cell]] = []
    for log, key in sorted(store.ledger.keys().items()):
        owner = trusted.owners.get(log)
        end = trusted.last_good(log)
        rows.append(
            [
                log,
                owner.station if owner else "",
                owner.place if owner else "",
                key_fingerprint(key),
                key.hex(),
                log in trusted.roots,
                trusted.counts(log),
                end,
                sizes[log],
            ]
        )
    headers = ("log", "station", "place", "fingerprint", "public_key", "is_root", "counts", "stands_up_to", "records")
    return Sheet("keys", headers, rows)


def _seal(folder: Path) -> int:
    """Write the digest of every file; returns how many there are with that list."""
    lines = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    with safe_file(folder / SUMS) as sums:
        sums.write("".join(lines).encode())
    return len(lines) + 1
