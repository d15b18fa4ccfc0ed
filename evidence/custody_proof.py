"""Proof files: every record of some items with its proof, and nothing else that must be trusted but the root's key.

A file is a first line, the items' codes, an empty line, and then C2SP proofs one after another: of the records that
name the items, and of those that say whose the logs are (each log's first entry, and root's word on its key).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from custody.chain.corrections import Roots
from custody.chain.roster import LogOwner, Roster, roster
from custody.errors import N_, TamperError
from custody.format.encoding import key_fingerprint
from custody.format.event_types import Body
from custody.format.events import Event
from evidence.audit import whose_word_counts
from evidence.audit_findings import EvidenceFinding, of_their_keys
from evidence.checkpoint import Checkpoint, claimed_checkpoint, read_checkpoint
from evidence.entry import RawEntry, learn_key
from evidence.proof import EntryProof, check_proof, claimed_log, read_proof
from evidence.verdict import KEPT_HEAD, BundleAudit, LogFacts, Witness

FIRST_LINE = "serah-custody-proof/v1"
_PROOF_LINE = "c2sp.org/tlog-proof@v1\n"
_CODE = re.compile(r"[0-9A-Z]{13}", re.ASCII)
MAX_CODES = 1000
MAX_PROOFS = 10_000
MAX_FILE_BYTES = 32 * 1024 * 1024
"""Of a proof file: of 20 items, with some tens of records each, every one of them as large as records are."""


@dataclass(frozen=True, slots=True)
class CustodyProof:
    """A proof file: the items, and the text of each proof."""

    codes: tuple[str, ...]
    proofs: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((FIRST_LINE, *self.codes, "", "".join(self.proofs)))


@dataclass(frozen=True, slots=True)
class ProofAudit(BundleAudit):
    """What a proof file shows: `events` are those that were proven and count, in the order of the file.

    `roots` are the logs that may withdraw any record: those of the root's key, or, where no root was brought, those
    that say that they are their own. `strangers` are the logs of which nothing counts, and their stations.
    """

    codes: tuple[str, ...]
    events: tuple[Event, ...]
    roots: Roots
    strangers: Mapping[str, str]

    @property
    def verdict(self) -> str:
        if not self.is_ok:
            return N_("the evidence is wrong: see the findings")
        if not self.is_anchored:
            return N_("self-consistent only: nothing from outside was given to hold it against")
        return N_(
            "each record here is in its log up to these heads; whether others were left out, only whole logs show"
        )


def read_custody_proof(text: str) -> CustodyProof:
    """Take a proof file apart, trusting nothing of it yet.

    Raises:
        TamperError: it is none, byte for byte.
    """
    head, _, rest = text.partition("\n\n")
    first, *codes = head.split("\n")
    proofs = tuple(_PROOF_LINE + part for part in re.split(rf"(?m)^{re.escape(_PROOF_LINE)}", rest)[1:])
    found = CustodyProof(tuple(codes), proofs)
    is_ours = first == FIRST_LINE and 0 < len(codes) <= MAX_CODES and all(map(_CODE.fullmatch, codes))
    is_ours = is_ours and len(proofs) <= MAX_PROOFS
    if not is_ours or str(found) != text:
        raise TamperError(
            N_("this is not a proof file of Serah, or it was changed"), hint=N_("Give the file as it was saved.")
        )
    return found


def audit_proof(proof: CustodyProof, *, root: str | None = None, heads: Sequence[str] = ()) -> ProofAudit:
    """Check every proof, that nothing an item's records rely on is missing, and whose logs they are.

    Args:
        root: the fingerprint of the root's key, from a key sheet. Without it the logs are their own witnesses.
        heads: signed heads kept elsewhere, as text.
    """
    found: list[EvidenceFinding] = []
    parsed = list(_parsed(proof, found))
    keys = dict(learnt for one in parsed if one.index == 0 and (learnt := learn_key(_raw(one))) is not None)
    events, tops = _proven(parsed, keys, found)
    found += _missing(proof.codes, events)
    newest = dict.fromkeys(keys, 0)
    for event in events.values():
        newest[event.log] = max(event.seq, newest[event.log])
    trusted = _trusted(root, keys, events)
    found += whose_word_counts(trusted, newest)[1] if trusted else []
    witnesses: dict[str, Witness] = {}
    for text in heads:
        found += _compare(text, keys, tops, witnesses)
    found = of_their_keys(found, keys)
    genesis = {event.log: event.body for event in events.values() if event.type == "genesis"}
    facts = tuple(
        LogFacts(
            log,
            str(genesis.get(log, {}).get("station", "")),
            str(genesis.get(log, {}).get("place", "")),
            key_fingerprint(keys[log]),
            top.size,
            None,
            top.root.hex(),
            top.size,
            "",
            (witnesses[log],) if log in witnesses else (),
        )
        for log, top in sorted(tops.items())
    )
    found.sort(key=lambda finding: (not finding.is_wrong, finding.log, finding.seq or 0, finding.code))
    is_anchored = root is not None or bool(witnesses)
    standing = tuple(event for event in events.values() if not (trusted and trusted.is_quarantined(event)))
    roots = trusted.correctors if trusted else _own_roots(genesis)
    strange = {log for log in keys if trusted and trusted.is_stranger(log)}
    strangers = {log: str(genesis.get(log, {}).get("station", log)) for log in strange}
    return ProofAudit(facts, tuple(found), is_anchored, proof.codes, standing, roots, strangers)


def _proven(
    parsed: Iterable[EntryProof], keys: Mapping[str, bytes], found: list[EvidenceFinding]
) -> tuple[dict[str, Event], dict[str, Checkpoint]]:
    """The events that are proven, by leaf, and the head of each log to which its proofs lead; adds what is `found`."""
    events: dict[str, Event] = {}
    tops: dict[str, Checkpoint] = {}
    for one in parsed:
        log = claimed_log(one)
        try:
            if log not in keys:
                message = N_("the entry with the key of {log} is not here: number {seq} cannot be checked")
                found.append(_finding("INCOMPLETE", log, one.index + 1, message))
                continue
            proven = check_proof(str(one), keys[log])
        except TamperError as error:
            found.append(_refused(error, log, one.index + 1))
            continue
        known = tops.setdefault(log, proven.head)
        if known != proven.head:
            message = N_("the proofs for {log} lead to different heads")
            found.append(_finding("TAMPERED", log, None, message, of_file=True))
        if proven.event.leaf in events:
            message = N_("number {seq} of {log} is there twice")
            found.append(_finding("TAMPERED", log, one.index + 1, message, of_file=True))
        events[proven.event.leaf] = proven.event
    return events, tops


def _parsed(proof: CustodyProof, found: list[EvidenceFinding]) -> Iterator[EntryProof]:
    for number, text in enumerate(proof.proofs, 1):
        try:
            one = read_proof(text)
            claimed_log(one)
        except TamperError:
            message = N_("proof {number} of the file was changed")
            found.append(_finding("TAMPERED", "", None, message, of_file=True, number=number))
            continue
        yield one


def _raw(one: EntryProof) -> RawEntry:
    body, _, lines = one.entry.partition(b"\n")
    return RawEntry(body, lines.decode("ascii", "replace"))


def _missing(codes: Sequence[str], events: Mapping[str, Event]) -> Iterator[EvidenceFinding]:
    """What the records of an item rely on for it, and is not in the file; an item that no record registers."""
    naming_of: dict[str, list[Event]] = {code: [] for code in codes}
    for event in events.values():
        for code in event.rows.keys() & naming_of.keys():
            naming_of[code].append(event)
    for code, naming in naming_of.items():
        if not any(event.type == "register" for event in naming):
            yield _finding("INCOMPLETE", "", None, N_("no record here registers {item}"), item=code)
        for event in naming:
            after, refs = event.rows[code].get("after"), event.body["refs"]
            if after is not None and after < len(refs) and refs[after]["leaf"] not in events:
                message = N_("number {seq} of {log} relies for {item} on number {other} of {by}, which is not here")
                yield _finding(
                    "INCOMPLETE",
                    event.log,
                    event.seq,
                    message,
                    item=code,
                    other=refs[after]["seq"],
                    by=refs[after]["log"],
                )
    leaves = {(event.log, event.seq): event.leaf for event in events.values()}
    for event in events.values():
        if leaves.get((event.log, event.seq - 1), event.body["prev"]) != event.body["prev"]:
            message = N_("number {seq} of {log} was not written after the number before it that is here")
            yield _finding("TAMPERED", event.log, event.seq, message)


def _trusted(root: str | None, keys: Mapping[str, bytes], events: Mapping[str, Event]) -> Roster | None:
    """Who counts by the root's word, as far as the file brings it; None where no root is known."""
    if root is None:
        return None
    told = {event.log: str(event.body["root"]) for event in events.values() if event.type == "genesis"}
    return roster(
        root, events.values(), {log: LogOwner(key.hex(), "", "", told.get(log, "")) for log, key in keys.items()}
    )


