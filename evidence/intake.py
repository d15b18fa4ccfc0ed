"""The lines of a bundle (docs/ledger-format.md, "Bundle"), and whether it may be imported: complete by its list, every
entry signed by its log's key and in its place.

The first line names the logs and their heads; each line after it is one entry. A line has one form only, so reading is
strict: exact keys, exact types, nothing nested deeper than a log's row. An audit reports everything; `check_bundle`
refuses at the first fault, so nothing of a bad bundle is used. What is no fault of the bundle passes: logs that it does
not have, logs that others know to be longer, forks.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from custody.chain.roster import Roster
from custody.errors import N_, InputError, TamperError
from custody.format.encoding import MAX_BODY_BYTES, is_name_of, key_fingerprint
from custody.format.event_types import MAX_COUNT
from evidence.audit_findings import EvidenceFinding
from evidence.between import false_head
from evidence.checkpoint import is_head_of, read_checkpoint
from evidence.entry import RawEntry, examine
from evidence.log_audit import MAX_LOGS, LogAudit, Mapper, with_keys
from evidence.mentions import AuditLimits

BUNDLE_VERSION: Literal[1] = 1
MAX_LINE_BYTES = 200 * 1024
"""A body of 64 KiB whose every byte needs a backslash in the line, its signatures, and room for a long header."""
MAX_HEADER_BYTES = 16 * 1024 * 1024
"""The first line grows with the logs: 700 bytes each."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class LogRow:
    """A log in a bundle's list: its size, and the digest of its newest entry (64 hex digits).

    `checkpoint` is the newest head that the log's own station signed, where the writer has one. The rest is the
    writer's claim, and the audit compares the entries with it.
    """

    log: str
    station: str
    place: str
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)]
    head: str | None
    checkpoint: str | None = None


@dataclass(frozen=True, slots=True)
class _Header:
    logs: list[LogRow]
    serah_bundle: Literal[1]


@dataclass(frozen=True, slots=True)
class _Entry:
    body: str
    signatures: str


_ENCODER = msgspec.json.Encoder(order="sorted")
_HEADER, _ENTRY = msgspec.json.Decoder(_Header), msgspec.json.Decoder(_Entry)


def log_row(values: Mapping[str, Any]) -> LogRow:
    """A row from what a ledger knows of a log; a ledger that keeps no signed head of it has no `checkpoint`."""
    return LogRow(
        values["log"], values["station"], values["place"], values["size"], values["head"], values.get("checkpoint")
    )


def header_line(logs: Sequence[LogRow]) -> bytes:
    """The first line of a bundle."""
    return _line(_Header([*logs], BUNDLE_VERSION))


def entry_line(body: bytes, signatures: str) -> bytes:
    """The line of an entry. The body travels as text in its exact bytes: it is UTF-8 (RFC 8785)."""
    return _line(_Entry(body.decode("utf-8"), signatures))


def read_header(line: bytes) -> tuple[LogRow, ...]:
    """Read the first line of a bundle.

    Raises:
        TamperError: it is not one, of this version.
    """
    rows = tuple(_parse(line, 1, MAX_HEADER_BYTES, _HEADER).logs)
    if len({row.log for row in rows}) != len(rows) or len(rows) > MAX_LOGS:
        raise _not_a_bundle(1)
    return rows


def read_entry(line: bytes, number: int) -> RawEntry:
    """Read the line of an entry; `number` counts from 1 for the first line.

    Raises:
        TamperError: it is not one.
    """
    entry = _parse(line, number, MAX_LINE_BYTES, _ENTRY)
    body = entry.body.encode("utf-8")
    if len(body) > MAX_BODY_BYTES:
        raise _not_a_bundle(number)
    return RawEntry(body, entry.signatures)


def _parse(line: bytes, number: int, limit: int, decoder: msgspec.json.Decoder[_T]) -> _T:
    """What the line says. It has one form: no key twice or unknown, no space, no other order."""
    if len(line) > limit or not line.endswith(b"\n"):
        raise _not_a_bundle(number)
    try:
        value = decoder.decode(line)
        is_ours = _line(value) == line
    except (ValueError, RecursionError) as error:
        raise _not_a_bundle(number) from error
    if not is_ours:
        raise _not_a_bundle(number)
    return value


def _line(value: Any) -> bytes:
    return _ENCODER.encode(value) + b"\n"


def read_lines(lines: Iterable[bytes]) -> tuple[tuple[LogRow, ...], Iterable[RawEntry]]:
    """The rows of the first line, and the entries of the others as they come; lines with their line feeds.

    Raises:
        TamperError: at once for the first line, while walking the entries for a later one.
    """
    walk = iter(lines)
    rows = read_header(next(walk, b""))
    return rows, (read_entry(line, number) for number, line in enumerate(walk, start=2))


def _not_a_bundle(number: int) -> TamperError:
    return TamperError(
        N_("line {line} is not of a bundle that Serah wrote: nothing of it is taken"),
        hint=N_("Ask for a new copy of the bundle; this one was cut or changed."),
        line=number,
    )


# --- The bundle judged ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checked:
    """A bundle that may be imported: how many entries it has, the public keys that are known with it, by log, and what
    its entries say of logs and keys (`KEPT_TYPES`).

    `findings`: the heads of other logs that its records keep and that those logs' keys have not signed. They count
    against the log that keeps them, and the rest is imported.
    """

    count: int
    keys: Mapping[str, bytes]
    said: tuple[Mapping[str, Any], ...]
    findings: tuple[EvidenceFinding, ...] = ()


class AlteredFileError(TamperError):
    """What is wrong bears no signature of its log (`EvidenceFinding.of_file`)."""


_HINT = N_("Ask for a new copy of the bundle; nothing was taken from this one.")


