"""The command that records what is done with seals: seal."""

from pathlib import Path

import click

from commands.context import Station, note, one_line, people_named, print_json, set_worker
from commands.item_codes import KEYBOARD, photo_bytes
from commands.lines import read_lines
from commands.record.inspect import recorded_json, show_recorded_events
from custody.compose.compose import Touch
from custody.errors import N_, CodeError, InputError
from custody.format.serials import parse_serials, shown
from custody.people import distinct_people
from language import _, ngettext
from language.text import number
from services.code_lines import Known, one_touch
from services.one_line import LONGEST_NOTE
from services.plan.custodians import optional_custodian
from services.records.sealing import record_seal, strays
from services.scanning.handover_details import read_occurred


def seal(
    station: Station,
    words: tuple[str, ...],
    action: str | None,
    result: str | None,
    name: tuple[str, ...],
    witness: str,
    photo: Path | None,
    camera: str | None,
    place: str | None,
    remark: str,
    occurred: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    if action is None:
        raise InputError(
            N_("it is not said what was done with the seals"),
            hint=N_("Add --apply, --check, --remove, --replace, --spoil or --return."),
        )
    names = people_named("--name", name)
    picture = photo_bytes(photo, camera)
    with station.store(write=True) as store:
        set_worker(store, by)
        touch, serials = _read(words, action, store.vendor_codes.item_of)
        recorded = record_seal(
            store,
            touch,
            action,
            serials,
            result=result,
            names=names,
            witness=one_line("--witness", witness),
            photo=picture,
            note=one_line("--note", remark, LONGEST_NOTE),
            place=optional_custodian(store, place),
            occurred=read_occurred(occurred, store.around.now_utc()),
        )
        unknown = strays(store, serials) if action in ("apply", "replace") else []
        on = (
            [row.serial for row in store.state.seals.of([touch.code]).get(touch.code, ()) if row.fate == "on"]
            if touch
            else []
        )
        if as_json:
            facts = {"action": action, "item": touch and touch.code, "serials": serials, "result": result, "on": on}
            facts |= {"photo": recorded.events[0].body["photo"], "in_no_pack": unknown}
            print_json(facts | recorded_json(store, recorded.events, recorded.findings))
            return
        count = ngettext("{count} seal", "{count} seals", len(serials)).format(count=number(len(serials)))
        click.echo(_("RECORDED: {action}, {count}").format(action=_action_word(action, result), count=count))
        if touch and action not in ("spoil", "return"):
            click.echo(_("On it now: {serials}").format(serials=_joined(on)))
        if unknown:
            note(_("In no pack that is registered here: {serials}").format(serials=_joined(unknown)))
        takes_two = action in ("apply", "replace", "remove") or (names and witness)
        if takes_two and len(distinct_people([*names, witness])) < 2:
            note(_("Two people should do this: give --name twice, or --witness."))
        show_recorded_events(store, recorded.events, recorded.findings)


def _read(words: tuple[str, ...], action: str, known: Known) -> tuple[Touch | None, list[str]]:
    """The item, where the first word is one, and the numbers behind it; `-` stands for lines of standard input."""

    touch, rest = None, list(words)
    try:
        touch = one_touch(rest[0], known)
        rest = rest[1:]
    except CodeError:
        if action not in ("spoil", "return"):
            raise
    lines = [line for word in rest for line in (read_lines(KEYBOARD) if word == KEYBOARD else [word])]
    return touch, parse_serials(lines)


def _joined(serials: list[str]) -> str:
    runs = shown(serials)
    return ", ".join(runs[:12]) + (" …" if len(runs) > 12 else "") if runs else "–"


def _action_word(action: str, result: str | None) -> str:
    words = {
        "apply": _("put on"),
        "replace": _("put on in place of the others"),
        "remove": _("taken off"),
        "spoil": _("spoilt"),
        "return": _("brought back unused"),
        "intact": _("looked at, intact"),
        "broken": _("looked at, broken"),
        "mismatch": _("looked at, other numbers"),
        "none": _("looked at, none there"),
    }
    return words[result or action]
