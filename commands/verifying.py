"""The command that an outsider checks with: verify."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.base import Station, json_option, pass_station, print_json, progress, repeatable
from custody.errors import N_, InputError, StoreError
from language import _, ngettext
from language.text import fill, number, printable

if TYPE_CHECKING:
    from custody.chain import Chain
    from evidence.custody_proof import ProofAudit
    from evidence.entry import RawEntry
    from evidence.findings import EvidenceFinding
    from evidence.verdict import BundleAudit, LogFacts

MAX_HEAD_BYTES = 64 * 1024
EXIT_WRONG = 1


@click.command(help=_("Check the evidence: the whole ledger, or a bundle, a custody report or a proof from elsewhere."))
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar=_("[FILE]"))
@click.option("--root", metavar=_("FINGERPRINT"), help=_("Fingerprint of the election's root, from its key sheet."))
@repeatable("--head", _("A signed head that somebody kept, as a file."), type=click.Path(path_type=Path),
            metavar=_("FILE"))  # fmt: skip
@json_option
@pass_station
def verify(station: Station, file: Path | None, root: str | None, head: tuple[Path, ...], as_json: bool) -> None:
    from commands.beginning import read_fingerprint
    from commands.evidence_files import audit_file

    fingerprint = None if root is None else read_fingerprint(root)
    heads = [read_head(path) for path in head]
    if file is None:
        audit = audit_ledger(station, fingerprint, heads, quiet=as_json)
    else:
        audit = audit_file(file, fingerprint, heads, quiet=as_json)
    if as_json:
        print_json(_as_json(audit))
    else:
        _print(audit)
    if not audit.is_ok:
        raise click.exceptions.Exit(EXIT_WRONG)


def audit_ledger(
    station: Station, root: str | None = None, heads: Sequence[str] = (), *, quiet: bool = False
) -> "BundleAudit":
    """Audit the station's own ledger: its entries, and everything that is kept beside them."""
    from commands.parallel import spread
    from db.checking import Checking
    from evidence.audit import audit_bundle

    with station.store() as store:
        try:
            checking = Checking(store.state)
            rows = checking.rows()
            total = sum(row.size for row in rows)
            with spread(total) as mapper, progress(total, _("Checking entries"), quiet=quiet) as done:
                entries = _counted(checking.entries(), done)
                audit = audit_bundle(
                    rows, entries, root=root, heads=heads, shown=checking.shown(), mapper=mapper
                )  # fmt: skip
            with progress(store.ledger.code_count(), _("Comparing the present state"), quiet=quiet) as done:
                found = [*checking.findings(audit.logs, done), *store.photos.findings()]
        except (ValueError, TypeError, ArithmeticError, MemoryError, AttributeError) as error:
            # A column that holds what no column of ours can: damage, for the database checks types where it writes.
            raise StoreError(
                N_("the ledger's file is damaged ({reason})"),
                hint=N_("Keep it as it is and go on with a copy from a backup."),
                reason=type(error).__name__,
            ) from error
    return replace(audit, findings=(*found, *audit.findings))


def read_head(path: Path) -> str:
    """The text of a signed head, from a file that may have gone through an editor or a mail.

    Raises:
        InputError: there is no such file, or it is no text.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MAX_HEAD_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise InputError(
            N_("{file} cannot be read: {reason}"), hint=N_("Check the name and the folder."), file=str(path),
            reason=reason,
        ) from error  # fmt: skip
    return text.replace("\r\n", "\n").strip() + "\n"


def _counted(entries: "Iterable[RawEntry]", done: Any) -> "Iterator[RawEntry]":
    for raw in entries:
        yield raw
        done(1)


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
        yield custody(code, audit.events)


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
    yield printable(log.log, 200)
    words = ngettext("{count} entry of station {station} at {place}", "{count} entries of station {station} at {place}",
                     log.size)  # fmt: skip
    line = words.format(
        count=number(log.size), station=printable(log.station or "?"), place=printable(log.place or "?")
    )
    if log.known > log.size:
        line += "; " + _("{known} are known to exist").format(known=number(log.known))
    if log.head:
        line += "; " + _("newest: {leaf}").format(leaf=log.head[:16])
    yield f"  {line}"
    if not log.witnesses:
        yield "  " + _("witnessed by nobody")
    for witness in log.witnesses:
        who = printable(witness.station) if witness.station else _("a head that was kept")
        yield "  " + _("witnessed up to number {number} by {who}").format(number=number(witness.to), who=who)


def _sentence(finding: "EvidenceFinding") -> str:
    return fill(finding.message, finding.values)
