"""Serah: labels, scanning and chain of custody for election supplies. Run `python main.py --help`."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

GLOBAL_OPTIONS = ("--home", "--db", "--lang")


def main(arguments: Sequence[str] | None = None, now_utc: Callable[[], str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 wrong evidence, 2 wrong use or bad input, 3 the machine."""
    import language

    args = _globals_first(list(sys.argv[1:] if arguments is None else arguments))
    language.use(_wanted_language(args))
    _speak_utf8()

    import click

    from commands.edge import run  # after the language is known: help texts are translated as they are read

    return run(_program(click, now_utc), args)


def _program(click, now_utc):  # type: ignore[no-untyped-def]
    """The program: its global options, and every command of every group."""
    from commands import base, doctor, demo, printing, reporting, scanning, setup
    from language import _

    @click.group(
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        help=_("Serah: labels, scanning and chain of custody for election supplies."),
    )
    @click.option("--home", metavar="DIR", help=_("Folder of this station's ledger and key. [env: SERAH_HOME]"))
    @click.option("--db", metavar="URL", help=_("The ledger's database. [env: SERAH_DB]"))
    @click.option("--lang", type=click.Choice(["id", "en"]), help=_("Language. [env: SERAH_LANG]"))
    @click.version_option(base.VERSION, prog_name="Serah", message="%(prog)s %(version)s")
    @click.pass_context
    def program(context, home, db, lang):  # type: ignore[no-untyped-def]
        context.obj = base.station_at(home, db, now_utc)

    for command in (
        setup.init, setup.load, setup.plan, setup.items, printing.labels, printing.reprint, scanning.decode,
        scanning.scan, scanning.handover, scanning.drafts, reporting.custody, reporting.report, reporting.export,
        doctor.doctor, demo.demo,
    ):  # fmt: skip
        program.add_command(command)
    return program


def _globals_first(args: list[str]) -> list[str]:
    """Let the global options stand after the command too: people put them where they think of them."""
    front: list[str] = []
    rest: list[str] = []
    while args:
        word = args.pop(0)
        if word == "--":
            rest += [word, *args]
            break
        if word in GLOBAL_OPTIONS and args:
            front += [word, args.pop(0)]
        elif word.partition("=")[0] in GLOBAL_OPTIONS:
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def _wanted_language(args: Sequence[str]) -> str:
    """The language of --lang, else of SERAH_LANG, else Indonesian."""
    import language

    wanted = os.environ.get("SERAH_LANG", "")
    for word, after in zip(args, [*args[1:], ""], strict=True):
        if word == "--lang":
            wanted = after
        elif word.startswith("--lang="):
            wanted = word.partition("=")[2]
    return wanted if wanted in language.LANGUAGES else "id"


def _speak_utf8() -> None:
    """Write UTF-8 wherever output goes: a Windows pipe or a bare C locale would fail on names and dashes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    sys.exit(main())
