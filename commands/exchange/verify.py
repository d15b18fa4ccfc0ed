"""The command that an outsider checks with: verify."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from commands.context import Station, note, print_json, progress
from evidence.custody_proof import ProofAudit
from evidence.policy import Policy
from evidence.verdict import BundleAudit, LogFacts
from language import _
from language.text import printable
from reports.chain.chain_facts import chain_json
from reports.chain.chain_text import chain_text
from reports.chain.finding_rows import named_finding
from services.exchange.evidence_files import audit_file, audit_tiles
from services.exchange.ledger_audit import (
    AskedPolicy,
    audit_json,
    audit_ledger,
    finding_sentence,
    length_caution,
    policy_lines,
    policy_words,
    proven_chains,
    size_words,
    verdict_sentence,
    witness_lines,
)
from services.exchange.tile_reading import at_address
from services.exchange.trust_anchors import kept_policy, policy_in, read_fingerprint, read_heads, read_token

EXIT_WRONG = 1


def verify(
    station: Station,
    file: Path | str | None,
    root: str | None,
    head: tuple[str, ...],
    token: Path | None,
    policy: Path | None,
    since_last: bool,
    as_json: bool,
) -> None:
    fingerprint = None if root is None else read_fingerprint(root)
    heads = [text for given in head for text in read_heads(given, note)]
    asked = AskedPolicy(policy_in(policy), must_be_met=True) if policy else AskedPolicy(kept_policy(station.home))
    bar = partial(progress, quiet=as_json)
    if file is None:
        with station.store() as store:
            audit = audit_ledger(store, fingerprint, heads, asked, progress=bar)
    elif isinstance(file, str):
        audit = audit_tiles(at_address(file, read_token(token)), fingerprint, heads, asked, progress=bar)
    else:
        audit = audit_file(file, fingerprint, heads, asked, progress=bar)
    if as_json:
        print_json(told_json(audit, asked.policy))
    else:
        print_audit(audit, asked.policy)
    if not audit.is_ok:
        raise click.exceptions.Exit(EXIT_WRONG)


# --- what is said -----------------------------------------------------------------------------------------------------


def told_json(audit: BundleAudit, policy: Policy | None) -> dict[str, Any]:
    told = audit_json(audit) | {"policy": policy and {"quorum": policy_words(policy), "unmet": [*audit.unmet]}}
    if not isinstance(audit, ProofAudit):
        return told
    return told | {"items": [chain_json(chain, {}, {}) for chain in proven_chains(audit)]}


def print_audit(audit: BundleAudit, policy: Policy | None) -> None:
    if isinstance(audit, ProofAudit):
        click.echo(_("What the proofs show; compare it with the report's words:"))
        for chain in proven_chains(audit):
            click.echo(chain_text(chain, {}, {}) + "\n")
    for log in audit.logs:
        for line in _log_lines(log, policy):
            click.echo(line)
    wrong = [finding for finding in audit.findings if finding.is_wrong]
    notes = [finding for finding in audit.findings if not finding.is_wrong]
    first = _("Missing:") if audit.is_short else _("Wrong:")
    for title, found in ((first, wrong), (_("Notes:"), notes)):
        if found:
            click.echo(f"\n{title}")
        for finding in found:
            click.echo(f"  {named_finding(finding.code)}: {finding_sentence(finding)}")
    click.echo()
    if caution := length_caution(audit):
        click.echo(caution)
    click.echo(verdict_sentence(audit))


def _log_lines(log: LogFacts, policy: Policy | None) -> Iterator[str]:
    """A log in three lines: whose it is, how much of it is here and how much was ever seen, who has witnessed it."""

    if log.log:
        yield printable(log.log, 200)
    yield ("  " if log.log else "") + size_words(log)
    for line in (*witness_lines(log), *policy_lines(log, policy)):
        yield "  " + line
