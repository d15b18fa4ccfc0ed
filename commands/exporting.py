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
@json_option
@pass_station
def export(
    station: Station, out: Path | None, under: str | None, head_out: Path | None, photos_out: Path | None, as_json: bool
) -> None:
    if out is None and head_out is None and photos_out is None:
        raise InputError(N_("no file is named"), hint=N_("Add --out FILE for a bundle, or --head FILE for the head."))
    from station.exchange import export_bundle

    total, heads, note = 0, list[dict[str, Any]](), None
    photos: tuple[int, int] | None = None
    with station.store() as store:
        if head_out is not None:
            note = save_head(store, head_out)
        if out is not None:
            top = place_argument(store, under)
            total, heads = export_bundle(store, out, top, progress=partial(progress, quiet=as_json))
        if photos_out is not None:
            from commands.photos import save_photos

            photos = save_photos(store, photos_out)
    if as_json:
        print_json(
            {"out": out and str(out), "events": total, "logs": heads, "head": note, "photos": photos and photos[0]}
        )
        return
    if out is not None:
        click.echo(_("{count} events of {logs} logs written to {path}").format(count=total, logs=len(heads), path=out))
    if head_out is not None:
        click.echo(_("The signed head is written to {path}: let somebody keep it.").format(path=head_out))
    if photos is not None:
        click.echo(_("Photographs written to {path}: {count}").format(count=photos[0], path=photos_out))
        if photos[1]:
            click.echo(_("Not kept here, or altered: {count}. See: python main.py verify").format(count=photos[1]))


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
