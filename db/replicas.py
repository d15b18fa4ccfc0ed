"""PostgreSQL on several servers: what one has committed is on its replica too before anybody is told that it is stored,
and one that has gone is noticed.

Two things would be acknowledged else that the death of one server takes away: a commit whose wait for the replica an
administrator cancelled, which PostgreSQL reports as done with a warning; and what a server that was killed while it
waited shows once it is up again, of which no replica knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from peewee import Database, SqliteDatabase

from custody.errors import N_, AwayError

_NOTICED = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""How soon a server that died without a word is noticed, by libpq's names; psycopg waits for 130 s, the system for
hours.
"""
_SAID = "serah_warnings"
"""What a database object is given to remember: the warnings of its connection."""


def notices(url: str) -> dict[str, Any]:
    """How soon it is noticed that a server has gone, where its address does not say so itself."""
    return {name: value for name, value in _NOTICED.items() if f"{name}=" not in url}


def heed_warnings(database: Database) -> None:
    """Remember what a new connection to PostgreSQL is warned of."""
    said: list[str] = []

    def hear(diagnostic: Any) -> None:
        if diagnostic.severity_nonlocalized == "WARNING":
            said.append(str(diagnostic.message_primary))

    database.connection().add_notice_handler(hear)
    setattr(database, _SAID, said)


@contextmanager
def confirmed(database: Database) -> Iterator[None]:
    """A transaction of PostgreSQL that has not happened for us where its replicas did not confirm it.

    Raises:
        AwayError: they did not. It may be stored all the same.
    """
    said: Any = getattr(database, _SAID)
    with database.atomic():
        yield
        said.clear()
    if said:
        raise AwayError(
            N_("the database has stored this on one server alone ({reason}): nothing is acknowledged"),
            hint=N_("Look after its replicas; then it goes on by itself."),
            reason=said[0],
        )


def confirm_all(database: Database) -> None:
    """Return once all that can be read here is on the replicas that must confirm a commit; on SQLite at once.

    A commit confirms what came before it, if it has something to write: a message in the server's log of changes, which
    nobody reads.

    Raises:
        AwayError: they did not confirm it.
    """
    if isinstance(database, SqliteDatabase):
        return
    write = "SELECT pg_logical_emit_message(true, 'serah', '')"
    if database.in_transaction():
        database.execute_sql(write)
        return
    with confirmed(database):
        database.execute_sql(write)
