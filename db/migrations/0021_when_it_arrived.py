"""What a hub was sent and has not put in place yet says when it arrived; it is found by its number."""

import json
from typing import Any

from db.creation import create_tables

_COLUMNS = "id, log_id, seq, leaf, body, signatures"


def up(migrator: Any, db: Any) -> None:
    """Make the table as the models have it, with what it holds: some of it was acknowledged.

    What follows right behind a log's own sequence was sent to this hub; it arrived when it says it was recorded.
    """
    if any(column.name == "at" for column in db.get_columns("waiting")):  # a ledger that began with it
        return
    held = db.execute_sql(f"SELECT {_COLUMNS} FROM waiting ORDER BY log_id, seq").fetchall()
    ends = {log: (size, bytes(head or b"")) for log, size, head in db.execute_sql("SELECT id, size, head FROM log")}
    db.execute_sql("DROP TABLE waiting")
    create_tables(db, ("waiting",))
    for row_id, log_id, seq, leaf, data, signatures in held:
        said = json.loads(bytes(data))
        follows = ends.get(log_id) == (seq - 1, bytes.fromhex(said["prev"] or ""))
        if follows:
            ends[log_id] = (seq, bytes(leaf))
        row = (row_id, log_id, seq, bytes(leaf), bytes(data), signatures, said["at"] if follows else None)
        marks = ", ".join([db.param] * len(row))
        db.execute_sql(f"INSERT INTO waiting ({_COLUMNS}, at) VALUES ({marks})", row)
    if held and db.param == "%s":  # the numbers of PostgreSQL go on behind those that were given
        db.execute_sql("SELECT setval(pg_get_serial_sequence('waiting', 'id'), (SELECT MAX(id) FROM waiting))")
