"""What `export` writes beside bundles and heads: tables, the observers' pack, EPCIS. Each adds lines that say so."""

from functools import partial
from pathlib import Path

from commands.context import progress
from db.store import Store
from language import _
from language.text import number
from services.exchange import table_export
from services.exchange.epcis import export_epcis
from services.exchange.observer_pack import write_pack
from services.exchange.transfer import left_out_words
from services.reporting.bast_letters import chosen_template
from services.reporting.evaluation_chapters import listings
from services.reporting.listings import Chosen, surveyed
from tables.output.safe_file import check_new_folder


def save_tables(store: Store, out: Path, lines: list[str]) -> int:
    """Write all tables to a folder or workbook; returns how many."""
    table_export.check_tables(out)
    found = surveyed(store, Chosen(progress=progress))
    count = table_export.save_tables(out, table_export.all_tables(store, found, listings(store, found)))
    lines.append(_("Tables written to {path}: {count}").format(path=out, count=number(count)))
    return count


def save_pack(
    store: Store, out: Path, template_of: Path | None, lines: list[str], *, with_strangers: bool, quiet: bool
) -> int:
    """Write the observers' pack; returns how many files. `template_of`: the folder whose template letters follow."""
    check_new_folder(out)
    letters = chosen_template(template_of) if template_of else None
    bars = partial(progress, quiet=quiet)
    found = surveyed(store, Chosen(progress=progress))
    count, left_out = write_pack(store, out, found, letters=letters, with_strangers=with_strangers, progress=bars)
    lines.append(_("Observers' pack written to {path}: {count} files").format(path=out, count=number(count)))
    if left_out:
        lines.append(left_out_words(len(left_out)))
    return count


def save_epcis(
    store: Store, out: Path, top: str | None, names: tuple[str, str], lines: list[str], *, quiet: bool
) -> dict[str, int]:
    """Write EPCIS events; returns how many, how many of them are declared wrong, and how many records are left out."""
    base, prefix = names
    bars = partial(progress, quiet=quiet)
    count = export_epcis(store, out, top, base=base, company_prefix=prefix, progress=bars)
    words = _("EPCIS events written to {path}: {count}, of them declared wrong: {wrong}; records left out: {apart}")
    lines.append(
        words.format(path=out, count=number(count.written), wrong=number(count.wrong), apart=number(count.left_out))
    )
    return {"events": count.written, "corrected": count.wrong, "left_out": count.left_out}
