"""Heads of logs that hubs and witnesses have cosigned: what they have seen of a log, in their own signature."""

from collections.abc import Callable, Iterable
from typing import Any

from peewee import fn

from custody.errors import N_, TamperError
from db.log.reader import LedgerReader
from db.log.transactions import Transactions
from db.prepared import Prepared, blank
from evidence.checkpoint import MAX_SIGNATURES, Checkpoint, claimed_checkpoint, read_checkpoint
from evidence.cosignature import cosigned_at
from evidence.tree import Frontier

_MOST_TREES = 10_000
Leaves = Callable[[str, int, int], Iterable[bytes]]
"""The digests of a log's entries from one index to before another."""


class CosignedHeads:
    """The newest of each log and cosigner that is kept here, and the heads that this station may cosign itself."""

    def __init__(self, ledger: LedgerReader, transaction: Transactions) -> None:
        self.ledger, self.tables, self._transaction = ledger, ledger.tables, transaction
        self._kept = Prepared(ledger.database, self._kept_query)
        self._of_log = Prepared(ledger.database, self._of_log_query)
        self._shown = Prepared(ledger.database, self._shown_query)
        self._trees: dict[str, tuple[Frontier, bytes]] = {}
        """The tree of each log that was asked for, and its last leaf: one that has grown is not hashed from its
        beginning, and the leaf, which names all before it, shows whether it is still the same log.
        """

    def keep(self, note: str, by: str, public_key: bytes) -> Checkpoint:
        """Keep a cosigned head of a log that is held, unless a longer one is kept.

        Raises:
            TamperError: it is not signed by its log's key, or not cosigned by this one.
        """
        claim = claimed_checkpoint(note)
        log = self.ledger.held_log(claim.origin)
        if log is None or cosigned_at(note, by, public_key) is None:
            raise TamperError(N_("the hub's receipt for {log} is not signed by its key"), log=claim.origin)
        head = read_checkpoint(note, bytes.fromhex(log.public_key))
        with self._transaction():
            if head.size >= self.size(head.origin, by):
                table = self.tables.cosigned
                row, key = {"log": head.origin, "by": by, "size": head.size, "note": note}, [table.log, table.by]
                table.insert(**row).on_conflict(conflict_target=key, preserve=[table.size, table.note]).execute()
        return head

    def size(self, log: str, by: str) -> int:
        """How long a log was by the newest head that this one has cosigned; 0 where none is kept."""
        row = self._kept.first(log=log, by=by)
        return 0 if row is None else int(row[0])

    def most(self, log: str) -> int:
        """The same, by whoever has cosigned most of it."""
        table = self.tables.cosigned
        return int(table.select(fn.MAX(table.size)).where(table.log == log).scalar() or 0)

    def stored(self, log: str) -> int:
        """The same, by whichever station has cosigned most of it: it stores the entries, a witness heads alone."""
        table, held = self.tables.cosigned, self.tables.log
        stations = table.by.in_(held.select(held.name))
        return int(table.select(fn.MAX(table.size)).where((table.log == log) & stations).scalar() or 0)

    def _kept_query(self) -> Any:
        table = self.tables.cosigned
        return table.select(table.size).where((table.log == blank("log")) & (table.by == blank("by")))

    def notes(self, log: str) -> list[str]:
        """Those that are kept of a log, one by each cosigner."""
        return [str(note) for (note,) in self._of_log.run(log=log)]

    def _of_log_query(self) -> Any:
        table = self.tables.cosigned
        return table.select(table.note).where(table.log == blank("log")).order_by(table.by)

    def fitting(self, log: str, seq: int) -> list[str]:
        """Those of a log that have its number `seq` and fit the entries that are held here."""
        table, held, found = self.tables.cosigned, self.ledger.held_log(log), []
        for size, note in table.select(table.size, table.note).where(table.log == log).order_by(table.size).tuples():
            is_here = held is not None and seq <= size <= held.size
            if is_here and self.root(log, int(size)) == claimed_checkpoint(note).root:
                found.append(str(note))
        return found

    def with_lines(self, note: str) -> str:
        """A signed head with the cosignatures under the same head that are kept here, as many as a note may have with
        one more.
        """
        text = note.rpartition("\n\n")[0] + "\n\n"
        head, lines = claimed_checkpoint(note), note[len(text) :].splitlines(keepends=True)
        for kept in self.notes(head.origin):
            if kept.startswith(text):
                lines += [line for line in kept[len(text) :].splitlines(keepends=True) if line not in lines]
        return text + "".join(lines[: MAX_SIGNATURES - 1])

    def root(self, log: str, size: int, leaves: Leaves | None = None) -> bytes:
        """The root of a log's tree at a size that is held.

        Args:
            leaves: where the digests come from; None: from the log's own sequence.
        """
        leaves = leaves or self.ledger.leaves
        tree, last = self._trees.get(log, (Frontier(), b""))
        if tree.size > size or [*leaves(log, tree.size - 1, tree.size)] != [last] * (tree.size > 0):
            tree = Frontier()  # what was remembered was never committed, or is longer
        for last in leaves(log, tree.size, size):
            tree.append(last)
        if len(self._trees) >= _MOST_TREES:
            self._trees.clear()
        self._trees[log] = (tree, last)
        return tree.root()

    def longest(self, log: str) -> str | None:
        """The longest signed head of a log that the entries held here reach and fit; None where there is none."""
        held = self.ledger.held_log(log)
        if held is None:
            return None
        if (own := self.ledger.signed_heads.signed(log)) is not None:
            return own
        for size, root, note in self._shown.run(log=log, size=held.size):
            if self.root(log, int(size)) == bytes(root):
                return str(note)
        return None

    def _shown_query(self) -> Any:
        head = self.tables.seen_head
        fits = (head.log == blank("log")) & (head.size <= blank("size"))
        return head.select(head.size, head.root, head.note).where(fits).order_by(head.size.desc(), head.root)
