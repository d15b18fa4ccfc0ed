"""The Merkle tree of a log (RFC 6962 §2.1): roots, and proofs that an entry is in it and that it only grew.

Knows leaf digests; must not know what is under them.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from custody.errors import N_, TamperError

EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962 §2.1)."""
DIGEST = 32
"""The bytes of a SHA-256 digest."""


def node_digest(left: bytes | bytearray, right: bytes | bytearray) -> bytes:
    """The digest over two halves: SHA-256 of 0x01 and both (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """The least that a growing tree must remember: the roots of its full subtrees, the largest first.

    There is one for each bit of `size`, so appending and storing cost O(log n) however long the log is.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add a leaf digest on the right: each full pair to its left joins into the next larger subtree."""
        full = self.size
        while full & 1:
            leaf = node_digest(self.peaks.pop(), leaf)
            full >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree so far: the subtrees joined from the right (RFC 6962 §2.1)."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_digest(peak, root)
        return root

    def to_bytes(self) -> bytes:
        """Eight bytes of size, big-endian, then the peaks, 32 bytes each."""
        return self.size.to_bytes(8, "big") + b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        """Return the tree that `to_bytes` wrote.

        Raises:
            TamperError: not as many peaks as the size has bits.
        """
        size, peaks = int.from_bytes(data[:8], "big"), data[8:]
        if len(data) < 8 or len(peaks) != DIGEST * size.bit_count():
            raise TamperError(N_("the stored state of a log's tree is damaged"))
        return cls(size, [peaks[i : i + DIGEST] for i in range(0, len(peaks), DIGEST)])


class ReadTree(ABC):
    """Roots and proofs of a log's tree whose full subtrees are at hand: each costs O(log n)."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many entries it has."""

    @abstractmethod
    def _node(self, level: int, index: int) -> bytes:
        """The root over the leaves from `index << level` to before `(index + 1) << level`."""

    def leaf(self, index: int) -> bytes:
        """The digest of the entry at `index`, from 0."""
        return self._node(0, index)

    def root(self, size: int | None = None) -> bytes:
        """The root when the log had `size` entries; None means now."""
        size = self._within(size)
        return self._root(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """The digests that lead from the entry at `index` to the root at `size`, from below (RFC 6962 §2.1.1).

        Raises:
            IndexError: the tree had no such entry then.
        """
        size = self._within(size)
        if not 0 <= index < size:
            raise IndexError(index)
        path, begin, end = [], 0, size
        while end - begin > 1:
            middle = begin + _largest_half(end - begin)
            if index < middle:
                path.append(self._root(middle, end))
                end = middle
            else:
                path.append(self._root(begin, middle))
                begin = middle
        return path[::-1]

    def consistency_proof(self, old: int, new: int | None = None) -> list[bytes]:
        """The digests that show that the tree at `old` is the beginning of the tree at `new` (RFC 6962 §2.1.2).

        Raises:
            IndexError: `old` is not between 0 and `new`.
        """
        return self.subtree_proof(0, old, new) if old else []

    def subtree_proof(self, begin: int, end: int, size: int | None = None) -> list[bytes]:
        """The digests that show that the leaves from `begin` to before `end` stand in the tree at `size`, from below
        (draft-ietf-plants-merkle-tree-certs §4.4).

        Raises:
            IndexError: they are no subtree (`is_subtree`), or not within that size.
        """
        size = self._within(size)
        if not is_subtree(begin, end) or end > size:
            raise IndexError(end)
        path, low, high, first = [], 0, size, begin
        while (low, high) != (first, end):
            middle = low + _largest_half(high - low)
            if end <= middle:
                path.append(self._root(middle, high))
                high = middle
            else:
                path.append(self._root(low, middle))
                low, first = middle, max(first, middle)
        if first != begin:  # where it is the whole of what is shown, the reader knows its root
            path.append(self._root(first, end))
        return path[::-1]

    def _within(self, size: int | None) -> int:
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise IndexError(size)
        return size

    def _root(self, begin: int, end: int) -> bytes:
        """The root over some leaves, of which there is at least one; `begin` is a multiple of their largest half."""
        count = end - begin
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._node(level, begin >> level)
        middle = begin + _largest_half(count)
        return node_digest(self._root(begin, middle), self._root(middle, end))


class Tree(ReadTree):
    """All full subtrees of a growing tree.

    Of `_levels[k]`, the 32 bytes numbered `i` are the root over the leaves from `i << k` to `(i + 1) << k`: a list of
    digests takes more than twice as much memory.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels = [bytearray()]
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        return len(self._levels[0]) // DIGEST

    def append(self, leaf: bytes) -> None:
        """Add a leaf digest on the right."""
        index, level = self.size, 0
        self._levels[0] += leaf
        while index & 1:
            pair = self._levels[level][-2 * DIGEST :]
            index, level = index >> 1, level + 1
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += node_digest(pair[:DIGEST], pair[DIGEST:])

    def _node(self, level: int, index: int) -> bytes:
        return bytes(self._levels[level][index * DIGEST : (index + 1) * DIGEST])


def is_included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Whether `proof` leads from the entry at `index` to `root`, the tree's at `size` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            digest = node_digest(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = node_digest(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and digest == root


def is_extension(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether `proof` shows that the tree at `new` begins with the tree at `old` (RFC 9162 §2.1.4.2)."""
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    return stands_in(0, old, old_root, new, new_root, proof)


def is_subtree(begin: int, end: int) -> bool:
    """Whether the leaves from `begin` to before `end` are one subtree: `begin` is a multiple of the power of two that
    holds as many.
    """
    return 0 <= begin < end and begin % (1 << (end - begin - 1).bit_length()) == 0


def stands_in(begin: int, end: int, part_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """Whether `proof` shows that the leaves from `begin` to before `end`, with `part_root` over them, stand in the tree
    with `root` at `size`.
    """
    if not is_subtree(begin, end) or end > size:
        return False
    steps: list[tuple[bool, bool]] = []
    """From the top down: whether the leaves reach into the right half, and whether the left half is some of them."""
    low, high, first = 0, size, begin
    while (low, high) != (first, end):
        middle = low + _largest_half(high - low)
        if end <= middle:
            steps.append((False, False))
            high = middle
        else:
            steps.append((True, first < middle))
            low, first = middle, max(first, middle)
    path = proof if first != begin else [part_root, *proof]
    if len(path) != len(steps) + 1:
        return False
    part = whole = path[0]
    for sibling, (is_right, is_part) in zip(path[1:], reversed(steps), strict=True):
        part = node_digest(sibling, part) if is_part else part
        whole = node_digest(sibling, whole) if is_right else node_digest(whole, sibling)
    return part == part_root and whole == root


def _largest_half(count: int) -> int:
    """The largest power of two below `count`, which is at least 2: where RFC 6962 §2.1 splits a tree."""
    return 1 << (count - 1).bit_length() - 1
