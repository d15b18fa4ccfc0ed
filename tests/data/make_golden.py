"""Make tests/data/golden_1/: a bundle, a kept head and a proof file as this version writes them, and what they say.

Stations with fixed keys, clocks and dice. Once a version is released its folder is never made again, for evidence that
people hold must verify for ever: the next one gets a folder of its own. `python tests/data/make_golden.py` writes it.
"""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from services.records.handovers import record_handover

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from custody.chain.chain import Chain  # noqa: E402
from custody.compose.compose import Handover  # noqa: E402
from services.exchange.custody_report import prove  # noqa: E402
from services.exchange.transfer import export_bundle  # noqa: E402
from services.records.correcting import correct  # noqa: E402
from services.records.membership import revoke  # noqa: E402
from tests.support.ledger_examples import TPS, TRUCK, absorb, boxes, give, planned_station, touched  # noqa: E402
from tests.support.merge_examples import join  # noqa: E402

FOLDER = Path(__file__).with_name("golden_1")
AS_OF = "2024-02-13T00:00:00Z"


def told(chain: Chain) -> dict[str, object]:
    """What a chain says, without what only its display adds."""
    return {
        "code": chain.code,
        "held_by": chain.held_by,
        "links": [
            [e.log, e.seq, e.leaf, e.type, link.from_, link.to, link.is_withdrawn]
            for link in chain.links
            for e in (link.event,)
        ],
        "findings": sorted([f.code, f.leaf, f.is_open] for f in chain.findings),
    }


def main() -> None:
    FOLDER.mkdir()
    with TemporaryDirectory() as name, ExitStack() as stack:
        scratch = f"sqlite:///{name}"
        root = stack.enter_context(planned_station(f"{scratch}/root.db"))
        codes = boxes(root, 4)
        delegate = join(f"{scratch}/delegate.db", 1, root, place="51.08.01", name="PPK", powers=["admit", "plan"])
        stack.enter_context(delegate.close_after_test)  # type: ignore[attr-defined]
        absorb(delegate, root)
        post = join(f"{scratch}/post.db", 2, delegate, place="51.08.01.2001", name="PPS")
        stack.enter_context(post.close_after_test)  # type: ignore[attr-defined]
        give(root, codes, TRUCK)
        absorb(delegate, root)
        delegate.heads.take(root.heads.own_head(), at=AS_OF)
        record_handover(delegate, Handover(TRUCK, "51.08.01", counted=4), touched(codes))
        absorb(post, root, delegate)
        wrong = record_handover(post, Handover("51.08.01", "51.08.01.2001"), touched(codes[:3])).events[0]
        correct(post, wrong, reason="incorrect_data", remove=codes[2:3])
        absorb(delegate, post)
        give(post, codes[:1], TPS[0], "51.08.01.2001")
        revoke(delegate, "PPS", reason="laptop hilang")
        for other in (delegate, post):
            absorb(root, other)
            root.heads.take(other.heads.own_head(), at=AS_OF)
        export_bundle(root, FOLDER / "logs.serah")
        (FOLDER / "root.head").write_bytes(root.heads.own_head().encode())
        (FOLDER / "box.proof").write_bytes(str(prove(root.state, codes[:1]).proof).encode())
        said = {
            "root": root.ledger.own_log().root,
            "logs": {head["log"]: [head["size"], head["head"]] for head in root.ledger.heads()},
            "chains": [told(root.state.chain(code, as_of=AS_OF)) for code in codes],
        }
        (FOLDER / "says.json").write_text(json.dumps(said, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
