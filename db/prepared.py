"""Statements that Peewee writes once, with blanks that each run fills.

Peewee takes 0.1 ms to write an SQL statement, longer than SQLite takes to answer it. What runs at each record is
written once here, in a process; everything else asks Peewee as usual.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cache, wraps
from itertools import chain, islice
from typing import Any, NamedTuple, TypeVar

from peewee import Database, SqliteDatabase, Value, __exception_wrapper__  # type: ignore[attr-defined]

from db.models import Tables

_LONGEST = 512
"""The most values of a list in one statement; a power of two."""
_STREAMED = 500
"""So many rows a server sends at once."""
_COPIED = 16
"""From so many rows on a server copies them in."""
_COPIED_AS = {"INT": "int4", "TEXT": "text", "BLOB": "bytea"}
"""PostgreSQL's types of our columns."""
_written: dict[Hashable, tuple[str, list[Any]]] = {}
"""What was written already for a kind of database, by who builds it from what: every ledger has the same tables."""


class _Blank(str):
    """Where a value goes in a statement that is written already: its name."""


def blank(name: str) -> Any:
    """A value of a query that each run gives, by this name. It goes to the database as it is, not through its field."""
    return Value(_Blank(name), converter=False)


def written(build: Callable[..., Any]) -> Callable[..., list[tuple[Any, ...]]]:
    """A method that makes a query from blanks becomes one that gives its rows for values; the query is written once.

    What it takes by name alone is no value, but makes it another query. The rows come as the database gives them.
    """
    blanks = build.__code__.co_varnames[1 : build.__code__.co_argcount]

    @wraps(build)
    def rows(self: Any, *values: Any, **told: Hashable) -> list[tuple[Any, ...]]:
        database = self.tables.database
        query = (type(database).__name__, build.__module__, build.__qualname__, *told.items())
        given = dict(zip(blanks, values, strict=True))
        return list(_run(database, query, lambda: build(self, *map(blank, blanks), **told), given))

    return rows


def _run(database: Database, query: Hashable, build: Callable[[], Any], given: dict[str, Any]) -> Any:
    """The cursor of a query that has run with these values; `build` makes it where it is not written yet."""
    if query not in _written:
        _written[query] = build().sql()
    sql, values = _written[query]
    return database.execute_sql(sql, [given[value] if type(value) is _Blank else value for value in values])


@cache
def _names(count: int) -> tuple[str, ...]:
    """What the blanks of a list of so many values are called."""
    return tuple(f"value{i}" for i in range(count))


class Prepared:
    """A query with blanks, written on its first run."""

    def __init__(self, database: Database, build: Callable[..., Any], *told: Hashable) -> None:
        """Args:
        build: a method that makes the query, from `told` and the tables alone, with a `blank` for each value that a
            run gives.
        """
        self._database, self._build, self._told = database, build, told
        self._query = (type(database).__name__, build.__module__, build.__qualname__, *told)

    def run(self, **given: Any) -> Any:
        """The cursor, once this has run with these values."""
        return self.fill(given)

    def fill(self, given: dict[str, Any]) -> Any:
        """The same, for very many values."""
        return _run(self._database, self._query, lambda: self._build(*self._told), given)

    def first(self, **given: Any) -> Any:
        """The first row as a tuple, None where there is none."""
        return self.run(**given).fetchone()


class _OverArray(NamedTuple):
    """A query over a list of one blank, in whose place PostgreSQL gets all values as one array: one parameter and one
    statement, however many they are.
    """

    query: Any

    def sql(self) -> tuple[str, list[Any]]:
        sql, values = self.query.sql()
        return sql.replace("IN (%s)", "= ANY(%b)"), values


