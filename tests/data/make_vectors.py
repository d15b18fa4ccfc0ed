"""Make tests/data/ledger_v1.json, _v2 to _v7: one entry of each type of event in each of its forms, with its
bytes, signatures and leaf digest.

The key is fixed and public (bytes 0 to 31), so anybody can make the same files again and nothing real is signed with
it. Run `python tests/data/make_vectors.py` to write them; the tests make the same and compare. Their bytes must never
change: a change of the format is a new version with a file of its own. Each version goes on where the log of the one
before ends, as an old station's log does.
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from custody.format.encoding import SIGNING_CONTEXT, canonical, entry_bytes, key_fingerprint, leaf_digest, sign_body
from tests.data.vector_forms import KEY, own_fields, public_key, second_forms
from tests.data.vector_forms_since_3 import fifth_forms, fourth_forms, seventh_forms, sixth_forms, third_forms

FOLDER = Path(__file__).parent
LOG = "buleleng-2026/gudang/0011223344556677"


def _add(vectors: list[dict[str, Any]], forms: list[tuple[str, dict[str, Any]]], version: int) -> None:
    """Add an entry of each form to the log, each after the one before."""
    for type_, fields in forms:
        seq = len(vectors) + 1
        earlier = [{"log": LOG, "seq": v["seq"], "leaf": v["leaf"]} for v in vectors]
        if type_ == "correct":
            fields["target"] = vectors[-1]["leaf"]
        relies = type_ in ("handover", "inspect", "seal") or (type_, version) == ("pack", 2)
        refs = earlier[2:4] if relies else []
        if type_ == "incident":
            refs = earlier[-1:]
            fields["opened"] = None if fields["opened"] is None else vectors[-1]["leaf"]
        body = {
            "v": version,
            "type": type_,
            "log": LOG,
            "seq": seq,
            "prev": vectors[-1]["leaf"] if vectors else None,
            "refs": refs,
            "id": f"session-{seq}",
            "at": f"2026-11-20T01:00:{seq:02d}{'' if seq % 2 else '.5'}Z",
            "by": "Luh",
            "app": "0.1",
            **fields,
        }
        data = canonical(body)
        signature = sign_body(data, public_key(), KEY.sign)
        entry = entry_bytes(data, (signature,))
        vectors.append(
            {
                "type": type_,
                "seq": seq,
                "body": data.decode(),
                "signatures": f"{signature}\n",
                "entry_hex": entry.hex(),
                "leaf": leaf_digest(entry).hex(),
            }
        )


def texts() -> dict[str, str]:
    """The text of each file, by its name."""
    vectors: list[dict[str, Any]] = []
    made = {}
    since_3 = (third_forms(), fourth_forms(), fifth_forms(), sixth_forms(), seventh_forms())
    made_of = (own_fields(), second_forms(), *since_3)
    for version, forms in enumerate(made_of, 1):
        first = len(vectors)
        _add(vectors, forms, version)
        content = {
            "format": version,
            "signing_context": SIGNING_CONTEXT.decode(),
            "public_key": public_key().hex(),
            "fingerprint": key_fingerprint(public_key()),
            "vectors": vectors[first:],
        }
        made[f"ledger_v{version}.json"] = json.dumps(content, indent=1, ensure_ascii=True) + "\n"
    return made


if __name__ == "__main__":
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
