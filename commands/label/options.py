"""What can be typed: the commands of labels and their options. Help and wrong use load nothing else."""

import functools

import click

from commands.completion import ITEM, KIND, PLACE
from commands.context import F, Input, Integer, Output, Whole, Words, by_option, json_option, pass_station, repeatable
from commands.program import later
from custody.plan.levels import BELOW_STORES
from language import _

_DPI = ("203", "300")


def print_options(command: F) -> F:
    """The options of a command that prints; `print_job` takes what they give."""
    chosen = [
        click.option(
            "--sheet", default="a4-3x7", show_default=True, metavar=_("NAME"), help=_("Label stock; see labels --list.")
        ),
        click.option(
            "--sheet-file",
            type=Input(),
            help=_("Label sheets of your own (.toml); those in sheets.toml in Serah's folder are always known."),
        ),
        click.option(
            "--start",
            type=Integer(),
            default=1,
            show_default=True,
            metavar="N",
            help=_("First free label of a half-used sheet, row by row."),
        ),
        click.option("--cut-marks", is_flag=True, help=_("Draw cut marks in the margin.")),
        click.option(
            "--printer-name", metavar=_("NAME"), help=_("Make up for what was measured of this printer; see printer.")
        ),
        click.option(
            "--dpi", type=click.Choice(_DPI), default=_DPI[0], show_default=True, help=_("Dots of a thermal printer.")
        ),
        click.option(
            "--printer",
            metavar="HOST:9100|/dev/usb/lp0",
            help=_("Send the labels to a thermal printer: ZPL, or TSPL where --out names a .tspl file."),
        ),
        click.option(
            "--out", type=Output(), help=_("The file to write: .pdf, or .zpl and .tspl for thermal printers.")
        ),
    ]
    return functools.reduce(lambda decorated, option: option(decorated), reversed(chosen), command)


@click.command()
@click.argument("code", nargs=-1, type=ITEM, metavar=_("CODE..."))
@click.option(
    "--codes",
    metavar=_("FILE|-"),
    help=_("A file of codes, one a line; - for standard input: a pipe, or a USB scanner that types."),
)
@click.option("--kind", required=True, type=KIND, help=_("What the things are."))
@click.option("--to", "to", required=True, type=PLACE, help=_("Where they are bound for."))
@click.option("--quantity", type=Whole(1), default=1, show_default=True, metavar="N", help=_("How many are in each."))
@click.option("--election", metavar=_("ELECTION"), help=_("Whose they are, where there is one for each election."))
@click.option("--held-by", type=PLACE, help=_("Who answers for them now; without it, this station's place."))
@by_option
@json_option
@pass_station
@later("label.claim")
def claim() -> None: ...


@click.command()
@click.option("--from", "giver", type=PLACE, help=_("Who gives; without it, the place above, or left to fill in."))
@click.option("--to", required=True, type=PLACE, help=_("Who receives: a place, or a number plate."))
@repeatable("--bound", _("Where a vehicle goes: a place; may be given several times."), type=PLACE)
@click.option(
    "--each",
    type=click.Choice(BELOW_STORES),
    metavar=_("LEVEL"),
    help=_("One form for each district, village or polling_station below --to."),
)
@click.option("--kind", type=KIND, help=_("Only items of this kind."))
@click.option(
    "--empty",
    type=Integer(),
    default=3,
    show_default=True,
    metavar="N",
    help=_("Empty rows on each form, for what is not on its list."),
)
@click.option("--out", required=True, type=Output(), help=_("The .pdf file to write."))
@json_option
@pass_station
@later("label.form")
def form() -> None: ...


MAX_BLANKS = 10_000


@click.command()
@click.option("--kind", type=KIND, help=_("Only of this kind."))
@click.option("--to", "to", type=PLACE, help=_("Only those bound for this place or below it."))
@click.option("--codes", type=Input(), help=_("Only the codes in this file, one a line."))
@repeatable("--code", _("Only this item; may be given several times."), type=ITEM)
@click.option(
    "--delivery", metavar=_("NUMBER"), help=_("Only for what came with this delivery note of a vendor (see receive).")
)
@click.option(
    "--blank",
    type=Whole(1, MAX_BLANKS),
    metavar="N",
    help=_("So many labels that belong to no item yet; claim says later what they are on."),
)
@click.option("--places", is_flag=True, help=_("Labels of the places instead: scan a place, then its items."))
@click.option("--calibrate", is_flag=True, help=_("A page that shows how far off a printer prints, instead of labels."))
@print_options
@click.option("--list", "show_list", is_flag=True, help=_("List the label stock that there is."))
@by_option
@json_option
@pass_station
@later("label.labels")
def labels() -> None: ...


@click.command()
@click.argument("code", nargs=-1, type=ITEM, metavar=_("CODE..."))
@click.option(
    "--codes",
    metavar=_("FILE|-"),
    help=_("A file of codes, one a line; - for standard input: a pipe, or a USB scanner that types."),
)
@click.option(
    "--spoiled", is_flag=True, help=_("All whose newest print was recorded as spoiled or unused and that never left.")
)
@click.option("--reason", metavar=_("TEXT"), help=_("Why: lost, torn, smudged ..."))
@repeatable(
    "--by",
    _("Name of a person who answers for it; give two. One is enough where void says spoiled or unused."),
    metavar=_("NAME"),
)
@print_options
@json_option
@pass_station
@later("label.reprint")
def reprint() -> None: ...


_REASONS = {
    "spoiled": "spoiled",
    "rusak": "spoiled",
    "lost": "lost",
    "hilang": "lost",
    "unused": "unused",
    "sisa": "unused",
}


@click.command()
@click.argument("code", nargs=-1, type=ITEM, metavar=_("CODE..."))
@click.option(
    "--codes",
    metavar=_("FILE|-"),
    help=_("A file of codes, one a line; - for standard input: a pipe, or a USB scanner that types."),
)
@click.option(
    "--reason", type=Words(_REASONS), required=True, metavar="spoiled|lost|unused", help=_("What became of them.")
)
@click.option("--note", "remark", default="", metavar=_("TEXT"), help=_("What happened."))
@repeatable("--by", _("Name of a person who says so; give one or two."), metavar=_("NAME"))
@json_option
@pass_station
@later("label.void")
def void() -> None: ...
