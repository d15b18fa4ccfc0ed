"""Tiles: another implementation's log and paths, and what tiles alone say held to the tree that has everything."""

from base64 import b64decode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.errors import TamperError
from custody.format.encoding import leaf_digest
from evidence.mirror_forms import records
from evidence.tiles import (
    ENTRIES,
    Tile,
    TiledTree,
    bundles_of,
    digests,
    entries,
    hash_tiles,
    read_path,
    tile_at,
    tile_bytes,
)
from evidence.tree import Tree, is_extension, is_included

LEAVES = [leaf_digest(number.to_bytes(3)) for number in range(70_000)]
TREE = Tree(LEAVES)
SIZES = st.integers(1, 2_000) | st.sampled_from([65_535, 65_536, 65_537, 66_000, 70_000])

# The log that Tessera (transparency-dev/tessera, testdata/log, Apache 2.0) was built with: its last bundle of entries,
# and the roots of some of its checkpoints.
TESSERA_BUNDLE = (
    b"\0\x03one\0\x03two\0\x05three\0\x04four\0\x04five\0\x03six\0\x05seven\0\x03eit\0\x04nain\0\x03ten\0\x06ileven"
    b"\0\x05twelf\0\x08threeten\0\x07fourten\0\x06fivten"
)
TESSERA_ROOTS = {
    3: "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=",
    15: "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=",
}
# Of its api/layout/paths_test.go, and of the specification.
PATHS = {
    "tile/entries/000": Tile(ENTRIES, 0),
    "tile/entries/000.p/255": Tile(ENTRIES, 0, 255),
    "tile/entries/001.p/1": Tile(ENTRIES, 1, 1),
    "tile/entries/x123/x456/789": Tile(ENTRIES, 123456789),
    "tile/0/x001/x234/067": Tile(0, 1234067),
    "tile/15/x455/667": Tile(15, 455667),
    "tile/15/x123/x456/789.p/41": Tile(15, 123456789, 41),
    "tile/63/x999/x999/999": Tile(63, 999_999_999),
}
NO_PATHS = [
    "tile/64/000",
    "tile/00/000",
    "tile/-1/000",
    "tile/0/00",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/01",
    "tile/0/x000/001",
    "tile/0/123/456",
    "tile/0/x1234",
    "tile/0/000/",
    "tile/0/../000",
    "tile/0/٠٠٠",
    "tile/data/000",
    "tile/0/000.p/999",
    "checkpoint",
    "",
]


def made(size: int) -> dict[Tile, bytes]:
    return dict(hash_tiles(LEAVES[:size]))


def test_a_bundle_of_tessera_is_read_and_its_roots_are_ours() -> None:
    found = entries(Tile(ENTRIES, 0, 15), TESSERA_BUNDLE)
    assert records(found) == TESSERA_BUNDLE
    for size, root in TESSERA_ROOTS.items():
        tiles = dict(hash_tiles(map(leaf_digest, found[:size])))
        assert TiledTree(size, tiles.__getitem__).root() == b64decode(root)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_as_tessera_and_the_specification_write_it(path: str) -> None:
    assert str(PATHS[path]) == path and read_path(path) == PATHS[path]


@pytest.mark.parametrize("path", NO_PATHS)
def test_what_is_no_path_of_a_tile_is_none(path: str) -> None:
    assert read_path(path) is None


@given(st.integers(-1, 63), st.integers(0, 2**50), st.integers(1, 256))
def test_every_path_reads_back(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert read_path(str(tile)) == tile


@given(st.text(alphabet="tile/0123456789xp.", max_size=30))
def test_a_path_has_one_form(text: str) -> None:
    tile = read_path(text)
    assert tile is None or str(tile) == text


def test_a_tree_of_seventy_thousand_has_the_tiles_that_the_specification_counts() -> None:
    tiles = made(70_000)
    counts = [sum(1 for tile in tiles if tile.level == level and tile.width == 256) for level in range(4)]
    assert counts == [273, 1, 0, 0]
    assert [tile.width for tile in tiles if tile.width < 256] == [112, 17, 1]
    assert list(made(256)) == [Tile(0, 0), Tile(1, 0, 1)]


@given(SIZES, st.data())
@example(256, None)
@example(257, None)
@example(65_536, None)
@example(65_537, None)
def test_root_and_proofs_of_tiles_alone_are_those_of_the_log(size: int, data: st.DataObject | None) -> None:
    tiles = made(size)
    tree = TiledTree(size, tiles.__getitem__)
    assert (tree.root(), tree.size) == (TREE.root(size), size)
    index = data.draw(st.integers(0, size - 1)) if data else size - 1
    old = data.draw(st.integers(0, size)) if data else size // 2
    assert tree.leaf(index) == LEAVES[index]
    path = tree.inclusion_proof(index)
    assert path == TREE.inclusion_proof(index, size)
    assert is_included(LEAVES[index], index, size, path, TREE.root(size))
    proof = tree.consistency_proof(old)
    assert proof == TREE.consistency_proof(old, size)
    assert is_extension(old, TREE.root(old), size, TREE.root(size), proof)


@given(SIZES, st.data())
def test_a_tile_made_by_itself_is_as_it_was_made_with_all(size: int, data: st.DataObject) -> None:
    tiles = made(size)
    tile = data.draw(st.sampled_from(sorted(tiles, key=str)))
    assert tile_bytes(tile, lambda begin, end: LEAVES[begin:end]) == tiles[tile]
    assert tile_at(tile.level, tile.index, size) == tile


@given(st.integers(0, 2_000), st.integers(0, 2_000))
@example(256, 0)
@example(256, 256)
def test_bundles_hold_every_entry_from_one_on(size: int, begin: int) -> None:
    tiles = bundles_of(size, begin)
    covered = [index for tile in tiles for index in range(tile.index * 256, tile.index * 256 + tile.width)]
    assert covered == list(range(min(begin // 256 * 256, size), size)) or not covered


def test_a_tree_has_no_tile_behind_its_end() -> None:
    with pytest.raises(IndexError):
        tile_at(0, 1, 256)


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=5), st.data())
def test_a_bundle_that_was_cut_or_has_more_is_refused(held: list[bytes], data: st.DataObject) -> None:
    whole = records(held)
    tile = Tile(ENTRIES, 0, len(held))
    assert entries(tile, whole) == held
    bent = data.draw(st.sampled_from([whole[:-1], whole + b"\0", whole + records([b""])]))
    with pytest.raises(TamperError):
        entries(tile, bent)
    with pytest.raises(TamperError):
        digests(Tile(0, 0, 2), bent[:63])
