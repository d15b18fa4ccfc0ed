"""Proofs of items' records: as a file, and inside a custody report."""

from collections.abc import Sequence
from pathlib import Path

from commands.context import note
from db.store import Store
from language import ngettext
from language.text import number
from services.exchange.custody_report import proved as prove
from tables.output.safe_file import safe_file


def proof_of(store: Store, codes: Sequence[str]) -> bytes | None:
    """The proof file of these items, for a report; None where they are too many.

    Says so where a record cannot be proven yet.
    """

    proved = prove(store, codes)
    if proved is None:
        return None
    if proved.left_out:
        words = ngettext(
            "{count} record is not in the proof: no signed head that is known here covers it.",
            "{count} records are not in the proof: no signed head that is known here covers them.",
            proved.left_out,
        )
        note(words.format(count=number(proved.left_out)))
    return str(proved.proof).encode()


def save_proof(store: Store, out: Path, codes: Sequence[str]) -> None:
    """Write the proof file of these items.

    Raises:
        InputError, StoreError: it cannot be written.
    """
    data = proof_of(store, codes)
    assert data is not None
    with safe_file(out) as file:
        file.write(data)
