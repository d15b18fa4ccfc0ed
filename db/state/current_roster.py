"""Who counts, as this ledger knows it now: the roster of its notices, kept until another notice comes."""

from collections.abc import Collection, Iterable
from typing import Any

from peewee import fn

from custody.chain.roster import MEMBERSHIP, NOTICES, PLANNING, Roster
from custody.chain.roster_growth import grown, roster_of
from custody.compose.compose import Ref
from custody.errors import N_, RuleError
from custody.format.encoding import key_fingerprint
from custody.format.events import Event
from db.log.memory import RulesMark
from db.log.reader import LedgerReader
from db.log.stored import read_stored
from db.models import Tables
from db.prepared import Prepared, written


class RosterTable:
    """The roster of one ledger, and the logs in it that have forked."""

    def __init__(self, ledger: LedgerReader, tables: Tables) -> None:
        self.ledger, self.tables = ledger, tables
        self._beginnings = Prepared(ledger.database, self._beginnings_query)
        self._known: tuple[RulesMark, Roster, frozenset[str]] | None = None
        """The roster that was made last, the mark that the ledger had then, and the keys that a `join` names."""

    def now(self) -> Roster:
        """Return who counts now, by the records of this and of other programs."""
        return self.ledger.memory.remember_rule("roster", self._now)

    def _now(self) -> Roster:
        """The roster that was known goes on with what has come, where nothing else has changed."""
        own, mark = self._own_genesis(), self.ledger.memory.rules_mark()
        if own is not None and self._known is not None:
            then, before, awaited = self._known
            if then.goes_on_to(mark):
                coming = (read_stored(*stored) for stored in self._notices_since(then.newest))
                if (after := grown(before, own, [*coming], awaited)) is not None:
                    self._known = (mark, after, awaited)
                    return after
        notices = self._notices()
        made = roster_of(own, notices)
        self._known = (mark, made, frozenset(str(event.body["key"]) for event in notices if event.type == "join"))
        return made

    @written
    def _notices_since(self, newest: Any) -> Any:
        event, topic = self.tables.event, self.tables.event_topic
        columns = event.select(event.leaf, event.body, event.signatures)
        come = topic.topic.in_(sorted(NOTICES)) & (topic.event_id > newest)
        return columns.join(topic.model, on=(topic.event_id == event.id)).where(come).order_by(event.id)

    def without(self, leaves: Collection[str]) -> Roster:
        """Who counted before these events came."""
        return roster_of(self._own_genesis(), [event for event in self._notices() if event.leaf not in leaves])

    def after(self, coming: Iterable[Event]) -> Roster:
        """Who would count once these have come."""
        own, now, events = self._own_genesis(), self.now(), list(coming)
        after = None if own is None or self._known is None else grown(now, own, events, self._known[2])
        return roster_of(own, [*self._notices(), *events]) if after is None else after

    def _notices(self) -> list[Event]:
        """What says who counts. Of the plans the first of each log that is its own root: by it the log began apart."""
        own = [number for number, root, key in self._beginnings.run() if root == key_fingerprint(bytes.fromhex(key))]
        return [*self.ledger.on_topic(MEMBERSHIP), *self.ledger.first_on_topic("plan", own)]

    def _beginnings_query(self) -> Any:
        log = self.ledger.tables.log  # an audit holds tables of its own against the ledger's
        return log.select(log.id, log.root, log.public_key)

    def places_met(self) -> frozenset[str] | None:
        """The places whose stations' logs are held and count; None, which means all, for a single laptop.

        A laptop is single while it is its own root and no other log counts: no other station can explain a gap.
        """
        return self.ledger.memory.remember_rule("places_met", self._places_met)

    def _places_met(self) -> frozenset[str] | None:
        strangers = self.now().strangers
        rows = [row for name, *row in self._stations() if name not in strangers]
        own = [row for row in rows if row[-1]]
        if own == rows and any(root == key_fingerprint(bytes.fromhex(key)) for _place, root, key, _is_own in own):
            return None
        return frozenset(place for place, *_more in rows)

    @written
    def _stations(self) -> Any:
        log = self.tables.log
        return log.select(log.name, log.place, log.root, log.public_key, log.is_own)

    def plan_known_to(self, log: str) -> tuple[Ref, ...]:
        """The newest event of the plan of each other log, which a new one of this log comes after.

        Raises:
            RuleError: this log may not plan.
        """
        if not self.now().may(log, "plan"):
            raise RuleError(
                N_("the plan is made by the election's root, or by whom it lets"),
                hint=N_("Load the table there and import its bundle here: {way}"),
                way="import",
            )
        newest = {ref.log: ref for ref in self.admissions()}
        for event in self.ledger.on_topic(PLANNING):
            if event.log != log and (event.log not in newest or newest[event.log].seq < event.seq):
                newest[event.log] = Ref(event.log, event.seq, event.leaf)
        return tuple(newest[name] for name in sorted(newest))

    def admissions(self, by: str | None = None) -> tuple[Ref, ...]:
        """The newest record by which others (or one key, 64 hex digits) admitted this station's key: what it does with
        the powers that it has from it relies on that, and so shows that it is no office that began apart.
        """
        own, now = self.ledger.require_own_row(), self.now()
        said = [
            event
            for event in self.ledger.on_topic(("admit",))
            if event.body["key"] == own.public_key
            and (owner := now.owners.get(event.log)) is not None
            and (owner.key == by if by else owner.key in now.powers and owner.key != own.public_key)
        ]
        newest = {event.log: Ref(event.log, event.seq, event.leaf) for event in said}
        return tuple(newest[name] for name in sorted(newest))

    def forked(self) -> dict[str, int]:
        """The logs that have two histories, and the number from which on they differ."""
        return self.ledger.memory.remember_rule("forked", lambda: dict(self._forks()))

    @written
    def _forks(self) -> Any:
        fork, log = self.tables.fork, self.tables.log
        return fork.select(log.name, fn.MIN(fork.seq)).join(log.model, on=(log.id == fork.log_id)).group_by(log.name)

    def sure_heads(self) -> list[dict[str, Any]]:
        """Each log's head, of a forked one the last that both histories share: the same wherever they were merged."""
        found, forked = self.ledger.heads(), self.forked()
        for head in found:
            first = forked.get(head["log"])
            if first is not None:
                last = self.ledger.at(head["log"], first - 1)
                head |= {"size": first - 1, "head": last[0].leaf if last else None}
        return found

    def _own_genesis(self) -> Event | None:
        own = self.ledger.own_row()
        return None if own is None or not own.size else self.ledger.event_at(own.id, 1)
