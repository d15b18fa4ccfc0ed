"""The command that shows the page: serve."""

from contextlib import ExitStack

import click

import language
from commands.context import Station, note, print_json
from language import _
from services.access.new_station import StationHome, may_begin
from tables.output.safe_file import folder_for
from web import server
from web.security.sockets import LAN_PORT, lan_addresses, listen


def serve(
    station: Station,
    /,
    port: int | None,
    no_browser: bool,
    source: str,
    lan: bool,
    lan_address: str | None,
    as_json: bool,
) -> None:
    at = StationHome(station.home, station.db_url, station.around(), lambda: station.signer)
    is_first = may_begin(at)
    if is_first:
        folder_for(station.home)
    else:
        with station.store(write=True) as store:  # what is wrong with ledger or key is said here, not in the browser
            store.ledger.own_log()
    with ExitStack() as stack:
        listening = stack.enter_context(listen(port))
        site = server.site_on(
            listening, station.home, lambda: station.store(write=True), language=language.chosen(), source=source
        )
        site.first = at if is_first else None
        beside = None
        if lan or lan_address:
            address = str(lan_addresses(lan_address)[0])
            beside = stack.enter_context(listen(None, address, LAN_PORT))
            site.lan = server.open_lan(station.home, beside)
        if as_json:
            print_json({"address": site.address, **({"lan": site.lan.address} if site.lan else {})})
        else:
            click.echo(_("Serah's page: {address}").format(address=site.address))
            if site.lan:
                note(_("For phones: press “Scan with a phone, too” on the page, and scan the code that it shows."))
                note(_("Certificate: {fingerprint}").format(fingerprint=site.lan.certificate.fingerprint))
            if is_first:
                note(_("No station has begun in this folder yet: the page leads through it."))
            note(_("Leave this window open. Ctrl-C ends it."))
        server.serve(site, listening, beside, open_browser=not no_browser)
    note(_("The page is closed. What was scanned is kept."))
