"""The command for sets, sacks, pallets and packs of seals: pack."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import click

from commands.context import Station, confirm, note, one_line, people_named, print_json, set_worker
from commands.item_codes import KEYBOARD, read_touches
from commands.record.inspect import recorded_json, show_recorded_events
from commands.scan.draft_session import take_labels
from custody.compose.compose import Touch
from custody.compose.splitting import Part, equal_parts
from custody.errors import N_, InputError
from custody.format.codes import show_code
from custody.format.item_facts import Item
from custody.format.serials import count_of, parse_range
from db.store import Store
from language import _, ngettext
from language.text import command_line, number
from reports.chain.steps import item_words
from reports.words import kind_name
from services.code_lines import one_touch
from services.one_line import LONGEST_NOTE
from services.plan.custodians import optional_custodian
from services.records.inspecting import Recorded
from services.records.packing import open_pack, record_packing, registered
from services.scanning.handover_details import read_occurred
from services.scanning.open_drafts import draft_for_purpose
from services.scanning.pack_desk import PackDesk, purpose_of

Action = Literal["add", "remove", "open", "check"]
_SHOWN_MISSING, _SHOWN_LABELS = 10, 12


@dataclass(frozen=True, slots=True)
class _Scanning:
    """How labels are scanned, and whether what they come to is recorded unasked."""

    window: bool
    quiet: bool
    yes: bool


@dataclass(frozen=True, slots=True)
class _Noted:
    """Who did it, a remark, and when it happened where it is keyed in later."""

    names: Sequence[str]
    note: str
    occurred: str | None


def pack(
    station: Station,
    /,
    parent: str,
    codes: tuple[str, ...],
    action: Action | None,
    scope: Literal["full", "sample"] | None,
    source: str | None,
    into: tuple[str, ...],
    each: int | None,
    to: str | None,
    by: str | None,
    name: tuple[str, ...],
    remark: str,
    occurred: str | None,
    as_json: bool,
    **scanning: bool,
) -> None:
    action = _one_action(action, scope)
    with station.store(write=True) as store:
        known = store.vendor_codes.item_of
        outer = one_touch(parent, known)
        set_worker(store, by)
        said = _Noted(
            people_named("--name", name),
            one_line("--note", remark, LONGEST_NOTE),
            read_occurred(occurred, store.around.now_utc()),
        )
        if into or each or to:
            if action != "open":
                raise InputError(N_("--into, --each and --to go with --open"), hint=N_("Add --open."))
            _open_pack(store, outer, into, each, to, said, as_json=as_json)
            return
        if source is not None or (codes == (KEYBOARD,) and sys.stdin.isatty()):
            _scan(store, outer, action, scope, source or KEYBOARD, said, _Scanning(**scanning), as_json=as_json)
            return
        children = read_touches(codes, known)
        if not children and action != "open":
            raise InputError(
                N_("no item is named"), hint=N_("Give the codes, - to read them as lines, or --source to scan them.")
            )

        before = store.state.contents.packed(outer.code)
        recorded = record_packing(store, outer, children, action, scope=scope, **asdict(said))
        _show(store, outer, recorded, action, len(children), scope=scope, before=before, as_json=as_json)


def _one_action(action: Action | None, scope: str | None) -> Action:
    if (action is None) == (scope is None):
        raise InputError(
            N_("it is not said what was done with it"), hint=N_("Add one of --add, --remove, --open, --check full.")
        )
    return action or "check"


def _scan(
    store: Store,
    outer: Touch,
    action: Action,
    scope: str | None,
    source: str,
    said: _Noted,
    how: _Scanning,
    *,
    as_json: bool,
) -> None:
    """Scan labels into a draft and record what was packed; what is left unfinished goes on with the same command."""

    if action == "open":
        raise InputError(N_("--open takes no labels from a source"), hint=N_("Give the codes that were seen, or none."))
    found = draft_for_purpose(store, purpose_of(action, scope, outer.code))
    if found.scan_count:
        words = ngettext(
            "Going on: {count} label is taken already.", "Going on: {count} labels are taken already.", found.scan_count
        )
        note(words.format(count=number(found.scan_count)))
    desk = PackDesk(store, found.id, outer.code, action)

    def kept() -> str:
        if desk.taken:
            return _("NOT RECORDED. Labels kept: {count}. The same command goes on.").format(
                count=number(len(desk.taken))
            )
        store.drafts.drop(desk.draft)
        return _("No label was taken, so nothing is kept.")

    ending = take_labels(desk, source, window=how.window, quiet=how.quiet, as_json=as_json, kept=kept)
    reason = ""
    if ending in ("abort", "interrupt"):
        reason = _("Stopped.")
    elif desk.taken and not how.yes:
        if not sys.stdin.isatty():
            reason = _("Nobody is here to confirm it; add --yes to record without asking.")
        elif not confirm(_("Record this (labels: {count})?").format(count=number(len(desk.taken))), default=True):
            reason = _("Not recorded.")
    if reason or not desk.taken:
        note(f"{reason} {kept()}".strip())
        raise click.exceptions.Exit(2)
    before = store.state.contents.packed(outer.code)
    recorded = record_packing(store, outer, (), action, scope=scope, draft=desk.draft, **asdict(said))
    _show(store, outer, recorded, action, len(desk.taken), scope=scope, before=before, as_json=as_json)


def _show(
    store: Store,
    outer: Touch,
    recorded: Recorded,
    action: Action,
    count: int,
    *,
    scope: str | None,
    before: Mapping[str, Item],
    as_json: bool,
) -> None:

    inside = store.state.contents.packed(outer.code)
    if as_json:
        facts = {"parent": outer.code, "action": action, "named": count, "inside": sorted(inside)}
        print_json(facts | recorded_json(store, recorded.events, recorded.findings))
        return
    words = {"add": _("put in"), "remove": _("taken out"), "open": _("opened"), "check": _("looked into")}
    named = ngettext("{count} item", "{count} items", count).format(count=number(count))
    click.echo(_("RECORDED: {action}, {count}").format(action=words[action], count=named))
    if scope == "sample":
        click.echo(_("A sample: {seen} seen of {inside} in it").format(seen=number(count), inside=number(len(before))))
    elif action == "open":
        click.echo(_("In it until now: {what}").format(what=_by_kind(store, before.values())))
    click.echo(_("In it now: {what}").format(what=_by_kind(store, inside.values())))
    if action != "open":
        _show_missing(store, outer.code)
    show_recorded_events(store, recorded.events, recorded.findings)


def _by_kind(store: Store, items: Any) -> str:
    from collections import Counter

    needs = store.state.kinds()
    counts = Counter(item.kind for item in items)
    return ", ".join(f"{number(count)} {kind_name(needs, kind)}" for kind, count in sorted(counts.items())) or "0"


def _show_missing(store: Store, code: str) -> None:
    """Say what the set of a polling station still lacks."""

    missing = PackDesk(store, "", code, "add").missing
    needs = store.state.kinds()
    for item in missing[:_SHOWN_MISSING]:
        click.echo("  " + _("not in it yet: {item}").format(item=item_words(item, needs, store.state.places)))
    if (more := len(missing) - _SHOWN_MISSING) > 0:
        click.echo("  " + _("and {count} more").format(count=number(more)))


# --- packs of many ----------------------------------------------------------------------------------------------------


def _open_pack(
    store: Store, outer: Touch, into: tuple[str, ...], each: int | None, to: str | None, said: _Noted, *, as_json: bool
) -> None:

    if bool(into) == bool(each):
        raise InputError(N_("a pack is opened into named parts or equal ones"), hint=N_("Give --into or --each."))
    place = optional_custodian(store, to)
    parts = equal_parts(registered(store, outer.code), each, place) if each else [_part(store, text) for text in into]
    opened = open_pack(store, outer, parts, **asdict(said))
    if as_json:
        rows = [
            {"code": item.code, "to": item.to, "quantity": item.quantity, "range": item.serials and str(item.serials)}
            for item in opened.items
        ]
        facts = {"parent": outer.code, "action": "open", "parts": rows}
        print_json(facts | recorded_json(store, opened.recorded.events, opened.recorded.findings))
        return
    click.echo(_("RECORDED: opened into {count}").format(count=number(len(opened.items))))
    for item in opened.items:
        click.echo(f"{show_code(item.code)}  {item.serials or item.quantity}  {item.to}")
    chosen = " ".join(f"--code {show_code(item.code)}" for item in opened.items[:_SHOWN_LABELS])
    if len(opened.items) > _SHOWN_LABELS:
        chosen = f"--kind {opened.items[0].kind}"
    note(_("Print their labels: {command}").format(command=command_line("labels_of", chosen=chosen)))
    show_recorded_events(store, opened.recorded.events, opened.recorded.findings)


def _part(store: Store, text: str) -> Part:
    what, _equals, place = text.partition("=")
    to = optional_custodian(store, place) if place else None
    if what.strip().isascii() and what.strip().isdigit() and len(what.strip()) < 10:
        return Part(None, int(what), to)
    serials = parse_range(what)
    return Part(serials, count_of(serials), to)
