"""What a station and a hub send each other, byte for byte (C2SP tlog-mirror and tlog-witness; decision 281).

A log is sent as its signed head first, then its entries in packages of at most 256, each with the proof that it stands
in the tree of that head. Nothing here is believed: signatures and proofs are for whoever reads.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from custody.errors import N_, TamperError
from custody.format.encoding import MAX_BODY_BYTES
from custody.format.event_types import MAX_COUNT
from evidence.entry import RawEntry

PACKAGE = 256
"""The entries of a package, counted from the beginning of the log: the first and the last of a request have fewer."""
PACKAGES_AT_ONCE = 32
"""Of one request, by the specification's advice."""
MAX_ENTRY_BYTES = MAX_BODY_BYTES + 1024
"""A body, and its signature line."""
MAX_NAME_BYTES = 1024
MAX_TICKET_BYTES = 1024
_LONG = 0xFFFF
_MOST_DIGESTS = 63
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


# --- The head -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeadRequest:
    """A signed head, the size that the other side is thought to have, and the proof from there to the head."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def to_bytes(self) -> bytes:
        """The body of `add-checkpoint`."""
        proof = "".join(base64.b64encode(digest).decode() + "\n" for digest in self.proof)
        return f"old {self.old}\n{proof}\n{self.note}".encode()


def read_head_request(data: bytes) -> HeadRequest:
    """Read the body of `add-checkpoint`.

    Raises:
        TamperError: it is not one, byte for byte.
    """
    try:
        lines, _, note = data.decode("utf-8").partition("\n\n")
        first, *proof = lines.split("\n")
        read = HeadRequest(_number(first.removeprefix("old ")), tuple(base64.b64decode(line) for line in proof), note)
    except ValueError as error:  # no UTF-8, or no base64
        raise _malformed() from error
    is_whole = len(proof) <= _MOST_DIGESTS and all(len(digest) == 32 for digest in read.proof)
    if not is_whole or read.to_bytes() != data:
        raise _malformed()
    return read


# --- The entries --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Package:
    """Some entries of a log: from the index `begin` on, and the proof that all from `rounded` on, where the package
    would begin if it were whole, stand in the tree.
    """

    rounded: int
    begin: int
    entries: tuple[bytes, ...]
    proof: tuple[bytes, ...]

    @property
    def end(self) -> int:
        """The index behind the last."""
        return self.begin + len(self.entries)

    def to_bytes(self) -> bytes:
        """The package as it stands in a request."""
        return b"".join((*map(entry_record, self.entries), bytes([len(self.proof)]), *self.proof))


def spans(begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Where the packages of a request lie that sends the entries from `begin` to before `end`: for each, where it would
    begin if it were whole, where it begins, and where it ends.
    """
    for rounded in range(begin - begin % PACKAGE, end, PACKAGE) if begin < end else ():
        yield rounded, max(begin, rounded), min(end, rounded + PACKAGE)


@dataclass(frozen=True, slots=True)
class Upload:
    """What a request to `add-entries` is about: the entries of a log from index `begin` to before `end`, which is the
    size of a head that was sent before.
    """

    log: str
    begin: int
    end: int
    ticket: bytes = b""

    def to_bytes(self) -> bytes:
        """The beginning of the body of `add-entries`."""
        name = self.log.encode()
        sizes = self.begin.to_bytes(8, "big") + self.end.to_bytes(8, "big")
        return len(name).to_bytes(2, "big") + name + sizes + len(self.ticket).to_bytes(2, "big") + self.ticket


def entry_record(entry: bytes) -> bytes:
    """An entry behind its length: two bytes, as the specification has it. One of 65,535 bytes or more, for which it has
    no form, has four behind two that are all ones.
    """
    size = len(entry)
    prefix = size.to_bytes(2, "big") if size < _LONG else _LONG.to_bytes(2, "big") + size.to_bytes(4, "big")
    return prefix + entry


def raw_entry(entry: bytes) -> RawEntry:
    """An entry as an audit takes it. Bytes that are no text make a signature that never holds."""
    body, _, signatures = entry.partition(b"\n")
    return RawEntry(body, signatures.decode("ascii", "replace"))


