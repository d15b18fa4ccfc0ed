"""What can be typed: the commands of exchange and their options. Help and wrong use load nothing else."""

import click

from commands.completion import PLACE
from commands.context import Input, Output, Source, Whole, json_option, pass_station, repeatable
from commands.program import later
from language import _

policy_option = click.option(
    "--policy", type=Input(), help=_("Keep this policy (C2SP tlog-policy): its witnesses are asked from now on.")
)


@click.command()
@click.argument("names", nargs=-1, metavar=_("STRANGER..."))
@click.option("--all", "is_all", is_flag=True, help=_("All logs that nobody admitted."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@json_option
@pass_station
@later("exchange.drop")
def drop() -> None: ...


@click.command()
@click.option("--out", type=Output(), help=_("The bundle to write, for example logs.serah."))
@click.option("--under", type=PLACE, help=_("Only the logs of stations at this place or below it."))
@click.option(
    "--head",
    "head_out",
    type=Output(),
    help=_("Write this station's signed head, for somebody to keep and give to verify later."),
)
@click.option(
    "--photos",
    "photos_out",
    type=Output(),
    metavar=_("FOLDER"),
    help=_("Write the photographs that records name to this folder; import takes them in."),
)
@click.option(
    "--epcis",
    "epcis_out",
    type=Output(),
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
    type=Output(),
    metavar=_("FILE|FOLDER"),
    help=_("Write every table, of records and of reports, to one .xlsx file, or as .csv files to a new folder."),
)
@click.option(
    "--observers",
    "pack_out",
    type=Output(),
    metavar=_("FOLDER"),
    help=_("Write a new folder for observers: logs, checker, public keys, reports, and how to check them."),
)
@click.option(
    "--policy",
    "policy_out",
    type=Output(),
    help=_("Write the keys of the logs that count here: for a witness, and as the beginning of a policy."),
)
@click.option(
    "--tiles",
    "tiles_out",
    type=Output(),
    metavar=_("FOLDER"),
    help=_(
        "Write the logs as static files (C2SP tlog-tiles) for any web server; add what is new to a folder of before."
    ),
)
@click.option(
    "--with-strangers",
    is_flag=True,
    help=_("Of --out, --tiles and --observers: also logs of stations that nobody admitted."),
)
@click.option("--letters", is_flag=True, help=_("Of --observers: the letter (BAST) of every handover, too."))
@json_option
@pass_station
@later("exchange.export")
def export() -> None: ...


@click.command("import")
@click.argument("files", nargs=-1, type=Input(), metavar=_("FILE..."))
@click.option(
    "--watch",
    type=Input(),
    metavar=_("FOLDER"),
    help=_("Take in every bundle that comes to this folder, until Ctrl-C."),
)
@json_option
@pass_station
@later("exchange.import_")
def import_() -> None: ...


@click.command()
@click.argument("keyfile", type=Input(), metavar=_("KEYFILE"))
@repeatable(
    "--power",
    _("What it may do besides: plan, or admit others. May be given twice."),
    type=click.Choice(["plan", "admit"]),
)
@repeatable(
    "--under", _("It may plan, and admit others, below this place alone. May be given several times."), type=PLACE
)
@click.option("--yes", is_flag=True, help=_("Admit it though its name looks like that of a station admitted before."))
@json_option
@pass_station
@later("exchange.import_")
def admit() -> None: ...


@click.command()
@click.argument("keyfile", type=Input(), metavar=_("KEYFILE"))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@json_option
@pass_station
@later("exchange.import_")
def join() -> None: ...


@click.command()
@click.argument("name", metavar=_("STATION"))
@click.option(
    "--last-good",
    type=Whole(0),
    metavar="N",
    help=_("The last number of its log that still counts; without it, the last one held here."),
)
@click.option("--reason", required=True, metavar=_("TEXT"), help=_("Why, for whoever reads the log later."))
@json_option
@pass_station
@later("exchange.import_")
def revoke() -> None: ...


@click.command()
@click.argument("file", required=False, type=Source(), metavar=_("[FILE|FOLDER|ADDRESS]"))
@click.option("--token", type=Input(), help=_("Of an address: a file with an observer's token."))
@click.option("--root", metavar=_("FINGERPRINT"), help=_("Fingerprint of the election's root, from its key sheet."))
@repeatable(
    "--head",
    _("A signed head that somebody kept: a file, a photograph of its QR code, or its text."),
    metavar=_("FILE"),
)
@click.option(
    "--policy", type=Input(), help=_("Which witnesses must have seen each log (C2SP tlog-policy): too few is wrong.")
)
@click.option(
    "--since-last",
    is_flag=True,
    help=_("Read only what has come since this was last done here; the first time, everything."),
)
@json_option
@pass_station
@later("exchange.verify", since_last="exchange.verify_growth")
def verify() -> None: ...


@click.command()
@click.option("--listen", metavar=_("ADDRESS"), help=_("Answer at this address of this computer alone."))
@click.option("--port", type=Whole(1, 65535), metavar="N", help=_("Port; without it, 8753 or the next free one."))
@click.option(
    "--certificate",
    type=Input(),
    help=_("A PEM file: a public certificate for this computer's name, its chain and key, in place of the hub's own."),
)
@click.option("--sheet", type=Output(), help=_("Write the hub's QR code and words to this PDF, for stations."))
@click.option("--log", type=Output(), help=_("Add a line of JSON for each request to this file."))
@click.option(
    "--workers",
    type=Whole(0, 64),
    default=0,
    metavar="N",
    help=_("So many processes check what is sent; of a ledger in PostgreSQL, as many bring the lists up to date."),
)
@policy_option
@json_option
@pass_station
@later("exchange.hub")
def hub() -> None: ...


@click.command()
@click.option("--name", metavar=_("NAME"), help=_("Of a new witness: a web address without https://."))
@click.option("--logs", type=Input(), help=_("The logs it knows, from export --policy; else those counting here."))
@click.option("--listen", metavar=_("ADDRESS"), help=_("Answer at this address of this computer alone."))
@click.option("--port", type=Whole(1, 65535), metavar="N", help=_("Port; without it, 8754 or the next free one."))
@click.option(
    "--plain", is_flag=True, help=_("Answer in plain HTTP on this computer alone: a web server before it has HTTPS.")
)
@click.option(
    "--evidence", type=Output(), metavar=_("FOLDER"), help=_("Write the heads that contradict each other, and end.")
)
@json_option
@pass_station
@later("exchange.witness")
def witness() -> None: ...


@click.command()
@click.argument("hub", nargs=-1, metavar=_("[ADDRESS|WORDS|PICTURE]"))
@policy_option
@click.option("--watch", is_flag=True, help=_("Go on, as soon and as long as there is a network, until Ctrl-C."))
@json_option
@pass_station
@later("exchange.send")
def sync() -> None: ...
