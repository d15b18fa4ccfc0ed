"""What can be typed: the commands of scanning and their options. Help and wrong use load nothing else."""

from collections.abc import Callable

import click

from commands.completion import KIND, PLACE
from commands.context import (
    FIRST_CAMERA,
    F,
    Input,
    Integer,
    Output,
    Whole,
    json_option,
    name_photos,
    name_source,
    pass_station,
    repeatable,
)
from commands.program import later
from language import _


def handover_options(command: F) -> F:
    """Add the options for what labels do not have: people, counts, conditions, things without a label."""
    for option in reversed((*_people_options(), *_item_options(), *_record_options())):
        command = option(command)
    return command


def _people_options() -> tuple[Callable[[F], F], ...]:
    return (
        repeatable("--bound", _("Where a truck goes: a place; may be given several times."), type=PLACE),
        click.option("--giver", default="", metavar=_("NAME"), help=_("Name of the person who gives.")),
        click.option("--receiver", default="", metavar=_("NAME"), help=_("Name of the person who receives.")),
        repeatable("--witness", _("Name of a witness; may be given several times."), metavar=_("NAME")),
        click.option("--giver-office", default="", metavar=_("TEXT"), help=_("The giver's function.")),
        click.option("--receiver-office", default="", metavar=_("TEXT"), help=_("The receiver's function.")),
        click.option("--vehicle", default="", metavar=_("TEXT"), help=_("The vehicle.")),
        click.option("--driver", default="", metavar=_("NAME"), help=_("Name of the driver.")),
        click.option("--escort", default="", metavar=_("NAME"), help=_("Who escorts the vehicle.")),
        repeatable("--stop", _("A stop on the way, in order; may be given several times."), metavar=_("TEXT")),
        click.option("--counted", type=Integer(), metavar="N", help=_("How many things the giver has counted.")),
    )


def _item_options() -> tuple[Callable[[F], F], ...]:
    return (
        repeatable(
            "--extra", _("Things without a readable label: KIND=COUNT or KIND=COUNT:REMARK."), metavar=_("KIND=COUNT")
        ),
        repeatable(
            "--condition", _("Condition of an item: CODE=good|light|heavy|wet|missing."), metavar=_("CODE=WORD")
        ),
        repeatable(
            "--seal",
            _("How the seals of an item are: CODE=intact|broken|mismatch|none, and :NUMBERS that were read."),
            metavar=_("CODE=WORD"),
        ),
        repeatable(
            "--refuse",
            _("An item that the receiver does not take: CODE or CODE=REASON; it stays with the giver."),
            metavar=_("CODE[=REASON]"),
        ),
        repeatable("--remark", _("A remark on an item: CODE=TEXT."), metavar=_("CODE=TEXT")),
        repeatable(
            "--match",
            _("A thing whose label cannot be read: the CODE of the expected item that it is."),
            metavar=_("CODE"),
        ),
    )


def _record_options() -> tuple[Callable[[F], F], ...]:
    return (
        click.option(
            "--load",
            type=Input(),
            help=_("What the truck is to take: codes, one a line, or a table (.csv, .xlsx) with a column code."),
        ),
        click.option(
            "--phase",
            default="",
            metavar=_("PHASE"),
            help=_("The phase (tahap) of which all that has come is to go; without it, whatever is there to load."),
        ),
        repeatable("--kind", _("Only this kind is to go; may be given several times."), type=KIND),
        click.option(
            "--number",
            default="",
            metavar=_("NUMBER"),
            help=_("The BAST number, where several laptops at one truck share it; without it, the next one."),
        ),
        repeatable(
            "--photo",
            _("A photograph of what --condition or --seal says: CODE=FILE."),
            metavar=_("CODE=FILE"),
            callback=name_photos,
        ),
        click.option(
            "--paper", type=Output(), help=_("Write the handover paper to this .pdf file when it is recorded.")
        ),
        click.option(
            "--bast", type=Output(), help=_("Write the official letter (BAST) to this .pdf file when it is recorded.")
        ),
        click.option("--note", default="", metavar=_("TEXT"), help=_("A remark.")),
        click.option(
            "--occurred",
            metavar=_("TIME"),
            help=_("When it happened, if it is keyed in later: 2024-02-12T05:30+08:00."),
        ),
    )


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar=_("SOURCE..."))
@click.option(
    "--dpi", type=Whole(50, 600), default=150, show_default=True, metavar="N", help=_("Resolution for PDF pages.")
)
@click.option(
    "--budget",
    type=Whole(1, 3600),
    metavar=_("SECONDS"),
    help=_("Look no longer than this at each picture, PDF or video, in seconds of the processor."),
)
@json_option
@later("scan.decode")
def decode() -> None: ...


source_option = click.option(
    "--source",
    default=FIRST_CAMERA,
    show_default=True,
    metavar=_("SOURCE"),
    callback=name_source,
    help=_("Camera number or name, video, picture, folder, PDF or URL; - for the keyboard or a USB scanner."),
)


quiet_option = click.option("--quiet", is_flag=True, help=_("Make no sound."))


@later("scan.scan")
def list_cameras() -> None: ...


@click.command()
@click.option(
    "--from", "giver_code", type=PLACE, metavar=_("CODE"), help=_("Who gives: a place, or a vehicle's plate.")
)
@click.option("--to", "to_code", type=PLACE, help=_("Who receives; or scan the place's label first."))
@source_option
@click.option(
    "--cameras",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=list_cameras,
    help=_("List the cameras, by number and name, and end."),
)
@click.option("--window", is_flag=True, help=_("Show the picture with the labels outlined."))
@quiet_option
@click.option("--yes", is_flag=True, help=_("Record without asking when the source ends."))
@click.option("--new", is_flag=True, help=_("Begin afresh even where an unfinished session has the same ends."))
@handover_options
@json_option
@pass_station
@later("scan.scan")
def scan() -> None: ...


@click.command()
@click.option(
    "--from",
    "giver_code",
    required=True,
    type=PLACE,
    metavar=_("CODE"),
    help=_("Who gives: a place, or a vehicle's plate."),
)
@click.option("--to", "to_code", required=True, type=PLACE, help=_("Who receives."))
@click.option(
    "--codes",
    callback=name_source,
    metavar=_("FILE"),
    help=_("File with one code a line; - for standard input or a USB scanner. Not needed beside --match or --extra."),
)
@quiet_option
@click.option("--yes", is_flag=True, help=_("Record without asking at the end of typing."))
@handover_options
@json_option
@pass_station
@later("scan.scan")
def handover() -> None: ...


@click.command()
@click.option("--resume", metavar="ID", help=_("Go on scanning this session."))
@click.option("--record", metavar="ID", help=_("Record this session as it is."))
@click.option("--drop", metavar="ID", help=_("Forget this session; what it took was never recorded."))
@source_option
@click.option("--window", is_flag=True, help=_("Show the picture with the labels outlined."))
@quiet_option
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@handover_options
@json_option
@pass_station
@later("scan.scan")
def drafts() -> None: ...
