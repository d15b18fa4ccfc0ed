"""What can be typed: the commands of records and their options. Help and wrong use load nothing else."""

import click

from commands.completion import ITEM, KIND, PLACE
from commands.context import Input, Output, Whole, Words, by_option, json_option, pass_station, repeatable
from commands.program import later
from language import _
from services.look_words import CONDITION_WORDS, SEAL_WORDS


@click.command()
@click.option("--place", type=PLACE, help=_("The store; without it, this station's place."))
@repeatable("--answer", _("An answer: KEY=yes|no|unknown or KEY=no:REMARK, like roof=no:drips."), metavar=_("KEY=WORD"))
@repeatable("--name", _("Who looked at it; may be given several times."), metavar=_("NAME"))
@click.option("--about", default="storage", show_default=True, metavar=_("NAME"), help=_("Which checklist."))
@click.option(
    "--questions", type=Input(), help=_("The office's questions; else checklist.csv or .xlsx in the station's folder.")
)
@click.option("--show", is_flag=True, help=_("Only show the questions and what is to arrive; record nothing."))
@click.option("--note", default="", metavar=_("TEXT"), help=_("A remark."))
@click.option(
    "--occurred", metavar=_("TIME"), help=_("When it happened, if it is keyed in later: 2024-02-12T05:30+08:00.")
)
@json_option
@pass_station
@later("record.checklist")
def checklist() -> None: ...


_REASONS = {"did-not-occur": "did_not_occur", "incorrect-data": "incorrect_data"}


@click.command()
@click.argument("event", metavar=_("EVENT"))
@click.option("--to", type=PLACE, metavar=_("CUSTODIAN"), help=_("Who received it in truth."))
@repeatable("--remove", _("An item that was not in it. May be given several times."), type=ITEM)
@click.option("--counted", type=Whole(0), metavar="N", help=_("How many things the giver counted in truth."))
@click.option(
    "--reason",
    required=True,
    type=click.Choice(list(_REASONS)),
    help=_("Whether it never happened, or was recorded wrongly."),
)
@click.option("--note", default="", metavar=_("TEXT"), help=_("What was wrong, for whoever reads the chain later."))
@click.option(
    "--yes", is_flag=True, help=_("Withdraw without asking, also what a plan or a list of items follows from.")
)
@json_option
@pass_station
@later("record.correct")
def correct() -> None: ...


@click.command()
@click.argument("text", required=False, metavar=_("[TEXT]"))
@click.option("--place", type=PLACE, help=_("Where; without it, at this station's place. In a list: only there."))
@click.option("--stage", default="", metavar=_("TEXT"), help=_("In which stage of the work: transport, storage, ..."))
@repeatable("--item", _("A thing that it is about; may be given several times."), type=ITEM)
@click.option("--close", metavar=_("EVENT"), help=_("Close this obstacle; TEXT says how it was overcome."))
@click.option("--all", "with_closed", is_flag=True, help=_("List the closed ones too."))
@click.option(
    "--occurred", metavar=_("TIME"), help=_("When it happened, if it is keyed in later: 2024-02-12T05:30+08:00.")
)
@json_option
@pass_station
@later("record.incident")
def incident() -> None: ...


@click.command()
@click.argument("codes", nargs=-1, required=True, type=ITEM, metavar=_("CODE..."))
@click.option(
    "--condition",
    type=Words(CONDITION_WORDS),
    required=True,
    metavar=_("WORD"),
    help=_("What was seen: good, light, heavy, wet or missing (parts)."),
)
@click.option("--photo", type=Input(), help=_("A photograph that shows it."))
@click.option("--camera", metavar=_("SOURCE"), help=_("Take the photograph now with this camera: 0 is the first."))
@click.option(
    "--replaced-by", type=ITEM, help=_("A reserve that goes in its place; the damaged one is then bound for the store.")
)
@click.option("--note", "remark", default="", metavar=_("TEXT"), help=_("A remark."))
@by_option
@json_option
@pass_station
@later("record.inspect")
def inspect() -> None: ...


_SCOPES = {"full": "full", "penuh": "full", "sample": "sample", "sampel": "sample"}


@click.command()
@click.argument("parent", type=ITEM, metavar=_("PARENT"))
@click.argument("codes", nargs=-1, type=ITEM, metavar=_("[CODES...|-]"))
@click.option("--add", "action", flag_value="add", help=_("These were put into it."))
@click.option("--remove", "action", flag_value="remove", help=_("These were taken out of it."))
@click.option("--open", "action", flag_value="open", help=_("It was opened: nothing is in it any more."))
@click.option(
    "--check",
    "scope",
    type=Words(_SCOPES),
    metavar=_("full|sample"),
    help=_("It was looked into: these were found, all that is in it or a sample."),
)
@click.option(
    "--source",
    metavar=_("SOURCE"),
    help=_("Scan the labels: camera number or name, video, picture, folder, PDF or URL; - for the keyboard."),
)
@repeatable(
    "--into",
    _("Of a pack that is opened: a part, as A0001-A0050 or a count, and =PLACE where it goes."),
    metavar=_("PART[=PLACE]"),
)
@click.option(
    "--each", type=Whole(1), metavar="N", help=_("Of a pack that is opened: into parts of so many; 1 for single seals.")
)
@click.option("--to", type=PLACE, help=_("Where the parts of --each go; without it, where the pack did."))
@repeatable("--name", _("Who did it; may be given several times."), metavar=_("NAME"))
@click.option("--note", "remark", default="", metavar=_("TEXT"), help=_("A remark."))
@click.option(
    "--occurred", metavar=_("TIME"), help=_("When it happened, if it is keyed in later: 2024-02-12T05:30+08:00.")
)
@click.option("--window", is_flag=True, help=_("Show the picture with the labels outlined."))
@click.option("--quiet", is_flag=True, help=_("Make no sound."))
@click.option("--yes", is_flag=True, help=_("Record without asking when the source ends."))
@by_option
@json_option
@pass_station
@later("record.pack")
def pack() -> None: ...


