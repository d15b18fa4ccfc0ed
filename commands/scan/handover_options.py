"""What `scan`, `handover` and `drafts` share: reading the options of a handover, and telling its result."""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from commands.context import Input, Integer, Output, name_photos, note, one_line, print_json, repeatable
from commands.item_codes import one_touch
from commands.report.bast import check_letter, save_letter
from commands.report.handover_paper import check_paper_name, save_paper, save_recorded
from custody.chain.findings import MISSED_BY_PAPER, Finding
from custody.compose.compose import Handover, SealLook, Touch
from custody.compose.refusals import refuse_to_itself
from custody.errors import N_, InputError
from custody.format.carriage import Carriage
from custody.format.codes import parse_entry, show_code
from custody.handover.recorded import RecordedHandover
from db.store import Store
from language import _
from language.text import number
from reports.chain.chain_facts import finding_json
from reports.handover.handover_words import fact_lines
from reports.words import custodian_name, finding_text, gravity, people_json, people_words
from scanner.sources.photo import read_photo
from services.one_line import LONGEST_NOTE
from services.plan.custodians import find_custodian
from services.scanning.handover_desk import unplanned_words
from services.scanning.handover_details import read_condition, read_extra, read_look, read_occurred
from services.scanning.handover_papers import foretold_then, unwitnessed_words

F = TypeVar("F", bound=Callable[..., Any])
LONGEST_NUMBER = 60
SHOWN_PER_CODE = 5
"""So many findings of one code are told one by one; the rest only counted."""


def handover_options(command: F) -> F:
    """Add the options for what labels do not have: people, counts, conditions, things without a label."""
    for option in reversed((*_people_options(), *_item_options(), *_record_options())):
        command = option(command)
    return command


def _people_options() -> tuple[Callable[[F], F], ...]:
    return (
        repeatable("--bound", _("Where a truck goes: a place; may be given several times."), metavar=_("PLACE")),
        click.option("--giver", default="", metavar=_("NAME"), help=_("Name of the person who gives.")),
        click.option("--receiver", default="", metavar=_("NAME"), help=_("Name of the person who receives.")),
        repeatable("--witness", _("Name of a witness; may be given several times."), metavar=_("NAME")),
        click.option("--giver-office", default="", metavar=_("TEXT"), help=_("The giver's function.")),
        click.option("--receiver-office", default="", metavar=_("TEXT"), help=_("The receiver's function.")),
        click.option("--vehicle", default="", metavar=_("TEXT"), help=_("The vehicle.")),
        click.option("--driver", default="", metavar=_("NAME"), help=_("Name of the driver.")),
        click.option("--escort", default="", metavar=_("NAME"), help=_("Who escorts the vehicle.")),
        repeatable("--stop", _("A stop on the way, in order; may be given several times."), metavar=_("TEXT")),
        click.option("--counted", type=Integer(), metavar="N", help=_("How many things the giver has counted.")),
    )


def _item_options() -> tuple[Callable[[F], F], ...]:
    return (
        repeatable(
            "--extra",
            _("Things without a readable label: KIND=COUNT or KIND=COUNT:REMARK."),
            metavar=_("KIND=COUNT"),
        ),
        repeatable(
            "--condition", _("Condition of an item: CODE=good|light|heavy|wet|missing."), metavar=_("CODE=WORD")
        ),
        repeatable(
            "--seal",
            _("How the seals of an item are: CODE=intact|broken|mismatch|none, and :NUMBERS that were read."),
            metavar=_("CODE=WORD"),
        ),
        repeatable(
            "--refuse",
            _("An item that the receiver does not take: CODE or CODE=REASON; it stays with the giver."),
            metavar=_("CODE[=REASON]"),
        ),
        repeatable("--remark", _("A remark on an item: CODE=TEXT."), metavar=_("CODE=TEXT")),
        repeatable(
            "--match",
            _("A thing whose label cannot be read: the CODE of the expected item that it is."),
            metavar=_("CODE"),
        ),
    )


