"""The command by which stations send to this one: hub."""

import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import click

from commands.context import Station, note, print_json
from custody.errors import N_
from labels.qr import qr_lines
from language import _
from language.text import fill
from reports.handover.hub_sheet import HubSheet, write_hub_sheet
from services.exchange.hub_client import HubAddress
from services.exchange.invitation import open_hub, words_for
from services.exchange.trust_anchors import kept_policy
from services.exchange.witness_policy import keep_policy
from tables.output.safe_file import not_written, safe_file
from web.hub_server import Hub
from web.hub_workers import HubWorkers


def hub(
    station: Station,
    listen: str | None,
    port: int | None,
    certificate: Path | None,
    sheet: Path | None,
    policy: Path | None,
    log: Path | None,
    workers: int,
    as_json: bool,
) -> None:
    if policy:
        keep_policy(station.home, policy)
    kept_policy(station.home)  # what is wrong with it is said here
    with station.store(write=True) as store:  # what is wrong with ledger or key is said here
        own, is_server = store.ledger.own_log(), not store.arrivals.has_one_writer
    _end_like_ctrl_c()
    with ExitStack() as shown:
        write = None if log is None else shown.enter_context(_written(log, station.now_utc))
        beside = HubWorkers(station.db_url, workers, is_server=is_server) if workers else None
        opened = Hub(station.home, lambda: station.store(write=True), listen, port, certificate, note, write, beside)
        running = shown.enter_context(closing(opened))
        addresses = running.invitations
        shown.callback(open_hub(station.home, addresses[0]))
        if sheet is not None:
            lines = [(str(address), words_for(address)) for address in addresses]
            with safe_file(sheet) as file:
                write_hub_sheet(file, HubSheet(own.station, own.election, lines))
        if as_json:
            told = {"addresses": [str(one) for one in addresses], "fingerprint": running.pin}
            print_json({**told, "words": [" ".join(words_for(one)) for one in addresses]})
        else:
            _show(addresses, sheet)
        running.run()
    note(_("The hub is closed. What was sent is kept."))


def _end_like_ctrl_c() -> None:
    """Close the hub too where the system ends this process or its window is closed: else it is still shown as open."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup ignores it
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


@contextmanager
def _written(path: Path, now_utc: Callable[[], str]) -> Iterator[Callable[[Mapping[str, object]], None]]:
    """What adds lines of JSON to a file, each with the time in front.

    Raises:
        StoreError, InputError: it cannot be written.
    """
    try:
        file = path.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        raise not_written(path, error) from error

    def write(told: Mapping[str, object]) -> None:
        with suppress(OSError):  # a full disk must not keep receipts from those who ask for them
            file.write(json.dumps({"at": now_utc(), **told}) + "\n")

    with file:
        yield write


def _show(addresses: Sequence[HubAddress], sheet: Path | None) -> None:
    _show_code(str(addresses[0]))
    click.echo(
        fill(N_("The hub is open. At each station, once: {way}"), {"way": "sync_at", "address": str(addresses[0])})
    )
    if words := words_for(addresses[0]):
        click.echo(_("or in words: {words}").format(words=" ".join(words)))
    for address in addresses[1:]:
        note(_("or: {line}").format(line=address))
    if sheet is not None:
        note(_("The sheet to hang up or hand out: {path}").format(path=sheet))
    note(_("Leave this window open. Ctrl-C ends it."))


def _show_code(line: str) -> None:
    """Show the QR code of an invitation where somebody looks, in a terminal that can."""
    rows = qr_lines(line)
    try:
        "".join(rows).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return
    if sys.stdout.isatty():
        for row in rows:
            click.secho(row, fg="black", bg="bright_white")
