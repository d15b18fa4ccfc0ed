"""The same command where it reads only what has come: verify --since-last."""

from functools import partial

import click

from commands.context import Station, print_json, progress
from commands.exchange.verify import EXIT_WRONG, print_audit, told_json
from custody.errors import N_, InputError
from reports.chain.finding_rows import named_finding
from services.exchange.ledger_audit import AskedPolicy, finding_sentence
from services.exchange.trust_anchors import kept_policy
from services.records.growth import GrowthAudit, audit_growth, growth_json, growth_sentence


def verify(station: Station, since_last: bool, as_json: bool, **others: object) -> None:
    if any(others.values()):
        raise InputError(
            N_("--since-last is for this station's own ledger, and goes with nothing else"),
            hint=N_("Omit it: then everything is read."),
        )
    asked = AskedPolicy(kept_policy(station.home))
    with station.store(write=True) as store:
        found = audit_growth(store, station.home, asked, progress=partial(progress, quiet=as_json))
    if isinstance(found, GrowthAudit):
        is_ok = not found.findings
        if as_json:
            print_json(growth_json(found))
        else:
            for finding in found.findings:
                click.echo(f"{named_finding(finding.code)}: {finding_sentence(finding)}")
            click.echo(growth_sentence(found))
    else:
        is_ok = found.is_ok
        if as_json:
            print_json(told_json(found, asked.policy))
        else:
            print_audit(found, asked.policy)
    if not is_ok:
        raise click.exceptions.Exit(EXIT_WRONG)
