"""Every limit of docs/ledger-format.md §13, before every verifier: what keeps to it is taken, one over is not.

One set of frozen vectors (`tests/data/limits_v1.json`) for the program and for both tools that stand alone.
"""

import base64
import contextlib
import gzip
import io
import json
import lzma
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from services.exchange.evidence_files import audit_file
from tests.support.two_verifiers import proof_tool, standalone

DATA = Path(__file__).parents[1] / "data"
FROZEN = json.loads((DATA / "limits_v1.json").read_text("utf-8"))
LIMITS = FROZEN["limits"]
Told = tuple[bool, bool]
"""Whether it is taken as right; whether what is wrong is one entry of a log, and not the file."""


def unpacked(text: str) -> bytes:
    return lzma.decompress(base64.b64decode(text))


def written(case: dict[str, Any], text: bytes, folder: Path) -> tuple[Path, list[str]]:
    """The file as a verifier gets it, and the words that bring a head."""
    path, head = folder / "file", folder / "head"
    if case["file"] == "proof":
        path.write_bytes(text)
        return path, []
    if case["file"] == "bundle":
        path.write_bytes(gzip.compress(text, 6, mtime=0))
        return path, []
    path.write_bytes(gzip.compress(FROZEN["bundle"].encode(), 6, mtime=0))
    head.write_bytes(text)
    return path, ["--head", str(head)]


def is_at_an_entry(findings: list[dict[str, Any]]) -> bool:
    return any(finding["seq"] for finding in findings)


def by_the_program(case: dict[str, Any], text: bytes, folder: Path) -> Told:
    from custody.errors import CustodyError

    path, _words = written(case, text, folder)
    try:
        told = audit_file(path, heads=[text.decode()] if case["file"] == "head" else []).to_json()
    except CustodyError:
        return False, False
    return told["ok"], is_at_an_entry([f for f in told["findings"] if f["severity"] == "critical"])


def by_a_tool(tool: Any, case: dict[str, Any], text: bytes, folder: Path) -> Told:
    path, words = written(case, text, folder)
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
        try:
            tool.main([str(path), *words, "--json"])
        except SystemExit as stopped:
            assert stopped.code == 2
            return False, False
    told = json.loads(out.getvalue())
    return told["ok"], is_at_an_entry([f for f in told["findings"] if f["code"] == "TAMPERED"])


@pytest.mark.parametrize("case", LIMITS, ids=lambda case: f"{case['limit']}, {case['file']}")
def test_all_verifiers_take_what_keeps_to_a_limit_and_refuse_one_over(case, tmp_path):
    tool = proof_tool if case["file"] == "proof" else standalone
    is_right = case["at_is"] == "right"
    for told in (
        by_the_program(case, unpacked(case["at"]), tmp_path),
        by_a_tool(tool, case, unpacked(case["at"]), tmp_path),
    ):
        assert told == (is_right, not is_right), f"at the limit of {case['most']}"
    over = unpacked(case["over"])
    for told in (by_the_program(case, over, tmp_path), by_a_tool(tool, case, over, tmp_path)):
        assert told[0] is False, f"one over {case['most']}"
        assert is_right or told[1] is False, "of an entry that is too long nothing is read"


def test_the_document_lists_each_limit_that_has_a_vector_with_its_number():
    text = (Path(__file__).parents[2] / "docs" / "ledger-format.md").read_text("utf-8")
    listed = text[text.index("## 13. Limits") :]
    for case in LIMITS:
        [row] = re.findall(rf"(?m)^\| {case['limit']} \|.*$", listed)
        assert f"{case['most']:,}" in row, case["limit"]


@pytest.mark.slow
def test_the_frozen_vectors_are_those_that_the_recipe_makes():
    sys.path.insert(0, str(DATA))
    try:
        import make_limits
    finally:
        sys.path.remove(str(DATA))
    made = make_limits.vectors()
    for frozen, fresh in zip(LIMITS, made, strict=True):
        assert {**frozen, "at": unpacked(frozen["at"]), "over": unpacked(frozen["over"])} == {
            **fresh,
            "at": unpacked(fresh["at"]),
            "over": unpacked(fresh["over"]),
        }