class EntriesReader:
    """Entries behind each other, read in whatever pieces they come; what is not whole yet waits."""

    def __init__(self) -> None:
        self._data, self._at = bytearray(), 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        del self._data[: self._at]
        self._at = 0
        self._data += data

    @property
    def rest(self) -> int:
        """How many bytes wait."""
        return len(self._data) - self._at

    def entry(self) -> bytes | None:
        """The next entry; None where it has not come whole.

        Raises:
            TamperError: it is longer than any entry.
        """
        prefix = self._number(0, 2)
        longer = self._number(2, 4) if prefix == _LONG else None
        width, size = (6, longer) if prefix == _LONG else (2, prefix)
        if size is not None and size > MAX_ENTRY_BYTES:
            raise _malformed()
        whole = None if size is None else self._take(width + size)
        return None if whole is None else whole[width:]

    def proof(self) -> tuple[bytes, ...] | None:
        """The next proof; None where it has not come whole.

        Raises:
            TamperError: it is longer than any proof.
        """
        count = self._number(0, 1)
        if count is not None and count > _MOST_DIGESTS:
            raise _malformed()
        whole = None if count is None else self._take(1 + 32 * count)
        return None if whole is None else tuple(whole[at : at + 32] for at in range(1, len(whole), 32))

    def upload(self) -> Upload | None:
        """What a request is about; None where that has not come whole.

        Raises:
            TamperError: it is no such request.
        """
        name_size = self._number(0, 2)
        ticket_size = None if name_size is None else self._number(18 + name_size, 2)
        if (name_size or 0) > MAX_NAME_BYTES or (ticket_size or 0) > MAX_TICKET_BYTES:
            raise _malformed()
        if name_size is None or ticket_size is None or (whole := self._take(20 + name_size + ticket_size)) is None:
            return None
        name, sizes, ticket = whole[2 : 2 + name_size], whole[2 + name_size : 18 + name_size], whole[20 + name_size :]
        begin, end = int.from_bytes(sizes[:8], "big"), int.from_bytes(sizes[8:], "big")
        try:
            log = name.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _malformed() from error
        if not begin <= end <= MAX_COUNT:
            raise _malformed()
        return Upload(log, begin, end, ticket)

    def _number(self, behind: int, size: int) -> int | None:
        at = self._at + behind
        return int.from_bytes(self._data[at : at + size], "big") if len(self._data) >= at + size else None

    def _take(self, size: int) -> bytes | None:
        if self.rest < size:
            return None
        self._at += size
        return bytes(self._data[self._at - size : self._at])


class UploadReader:
    """The body of `add-entries`, read in whatever pieces it comes.

    `upload` is what it is about, once that much has come. `begun` are the entries of a package that is not whole.
    """

    def __init__(self) -> None:
        self.upload: Upload | None = None
        self.begun: list[bytes] = []
        self._reader = EntriesReader()
        self._spans: Iterator[tuple[int, int, int]] = iter(())
        self._span: tuple[int, int, int] | None = None

    @property
    def begun_at(self) -> int:
        """The index of the first of `begun`."""
        return self._span[1] if self._span else 0

    def feed(self, data: bytes) -> Iterator[Package]:
        """Take the next bytes; gives each package that is whole now.

        Raises:
            TamperError: no such body, or more than it should have.
        """
        self._reader.feed(data)
        if self.upload is None:
            self.upload = self._reader.upload()
            if self.upload is None:
                return
            self._spans = spans(self.upload.begin, self.upload.end)
            self._span = next(self._spans, None)
        while self._span is not None:
            rounded, begin, end = self._span
            while len(self.begun) < end - begin:
                entry = self._reader.entry()
                if entry is None:
                    return
                self.begun.append(entry)
            proof = self._reader.proof()
            if proof is None:
                return
            whole = Package(rounded, begin, tuple(self.begun), proof)
            self.begun, self._span = [], next(self._spans, None)
            yield whole
        if self._reader.rest:
            raise _malformed()


# --- Answers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What a mirror says of a log: the size of the head that it has been sent, and the index of the first entry that it
    lacks.
    """

    size: int
    next: int
    ticket: bytes = b""

    def __str__(self) -> str:
        return f"{self.size}\n{self.next}\n{base64.b64encode(self.ticket).decode()}\n"


def read_standing(text: str) -> Standing:
    """Read the answer of a mirror that lacks entries (`text/x.tlog.mirror-info`).

    Raises:
        TamperError: it is not one.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise _malformed()
    try:
        return Standing(_number(lines[0]), _number(lines[1]), base64.b64decode(lines[2], validate=True))
    except ValueError as error:  # no base64
        raise _malformed() from error


def read_size(text: str) -> int:
    """Read the size that a witness has of a log (`text/x.tlog.size`).

    Raises:
        TamperError: it is not one.
    """
    return _number(text.removesuffix("\n"))


def records(entries: Iterable[bytes]) -> bytes:
    """Entries behind each other, each behind its length."""
    return b"".join(map(entry_record, entries))


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise _malformed()
    return int(text)


def _malformed() -> TamperError:
    return TamperError(
        N_("what came over the network is not as a hub and its stations write it"),
        hint=N_("Perhaps another service answers there. Try again; if it stays, look at the address."),
    )
