"""What was worked out of a ledger, kept until something is recorded that may change it."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

from peewee import Case, Database, fn

from custody.chain.roster import NOTICES, PLANNING, Roster
from db.connect import reopen
from db.models import Tables
from db.prepared import Prepared, blank

T = TypeVar("T")
Mark = tuple[int, ...]


class RulesMark(NamedTuple):
    """What `Memory.rules_mark` compares: the numbers of the newest rows, 0 where there is none."""

    failures: int
    newest: int
    newest_log: int
    own: int
    dropped: int
    fork: int

    def goes_on_to(self, later: "RulesMark") -> bool:
        """Whether events of logs, keys, the plan or the profile have come since, and nothing else has changed."""
        return self._replace(newest=later.newest, newest_log=later.newest_log) == later


class Memory:
    """Answers of one ledger by name, each with the mark that the ledger had then."""

    def __init__(self, database: Database, tables: Tables) -> None:
        self._database, self._tables = database, tables
        self._mark = Prepared(database, self._mark_query)
        self._rules = Prepared(database, self._rules_query)
        self._planned_since = Prepared(database, self._planned_since_query)
        self._remembered: tuple[Mark, dict[str, Any]] | None = None
        self._ruled: tuple[Mark, dict[str, Any]] | None = None
        self._planned: tuple[RulesMark, Roster, dict[str, Any]] | None = None
        self.failures = 0
        """How many transactions have failed: the next one may use their numbers for other events."""

    def mark(self) -> Mark:
        """Changes whenever anything is recorded or merged, by this program or another, or could not be.

        Raises:
            StoreError: the database could not be opened again after an error, and still cannot.
        """
        if self._database.is_closed():
            reopen(self._database)
        return (self.failures, *(int(value or 0) for value in self._mark.first()))  # the last: whether a log has forked

    def _mark_query(self) -> Any:
        log, fork = self._tables.log, self._tables.fork
        own = fn.MAX(Case(None, [(log.is_own == 1, log.id)]))
        return log.select(fn.SUM(log.size), fn.MAX(log.id), own, self._newest_dropped(), fork.select(fn.MAX(fork.id)))

    def _newest_dropped(self) -> Any:
        """In every mark: once a log was dropped, its numbers may come again for other entries."""
        return self._tables.dropped.select(fn.MAX(self._tables.dropped.id))

    def remember(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, made again only when the ledger's mark has changed."""
        mark = self.mark()
        if self._remembered is None or self._remembered[0] != mark:
            self._remembered = (mark, {})
        if name not in (known := self._remembered[1]):
            known[name] = make()
        return cast(T, known[name])

    def remember_rule(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, which hangs on logs, keys, plan and profile alone: made again only when a record of these
        has come, or a correction. Handovers, which come all the time, change nothing of it.
        """
        mark = self.rules_mark()
        if self._ruled is None or self._ruled[0] != mark:
            self._ruled = (mark, {})
        if name not in (known := self._ruled[1]):
            known[name] = make()
        return cast(T, known[name])

    def remember_plan(self, name: str, trusted: Roster, make: Callable[[], T]) -> T:
        """What `make` works out of the plan's records, made again only when one of them or a correction has come, or
        `trusted` counts other records than before. Logs that begin, of which there are many, change nothing of it.
        """
        mark, known = self.rules_mark(), dict[str, Any]()
        if self._planned is not None:
            then, before, kept = self._planned
            if then == mark or (
                then.goes_on_to(mark)
                and before.counts_as(trusted)
                and self._planned_since.first(event=then.newest) is None
            ):
                known = kept
        self._planned = (mark, trusted, known)
        if name not in known:
            known[name] = make()
        return cast(T, known[name])

    def _planned_since_query(self) -> Any:
        topic = self._tables.event_topic
        of_plan = topic.topic.in_([*PLANNING, "correct"]) & (topic.event_id > blank("event"))
        return topic.select(topic.event_id).where(of_plan).limit(1)

    def forget_rules(self) -> None:
        """Forget what hangs on the plan: its tables are written behind its record."""
        self._ruled = self._planned = None

    def rules_mark(self) -> RulesMark:
        """Changes whenever anything comes, in a log's sequence or beside it, that speaks of logs, keys, the plan or the
        profile, or corrects a record; or could not be stored.
        """
        found = self.remember("rules", self._rules.first)
        return RulesMark(self.failures, *(int(value or 0) for value in found))

    def _rules_query(self) -> Any:
        topic, log, fork = self._tables.event_topic, self._tables.log, self._tables.fork
        own = log.select(fn.MAX(log.id)).where(log.is_own == 1)
        newest_log, newest_fork = log.select(fn.MAX(log.id)), fork.select(fn.MAX(fork.id))
        newest = topic.select(fn.MAX(topic.event_id), newest_log, own, self._newest_dropped(), newest_fork)
        return newest.where(topic.topic.in_([*sorted(NOTICES), "profile", "correct"]))

    def forget(self) -> None:
        """Forget what is remembered: a transaction that failed may be followed by another one with the same mark."""
        self._remembered = self._ruled = self._planned = None
        self.failures += 1
