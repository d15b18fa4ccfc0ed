"""How a lost key comes back from its recovery sheets: for `init --recover`."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from commands.context import note, progress
from custody.errors import CustodyError, InputError
from language import _, ngettext
from language.text import error_text, hint_text, number
from services.access.key_shares import (
    WORDS_A_SHARE,
    joined,
    known_words,
    lacking,
    put_back,
    read_share,
    shares_in,
    wanted_key,
)
from services.access.new_station import Begun, StationHome, go_on

_LINE = 11
"""Words in a column of the sheet."""


def recovered(
    at: StationHome,
    *,
    place: str | None,
    name: str | None,
    root: str | None,
    bundles: Sequence[Path],
    files: Sequence[Path],
    passphrase: Callable[[], str | None],
) -> Begun | str:
    """Make the key again from shares, and go on with it; the fingerprint of the key where the ledger is here.

    Args:
        bundles: where the ledger is lost too: others' bundles with its log.
        files: photographs, scans and texts of shares; what they lack is asked for at a terminal.

    Raises:
        InputError: there is a key already; shares are wrong, too few, of two sets, or those of another key.
        StoreError: there is neither a ledger nor a bundle.
    """
    if not bundles:
        wanted_key(at)  # before anybody types 66 words
    seed = _seed(files)
    if bundles:
        return go_on(
            at,
            place=place,
            name=name,
            root=root,
            new_key=False,
            passphrase=passphrase(),
            bundles=bundles,
            seed=seed,
            progress=progress,
        )
    return put_back(at, seed, passphrase)


def _seed(files: Sequence[Path]) -> bytes:
    shares = [share for file in files for share in shares_in(file, note)]
    while lacking(shares) and sys.stdin.isatty():
        asked = [*shares, *_asked(len(set(shares)) + 1)]
        try:
            more = lacking(asked)
        except InputError as error:
            _tell(error)
            continue
        shares = asked
        if more:
            note(
                ngettext("{count} more share is needed.", "{count} more shares are needed.", more).format(
                    count=number(more)
                )
            )
    return joined(shares)


def _asked(number: int) -> list[str]:
    """One share as it is typed, a column of the sheet after the other; or those in a file that is named."""
    note(_("Share {number}: type its words, a column at a time; or the name of a photograph.").format(number=number))
    while True:
        words: list[str] = []
        try:
            while len(words) < WORDS_A_SHARE:
                first, last = len(words) + 1, min(len(words) + _LINE, WORDS_A_SHARE)
                question = _("Words {first} to {last}").format(first=first, last=last)
                line = str(click.prompt(question, prompt_suffix=": ", err=True)).strip()
                if not words and Path(line).is_file():
                    return shares_in(Path(line), note)
                try:
                    words += known_words(line, first)
                except InputError as error:
                    _tell(error)
            return [read_share(" ".join(words))]
        except InputError as error:
            _tell(error)


def _tell(error: CustodyError) -> None:
    note(f"! {error_text(error)}. {hint_text(error)}")
