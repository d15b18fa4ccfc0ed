"""What is done to bundles: each attack leaves one wrong, as well hidden as an attacker can."""

import contextlib
import random
from collections.abc import Callable
from dataclasses import replace

from custody.format.encoding import sign_body
from custody.format.event_types import FORMS
from evidence.checkpoint import make_checkpoint
from evidence.intake import LogRow
from tests.support.bundle_examples import Evidence
from tests.support.evidence_logs import Station

Attack = Callable[[Evidence, random.Random], None]


def pick(evidence: Evidence, dice: random.Random) -> tuple[int, int]:
    """A log, and an entry of it that is neither its first nor its last."""
    number = dice.randrange(len(evidence.logs))
    return number, dice.randrange(1, len(evidence.logs[number]) - 1)


def flip(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << dice.randrange(7)]) + data[place + 1 :]


def flip_a_bit(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    entry = evidence.logs[number][place]
    while not _is_text(body := flip(entry.body, dice)):
        pass
    evidence.logs[number][place] = entry._replace(body=body)


def _is_text(data: bytes) -> bool:
    with contextlib.suppress(UnicodeDecodeError):
        return bool(data.decode("utf-8"))
    return False


def flip_a_bit_of_the_text(evidence: Evidence, dice: random.Random) -> None:
    evidence.bend = lambda text: flip(text[:-1], dice) + b"\n"


def drop_an_entry(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    del evidence.logs[number][place]
    evidence.relist(number)


def drop_the_first_entry(evidence: Evidence, dice: random.Random) -> None:
    del evidence.logs[dice.randrange(len(evidence.logs))][0]


def swap_two_entries(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    log = evidence.logs[number]
    log[place], log[place - 1] = log[place - 1], log[place]


def insert_a_forged_entry(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    body = evidence.stations[number].bodies[place] | {"by": "Nobody"}
    evidence.logs[number].insert(place, evidence.stations[number].sign(body, by=Station(99)))
    evidence.relist(number)


def repeat_an_entry(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    log = evidence.logs[number]
    log.insert(dice.randrange(place, len(log)) + 1, log[place])


def cut_the_tail_below_a_head(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    evidence.heads.append(evidence.stations[number].head())
    del evidence.logs[number][dice.randrange(1, len(evidence.logs[number])) :]
    evidence.relist(number)


def cut_the_tail_below_a_reference(evidence: Evidence, dice: random.Random) -> None:
    """The first station's newest entry is known to the last one."""
    number = next(n for n, station in enumerate(evidence.stations) if station.seed == 1)
    del evidence.logs[number][-1]
    evidence.relist(number)


def sign_with_another_key(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    station = evidence.stations[number]
    evidence.logs[number][place] = station.sign(station.bodies[place], by=Station(99))


def change_an_entry_with_the_key(evidence: Evidence, dice: random.Random) -> None:
    """The station itself changes what it said, and signs it anew."""
    number, place = pick(evidence, dice)
    station = evidence.stations[number]
    evidence.logs[number][place] = station.sign(station.bodies[place] | {"by": "Somebody"})


def renumber_an_entry_with_the_key(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    station = evidence.stations[number]
    seq = dice.choice([place, place + 2, place + 9, 2**53 - 1])
    evidence.logs[number][place] = station.sign(station.bodies[place] | {"seq": seq})


def strip_a_signature(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    line = evidence.logs[number][place].signatures
    text = dice.choice(["", line[:-1], line * 2, line + "\n", line.replace("station", "hub"), line.upper()])
    evidence.logs[number][place] = evidence.logs[number][place]._replace(signatures=text)


def write_a_signature_otherwise(evidence: Evidence, dice: random.Random) -> None:
    """Base64 leaves bits that nobody reads: the same signature in other letters."""
    number, place = pick(evidence, dice)
    line = evidence.logs[number][place].signatures
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = letters[letters.index(line[-4]) ^ dice.randrange(1, 16)]
    evidence.logs[number][place] = evidence.logs[number][place]._replace(signatures=f"{line[:-4]}{last}==\n")


def bring_the_head_of_another_history(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    twin = Station(evidence.stations[number].seed)
    twin.write("pack", parent="A", children=[], action="add")
    evidence.heads.append(twin.head())


def bring_a_head_that_another_key_signed(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    evidence.heads.append(Station(99, evidence.stations[number].name).head())


def change_a_head(evidence: Evidence, dice: random.Random) -> None:
    head = dice.choice(evidence.stations).head()
    bent = dice.choice(
        [
            head[:-1],
            head + "\n",
            head.replace("\n\n", "\n"),
            head.replace("— ", "- "),
            "",
            "x",
            head.replace("\n", "\r\n"),
            head.replace("\n", "\nextension\n", 1),
            head[1:],
        ]
    )
    evidence.heads.append(bent)


def replace_the_head_of_the_list(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    twin = Station(evidence.stations[number].seed)
    while len(twin.entries) < len(evidence.logs[number]):
        twin.write("pack", parent="A", children=[], action="add")
    evidence.rows[number] = replace(evidence.rows[number], checkpoint=twin.head())


def invent_a_witness_by_another_row(evidence: Evidence, dice: random.Random) -> None:
    """Nobody signs the list: beside one log it carries a head that another one's station signed, so it "kept" that."""
    number, other = dice.sample(range(len(evidence.logs)), 2)
    station = evidence.stations[other]
    head = station.head(dice.randrange(1, len(station.entries) + 1))
    evidence.rows[number] = replace(evidence.rows[number], checkpoint=head)


def invent_a_witness_without_entries(evidence: Evidence, dice: random.Random) -> None:
    """The same by a log that has a name in the list and nothing else: an office that people trust."""
    station = dice.choice(evidence.stations)
    row = LogRow("serah/pemilu-2024/bawaslu/0123456789abcdef", "Bawaslu", "51", 0, None, checkpoint=station.head())
    evidence.rows.insert(dice.randrange(len(evidence.rows) + 1), row)


def list_a_newest_entry_and_no_entries(evidence: Evidence, dice: random.Random) -> None:
    row = LogRow("serah/pemilu-2024/bawaslu/0123456789abcdef", "", "", 0, dice.choice(["", "a" * 64]))
    evidence.rows.insert(dice.randrange(len(evidence.rows) + 1), row)


def sign_a_head_beyond_all_counting(evidence: Evidence, dice: random.Random) -> None:
    """Its key has signed it, and no log can have so many entries: it is no head."""
    number = dice.randrange(len(evidence.logs))
    station = evidence.stations[number]
    size = dice.choice([2**53, 10**16 - 1, 10**16])
    head = make_checkpoint(station.name, size, bytes(32), station.public_key, station.secret.sign)
    evidence.rows[number] = replace(evidence.rows[number], checkpoint=head)


def withhold_a_log_that_is_relied_on(evidence: Evidence, dice: random.Random) -> None:
    number = next(n for n, station in enumerate(evidence.stations) if station.seed == 1)
    for things in (evidence.stations, evidence.logs, evidence.rows):
        del things[number]


def withhold_a_log_whose_head_is_kept(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    evidence.heads.append(evidence.stations[number].head())
    for things in (evidence.stations, evidence.logs, evidence.rows):
        del things[number]


def list_a_log_as_empty_whose_head_is_kept(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    evidence.heads = [evidence.stations[number].head()]
    evidence.stations, evidence.logs = evidence.stations[number : number + 1], [[]]
    evidence.rows, evidence.root = [LogRow(evidence.stations[0].name, "", "", 0, None)], None


def list_no_log(evidence: Evidence, dice: random.Random) -> None:
    evidence.rows = []


def fork(evidence: Evidence, dice: random.Random) -> None:
    number, place = pick(evidence, dice)
    station = evidence.stations[number]
    other = station.sign(station.bodies[place] | {"by": "Somebody else"})
    log = evidence.logs[number]
    log.insert(dice.choice([place, place + 1, len(log)]), other)


def fork_for_longer(evidence: Evidence, dice: random.Random) -> None:
    """A second history of several entries: behind the first, or number by number beside it."""
    number, place = pick(evidence, dice)
    first = evidence.stations[number]
    twin = Station(first.seed, first.name, first.bodies[:place], first.entries[:place])
    twin.bodies, twin.entries = first.bodies[:place], first.entries[:place]
    for _ in range(dice.randrange(2, 6)):
        twin.write("pack", parent="B", children=[], action="remove")
    both = [*evidence.logs[number], *twin.entries[place:]]
    evidence.logs[number] = sorted(both, key=lambda entry: entry.seq or 0) if dice.randrange(2) else both


BENT_BODIES: dict[str, Callable[[bytes], bytes]] = {
    "a space": lambda body: body.replace(b":", b": ", 1),
    "another order": lambda body: b'{"v":1,' + body[1:].replace(b',"v":1', b""),
    "an escape": lambda body: body.replace(b'"Made"', rb'"\u004dade"'),
    "a slash escaped": lambda body: body.replace(b"/", rb"\/", 1),
    "a fraction": lambda body: body.replace(b'"v":1', b'"v":1.0'),
    "an exponent": lambda body: body.replace(b'"v":1', b'"v":1e0'),
    "a key twice": lambda body: body.replace(b'"v":1', b'"v":1,"v":1'),
    "a mark": lambda body: b"\xef\xbb\xbf" + body,
    "not composed": lambda body: body.replace(b'"Made"', b'"Mad\x65\xcc\x81"'),
    "an unknown key": lambda body: body.replace(b'"v":1', b'"v":1,"va":1'),
    "a missing key": lambda body: body.replace(b'"by":"Made",', b""),
    "an unknown type": lambda body: body.replace(b'"type":"', b'"type":"un'),
    "a newer version": lambda body: body.replace(b'"v":1', b'"v":2'),
    "true for one": lambda body: body.replace(b'"v":1', b'"v":true'),
    "an impossible day": lambda body: body.replace(b"2024-02-10", b"2024-02-30"),
    "a time that is none": lambda body: body.replace(b":00Z", b":00z"),
    "a leap second": lambda body: body.replace(b":00:00Z", b":00:60Z"),
    "hours as they are not written": lambda body: body.replace(b"T", b" ", 1),
    "too great a number": lambda body: body.replace(b'"v":1', b'"v":9007199254740992'),
    "numbers that are no numbers": lambda body: body.replace(b'"v":1', b'"v":NaN'),
    "no object": lambda body: b"[" + body + b"]",
    "nothing": lambda body: b"",
    "nested deeply": lambda body: b"[" * 30_000 + b"]" * 30_000,
}


def write_other_bytes_with_the_key(evidence: Evidence, dice: random.Random) -> None:
    """The station signs bytes that are not of this format, and the entries before and behind fit."""
    number, place = pick(evidence, dice)
    bend_a_body(evidence, number, place, dice.choice(list(BENT_BODIES.values())))


def bend_a_body(evidence: Evidence, number: int, place: int, bend: Callable[[bytes], bytes]) -> None:
    station, entry = evidence.stations[number], evidence.logs[number][place]
    body = bend(entry.body)
    assert body != entry.body
    evidence.logs[number][place] = entry._replace(body=body, signatures=f"{sign_bytes(station, body)}\n")


def sign_bytes(station: Station, body: bytes) -> str:
    return str(sign_body(body, station.public_key, station.secret.sign))


def rely_on_what_was_not(evidence: Evidence, dice: random.Random) -> None:
    """A station that counts names an entry that is not the one there, or one that comes later."""
    number = dice.randrange(len(evidence.logs))
    station, other = evidence.stations[number], dice.choice(evidence.stations)
    ref = other.ref(1) | dice.choice([{"leaf": "0" * 64}, {"seq": len(other.entries) + 5}, {"log": "serah/never/was"}])
    station.hand_over([ref])
    evidence.logs[number] = list(station.entries)
    evidence.relist(number)


def begin_again_in_the_middle(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.logs))
    station = evidence.stations[number]
    own = FORMS["genesis", 1].keys()
    station.write("genesis", **{key: station.bodies[0][key] for key in own})
    evidence.logs[number] = list(station.entries)
    evidence.relist(number)


LIES: list[Callable[[LogRow], LogRow]] = [
    lambda row: replace(row, size=row.size + 1),
    lambda row: replace(row, size=row.size - 1),
    lambda row: replace(row, size=0, head=None),
    lambda row: replace(row, head="0" * 64),
    lambda row: replace(row, head=None),
    lambda row: replace(row, station="Gudang lain"),
    lambda row: replace(row, place="51.99"),
    lambda row: replace(row, log=row.log + "x"),
    lambda row: replace(row, checkpoint="x"),
]


def lie_in_the_list(evidence: Evidence, dice: random.Random) -> None:
    number = dice.randrange(len(evidence.rows))
    evidence.rows[number] = dice.choice(LIES)(evidence.rows[number])


def leave_a_log_out_of_the_list(evidence: Evidence, dice: random.Random) -> None:
    del evidence.rows[dice.randrange(len(evidence.rows))]


BENT_TEXTS: list[Callable[[bytes], bytes]] = [
    lambda text: text[:-1],
    lambda text: text + b"\n",
    lambda text: text.replace(b'"serah_bundle":1', b'"serah_bundle":2', 1),
    lambda text: text.replace(b'"serah_bundle":1', b'"extra":0,"serah_bundle":1', 1),
    lambda text: text.replace(b'{"body"', b'{"a":"","body"', 1),
    lambda text: text.replace(b'"signatures":', b'"signatures": ', 1),
    lambda text: text.replace(b"\n", b"\r\n", 1),
    lambda text: text.partition(b"\n")[2],
    lambda text: text + text.partition(b"\n")[0] + b"\n",
    lambda text: b"",
    lambda text: text + b'{"body":"' + b"a" * 70_000 + b'","signatures":""}\n',
    lambda text: text + b'{"body":"","signatures":"' + b"a" * 200 * 1024 + b'"}\n',
]


def write_the_lines_otherwise(evidence: Evidence, dice: random.Random) -> None:
    evidence.bend = dice.choice(BENT_TEXTS)


def cut_the_file(evidence: Evidence, dice: random.Random) -> None:
    evidence.spoil = lambda data: data[: dice.randrange(len(data))]


def bend_the_file(evidence: Evidence, dice: random.Random) -> None:
    ways: list[Callable[[bytes], bytes]] = [
        lambda data: data + b"x",
        lambda data: data + bytes(dice.randrange(1, 2000)),
        lambda data: flip(data[10:], dice),
        lambda data: b"PK" + data,
        lambda data: data[:3] + bytes([data[3] | dice.choice([0x20, 0x40, 0x80])]) + data[4:],
    ]
    evidence.spoil = dice.choice(ways)


def write_it_all_with_other_keys(evidence: Evidence, dice: random.Random) -> None:
    """Every key is the attacker's: only what the auditor brings can tell."""
    evidence.root, evidence.heads = evidence.stations[0].fingerprint, []
    thieves = [Station(100 + number, station.name).fill(5) for number, station in enumerate(evidence.stations)]
    evidence.logs, evidence.rows = [list(t.entries) for t in thieves], [t.row() for t in thieves]


ATTACKS: list[Attack] = [
    flip_a_bit,
    flip_a_bit_of_the_text,
    drop_an_entry,
    drop_the_first_entry,
    swap_two_entries,
    insert_a_forged_entry,
    repeat_an_entry,
    cut_the_tail_below_a_head,
    cut_the_tail_below_a_reference,
    sign_with_another_key,
    change_an_entry_with_the_key,
    renumber_an_entry_with_the_key,
    strip_a_signature,
    write_a_signature_otherwise,
    bring_the_head_of_another_history,
    bring_a_head_that_another_key_signed,
    change_a_head,
    replace_the_head_of_the_list,
    invent_a_witness_by_another_row,
    invent_a_witness_without_entries,
    list_a_newest_entry_and_no_entries,
    sign_a_head_beyond_all_counting,
    withhold_a_log_that_is_relied_on,
    withhold_a_log_whose_head_is_kept,
    fork,
    fork_for_longer,
    write_other_bytes_with_the_key,
    rely_on_what_was_not,
    begin_again_in_the_middle,
    lie_in_the_list,
    leave_a_log_out_of_the_list,
    write_the_lines_otherwise,
    cut_the_file,
    bend_the_file,
    write_it_all_with_other_keys,
]
