"""Read a passphrase from a file, the environment, or the keyboard without echo."""

import os
import sys
from pathlib import Path

import click

from custody.errors import N_, InputError, unreadable
from language import _

VARIABLE = "SERAH_PASSPHRASE"


def given(file: Path | None) -> str | None:
    """The passphrase that a file or the environment gives; None where neither does.

    Raises:
        InputError: the file cannot be read.
    """
    if file is None:
        return os.environ.get(VARIABLE)
    try:
        return file.read_text("utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(file, error) from error


def ask(file: Path | None, *, is_pin: bool = False) -> str:
    """Return the passphrase of the station key, or its token's PIN; typed where neither file nor environment has it.

    Raises:
        InputError: the input is no terminal.
    """
    known = given(file)
    return (
        known
        if known is not None
        else _typed(_("PIN of the token") if is_pin else _("Passphrase of the station key"), again=False)
    )


def choose(file: Path | None) -> str:
    """Return a new passphrase, typed twice where neither file nor environment has it.

    Raises:
        InputError: the input is no terminal.
    """
    known = given(file)
    return known if known is not None else _typed(_("New passphrase of the station key"), again=True)


def _typed(question: str, *, again: bool) -> str:
    if not sys.stdin.isatty():
        raise InputError(
            N_("the station key has a passphrase, and nobody is there to type it"),
            hint=N_("Put it into a file and add --passphrase-file FILE, or set SERAH_PASSPHRASE."),
        )
    confirmation = _("The same once more") if again else False
    return str(click.prompt(question, hide_input=True, confirmation_prompt=confirmation, err=True))
