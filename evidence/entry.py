"""One stored entry, examined by itself: is it an event, byte for byte, and did the log's key sign it?

This is all of an audit that takes time, and entries do not depend on each other here: `examine` may run in any process.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from custody.errors import N_, TamperError
from custody.format.encoding import SIGNING_CONTEXT, key_fingerprint, leaf_digest, read_signatures
from custody.format.events import read_body
from evidence.checkpoint import holds

Keys = Mapping[str, bytes]
"""The public key of each log, by the log's name."""

KEPT_TYPES = frozenset({"genesis", "admit", "revoke", "join", "witness"})
"""The events that say something about logs and keys, and not about items: an audit keeps them whole."""

_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)


class RawEntry(NamedTuple):
    """An entry as it was found: its bytes, and what it is filed under, where it is: a table has that, a bundle not."""

    body: bytes
    signatures: str
    seq: int | None = None
    leaf: bytes | None = None
    log: str | None = None


class Mention(NamedTuple):
    """An event that another one relies on."""

    log: str
    seq: int
    leaf: bytes


class Fault(NamedTuple):
    """Why an entry is not as it was written: a template and its values; the caller adds `seq` and `log`."""

    message: str
    values: Mapping[str, Any]


NO_KEY = Fault(N_("number {seq} of {log} cannot be checked: the entry with the log's key is not here"), {})


class Examined(NamedTuple):
    """What an entry says of its place, and whether it can be believed. With a fault, only `leaf` is certain."""

    filed: int | None
    filed_log: str | None
    leaf: bytes
    fault: Fault | None
    log: str = ""
    seq: int = 0
    prev: bytes | None = None
    type: str = ""
    mentions: tuple[Mention, ...] = ()
    kept: Mapping[str, Any] | None = None


def examine(job: tuple[RawEntry, Keys]) -> Examined:
    """Examine one entry: canonical bytes, known fields, its log's signature, where it is filed."""
    raw, keys = job
    leaf = leaf_digest(raw.body + b"\n" + raw.signatures.encode("utf-8", "surrogatepass"))
    try:
        body = read_body(raw.body)
    except TamperError as error:
        return Examined(raw.seq, raw.log, leaf, Fault(error.message, error.values))
    log, seq = str(body["log"]), int(body["seq"])
    fault = _signature_fault(raw, keys.get(log)) or _filing_fault(raw, seq, leaf)
    return Examined(
        raw.seq,
        raw.log,
        leaf,
        fault,
        log,
        seq,
        bytes.fromhex(body["prev"]) if body["prev"] else None,
        str(body["type"]),
        tuple(Mention(ref["log"], ref["seq"], bytes.fromhex(ref["leaf"])) for ref in body["refs"]),
        _kept(body),
    )


def _kept(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What an audit keeps of a body: all of what speaks of logs and keys, and of a plan what it relies on."""
    if body["type"] == "plan":
        return {name: body[name] for name in ("type", "log", "seq", "at", "refs")}
    return body if body["type"] in KEPT_TYPES else None


def learn_key(raw: RawEntry) -> tuple[str, bytes] | None:
    """The log and its public key, from a log's first entry; None for every other one. Nothing of it is checked yet."""
    if b'"type":"genesis"' not in raw.body:
        return None
    try:
        body = read_body(raw.body)
    except TamperError:
        return None
    if body["type"] != "genesis" or body["seq"] != 1 or not _KEY.fullmatch(body["public_key"]):
        return None
    return str(body["log"]), bytes.fromhex(body["public_key"])


def is_signed(body: bytes, signatures: str, public_key: bytes) -> bool:
    """Whether `signatures` is this station's one signature line under this body, byte for byte (ledger-format.md)."""
    try:
        lines = read_signatures(signatures)
    except TamperError:
        return False
    if len(lines) != 1 or signatures != f"{lines[0]}\n":
        return False
    if (lines[0].role, lines[0].key_id) != ("station", key_fingerprint(public_key)[:16]):
        return False
    return holds(public_key, lines[0].value, SIGNING_CONTEXT + body)


def _signature_fault(raw: RawEntry, key: bytes | None) -> Fault | None:
    if key is None:
        return NO_KEY
    if not is_signed(raw.body, raw.signatures, key):
        return Fault(N_("number {seq} of {log} is not signed by the log's key, or was changed after signing"), {})
    return None


def _filing_fault(raw: RawEntry, seq: int, leaf: bytes) -> Fault | None:
    if raw.seq is not None and raw.seq != seq:
        return Fault(N_("what is filed as number {seq} of {log} is number {own}"), {"own": seq})
    if raw.leaf is not None and raw.leaf != leaf:
        return Fault(N_("number {seq} of {log} is filed under a digest that is not its own"), {})
    return None
