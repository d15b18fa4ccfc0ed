"""The program: its global options and its commands, whose options are imported when one of them is asked for.

What a command does is said here and nowhere else, so that the list of all commands imports none of them.
"""

import functools
import os
import sys
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import suppress
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click
from click.shell_completion import CompletionItem, ShellComplete, split_arg_string

import language
from commands import VERSION
from custody.errors import N_
from language import _

SHELL, WORDS = "SERAH_COMPLETE", "SERAH_WORDS"
"""Where a shell that completes says its name, and what was typed."""
REPORTS = (
    "custody",
    "progress",
    "prints",
    "deliveries",
    "phases",
    "condition",
    "seals",
    "handover",
    "bast",
    "late",
    "pace",
    "incidents",
    "readiness",
    "points",
    "returns",
    "discrepancies",
    "scorecard",
    "evaluation",
)
"""What `report` can write."""

COMMANDS = {
    "init": ("admin", N_("Begin a station: a new log and its key.")),
    "recovery": (
        "admin",
        N_("Write the station's key in shares on sheets of paper, which make it again when it is lost."),
    ),
    "profile": ("admin", N_("Show the profile that is in force, or record another one: a name or a file (.toml).")),
    "admit": (
        "exchange",
        N_("Let a station's key count; said by the election's root, which has looked at the fingerprint."),
    ),
    "join": (
        "exchange",
        N_("Let this office, which began as its own root, belong to the one that has admitted it; both must say so."),
    ),
    "revoke": ("exchange", N_("Let a station's key count no longer; what came before stays. It does not come back.")),
    "drop": ("exchange", N_("Drop what is kept of a log that nobody admitted; a later import brings it back.")),
    "load": ("admin", N_("Load tables of places, needs and items (.csv, .xlsx): all or nothing.")),
    "template": (
        "admin",
        N_(
            "Write an empty table to fill in, with drop-downs and an example. KIND: places, needs, voters, items, "
            "deliveries or points."
        ),
    ),
    "plan": ("admin", N_("Register the items that the needs ask for and that do not exist yet.")),
    "withdraw": (
        "admin",
        N_("Withdraw a place with all below it, a kind or a critical point from the plan; its records stay."),
    ),
    "twins": (
        "admin",
        N_("List what two offices that began apart registered for one need, and merge it: --keep CODE or STATION."),
    ),
    "settings": ("admin", N_("Show what this office has turned on, and turn it on or off.")),
    "items": ("admin", N_("List items: code, kind, to, k/n, holder, condition.")),
    "receive": (
        "record",
        N_("Record what a vendor delivered, before it has labels: how many by contract, arrived and damaged."),
    ),
    "labels": ("label", N_("Print labels of items that have none yet, sorted by PPK, PPS, TPS and kind.")),
    "reprint": ("label", N_("Print labels again; the older prints become void.")),
    "void": (
        "label",
        N_(
            "Record that printed labels must not be used: spoiled (jammed, torn), lost, or unused. "
            "CODE means the newest print, CODE*02 that one."
        ),
    ),
    "claim": ("label", N_("Register items under labels that were printed blank (labels --blank).")),
    "printer": ("admin", N_("List the printers that were measured, or keep what was measured of one.")),
    "decode": ("scan", N_("Read the QR codes in pictures, videos, PDFs or from a camera; needs no ledger.")),
    "scan": ("scan", N_("Scan labels with the camera and record one handover.")),
    "handover": ("scan", N_("Record a handover from typed codes, a file, or a USB scanner that types.")),
    "drafts": ("scan", N_("List unfinished sessions; go on with one, record it, or drop it.")),
    "inspect": ("record", N_("Record in which condition things were found, with a photograph where there is one.")),
    "seal": (
        "record",
        N_(
            "Record seals put on, looked at, taken off, spoilt or brought back. SERIALS: A0001 "
            "A0005-A0010, or - for a USB scanner."
        ),
    ),
    "pack": (
        "record",
        N_(
            "Put things into a set, sack or pallet, take them out, look into it, or open it; open a "
            "pack of seals into smaller ones."
        ),
    ),
    "correct": ("record", N_("Withdraw a record, and say what is right; the chain keeps showing both.")),
    "reassign": ("record", N_("Record that things are bound for another place now, and why.")),
    "balance": ("record", N_("Tell which place lacks what a neighbour has too many of, and propose moves.")),
    "incident": ("record", N_("Record an obstacle with place, stage and things; close it; without a text, list them.")),
    "checklist": ("record", N_("Record how ready a store is: asks each question, or takes the answers from --answer.")),
    "point": ("record", N_("Add, move or close a critical point; load many from a table; without a name, list them.")),
    "form": (
        "label",
        N_(
            "Print handover forms ahead, for when laptop, power or camera fail; keyed in later with "
            "handover --occurred."
        ),
    ),
    "custody": ("report", N_("The chain of custody of one item, with its findings.")),
    "report": ("report", N_("Write a report. KIND is one of: {kinds}.")),
    "export": ("exchange", N_("Write the logs of this ledger to a bundle for another station or an auditor.")),
    "import": ("exchange", N_("Take in bundles from other stations, and folders of photographs: twice adds nothing.")),
    "hub": ("exchange", N_("Open a hub: stations of this election send to this ledger by themselves.")),
    "sync": ("exchange", N_("Send the hub what it lacks, and take what it has for this station.")),
    "witness": ("exchange", N_("Cosign the heads of logs for others, and keep nothing but heads.")),
    "verify": (
        "exchange",
        N_("Check the evidence: the whole ledger, or a bundle, a custody report or a proof from elsewhere."),
    ),
    "backup": ("admin", N_("Write a safe copy of the ledger to a new file, and read it back.")),
    "serve": ("admin", N_("Show the station's page in the browser: scanning without typing commands.")),
    "pins": ("admin", N_("List whose PIN this station keeps, or delete one so that it can be set again on the page.")),
    "token": ("admin", N_("Make a read-only token for an observer, revoke one, or list them.")),
    "doctor": ("admin", N_("Check camera, libraries, fonts, disk, clock and database; say how to fix them.")),
    "completion": (
        "admin",
        N_("Print the script that completes commands, options, places, kinds and codes in bash, zsh or PowerShell."),
    ),
    "demo": ("demo", N_("Show the whole job on the Buleleng example, with no camera.")),
}
"""Of each command: its folder, and what it does."""


