"""A recorded handover as `scan`, `handover` and `drafts` tell it, and what is irregular about it."""

import shlex
from collections.abc import Sequence
from typing import Any

import click

from commands.context import print_json
from commands.report.bast import write_letter
from commands.report.handover_paper import save_paper, save_recorded
from commands.scan.handover_options import HandoverOptions
from custody.chain.findings import MISSED_BY_PAPER, Finding
from custody.format.codes import show_code
from custody.handover.draft import RecordedHandover
from db.store import Store
from language import _
from language.text import command_line, number
from reports.chain.chain_facts import finding_json
from reports.chain.finding_rows import grouped, named_finding
from reports.words import custodian_name, derived_words, fact_lines, finding_text, gravity, people_json, people_words
from services.scanning.handover_papers import foretold_then, unwitnessed_words

SHOWN_PER_CODE = 5
"""So many findings of one kind are told one by one; the rest only counted."""


def show_recorded(store: Store, recorded: RecordedHandover, options: HandoverOptions, *, as_json: bool) -> None:
    """Say that a handover is recorded, and what is irregular about it; write the papers that the options ask for."""

    if path := options.paper:
        save_recorded("handover", recorded, path, lambda: save_paper(store, path, recorded.bast, recorded))
    if letter := options.bast:
        save_recorded("bast", recorded, letter, lambda: write_letter(store, letter, recorded.bast))
    if as_json:
        print_json(recorded_json(store, recorded))
        return

    places = store.state.places
    first = recorded.events[0]
    click.echo(
        _("RECORDED {bast}: {giver} to {to}").format(
            bast=recorded.bast, giver=custodian_name(places, recorded.giver), to=custodian_name(places, recorded.to)
        )
    )
    for line in fact_lines(recorded.facts, store.state.kinds()):
        click.echo(line)
    if short := [finding for finding in recorded.findings if finding.code == "SHORTAGE"]:
        rest = command_line("items_held", giver=shlex.quote(recorded.giver))
        words = _("Not handed over, stayed with {giver}: {count}.")
        if any(finding.message != MISSED_BY_PAPER for finding in short):
            words = _("Not handed over, stayed with {giver}: {count}. Which: {command}")
        click.echo(words.format(giver=custodian_name(places, recorded.giver), count=number(len(short)), command=rest))
    show_findings(store, recorded.findings, recorded.to)
    for words in people_words(recorded.facts.named_twice):
        click.echo("! " + words)

    if told := foretold_then(store, [e.body for e in recorded.events if e.type == "handover"]):
        click.echo(told)
    elif derived := derived_words(recorded.facts):
        click.echo(derived)
    click.echo(_("Event {log}:{seq}").format(log=first.log, seq=first.seq))
    if recorded.matched:
        _tell_reprint(store, recorded)
    click.echo(unwitnessed_words(store.heads.unwitnessed()))


def _tell_reprint(store: Store, recorded: RecordedHandover) -> None:
    """Say how to give new labels, at once, to what was taken without a readable one."""

    parties = recorded.events[0].body["parties"]
    names = [name for name in (parties["giver"], parties["receiver"]) if name] or ["...", "..."]
    people = " ".join(f"--by {shlex.quote(name)}" for name in names)
    items = store.state.items_of(recorded.matched)
    printed = [code for code in recorded.matched if code in items and items[code].print]
    click.echo(_("Without a readable label: {count}. Print new ones now:").format(count=number(len(recorded.matched))))
    if len(printed) < len(recorded.matched):
        bare = " ".join(f"--code {show_code(code)}" for code in recorded.matched if code not in printed)
        click.echo("  " + command_line("labels_of", chosen=bare))
    if not printed:
        return
    codes = " ".join(map(show_code, printed))
    reason = shlex.quote(_("label not readable"))
    click.echo("  " + command_line("reprint_now", codes=codes, reason=reason, people=people))


def recorded_json(store: Store, recorded: RecordedHandover) -> dict[str, Any]:
    """A recorded handover for `--json`."""

    needs = store.state.kinds()
    events = [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in recorded.events]
    return {
        "event": f"{events[0]['log']}:{events[0]['seq']}",
        "events": events,
        "bast": recorded.bast,
        "from": recorded.giver,
        "to": recorded.to,
        "scanned": recorded.scanned,
        "expected": recorded.expected,
        "derived": recorded.facts.is_derived,
        **({"phase": recorded.facts.phase} if recorded.facts.phase else {}),
        **({"kinds": list(recorded.facts.kinds)} if recorded.facts.kinds else {}),
        **({"elsewhere": recorded.facts.elsewhere} if recorded.facts.elsewhere else {}),
        **({"assumed": recorded.assumed} if recorded.assumed else {}),
        **({"refused": list(recorded.refused)} if recorded.refused else {}),
        **({"matched": list(recorded.matched)} if recorded.matched else {}),
        **({"conditions": noted} if (noted := recorded.facts.noted) else {}),
        "findings": [finding_json(finding, needs, recorded.to) for finding in recorded.findings],
        **({"named_twice": people_json(recorded.facts.named_twice)} if recorded.facts.named_twice else {}),
    }


def show_findings(store: Store, findings: Sequence[Finding], place: str, *, err: bool = False) -> None:
    """List findings, gravest first, the first few of each code in words and the rest counted.

    What a paper foretold is left out: who tells them says it in one line
    (`services.scanning.handover_papers.foretold_words`).
    """

    needs = store.state.kinds()
    groups = grouped(findings)
    if not groups:
        click.echo(_("No findings."), err=err)
    for group in groups:
        for finding in group.findings[:SHOWN_PER_CODE]:
            words = finding_text(finding, needs, place)
            click.echo(f"  ! {gravity(finding)}, {named_finding(group.code)}: {words}", err=err)
        if (more := len(group.findings) - SHOWN_PER_CODE) > 0:
            click.echo("    " + _("and {count} more of {code}").format(count=number(more), code=group.title), err=err)
