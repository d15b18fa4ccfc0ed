"""One log under attack: rows of a ledger's table, and lines of a bundle, changed in every way that we could think of.

Each attack says itself where the log stops being the one that was written; the audit must name that number.
"""

import random
from collections.abc import Callable

import pytest

from custody.format.encoding import canonical, entry_bytes, leaf_digest, read_signatures
from evidence.audit import audit_bundle
from evidence.entry import RawEntry, examine, is_signed
from evidence.log_audit import MAX_FINDINGS, LogAudit
from tests.support.evidence_logs import Station, audit_log, unfiled
from tests.support.sampling import examples

SIZE = max(examples(200), 70)
"""How long the log is: 200 entries in the full run, and fewer where each attack comes twice."""
STATION = Station(1).fill(SIZE)
THIEF = Station(2)
Rows = list[RawEntry]
Attack = Callable[[Rows, random.Random], int]


def some_row(rows: Rows, dice: random.Random) -> int:
    return dice.randrange(1, len(rows) + 1)


def inner_row(rows: Rows, dice: random.Random) -> int:
    """Any row but the last: what is cut from the end is another matter (test_evidence_heads)."""
    return dice.randrange(1, len(rows))


def flip(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << dice.randrange(8)]) + data[place + 1 :]


def flip_a_bit_of_the_body(rows: Rows, dice: random.Random) -> int:
    seq = some_row(rows, dice)
    rows[seq - 1] = rows[seq - 1]._replace(body=flip(rows[seq - 1].body, dice))
    return seq


def change_what_it_says(rows: Rows, dice: random.Random) -> int:
    """A true change of the words, in canonical bytes and filed under its digest; only the signature cannot follow."""
    seq = some_row(rows, dice)
    row, body = rows[seq - 1], STATION.bodies[seq - 1] | {"by": "Somebody"}
    data = canonical(body)
    rows[seq - 1] = RawEntry(data, row.signatures, seq, leaf_digest(entry_bytes(data, read_signatures(row.signatures))))
    return seq


def change_the_signature(rows: Rows, dice: random.Random) -> int:
    seq = some_row(rows, dice)
    text = rows[seq - 1].signatures
    place = dice.randrange(len(text))
    other = dice.choice([c for c in "aA0+/ =\n" if c != text[place]])
    rows[seq - 1] = rows[seq - 1]._replace(signatures=text[:place] + other + text[place + 1 :])
    return seq


def write_the_signature_otherwise(rows: Rows, dice: random.Random) -> int:
    """The same signature in other bytes: it would give the entry a second digest."""
    seq = some_row(rows, dice)
    line = rows[seq - 1].signatures
    other = dice.choice([line[:-1], line.replace("\n", "\r\n"), line + "\n", line * 2, ""])
    rows[seq - 1] = rows[seq - 1]._replace(signatures=other)
    return seq


def sign_with_another_key(rows: Rows, dice: random.Random) -> int:
    seq = some_row(rows, dice)
    rows[seq - 1] = STATION.sign(STATION.bodies[seq - 1], by=THIEF)
    return seq


def delete_a_row(rows: Rows, dice: random.Random) -> int:
    seq = inner_row(rows, dice)
    del rows[seq - 1]
    return seq


def delete_some_rows(rows: Rows, dice: random.Random) -> int:
    seq = dice.randrange(1, len(rows) - 5)
    del rows[seq - 1 : seq + dice.randrange(5)]
    return seq


def insert_a_forged_row(rows: Rows, dice: random.Random) -> int:
    seq = some_row(rows, dice)
    body = STATION.bodies[seq - 1] | {"by": "Nobody", "id": "forged"}
    rows.insert(seq - 1, STATION.sign(body, by=THIEF))
    return seq


def insert_a_row_of_another_log(rows: Rows, dice: random.Random) -> int:
    seq = some_row(rows, dice)
    foreign = THIEF.fill(seq).entries[seq - 1]
    rows.insert(seq - 1, foreign)
    return seq


def repeat_a_row(rows: Rows, dice: random.Random) -> int:
    seq = some_row(rows, dice)
    rows.insert(dice.randrange(seq, len(rows) + 1), rows[seq - 1])
    return seq


def swap_what_two_rows_say(rows: Rows, dice: random.Random) -> int:
    first, second = sorted(dice.sample(range(1, len(rows) + 1), 2))
    one, other = rows[first - 1], rows[second - 1]
    rows[first - 1] = other._replace(seq=one.seq)
    rows[second - 1] = one._replace(seq=other.seq)
    return first


ON_BOTH: list[Attack] = [
    flip_a_bit_of_the_body,
    change_what_it_says,
    change_the_signature,
    write_the_signature_otherwise,
    sign_with_another_key,
    delete_a_row,
    delete_some_rows,
    insert_a_forged_row,
    insert_a_row_of_another_log,
    repeat_a_row,
    swap_what_two_rows_say,
]


