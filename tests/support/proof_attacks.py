"""What a dishonest reporter does to a true proof file, as well as he can without the station's key."""

import random
from base64 import b64decode, b64encode
from collections.abc import Callable

from custody.format.encoding import sign_body
from evidence.custody_proof import CustodyProof
from evidence.proof import make_proof
from tests.support.evidence_logs import Station

Dice = random.Random
Attack = Callable[[CustodyProof, Dice], str]


def joined(proof: CustodyProof, proofs: list[str]) -> str:
    return str(CustodyProof(proof.codes, tuple(proofs)))


def drop_one_relied_on(proof: CustodyProof, dice: Dice) -> str:
    """Any but the newest record of the item: that the newest is missing, only the whole log shows."""
    proofs = list(proof.proofs)
    del proofs[dice.randrange(len(proofs) - 1)]
    return joined(proof, proofs)


def repeat_one(proof: CustodyProof, dice: Dice) -> str:
    return joined(proof, [*proof.proofs, dice.choice(proof.proofs)])


def bend_a_character(proof: CustodyProof, dice: Dice) -> str:
    text = str(proof)
    where = dice.randrange(len(text))
    other = dice.choice([c for c in "ABCDEFabcdef0123456789+/=\n" if c != text[where]])
    return text[:where] + other + text[where + 1 :]


def cut_a_piece(proof: CustodyProof, dice: Dice) -> str:
    text = str(proof)
    where = dice.randrange(len(text) - 1)
    return text[:where] + text[where + dice.randrange(1, 200) :]


def exchange_lines(proof: CustodyProof, dice: Dice) -> str:
    lines = str(proof).split("\n")
    while True:
        a, b = dice.sample(range(len(lines)), 2)
        if lines[a] != lines[b]:
            lines[a], lines[b] = lines[b], lines[a]
            return "\n".join(lines)


def exchange_proofs(proof: CustodyProof, dice: Dice) -> str:
    """One record's way to the root under another record."""
    a, b = dice.sample(range(len(proof.proofs)), 2)
    first, second = proof.proofs[a].split("\n"), proof.proofs[b].split("\n")
    first[1], second[1] = second[1], first[1]
    proofs = list(proof.proofs)
    proofs[a], proofs[b] = "\n".join(first), "\n".join(second)
    return joined(proof, proofs)


def name_another_item(proof: CustodyProof, dice: Dice) -> str:
    return str(CustodyProof(("0000000000000",), proof.proofs))


def swap_the_head(proof: CustodyProof, dice: Dice) -> str:
    """A head of another log, or one that a foreign key made in the name of this one, under one proof or under all."""
    other = FOREIGN.head(dice.randrange(1, 21))
    if dice.random() < 0.5:
        other = Station(99, name=proof.proofs[0].partition("\n\n")[2].split("\n")[0]).fill(9).head()
    chosen = range(len(proof.proofs)) if dice.random() < 0.5 else [dice.randrange(len(proof.proofs))]
    proofs = [
        text.partition("\n\n")[0] + "\n\n" + other if number in chosen else text
        for number, text in enumerate(proof.proofs)
    ]
    return joined(proof, proofs)


def edit_a_record(proof: CustodyProof, dice: Dice) -> str:
    """A letter of a record changed; its signature as it was, or made anew with a foreign key."""
    proofs, number = list(proof.proofs), dice.randrange(len(proof.proofs))
    lines = proofs[number].split("\n")
    body, signatures = b64decode(lines[1].removeprefix("extra ")).split(b"\n", 1)
    where = dice.choice([place for place, byte in enumerate(body) if byte in b"aeiou0123456789"])
    body = body[:where] + bytes([body[where] ^ 1]) + body[where + 1 :]
    if dice.random() < 0.5:
        signatures = f"{sign_body(body, FOREIGN.public_key, FOREIGN.secret.sign)}\n".encode()
    lines[1] = "extra " + b64encode(body + b"\n" + signatures).decode()
    proofs[number] = "\n".join(lines)
    return joined(proof, proofs)


def add_a_foreign_key(proof: CustodyProof, dice: Dice) -> str:
    """The first entry of a log that the root never admitted, and another of its records, each with a true proof."""
    tree = FOREIGN.tree()
    added = [
        make_proof(
            FOREIGN.entries[index].body + b"\n" + FOREIGN.entries[index].signatures.encode(),
            index,
            tree.inclusion_proof(index, tree.size),
            FOREIGN.head(),
        )
        for index in (0, dice.randrange(1, tree.size))
    ]
    return joined(proof, [*proof.proofs, *added])


FOREIGN = Station(77).fill(20)
ATTACKS: list[Attack] = [
    drop_one_relied_on,
    repeat_one,
    bend_a_character,
    cut_a_piece,
    exchange_lines,
    exchange_proofs,
    name_another_item,
    swap_the_head,
    edit_a_record,
    add_a_foreign_key,
]


def is_harmless(text: str, proof: CustodyProof) -> bool:
    """The proofs in another order: each stands for itself, and the order is in the records."""
    return sorted(text.split("\nc2sp")) == sorted(str(proof).split("\nc2sp"))
