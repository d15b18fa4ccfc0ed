"""Heads that others have seen: how far our own log is witnessed, and how much of it no other station holds yet.

A head that was shown to others reveals a database that was restored from an older copy.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from peewee import SqliteDatabase, fn

from custody.errors import N_, ConflictError, StoreError, TamperError
from custody.format.events import Event
from db.log.reader import LedgerReader
from db.log.transactions import Transactions
from db.prepared import Prepared, blank, written
from db.read_only import is_marked
from db.state.current_roster import RosterTable
from evidence.between import head_size, witnessed_to
from evidence.checkpoint import MODULUS, Checkpoint, claimed_checkpoint, read_checkpoint, sum_of
from evidence.cosignature import cosigned_at


class SeenHeads:
    """The heads that one station was shown, and its own."""

    def __init__(self, ledger: LedgerReader, stations: RosterTable, transaction: Transactions) -> None:
        self.ledger, self.stations, self.tables = ledger, stations, ledger.tables
        self._transaction = transaction
        self._is_kept = Prepared(ledger.database, self._is_kept_query)
        self._longest = Prepared(ledger.database, self._longest_query)
        self._of_other = Prepared(ledger.database, self._of_other_query)
        self._kept = Prepared(ledger.database, self._kept_query)

    def take(self, text: str, *, at: str) -> Checkpoint | None:
        """Keep a signed head that somebody shows; None where its log, and so its key, is not known here.

        Raises:
            TamperError: it is not signed by its log's key; or it is our own log's, and that was longer once.
        """
        with self._transaction():  # by itself: what follows may refuse, and must find it at every start
            head = self.keep(text, at=at)
        if head is not None and self._is_own(head.origin):
            self.refuse_if_rolled_back()
        return head

    def keep(self, text: str, *, at: str) -> Checkpoint | None:
        """Keep a signed head, whatever it shows about our own log; return None where its log is not known here.

        Raises:
            TamperError: it is not signed by its log's key.
        """
        return self.keep_all([text], at=at)[0]

    def keep_all(self, texts: Iterable[str], *, at: str) -> list[Checkpoint | None]:
        """Keep signed heads as `keep` does, and add them to what our next record signs (`evidence.checkpoint`)."""
        if not (texts := [*texts]):
            return []
        with self._transaction(is_shared=True):
            return self._kept_all(texts, at)

    def _kept_all(self, texts: Sequence[str], at: str) -> list[Checkpoint | None]:
        tables, own, total = self.tables, self.ledger.own_row(), 0
        tree = None if own is None else tables.tree.get_or_none(tables.tree.log_id == own.id)
        # The size at which our own last record signed: a ledger that was put back may hold later ones that came back.
        seen = {"seen_at": at, "seen_by": own.id if own and tree else 0, "known_at": tree.size if tree else 0}
        heads: list[Checkpoint | None] = []
        for text in texts:
            log = self.ledger.held_log(claimed_checkpoint(text).origin)
            heads.append(head := None if log is None else read_checkpoint(text, bytes.fromhex(log.public_key)))
            if head is not None and not self._is_kept.first(log=head.origin, size=head.size, root=head.root):
                tables.seen_head.insert(log=head.origin, size=head.size, root=head.root, note=text, **seen).execute()
                total = sum_of(total, text)
        if tree and total:
            of_own = tables.tree.select().where(tables.tree.log_id == tree.log_id)
            if not isinstance(self.ledger.database, SqliteDatabase):
                of_own = of_own.for_update()  # others may keep heads at once: each adds to what the last one left
            tree = of_own.get()
            shown = (int(tree.shown or "0", 16) + total) % MODULUS
            tables.tree.update(shown=f"{shown:x}").where(tables.tree.log_id == tree.log_id).execute()
        return heads

    def _is_kept_query(self) -> Any:
        head = self.tables.seen_head
        same = (head.log == blank("log")) & (head.size == blank("size")) & (head.root == blank("root"))
        return head.select(head.size).where(same)

    def longest(self, log: str) -> int:
        """How long a log was by the heads that were shown; 0 where none was."""
        return int(self._longest.first(log=log)[0] or 0)

    def refuse_if_rolled_back(self) -> None:
        """Refuse to go on where a head of our own log was seen that is newer than what is held of it.

        Raises:
            TamperError: this ledger was put back to an older copy.
        """
        own = self.ledger.own_row()
        if own is not None and (seen := self.longest(own.name)) > own.size:
            raise rolled_back(own.size, seen)

    def _longest_query(self) -> Any:
        head = self.tables.seen_head
        return head.select(fn.MAX(head.size)).where(head.log == blank("log"))

    def newest_of_other(self, log: str) -> str | None:
        """The longest head that was shown of a log of another key, where ours has not kept one as long; else None."""
        own, found = self.ledger.own_row(), self._of_other.first(log=log)
        if own is None or found is None:
            return None
        log_id, public_key, size, text = found
        kept = self._kept.first(log_id=log_id, by_id=own.id)
        return str(text) if public_key != own.public_key and size > (kept[0] if kept else 0) else None

    def note_kept(self, log: str, size: int) -> None:
        """Note that our log keeps a head of another log; nothing where that log is not here yet."""
        own, logs, witnessed = self.ledger.own_row(), self.tables.log, self.tables.witnessed
        other = logs.get_or_none(logs.name == log)
        if own is not None and other is not None:
            said = {"log_id": other.id, "by_id": own.id, "looked_to": own.size, "seq": size}
            key, changed = [witnessed.log_id, witnessed.by_id], [witnessed.looked_to, witnessed.seq]
            witnessed.insert(**said).on_conflict(conflict_target=key, preserve=changed).execute()

    def told_wrong(self) -> list[tuple[str, str]]:
        """The logs, and by which others, of which the table `witnessed` says what their entries do not.

        What others rely on is counted again up to where they were read. For heads in our own logs, only a larger value
        is wrong: a shorter head from a paper may have been noted last.
        """
        tables, found, kept = self.tables, [], self._witnessing()
        logs = {row.id: row for row in tables.log.select()}
        ours = {log_id for (log_id,) in tables.tree.select(tables.tree.log_id).tuples()}
        for row in tables.witnessed.select().order_by(tables.witnessed.log_id, tables.witnessed.by_id):
            log, by = logs.get(row.log_id), logs.get(row.by_id)
            if log is None or by is None:
                found.append((log.name if log else "?", by.name if by else "?"))
                continue
            if by.is_own or by.id in ours:
                is_right = row.seq <= _longest_kept(log, kept.get(by.name, ()))
            else:
                looked_at = (event for event in self.ledger.events_after(by.id, 0) if event.seq <= row.looked_to)
                to = witnessed_to(log.name, bytes.fromhex(log.public_key), looked_at)
                is_right = (row.seq, row.looked_to <= by.size) == (to, True)
            if not is_right:
                found.append((str(log.name), str(by.name)))
        return found

    def recheck(self) -> None:
        """Forget what the table `witnessed` says and cannot be: others are looked at again, ours from what it keeps."""
        witnessed = self.tables.witnessed
        with self._transaction():
            logs = {row.name: row for row in self.tables.log.select()}
            wrong, kept = self.told_wrong(), self._witnessing()
            known = [row.id for row in logs.values()]
            witnessed.delete().where(witnessed.log_id.not_in(known) | witnessed.by_id.not_in(known)).execute()
            for log, by in wrong:
                if log in logs and by in logs:
                    witnessed.delete().where(
                        (witnessed.log_id == logs[log].id) & (witnessed.by_id == logs[by].id)
                    ).execute()
                    if logs[by].is_own:
                        self.note_kept(log, _longest_kept(logs[log], kept.get(by, ())))

    def _witnessing(self) -> dict[str, list[Event]]:
        """The events by which each log keeps heads of others."""
        found: dict[str, list[Event]] = {}
        for event in self.ledger.on_topic(("witness",)):
            found.setdefault(event.log, []).append(event)
        return found

    def _kept_query(self) -> Any:
        witnessed = self.tables.witnessed
        pair = (witnessed.log_id == blank("log_id")) & (witnessed.by_id == blank("by_id"))
        return witnessed.select(witnessed.seq).where(pair)

    def _of_other_query(self) -> Any:
        head, log = self.tables.seen_head, self.tables.log
        columns = log.select(log.id, log.public_key, head.size, head.note).join(head.model, on=(head.log == log.name))
        return columns.where(log.name == blank("log")).order_by(head.size.desc(), head.root).limit(1)

    def own_head(self) -> str:
        """The signed head of our own log as it is now.

        Raises:
            StoreError: none has been signed yet, in a ledger of an older version.
        """
        own = self.ledger.own_row()
        note = None if own is None else self.ledger.signed_heads.signed(own.name)
        if note is None:
            raise StoreError(
                N_("this ledger has no signed head yet"), hint=N_("Record something first; each record signs one.")
            )
        return note

    def unwitnessed(self) -> int:
        """How many of our own newest records no other admitted station is known to have seen.

        A witness of a policy, which keeps the head alone, does not count here: `verify` tells of it. Looks only
        at what has come since it was last asked.
        """
        own = self.ledger.own_row()
        if own is None:
            return 0
        stations = self.stations.now()
        told = [self._told(own, by, to) for by, to in self._look(own).items() if stations.counts(by)]
        read = [
            Event("", json.loads(bytes(body)))
            for key, log, seq, body in self._papers_of_others(own.name)
            if key in stations.powers and ((end := stations.end_of(key, log)) is None or seq <= end)
        ]
        told.append(min(witnessed_to(own.name, bytes.fromhex(own.public_key), read), own.size))
        told += [min(size, own.size) for size in self._cosigned(own)]
        return int(own.size - max(told))

    def _cosigned(self, own: Any) -> Iterator[int]:
        """How long our own log was by each head that a station which counts, and is not revoked, has cosigned."""
        rows = self._cosigned_rows(own.name)
        stations, keys = self.stations.now(), self.ledger.keys() if rows else {}
        for by, note in rows:
            if by in keys and stations.counts(by) and stations.last_good(by) is None:
                with suppress(TamperError):  # `verify` names it
                    if by != own.name and cosigned_at(note, by, keys[by]) is not None:
                        yield head_size(own.name, bytes.fromhex(own.public_key), note)

    @written
    def _papers_of_others(self, own: Any) -> Any:
        paper = self.tables.paper
        return paper.select(paper.public_key, paper.log, paper.seq, paper.body).where(paper.log != own)

    @written
    def _cosigned_rows(self, log: Any) -> Any:
        table = self.tables.cosigned
        return table.select(table.by, table.note).where(table.log == log)

    def _look(self, own: Any) -> dict[str, int]:
        """How far each other log that is held is known to rely on ours."""
        # All rows first: while they are read, nothing can be written once another program has committed meanwhile.
        others, witnessed = self._other_logs(own.id, own.public_key), self.tables.witnessed
        looked = {by: (to, seq) for by, to, seq in self._looked(own.id)} if others else {}
        found = {}
        for other, name, size in others:
            looked_to, seq = looked.get(other, (0, 0))
            if looked_to < size:
                seq = max(seq, self._look_at(own, other, looked_to))
                said = {"log_id": own.id, "by_id": other, "looked_to": size, "seq": seq}
                key = [witnessed.log_id, witnessed.by_id]
                if is_marked(self.ledger.database):  # it is looked at again next time
                    found[name] = min(seq, own.size)
                    continue
                # Another program that writes for long is no reason to show nothing: it is looked at again.
                with suppress(ConflictError), self._transaction():
                    changed = [witnessed.looked_to, witnessed.seq]
                    witnessed.insert(**said).on_conflict(conflict_target=key, preserve=changed).execute()
            found[name] = min(seq, own.size)
        return found

    @written
    def _other_logs(self, own_id: Any, public_key: Any) -> Any:
        log = self.tables.log
        columns = log.select(log.id, log.name, log.size).order_by(log.id)
        return columns.where((log.id != own_id) & (log.public_key != public_key))

    @written
    def _looked(self, own_id: Any) -> Any:
        table = self.tables.witnessed
        return table.select(table.by_id, table.looked_to, table.seq).where(table.log_id == own_id)

    def _told(self, own: Any, by: str, to: int) -> int:
        """How far a log's word reaches: that of a revoked key only what it said before its end."""
        end = self.stations.now().last_good(by)
        if end is None:
            return to
        other = self.tables.log.get(self.tables.log.name == by)
        said = (event for event in self.ledger.events_after(other.id, 0) if event.seq <= end)
        return min(witnessed_to(own.name, bytes.fromhex(own.public_key), said), to)

    def _look_at(self, own: Any, other: int, after: int) -> int:
        events = self.ledger.events_after(other, after)
        return witnessed_to(own.name, bytes.fromhex(own.public_key), events)

    def _is_own(self, log: str) -> bool:
        own = self.ledger.own_row()
        return own is not None and own.name == log


def _longest_kept(log: Any, keeping: Iterable[Event]) -> int:
    """The size of the longest head of a log that these events keep."""
    key = bytes.fromhex(log.public_key)
    return max((head_size(log.name, key, event.body["head"]) for event in keeping), default=0)


def rolled_back(size: int, seen: int) -> TamperError:
    """The refusal to record in a ledger that was put back to an older copy."""
    return TamperError(
        N_(
            "this ledger was put back to an older copy: it holds {size} records of its log, and {seen} were seen. "
            "Nothing is recorded"
        ),
        hint=N_("Put the newer ledger back if there is one; else go on with a new log: {way}"),
        way="continue",
        size=size,
        seen=seen,
    )
