"""The tree of a log: RFC 6962's own vectors, a slow tree written straight from the RFC, and proofs that were bent."""

import random
import re
from hashlib import sha256

import pytest

from custody.errors import TamperError
from custody.format.encoding import leaf_digest
from evidence.tree import EMPTY_ROOT, Frontier, Tree, is_extension, is_included, is_subtree, stands_in

EXHAUSTIVE = 130
LEAVES = [leaf_digest(bytes([i])) for i in range(EXHAUSTIVE)]

# The sample tree of Certificate Transparency's reference implementation, which other implementations test against too.
CT_ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = re.findall(
    "[0-9a-f]{64}",
    """
    6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
    fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
    aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
    4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
    76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
    ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
    5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""",
)
L1, L01, L23, L0123, L4, L45, L67, L4567 = (
    bytes.fromhex(digest)
    for digest in re.findall(
        "[0-9a-f]{64}",
        """
    96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
    fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
    5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
    bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
    0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a
    ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
    6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4
""",
    )
)
CT_INCLUSION = {
    (0, 1): [],
    (0, 8): [L1, L23, L4567],
    (5, 8): [L4, L67, L0123],
    (2, 3): [L01],
    (1, 5): [bytes.fromhex(CT_ROOTS[0]), L23, L4],
}
CT_CONSISTENCY = {(1, 1): [], (1, 8): [L1, L23, L4567], (6, 8): [L45, L67, L0123], (2, 5): [L23, L4]}


def ct_tree() -> Tree:
    return Tree(leaf_digest(bytes.fromhex(entry)) for entry in CT_ENTRIES)


