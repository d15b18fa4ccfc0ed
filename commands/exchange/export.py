"""The command that gives evidence away: export, of bundles and of the station's signed head."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from commands.context import Station, print_json, progress
from custody.errors import N_, InputError
from db.store import Store
from language import _
from language.text import fill, number
from services.exchange.photo_files import save_photos
from services.exchange.tile_folder import uncovered_words, write_tiles
from services.exchange.transfer import Exported, export_bundle, left_out_words, own_head
from services.exchange.witness_policy import save_logs
from services.plan.custodians import optional_custodian
from tables.output.safe_file import safe_file


@dataclass(frozen=True, slots=True)
class _How:
    """What is said of single outputs: strangers' logs, the letters of the pack, by what names EPCIS calls things."""

    with_strangers: bool
    letters: bool
    uri: str
    company_prefix: str


def export(
    station: Station,
    /,
    out: Path | None,
    under: str | None,
    head_out: Path | None,
    photos_out: Path | None,
    epcis_out: Path | None,
    tables_out: Path | None,
    pack_out: Path | None,
    policy_out: Path | None,
    tiles_out: Path | None,
    as_json: bool,
    **more: Any,
) -> None:
    how = _How(**more)
    if not any((out, head_out, photos_out, epcis_out, tables_out, pack_out, tiles_out, policy_out)):
        raise InputError(N_("no file is named"), hint=N_("Add --out FILE for a bundle, or --head FILE for the head."))
    told: dict[str, Any] = {"out": out and str(out), "events": 0, "logs": [], "head": None, "photos": None}
    lines: list[str] = []
    with station.store() as store:
        top = optional_custodian(store, under)
        if head_out is not None:
            told["head"] = save_head(store, head_out)
        if out is not None:
            done = _save_bundle(store, out, top, lines, with_strangers=how.with_strangers, quiet=as_json)
            told |= {"events": done.events, "logs": done.heads, "left_out": done.left_out}
        if head_out is not None:
            lines.append(_("The signed head is written to {path}: let somebody keep it.").format(path=head_out))
        if tiles_out is not None:
            told["tiles"] = _save_tiles(store, tiles_out, top, lines, with_strangers=how.with_strangers, quiet=as_json)
        if photos_out is not None:
            told["photos"] = _save_photos(store, photos_out, lines)
        if policy_out is not None:
            told["keys"] = save_logs(store, policy_out)
            words = _("The keys of the logs that count here are written to {path}: {count}")
            lines.append(words.format(path=policy_out, count=number(told["keys"])))
        if tables_out or pack_out or epcis_out:
            from commands.exchange import export_more  # with all reports, which bundles and heads need not wait for
        if tables_out is not None:
            told["tables"] = export_more.save_tables(store, tables_out, lines)
        if pack_out is not None:
            template_of = station.home if how.letters else None
            told["files"] = export_more.save_pack(
                store, pack_out, template_of, lines, with_strangers=how.with_strangers, quiet=as_json
            )
        if epcis_out is not None:
            names = (how.uri, how.company_prefix)
            told["epcis"] = export_more.save_epcis(store, epcis_out, top, names, lines, quiet=as_json)
    if as_json:
        print_json(told)
    else:
        click.echo("\n".join(lines))


def _save_bundle(
    store: Store, out: Path, top: str | None, lines: list[str], *, with_strangers: bool, quiet: bool
) -> Exported:
    bars = partial(progress, quiet=quiet)
    done = export_bundle(store, out, top, with_strangers=with_strangers, progress=bars)
    words = _("Written to {path}; events: {count}, logs: {logs}")
    lines.append(words.format(count=number(done.events), logs=number(len(done.heads)), path=out))
    if done.left_out:
        lines.append(left_out_words(len(done.left_out)))
    return done


def _save_tiles(
    store: Store, out: Path, top: str | None, lines: list[str], *, with_strangers: bool, quiet: bool
) -> dict[str, Any]:
    bars = partial(progress, quiet=quiet)
    done = write_tiles(store, out, top, with_strangers=with_strangers, progress=bars)
    words = _("Tiles in {path}. Logs: {logs}; files that are new: {files}")
    lines.append(words.format(path=out, logs=number(done.logs), files=number(done.files)))
    if done.left_out:
        lines.append(left_out_words(len(done.left_out)))
    if done.uncovered:
        lines.append(uncovered_words(done.uncovered))
    return {"logs": done.logs, "files": done.files, "left_out": done.left_out, "uncovered": done.uncovered}


def _save_photos(store: Store, out: Path, lines: list[str]) -> int:
    count, missing = save_photos(store, out)
    lines.append(_("Photographs written to {path}: {count}").format(count=number(count), path=out))
    if missing:
        lines.append(fill(N_("Not kept here, or altered: {count}. See: {way}"), {"count": missing, "way": "verify"}))
    return count


def save_head(store: Store, out: Path) -> str:
    """Write the head that this station signed with its newest record; returns its text.

    Raises:
        InputError, StoreError: it cannot be written, or this ledger has none yet.
    """

    note = own_head(store)
    with safe_file(out, read_back=True) as file:
        file.write(note.encode())
    return note
