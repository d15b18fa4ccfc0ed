"""Entries verified a second, beside the bare check of the same signatures; and what a proof costs.

    python bench/evidence.py [--moves 500000] [--rounds 3]

500,000 moves are 25,025 items (one regency of 2,275 polling stations) handed over twenty times, in batches as the
field has them: a village's delivery to one station is 11 items, a truck's load is hundreds. `Serah` is the whole audit:
canonical bytes, known fields, signature, chain, references, tree.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import rfc8785  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from nacl.bindings import crypto_sign_open  # noqa: E402

from custody.format.codes import draw_code  # noqa: E402
from custody.format.encoding import (  # noqa: E402
    SIGNING_CONTEXT,
    canonical,
    entry_bytes,
    leaf_digest,
    read_signatures,
    sign_body,
)
from custody.format.events import read_body, write_body  # noqa: E402
from evidence.checkpoint import make_checkpoint  # noqa: E402
from evidence.entry import RawEntry  # noqa: E402
from evidence.log_audit import Mapper  # noqa: E402
from evidence.proof import check_proof, make_proof  # noqa: E402
from evidence.tree import Frontier, Tree  # noqa: E402
from tests.support.evidence_logs import audit_log  # noqa: E402

LOG = "serah/pemilu-2024/gudang-kpu/0123456789abcdef"
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SECRET.public_key().public_bytes_raw()
BATCHES, WEIGHTS = (1, 11, 60, 200), (25, 60, 10, 5)
PROVEN_SIZE = 131_072


def ledger(moves: int) -> Iterator[RawEntry]:
    """A log of handovers that together move that many items; the same on every run."""
    dice = random.Random(51_08)
    codes = [draw_code(dice.randrange) for _ in range(1000)]
    genesis = {
        "election": "Pemilu 2024",
        "root": "0" * 64,
        "station": "Gudang KPU",
        "place": "51.08",
        "public_key": PUBLIC.hex(),
        "continues": None,
    }
    entry = signed("genesis", 1, None, [], genesis)
    yield entry
    seq, leaf = 1, entry.leaf
    while moves > 0:
        seq += 1
        count = min(moves, dice.choices(BATCHES, WEIGHTS)[0])
        refs = [{"log": LOG, "seq": seq - 1, "leaf": leaf.hex()}] if leaf else []
        items = [{"code": code, "print": 1, "after": 0, "how": "camera"} for code in dice.sample(codes, count)]
        fields = {
            "from": "51.08",
            "to": "51.08.01",
            "bound": ["51.08.01"],
            "items": items,
            "counted": count,
            "extras": [],
            "parties": {"giver": "Made Suardana", "receiver": "Ni Luh Sari"},
            "witnesses": [],
            "vehicle": "DK8123AB",
            "note": "",
            "occurred": None,
            "bast": f"BAST/{seq}",
            "part": 1,
            "parts": 1,
        }
        entry = signed("handover", seq, leaf, refs, fields)
        yield entry
        leaf = entry.leaf
        moves -= count


def signed(
    type: str, seq: int, leaf: bytes | None, refs: list[dict[str, object]], fields: dict[str, object]
) -> RawEntry:
    body = canonical(
        {
            "v": 1,
            "type": type,
            "log": LOG,
            "seq": seq,
            "prev": leaf.hex() if leaf else None,
            "refs": refs,
            "id": f"{seq:032x}",
            "at": "2024-02-10T08:00:00Z",
            "by": "Made Suardana",
            "app": "serah/1",
            **fields,
        }
    )
    signature = sign_body(body, PUBLIC, SECRET.sign)
    return RawEntry(body, f"{signature}\n", seq, leaf_digest(entry_bytes(body, (signature,))))


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def bare(entries: list[RawEntry]) -> Callable[[], None]:
    """The check of every signature by cryptography, and nothing else."""
    key = SECRET.public_key()
    pairs = _signed(entries)

    def check() -> None:
        for signature, message in pairs:
            key.verify(signature, message)

    return check


def floor(entries: list[RawEntry]) -> Callable[[], None]:
    """The floor: the same by libsodium."""
    joined = [signature + message for signature, message in _signed(entries)]

    def check() -> None:
        for signed_message in joined:
            crypto_sign_open(signed_message, PUBLIC)

    return check


def _signed(entries: list[RawEntry]) -> list[tuple[bytes, bytes]]:
    return [(read_signatures(entry.signatures)[0].value, SIGNING_CONTEXT + entry.body) for entry in entries]


def whole(entries: list[RawEntry], mapper: Mapper = map) -> None:
    found = audit_log(entries, name=LOG, mapper=mapper)
    assert found.findings() == [] and found.size == len(entries)


def proofs() -> None:
    """What one entry of a log of 131,072 costs to prove."""
    tree = Tree(index.to_bytes(32, "big") for index in range(PROVEN_SIZE - 1))
    entry = signed(
        "genesis",
        PROVEN_SIZE,
        bytes(32),
        [],
        {"election": "", "root": "0" * 64, "station": "", "place": "", "public_key": PUBLIC.hex(), "continues": None},
    )
    data = entry.body + b"\n" + entry.signatures.encode()
    tree.append(entry.leaf or b"")
    head = make_checkpoint(LOG, tree.size, tree.root(), PUBLIC, SECRET.sign)
    index = PROVEN_SIZE - 1
    make_s = seconds(lambda: [make_proof(data, index, tree.inclusion_proof(index), head) for _ in range(1000)])
    text = make_proof(data, index, tree.inclusion_proof(index), head)
    check_s = seconds(lambda: [check_proof(text, PUBLIC) for _ in range(1000)])
    besides = len(text.encode()) - len(text.split("\n")[1])
    print(f"proof in a log of {PROVEN_SIZE:,}: {besides:,} bytes besides the entry, head {len(head.encode())} bytes;")
    print(f"  made in {make_s * 1000:.0f} us, checked in {check_s * 1000:.0f} us")
    frontier = Frontier()
    append_s = seconds(lambda: [frontier.append(bytes(32)) for _ in range(100_000)])
    print(f"  appending to a stored frontier: {append_s * 10:.1f} us, {len(frontier.to_bytes())} bytes of state")


def encodings(entries: list[RawEntry]) -> None:
    """What an entry costs to write and to read, its form checked both times, beside the canonical bytes of rfc8785."""
    bodies = [(entry.body, read_body(entry.body)) for entry in entries[:1000]]
    ways: dict[str, Callable[[], object]] = {
        "rfc8785": lambda: [rfc8785.dumps(body) for _, body in bodies],
        "made": lambda: [write_body(body) for _, body in bodies],
        "read": lambda: [read_body(data) for data, _ in bodies],
    }
    us = {name: min(seconds(way) for _ in range(5)) / len(bodies) * 1e6 for name, way in ways.items()}
    size = statistics.mean(len(data) for data, _ in bodies)
    print(f"an entry of {size:,.0f} bytes: made in {us['made']:.0f} us, read in {us['read']:.0f} us;")
    print(f"  made by rfc8785 in {us['rfc8785']:.0f} us")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=500_000, help="item moves in the log (500000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, interleaved; the median counts (3)")
    parser.add_argument("--processes", type=int, default=2, help="processes for the last line (2)")
    options = parser.parse_args()

    entries = list(ledger(options.moves))
    print(f"{options.moves:,} item moves in {len(entries):,} entries, {sum(len(e.body) for e in entries) / 1e6:.0f} MB")
    with get_context("spawn").Pool(options.processes) as pool:
        pool.map(len, [b""] * options.processes)  # started before the clock
        works: list[tuple[str, Callable[[], object]]] = [
            ("libsodium alone: floor", floor(entries)),
            ("cryptography alone", bare(entries)),
            ("Serah, 1 process", lambda: whole(entries)),
            (f"Serah, {options.processes} processes", lambda: whole(entries, partial(pool.imap, chunksize=256))),
        ]
        taken: list[list[float]] = [[] for _ in works]
        for _ in range(options.rounds):
            for times, (_, work) in zip(taken, works, strict=True):
                times.append(seconds(work))
    medians = [statistics.median(times) for times in taken]
    print(f"{'':<24}{'entries/s':>10}{'moves/s':>11}{'seconds':>9}{'time/floor':>12}")
    for (name, _), taken_s in zip(works, medians, strict=True):
        rates = f"{len(entries) / taken_s:>10,.0f}{options.moves / taken_s:>11,.0f}{taken_s:>9.1f}"
        print(f"{name:<24}{rates}{taken_s / medians[0]:>11.2f}x")
    encodings(entries)
    proofs()
    return 0


if __name__ == "__main__":
    sys.exit(main())