def file_under_another_number(rows: Rows, dice: random.Random) -> int:
    seq = inner_row(rows, dice)
    rows.append(rows.pop(seq - 1)._replace(seq=len(rows) + dice.randrange(1, 2**40)))
    return seq


def file_under_another_digest(rows: Rows, dice: random.Random) -> int:
    seq = some_row(rows, dice)
    rows[seq - 1] = rows[seq - 1]._replace(leaf=flip(rows[seq - 1].leaf or b"", dice))
    return seq


def move_all_numbers_up(rows: Rows, dice: random.Random) -> int:
    seq = some_row(rows, dice)
    rows[seq - 1 :] = [row._replace(seq=(row.seq or 0) + 1) for row in rows[seq - 1 :]]
    return seq


ON_TABLES: list[Attack] = [*ON_BOTH, file_under_another_number, file_under_another_digest, move_all_numbers_up]


def audit(rows: Rows) -> LogAudit:
    return audit_log(rows, name=STATION.name)


def attack_rows(attack: Attack, seed: int, *, is_bundle: bool) -> None:
    dice = random.Random(f"{attack.__name__} {seed}")
    rows = list(STATION.entries)
    first = attack(rows, dice)
    found = audit(unfiled(rows) if is_bundle else rows).findings()
    assert found, "not noticed"
    assert found[0].seq == first, [str(finding) for finding in found[:3]]
    assert all(finding.is_wrong for finding in found)


def test_an_honest_log_has_no_finding():
    for rows in (STATION.entries, unfiled(STATION.entries)):
        log = audit(rows)
        assert log.findings() == []
        assert (log.size, log.root(SIZE), log.station) == (SIZE, STATION.tree().root(), "Gudang 1")


@pytest.mark.parametrize("attack", ON_TABLES, ids=lambda attack: attack.__name__)
def test_an_attack_on_the_table_is_named_where_it_begins(attack):
    for seed in range(2):
        attack_rows(attack, seed, is_bundle=False)


@pytest.mark.parametrize("attack", ON_BOTH, ids=lambda attack: attack.__name__)
def test_an_attack_on_a_bundle_is_named_where_it_begins(attack):
    for seed in range(2):
        attack_rows(attack, seed, is_bundle=True)


@pytest.mark.slow
def test_all_of_a_thousand_attacks_on_the_table_are_named():
    for number in range(1000):
        attack_rows(ON_TABLES[number % len(ON_TABLES)], number, is_bundle=False)


@pytest.mark.slow
def test_all_of_a_thousand_attacks_on_a_bundle_are_named():
    for number in range(1000):
        attack_rows(ON_BOTH[number % len(ON_BOTH)], number, is_bundle=True)


def test_whoever_has_the_key_cannot_change_an_entry_unnoticed():
    """The entry after it names the digest of the true one."""
    rows = list(STATION.entries)
    rows[49] = STATION.sign(STATION.bodies[49] | {"by": "Somebody"})
    assert [(finding.code, finding.seq) for finding in audit(rows).findings()] == [("TAMPERED", 50)]


def test_a_changed_entry_is_accused_once_and_not_the_one_behind_it():
    rows = list(STATION.entries)
    rows[49] = rows[49]._replace(body=rows[49].body.replace(b"Made", b"Budi"))
    assert [finding.seq for finding in audit(unfiled(rows)).findings()] == [50]


def findings_of(entries: Rows, **how: bytes) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.seq) for finding in audit_log(entries, name=STATION.name, **how).findings()]


def test_each_rule_of_a_log_stands_alone():
    """Whoever has the key can write anything; still each entry must fit its place."""
    inspected = {"item": {"code": "X", "print": 1, "after": None, "how": "typed"}, "condition": "wet", "photo": None}

    def log(*refs: dict[str, object]) -> Station:
        station = Station(1)
        for _ in range(5):
            station.write("inspect", note="", **inspected)
        if refs:
            station.write("inspect", refs, note="", **inspected)
        return station

    assert findings_of(log().entries) == []
    changed = log()
    changed.entries[2] = changed.sign(changed.bodies[2] | {"by": "Somebody"})
    assert findings_of(changed.entries) == [("TAMPERED", 3)]
    assert findings_of(log({"log": STATION.name, "seq": 3, "leaf": "0" * 64}).entries) == [("TAMPERED", 3)]
    for later in (7, 9):
        assert findings_of(log({"log": STATION.name, "seq": later, "leaf": "0" * 64}).entries) == [("TAMPERED", 7)]
    late = log()
    own = ("election", "root", "station", "place", "public_key", "continues")
    late.write("genesis", **{field: late.bodies[0][field] for field in own})
    assert findings_of(late.entries) == [("TAMPERED", 7)]
    headless = log()
    first = headless.sign(headless.bodies[1] | {"seq": 1, "prev": None})
    assert findings_of([first], public_key=STATION.public_key) == [("TAMPERED", 1)]
    behind = log()
    assert findings_of([behind.sign(behind.bodies[0] | {"prev": "0" * 64})]) == [("TAMPERED", 1)]


