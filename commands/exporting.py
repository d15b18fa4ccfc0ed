"""The command that gives evidence away: export, of bundles and of the station's signed head."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.base import Station, json_option, pass_station, place_argument, print_json, progress
from custody.errors import N_, InputError
from language import _

if TYPE_CHECKING:
    from db.store import Store
    from station.epcis import EpcisCount


@click.command(help=_("Write the logs of this ledger to a bundle for another station or an auditor."))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar=_("FILE"),
    help=_("The bundle to write, for example logs.serah."),
)
@click.option("--under", metavar=_("PLACE"), help=_("Only the logs of stations at this place or below it."))
@click.option(
    "--head",
    "head_out",
    type=click.Path(path_type=Path),
    metavar=_("FILE"),
    help=_("Write this station's signed head, for somebody to keep and give to verify later."),
)
@click.option(
    "--photos",
    "photos_out",
    type=click.Path(path_type=Path),
    metavar=_("FOLDER"),
    help=_("Write the photographs that records name to this folder; import takes them in."),
)
@click.option(
    "--epcis",
    "epcis_out",
    type=click.Path(path_type=Path),
    metavar=_("FILE"),
    help=_("Write what records tell of things to this .jsonld file, in GS1 EPCIS 2.0."),
)
@click.option(
    "--uri", default="", metavar=_("ADDRESS"), help=_("Of --epcis: the office's own address to name things by.")
)
@click.option(
    "--company-prefix",
    default="",
    metavar=_("DIGITS"),
    help=_("Of --epcis: the office's GS1 company prefix, if it has one."),
)
@click.option(
    "--tables",
    "tables_out",
    type=click.Path(path_type=Path),
    metavar=_("FILE|FOLDER"),
    help=_("Write every table, of records and of reports, to one .xlsx file, or as .csv files to a new folder."),
)
@json_option
@pass_station
def export(
    station: Station,
    out: Path | None,
    under: str | None,
    head_out: Path | None,
    photos_out: Path | None,
    epcis_out: Path | None,
    uri: str,
    company_prefix: str,
    tables_out: Path | None,
    as_json: bool,
) -> None:
    if not any((out, head_out, photos_out, epcis_out, tables_out)):
        raise InputError(N_("no file is named"), hint=N_("Add --out FILE for a bundle, or --head FILE for the head."))
    from station.exchange import export_bundle

    total, heads, note = 0, list[dict[str, Any]](), None
    photos: tuple[int, int] | None = None
    epcis: EpcisCount | None = None
    tables = 0
    with station.store() as store:
        if head_out is not None:
            note = save_head(store, head_out)
        if out is not None:
            top = place_argument(store, under)
            total, heads = export_bundle(store, out, top, progress=partial(progress, quiet=as_json))
        if photos_out is not None:
            from station.photo_files import save_photos

            photos = save_photos(store, photos_out)
        if epcis_out is not None:
            from station.epcis import export_epcis

            epcis = export_epcis(
                store, epcis_out, place_argument(store, under), base=uri, company_prefix=company_prefix,
                progress=partial(progress, quiet=as_json),
            )  # fmt: skip
        if tables_out is not None:
            tables = _save_tables(store, tables_out)
    if as_json:
        print_json({
            "out": out and str(out), "events": total, "logs": heads, "head": note, "photos": photos and photos[0],
            "tables": tables,
            "epcis": epcis and {"events": epcis.written, "corrected": epcis.wrong, "left_out": epcis.left_out},
        })  # fmt: skip
        return
    if out is not None:
        click.echo(_("{count} events of {logs} logs written to {path}").format(count=total, logs=len(heads), path=out))
    if head_out is not None:
        click.echo(_("The signed head is written to {path}: let somebody keep it.").format(path=head_out))
    if photos is not None:
        click.echo(_("Photographs written to {path}: {count}").format(count=photos[0], path=photos_out))
        if photos[1]:
            click.echo(_("Not kept here, or altered: {count}. See: python main.py verify").format(count=photos[1]))
    if tables:
        click.echo(_("Tables written to {path}: {count}").format(path=tables_out, count=tables))
    if epcis is not None:
        click.echo(
            _(
                "EPCIS events written to {path}: {count}, of them declared wrong: {wrong}; records left out: {apart}"
            ).format(path=epcis_out, count=epcis.written, wrong=epcis.wrong, apart=epcis.left_out)
        )


def save_head(store: "Store", out: Path) -> str:
    """Write the head that this station signed with its newest record; returns its text.

    Raises:
        InputError, StoreError: it cannot be written, or this ledger has none yet.
    """
    from station.exchange import own_head
    from tables.safe_file import safe_file

    note = own_head(store)
    with safe_file(out, read_back=True) as file:
        file.write(note.encode())
    return note


def _save_tables(store: "Store", out: Path) -> int:
    from commands.judging import surveyed
    from station.evaluation import listings
    from station.tables import all_tables, check_tables, save_tables

    check_tables(out)
    found = surveyed(store, None)
    return save_tables(out, all_tables(store, found, listings(store, found)))
