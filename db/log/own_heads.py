"""The signed head of our own log, made with each commit, and the roots of every log that is held.

The tree is not kept: its frontier is, one digest for each bit of the log's size, so an append costs the same in a log
of any length.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from peewee import Database

from custody.errors import N_, TamperError
from custody.format.encoding import leaf_digest
from db.models import Tables
from db.prepared import Prepared, PreparedInsert, blank, written
from evidence.checkpoint import (
    Checkpoint,
    Signer,
    claimed_checkpoint,
    extend,
    is_head_of,
    make_checkpoint,
    make_seal,
    read_checkpoint,
    read_note,
    read_seal,
)
from evidence.tree import Frontier


class Heads:
    """The trees of one database's logs. `grow` is called by the ledger alone, with each append."""

    def __init__(self, database: Database, tables: Tables) -> None:
        self.tables = tables
        self._kept_row = Prepared(database, self._kept_query)
        self._keep = PreparedInsert(
            tables, "tree", ("log_id", "size", "frontier", "note", "seal", "shown"), key=("log_id",)
        )
        self._written: tuple[int, int, bytes, str, str, str] | None = None
        """The row that this program wrote last: what is found unchanged needs no second look."""

    def grow(self, log: Any, leaves: Iterable[bytes], signer: Signer) -> None:
        """Add the leaves of entries after number `log.size` of our own log, and sign the new head.

        `log` is the log's row as it was before. Call within the transaction that appends them.

        Raises:
            TamperError: the tree had to be rebuilt, and an entry is not as it was recorded.
        """
        row = self._kept_row.first(log_id=log.id) or (None, b"", "", "", "")
        tree = self._kept(log, row) or self._built(log)
        for leaf in leaves:
            tree.append(leaf)
        note = make_checkpoint(log.name, tree.size, tree.root(), signer.public_key, signer.sign)
        self._written = (log.id, tree.size, tree.to_bytes(), note, *self._sealed(log, row, tree.size, signer))
        self._keep.run([self._written])

    def _sealed(self, log: Any, row: Any, size: int, signer: Signer) -> tuple[str, str]:
        """The signed digest of the heads that were shown here, those since the last record included, and no others yet.

        A digest that our key did not sign is left as it is, and told by `verify`: it would be ours from now on.
        """
        signed_to, _, _, seal, shown = row
        signed_to = log.size if signed_to is None else signed_to
        try:
            sealed_at, digest = signed_to, ""
            if seal and self._written is not None and (signed_to, seal) == (self._written[1], self._written[4]):
                digest = read_note(seal).text.split("\n")[2]
            elif seal:
                sealed_at, digest = read_seal(seal, log.name, signer.public_key)
            if sealed_at != signed_to:
                return seal, shown
            digest = extend(digest, signed_to, int(shown or "0", 16))
        except (TamperError, ValueError):
            return seal, shown
        return make_seal(log.name, size, digest, signer.public_key, signer.sign), ""

    def _kept_query(self) -> Any:
        tree = self.tables.tree
        columns = tree.select(tree.size, tree.frontier, tree.note, tree.seal, tree.shown)
        return columns.where(tree.log_id == blank("log_id"))

    def signed(self, log: str) -> str | None:
        """The newest head that this station signed of a log of its own; None for another's, in a ledger of old, or
        where what is kept is damaged.
        """
        return _sound(self._signed_of(log))

    @written
    def _signed_of(self, log: Any) -> Any:
        return self._signed().where(self.tables.log.name == log)

    def damaged(self) -> list[str]:
        """The logs of this station whose head, as it is kept here, their key has not signed."""
        return [str(kept[0]) for kept in self._signed().tuples() if not _is_head_of(*kept)]

    def _signed(self) -> Any:
        table, logs = self.tables.tree, self.tables.log
        columns = table.select(logs.name, logs.public_key, table.note)
        return columns.join(logs.model, on=(logs.id == table.log_id)).order_by(logs.name)

    def newest(self, log: str) -> str | None:
        """The newest signed head that is known of a log: our own, or the longest that anybody has shown."""
        kept, shown = self._signed_of(log), self._shown(log)
        own = _sound(kept)
        heads = ((size, str(note)) for size, note in shown if is_head_of(str(note), log))
        size, longest = next(heads, (0, None))
        if longest is None or (own is not None and _size(own) >= size):
            return own
        return longest

    @written
    def _shown(self, log: Any) -> Any:
        """The longest first."""
        head = self.tables.seen_head
        return head.select(head.size, head.note).where(head.log == log).order_by(head.size.desc(), head.root)

    def known(self, log: str) -> list[str]:
        """Every signed head that is known of a log."""
        shown, own = self.tables.seen_head, self.signed(log)
        notes = shown.select(shown.note).where(shown.log == log).tuples()
        return [*(str(note) for (note,) in notes), *([own] if own else [])]

    def root(self, log: str, size: int) -> bytes:
        """The root of a log's tree when it had so many entries, from the digests that are held."""
        logs, event, tree = self.tables.log, self.tables.event, Frontier()
        query = event.select(event.leaf).join(logs.model, on=(logs.id == event.log_id)).where(logs.name == log)
        for (leaf,) in query.where(event.seq <= size).order_by(event.seq).tuples().iterator():
            tree.append(bytes(leaf))
        return tree.root()

    def _kept(self, log: Any, row: Any) -> Frontier | None:
        """The stored tree of our log; None where it is not the one that we signed last.

        The head's signature proves it: a changed row would else make us sign a false head, which would look like a
        second history for ever.
        """
        size, frontier, note, _, _ = row
        if size != log.size:
            return None
        try:
            tree = Frontier.from_bytes(bytes(frontier))
            if self._written is not None and (log.id, size, bytes(frontier), note) == self._written[:4]:
                return tree
            head = read_checkpoint(note, bytes.fromhex(log.public_key))
        except TamperError:
            return None
        return tree if head == Checkpoint(log.name, log.size, tree.root()) else None

    def _built(self, log: Any) -> Frontier:
        """The tree of our log as it is stored, each entry compared with its digest."""
        event, tree = self.tables.event, Frontier()
        columns = event.select(event.seq, event.leaf, event.body, event.signatures)
        query = columns.where((event.log_id == log.id) & (event.seq <= log.size)).order_by(event.seq)
        for seq, leaf, body, signatures in query.tuples().iterator():
            tree.append(leaf_digest(bytes(body) + b"\n" + signatures.encode()))
            if tree.size != seq or bytes(leaf) != leaf_digest(bytes(body) + b"\n" + signatures.encode()):
                raise TamperError(
                    N_("number {seq} of this log is not as it was recorded: no head is signed over it"),
                    hint=N_("Run: {way}"),
                    way="verify",
                    seq=seq,
                )
        return tree


def _sound(kept: Sequence[tuple[str, str, str]]) -> str | None:
    """The head of the one row that there is, if its log's key signed it."""
    return str(kept[0][2]) if kept and _is_head_of(*kept[0]) else None


def _is_head_of(log: str, public_key: str, note: str) -> bool:
    try:
        return read_checkpoint(note, bytes.fromhex(public_key)).origin == log
    except (TamperError, ValueError, TypeError, AttributeError):  # a damaged file may hold anything in any column
        return False


def _size(note: str) -> int:
    return claimed_checkpoint(note).size