@click.command()
@click.argument("name", required=False, metavar=_("[NAME]"))
@click.option("--title", metavar=_("TEXT"), help=_("What must be done or in order."))
@click.option("--owner", metavar=_("NAME"), help=_("Who answers for it."))
@click.option("--due", metavar=_("TIME"), help=_('Until when: "2023-11-03 23:59 WITA".'))
@click.option("--place", type=PLACE, help=_("Where, if it belongs to a place."))
@click.option("--done", "state", flag_value="done", default=None, help=_("It is done."))
@click.option("--open", "state", flag_value="open", help=_("It is open again."))
@click.option("--note", default="", metavar=_("TEXT"), help=_("Why it was moved, how it was done."))
@click.option(
    "--load",
    "table",
    type=Input(),
    help=_("A .csv or .xlsx with point, title, owner, and due, place, state: all or nothing."),
)
@json_option
@pass_station
@later("record.point")
def point() -> None: ...


@click.command()
@click.argument("codes", nargs=-1, required=True, type=ITEM, metavar=_("CODE..."))
@click.option("--to", required=True, type=PLACE, help=_("Where they are bound for now."))
@click.option("--reason", required=True, metavar=_("TEXT"), help=_("Why."))
@by_option
@json_option
@pass_station
@later("record.reassign")
def reassign() -> None: ...


@click.command()
@click.option("--place", type=PLACE, help=_("Only what this place and those below it lack."))
@click.option("--kind", type=KIND, help=_("Only of this kind."))
@click.option("--do", "does", is_flag=True, help=_("Record the proposed moves as new destinations."))
@click.option("--reason", default="", metavar=_("TEXT"), help=_("With --do: why."))
@click.option("--out", type=Output(), help=_("Write it to a .pdf, .csv, .xlsx or .json file."))
@by_option
@json_option
@pass_station
@later("record.reassign")
def balance() -> None: ...


_MOST = 2**53 - 1


@click.command()
@click.option("--from", "vendor", metavar=_("VENDOR"), help=_("Who delivers: a vendor's code or name."))
@click.option("--kind", "item_kind", type=KIND, help=_("What was delivered."))
@click.option("--arrived", type=Whole(0, _MOST), metavar="N", help=_("How many arrived, the damaged included."))
@click.option("--damaged", type=Whole(0, _MOST), default=0, metavar="N", help=_("How many of these are damaged."))
@click.option(
    "--contracted", type=Whole(0, _MOST), metavar="N", help=_("How many the whole contract is for; once is enough.")
)
@click.option("--contract", default="", metavar=_("NUMBER"), help=_("The contract's number."))
@click.option("--paper", default="", metavar=_("NUMBER"), help=_("The number of the vendor's delivery note."))
@click.option("--giver", default="", metavar=_("NAME"), help=_("Name of the person who gives."))
@click.option("--receiver", default="", metavar=_("NAME"), help=_("Name of the person who receives."))
@click.option("--note", "remark", default="", metavar=_("TEXT"), help=_("A remark."))
@click.option(
    "--occurred", metavar=_("TIME"), help=_("When it happened, if it is keyed in later: 2024-02-12T05:30+08:00.")
)
@click.option("--load", "table", type=Input(), help=_("Record the deliveries of a table (template deliveries)."))
@json_option
@pass_station
@later("record.receive")
def receive() -> None: ...


@click.command()
@click.argument("words", nargs=-1, required=True, type=ITEM, metavar=_("CODE [SERIALS...]"))
@click.option("--apply", "action", flag_value="apply", help=_("These were put on, besides those that are on it."))
@click.option("--replace", "action", flag_value="replace", help=_("These were put on in place of all others."))
@click.option("--check", "action", flag_value="check", help=_("They were looked at; SERIALS are those that were read."))
@click.option("--remove", "action", flag_value="remove", help=_("These were taken off; all, where none is named."))
@click.option(
    "--spoil",
    "action",
    flag_value="spoil",
    help=_("These were spoilt or lost before use; CODE, their pack, may be left away."),
)
@click.option(
    "--return", "action", flag_value="return", help=_("These were brought back unused; CODE may be left away.")
)
@click.option(
    "--result",
    type=Words(SEAL_WORDS),
    metavar=_("WORD"),
    help=_("Of a check: intact, broken (or come off), mismatch (other numbers) or none."),
)
@repeatable("--name", _("Who did it; two people, so give it twice."), metavar=_("NAME"))
@click.option("--witness", default="", metavar=_("NAME"), help=_("Who watched."))
@click.option("--photo", type=Input(), help=_("A photograph that shows it."))
@click.option("--camera", metavar=_("SOURCE"), help=_("Take the photograph now with this camera: 0 is the first."))
@click.option("--place", type=PLACE, help=_("Where it was done; without it, at this station."))
@click.option("--note", "remark", default="", metavar=_("TEXT"), help=_("A remark."))
@click.option(
    "--occurred", metavar=_("TIME"), help=_("When it happened, if it is keyed in later: 2024-02-12T05:30+08:00.")
)
@by_option
@json_option
@pass_station
@later("record.seal")
def seal() -> None: ...
