"""Complete a label that is not read surely from the texts that a session expects, or leave it unread.

A text with its version, level and mask makes every module of its symbol, so that each expected text is one grid, and
how well it fits is a sum of products: with s how dark a module is and c +1 or -1 as the text has it, S = sum s c over
the modules that hang on the text. Which mask and level a printer chose is not presumed: all are tried.

A text E is taken only where every other explanation is shut out. (1) S / |s| passes z: of a label that has nothing to
do with E half of the modules agree by chance, which gives S / |s| > z with exp(-z^2 / 2) at most (Hoeffding, 1963, J.
Am. Stat. Assoc. 58:301). (2) Of each text X near E, of each other print and each other expected text: let C be those
modules of the check bytes on which E and X agree and D those on which they differ, S_C and S_D the sums over them,
c and d the sums of s^2. If X were the label, well or badly read, S_C would lean to k c and S_D to -k d with a k that
nobody knows, for check bytes scatter D among C and no damage knows the texts. So d S_C + c S_D leans to 0 whatever k
is, and Z = (d S_C + c S_D) / sqrt(c d (c + d)) passes z as rarely. Bytes of data say little here: there C and D lie
apart, and damage may hide one of them. z allows for all texts, masks and tries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from custody.format.codes import ALPHABET, CODE_LENGTH, MAX_PRINT, check_character
from scanner.rescue.payload_code import CHARACTERS, SIZES, code_of
from scanner.rescue.qr_structure import build, mask

_CHANCE, _TRIES = 1e-7, 1_000
"""One label in ten million may be completed wrongly, each held up for so many tries."""
_MASKS = 8
MOST_TEXTS = 2_000
"""With more the bound would have to be so high that little is gained, and a look would take longer than its time."""
_CHARACTER = {character: value for value, character in enumerate(CHARACTERS)}


def bits_of(texts: Sequence[str]) -> np.ndarray:
    """The 88 open bits of each text of 16 characters: k x 88."""
    values = np.array([[_CHARACTER[character] for character in text] for text in texts]).reshape(-1, 16)
    pairs = values[:, 0::2] * 45 + values[:, 1::2]
    return np.asarray((pairs[..., None] >> np.arange(10, -1, -1) & 1).reshape(-1, 88), np.uint8)


@dataclass(frozen=True, eq=False)
class Grids:
    """What texts make of the modules of one size that hang on them, +1 for 1; the mask is not in it yet."""

    where: np.ndarray
    signs: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str], size: tuple[int, int]) -> "Grids":
        return cls(np.flatnonzero(code_of(*size).rows.any(axis=0)), signs_of(bits_of(texts), size))


def signs_of(bits: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """What open bits, k x 88, make of the modules that hang on them: k x m, +1 for 1."""
    code = code_of(*size)
    where = np.flatnonzero(code.rows.any(axis=0))
    said = (bits.astype(np.float32) @ code.rows[:, where].astype(np.float32)).astype(np.int32) & 1
    return np.where(said ^ code.known[where], np.float32(1), np.float32(-1))


class Expected:
    """The texts of labels that a session expects, ready to be compared with what is seen."""

    def __init__(self, payloads: Iterable[str]) -> None:
        """Begin with these texts of labels; more than `MOST_TEXTS` complete nothing."""
        self.texts = tuple(dict.fromkeys(payloads))
        self._grids: dict[tuple[int, int], Grids] = {}
        count = max(len(self.texts), 1) * _MASKS * 2
        self.least = float(np.sqrt(2 * np.log(count * _TRIES / _CHANCE)))

    def complete(self, soft: np.ndarray, version: int) -> str | None:
        """The expected text that these modules bear out against every other one; None where there is none.

        Args:
            soft: how dark each module is, n x n: above 0 dark, its size how sure; 0 says nothing.
        """
        if not 0 < len(self.texts) <= MOST_TEXTS:
            return None
        best: tuple[float, tuple[int, int], int, np.ndarray] | None = None
        plan = build(version)
        for (of_version, _level), size in SIZES.items():
            if of_version != version:
                continue
            if size not in self._grids:
                self._grids[size] = Grids.of(self.texts, size)
            grids = self._grids[size]
            at = plan.path[grids.where]
            seen = _unmasked(version, size) * soft[at[:, 0], at[:, 1]]
            size_of = float(np.linalg.norm(seen[0]))
            if size_of == 0:
                continue
            fits = seen.astype(np.float32) @ grids.signs.T
            number, index = divmod(int(fits.argmax()), fits.shape[1])
            fit = float(fits[number, index]) / size_of
            if best is None or fit > best[0]:
                best = fit, size, index, seen[number]
        if best is None or best[0] < self.least:
            return None
        _fit, size, index, seen = best
        return self.texts[index] if self.margin(seen, index, size) >= self.least else None

    def margin(self, seen: np.ndarray, index: int, size: tuple[int, int]) -> float:
        """The least Z of an expected text, by its number, against all that are near it and all others expected."""
        if size not in self._grids:
            self._grids[size] = Grids.of(self.texts, size)
        grids = self._grids[size]
        others = Grids.of(near(self.texts[index]), size).signs
        checks = grids.where >= 8 * size[0]
        rivals = np.concatenate((np.delete(grids.signs, index, axis=0), others))[:, checks]
        return least_margin(seen[checks], grids.signs[index, checks], rivals)


@cache
def _unmasked(version: int, size: tuple[int, int]) -> np.ndarray:
    """What each mask makes of the modules that hang on a text, -1 where it turns them over: 8 x m."""
    plan = build(version)
    at = plan.path[np.flatnonzero(code_of(*size).rows.any(axis=0))]
    return np.array([np.where(mask(number, plan.side)[at[:, 0], at[:, 1]], -1.0, 1.0) for number in range(_MASKS)])


def least_margin(seen: np.ndarray, signs: np.ndarray, rivals: np.ndarray) -> float:
    """The least Z of a text against these others; below 0 where nothing that was seen tells it from one of them.

    Args:
        seen: what each module says, above 0 for 1: m.
        signs: what the text says: m. rivals: what the others say: k x m.
    """
    if not len(rivals):
        return float("inf")
    differs = (rivals != signs).astype(np.float32)
    each, power = (seen * signs).astype(np.float32), (seen * seen).astype(np.float32)
    s_d, d = differs @ each, differs @ power
    s_c, c = each.sum() - s_d, power.sum() - d
    size = np.sqrt(np.maximum(c * d * (c + d), 1e-12))
    return float(np.where(d > 1e-9 * power.sum(), (d * s_c + c * s_d) / size, -1.0).min())


def near(text: str) -> list[str]:
    """The texts next to a label's: one character changed, with the check character that follows and with the old one,
    another check character alone, two neighbours swapped, and all other prints.
    """
    body, check, printed = text[: CODE_LENGTH - 1], text[CODE_LENGTH - 1], text[CODE_LENGTH:]
    bodies = [body[:at] + other + body[at + 1 :] for at in range(len(body)) for other in ALPHABET if other != body[at]]
    bodies += [body[:at] + body[at + 1] + body[at] + body[at + 2 :] for at in range(len(body) - 1)]
    found = {other + last + printed for other in bodies for last in (check, check_character(other))}
    found |= {f"{body}{other}{printed}" for other in ALPHABET}
    found |= {f"{body}{check}*{number:02d}" for number in range(MAX_PRINT + 1)}
    return sorted(found - {text})


NOTHING = Expected(())
"""Where nobody has said what is expected, or completing is off."""


def expecting(before: Expected, texts: Sequence[str]) -> Expected:
    """What completes labels from these texts: the one before, if it has the same."""
    return before if before.texts == tuple(texts) else Expected(texts)
