"""What can be typed: the commands of the station and their options. Help and wrong use load nothing else."""

import click

from commands.completion import KIND, PLACE, complete_planned
from commands.context import FIRST_CAMERA, Input, Integer, Output, Whole, Words, json_option, pass_station
from commands.program import later
from language import _


@click.command()
@click.argument("file", type=Output())
@json_option
@pass_station
@later("admin.doctor")
def backup() -> None: ...


@click.command()
@click.option("--camera", default="0", show_default=True, metavar="N", help=_("Number or name of the camera to try."))
@click.option(
    "--rebuild",
    is_flag=True,
    help=_("Rebuild the tables of the present state from the records, which stay as they are."),
)
@click.option("--sound", is_flag=True, help=_("Play the four sounds: taken, taken already, taken out again, wrong."))
@click.option("--hub", is_flag=True, help=_("Ask the hub that runs here, or that this station knows, how it is."))
@click.option(
    "--full",
    is_flag=True,
    help=_(
        "Test the laptop before its first day: camera, sounds, disk, 24 labels, printer, clock; asks at a terminal."
    ),
)
@click.option("--out", type=Output(), help=_("With --full: the page to keep (.pdf, .xlsx, .csv, .json)."))
@json_option
@pass_station
@later("admin.doctor", full="admin.laptop_test")
def doctor() -> None: ...


@click.command()
@click.option(
    "--shares",
    "scheme",
    default="2of3",
    show_default=True,
    metavar="KofN",
    help=_("How many sheets make the key again, of how many."),
)
@click.option("--out", required=True, type=Output(), help=_("The PDF to write, a page for each share."))
@json_option
@pass_station
@later("admin.recovery")
def recovery() -> None: ...


@click.command()
@click.option("--place", metavar=_("CODE"), help=_("Code of the place where the station stands, for example 51.08."))
@click.option("--station", "name", metavar=_("NAME"), help=_("Name of the station, for example Gudang-1."))
@click.option("--election", default="Pemilu", show_default=True, metavar=_("NAME"), help=_("Name of the election."))
@click.option(
    "--profile",
    metavar=_("NAME"),
    help=_(
        "What it is used for: pemilu-nasional, pemilu-daerah, pemilu-2024, pilkada, psu, ujian, or a file of your own "
        "(.toml). The root says it; without it, everything is called as in the elections of 2024."
    ),
)
@click.option(
    "--root",
    metavar=_("FINGERPRINT"),
    help=_("Fingerprint of the election's root, from its key sheet. Without it, this station is its own root."),
)
@click.option(
    "--continue",
    "goes_on",
    is_flag=True,
    help=_("Go on with a new log that names the old one: after a restored copy, a lost key, a new installation."),
)
@click.option(
    "--from",
    "bundles",
    multiple=True,
    type=Input(),
    help=_("With --continue, where the ledger itself is lost: another station's bundle that holds its log."),
)
@click.option("--new-key", is_flag=True, help=_("With --continue: make a new key, and keep the old one aside."))
@click.option(
    "--yes", is_flag=True, help=_("Begin again without asking where nothing is recorded yet; the old files are kept.")
)
@click.option(
    "--passphrase/--no-passphrase",
    default=None,
    help=_("Lock the key with a passphrase, which is asked for twice. At a terminal, a root's key is locked anyhow."),
)
@click.option(
    "--pkcs11",
    "token",
    metavar=_("LIBRARY"),
    type=Input(),
    help=_("Let the PKCS#11 token that is plugged in make the key and keep it: the library of its maker."),
)
@click.option(
    "--recover",
    is_flag=True,
    help=_("Make the lost key again from recovery sheets, beside the ledger or with --from; replaces no key."),
)
@click.option(
    "--share",
    "shares",
    multiple=True,
    type=Input(),
    help=_("With --recover: a photograph of a sheet's code, or a text of its words; else they are typed."),
)
@json_option
@pass_station
@later("admin.init")
def init() -> None: ...


@click.command()
@click.argument("name", required=False, metavar=_("NAME"))
@json_option
@pass_station
@later("admin.use_profile")
def profile() -> None: ...


@click.command()
@click.argument("files", nargs=-1, required=True, type=Input(), metavar=_("FILE..."))
@click.option("--dry-run", is_flag=True, help=_("Only show what would change, and every fault; record nothing."))
@click.option(
    "--header-row",
    type=Whole(min=1),
    metavar=_("NUMBER"),
    help=_("The row with the headings; without it, it is found."),
)
@click.option("--sheet", metavar=_("NAME"), help=_("The sheet of a workbook that is read; without it, it is found."))
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar=_("HEADING=FIELD"),
    help=_("What a column is, as 'Uraian=name'; - leaves it out. Kept for the next table with the same headings."),
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar=_("NAME=CODE"),
    help=_("The code of a place that a list names, as 'Gerokgak/Patas=51.08.01.2010'; new: a code of its own."),
)
@click.option("--own-codes", is_flag=True, help=_("Give names that no list has codes of their own."))
@click.option(
    "--due",
    "dues",
    multiple=True,
    metavar=_("LEVEL=TIME"),
    help=_("The due time of all places of a level, where a list has none: 'PPS=13/02/2024 12:00'."),
)
@click.option("--under", type=PLACE, help=_("The plan counts for this place and below it alone."))
@json_option
@pass_station
@later("admin.load")
def load() -> None: ...