def _record_options() -> tuple[Callable[[F], F], ...]:
    return (
        click.option(
            "--load",
            type=Input(),
            metavar=_("FILE"),
            help=_("What the truck is to take: codes, one a line, or a table (.csv, .xlsx) with a column code."),
        ),
        click.option(
            "--number",
            default="",
            metavar=_("NUMBER"),
            help=_("The BAST number, where several laptops at one truck share it; without it, the next one."),
        ),
        repeatable(
            "--photo",
            _("A photograph of what --condition or --seal says: CODE=FILE."),
            metavar=_("CODE=FILE"),
            callback=name_photos,
        ),
        click.option(
            "--paper",
            type=Output(),
            metavar=_("FILE"),
            help=_("Write the handover paper to this .pdf file when it is recorded."),
        ),
        click.option(
            "--bast",
            type=Output(),
            metavar=_("FILE"),
            help=_("Write the official letter (BAST) to this .pdf file when it is recorded."),
        ),
        click.option("--note", default="", metavar=_("TEXT"), help=_("A remark.")),
        click.option(
            "--occurred",
            metavar=_("TIME"),
            help=_("When it happened, if it is keyed in later: 2024-02-12T05:30+08:00."),
        ),
    )


def _load_list(path: Path) -> tuple[str, ...]:
    from commands.scan.load_list import load_list  # with what reads tables, which few handovers need

    return load_list(path)


def read_handover(store: Store, giver: str, to: str, options: Mapping[str, Any]) -> Handover:
    """The handover that the options describe.

    Raises:
        CodeError, InputError, RuleError: an unknown place, a count below 0, an unknown condition, a time in the future.
    """

    refused = [_refused(text) for text in options["refuse"]]
    check_paper_name(options["paper"])
    check_letter(options["bast"])
    bound = tuple(dict.fromkeys(find_custodian(store, text) for text in options["bound"]))
    if words := unplanned_words(store, [giver, to, *bound]):
        note(words)
    handover = Handover(
        giver=giver,
        to=to,
        bound=bound,
        counted=_count(options["counted"]),
        extras=tuple(read_extra(text) for text in options["extra"]),
        giver_name=one_line("--giver", options["giver"]),
        receiver_name=one_line("--receiver", options["receiver"]),
        witnesses=tuple(one_line("--witness", name) for name in options["witness"] if name.strip()),
        giver_office=one_line("--giver-office", options["giver_office"]),
        receiver_office=one_line("--receiver-office", options["receiver_office"]),
        carriage=Carriage(
            vehicle=one_line("--vehicle", options["vehicle"]),
            driver=one_line("--driver", options["driver"]),
            escort=one_line("--escort", options["escort"]),
            stops=tuple(one_line("--stop", text) for text in options["stop"] if text.strip()),
        ),
        note=one_line("--note", options["note"], LONGEST_NOTE),
        occurred=read_occurred(options["occurred"], store.around.now_utc()),
        conditions=dict(_condition(text) for text in options["condition"]),
        seals=dict(_look(text) for text in options["seal"]),
        photos=dict(_photo(store, text) for text in options["photo"]),
        refused=tuple(touch for touch, _reason in refused),
        remarks=_all_remarks(refused, options["remark"]),
        number=one_line("--number", options["number"], LONGEST_NUMBER),
        load=_load_list(options["load"]) if options["load"] else (),
    )
    if giver and to:
        refuse_to_itself(handover, store.state.places)
    return handover


def _count(value: int | None) -> int | None:
    if value is not None and value < 0:
        raise InputError(N_("a count cannot be {count}"), hint=N_("Give a count of 0 or more."), count=value)
    return value


def _condition(text: str) -> tuple[str, str]:
    code, _equals, condition = text.rpartition("=")
    return parse_entry(code).code, read_condition(condition)


def _refused(text: str) -> tuple[Touch, str]:
    code, _equals, reason = text.partition("=")
    label = one_touch(code)
    return Touch(label.code, label.print, label.how), one_line("--refuse", reason, LONGEST_NOTE)


def _all_remarks(refused: Sequence[tuple[Touch, str]], remarks: Sequence[str]) -> dict[str, str]:
    """Remarks by code; why something was refused is one."""
    found = {touch.code: reason for touch, reason in refused if reason}
    for code, text in map(_remark, remarks):
        found[code] = f"{found[code]}; {text}" if code in found else text
    return found


def _remark(text: str) -> tuple[str, str]:
    code, _equals, remark = text.partition("=")
    if not remark.strip():
        raise InputError(N_("--remark {text} is not understood"), hint=N_("Write it as CODE=TEXT."), text=text)
    return one_touch(code).code, one_line("--remark", remark, LONGEST_NOTE)


def _look(text: str) -> tuple[str, SealLook]:
    code, _equals, look = text.partition("=")
    return parse_entry(code).code, read_look(look)


