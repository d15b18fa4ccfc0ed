"""Rows of a real ledger changed by somebody who takes the guards off and puts them back: each is named (T2).

Every attack happens in the database itself, in a transaction that is taken back afterwards; `verify` looks at it there.
"""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from peewee import SqliteDatabase

from custody.format.encoding import canonical, entry_bytes, leaf_digest, sign_body
from db.log.table_audit import Checking
from db.store import Store
from evidence.audit import audit_bundle
from tests.support.ledger_examples import TPS, TRUCK, boxes, give, planned_station, signer
from tests.support.sampling import examples

Dice = random.Random
SIZE = max(examples(200), 71)
"""How long the log is, to the entry: 200 in the full run, and fewer where each attack comes once."""


@pytest.fixture(scope="module")
def ledger(fresh_url: Callable[[], str]) -> Iterator[Store]:
    with planned_station(fresh_url()) as store:
        while store.ledger.event_count() < SIZE:
            codes = boxes(store, 3)
            give(store, codes, TRUCK)
            give(store, codes, TPS[0], TRUCK)
        yield store


class UndoneError(Exception):
    pass


@contextmanager
def unguarded(store: Store) -> Iterator[None]:
    """Without the guards, and with them again; what was done is undone by whoever leaves the transaction."""
    database = store.ledger.database
    if isinstance(database, SqliteDatabase):
        found = database.execute_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _sql in found:
            database.execute_sql(f"DROP TRIGGER {name}")
        yield
        for _name, sql in found:
            database.execute_sql(sql)
        return
    database.execute_sql("ALTER TABLE event DISABLE TRIGGER ALL")
    yield
    database.execute_sql("ALTER TABLE event ENABLE TRIGGER ALL")
    for name in ("event_no_change", "event_no_truncate", "event_in_sequence"):
        database.execute_sql(f"ALTER TABLE event ENABLE ALWAYS TRIGGER {name}")


def named(store: Store) -> tuple[int, int | None]:
    """How much `verify` finds wrong, and the first number that it names."""
    checking = Checking(store)
    audit = audit_bundle(checking.rows(), checking.entries(), shown=checking.shown())
    found = [f for f in audit.findings if f.is_wrong] + list(checking.findings(audit.logs, lambda _count: None))
    return len(found), min((finding.seq for finding in found if finding.seq), default=None)


# --- attacks: each says the first number that is wrong, None where no entry of the log is -----------------------------


def row_of(store: Store, seq: int) -> dict[str, Any]:
    event = store.ledger.tables.event
    [row] = event.select().where(event.seq == seq).dicts()
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}


def change(store: Store, seq: int, /, **columns: object) -> int:
    event = store.ledger.tables.event
    assert event.update(**columns).where(event.seq == seq).execute() == 1
    return seq


def flipped(data: bytes, dice: Dice) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(7)]) + data[at + 1 :]


def some(dice: Dice) -> int:
    return dice.randint(1, SIZE)


def edit_the_body(store: Store, dice: Dice) -> int:
    seq = some(dice)
    return change(store, seq, body=flipped(bytes(row_of(store, seq)["body"]), dice))


def edit_the_words(store: Store, dice: Dice) -> int:
    """Canonical bytes under their own digest: only the signature cannot follow."""
    seq = some(dice)
    row = row_of(store, seq)
    body = bytes(row["body"]).replace(b'"by":"Made"', b'"by":"Mada"')
    return change(store, seq, body=body, leaf=leaf_digest(body + b"\n" + str(row["signatures"]).encode()))


def edit_the_signature(store: Store, dice: Dice) -> int:
    seq = some(dice)
    text = str(row_of(store, seq)["signatures"])
    at = dice.randrange(len(text))
    return change(store, seq, signatures=text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :])


def edit_the_digest(store: Store, dice: Dice) -> int:
    return change(store, some(dice), leaf=dice.randbytes(32))


def edit_the_number(store: Store, dice: Dice) -> int:
    return change(store, some(dice), seq=SIZE + dice.randint(1, 50))


def edit_the_log(store: Store, dice: Dice) -> int:
    return change(store, some(dice), log_id=dice.randint(50, 99))


def edit_the_row_number(store: Store, dice: Dice) -> None:
    """The indexes name rows: their items lose this entry. The entry itself is as it was."""
    change(store, dice.randint(20, SIZE), id=10**6 + dice.randrange(100))


def delete_rows(store: Store, dice: Dice) -> int:
    event, first = store.ledger.tables.event, some(dice)
    event.delete().where(event.seq.between(first, first + dice.randrange(3))).execute()
    return first


def insert_a_forged_row(store: Store, dice: Dice) -> int:
    row = row_of(store, SIZE)
    body = bytes(row["body"]).replace(f'"seq":{SIZE}'.encode(), f'"seq":{SIZE + 1}'.encode())
    put(store, SIZE + 1, body, sign_with(7, body))
    return SIZE + 1


def swap_two_rows(store: Store, dice: Dice) -> int:
    one, two = sorted(dice.sample(range(1, SIZE + 1), 2))
    first, second = row_of(store, one), row_of(store, two)
    content = ("body", "signatures", "leaf")
    change(store, one, leaf=bytes(32))
    change(store, two, **{name: first[name] for name in content})
    return change(store, one, **{name: second[name] for name in content})