def slow_root(leaves: list[bytes]) -> bytes:
    """MTH, word for word (RFC 6962 §2.1)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    k = split(len(leaves))
    return sha256(b"\x01" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


def slow_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH, word for word (RFC 6962 §2.1.1)."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*slow_path(m, leaves[:k]), slow_root(leaves[k:])]
    return [*slow_path(m - k, leaves[k:]), slow_root(leaves[:k])]


def slow_proof(m: int, leaves: list[bytes], is_whole: bool = True) -> list[bytes]:
    """SUBPROOF, word for word (RFC 6962 §2.1.2)."""
    if m == len(leaves):
        return [] if is_whole else [slow_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*slow_proof(m, leaves[:k], is_whole), slow_root(leaves[k:])]
    return [*slow_proof(m - k, leaves[k:], False), slow_root(leaves[:k])]


def split(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def test_the_published_roots_come_out():
    tree = ct_tree()
    assert [tree.root(size).hex() for size in range(1, 9)] == CT_ROOTS
    assert tree.root(0) == EMPTY_ROOT == sha256().digest()


@pytest.mark.parametrize(("place", "proof"), CT_INCLUSION.items())
def test_the_published_inclusion_proofs_come_out_and_hold(place, proof):
    tree, (index, size) = ct_tree(), place
    assert tree.inclusion_proof(index, size) == proof
    assert is_included(tree.leaf(index), index, size, proof, tree.root(size))


@pytest.mark.parametrize(("sizes", "proof"), CT_CONSISTENCY.items())
def test_the_published_consistency_proofs_come_out_and_hold(sizes, proof):
    tree, (old, new) = ct_tree(), sizes
    assert tree.consistency_proof(old, new) == proof
    assert is_extension(old, tree.root(old), new, tree.root(new), proof)


def test_roots_are_those_of_the_rfc_for_every_size():
    tree, frontier = Tree(LEAVES), Frontier()
    for size in range(EXHAUSTIVE + 1):
        assert tree.root(size) == frontier.root() == slow_root(LEAVES[:size])
        if size < EXHAUSTIVE:
            frontier.append(LEAVES[size])


def sizes(step: int) -> list[int]:
    """Every size up to 33 and around 64 and 128, and each `step`th between: where trees change their shape."""
    edges = {*range(34), 63, 64, 65, 127, 128, 129, 130}
    return sorted(edges | set(range(1, EXHAUSTIVE + 1, step)))


def check_every_proof_for(chosen: list[int]) -> None:
    tree = Tree(LEAVES)
    for new in chosen:
        root = tree.root(new)
        for index in range(new):
            proof = tree.inclusion_proof(index, new)
            assert proof == slow_path(index, LEAVES[:new])
            assert is_included(LEAVES[index], index, new, proof, root)
        for old in range(1, new + 1):
            proof = tree.consistency_proof(old, new)
            assert proof == slow_proof(old, LEAVES[:new])
            assert is_extension(old, tree.root(old), new, root, proof)


def test_proofs_are_those_of_the_rfc_where_trees_change_their_shape():
    check_every_proof_for(sizes(32))


@pytest.mark.slow
def test_proofs_are_those_of_the_rfc_for_every_pair_up_to_130():
    check_every_proof_for(list(range(EXHAUSTIVE + 1)))


def big_tree(size: int = 20_000) -> Tree:
    return Tree(sha256(i.to_bytes(4, "big")).digest() for i in range(size))


@pytest.fixture(scope="module")
def large() -> Tree:
    return big_tree()


def test_a_thousand_random_pairs_of_a_large_tree_hold(large):
    dice = random.Random(6962)
    for _ in range(1000):
        old, new = sorted(dice.sample(range(1, large.size + 1), 2))
        index = dice.randrange(new)
        assert is_included(large.leaf(index), index, new, large.inclusion_proof(index, new), large.root(new))
        assert is_extension(old, large.root(old), new, large.root(new), large.consistency_proof(old, new))


def test_another_implementation_has_the_same_roots_and_paths_and_takes_a_thousand_of_our_pairs():
    """pymerkle writes consistency proofs in a form of its own: so each proves ours, by its own proof, to the other."""
    pymerkle = pytest.importorskip("pymerkle", reason="needs pymerkle (requirements-dev.txt)")
    entries = [number.to_bytes(4, "big") for number in range(600)]
    ours, theirs, dice = Tree(map(leaf_digest, entries)), pymerkle.InmemoryTree(algorithm="sha256"), random.Random(23)
    for entry in entries:
        theirs.append_entry(entry)
    for _ in range(1000):
        old, new = sorted(dice.sample(range(1, len(entries) + 1), 2))
        before, after, index = ours.root(old), ours.root(new), dice.randrange(new)
        assert (before, after) == (theirs.get_root(old), theirs.get_root(new))
        proof = theirs.prove_consistency(old, new)
        pymerkle.verify_consistency(before, after, proof)
        assert is_extension(old, theirs.get_root(old), new, theirs.get_root(new), ours.consistency_proof(old, new))
        with pytest.raises(pymerkle.InvalidProof):
            pymerkle.verify_consistency(bytes(32), after, proof)
        path = theirs.prove_inclusion(index + 1, new).path  # it counts from 1
        assert [node for node in path if node != ours.leaf(index)] == ours.inclusion_proof(index, new)


def bend(proof: list[bytes], dice: random.Random) -> list[bytes]:
    """Another proof: a bit flipped, a digest more, less or twice, two swapped, or all in the other order."""
    bent, i = list(proof), dice.randrange(len(proof))
    match dice.randrange(6):
        case 0:
            bent[i] = (int.from_bytes(bent[i], "big") ^ 1 << dice.randrange(256)).to_bytes(32, "big")
        case 1:
            del bent[i]
        case 2:
            bent.insert(i, bent[i])
        case 3:
            bent.append(dice.randbytes(32))
        case 4:
            j = dice.randrange(len(proof))
            bent[i], bent[j] = bent[j], bent[i]
        case 5:
            bent.reverse()
    return bent


def test_none_of_a_thousand_bent_proofs_is_taken(large):
    dice = random.Random(9162)
    bent_ones = 0
    while bent_ones < 1000:
        old, new = sorted(dice.sample(range(2, large.size + 1), 2))
        index, root = dice.randrange(new), large.root(new)
        inclusion, consistency = large.inclusion_proof(index, new), large.consistency_proof(old, new)
        bent = bend(inclusion, dice)
        if bent != inclusion:
            assert not is_included(large.leaf(index), index, new, bent, root)
            bent_ones += 1
        bent = bend(consistency, dice)
        if bent != consistency:
            assert not is_extension(old, large.root(old), new, root, bent)
            bent_ones += 1


def test_a_right_proof_is_not_taken_for_anything_else(large):
    dice = random.Random(2)
    for _ in range(300):
        old, new = sorted(dice.sample(range(2, large.size + 1), 2))
        index, other = dice.sample(range(old), 2)
        proof = large.inclusion_proof(index, new)
        assert not is_included(large.leaf(other), index, new, proof, large.root(new))
        assert not is_included(large.leaf(index), other, new, proof, large.root(new))
        assert not is_included(large.leaf(index), index, new, proof, large.root(old))
        proof = large.consistency_proof(old, new)
        assert not is_extension(old, large.root(old - 1), new, large.root(new), proof)
        assert not is_extension(old, large.root(old), new, large.root(new - 1), proof)
        assert not is_extension(new, large.root(new), old, large.root(old), proof)


def test_a_log_that_changed_its_past_has_no_proof():
    honest, forked = Tree(LEAVES[:60]), Tree([*LEAVES[:30], *reversed(LEAVES[30:])])
    for new in range(61, EXHAUSTIVE + 1):
        proof = forked.consistency_proof(60, new)
        assert not is_extension(60, honest.root(), new, forked.root(new), proof)


def test_nothing_is_in_an_empty_tree_and_everything_extends_it():
    assert not is_included(LEAVES[0], 0, 0, [], EMPTY_ROOT)
    assert is_extension(0, EMPTY_ROOT, 5, Tree(LEAVES[:5]).root(), [])
    assert not is_extension(0, LEAVES[0], 5, Tree(LEAVES[:5]).root(), [])


def test_a_proof_for_an_entry_that_is_not_there_is_not_made():
    tree = Tree(LEAVES[:10])
    for index, size in ((10, 10), (-1, 10), (5, 11), (0, 0)):
        with pytest.raises(IndexError):
            tree.inclusion_proof(index, size)
    for old, new in ((11, 10), (-1, 10), (3, 11)):
        with pytest.raises(IndexError):
            tree.consistency_proof(old, new)


def test_a_frontier_goes_on_where_it_was_stored():
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES, start=1):
        frontier.append(leaf)
        frontier = Frontier.from_bytes(frontier.to_bytes())
        assert (frontier.size, len(frontier.peaks)) == (size, size.bit_count())
    assert frontier.root() == Tree(LEAVES).root()


@pytest.mark.parametrize("data", [b"", bytes(7), bytes(9), (5).to_bytes(8, "big") + bytes(32), bytes(40)])
def test_a_damaged_frontier_is_refused(data):
    with pytest.raises(TamperError):
        Frontier.from_bytes(data)


SIZE = 37


@pytest.mark.parametrize("size", [1, 2, 7, 8, 21, SIZE])
def test_each_subtree_is_proven_to_stand_in_each_tree_and_nothing_else_is(size: int) -> None:
    tree = Tree(LEAVES[:SIZE])
    root = slow_root(LEAVES[:size])
    for begin, end in ((b, e) for e in range(1, size + 1) for b in range(e) if is_subtree(b, e)):
        proof, part = tree.subtree_proof(begin, end, size), slow_root(LEAVES[begin:end])
        assert stands_in(begin, end, part, size, root, proof)
        assert not stands_in(begin, end, bytes(32), size, root, proof)
        assert not stands_in(begin, end, part, size, bytes(32), proof)
        assert not stands_in(begin, end, part, size, root, [*proof, bytes(32)])
        for at in range(len(proof)):
            bent = [*proof[:at], bytes(32), *proof[at + 1 :]]
            assert not stands_in(begin, end, part, size, root, bent)
            assert not stands_in(begin, end, part, size, root, proof[:at] + proof[at + 1 :])


@pytest.mark.parametrize(("begin", "end"), [(1, 3), (0, 0), (2, 1), (3, 5), (-4, -2), (4, 9)])
def test_what_is_no_subtree_is_proven_by_nobody(begin: int, end: int) -> None:
    tree = Tree(LEAVES[:SIZE])
    assert not is_subtree(begin, end)
    assert not stands_in(begin, end, bytes(32), SIZE, tree.root(), [])
    with pytest.raises(IndexError):
        tree.subtree_proof(begin, end)
