"""Handover papers for tests: signed records of any size, from a station whose key and dice are fixed."""

import random
from pathlib import Path

import numpy as np
import pypdfium2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from custody.format.codes import draw_code
from custody.format.encoding import canonical, entry_bytes, key_fingerprint, leaf_digest, sign_body
from custody.format.paper_codes import Sheet
from evidence.checkpoint import make_checkpoint
from evidence.tree import Frontier
from scanner.decoding.picture_reader import Reader

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = KEY.public_key().public_bytes_raw()
LOG = f"serah/pemilu-2024/gudang-1/{key_fingerprint(PUBLIC_KEY)[:10]}556677"


def handover_body(
    codes: list[str], *, refs: int = 1, seq: int = 87, seed: int = 1, **more: object
) -> dict[str, object]:
    """The body of a handover of these items, last touched by so many earlier events."""
    random_ = random.Random(seed)
    leaves = [{"log": LOG, "seq": number + 1, "leaf": random_.randbytes(32).hex()} for number in range(refs)]
    items = [
        {"code": code, "print": 1, "after": random_.randrange(refs) if refs else None, "how": "camera"}
        for code in codes
    ]
    return {
        "v": 1,
        "type": "handover",
        "log": LOG,
        "seq": seq,
        "prev": random_.randbytes(32).hex(),
        "refs": leaves,
        "id": "0b7e5c52-3c1e-4d0e-9f57-0b1b5cf0c0de",
        "at": "2024-02-12T01:02:03Z",
        "by": "I Made Arya",
        "app": "serah/0.1.0",
        "from": "51.08",
        "to": "DK8123AB",
        "bound": ["51.08.01"],
        "items": items,
        "counted": len(codes),
        "extras": [],
        "parties": {"giver": "I Made Arya Wijaya", "receiver": "Ni Luh Putu Sukerti"},
        "witnesses": ["Bawaslu: Putu Eka"],
        "vehicle": "Truk boks, I Ketut Darma",
        "note": "",
        "occurred": None,
        "bast": "0042/GUDANG-1/2024",
        "part": 1,
        "parts": 1,
    } | more


def codes(count: int, seed: int = 0) -> list[str]:
    random_ = random.Random(seed)
    return [draw_code(random_.randrange) for _ in range(count)]


def signed_sheet(body: dict[str, object], key: Ed25519PrivateKey = KEY) -> Sheet:
    """The body as a paper carries it: signed, with the key and a head of its log that ends with it."""
    public = key.public_key().public_bytes_raw()
    data = canonical(body)
    signature = sign_body(data, public, key.sign)
    tree = Frontier()
    for number in range(int(str(body["seq"])) - 1):
        tree.append(bytes([number % 256]) * 32)
    tree.append(leaf_digest(entry_bytes(data, (signature,))))
    head = make_checkpoint(str(body["log"]), tree.size, tree.root(), public, key.sign)
    return Sheet(data, f"{signature}\n", public, head)


def sheet(count: int, *, refs: int = 1, **more: object) -> Sheet:
    """A paper of so many items."""
    return signed_sheet(handover_body(codes(count), refs=refs, **more))


def rendered(path: str | Path) -> np.ndarray:
    """The one page of a PDF as a picture, 150 dpi."""
    [page] = pypdfium2.PdfDocument(path)
    return np.ascontiguousarray(page.render(scale=150 / 72).to_numpy()[..., :3])


def photograph(path: str | Path) -> str:
    """A picture of the part of a page where its codes are: a page of text has much that looks like one, at which the
    program looks for seconds.
    """
    return photographed(rendered(path), Path("photograph.png"))


def photographs(path: Path) -> list[Path]:
    """The same of each page, beside the file."""
    pages = [page.render(scale=150 / 72).to_numpy()[..., :3] for page in pypdfium2.PdfDocument(path)]
    names = [path.with_name(f"{path.stem}-{number}.png") for number in range(1, len(pages) + 1)]
    return [Path(photographed(np.ascontiguousarray(page), name)) for page, name in zip(pages, names, strict=True)]


def photographed(page: np.ndarray, name: Path) -> str:
    corners = np.array([read.corners for read in Reader().read(page)]).reshape(-1, 2)
    (left, top), (right, low) = np.maximum(corners.min(axis=0) - 40, 0), corners.max(axis=0) + 40
    Image.fromarray(page[top:low, left:right]).save(name)
    return str(name)
