"""Logs for fuzzing, written as text: what a hostile station signs, so that no byte of it is stopped by a signature.

A line is the body of an entry. In it `"@prev"` stands for the digest of the entry before, `"@leaf N SEQ"` for that of
another one, `"@key N"` for the key of station N, `"@head N SIZE"` for its signed head; the rest is signed as it is. A
line may begin with `@by N` (signed by the key of N). Lines of their own: `@root` (the auditor knows the key of station
1), `@head N SIZE` (the auditor kept that head), `@row N SIZE` (it stands in the list), `@leave N SEQ` (is left out).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.format.encoding import key_fingerprint, leaf_digest, sign_body
from evidence.checkpoint import make_checkpoint
from evidence.custody_proof import CustodyProof
from evidence.entry import RawEntry
from evidence.intake import LogRow
from evidence.proof import make_proof
from evidence.tree import Tree
from tests.support.bundle_examples import Evidence

MOST_ENTRIES = 60
_STATIONS = 10
_SIGN = re.compile(rb'"@(prev|key|leaf|head)(?: ([0-9]{1,3}))?(?: ([0-9]{1,3}))?"')
_LINE = re.compile(rb"@(by|head|row|leave) ([0-9]{1,3}) ?([0-9]{0,3})(.*)", re.DOTALL)
_LOG = re.compile(rb'"log":"([^"\\]*)"')
_CODE = re.compile(rb'"code":"([0-9A-Z]{13})"')


@dataclass
class _Log:
    """A log as it is written: its entries, and how many entries of it the list's head has, if it has one."""

    name: str
    seed: int
    entries: list[RawEntry] = field(default_factory=list)
    row_size: int | None = None
    left_out: set[int] = field(default_factory=set)

    def tree(self) -> Tree:
        return Tree(entry.leaf or b"" for entry in self.entries)

    def head(self, size: int) -> str:
        key, tree = secret(self.seed), self.tree()
        return make_checkpoint(
            self.name, size, tree.root(min(size, tree.size)), key.public_key().public_bytes_raw(), key.sign
        )

    def row(self) -> LogRow:
        size = len(self.entries)
        said = _said(self.entries[0].body) if self.entries else {}
        station, place = (said[key] if isinstance(said.get(key), str) else "" for key in ("station", "place"))
        head = self.entries[-1].leaf.hex() if self.entries and self.entries[-1].leaf else None
        return LogRow(
            self.name, station, place, size, head, None if self.row_size is None else self.head(self.row_size)
        )

    def proofs(self) -> list[str]:
        tree, head = self.tree(), self.head(len(self.entries))
        return [
            make_proof(entry.body + b"\n" + entry.signatures.encode(), number, tree.inclusion_proof(number), head)
            for number, entry in enumerate(self.entries)
            if number + 1 not in self.left_out
        ]


@dataclass
class Written:
    """What a text of logs becomes: a bundle, and a proof file of the same entries."""

    bundle: Evidence
    proof: str


@cache
def secret(seed: int) -> Ed25519PrivateKey:
    """The key of a station; those of `tests.support.evidence_logs` are the same."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def written(text: bytes) -> Written | None:
    """The bundle and the proof file of a text; None where it is no text, or has no entry or too many."""
    logs, root, kept = dict[str, _Log](), False, list[tuple[int, int]]()
    name = ""
    for line in text.split(b"\n"):
        by, body = None, line
        if line == b"@root":
            root = True
            continue
        if match := _LINE.fullmatch(line):
            what, seed, number = match[1], int(match[2]) % _STATIONS, int(match[3] or 0)
            mine = [log for log in logs.values() if log.seed == seed]
            if what == b"by":
                by, body = seed, match[4]
            elif what == b"head":
                kept.append((seed, number))
            elif mine and what == b"row":
                mine[0].row_size = number
            elif mine:
                mine[0].left_out.add(number)
            if what != b"by":
                continue
        if not body or sum(len(log.entries) for log in logs.values()) >= MOST_ENTRIES:
            continue
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            return None
        name = _log_of(body) or name
        log = logs.setdefault(name, _Log(name, _seed_of(name)))
        log.entries.append(_entry(body, log, logs, by))
    if not any(log.entries for log in logs.values()) or not all(map(_may_sign, logs)):
        return None
    return _written(list(logs.values()), secret(1) if root else None, kept, text)


def _written(
    logs: Sequence[_Log], root: Ed25519PrivateKey | None, kept: Sequence[tuple[int, int]], text: bytes
) -> Written:
    bundle = Evidence(
        [],
        [[entry for n, entry in enumerate(log.entries, 1) if n not in log.left_out] for log in logs],
        [log.row() for log in logs],
        key_fingerprint(root.public_key().public_bytes_raw()) if root else None,
        [log.head(size) for seed, size in kept for log in logs if log.seed == seed],
    )
    codes = dict.fromkeys(code.decode() for code in _CODE.findall(text))
    proofs = [proof for log in logs for proof in log.proofs()]
    return Written(bundle, str(CustodyProof(tuple(codes)[:3] or ("0000000000000",), tuple(proofs))))


def _said(body: bytes) -> dict[str, object]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _log_of(body: bytes) -> str:
    said = _said(body).get("log")
    if isinstance(said, str):
        return said
    match = _LOG.search(body)
    return match[1].decode() if match else ""


def _may_sign(name: str) -> bool:
    return bool(name) and "+" not in name and not re.search(r"[\s\x00-\x1f\ud800-\udfff]", name)


def _seed_of(name: str) -> int:
    """A log's name ends in its station's number."""
    return int(name[-1]) if name[-1:].isascii() and name[-1:].isdecimal() else 1


def _entry(body: bytes, log: _Log, logs: dict[str, _Log], by: int | None) -> RawEntry:
    def filled(match: re.Match[bytes]) -> bytes:
        seed, number = int(match[2] or 1) % _STATIONS, int(match[3] or 0)
        if match[1] == b"key":
            return b'"%b"' % secret(seed).public_key().public_bytes_raw().hex().encode()
        if match[1] == b"prev":
            return b'"%b"' % log.entries[-1].leaf.hex().encode() if log.entries and log.entries[-1].leaf else b"null"
        others = [other for other in logs.values() if other.seed == seed]
        if match[1] == b"head":
            text = others[0].head(number) if others and _may_sign(others[0].name) else ""
            return json.dumps(text, ensure_ascii=False).encode()
        leaves = [entry.leaf for other in others for entry in other.entries[number - 1 : number] if number]
        return b'"%b"' % (leaves[0].hex().encode() if leaves and leaves[0] else b"0" * 64)

    data = _SIGN.sub(filled, body)
    key = secret(log.seed if by is None else by)
    signatures = f"{sign_body(data, key.public_key().public_bytes_raw(), key.sign)}\n"
    return RawEntry(data, signatures, None, leaf_digest(data + b"\n" + signatures.encode()))
