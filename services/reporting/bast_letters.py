"""The BAST letter of a handover, for the command and the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from custody.format.events import Event
from custody.format.paper_codes import Sheet
from db.handover_lookup import FoundHandover, find_handover
from db.store import Store
from evidence.policy import NONE, Policy
from language.text import printable
from reports.bast.letter_facts import BastFacts, OnlineWitnesses, bast_facts
from reports.bast.letter_file import save_bast
from reports.bast.letter_template import Template, find_template, read_template, shipped_template
from services.exchange.ledger_audit import policy_words
from services.scanning.handover_past import told_of


def chosen_template(home: Path, named: Path | None = None) -> Template:
    """The template that is named, else the office's own in the station's folder, else the shipped one.

    Raises:
        InputError: it cannot be read or has faults.
    """

    path = named or find_template(home)
    return read_template(path) if path else shipped_template()


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written as the letter of a handover: its facts, a paper's codes for each part, the drawn signatures.

    A part has no codes (None) where no signed head of its log is known here.
    """

    facts: BastFacts
    sheets: tuple[Sheet | None, ...]
    signatures: Mapping[str, bytes]


def letter_of(store: Store, number: str | None = None, policy: Policy | None = None) -> Letter:
    """The letter of the handover of that BAST number, or of that record (`LOG:SEQ`), or of our own last one (None).

    Args:
        policy: the letter says which of its witnesses have seen the record.

    Raises:
        InputError: there is no such handover, or several stations gave that number.
    """
    found = find_handover(store.state, number)
    facts = letter_facts(store, found)
    if policy is not None:
        facts = replace(facts, online=_online(store, policy, found.parts[-1]))
    return Letter(facts, found.sheets, drawn_signatures(facts, store.photos.get))


def save_letter(
    store: Store, out: Path, template: Template, number: str | None = None, policy: Policy | None = None
) -> Letter:
    """Write the letter of a handover (`letter_of`) to a file of the kind that its name says; returns what it says.

    Raises:
        InputError: there is no such handover, or the file cannot be written.
        StoreError: the disk is full.
    """
    letter = letter_of(store, number, policy)
    save_bast(out, letter.facts, template, letter.sheets, letter.signatures)
    return letter


def _online(store: Store, policy: Policy, last: Event) -> OnlineWitnesses | None:
    """Which witnesses have seen a record; None where the policy asks nothing of its log."""
    key = store.ledger.keys().get(last.log)
    if key is None or policy.quorum == NONE or not policy.is_about(last.log, key):
        return None
    notes = store.cosigned.fitting(last.log, last.seq)
    seen = {witness.name for note in notes for witness in policy.seen_by(note)}
    return OnlineWitnesses(tuple(sorted(map(printable, seen))), policy_words(policy), policy.is_met_by(seen))


def drawn_signatures(facts: BastFacts, picture_of: Callable[[str], bytes | None]) -> dict[str, bytes]:
    """The pictures of the signatures that were drawn for a handover, by signer, as far as they are at hand here.

    Args:
        picture_of: the picture of a digest, None where it is not kept here.
    """
    drawn = {who: row.digest for who, row in facts.signed.items() if row.how == "drawn" and row.digest}
    pictures = {who: picture_of(digest) for who, digest in drawn.items()}
    return {who: picture for who, picture in pictures.items() if picture is not None}


def letter_facts(store: Store, found: FoundHandover) -> BastFacts:
    """The facts of a handover (`db.handover_lookup.find_handover`) by this ledger."""
    state = store.state
    told = told_of(store, found.parts)
    return bast_facts(
        found.parts,
        told.then,
        state.chains([code for part in found.parts for code in part.rows], as_of=found.parts[-1].at),
        told.facts,
        election=found.election,
        station=found.log.station,
        office=found.log.place,
        places=state.places.tree(),
        needs=state.kinds(),
        replaced=told.replaced,
        foretold=store.papers.foretold([part.body for part in found.parts]) if state.is_bare else None,
    )