def check_bundle(
    rows: Sequence[LogRow],
    entries: Iterable[RawEntry],
    keys: Mapping[str, bytes],
    *,
    goes_on: bool = False,
    mapper: Mapper = map,
) -> Checked:
    """Walk a bundle to its end and refuse it if anything in it is wrong.

    Args:
        keys: the public keys of the logs that are held already. Of these a bundle may lack the beginning, for that may
            come in another one.
        goes_on: the entries go on where what is held ends, though that be the first entry alone.

    Raises:
        TamperError: it was cut or altered; the first thing that is wrong.
    """
    logs = {row.log: LogAudit(row.log, keys.get(row.log), AuditLimits(names=0)) for row in rows}  # follows no mention
    known = dict(keys)
    count = 0
    for seen in mapper(examine, with_keys(entries, known)):
        count += 1
        if seen.fault is not None:
            raise _altered(seen.fault.message, seq=seen.seq or count, log=seen.log or "-", **seen.fault.values)
        if seen.log not in logs:
            raise _altered(N_("{log} is here and not in the list of logs"), log=seen.log)
        logs[seen.log].take(seen)
    for row in rows:
        log = logs[row.log]
        log.public_key = known.get(row.log)
        found = log.findings()
        for finding in found:
            if not _may_pass(finding, is_held=row.log in keys, goes_on=goes_on):
                raise (_altered if finding.of_file else _refusal)(finding.message, **finding.values)
        _check_row(row, log, found)
        if row.log not in keys and log.public_key is not None and not is_name_of(row.log, log.public_key):
            raise _altered(N_("{log} does not bear the name of the key that signs it"), log=row.log)
    said = tuple(body for log in logs.values() for body in log.kept)
    heads = (false_head(body["log"], body["seq"], body["head"], known) for body in said if body["type"] == "witness")
    return Checked(count, known, said, tuple(finding for finding in heads if finding is not None))


def refuse_foreign(
    said: Iterable[Mapping[str, Any]], *, election: str, own_key: str, trusted: Roster, held: Collection[str]
) -> None:
    """Refuse bundles that have a log of another election, which nothing ties to this one.

    What belongs together is one root; names are typed, so one may be the beginning of the other. A log passes whose
    root is ours, whose key was admitted, here or in the bundles, or that is held; and all do where the bundles admit
    our own key or root's, or an office among them joins ours, for then their root may be ours, or ours theirs.

    Args:
        said: what the entries of the bundles say of logs and keys.
        own_key: our own public key, 64 hex digits.
        held: the logs that are held already.

    Raises:
        InputError: there is such a log; nothing was taken.
    """
    bodies = list(said)
    admitted = {body["key"] for body in bodies if body["type"] == "admit"}
    joined = {body["key"] for body in bodies if body["type"] == "join"}
    roots = {key_fingerprint(bytes.fromhex(key)) for key in admitted | joined}
    if own_key in admitted | joined or trusted.root in roots or joined & trusted.powers.keys():
        return
    for body in bodies:
        if body["type"] != "genesis" or body["log"] in held or _is_same(body["election"], election):
            continue
        if body["root"] != trusted.root and body["public_key"] not in admitted | trusted.powers.keys():
            raise InputError(
                N_("{log} is of the election {theirs}, and this ledger is of {ours}: nothing was taken"),
                hint=N_("If it belongs here, let the root admit that station first: {way}"),
                way="admit",
                log=body["log"],
                theirs=body["election"],
                ours=election,
            )


def _is_same(one: str, other: str) -> bool:
    """Whether two names may mean one election: the words of one begin with those of the other."""
    words, more = sorted((re.findall(r"\w+", name.casefold()) for name in (one, other)), key=len)
    return more[: len(words)] == words


def _may_pass(finding: EvidenceFinding, *, is_held: bool, goes_on: bool) -> bool:
    """Whether a log may be imported as it is: a fork may, as evidence, and a log that is held may come without its
    beginning; one that lacks only its genesis was cut.
    """
    begins_later = (
        finding.code == "INCOMPLETE" and finding.values.get("first") == 1 and (goes_on or finding.values["last"] > 1)
    )
    return finding.code == "FORK" or (is_held and begins_later)


def _check_row(row: LogRow, log: LogAudit, found: Sequence[EvidenceFinding]) -> None:
    """Hold a log to what the list says of it, and to its head there as far as the entries reach."""
    leaf = log.leaf(row.size)
    if row.size != log.newest or (leaf.hex() if leaf else None) != row.head:
        message = N_("{log} is not here as the list of logs says; entries that should be here: {size}; here: {held}")
        raise _refusal(message, log=row.log, size=row.size, held=log.newest)
    if log.leaf(1) is not None and (row.station, row.place) != (log.station, log.place):
        raise _refusal(
            N_("{log} says that it is of {station} at {place}; its list says otherwise"),
            log=row.log,
            station=log.station,
            place=log.place,
        )
    if row.checkpoint is not None:
        if not is_head_of(row.checkpoint, row.log):
            message = N_("the signed head that stands with {log} in the list of logs is damaged, or of another log")
            raise _refusal(message, log=row.log)
        if log.public_key is not None:
            head = read_checkpoint(row.checkpoint, log.public_key)
            is_single = all(finding.code != "FORK" for finding in found)  # of two branches, which is not known
            if head.size <= log.size and is_single and log.root(head.size) != head.root:
                raise _refusal(N_("the signed head of {log} does not fit the entries here"), log=log.name)


def _refusal(message: str, **values: object) -> TamperError:
    return TamperError(message, hint=_HINT, **values)


def _altered(message: str, **values: object) -> TamperError:
    return AlteredFileError(message, hint=_HINT, **values)
