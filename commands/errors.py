"""The one place where errors become a line for the user and an exit code; no traceback is printed.

What only errors need is imported when one is printed, as every command passes here and few fail.
"""

import errno
import os
import stat
import sys
from collections.abc import Sequence

import click

from custody.errors import N_, CustodyError, InputError
from language import _
from language.text import error_text, fault_text, fill, hint_text, number, printable, reason

SHOWN_FAULTS = 50
EXIT_USAGE, EXIT_MACHINE, EXIT_INTERRUPTED = 2, 3, 130
_MOST_LETTERS = 259
"""The longest path that Windows takes, unless somebody has allowed longer ones; others, it says, are not there."""


def run(program: click.Group, args: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    try:
        # not program.main(), which ends the process with 1 when the reader of our output goes away
        with program.make_context("main.py", list(args)) as context:
            program.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()  # what is still to be written may find the disk full, or its reader gone
        return 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return EXIT_USAGE
    except click.UsageError as error:
        command = next((f"{word} " for word in args if word in program.commands), "")
        _show(_one_line(error.format_message()), fill(N_("See: {way}"), {"way": "help", "command": command}))
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        _show(_("Stopped."))
        return EXIT_INTERRUPTED
    except CustodyError as error:
        _show_refusal(error)
        return error.exit_code
    except OSError as error:
        if is_reader_gone(error):  # it has seen enough
            drop_output()
            return 0
        code = _show_machine(error)
        try:
            sys.stdout.flush()
        except OSError:  # it is the output that fails, and would again at the end
            drop_output()
        return code
    except ModuleNotFoundError as error:
        _show(
            _("this Python lacks the package {package}").format(package=error.name),
            fill(N_("Run: {way}"), {"way": "doctor"}),
        )
        return EXIT_MACHINE
    except Exception as error:  # a fault of ours: the user gets one line, the details go to a file
        from services.paths import keep_details

        _show(
            _("Serah has a fault: {error}").format(error=_one_line(f"{type(error).__name__}: {error}", 200)),
            _("What was recorded is safe. Please send us {path}").format(path=keep_details(error)),
        )
        return EXIT_MACHINE


def is_reader_gone(error: OSError) -> bool:
    """Whether whoever read our output has gone; Windows calls that an invalid argument (CPython's issue 79935)."""
    if os.name != "nt" or error.errno != errno.EINVAL:
        return isinstance(error, BrokenPipeError)
    try:
        if not stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
            return False
        os.write(sys.stdout.fileno(), b"\n")  # another error, with a reader that is there: it gets an empty line
    except (OSError, ValueError):
        return True
    return False


def drop_output() -> None:
    """Send the rest of standard output nowhere, so that leaving meets no closed pipe again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show(line: str, hint: str = "") -> None:
    click.echo(_("Error: {line}").format(line=line), err=True)
    if hint:
        click.echo(f"  {hint}", err=True)


def _show_refusal(error: CustodyError) -> None:
    _show(error_text(error), hint_text(error))
    faults = error.faults if isinstance(error, InputError) else ()
    for fault in faults[:SHOWN_FAULTS]:
        click.echo(f"  {fault_text(fault)}", err=True)
    if (more := len(faults) - SHOWN_FAULTS) > 0:
        click.echo("  " + _("and {count} more").format(count=number(more)), err=True)


def _show_machine(error: OSError) -> int:
    path = str(error.filename or "-")
    is_too_long = error.errno == errno.ENAMETOOLONG or (os.name == "nt" and len(path) > _MOST_LETTERS)
    _show(
        _("The computer refused: {reason} ({path})").format(
            reason=reason(error.strerror or type(error).__name__), path=printable(path, 200)
        ),
        _("The path is too long: choose a shorter name, or a folder nearer to the top of the disk.")
        if is_too_long
        else fill(N_("Check the disk's free space and your permissions: {way}"), {"way": "doctor"}),
    )
    return EXIT_USAGE if is_too_long else EXIT_MACHINE


def _one_line(text: str, limit: int = 300) -> str:
    """A message in one line; what was typed may be anything, and click lists choices one a line."""

    return printable(" ".join(text.split()), limit)
