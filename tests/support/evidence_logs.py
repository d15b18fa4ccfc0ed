"""Logs for tests of evidence: several stations that sign, hand over and rely on each other, the same in every run."""

import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.format.encoding import canonical, entry_bytes, key_fingerprint, leaf_digest, sign_body
from custody.format.events import check_body
from evidence.checkpoint import make_checkpoint
from evidence.entry import RawEntry, examine
from evidence.intake import LogRow
from evidence.log_audit import LogAudit, Mapper, with_keys
from evidence.tree import Tree

CODES = [f"7Q2M9X4T5B{i:02d}" for i in range(40)]


@dataclass
class Station:
    """A station with its key and its log; `entries` are what it would store."""

    seed: int
    name: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    entries: list[RawEntry] = field(default_factory=list)
    admitted: dict[str, Any] | None = None
    """The ref to the record that first admitted its key, which what it does as a delegate relies on."""

    def __post_init__(self) -> None:
        self.secret = Ed25519PrivateKey.from_private_bytes(bytes([self.seed]) * 32)
        self.public_key = self.secret.public_key().public_bytes_raw()
        self.fingerprint = key_fingerprint(self.public_key)
        self.name = self.name or f"serah/pemilu-2024/gudang-{self.seed}/{self.fingerprint[:10]}{self.seed:06x}"
        self.dice = random.Random(self.seed)
        self.write(
            "genesis",
            election="Pemilu 2024",
            root=self.fingerprint,
            station=f"Gudang {self.seed}",
            place=f"51.{self.seed:02d}",
            public_key=self.public_key.hex(),
            continues=None,
        )

    def write(self, type: str, refs: Sequence[dict[str, Any]] = (), **fields: Any) -> RawEntry:
        """Append an event; `refs` are what it relies on."""
        seq = len(self.entries) + 1
        leaf = self.entries[-1].leaf if self.entries else None
        body = {
            "v": 1,
            "type": type,
            "log": self.name,
            "seq": seq,
            "prev": leaf.hex() if leaf else None,
            "refs": list(refs),
            "id": f"{self.seed}-{seq}",
            "at": f"2024-02-10T{seq // 3600 % 24:02d}:00:00Z",
            "by": "Made",
            "app": "serah/test",
            **fields,
        }
        check_body(body)
        self.bodies.append(body)
        self.entries.append(self.sign(body))
        return self.entries[-1]

    def sign(self, body: dict[str, Any], by: "Station | None" = None) -> RawEntry:
        """The entry of a body, as this station, or another, signs it."""
        signer = by or self
        data = canonical(body)
        signature = sign_body(data, signer.public_key, signer.secret.sign)
        return RawEntry(data, f"{signature}\n", body["seq"], leaf_digest(entry_bytes(data, (signature,))))

    def ref(self, seq: int | None = None) -> dict[str, Any]:
        """What another event says when it relies on this station's event; the newest where no number is given."""
        seq = seq or len(self.entries)
        return {"log": self.name, "seq": seq, "leaf": self.entries[seq - 1].leaf.hex()}

    def hand_over(self, refs: Sequence[dict[str, Any]] = ()) -> RawEntry:
        count = self.dice.randrange(1, 4)
        items = [
            {"code": code, "print": 1, "after": 0 if refs else None, "how": "camera"}
            for code in self.dice.sample(CODES, count)
        ]
        return self.write(
            "handover",
            refs,
            **{"from": "51.08", "to": "51.08.01"},
            bound=[],
            items=items,
            counted=count,
            extras=[],
            parties={"giver": "Sé", "receiver": "Wayan"},
            witnesses=[],
            vehicle="",
            note="",
            occurred=None,
            bast=str(len(self.entries)),
            part=1,
            parts=1,
        )

    def fill(self, size: int) -> "Station":
        """Events of several types, up to that many entries, some relying on earlier ones of this log."""
        while len(self.entries) < size:
            match self.dice.randrange(3):
                case 0:
                    self.write(
                        "inspect",
                        item={"code": CODES[0], "print": 1, "after": None, "how": "typed"},
                        condition="wet",
                        photo=None,
                        note='basah "sedikit"\n',
                    )
                case 1:
                    self.write("print", codes=CODES[:2], print=1, sheet="a4-3x7", reason=None, second=None)
                case _:
                    earlier = self.dice.randrange(1, len(self.entries) + 1)
                    self.hand_over([self.ref(earlier)] if self.dice.randrange(2) else [])
        return self

    def head(self, size: int | None = None) -> str:
        """The station's signed head at a size."""
        size = len(self.entries) if size is None else size
        root = self.tree().root(size)
        return make_checkpoint(self.name, size, root, self.public_key, self.secret.sign)

    def tree(self) -> Tree:
        return Tree(entry.leaf for entry in self.entries)

    def row(self, size: int | None = None) -> LogRow:
        """What a bundle's first line says of this log."""
        size = len(self.entries) if size is None else size
        genesis = self.bodies[0]
        leaf = self.entries[size - 1].leaf if size else None
        return LogRow(self.name, genesis["station"], genesis["place"], size, leaf.hex() if leaf else None)


def unfiled(entries: Sequence[RawEntry]) -> list[RawEntry]:
    """Entries as a bundle has them: nothing but the bytes."""
    return [RawEntry(entry.body, entry.signatures) for entry in entries]


def chain_of_stations(count: int, size: int) -> list[Station]:
    """Stations in a row, each handing over to the next, which relies on the newest event of the one before it."""
    stations = [Station(seed + 1) for seed in range(count)]
    for step in itertools.count(2):
        if step > size:
            return stations
        for number, station in enumerate(stations):
            before = [stations[number - 1].ref()] if number else []
            station.hand_over(before)
    raise AssertionError


def audit_log(
    entries: Iterable[RawEntry], *, name: str, public_key: bytes | None = None, mapper: Mapper = map
) -> LogAudit:
    """Audit one log's entries in the order of their numbers; never raises for what they say.

    Args:
        public_key: the log's key where it is known from elsewhere; None: its first entry has it.
        mapper: how to spread the work that takes time.
    """
    keys = {} if public_key is None else {name: public_key}
    audit = LogAudit(name, public_key)
    for seen in mapper(examine, with_keys(entries, keys)):
        audit.take(seen)
    audit.public_key = keys.get(name)
    return audit
