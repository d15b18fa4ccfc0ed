"""Photographs beside the ledger, each under the SHA-256 of its bytes, which the event that names it holds.

A photograph is no entry of the log: one that is lost or altered takes nothing from the event, which says by its digest
that it is not the one that was taken.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from custody.errors import N_, InputError, TamperError
from custody.format.events import Event
from db.log.reader import LedgerReader
from db.log.stored import SIGNED, as_bytes
from db.log.transactions import Transactions
from evidence.audit_findings import EvidenceFinding

MAX_BYTES = 1024 * 1024
_JPEG = b"\xff\xd8\xff"
PHOTOGRAPHED = ("inspect", "seal", SIGNED)
"""The topics of events that may name a photograph, or the picture of a signature."""


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """A photograph that an event names: its digest (hex), the event, and its bytes; None where it is not kept here,
    or no longer as it was taken (`is_altered`).
    """

    digest: str
    event: Event
    data: bytes | None
    is_altered: bool = False


class Photos:
    """The photographs of one ledger."""

    def __init__(self, ledger: LedgerReader, transaction: Transactions) -> None:
        self.ledger, self._transaction = ledger, transaction

    def keep(self, data: bytes) -> str:
        """Keep a photograph; returns its SHA-256 as 64 hex digits, for the event that names it.

        Within the transaction that records the event it is kept whole with it, or not at all. Kept once however often
        it is given; one that was altered meanwhile is put right.

        Args:
            data: JPEG, as `scanner.sources.photo` makes it.

        Raises:
            InputError: it is no JPEG or larger than `MAX_BYTES`.
        """
        if not data.startswith(_JPEG) or len(data) > MAX_BYTES:
            raise InputError(
                N_("a photograph is kept as JPEG of at most {limit} KiB"),
                hint=N_("Give the picture's file{typed}: it is made smaller by itself."),
                typed="--photo",
                limit=MAX_BYTES // 1024,
            )
        digest = hashlib.sha256(data).digest()
        photo = self.ledger.tables.photo
        with self._transaction():
            if self.get(digest.hex()) is None:
                rows = photo.insert(digest=digest, data=data)
                rows.on_conflict(conflict_target=[photo.digest], preserve=[photo.data]).execute()
        return digest.hex()

    def get(self, digest: str) -> bytes | None:
        """The photograph of that digest, compared with it now; None where it is not kept, or was altered."""
        data = self._stored(digest)
        return data if data is not None and hashlib.sha256(data).hexdigest() == digest else None

    def _stored(self, digest: str) -> bytes | None:
        photo = self.ledger.tables.photo
        row = photo.select(photo.data).where(photo.digest == bytes.fromhex(digest)).tuples().first()
        return None if row is None else as_bytes(row[0])

    def named(self) -> Iterator[NamedPhoto]:
        """Every photograph that an event of any log names, by log and number, one in memory at a time."""
        events = self.ledger.on_topic(PHOTOGRAPHED)
        for event in sorted(events, key=lambda event: (event.log, event.seq, event.leaf)):
            for digest in pictures_of(event):
                data = self.get(digest)
                yield NamedPhoto(digest, event, data, data is None and self._stored(digest) is not None)

    def findings(self) -> Iterator[EvidenceFinding]:
        """Which photographs are altered, one by one, and how many of each log are not kept here.

        The evidence is whole without them: the events say what was seen, and by the digest which photograph shows it.
        """
        try:
            yield from self._findings()
        except TamperError:
            return  # a record that was altered is a finding already

    def _findings(self) -> Iterator[EvidenceFinding]:
        absent: dict[str, list[Event]] = {}
        for photo in self.named():
            event = photo.event
            if photo.is_altered:
                altered = N_("photograph {digest} of record {seq} is not the one that was taken: it is not shown")
                yield _finding(event, altered, digest=photo.digest[:16], seq=event.seq)
            elif photo.data is None:
                absent.setdefault(event.log, []).append(event)
        for events in absent.values():
            missing = N_(
                "photographs that are not kept here: {count}, the first of record {seq}; ask the station for them"
            )
            yield _finding(events[0], missing, count=len(events), seq=events[0].seq)

    def take_in(self, data: bytes) -> bool:
        """Keep a photograph that came in a file, if an event names it and it is not kept yet; False where none does.

        Raises:
            InputError: it is no photograph as Serah keeps it.
        """
        digest = hashlib.sha256(data).hexdigest()
        wanted = self.ledger.memory.remember("photos_named", self._digests)
        if digest not in wanted or self.get(digest) is not None:
            return False
        self.keep(data)
        return True

    def _digests(self) -> frozenset[Any]:
        return frozenset(digest for event in self.ledger.on_topic(PHOTOGRAPHED) for digest in pictures_of(event))


def pictures_of(event: Event) -> list[str]:
    """The digests of the pictures that an event names: photographs, and signatures that were drawn."""
    if event.type == "handover":
        return [row["digest"] for row in event.body.get("acknowledged", ()) if row["digest"]]
    return [event.body["photo"]] if event.body["photo"] else []


def _finding(event: Event, message: str, **values: object) -> EvidenceFinding:
    return EvidenceFinding("PHOTO", event.log, event.seq, message, {"log": event.log, **values})
