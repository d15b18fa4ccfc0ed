"""What the program and the verifiers that stand alone say of one bundle, and of one proof file."""

import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from custody.errors import CustodyError
from evidence.audit import audit_bundle
from evidence.audit_findings import WRONG
from evidence.custody_proof import audit_proof, read_custody_proof
from services.exchange.bundle import read_bundle
from tests.support.bundle_examples import Evidence
from tests.support.tool_examples import import_tool

standalone, proof_tool = import_tool("verify_standalone"), import_tool("verify_proof")


@dataclass
class Verdict:
    """What a verifier says: whether nothing is wrong, what it found, and what it holds of each log that is there."""

    ok: bool
    verdict: str = ""
    findings: list[dict[str, Any]] = field(default_factory=list)
    logs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def first_wrong(self) -> dict[str, int]:
        """Of each log that is wrong at some number, the first."""
        wrong: dict[str, int] = {}
        for finding in self.findings:
            if finding["code"] in WRONG and finding["seq"]:
                wrong[finding["log"]] = min(finding["seq"], wrong.get(finding["log"], finding["seq"]))
        return wrong

    @property
    def notes(self) -> set[tuple[str, str, int | None]]:
        return {(f["code"], f["log"], f["seq"]) for f in self.findings if f["code"] not in WRONG}

    @property
    def facts(self) -> list[tuple[Any, ...]]:
        keys = ("log", "station", "place", "key", "size", "head", "root", "witnessed_to")
        return sorted(tuple(log[key] for key in keys) for log in self.logs)


def by_the_program(path: Path, evidence: Evidence) -> Verdict:
    try:
        with read_bundle(path) as found:
            audit = audit_bundle(found.logs, found.entries, root=evidence.root, heads=evidence.heads)
    except CustodyError:
        return Verdict(False)
    told = audit.to_json()
    return Verdict(told["ok"], told["verdict"], told["findings"], told["logs"])


def by_the_tool(path: Path, evidence: Evidence) -> Verdict:
    try:
        told = _told(standalone, path, evidence.root, evidence.heads)
    except SystemExit:  # what was brought as a head is none: wrong use
        return Verdict(False)
    return Verdict(told["ok"], told["verdict"], told["findings"], told["logs"])


def _told(tool: Any, path: Path, root: str | None, heads: Sequence[str]) -> dict[str, Any]:
    words = [str(path), "--json", *(["--root", root] if root else [])]
    for number, head in enumerate(heads):
        kept = path.with_name(f"head-{number}")
        kept.write_bytes(head.encode("utf-8"))
        words += ["--head", str(kept)]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
        code = tool.main(words)
    told: dict[str, Any] = json.loads(out.getvalue())
    assert told["ok"] == (code == 0)
    return told


ProofVerdict = tuple[bool, set[str]]
"""Whether nothing is wrong, and the codes of what was found."""


def proof_by_the_program(text: str, root: str | None, heads: Sequence[str]) -> ProofVerdict:
    try:
        audit = audit_proof(read_custody_proof(text), root=root, heads=heads)
    except CustodyError:
        return False, {"TAMPERED"}
    return audit.is_ok, {finding.code for finding in audit.findings}


def proof_by_the_tool(folder: Path, text: str, root: str | None, heads: Sequence[str]) -> ProofVerdict:
    path = folder / "box.proof"
    path.write_bytes(text.encode())
    told = _told(proof_tool, path, root, heads)
    return told["ok"], {finding["code"] for finding in told["findings"]}