def duplicate_a_row(store: Store, dice: Dice) -> int:
    row = row_of(store, some(dice))
    event = store.ledger.tables.event
    event.insert(
        log_id=row["log_id"], seq=SIZE + 1, leaf=dice.randbytes(32), body=row["body"], signatures=row["signatures"]
    ).execute()
    return SIZE + 1


def sign_with(seed: int, body: bytes) -> str:
    other = signer(seed)
    return f"{sign_body(body, other.public_key, other.sign)}\n"


def put(store: Store, seq: int, body: bytes, signatures: str) -> None:
    event = store.ledger.tables.event
    leaf = leaf_digest(body + b"\n" + signatures.encode())
    event.insert(log_id=row_of(store, 1)["log_id"], seq=seq, leaf=leaf, body=body, signatures=signatures).execute()


def sign_with_another_key(store: Store, dice: Dice) -> int:
    seq = some(dice)
    body = bytes(row_of(store, seq)["body"])
    lines = sign_with(7, body)
    return change(store, seq, signatures=lines, leaf=leaf_digest(body + b"\n" + lines.encode()))


def write_with_the_key(store: Store, dice: Dice) -> int:
    """The station itself, or who has its key, says another thing: what comes behind it vouches for the true one."""
    seq = dice.randint(2, SIZE - 1)
    body = canonical(json.loads(bytes(row_of(store, seq)["body"])) | {"by": "Putu"})
    own = signer()
    signature = sign_body(body, own.public_key, own.sign)
    return change(store, seq, body=body, signatures=f"{signature}\n", leaf=leaf_digest(entry_bytes(body, (signature,))))


def renumber_a_body(store: Store, dice: Dice) -> int:
    seq = some(dice)
    body = bytes(row_of(store, seq)["body"]).replace(f'"seq":{seq}'.encode(), b'"seq":999')
    return change(store, seq, body=body)


def edit_the_table_of_logs(store: Store, dice: Dice) -> int | None:
    log = store.ledger.tables.log
    size = dice.randrange(1, SIZE)
    column, value, first = dice.choice(
        [
            ("size", SIZE + 5, SIZE + 1),
            ("size", size, size + 1),
            ("head", bytes(32), SIZE),
            ("station", "X", 1),
            ("place", "99", 1),
            ("handovers", 1, None),
            ("root", "0" * 64, None),
        ]
    )
    log.update({getattr(log, column): value}).execute()
    return first  # type: ignore[return-value]


def edit_an_index(store: Store, dice: Dice) -> None:
    item = store.ledger.tables.event_item
    some_row = item.select().order_by(item.code, item.event_id).offset(dice.randrange(50)).first()
    of_row = (item.code == some_row.code) & (item.event_id == some_row.event_id)
    item.delete().where(of_row).execute()


ATTACKS: list[Callable[[Store, Dice], int | None]] = [
    edit_the_body,
    edit_the_words,
    edit_the_signature,
    edit_the_digest,
    edit_the_number,
    edit_the_log,
    edit_the_row_number,
    delete_rows,
    insert_a_forged_row,
    swap_two_rows,
    duplicate_a_row,
    sign_with_another_key,
    write_with_the_key,
    renumber_a_body,
    edit_the_table_of_logs,
    edit_an_index,
]


def check(store: Store, attack: Callable[[Store, Dice], int | None], seed: int) -> None:
    with pytest.raises(UndoneError), store.ledger.database.atomic():
        with unguarded(store):
            first = attack(store, Dice(f"{attack.__name__} {seed}"))
        count, number = named(store)
        assert count and number == first, (attack.__name__, seed, first, number)
        raise UndoneError


def test_the_ledger_is_whole_with_guards_that_were_put_back(ledger: Store) -> None:
    with pytest.raises(UndoneError), ledger.ledger.database.atomic():
        with unguarded(ledger):
            pass
        assert named(ledger) == (0, None)
        raise UndoneError


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_changed_row_is_named_where_it_begins(ledger: Store, attack) -> None:
    check(ledger, attack, 0)


def test_a_log_whose_first_entry_is_gone_is_named(ledger: Store) -> None:
    """What is remembered of the log's beginning was read before; a verify begins without it."""

    def behead(store: Store, _dice: Dice) -> int:
        store.ledger.tables.event.delete().where(store.ledger.tables.event.seq == 1).execute()
        store.ledger.memory.forget()
        return 1

    check(ledger, behead, 0)


def test_a_log_whose_first_entry_was_exchanged_is_named(ledger: Store) -> None:
    """Who counts is read from the first entry: what stands there instead says nothing of a key or a root."""

    def exchange(store: Store, _dice: Dice) -> int:
        first, last = row_of(store, 1), row_of(store, SIZE)
        change(store, SIZE, leaf=bytes(32))
        change(store, 1, **{name: last[name] for name in ("body", "signatures", "leaf")})
        change(store, SIZE, **{name: first[name] for name in ("body", "signatures", "leaf")})
        store.ledger.memory.forget()
        return 1

    check(ledger, exchange, 0)


@pytest.mark.slow
def test_all_of_a_thousand_changed_rows_are_named(ledger: Store) -> None:
    for number in range(1000):
        check(ledger, ATTACKS[number % len(ATTACKS)], number)
