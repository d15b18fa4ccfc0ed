"""The delivery tree in the database, numbered so that everything below a place is one range."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from peewee import fn

from custody.errors import N_, RuleError
from custody.plan.needs import Groups, NeedRules
from custody.plan.places import Need, Place
from db.log.memory import Mark
from db.log.reader import LedgerReader
from db.models import Tables
from db.prepared import Prepared, PreparedInsert, blank, written


class PlaceTable(Mapping[str, Place]):
    """The delivery tree in the database, as a mapping that looks places up one by one and remembers them.

    Another program may record a plan meanwhile, so call `refresh` before a question is answered.
    """

    def __init__(self, ledger: LedgerReader, tables: Tables) -> None:
        self.ledger, self.tables = ledger, tables
        self._place = Prepared(tables.database, self._place_query)
        self._any = Prepared(tables.database, self._any_query)
        columns = ("code", "name", "level", "parent", "due", "dapil", "voters", "first", "last", "branch")
        self._put = PreparedInsert(tables, "place", columns, key=("code",))
        self._known: dict[str, Place | None] = {}
        self._known_at: Mark | None = None

    def __getitem__(self, code: str) -> Place:
        if code not in self._known:
            row = self._place.first(code=code)
            self._known[code] = None if row is None else Place(*row)
        place = self._known[code]
        if place is None:
            raise KeyError(code)
        return place

    def __iter__(self) -> Iterator[str]:
        return iter(self.all())

    def __len__(self) -> int:
        return int(self.tables.place.select().count())

    def __bool__(self) -> bool:
        return self._any.first() is not None  # asked at every judged handover: not all of them counted

    def _any_query(self) -> Any:
        return self.tables.place.select(self.tables.place.code).limit(1)

    def _columns(self) -> list[Any]:
        place = self.tables.place
        return [place.code, place.name, place.level, place.parent, place.due, place.dapil, place.voters]

    def _place_query(self) -> Any:
        place = self.tables.place
        return place.select(*self._columns()).where(place.code == blank("code"))

    def all(self) -> dict[str, Place]:
        """The whole tree at once, parents before children."""
        found = {row[0]: Place(*row) for row in self._rows()}
        self._known |= found
        return found

    @written
    def _rows(self) -> Any:
        place = self.tables.place
        return place.select(*self._columns()).order_by(place.first)

    def inside(self, top: str) -> list[Place]:
        """A place and all below it, parents before children, in the order of the codes; nothing else is read."""
        place = self.tables.place
        query = place.select(*self._columns()).where(place.code.in_(self.codes_under(top))).order_by(place.first)
        found = [Place(*row) for row in query.tuples()]
        self._known |= {place.code: place for place in found}
        return found

    def tree(self) -> Mapping[str, Place]:
        """The whole tree, read again only when the plan may have changed since."""
        return self.ledger.memory.remember_rule("tree", self.all)

    def find(self, words: str, most: int) -> list[Place]:
        """The places in whose name or code all these words are, at most so many, the higher ones first."""
        place = self.tables.place
        query = place.select(*self._columns())
        for word in words.split():
            query = query.where(place.name.contains(word) | place.code.startswith(word.upper()))
        return [Place(*row) for row in query.order_by(fn.LENGTH(place.code), place.code).limit(most).tuples()]

    def alike(self, top: str | None = None) -> Groups:
        """How many places there are of each group that needs the same, in all or at a place and below it."""
        place = self.tables.place
        alike = (place.level, place.voters, place.branch)
        query = place.select(*alike, fn.COUNT(place.code))
        if top is not None:
            query = query.where(place.code.in_(self.codes_under(top)))

        def count() -> Groups:
            rows = query.group_by(*alike).order_by(*alike).tuples()
            return {(level, voters, branch): places for level, voters, branch, places in rows}

        return self.ledger.memory.remember_rule(f"alike: {top}", count)

    def beginning(self, typed: str, most: int) -> list[Place]:
        """The places whose name or code begins so, in any case, at most so many, the higher ones first."""
        place = self.tables.place
        query = place.select(*self._columns()).where(place.name.startswith(typed) | place.code.startswith(typed))
        return [Place(*row) for row in query.order_by(fn.LENGTH(place.code), place.code).limit(most).tuples()]

    def codes_under(self, *tops: str) -> Any:
        """A query for the codes of these places and of all below them, to stand in another one."""
        place = self.tables.place
        top = place.model.alias("top")
        inside = place.select(place.code).join(top, on=((place.first >= top.first) & (place.first <= top.last)))
        return inside.where(top.code.in_(list(tops)))

    def refresh(self) -> None:
        """Forget what is remembered if the plan may have changed since, by this program or another."""
        mark = self.ledger.memory.rules_mark()
        if mark != self._known_at:
            self.forget()
            self._known_at = mark

    def forget(self) -> None:
        """Read places from the database again."""
        self._known = {}

    def refuse_circle(self, changed: Iterable[Place]) -> None:
        """Refuse places that would make the tree bite its tail.

        Raises:
            RuleError: one of them would lie below itself.
        """
        changed = list(changed)
        tree = {**self.all(), **{place.code: place for place in changed}}
        for place in changed:
            seen = {place.code}
            above = tree.get(place.parent or "")
            while above is not None and above.code not in seen:
                seen.add(above.code)
                above = tree.get(above.parent or "")
            if above is not None:
                raise RuleError(
                    N_("{place} would lie below itself in the plan"),
                    hint=N_("Correct the parent of it, or of a place above it, in the table."),
                    place=place.code,
                )

    def put(self, changed: Mapping[str, Place], needs: Iterable[Need]) -> None:
        """Add or replace places, number the tree again, and note the branches that have needs of their own. Call within
        a transaction.
        """
        self.forget()
        places = {**self.all(), **changed}
        spans, rules = _spans(places), NeedRules(tuple(needs), places)
        self._put.run(
            (p.code, p.name, p.level, p.parent, p.due, p.dapil, p.voters, *spans[p.code], rules.branch(p))
            for p in places.values()
        )
        self.forget()


def _spans(places: Mapping[str, Place]) -> dict[str, tuple[int, int]]:
    """Number the places in the order of a walk; each with the number of the last place below it."""
    children: dict[str, list[str]] = {}
    tops, inner = [], []
    for place in places.values():
        if place.parent is not None and place.parent in places:
            children.setdefault(place.parent, []).append(place.code)
            inner.append(place.code)
        else:
            tops.append(place.code)
    spans: dict[str, tuple[int, int]] = {}
    for top in (*sorted(tops), *sorted(inner)):  # of the inner ones, only a circle is left, as a merged plan might have
        _number_below(top, children, spans)
    return spans


def _number_below(top: str, children: Mapping[str, list[str]], spans: dict[str, tuple[int, int]]) -> None:
    """Number a place and all below it, behind those that have a number already."""
    number = len(spans)
    stack = [(top, False)]
    while stack:
        code, is_done = stack.pop()
        if is_done:
            spans[code] = (spans[code][0], number)
        elif code not in spans:
            number += 1
            spans[code] = (number, number)
            stack.append((code, True))
            stack.extend((child, False) for child in sorted(children.get(code, ()), reverse=True))
