"""Read one of our item labels from modules of which many are doubtful: soft decoding within what a label can say.

An item's text has 16 characters, so header, terminator and padding are known, and of what the symbol holds only 88
bits are open. Ordered statistics decoding (Fossorier and Lin, 1995, IEEE Trans. Inf. Theory 41:5) takes the surest 88
modules that determine the others and tries all changes of up to two of them; the text that fits best must be spelled
as a label is, with its check character.

A text is taken only where the modules agree with it more than they would by chance with any of the 2^67 texts: for
modules that have nothing to do with our code, the sum of s c over its modules passes T with a chance of at most
prod cosh(l s) exp(-l T), for every l > 0 (Chernoff, 1952, Ann. Math. Stat. 23:493). So for all texts and a chance of
2^-40, T > min over l of (107 ln 2 + sum ln cosh(l s)) / l.

Nor is it taken from what another label has in common with it, where the rest is hidden: n modules that all agree never
bear out more than n bits, two labels have all but one of their bytes of data in common at most (Singleton, 1964, IEEE
Trans. Inf. Theory 10:2, whose bound these codes meet), and more bits than those are asked for.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from reedsolo import RSCodec

from custody.format.codes import ItemLabel, read_payload
from scanner.rescue.qr_structure import build, format_places, formats, mask

_TEXTS_BITS, _CHANCE_BITS = 67.0, 40.0
"""12 characters of 32 and a print number; once in 2^40 tries, a million million, chance may look like one."""
_TILTS = np.linspace(0.3, 12.0, 40)
"""The values of l that are tried, over the largest s."""
OPEN = slice(13, 101)
"""The bits of the 16 characters, behind mode and count."""
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_LENGTH = 16
_MOST_FORMATS = 2
_BEST = 24
"""So many of the best changes are spelled out."""
SIZES = {(1, "Q"): (13, 13), (2, "H"): (16, 28)}
"""By version and level, those that labels of items have: bytes of data, check bytes; each one block."""
_LEVELS = ("M", "L", "H", "Q")


@dataclass(frozen=True, eq=False)
class _Code:
    """What a symbol's bits are: the known part, and what each open bit turns over; n and 88 x n, above 0 for 1."""

    known: np.ndarray
    rows: np.ndarray
    least_bits: float
    """By how much the modules must bear a text out, as the logarithm of a chance."""


@cache
def code_of(data: int, checks: int) -> _Code:
    """The code of a symbol with so many bytes of data and so many check bytes, in one block."""
    codec = RSCodec(checks, fcr=0, prim=0x11D)
    bits = np.zeros(8 * data, np.uint8)
    bits[:4] = 0, 0, 1, 0
    bits[4:13] = [_LENGTH >> shift & 1 for shift in range(8, -1, -1)]
    filled = -(-min(OPEN.stop + 4, 8 * data) // 8)
    for index in range(filled, data):
        bits[8 * index : 8 * index + 8] = np.unpackbits(np.array([0x11 if (index - filled) % 2 else 0xEC], np.uint8))

    def whole(message: np.ndarray) -> np.ndarray:
        return np.unpackbits(np.frombuffer(bytes(codec.encode(np.packbits(message).tobytes())), np.uint8))

    rows = np.zeros((OPEN.stop - OPEN.start, 8 * (data + checks)), np.uint8)
    for number in range(len(rows)):
        message = np.zeros_like(bits)
        message[OPEN.start + number] = 1
        rows[number] = whole(message)
    return _Code(whole(bits), rows, max(_TEXTS_BITS + _CHANCE_BITS, 8.0 * (data - 1) + 1))


def read_item(soft: np.ndarray, version: int) -> str | None:
    """The text of an item's label; None where the modules do not bear out any.

    Args:
        soft: how dark each module is, n x n: above 0 dark, its size how sure; 0 says nothing.
    """
    plan = build(version)
    rows, columns = format_places(plan.side)
    likeness = formats() @ soft[rows, columns].sum(axis=0)
    best: tuple[str, float] | None = None
    tried = 0
    for index in np.argsort(-likeness):
        size = SIZES.get((version, _LEVELS[index >> 3]))
        if size is None:
            continue
        tried += 1
        if tried > _MOST_FORMATS:
            break
        signs = np.where(mask(int(index) & 7, plan.side), -1.0, 1.0)
        bits = (soft * signs)[plan.path[:, 0], plan.path[:, 1]]
        found = _decode(bits[: 8 * sum(size)], code_of(*size))
        if found is not None and (best is None or found[1] > best[1]):
            best = found
    return best[0] if best else None


def _decode(soft: np.ndarray, code: _Code) -> tuple[str, float] | None:
    """The likeliest text by ordered statistics of order 2, with how far the bits agree; None below the bound."""
    least = least_agreement(soft, code.least_bits)
    if not least < float(np.abs(soft).sum()):
        return None
    signed = np.where(code.known > 0, -soft, soft)  # above 0 where an open part of 1 is said
    basis, pivots = _surest_basis(code.rows, np.abs(signed))
    change = (signed[pivots] > 0).astype(np.uint8)
    word = (change @ basis) & 1
    agrees = signed * (2.0 * word - 1.0)
    turns = 1.0 - 2.0 * basis
    either = (turns * agrees) @ turns.T  # both rows turned over; of a row with itself: nothing
    one = turns @ agrees
    scores = np.concatenate(([float(agrees.sum())], one, either[np.triu_indices(len(basis), 1)]))
    if scores.max() < least:
        return None
    first, second = np.triu_indices(len(basis), 1)
    for index in np.argsort(-scores)[:_BEST]:
        if scores[index] < least:
            return None
        flipped = word.copy()
        if index > len(basis):
            at = index - len(basis) - 1
            flipped ^= basis[first[at]] ^ basis[second[at]]
        elif index > 0:
            flipped ^= basis[index - 1]
        text = _text((flipped ^ code.known)[OPEN])
        if text is not None:
            return text, float(scores[index]) / least
    return None


def least_agreement(soft: np.ndarray, bits: float) -> float:
    """What the sum of s c passes by chance once in 2^bits tries at most; infinite where nothing is said."""
    largest = float(np.abs(soft).max(initial=0.0))
    if not largest:
        return float("inf")
    tilts = _TILTS / largest
    turned = np.abs(tilts[:, None] * soft)
    chances = (turned + np.log1p(np.exp(-2 * turned)) - np.log(2)).sum(axis=1)  # ln cosh
    return float(((bits * np.log(2) + chances) / tilts).min())


def _surest_basis(rows: np.ndarray, sure: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same code by rows that each stand alone at one of the surest independent places, and these places."""
    order = np.argsort(-sure, kind="stable")
    left = rows[:, order].copy()
    pivots = np.zeros(len(left), int)
    done = 0
    for column in range(left.shape[1]):
        there = left[done:, column]
        at = int(there.argmax())
        if not there[at]:
            continue
        if at:
            left[[done, done + at]] = left[[done + at, done]]
        others = left[:, column].astype(bool)
        others[done] = False
        left[others] ^= left[done]
        pivots[done] = order[column]
        done += 1
        if done == len(left):
            break
    found = np.empty_like(left)
    found[:, order] = left
    return found, pivots


def _text(bits: np.ndarray) -> str | None:
    """What 88 bits spell; None where no label of an item says it."""
    values = bits.reshape(8, 11) @ (1 << np.arange(10, -1, -1))
    if values.max() >= 45 * 45:
        return None
    text = "".join(CHARACTERS[value // 45] + CHARACTERS[value % 45] for value in values.tolist())
    try:
        return text if isinstance(read_payload(text), ItemLabel) else None
    except ValueError:
        return None