def _own_roots(genesis: Mapping[str, Body]) -> Roots:
    """The logs whose first entry says that their own key is the root's."""
    return frozenset(
        log for log, body in genesis.items() if body["root"] == key_fingerprint(bytes.fromhex(body["public_key"]))
    )


def _compare(
    text: str, keys: Mapping[str, bytes], tops: Mapping[str, Checkpoint], witnesses: dict[str, Witness]
) -> Iterator[EvidenceFinding]:
    """A head that somebody kept against the head that the proofs lead to. Of different sizes they say nothing."""
    try:
        log = claimed_checkpoint(text).origin
        if log not in tops:
            yield _finding("UNWITNESSED", log, None, N_("a head of {log} was given; nothing of that log is here"))
            return
        head = read_checkpoint(text, keys[log])
    except TamperError as error:
        yield _refused(error, str(error.values.get("name", "")), None)
        return
    if head == tops[log]:
        witnesses[log] = Witness(KEPT_HEAD, "", head.size)
    elif head.size == tops[log].size:
        message = N_("{log} has signed two histories: a head of {size} entries does not fit the proofs here")
        yield _finding("FORK", log, None, message, size=head.size)
    else:
        message = N_(
            "{log}: the head given is of {size} entries, the proofs' of {other}: only the whole log shows "
            "that one goes on from the other"
        )
        yield _finding("UNWITNESSED", log, None, message, size=head.size, other=tops[log].size)


def _refused(error: TamperError, log: str, seq: int | None) -> EvidenceFinding:
    return EvidenceFinding("TAMPERED", log, seq, error.message, {"log": log, "seq": seq, **error.values}, of_file=True)


def _finding(
    code: str, log: str, seq: int | None, message: str, *, of_file: bool = False, **values: object
) -> EvidenceFinding:
    return EvidenceFinding(code, log, seq, message, {"log": log, "seq": seq, **values}, of_file=of_file)