def _photo(store: Store, text: str) -> tuple[str, str]:
    """The code of an item and the digest of its photograph, which is kept from now on."""

    code, _equals, file = text.partition("=")
    if not file:
        raise InputError(N_("--photo {text} is not understood"), hint=N_("Write it as CODE=FILE."), text=text)
    return parse_entry(code).code, store.photos.keep(read_photo(Path(file)))


def tell_recorded(store: Store, recorded: RecordedHandover, options: Mapping[str, Any], *, as_json: bool) -> None:
    """Say that a handover is recorded, and what is irregular about it; write the papers that the options ask for."""

    if path := options["paper"]:
        save_recorded("handover", recorded, path, lambda: save_paper(store, path, recorded.bast, recorded))
    if letter := options["bast"]:
        save_recorded("bast", recorded, letter, lambda: save_letter(store, letter, recorded.bast))
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
    for line in fact_lines(recorded.facts):
        click.echo(line)
    if short := [finding for finding in recorded.findings if finding.code == "SHORTAGE"]:
        rest = f"python main.py items --held-by {shlex.quote(recorded.giver)}"
        words = _("Not handed over, stayed with {giver}: {count}.")
        if any(finding.message != MISSED_BY_PAPER for finding in short):
            words = _("Not handed over, stayed with {giver}: {count}. Which: {command}")
        click.echo(words.format(giver=custodian_name(places, recorded.giver), count=number(len(short)), command=rest))
    tell_findings(store, recorded.findings, recorded.to)
    for words in people_words(recorded.facts.named_twice):
        click.echo("! " + words)

    if told := foretold_then(store, [e.body for e in recorded.events if e.type == "handover"]):
        click.echo(told)
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
    click.echo(_("Without a readable label: {count}. Print new ones now:").format(count=len(recorded.matched)))
    if len(printed) < len(recorded.matched):
        bare = " ".join(f"--code {show_code(code)}" for code in recorded.matched if code not in printed)
        click.echo(f"  python main.py labels {bare} --out labels.pdf")
    if not printed:
        return
    codes = " ".join(map(show_code, printed))
    reason = shlex.quote(_("label not readable"))
    click.echo(f"  python main.py reprint {codes} --reason {reason} {people} --out labels.pdf")


def recorded_json(store: Store, recorded: RecordedHandover) -> dict[str, Any]:
    """A recorded handover for `--json`."""

    needs = {need.kind: need for need in store.state.needs()}
    events = [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in recorded.events]
    return {
        "event": f"{events[0]['log']}:{events[0]['seq']}",
        "events": events,
        "bast": recorded.bast,
        "from": recorded.giver,
        "to": recorded.to,
        "scanned": recorded.scanned,
        "expected": recorded.expected,
        **({"elsewhere": recorded.facts.elsewhere} if recorded.facts.elsewhere else {}),
        **({"assumed": recorded.assumed} if recorded.assumed else {}),
        **({"refused": list(recorded.refused)} if recorded.refused else {}),
        **({"matched": list(recorded.matched)} if recorded.matched else {}),
        **({"conditions": noted} if (noted := recorded.facts.noted) else {}),
        "findings": [finding_json(finding, needs, recorded.to) for finding in recorded.findings],
        **({"named_twice": people_json(recorded.facts.named_twice)} if recorded.facts.named_twice else {}),
    }


def tell_findings(store: Store, findings: Sequence[Finding], place: str, *, err: bool = False) -> None:
    """List findings, gravest first, the first few of each code in words and the rest counted.

    What a paper foretold is omitted: the caller says it in one line
    (`services.scanning.handover_papers.foretold_words`).
    """

    needs = {need.kind: need for need in store.state.needs()}
    findings = [finding for finding in findings if not finding.is_foretold]
    if not findings:
        click.echo(_("No findings."), err=err)
    for code, group in _by_code(findings).items():
        for finding in group[:SHOWN_PER_CODE]:
            words = finding_text(finding, needs, place)
            click.echo(f"  ! {gravity(finding)} {code}: {words}", err=err)
        if (more := len(group) - SHOWN_PER_CODE) > 0:
            click.echo("    " + _("and {count} more of {code}").format(count=number(more), code=code), err=err)


def _by_code(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    grave = {"critical": 0, "warning": 1, "info": 2}
    groups: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: (grave[finding.severity], finding.code)):
        groups.setdefault(finding.code, []).append(finding)
    return groups
