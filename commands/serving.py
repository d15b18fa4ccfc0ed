"""The command that shows the page: serve."""

import click

from commands.base import Station, json_option, note, pass_station, print_json
from commands.session import FIRST_CAMERA
from language import _


@click.command(help=_("Show the station's page in the browser: scanning without typing commands."))
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="N",
    help=_("Port on this computer; without it, the next free one."),
)
@click.option("--no-browser", is_flag=True, help=_("Do not open the browser, only say the address."))
@click.option(
    "--source",
    default=FIRST_CAMERA,
    show_default=True,
    metavar=_("SOURCE"),
    help=_("Where the page takes pictures from: camera number or name, video, picture, folder, PDF or URL."),
)
@json_option
@pass_station
def serve(station: Station, /, port: int | None, no_browser: bool, source: str, as_json: bool) -> None:
    import language
    from web import serving

    with station.store(write=True) as store:  # what is wrong with ledger or key is said here, not in the browser
        store.ledger.own_log()
    with serving.listen(port) as listening:
        site = serving.site_on(
            listening, station.home, lambda: station.store(write=True), language=language.chosen(), source=source
        )
        if as_json:
            print_json({"address": site.address})
        else:
            click.echo(_("Serah's page: {address}").format(address=site.address))
            note(_("Leave this window open. Ctrl-C ends it."))
        serving.serve(site, listening, open_browser=not no_browser)
    note(_("The page is closed. What was scanned is kept."))
