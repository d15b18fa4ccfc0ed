"""Drafts: what was scanned and not confirmed yet. Durable at each scan, so that a session survives a power cut."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from peewee import Value, fn

from custody.compose.compose import Touch, how_read
from custody.errors import N_, InputError
from custody.handover.draft import DraftInfo, Seer
from db.log.reader import LedgerReader
from db.log.transactions import Transactions
from db.prepared import Prepared, blank, written

PURPOSE = "purpose"
_BY = "by:"
"""Before the code of a label, in the name under which a draft keeps which device saw it."""


class Drafts:
    """The unconfirmed sessions of one ledger. Each method has committed when it returns."""

    def __init__(self, ledger: LedgerReader, transaction: Transactions) -> None:
        self.ledger, self.tables, self._transaction = ledger, ledger.tables, transaction
        self._insert_scan = Prepared(ledger.database, self._insert_scan_query)
        self._elsewhere = Prepared(ledger.database, self._elsewhere_query)

    def open(
        self, id: str, giver: str | None, receiver: str | None, bound: Sequence[str], *, at: str, purpose: str = ""
    ) -> DraftInfo:
        """Begin a session. Its id will be the id of the event."""
        with self._transaction():
            self.tables.draft.insert(
                id=id, giver=giver, receiver=receiver, bound=json.dumps(list(bound)), opened_at=at
            ).execute()
            if purpose:
                self.tables.draft_said.insert(draft=id, name=PURPOSE, value=purpose).execute()
        return DraftInfo(id, giver, receiver, tuple(bound), at, 0, purpose)

    def all(self, *, with_purpose: bool = False) -> list[DraftInfo]:
        """Every unconfirmed handover, oldest first; and the sessions for another purpose, where asked for."""
        found = [self._info(*row) for row in self._drafts()]
        return [info for info in found if with_purpose or not info.purpose]

    @written
    def _drafts(self) -> Any:
        return self.tables.draft.select(*self._columns()).order_by(self.tables.draft.opened_at, self.tables.draft.id)

    def for_purpose(self, purpose: str) -> DraftInfo | None:
        """The newest unconfirmed session for this purpose; None where there is none."""
        return next((info for info in reversed(self.all(with_purpose=True)) if info.purpose == purpose), None)

    def get(self, id: str) -> DraftInfo:
        """Return one session.

        Raises:
            InputError: there is none of that id: it was recorded or dropped.
        """
        rows = self._draft(id)
        if not rows:
            raise InputError(
                N_("there is no unfinished session {id}"), hint=N_("See them with: {way}"), way="drafts", id=id[:60]
            )
        return self._info(*rows[0])

    @written
    def _draft(self, id: Any) -> Any:
        return self.tables.draft.select(*self._columns()).where(self.tables.draft.id == id)

    def _columns(self) -> tuple[Any, ...]:
        """What `_info` takes of a session."""
        draft = self.tables.draft
        return draft.id, draft.giver, draft.receiver, draft.bound, draft.opened_at

    def take(self, id: str, touch: Touch, *, at: str, by: Seer | None = None) -> bool:
        """Put an item into a session; False when the session has it already. Durable when it returns.

        This is what an acknowledged scan waits for: one INSERT, and the COMMIT as the transaction's block is left. The
        write lock keeps it from falling between a confirmation's reading of the session and its end.

        Args:
            by: the device that saw it, for which there is a second INSERT; None: the station itself.

        Raises:
            InputError: the session is gone.
        """
        given = {"draft": id, "code": touch.code, "print": touch.print, "how": touch.how, "at": at}
        with self._transaction():
            if self.ledger.database.rows_affected(self._insert_scan.run(**given)):
                if by is not None:
                    row = {"draft": id, "name": _BY + touch.code, "value": f"{by.id} {by.name}"}
                    self.tables.draft_said.insert(row).execute()
                return True
            self.get(id)
            return False

    def _insert_scan_query(self) -> Any:
        """The INSERT of a label into a session, where there is such a session."""
        draft, scan = self.tables.draft, self.tables.draft_scan
        id = blank("draft")
        newest = scan.select(fn.COALESCE(fn.MAX(scan.number), 0) + 1).where(scan.draft == id)
        code, *others = (blank(name) for name in ("code", "print", "how", "at"))
        values = draft.select(draft.id, code, newest, *others).where(draft.id == id)
        columns = (scan.draft, scan.code, scan.number, scan.print, scan.how, scan.at)
        return scan.insert_from(values, columns).on_conflict_ignore()

    def remove(self, id: str, code: str) -> bool:
        """Remove an item and what was said of it from a session; return False where neither was there."""
        scan, said = self.tables.draft_scan, self.tables.draft_said
        with self._transaction():
            words = said.delete().where((said.draft == id) & said.name.endswith(f":{code}")).execute()
            return bool(scan.delete().where((scan.draft == id) & (scan.code == code)).execute() or words)

    def set_ends(
        self, id: str, *, giver: str | None = None, receiver: str | None = None, bound: Sequence[str] | None = None
    ) -> None:
        """Put right who gives, who receives or where a carrier goes; None leaves a value as it is.

        Raises:
            InputError: the session is gone.
        """
        changes: dict[str, object] = {}
        if giver is not None:
            changes["giver"] = giver
        if receiver is not None:
            changes["receiver"] = receiver
        if bound is not None:
            changes["bound"] = json.dumps(list(bound))
        with self._transaction():
            self.get(id)
            if changes:
                self.tables.draft.update(**changes).where(self.tables.draft.id == id).execute()

    def touches(self, id: str) -> list[Touch]:
        """What the session has taken, in the order it was taken."""
        return [Touch(code, number, how_read(how)) for code, number, how in self._taken(id)]

    @written
    def _taken(self, id: Any) -> Any:
        scan = self.tables.draft_scan
        return scan.select(scan.code, scan.print, scan.how).where(scan.draft == id).order_by(scan.number)

    def seers(self, id: str) -> dict[str, Seer]:
        """Which device saw a label, by the item's code; without those that the station itself saw."""
        said = self.tables.draft_said
        rows = said.select(said.name, said.value).where((said.draft == id) & said.name.startswith(_BY)).tuples()
        return {name.removeprefix(_BY): Seer(*value.split(" ", 1)) for name, value in rows}

    def describe(self, id: str, words: Mapping[str, str]) -> None:
        """Keep what people say of a session, by field name; an empty text deletes the field.

        Raises:
            InputError: the session is gone.
        """
        said = self.tables.draft_said
        with self._transaction():
            self.get(id)
            said.delete().where((said.draft == id) & said.name.in_(list(words))).execute()
            rows = [{"draft": id, "name": name, "value": value} for name, value in words.items() if value]
            if rows:
                said.insert_many(rows).execute()

    def details(self, id: str) -> dict[str, str]:
        """What people have said of a session, by field name."""
        return dict(self._words(id))

    @written
    def _words(self, id: Any) -> Any:
        said = self.tables.draft_said
        query = said.select(said.name, said.value).where((said.draft == id) & ~said.name.startswith(_BY))
        return query.order_by(said.name)

    def also_in(self, id: str, code: str) -> DraftInfo | None:
        """Another unconfirmed session that has taken this item too; None where none has."""
        row = self._elsewhere.first(draft=id, code=code)
        return None if row is None else self.get(row[0])

    def _elsewhere_query(self) -> Any:
        """By the key of each draft, of which there are few."""
        draft, scan = self.tables.draft, self.tables.draft_scan
        has_it = scan.select(Value(1)).where((scan.draft == draft.id) & (scan.code == blank("code")))
        return draft.select(draft.id).where((draft.id != blank("draft")) & fn.EXISTS(has_it)).limit(1)

    def drop(self, id: str) -> None:
        """Forget a session; what it took was never recorded."""
        draft, scan, said = self.tables.draft, self.tables.draft_scan, self.tables.draft_said
        with self._transaction():
            said.delete().where(said.draft == id).execute()
            scan.delete().where(scan.draft == id).execute()
            draft.delete().where(draft.id == id).execute()

    def _info(self, id: str, giver: str | None, receiver: str | None, bound: str, opened_at: str) -> DraftInfo:
        [(count,)] = self._scan_count(id)
        purpose = self.details(id).get(PURPOSE, "")
        return DraftInfo(id, giver, receiver, tuple(json.loads(bound)), opened_at, count, purpose)

    @written
    def _scan_count(self, id: Any) -> Any:
        scan = self.tables.draft_scan
        return scan.select(fn.COUNT(scan.code)).where(scan.draft == id)