def test_a_true_entry_behind_a_forged_one_is_no_fork():
    rows = list(STATION.entries)
    rows.insert(49, STATION.sign(STATION.bodies[49] | {"by": "Nobody"}, by=THIEF))
    assert findings_of(rows) == [("TAMPERED", 50)]


def test_the_first_key_of_a_log_is_its_key():
    usurper = Station(2, STATION.name)
    assert findings_of([*STATION.entries[:9], *usurper.entries]) == [("TAMPERED", 1)]


def test_an_entry_of_another_log_is_named_though_its_own_key_signed_it():
    log = LogAudit(STATION.name)
    keys = {STATION.name: STATION.public_key, THIEF.name: THIEF.public_key}
    for raw in (*STATION.entries[:3], THIEF.fill(4).entries[3]):
        log.take(examine((raw, keys)))
    assert [str(finding) for finding in log.findings()] == [
        f"number 4 of {STATION.name} is an entry of another log: {THIEF.name}"
    ]


def test_a_signature_line_has_one_form_one_role_and_the_keys_own_name():
    raw = STATION.entries[5]
    assert is_signed(raw.body, raw.signatures, STATION.public_key)
    own_id = raw.signatures.split(" ")[1]
    for other in (
        raw.signatures[:-1],
        raw.signatures + "\n",
        raw.signatures * 2,
        "",
        raw.signatures.replace("station", "root"),
        raw.signatures.replace(own_id, "0" * 16),
    ):
        assert not is_signed(raw.body, other, STATION.public_key)


def test_two_histories_by_one_key_are_a_fork_named_once():
    twin = Station(1).fill(40)
    twin.hand_over()
    twin.fill(55)
    both = sorted([*STATION.entries, *twin.entries[40:]], key=lambda row: row.seq or 0)
    for rows in (both, unfiled(both), unfiled([*STATION.entries, *twin.entries[40:]])):
        assert [(finding.code, finding.seq) for finding in audit(rows).findings()] == [("FORK", 41)]


def test_the_other_branch_of_a_fork_may_be_the_longer_one():
    twin = Station(1).fill(40)
    twin.hand_over()
    twin.fill(SIZE + 30)
    both = sorted([*STATION.entries, *twin.entries[40:]], key=lambda row: row.seq or 0)
    assert [(finding.code, finding.seq) for finding in audit(both).findings()] == [("FORK", 41)]


def test_a_log_without_its_first_entry_cannot_be_checked_and_says_so():
    found = audit(unfiled(STATION.entries[1:])).findings()
    assert [finding.code for finding in found] == ["INCOMPLETE", "INCOMPLETE"]
    assert str(found[0]).startswith("numbers 1 to 1 of ")


def test_a_key_known_from_elsewhere_checks_a_log_without_its_first_entry():
    log = audit_log(unfiled(STATION.entries[9:]), name=STATION.name, public_key=STATION.public_key)
    assert [(finding.code, finding.seq) for finding in log.findings()] == [("INCOMPLETE", 1)]
    assert (log.size, log.newest) == (0, SIZE)


def test_a_number_beyond_all_counting_costs_no_memory():
    rows = [*STATION.entries[:3], STATION.sign(STATION.bodies[3] | {"seq": 2**53 - 1})]
    assert [(finding.code, finding.seq) for finding in audit(rows).findings()] == [("INCOMPLETE", 4)]


def test_a_log_that_is_all_wrong_is_told_within_bounds():
    rows = [row._replace(signatures="") for row in Station(1).fill(MAX_FINDINGS + 7).entries]
    found = audit(rows).findings()
    assert len(found) == MAX_FINDINGS + 1
    assert found[-1].values["count"] == 7


def test_nothing_that_an_entry_holds_makes_the_audit_raise():
    dice = random.Random(13)
    bodies = [
        b"",
        b"\xff",
        b"[" * 60_000,
        b"{}",
        b"null",
        b'{"v":1}',
        b"9" * 5000,
        b'{"type":"genesis"}',
        b"x" * 70_000,
    ]
    for _ in range(50):
        rows = unfiled(STATION.entries[:20])
        for _ in range(5):
            junk = RawEntry(dice.choice(bodies), dice.choice(["", "\ud800", "station x y\n", "\n" * 1000]))
            rows.insert(dice.randrange(len(rows)), junk)
        assert any(finding.is_wrong for finding in audit(rows).findings())
        assert not audit_bundle([], rows).is_ok


def test_each_sentence_can_be_told():
    for attack in ON_TABLES:
        rows = list(STATION.entries)
        attack(rows, random.Random(3))
        for finding in audit(rows).findings():
            assert STATION.name in str(finding) or "event" in str(finding) or "entry" in str(finding)
