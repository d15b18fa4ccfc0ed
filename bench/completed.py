"""Whether a label is ever completed to a code that it does not have, and what completing reads beyond reading.

    python bench/completed.py [--labels N] [--expected N]

Claim: of 30 million damaged labels that have none of the expected texts, none passes for one of them. They are labels
of other items; labels of an expected item with one character changed, with the check character that follows or the old
one; other prints of it; and what is no code. Each is sampled as modules, read well or badly (from nothing to clean,
the rest noise), under one damage: none but noise, a corner torn off, a band of glare, a spot that says dark or says the
opposite, print that grew. The judgement of `scanner.rescue.expected_codes` is made of each, at the label's own mask.

Beside the count: how often lower bounds were passed, and the chance that the derivation allows them, so that it is seen
to hold where there is something to count. Then, of labels that are expected, how many soft decoding reads and how many
are completed, by how well they are seen.
"""

import argparse
import platform
import random
import sys
import time
from pathlib import Path

import numpy as np
from reader import print_table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from custody.format.codes import ALPHABET, check_character, draw_code
from scanner.rescue.expected_codes import Expected, Grids, bits_of, least_margin, near, signs_of
from scanner.rescue.payload_code import CHARACTERS, SIZES, code_of, read_item
from scanner.rescue.qr_structure import build, format_places, formats, mask

SEED, AT_ONCE, OF_NEAR = 20261202, 4096, 40
LEVEL_H, MASK = 2, 3
BOUNDS = (3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5)
KINDS = ("another item's", "one character changed", "no code")
_VALUES = np.array([CHARACTERS.index(character) for character in ALPHABET])
_IN_ALPHABET = np.isin(np.arange(36), _VALUES)


class Film:
    """Draws labels of one size that are none of the expected ones, damaged, and judges them."""

    def __init__(self, texts: list[str], size: tuple[int, int], version: int, draw: np.random.Generator) -> None:
        self.expected, self.size, self.draw = Expected(texts), size, draw
        self.signs = Grids.of(texts, size).signs
        self.is_check = np.flatnonzero(code_of(*size).rows.any(axis=0)) >= 8 * size[0]
        self.near = np.array(
            [Grids.of(random.Random(text).sample(near(text), OF_NEAR), size).signs for text in texts[:OF_NEAR]]
        )
        plan = build(version)
        at = plan.path[np.flatnonzero(code_of(*size).rows.any(axis=0))]
        self.at = ((at + 0.5) / plan.side * 2 - 1).astype(np.float32)
        self.masks = np.array(
            [np.where(mask(number, plan.side)[at[:, 0], at[:, 1]], -1, 1) for number in range(8)], np.float32
        )

    def labels(self, kind: str, count: int) -> tuple[np.ndarray, np.ndarray]:
        """What the modules of so many labels say, and which expected text each is near to, -1 for none."""
        if kind == KINDS[0]:
            return signs_of(other_bits(count, self.draw), self.size), np.full(count, -1)
        if kind == KINDS[1]:
            of = self.draw.integers(0, len(self.near), count)
            which = self.draw.integers(0, OF_NEAR, count)
            return self.near[of, which], of
        return self.draw.choice(np.float32([-1, 1]), (count, len(self.at))), np.full(count, -1)

    def seen(self, said: np.ndarray) -> np.ndarray:
        """What is seen of these labels, each read as well or badly as it comes and damaged in one way."""
        count, modules = said.shape
        right = self.draw.random((count, 1), np.float32)
        found = self.draw.standard_normal((count, modules), np.float32)
        found *= np.sqrt(1 - right**2)
        found += right * said
        for way, part in enumerate(np.array_split(found, 6)):  # the labels come in no order
            self.damage(way, part)
        found *= 0.3 + self.draw.random((count, modules), np.float32)
        return found

    def damage(self, way: int, found: np.ndarray) -> None:
        """Spoil these labels in place: 0 not at all, then as the claim has it."""
        count, draw = len(found), self.draw
        mask_signs, size = self.masks[draw.integers(0, 8, count)], draw.random((count, 1), np.float32)
        if way in (1, 2):
            turn = draw.random((count, 1), np.float32) * np.float32(2 * np.pi)
            along = np.cos(turn) * self.at[:, 0] + np.sin(turn) * self.at[:, 1]
            if way == 1:
                found[along > 1 - 1.6 * size] = 0
            else:
                hit = np.abs(along - draw.uniform(-1, 1, (count, 1)).astype(np.float32)) < 0.6 * size
                found[hit] = -mask_signs[hit]
        elif way in (3, 4):
            middle = draw.uniform(-1, 1, (2, count, 1)).astype(np.float32)
            hit = (self.at[:, 0] - middle[0]) ** 2 + (self.at[:, 1] - middle[1]) ** 2 < size**2
            found[hit] = mask_signs[hit] if way == 3 else -found[hit]
        elif way == 5:
            found += size * mask_signs

    def judge(self, seen: np.ndarray) -> tuple[np.ndarray, int, int]:
        """How well the best text fits each, how many pass alone, and how many pass against all neighbours too."""
        fits = seen @ self.signs.T
        best = fits.argmax(axis=1)
        fit = fits[np.arange(len(seen)), best] / np.maximum(np.linalg.norm(seen, axis=1), 1e-9)
        wrong, passing = 0, np.flatnonzero(fit >= self.expected.least)
        for label in passing:
            wrong += self.expected.margin(seen[label], int(best[label]), self.size) >= self.expected.least
        return fit, len(passing), wrong