class PreparedIn:
    """A query over a list of values: one array on a server; on SQLite it is written for lists of 1, 2, 4 ... values,
    and a shorter list repeats its last one.
    """

    def __init__(self, database: Database, build: Callable[..., Any], *told: Hashable) -> None:
        """Args:
        build: a method that makes the query from `told` and the list's blanks, which it puts behind `IN`.
        """
        self._database, self._build, self._told = database, build, told
        self._forms: dict[int, Prepared] = {}

    def rows(self, values: Iterable[Any], **given: Any) -> Iterator[tuple[Any, ...]]:
        """What it finds for these values, each of which is asked for once."""
        if not isinstance(self._database, SqliteDatabase):
            if wanted := [*dict.fromkeys(values)]:
                yield from self._form(1).fill({_names(1)[0]: wanted, **given})
            return
        for batch in batches(dict.fromkeys(values), _LONGEST):
            size = 1 << (len(batch) - 1).bit_length()
            batch += batch[-1:] * (size - len(batch))
            yield from self._form(size).fill({**dict(zip(_names(size), batch, strict=True)), **given})

    def _form(self, size: int) -> Prepared:
        if size not in self._forms:
            who = (self._build.__module__, self._build.__qualname__)
            self._forms[size] = Prepared(self._database, self._of_size, size, *who, *self._told)
        return self._forms[size]

    def _of_size(self, size: int, *_query: Hashable) -> Any:
        query = self._build(*self._told, [*map(blank, _names(size))])
        return query if isinstance(self._database, SqliteDatabase) else _OverArray(query)


class PreparedInsert:
    """Inserting rows of a table, written for 1, 2, 4 ... rows, of which any number is made up."""

    def __init__(self, tables: Tables, name: str, columns: Sequence[str], *, key: Sequence[str] = ()) -> None:
        """Args:
        name: the table's, which is not touched before the first row.
        key: the columns that name a row; one that is there already is replaced. None are: it is refused.
        """
        self._tables, self._name, self._columns, self._key = tables, name, tuple(columns), tuple(key)
        self._forms: dict[int, Prepared] = {}

    def run(self, rows: Iterable[Sequence[Any]]) -> None:
        """Insert these rows, each with a value for every column in turn."""
        for batch in batches(rows, _LONGEST):
            if len(batch) >= _COPIED and len(self._key) < 2 and not isinstance(self._tables.database, SqliteDatabase):
                self._copy(batch)
                continue
            while batch:
                size = 1 << (len(batch).bit_length() - 1)
                names = _names(size * len(self._columns))
                self._form(size).fill(dict(zip(names, chain.from_iterable(batch[:size]), strict=True)))
                batch = batch[size:]

    def _copy(self, rows: Sequence[Sequence[Any]]) -> None:
        """The same by PostgreSQL's COPY, for many rows at once; those that they replace go first."""
        table = getattr(self._tables, self._name)
        names = ", ".join(f'"{name}"' for name in self._columns)
        into, cursor = f'COPY "{self._name}" ({names}) FROM STDIN (FORMAT BINARY)', self._tables.database.cursor()
        with __exception_wrapper__, cursor:
            for key in self._key:
                at = self._columns.index(key)
                cursor.execute(f'DELETE FROM "{self._name}" WHERE "{key}" = ANY(%b)', ([row[at] for row in rows],))
            with cursor.copy(into) as copy:
                copy.set_types([_COPIED_AS[getattr(table, name).field_type] for name in self._columns])
                for row in rows:
                    copy.write_row(row)

    def _form(self, size: int) -> Prepared:
        if size not in self._forms:
            what = (self._name, self._columns, self._key)
            self._forms[size] = Prepared(self._tables.database, self._of_size, size, *what)
        return self._forms[size]

    def _of_size(self, size: int, *_query: Hashable) -> Any:
        table, width = getattr(self._tables, self._name), len(self._columns)
        blanks = map(blank, _names(size * width))
        rows = [dict(zip(self._columns, some, strict=True)) for some in batches(blanks, width)]
        query = table.insert_many(rows)
        if self._key:
            changed = [getattr(table, name) for name in self._columns if name not in self._key]
            query = query.on_conflict(conflict_target=[getattr(table, name) for name in self._key], preserve=changed)
        return query


# --- Rows as they come, and in batches as statements take them --------------------------------------------------------

T = TypeVar("T")


def streamed(query: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as they come, for one that finds a whole table: a client of PostgreSQL takes in all of them
    first, and a table of entries is larger than its memory.
    """
    if isinstance(query._database, SqliteDatabase):
        yield from query.tuples().iterator()
        return
    from playhouse.postgres_ext import ServerSide

    yield from ServerSide(query.tuples(), array_size=_STREAMED)


def batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows, at most `size` at a time.

    Peewee's `chunked` pads its last batch and takes the padding out again one by one: a sixth of a millisecond for
    three rows of five thousand.
    """
    walk = iter(rows)
    while batch := list(islice(walk, size)):
        yield batch
