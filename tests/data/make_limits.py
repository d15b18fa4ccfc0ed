"""Make tests/data/limits_v1.json: for each limit of docs/ledger-format.md §13, what keeps to it and what is one over.

Keys are fixed and public, so anybody can make the same again. `file` says what the text is: a bundle before it is
packed, a proof file, or a head beside `bundle`. `at` is right, or, where it says so, refused at one entry of the log;
`over` is wrong. Texts are packed with xz and base64. Run `python tests/data/make_limits.py` to write them; they never
change.
"""

import base64
import json
import lzma
import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from custody.format.codes import CODE_LENGTH, draw_code
from custody.format.encoding import entry_bytes, leaf_digest, sign_body
from evidence.custody_proof import CustodyProof
from evidence.entry import RawEntry
from evidence.intake import LogRow, entry_line, header_line
from evidence.proof import make_proof
from tests.support.evidence_logs import Station

FILE = Path(__file__).parent / "limits_v1.json"
SEQ = 2


def log() -> Station:
    return Station(1, "buleleng-2026/gudang/0011223344556677")


def code_of(number: int) -> str:
    """The code that was drawn for the frozen vectors: a character at a time, the first one lowest."""
    drawn = random.Random(number).randrange
    return draw_code(lambda _most: sum(drawn(32) << 5 * at for at in range(CODE_LENGTH - 1)))


def item(code: str, quantity: int = 1) -> dict[str, Any]:
    return {
        "code": code,
        "kind": "kotak",
        "to": "51",
        "k": 1,
        "n": 1,
        "quantity": quantity,
        "election": None,
        "range": None,
    }


def registered(codes: list[str], held_by: str = "51", quantity: int = 1, *, station: Station | None = None) -> Station:
    """A log whose last event registers these items; its bytes are signed whatever they say."""
    station, entry = station or log(), None
    seq = len(station.entries) + 1
    body = {
        "v": 1,
        "type": "register",
        "log": station.name,
        "seq": seq,
        "prev": station.entries[-1].leaf.hex(),
        "refs": [],
        "id": "1",
        "at": "2026-11-20T00:00:00Z",
        "by": "Made",
        "app": "serah/test",
        "items": [item(code, quantity) for code in codes],
        "held_by": held_by,
        "out_of": None,
    }
    data = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    signature = sign_body(data, station.public_key, station.secret.sign)
    entry = RawEntry(data, f"{signature}\n", seq, leaf_digest(entry_bytes(data, (signature,))))
    station.entries.append(entry)
    return station


def sized(size: int) -> Station:
    """A log whose second body has so many bytes."""
    short = len(registered([code_of(1)], "").entries[-1].body)
    return registered([code_of(1)], "A" * (size - short))


def bundle(station: Station) -> bytes:
    return header_line([station.row()]) + b"".join(entry_line(e.body, e.signatures) for e in station.entries)


def proof(station: Station, codes: list[str], path: int | None = None) -> bytes:
    tree, size, head = station.tree(), len(station.entries), station.head()
    paths = [list(tree.inclusion_proof(number, size)) for number in range(size)]
    if path is not None:
        paths[SEQ - 1] = [bytes(32)] * path
    texts = [
        make_proof(e.body + b"\n" + e.signatures.encode(), number, paths[number], head)
        for number, e in enumerate(station.entries)
    ]
    return str(CustodyProof(tuple(codes), tuple(texts))).encode()


def lines_of(length: int) -> bytes:
    """A bundle whose third line has so many bytes, its line feed included."""
    station = log()
    first = station.row()
    head = header_line([LogRow(first.log, first.station, first.place, SEQ, "0" * 64)])
    head += entry_line(station.entries[0].body, station.entries[0].signatures)
    return head + entry_line(b"", "A" * (length - len(entry_line(b"", ""))))


def logs_of(count: int) -> bytes:
    return header_line([LogRow(f"l{number}", "", "", 0, None) for number in range(count)])


def head_of(characters: int) -> bytes:
    """A head with a signature line of somebody else's that fills it up."""
    head = log().head()
    room = characters - len(head) - len("— \n ")
    return (head + f"— {'n' * (room % 4 + 4)} {'A' * (room // 4 * 4 - 4)}\n").encode()


def signatures_of(count: int) -> bytes:
    return (log().head() + "— other AAAAAAAAAAAA\n" * (count - 1)).encode()


def many(count: int) -> bytes:
    codes = [code_of(number) for number in range(count)]
    station = log()
    for first in range(0, count, 250):
        registered(codes[first : first + 250], station=station)
    return proof(station, codes)


def vectors() -> list[dict[str, Any]]:
    """Every vector, in the order of the document."""
    one = [code_of(1)]
    found = []

    def add(limit: str, most: int, file: str, at: bytes, over: bytes, then: str = "right") -> None:
        packed = (base64.b64encode(lzma.compress(text, preset=9)).decode() for text in (at, over))
        said = {"limit": limit, "most": most, "file": file, "at_is": then}
        found.append(said | dict(zip(("at", "over"), packed, strict=True)))

    most = 64 * 1024
    add("bytes of a body", most, "bundle", bundle(sized(most)), bundle(sized(most + 1)))
    add("bytes of a body", most, "proof", proof(sized(most), one), proof(sized(most + 1), one))
    most = 2**53 - 1
    great, greater = (registered(one, quantity=number) for number in (most, most + 1))
    add("a whole number", most, "bundle", bundle(great), bundle(greater))
    add("a whole number", most, "proof", proof(great, one), proof(greater, one))
    add("characters of a head", 64 * 1024, "head", head_of(64 * 1024), head_of(64 * 1024 + 1))
    add("signature lines of a head", 16, "head", signatures_of(16), signatures_of(17))
    most = 200 * 1024
    add("bytes of an entry's line", most, "bundle", lines_of(most), lines_of(most + 1), "refused at its entry")
    add("logs of a bundle", 10_000, "bundle", logs_of(10_000), logs_of(10_001))
    add("codes of a proof file", 1000, "proof", many(1000), many(1001))
    sound = registered(one)
    add("digests of a path", 63, "proof", proof(sound, one, 63), proof(sound, one, 64), "refused at its entry")
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps({"bundle": bundle(log()).decode(), "limits": vectors()}, indent=1) + "\n")