class Commands(MutableMapping[str, click.Command]):
    """The commands by name. Looking one up imports its options; asking which there are does not."""

    def __init__(self) -> None:
        self._imported: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._imported:
            folder, _about = COMMANDS[name]
            options = import_module(f"commands.{folder}.options")
            found = getattr(options, f"{name}_" if iskeyword(name) else name)
            found.help, found.options_metavar = about(name), _("[OPTIONS]")
            self._imported[name] = found
        return self._imported[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._imported[name] = command

    def __delitem__(self, name: str) -> None:
        del self._imported[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Program(click.Group):
    """A group that lists its commands without importing them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List each command with its whole help text, wrapped and not cut."""
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, about(name)) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and options that go on as typed; none is imported for it."""
        found = [CompletionItem(name, help=about(name)) for name in COMMANDS if name.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def answer(self, shell: str, globals_first: Callable[[list[str]], list[str]]) -> None:
        """Print what may stand in place of the word that is being typed; nothing where that cannot be told.

        A shell runs the program with `SERAH_COMPLETE` (its name) and `SERAH_WORDS` (what was typed up to the cursor, a
        word a line) and gets lines of kind, value and help between tabs (`commands.completion`).

        Args:
            globals_first: puts the global options before the command.
        """
        with suppress(Exception):  # a shell is no place for an error: there is nothing to offer
            sys.stdout.write(_Typed(self, shell, globals_first).complete() + "\n")


def about(name: str) -> str:
    """What a command does, in the chosen language."""
    return _(COMMANDS[name][1]).format(kinds=", ".join(REPORTS))


def named_in(module: str, name: str) -> Callable[..., Any]:
    """The function of that name in a module of `commands`, imported now: of each command only what it needs."""
    function: Callable[..., Any] = getattr(import_module(f"commands.{module}"), name)
    return function


def later(module: str, **others: str) -> Callable[[Callable[[], None]], Callable[..., Any]]:
    """Stand for the function of this name in a module of `commands`, which is imported when it is called.

    Args:
        others: by an option's name, the module in place of it where that option is given.
    """

    def named(declared: Callable[[], None]) -> Callable[..., Any]:
        @functools.wraps(declared)
        def call(*args: Any, **given: Any) -> Any:
            chosen = next((other for option, other in others.items() if given.get(option)), module)
            return named_in(chosen, declared.__name__)(*args, **given)

        return call

    return named


def program(now_utc: Callable[[], str] | None = None) -> Program:
    """The program in the chosen language.

    Args:
        now_utc: the clock; None: this computer's.
    """

    @click.group(
        cls=Program,
        commands=Commands(),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        help=_("Serah: labels, scanning and chain of custody for election supplies."),
        epilog=_("Begin with init, then load, plan and labels; or with serve, for all of it on a page in the browser."),
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
    )
    @click.option("--home", metavar=_("DIR"), help=_("Folder of this station's ledger and key. [env: SERAH_HOME]"))
    @click.option("--db", metavar="URL", help=_("The ledger's database. [env: SERAH_DB]"))
    @click.option("--lang", type=click.Choice(language.LANGUAGES), help=_("Language. [env: SERAH_LANG]"))
    @click.option(
        "--passphrase-file",
        metavar=_("FILE"),
        help=_("File with the passphrase of the station key. [env: SERAH_PASSPHRASE_FILE, SERAH_PASSPHRASE]"),
    )
    @click.version_option(VERSION, prog_name="Serah", message="%(prog)s %(version)s")
    @click.pass_context
    def serah(
        context: click.Context, home: str | None, db: str | None, lang: str | None, passphrase_file: str | None
    ) -> None:
        from commands.context import station_at

        context.obj = station_at(home, db, now_utc, passphrase_file)

    return serah


class _Typed(ShellComplete):
    """What was typed, as our scripts pass it, and the answer as they read it."""

    name = "serah"
    source_template = ""

    def __init__(self, program: click.Group, shell: str, globals_first: Callable[[list[str]], list[str]]) -> None:
        super().__init__(program, {}, "main.py", SHELL)
        self._shell, self._globals_first = shell, globals_first

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being typed, and that one."""
        words = os.environ.get(WORDS, "").split("\n")
        if self._shell == "bash":
            words = _joined(words)
        if self._shell == "powershell":
            words = [word.lstrip("'\"") for word in words]
        else:
            words = [" ".join(split_arg_string(word)) for word in words]
        return self._globals_first(words[:-1]), words[-1]

    def format_completion(self, item: CompletionItem) -> str:
        """Kind, value and help of one answer in a line."""
        return "\t".join(" ".join(str(part or "").split()) for part in (item.type, item.value, item.help))


def _joined(words: Sequence[str]) -> list[str]:
    """The words as the command gets them: bash parts `--to=51` into three."""
    found: list[str] = []
    is_open = False
    for word in words:
        if found and (word == "=" or is_open):
            found[-1] += word
        else:
            found.append(word)
        is_open = word == "=" and found[-1].startswith("--")
    return found
