"""The command that an outsider checks with: verify."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.base import Station, json_option, pass_station, print_json, progress, repeatable
from language import _, ngettext
from language.text import fill, number, printable

if TYPE_CHECKING:
    from custody.chain import Chain
    from evidence.custody_proof import ProofAudit
    from evidence.findings import EvidenceFinding
    from evidence.verdict import BundleAudit, LogFacts

EXIT_WRONG = 1


@click.command(help=_("Check the evidence: the whole ledger, or a bundle, a custody report or a proof from elsewhere."))
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar=_("[FILE]"))
@click.option("--root", metavar=_("FINGERPRINT"), help=_("Fingerprint of the election's root, from its key sheet."))
@repeatable("--head", _("A signed head that somebody kept: a file, a photograph of its QR code, or its text."),
            metavar=_("FILE"))  # fmt: skip
@json_option
@pass_station
def verify(station: Station, file: Path | None, root: str | None, head: tuple[str, ...], as_json: bool) -> None:
    from commands.beginning import read_fingerprint
    from commands.kept_heads import read_heads
    from station.auditing import audit_ledger
    from station.evidence_files import audit_file

    fingerprint = None if root is None else read_fingerprint(root)
    heads = [text for given in head for text in read_heads(given)]
    bar = partial(progress, quiet=as_json)
    if file is None:
        with station.store() as store:
            audit = audit_ledger(store, fingerprint, heads, progress=bar)
    else:
        audit = audit_file(file, fingerprint, heads, progress=bar)
    if as_json:
        print_json(_as_json(audit))
    else:
        _print(audit)
    if not audit.is_ok:
        raise click.exceptions.Exit(EXIT_WRONG)


# --- what is said -----------------------------------------------------------------------------------------------------


def _as_json(audit: "BundleAudit") -> dict[str, Any]:
    from evidence.custody_proof import ProofAudit
    from reports.custody_facts import chain_json

    said = audit.to_json()
    details = [{**told, "detail": _sentence(f)} for told, f in zip(said["findings"], audit.findings, strict=True)]
    items = {"items": [chain_json(chain, {}, {}) for chain in _proven(audit)]} if isinstance(audit, ProofAudit) else {}
    return {**said, "verdict": _(audit.verdict), "findings": details, **items}


def _proven(audit: "ProofAudit") -> "Iterator[Chain]":
    """The chains that the proven records make. Findings that need the plan, as lateness, are not among them."""
    from custody.chain import custody

    for code in audit.codes:
        yield custody(code, audit.events, roots=audit.roots)


def _print(audit: "BundleAudit") -> None:
    from evidence.custody_proof import ProofAudit
    from reports.chain_text import chain_text

    if isinstance(audit, ProofAudit):
        click.echo(_("What the proofs show; compare it with the report's words:"))
        for chain in _proven(audit):
            click.echo(chain_text(chain, {}, {}) + "\n")
    for log in audit.logs:
        for line in _log_lines(log):
            click.echo(line)
    wrong = [finding for finding in audit.findings if finding.is_wrong]
    notes = [finding for finding in audit.findings if not finding.is_wrong]
    for title, found in ((_("Wrong:"), wrong), (_("Notes:"), notes)):
        if found:
            click.echo(f"\n{title}")
        for finding in found:
            click.echo(f"  {finding.code}: {_sentence(finding)}")
    click.echo()
    click.echo(_(audit.verdict)[:1].upper() + _(audit.verdict)[1:] + ".")


def _log_lines(log: "LogFacts") -> Iterator[str]:
    """A log in three lines: whose it is, how much of it is here and how much was ever seen, who has witnessed it."""
    from evidence.verdict import KEPT_HEAD

    if not log.log:
        yield _("Station {station} at {place}: admitted, and no log of it is here").format(
            station=printable(log.station), place=printable(log.place)
        )
        return
    yield printable(log.log, 200)
    words = ngettext("{count} entry of station {station} at {place}", "{count} entries of station {station} at {place}",
                     log.size)  # fmt: skip
    line = words.format(
        count=number(log.size), station=printable(log.station or "?"), place=printable(log.place or "?")
    ) if log.size else _("not here")  # fmt: skip
    if log.known > log.size:
        known = number(log.known)
        if log.known_by == KEPT_HEAD:
            line += "; " + _("{known} are known to exist, by a head that was kept").format(known=known)
        elif log.known_by:
            line += "; " + _("{known} are known to exist, by {log}").format(
                known=known, log=printable(log.known_by, 200)
            )
        else:
            line += "; " + _("{known} are known to exist").format(known=known)
    if log.head:
        line += "; " + _("newest: {leaf}").format(leaf=log.head[:16])
    yield f"  {line}"
    if not log.size:
        return
    if not log.witnesses:
        yield "  " + _("witnessed by nobody")
    for witness in log.witnesses:
        who = printable(witness.station) if witness.station else _("a head that was kept")
        yield "  " + _("witnessed up to number {number} by {who}").format(number=number(witness.to), who=who)


def _sentence(finding: "EvidenceFinding") -> str:
    return fill(finding.message, finding.values)
