"""What can be typed: the commands of reports and their options. Help and wrong use load nothing else."""

from dataclasses import dataclass
from pathlib import Path

import click

from commands.completion import ITEM, KIND, PLACE
from commands.context import Decimal, F, Input, Integer, Output, json_option, pass_station
from commands.program import REPORTS, later
from language import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed of a report, its kind apart; None where it was not given."""

    top: str | None
    item_kind: str | None
    held_by: str | None
    out: Path | None
    as_json: bool
    number: str | None
    template: Path | None
    as_of: str | None
    within_h: int | None
    stations: int | None
    seconds: float | None
    trucks: Path | None
    begin: str | None


def clock_options(command: F) -> F:
    """The options of these two reports."""
    for option in reversed(
        (
            click.option(
                "--as-of",
                metavar=_("TIME"),
                help=_("Of late and points: as it stood then, like 2024-02-12T18:00+08:00."),
            ),
            click.option(
                "--within",
                "within_h",
                type=Integer(),
                metavar=_("HOURS"),
                help=_("Of late and points: what is due within so many hours is due soon. Without it, 6 and 24."),
            ),
            click.option(
                "--stations", type=Integer(), metavar="N", help=_("Of pace: how many stations scan at a time.")
            ),
            click.option(
                "--seconds-per-scan",
                "seconds",
                type=Decimal(),
                metavar="S",
                help=_("Of pace: seconds from one label to the next at one station."),
            ),
            click.option(
                "--trucks",
                type=Input(),
                help=_("Of pace: the timetable, a .csv or .xlsx with truck, leaves, and items or bound."),
            ),
            click.option("--begin", metavar=_("TIME"), help=_("Of pace: when loading begins; without it, now.")),
        )
    ):
        command = option(command)
    return command


@click.command()
@click.argument("code", type=ITEM, metavar=_("CODE"), required=False)
@click.option("--under", type=PLACE, help=_("Of all items that are bound for this place or below it."))
@click.option(
    "--out", type=Output(), help=_("Write it to a .pdf, .zip (a PDF of each item), .csv, .xlsx or .json file.")
)
@click.option(
    "--proof",
    type=Output(),
    help=_("Write the proof of each record, for somebody who has no ledger: verify FILE checks it."),
)
@json_option
@pass_station
@later("report.custody")
def custody() -> None: ...


@click.command()
@click.argument("kind", type=click.Choice(REPORTS), metavar=_("KIND"))
@click.option("--number", metavar=_("NUMBER"), help=_("Of handover and bast: its number; without it, the last one."))
@click.option(
    "--template", type=Input(), help=_("Of bast: the office's own template; else bast.toml in the station's folder.")
)
@click.option("--to", "--place", "to", type=PLACE, help=_("Only what is bound for this place or below it."))
@click.option("--kind", "item_kind", type=KIND, help=_("Only items of this kind."))
@clock_options
@click.option(
    "--held-by", type=PLACE, metavar=_("CUSTODIAN"), help=_("Only those in the hands of this place, vendor or vehicle.")
)
@click.option("--out", type=Output(), help=_("Write it to a .pdf, .csv, .xlsx or .json file."))
@json_option
@pass_station
@later("report.report")
def report() -> None: ...
