"""Writing chains of custody to the file that its suffix asks for, whole or not at all."""

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile, ZipInfo

from custody.chain.chain import Chain
from custody.format.codes import show_code
from reports.chain.chain_facts import chain_json
from reports.chain.chain_table import HEADERS, chain_rows, chain_sheets
from reports.chain.chain_text import chain_text
from reports.output import LogHead, Made, remark_sheets, wrong_suffix
from reports.words import Needs, Places
from tables.output.safe_file import safe_file
from tables.output.write import Sheet, write_table

SUFFIXES = (".pdf", ".zip", ".xlsx", ".csv", ".json", ".txt")


def save_chains(
    path: Path,
    chains: Iterable[Chain],
    places: Places,
    needs: Needs,
    made: Made,
    *,
    heads: Sequence[LogHead] = (),
    scope: str | None = None,
    proof: bytes | None = None,
) -> None:
    """Write chains as .pdf, .zip (a PDF of each item), .xlsx, .csv, .json (one line for each chain) or .txt.

    See `write_chain_pdf` for the arguments; only a PDF says who made it and from what; it, an .xlsx and
    a .txt say what waits for admission.

    Raises:
        InputError: another suffix, or a folder that is not there.
        StoreError: the disk is full.
    """
    match path.suffix.lower():
        case ".pdf":
            with safe_file(path) as file:
                _write_pdf(file, chains, places, needs, made, heads=heads, scope=scope, proof=proof)
        case ".zip":
            with safe_file(path) as file:
                _write_zip(file, chains, places, needs, made, heads)
        case ".xlsx":
            write_table(path, [*chain_sheets(chains, places, needs), *remark_sheets(made.waiting)])
        case ".csv":
            write_table(path, [Sheet("custody", HEADERS, chain_rows(chains, places, needs))])
        case ".json":
            with safe_file(path) as file:
                for chain in chains:
                    line = json.dumps(chain_json(chain, places, needs), ensure_ascii=False)
                    file.write(line.encode("utf-8", "backslashreplace") + b"\n")
        case ".txt":
            with safe_file(path) as file:
                for chain in chains:
                    file.write(chain_text(chain, places, needs).encode() + b"\n")
                if made.waiting:
                    file.write(made.waiting.encode() + b"\n")
        case _:
            raise wrong_suffix(path, SUFFIXES)


def _write_pdf(out: BinaryIO, *facts: Any, **more: Any) -> None:
    from reports.chain.chain_pdf import write_chain_pdf  # ReportLab is heavy, and most commands write no PDF

    write_chain_pdf(out, *facts, **more)


def _write_zip(
    out: BinaryIO, chains: Iterable[Chain], places: Places, needs: Needs, made: Made, heads: Sequence[LogHead]
) -> None:
    """Write the report of each item to a file of its own, in a folder of the place that it is bound for.

    One report at a time is in memory. None has its proof inside: of so many, a bundle of the records proves all.
    """
    with ZipFile(out, "w") as bundle:
        for chain in chains:
            page = BytesIO()
            _write_pdf(page, [chain], places, needs, made, heads=heads)
            folder = chain.item.to if chain.item else "-"
            bundle.writestr(ZipInfo(f"{folder.replace('/', '-')}/{show_code(chain.code)}.pdf"), page.getvalue())
