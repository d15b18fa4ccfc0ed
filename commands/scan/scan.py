"""Commands that record handovers: scan, handover, drafts."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from commands.context import Station, confirm, note, print_json
from commands.lines import read_lines
from commands.scan.draft_session import (
    KEYBOARD,
    begin,
    confirm_draft,
    keep_session_details,
    run_session,
    show_resumed,
    warn_long_open,
)
from commands.scan.handover_options import HandoverOptions, read_handover
from commands.scan.handover_result import show_recorded
from custody.compose.compose import Handover, Touch, how_entered
from custody.errors import N_, InputError
from custody.format.codes import PlaceLabel
from custody.handover.draft import DraftInfo
from custody.handover.waybill import check_matched
from db.store import Store
from language import _, ngettext
from language.text import local_time, number
from scanner.sources.camera_open import this_machine
from services.code_lines import one_touch, parse_lines
from services.plan.custodians import find_custodian
from services.records.handovers import record_handover
from services.scanning.completing import completes
from services.scanning.handover_context import expected_now
from services.scanning.handover_desk import DraftDesk
from services.scanning.open_drafts import ends_in_words


def list_cameras(context: click.Context, _parameter: click.Parameter, is_asked: bool) -> None:
    """List the cameras and end; eager, so that it needs neither a ledger nor any other option."""
    if not is_asked:
        return

    cameras = this_machine().listed()
    for camera in cameras:
        click.echo(f"{camera.number}  {camera.name}")
    if not cameras:
        note(_("No camera was found. One that is plugged in may still open: try --source 0"))
    context.exit()


def scan(
    station: Station,
    /,
    giver_code: str | None,
    to_code: str | None,
    source: str,
    window: bool,
    quiet: bool,
    yes: bool,
    new: bool,
    as_json: bool,
    **said: Any,
) -> None:
    options = HandoverOptions(**said)
    with station.store(write=True) as store:
        giver = find_custodian(store, giver_code) if giver_code else ""
        receiver = find_custodian(store, to_code) if to_code else ""
        given = read_handover(store, giver, receiver, options)
        if not giver and not receiver and not new and not sys.stdin.isatty():
            raise InputError(N_("nobody is named who gives"), hint=N_("Add --from CODE and --to CODE."))
        draft = begin(store, given, options, restart=new)
        shown = {"window": window, "quiet": quiet, "yes": yes, "as_json": as_json}
        run_session(store, draft, source, options, **shown, completes=completes(station.home))


def handover(
    station: Station,
    /,
    giver_code: str,
    to_code: str,
    codes: str | None,
    quiet: bool,
    yes: bool,
    as_json: bool,
    **said: Any,
) -> None:
    options = HandoverOptions(**said)
    with station.store(write=True) as store:
        giver, receiver = find_custodian(store, giver_code), find_custodian(store, to_code)
        given = read_handover(store, giver, receiver, options)
        if codes == KEYBOARD and sys.stdin.isatty():
            draft = begin(store, given, options)
            run_session(store, draft, KEYBOARD, options, window=False, quiet=quiet, yes=yes, as_json=as_json)
            return
        if codes is None and not (options.match or options.extra):
            raise InputError(N_("it is not said what was handed over"), hint=N_("Add --codes FILE, or --codes -"))
        touches = [*(_typed(store, codes, receiver) if codes else ()), *_matched(store, given, options.match)]
        show_recorded(store, record_handover(store, given, touches), options, as_json=as_json)


def _typed(store: Store, codes: str, receiver: str) -> list[Any]:
    """The items in a list of typed codes or vendors' codes; a place's label among them must be the receiver's."""

    labels = parse_lines(read_lines(codes), "" if codes == "-" else codes, store.vendor_codes.item_of)
    other = next((label for label in labels if isinstance(label, PlaceLabel) and label.code != receiver), None)
    if other is not None:
        raise InputError(
            N_("the list has the label of {place}, and the handover is to {receiver}"),
            hint=N_("Give one list for each receiver."),
            place=other.code,
            receiver=receiver,
        )
    return [Touch(label.code, label.print, how_entered(label)) for label in labels if not isinstance(label, PlaceLabel)]


def _matched(store: Store, given: Handover, codes: Sequence[str]) -> list[Touch]:
    """Things whose label cannot be read, each as the expected one that it is."""

    if not codes:
        return []
    ends = given.giver, given.to, given.bound
    expected = expected_now(store, *ends, load=given.load, number=given.number, kinds=given.kinds)
    known = None if expected is None else {item.code for item in expected}
    found = [one_touch(code).code for code in codes]
    for code in found:
        check_matched(code, known)
    return [Touch(code, None, "matched") for code in found]


def drafts(
    station: Station,
    /,
    resume: str | None,
    record: str | None,
    drop: str | None,
    source: str,
    window: bool,
    quiet: bool,
    yes: bool,
    as_json: bool,
    **said: Any,
) -> None:
    options = HandoverOptions(**said)
    with station.store(write=bool(resume or record)) as store:
        if resume:
            info = _find_handover(store, resume)
            show_resumed(store, info)
            _keep_details(store, info, options)
            shown = {"window": window, "quiet": quiet, "yes": yes, "as_json": as_json}
            run_session(store, info.id, source, options, **shown, completes=completes(station.home))
        elif record:
            info = _find_handover(store, record)
            warn_long_open(store, info)
            _keep_details(store, info, options)
            confirm_draft(store, DraftDesk(store, info.id), options, yes=True, as_json=as_json)
        elif drop:
            info = _find_draft(store, drop)
            question = _("Drop this session (labels: {count})?").format(count=number(info.scan_count))
            if yes or confirm(question, default=False):
                store.drafts.drop(info.id)
                note(_("Dropped. Nothing of it was recorded."))
        else:
            _list_drafts(store, as_json=as_json)


def _keep_details(store: Store, info: DraftInfo, options: HandoverOptions) -> None:
    """Keep in a session what the options of this command say, over what was said of it before."""
    given = read_handover(store, info.giver or "", info.receiver or "", options)
    keep_session_details(store, info.id, given, options)


def _find_draft(store: Store, id: str) -> DraftInfo:
    """The session whose id begins so.

    Raises:
        InputError: none does, or several do.
    """
    found = [info for info in store.drafts.all(with_purpose=True) if id and info.id.startswith(id.lower())]
    return found[0] if len(found) == 1 else store.drafts.get(id)


def _find_handover(store: Store, id: str) -> DraftInfo:
    """Find the open session of a handover.

    Raises:
        InputError: the session is for something else.
    """
    info = _find_draft(store, id)
    if info.purpose:
        raise InputError(
            N_("session {id} is no handover but: {purpose}"),
            hint=N_("Go on with: {way}"),
            way="pack_more",
            id=info.id[:8],
            purpose=info.purpose,
        )
    return info


def _list_drafts(store: Store, *, as_json: bool) -> None:
    found = store.drafts.all(with_purpose=True)
    here = store.ledger.own_log().place
    for info in found:
        if as_json:
            print_json(
                {
                    "id": info.id,
                    "from": info.giver,
                    "to": info.receiver,
                    "bound": info.bound,
                    "opened_at": info.opened_at,
                    "scanned": info.scan_count,
                }
                | ({"purpose": info.purpose} if info.purpose else {})
            )
        else:
            opened = local_time(info.opened_at, here)
            count = ngettext("{count} label", "{count} labels", info.scan_count).format(count=number(info.scan_count))
            click.echo(f"{info.id[:8]}  {opened}  {info.purpose or ends_in_words(store, info)}  {count}")
    if not found and not as_json:
        note(_("There is no unfinished session."))
