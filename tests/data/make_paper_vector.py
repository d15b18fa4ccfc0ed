"""Make tests/data/paper_v1.json: the handover of ledger_v1.json as its paper carries it, in three parts.

Another deflate library may pack the same sheet into other bytes, so the file is made once; readers must read it for
ever. Run `python tests/data/make_paper_vector.py` to write it again.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from custody.format import compression
from custody.format.paper_codes import Sheet, pack_sheet, paper_id, parts
from evidence.checkpoint import make_checkpoint
from evidence.tree import Tree
from tests.data.make_vectors import texts
from tests.data.vector_forms import KEY, public_key

FILE = Path(__file__).with_name("paper_v1.json")


def text() -> str:
    """The file's text."""
    vectors = json.loads(texts()["ledger_v1.json"])["vectors"]
    number = next(i for i, vector in enumerate(vectors, 1) if vector["type"] == "handover")
    entry, tree = vectors[number - 1], Tree(bytes.fromhex(vector["leaf"]) for vector in vectors[:number])
    log = json.loads(entry["body"])["log"]
    head = make_checkpoint(log, number, tree.root(), public_key(), KEY.sign)
    sheet = Sheet(entry["body"].encode(), entry["signatures"], public_key(), head)
    data = pack_sheet(sheet)
    vector = {
        "dictionary_hex": compression._DICTIONARY.hex(),
        "body": entry["body"],
        "signatures": entry["signatures"],
        "public_key": public_key().hex(),
        "head": head,
        "packed_hex": data.hex(),
        "paper": paper_id(data),
        "parts": parts(data, 3),
    }
    return json.dumps(vector, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
