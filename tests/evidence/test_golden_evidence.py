"""Evidence that people hold: what an earlier version wrote verifies today, and says today what it said then (T30)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.custody_proof import ProofAudit
from services.exchange.evidence_files import audit_file
from services.exchange.transfer import import_bundles
from tests.data.make_golden import AS_OF, told
from tests.support.command_examples import ROOT
from tests.support.ledger_examples import empty_ledger

FOLDERS = sorted((Path(__file__).parents[1] / "data").glob("golden_*"))


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def golden(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.param
    return folder


def said(golden: Path) -> dict:
    return json.loads((golden / "says.json").read_text(encoding="utf-8"))


def test_there_is_golden_evidence() -> None:
    assert FOLDERS


def test_the_bundle_verifies_against_its_root_and_its_kept_head(golden: Path) -> None:
    head = (golden / "root.head").read_bytes().decode()
    audit = audit_file(golden / "logs.serah", said(golden)["root"], [head])
    assert audit.is_ok and audit.is_anchored
    assert {log.log: [log.size, log.head] for log in audit.logs} == said(golden)["logs"]
    assert {finding.code for finding in audit.findings} <= {"UNWITNESSED", "UNKNOWN_STATION"}


def by_tool(name: str, file: Path, *words: str) -> dict:
    """What a tool says of a file; it runs from its own folder, with nothing of ours to import."""
    command = [sys.executable, "-E", str(ROOT / "tools" / name), str(file), "--json", *words]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, cwd=file.parent)
    return json.loads(done.stdout)


def test_the_second_verifier_takes_it_too(golden: Path) -> None:
    words = ["--root", said(golden)["root"], "--head", str(golden / "root.head")]
    logs = by_tool("verify_standalone.py", golden / "logs.serah", *words)["logs"]
    assert {log["log"]: [log["size"], log["head"]] for log in logs} == said(golden)["logs"]
    found = by_tool("verify_proof.py", golden / "box.proof", *words[:2])
    assert found["ok"] and found["findings"] == []


def test_the_proof_proves_the_box(golden: Path) -> None:
    audit = audit_file(golden / "box.proof", said(golden)["root"])
    assert isinstance(audit, ProofAudit) and audit.is_ok
    assert list(audit.codes) == [said(golden)["chains"][0]["code"]]


def test_whoever_imports_it_is_told_what_was_told_then(golden: Path, sqlite_url) -> None:
    with empty_ledger(sqlite_url(), 60) as store:
        store.begin(election="Pemilu 2024", station="Kantor", place="51.08", root=said(golden)["root"])
        import_bundles(store, [golden / "logs.serah"])
        now = [told(store.state.chain(chain["code"], as_of=AS_OF)) for chain in said(golden)["chains"]]
        assert json.loads(json.dumps(now)) == said(golden)["chains"]