@click.command()
@click.option("--forget", metavar=_("NAME"), help=_("Forget this person's PIN."))
@json_option
@pass_station
@later("admin.tokens")
def pins() -> None: ...


@click.command()
@click.option(
    "--complete",
    type=click.Choice(["on", "off"]),
    help=_("Whether a label that is seen only in part may be completed from what is expected."),
)
@json_option
@pass_station
@later("admin.settings")
def settings() -> None: ...


@click.command()
@click.option("--place", type=PLACE, metavar=_("CODE"), help=_("Only for this place and all below it."))
@click.option("--kind", type=KIND, help=_("Only of this kind."))
@click.option("--dry-run", is_flag=True, help=_("Only count them; record nothing."))
@click.option(
    "--explain", type=PLACE, help=_("Show what a place and all below it need, and how each number came about.")
)
@json_option
@pass_station
@later("admin.plan")
def plan() -> None: ...


@click.command()
@click.option("--kind", type=KIND, help=_("Only of this kind."))
@click.option("--to", "to", type=PLACE, help=_("Only those bound for this place or below it."))
@click.option(
    "--held-by", type=PLACE, metavar=_("CUSTODIAN"), help=_("Only those in the hands of this place, vendor or vehicle.")
)
@json_option
@pass_station
@later("report.items")
def items() -> None: ...


@click.command()
@click.argument("name", required=False, metavar=_("[NAME]"))
@click.option("--measured", metavar="A,B,C,D", help=_("The four lengths on the page of labels --calibrate, in mm."))
@click.option("--offset", metavar="X,Y", help=_("Or how far right and down it prints, in mm; negative: left and up."))
@click.option("--scale", metavar="SX,SY", help=_("And how large it prints across and down, in percent."))
@click.option("--forget", is_flag=True, help=_("Forget what was measured of it."))
@json_option
@pass_station
@later("admin.printers")
def printer() -> None: ...


@click.command()
@click.option(
    "--port", type=Whole(1, 65535), metavar="N", help=_("Port on this computer; without it, the next free one.")
)
@click.option("--no-browser", is_flag=True, help=_("Do not open the browser, only say the address."))
@click.option(
    "--source",
    default=FIRST_CAMERA,
    show_default=True,
    metavar=_("SOURCE"),
    help=_("Where the page takes pictures from: camera number or name, video, picture, folder, PDF or URL."),
)
@click.option("--lan", is_flag=True, help=_("Let phones and second laptops of the local network scan along."))
@click.option(
    "--lan-address", metavar=_("ADDRESS"), help=_("This computer's address there, where it has several; means --lan.")
)
@json_option
@pass_station
@later("admin.serve")
def serve() -> None: ...


_KINDS = {
    "places": "places",
    "needs": "needs",
    "items": "items",
    "points": "points",
    "deliveries": "deliveries",
    "voters": "voters",
    "phases": "phases",
    "tempat": "places",
    "kebutuhan": "needs",
    "barang": "items",
    "titik": "points",
    "kedatangan": "deliveries",
    "pemilih": "voters",
    "tahap": "phases",
}


@click.command()
@click.argument("kind", type=Words(_KINDS), metavar=_("KIND"))
@click.option("--out", required=True, type=Output(), help=_("The .xlsx file to write."))
@later("admin.template")
def template() -> None: ...


@click.command()
@click.option("--name", metavar=_("NAME"), help=_("Make a token for this observer; its secret is shown once."))
@click.option("--days", type=Integer(), default=30, show_default=True, metavar="N", help=_("For so many days."))
@click.option("--revoke", metavar=_("NAME"), help=_("Let this observer's token count no longer."))
@json_option
@pass_station
@later("admin.tokens")
def token() -> None: ...


_SORTS = {"place": "place", "tempat": "place", "kind": "kind", "jenis": "kind", "point": "point", "titik": "point"}


@click.command()
@click.argument("what", type=Words(_SORTS), metavar="place|kind|point")
@click.argument("names", nargs=-1, required=True, metavar=_("NAME..."), shell_complete=complete_planned)
@click.option("--level", metavar=_("LEVEL"), help=_("Of a kind, only what places of this level need: TPS, PPS, PPK."))
@click.option("--note", "remark", default="", metavar=_("TEXT"), help=_("What was wrong, for whoever reads it later."))
@click.option("--yes", is_flag=True, help=_("Withdraw without asking."))
@json_option
@pass_station
@later("admin.plan")
def withdraw() -> None: ...


@click.command()
@click.option("--under", type=PLACE, help=_("Only for this place and all below it."))
@click.option("--kind", type=KIND, help=_("Only of this kind."))
@click.option(
    "--keep",
    metavar=_("CODE|STATION"),
    help=_("Keep this thing, or all that this station registered, and take its twins out of the plan."),
)
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@json_option
@pass_station
@later("admin.plan")
def twins() -> None: ...


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "powershell"]))
@later("completion")
def completion() -> None: ...