def other_bits(count: int, draw: np.random.Generator) -> np.ndarray:
    """The bits of so many new labels, each with its check character and a print number: k x 88."""
    body = _VALUES[draw.integers(0, 32, (2 * count, 12))]
    check = np.full(len(body), 18)
    for column in body.T:
        check = (np.where(check == 0, 36, check) * 2 % 37 + column) % 36
    check = (1 - np.where(check == 0, 36, check) * 2 % 37) % 36
    is_one = _IN_ALPHABET[check]
    body, check = body[is_one][:count], check[is_one][:count]
    printed = draw.integers(1, 100, count)
    star = np.full(count, CHARACTERS.index("*"))
    values = np.column_stack((body, check, star, printed // 10, printed % 10))
    pairs = values[:, 0::2] * 45 + values[:, 1::2]
    return (pairs[..., None] >> np.arange(10, -1, -1) & 1).reshape(count, 88).astype(np.uint8)


def pair_z(seen: np.ndarray, label: np.ndarray, text: np.ndarray) -> np.ndarray:
    """Z of each text against the label that is really there."""
    return np.array([least_margin(one, of, there[None]) for one, of, there in zip(seen, text, label, strict=True)])


def misread(labels: int, texts: list[str]) -> None:
    """Claim: not one of these labels passes for an expected one."""
    began_s, draw = time.process_time(), np.random.default_rng(SEED)
    films = [Film(texts, size, version, draw) for (version, _level), size in SIZES.items()]
    least = films[0].expected.least
    passed = {kind: np.zeros(len(BOUNDS), int) for kind in (*KINDS, "Z")}
    done, alone, wrong, pairs = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0), 0
    number = 0
    while sum(done.values()) < labels:
        film, kind = films[(number // len(KINDS)) % len(films)], KINDS[number % len(KINDS)]
        count = min(AT_ONCE, labels - sum(done.values()))
        said, of = film.labels(kind, count)
        seen = film.seen(said)
        fit, passing, bad = film.judge(seen)
        done[kind], alone[kind], wrong[kind] = done[kind] + count, alone[kind] + passing, wrong[kind] + bad
        passed[kind] += [int((fit >= bound).sum()) for bound in BOUNDS]
        if kind == KINDS[1] and number % 40 == 1:
            z = pair_z(*(each[:512, film.is_check] for each in (seen, said, film.signs[of])))
            pairs += len(z)
            passed["Z"] += [int((z >= bound).sum()) for bound in BOUNDS]
        number += 1
        if number % 500 == 0:
            so_far = f"{sum(done.values()):,} labels, {sum(wrong.values())} completed wrongly"
            print(f"{so_far}, {time.process_time() - began_s:.0f} s", flush=True)
    rows = [
        (kind, f"{done[kind]:,}", *(f"{count:,}" for count in passed[kind]), f"{alone[kind]:,}", f"{wrong[kind]}")
        for kind in KINDS
    ]
    allowed = [len(texts) * np.exp(-(bound**2) / 2) for bound in BOUNDS]
    rows.append(("allowed of each million", "", *(f"{min(1e6, 1e6 * share):,.1f}" for share in allowed), "", ""))
    header = ("label", "labels", *(f"> {bound}" for bound in BOUNDS), f"> {least:.2f}", "completed")
    print_table(f"{len(texts)} texts expected, seed {SEED}: labels whose best text fits so well", header, rows)
    shares = ", ".join(
        f"> {bound}: {count} (at most {pairs * np.exp(-(bound**2) / 2):.1f})"
        for bound, count in zip(BOUNDS, passed["Z"], strict=True)
    )
    print(f"Z against the label that is there, {pairs:,} pairs of neighbours: {shares}")
    total, bad = sum(done.values()), sum(wrong.values())
    print(f"{total:,} labels, {bad} completed wrongly; where none is, below {3 / total:.1e} of them (95 %)")


def gained(texts: list[str]) -> None:
    """How many expected labels are read, and how many completed, by the share of the right signal in what is seen."""
    draw, plan, size = np.random.default_rng(SEED), build(2), SIZES[2, "H"]
    expected, rows = Expected(texts), []
    at = plan.path[: 8 * sum(size)]
    code = code_of(*size)
    for right in (0.8, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4):
        read = completed = wrong = 0
        for text in texts[:100]:
            bits = code.known ^ (bits_of([text]) @ code.rows.astype(np.int32) & 1)[0].astype(np.uint8)
            grid = np.where(plan.dark, 1.0, -1.0)
            grid[format_places(plan.side)] = formats()[LEVEL_H << 3 | MASK]
            grid[at[:, 0], at[:, 1]] = np.where(bits.astype(bool) ^ mask(MASK, plan.side)[at[:, 0], at[:, 1]], 1, -1)
            seen = right * grid + np.sqrt(1 - right**2) * draw.standard_normal(grid.shape)
            read += read_item(seen, 2) == text
            found = expected.complete(seen, 2)
            completed, wrong = completed + (found == text), wrong + (found not in (None, text))
        rows.append((f"{right:.2f}", f"{read}", f"{completed}", f"{wrong}"))
    print_table("100 expected labels each", ("share of signal", "read", "completed", "wrongly"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=30_000_000, help="labels to judge (default: %(default)s)")
    parser.add_argument("--expected", type=int, default=360, help="texts that are expected (default: %(default)s)")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, numpy {np.__version__}")
    texts = [draw_code(random.Random(SEED + number).randrange) + "*01" for number in range(options.expected)]
    assert all(check_character(text[:12]) == text[12] for text in texts)
    gained(texts)
    misread(options.labels, texts)


if __name__ == "__main__":
    main()
