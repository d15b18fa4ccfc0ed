"""The command by which somebody else cosigns the heads of logs: witness."""

from collections.abc import Callable
from pathlib import Path

import click

from commands.admin.passphrase import ask
from commands.context import Station, note, print_json
from custody.errors import N_
from language import _
from language.text import fill, number, printable
from services.exchange.witness_desk import FOLDER, AcceptedLogs, Logs, WitnessDesk, open_witness, save_evidence
from services.exchange.witness_policy import logs_in, logs_of
from web.witness_site import Witness


def witness(
    station: Station,
    name: str | None,
    logs: Path | None,
    listen: str | None,
    port: int | None,
    plain: bool,
    evidence: Path | None,
    as_json: bool,
) -> None:
    accepted = None if evidence else _logs(station, logs)
    known_as, signer, heads = open_witness(station.home, name, lambda: ask(station.passphrase_file))
    if accepted is None:
        assert evidence is not None
        count = save_evidence(heads, evidence)
        if as_json:
            print_json({"files": count})
        else:
            click.echo(_("Written to {path}: {count}").format(path=evidence, count=number(count)))
        return
    desk = WitnessDesk(known_as, signer, heads, AcceptedLogs(accepted), warn=_warn)
    running = Witness(station.home / FOLDER, desk, listen, port, is_plain=plain)
    try:
        line = f"witness {known_as.rpartition('/')[2]} {desk.key} {running.urls[0]}"
        if as_json:
            print_json({"name": known_as, "key": str(desk.key), "urls": running.urls, "logs": len(accepted())})
        else:
            click.echo(_("The witness is open. Its line for policies:"))
            click.echo(line)
            for url in running.urls[1:]:
                note(_("or: {line}").format(line=url))
            note(_("Logs that it knows: {count}").format(count=number(len(accepted()))))
            note(_("Leave this window open. Ctrl-C ends it."))
        running.run()
    finally:
        running.close()


def _logs(station: Station, logs: Path | None) -> Callable[[], Logs]:
    """What reads the logs that it accepts: a file's, or those that count in the ledger here.

    Raises:
        InputError: the file cannot be read.
        StoreError: none is named, and there is no ledger here.
    """

    def here() -> Logs:
        with station.store() as store:
            return logs_of(store)

    def named() -> Logs:
        assert logs is not None
        return logs_in(logs)

    read = here if logs is None else named
    read()  # what is wrong with it is said here
    return read


def _warn(log: str) -> None:
    words = N_("{log} has signed two histories: both heads are kept. See: {way}")
    note("! " + fill(words, {"log": printable(log, 200), "way": "evidence"}))
