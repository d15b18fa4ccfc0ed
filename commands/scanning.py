"""Commands that read labels: decode, scan, handover, drafts."""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn

import click

from commands.base import Station, json_option, note, pass_station, print_json, progress
from commands.handing import handover_options, read_handover, resolve, tell_findings, tell_recorded
from custody.errors import CustodyError, InputError, N_
from language import _

if TYPE_CHECKING:
    from commands.desk import DraftDesk
    from db.drafts import DraftInfo
    from db.store import Store
    from scanner.outcomes import Outcome
    from scanner.run import Ending
    from scanner.session import ScanSession
    from scanner.view import TerminalView

source_option = click.option(
    "--source", default=None, help=_("Camera number, video, picture, folder, PDF or URL. [default: 0]")
)


@click.command(help=_("Read the QR codes in pictures, videos, PDFs or from a camera; needs no ledger."))
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "--dpi", type=click.IntRange(50, 600), default=150, show_default=True, help=_("Resolution for PDF pages.")
)
@json_option
def decode(sources: tuple[str, ...], dpi: int, as_json: bool) -> None:
    import time

    from scanner.decode import Reader
    from scanner.frames import open_source
    from scanner.outcomes import printable

    count = 0
    for spec in sources:
        reader = Reader()
        with (
            open_source(spec, tell=note, dpi=dpi) as source,
            progress(source.total, source.title, quiet=as_json) as done,
        ):
            for frame in source:
                began = time.perf_counter()
                reads = reader.read(frame.image, thorough=source.kind == "still")
                spent_ms = (time.perf_counter() - began) * 1000
                done(1)
                count += len(reads)
                if as_json:
                    print_json({
                        "source": frame.source, "frame": frame.number,
                        "reads": [{"text": r.text, "corners": r.corners, "engine": r.engine} for r in reads],
                        "ms": round(spent_ms, 2),
                    })  # fmt: skip
                else:
                    for read in reads:
                        click.echo(f"{printable(frame.source)}:{frame.number}  {printable(read.text, 200)}")
    if not count and not as_json:
        note(_("No QR code was found."))


@click.command(help=_("Scan labels with the camera and record one handover."))
@click.option("--from", "giver_code", help=_("Who gives: a place, or a vehicle's plate."))
@click.option("--to", "to_code", help=_("Who receives; or scan the place's label first."))
@source_option
@click.option("--window", is_flag=True, help=_("Show the picture with the labels outlined."))
@click.option("--yes", is_flag=True, help=_("Record without asking when the source ends."))
@click.option("--new", is_flag=True, help=_("Begin afresh even where an unfinished session has the same ends."))
@handover_options
@json_option
@pass_station
def scan(
    station: Station,
    /,
    giver_code: str | None,
    to_code: str | None,
    source: str | None,
    window: bool,
    yes: bool,
    new: bool,
    as_json: bool,
    **options: Any,
) -> None:
    with station.store(write=True) as store:
        giver = store.custodian(giver_code) if giver_code else None
        receiver = store.custodian(to_code) if to_code else None
        handover = read_handover(store, giver or "", receiver or "", options)
        if giver is None and receiver is None and not new and not sys.stdin.isatty():
            raise InputError(N_("nobody is named who gives"), hint=N_("Add --from CODE and --to CODE."))
        draft = None if new else _unfinished(store, giver, receiver)
        if draft is None:
            draft = store.drafts.open(
                store.around.new_id(), giver, receiver, handover.bound, at=store.around.now_utc()
            )  # fmt: skip
        else:
            _tell_resumed(draft)
            if handover.bound:
                store.drafts.set_ends(draft.id, bound=handover.bound)
        _run_session(store, draft.id, source or "0", options, window=window, yes=yes, as_json=as_json)


@click.command(help=_("Record a handover from typed codes, a file, or a USB scanner that types."))
@click.option("--from", "giver_code", required=True, help=_("Who gives: a place, or a vehicle's plate."))
@click.option("--to", "to_code", required=True, help=_("Who receives."))
@click.option("--codes", required=True, help=_("File with one code a line; - for standard input or a USB scanner."))
@click.option("--yes", is_flag=True, help=_("Record without asking at the end of typing."))
@handover_options
@json_option
@pass_station
def handover(
    station: Station, /, giver_code: str, to_code: str, codes: str, yes: bool, as_json: bool, **options: Any
) -> None:
    with station.store(write=True) as store:
        giver, receiver = store.custodian(giver_code), store.custodian(to_code)
        given = read_handover(store, giver, receiver, options)
        if codes == "-" and sys.stdin.isatty():
            draft = _unfinished(store, giver, receiver)
            if draft is None:
                draft = store.drafts.open(
                    store.around.new_id(), giver, receiver, given.bound, at=store.around.now_utc()
                )
            else:
                _tell_resumed(draft)
            _run_session(store, draft.id, None, options, window=False, yes=yes, as_json=as_json)
            return
        touches = _typed(codes, receiver)
        tell_recorded(store, store.record_handover(given, touches), as_json=as_json)


def _typed(codes: str, receiver: str) -> list[Any]:
    """The items in a list of typed codes; a place's label among them must be the receiver's."""
    from commands.lines import parse_lines, read_lines
    from custody.codes import PlaceLabel
    from custody.compose import Touch

    labels = parse_lines(read_lines(codes), "" if codes == "-" else codes)
    other = next((label for label in labels if isinstance(label, PlaceLabel) and label.code != receiver), None)
    if other is not None:
        raise InputError(
            N_("the list has the label of {place}, and the handover is to {receiver}"),
            hint=N_("Give one list for each receiver."),
            place=other.code,
            receiver=receiver,
        )
    return [
        Touch(label.code, label.print, "typed" if label.print is None else "wedge")
        for label in labels
        if not isinstance(label, PlaceLabel)
    ]


@click.command(help=_("List unfinished sessions; go on with one, record it, or drop it."))
@click.option("--resume", metavar="ID", help=_("Go on scanning this session."))
@click.option("--record", metavar="ID", help=_("Record this session as it is."))
@click.option("--drop", metavar="ID", help=_("Forget this session; what it took was never recorded."))
@source_option
@click.option("--window", is_flag=True, help=_("Show the picture with the labels outlined."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@handover_options
@json_option
@pass_station
def drafts(
    station: Station,
    /,
    resume: str | None,
    record: str | None,
    drop: str | None,
    source: str | None,
    window: bool,
    yes: bool,
    as_json: bool,
    **options: Any,
) -> None:
    with station.store(write=bool(resume or record)) as store:
        if resume:
            info = _find_draft(store, resume)
            _tell_resumed(info)
            _run_session(store, info.id, source or "0", options, window=window, yes=yes, as_json=as_json)
        elif record:
            from commands.desk import DraftDesk

            info = _find_draft(store, record)
            _confirm(store, DraftDesk(store, info.id), options, "end", yes=True, as_json=as_json)
        elif drop:
            info = _find_draft(store, drop)
            if yes or click.confirm(
                _("Drop this session with {count} labels?").format(count=info.scan_count), err=True
            ):
                store.drafts.drop(info.id)
                note(_("Dropped. Nothing of it was recorded."))
        else:
            _list_drafts(store, as_json=as_json)


# --- a session ------------------------------------------------------------------------------------------------------


def _run_session(
    store: "Store",
    draft: str,
    source: str | None,
    options: dict[str, Any],
    *,
    window: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Scan into a draft from a source, or from the keyboard alone (None), then confirm it."""
    from commands.desk import DraftDesk
    from scanner.run import type_lines
    from scanner.session import ScanSession
    from scanner.view import TerminalView

    desk = DraftDesk(store, draft)
    session = ScanSession(desk, taken=desk.taken)
    with ExitStack() as stack:
        view = stack.enter_context(TerminalView(sys.stderr))
        show: list[Callable[[Outcome], None]] = [view.show]
        if as_json:
            show.append(_print_outcome)

        def on_outcome(outcome: "Outcome") -> None:
            for shown in show:
                shown(outcome)

        view.show_tally(desk.tally)
        try:
            if source is None:
                view.tell(_("Scan or type codes, one a line. 'undo' takes the last one out, 'finish' ends."))
                ending: Ending = type_lines(sys.stdin, session, on_outcome)
            else:
                ending = _scan_source(stack, session, source, view, on_outcome, show, window=window)
        except CustodyError:
            view.tell(_kept(store, draft, len(desk.taken)))
            raise
        view.show_missing(desk.tally.missing)
    _confirm(store, desk, options, ending, yes=yes, as_json=as_json)


def _print_outcome(outcome: "Outcome") -> None:
    print_json({
        "outcome": outcome.kind, "code": outcome.code, "text": outcome.text,
        "taken": outcome.tally.taken, "expected": outcome.tally.expected,
    })  # fmt: skip


def _scan_source(
    stack: ExitStack,
    session: "ScanSession",
    source: str,
    view: "TerminalView",
    on_outcome: "Callable[[Outcome], None]",
    show: "list[Callable[[Outcome], None]]",
    *,
    window: bool,
) -> "Ending":
    from scanner.decode import Reader
    from scanner.frames import open_source
    from scanner.run import KeyboardLines, scan_frames

    frames = stack.enter_context(open_source(source, tell=view.tell))
    on_frame = None
    if window:
        from scanner.window import Window

        shown = stack.enter_context(Window(session))
        show.append(shown.on_outcome)
        on_frame = shown.on_frame
    typed = KeyboardLines(sys.stdin) if sys.stdin.isatty() else None
    return scan_frames(frames, Reader(), session, on_outcome, typed_lines=typed, on_frame=on_frame)


def _confirm(
    store: "Store", desk: "DraftDesk", options: dict[str, Any], ending: "Ending", *, yes: bool, as_json: bool
) -> None:
    """Show the draft once more and record it, or keep it and say how to go on."""
    handover = resolve(store, desk.handover, options)
    count = len(desk.taken)
    if not count and not handover.extras:
        _keep(store, desk.draft, 0, _("Nothing was scanned."))
    if ending in ("abort", "interrupt") or not handover.giver or not handover.to:
        if handover.giver and handover.to:
            reason = _("Stopped.")
        else:
            reason = _("It is not said who gives or who receives.")
        _keep(store, desk.draft, count, reason)
        return
    if not yes:
        if not sys.stdin.isatty():
            _keep(store, desk.draft, count, _("Nobody is here to confirm it; add --yes to record without asking."))
            return
        tell_findings(store, desk.findings(), handover.to)
        question = _("Record {count} labels from {giver} to {to}?").format(
            count=count, giver=handover.giver, to=handover.to
        )
        if not click.confirm(question, default=True, err=True):
            _keep(store, desk.draft, count, _("Not recorded."))
            return
    tell_recorded(store, store.record_handover(handover, (), draft=desk.draft), as_json=as_json)


def _keep(store: "Store", draft: str, count: int, reason: str) -> NoReturn:
    """Say that a session is not recorded, and how to go on with it."""
    note(f"{reason} {_kept(store, draft, count)}")
    raise click.exceptions.Exit(2)


def _kept(store: "Store", draft: str, count: int) -> str:
    """How to go on with a session that was not recorded; one without a label is not worth keeping."""
    if not count:
        store.drafts.drop(draft)
        return _("No label was taken, so nothing is kept.")
    return _("NOT RECORDED. {count} labels are kept; go on with: python main.py drafts --resume {id}").format(
        count=count, id=draft[:8]
    )


def _unfinished(store: "Store", giver: str | None, receiver: str | None) -> "DraftInfo | None":
    """The newest unfinished session with these ends, if there is one."""
    same = [info for info in store.drafts.all() if (info.giver, info.receiver) == (giver, receiver) and info.scan_count]
    return same[-1] if same else None


def _tell_resumed(info: "DraftInfo") -> None:
    from reports.words import local_time

    note(
        _("Going on with the unfinished session of {time}: {count} labels are taken already.").format(
            time=local_time(info.opened_at, info.giver or ""), count=info.scan_count
        )
    )


def _find_draft(store: "Store", id: str) -> "DraftInfo":
    """The session whose id begins so.

    Raises:
        InputError: none does, or several do.
    """
    found: Sequence[DraftInfo] = [info for info in store.drafts.all() if info.id.startswith(id.lower())]
    if len(found) != 1:
        return store.drafts.get(id)
    return found[0]


def _list_drafts(store: "Store", *, as_json: bool) -> None:
    from reports.words import custodian_name, local_time

    found = store.drafts.all()
    for info in found:
        if as_json:
            print_json({
                "id": info.id, "from": info.giver, "to": info.receiver, "bound": info.bound, "opened_at": info.opened_at,
                "scanned": info.scan_count,
            })  # fmt: skip
            continue
        ends = [custodian_name(store.state.places, code) if code else "?" for code in (info.giver, info.receiver)]
        opened = local_time(info.opened_at, info.giver or "")
        click.echo(
            f"{info.id[:8]}  {opened}  {ends[0]} > {ends[1]}  " + _("{count} labels").format(count=info.scan_count)
        )
    if not found and not as_json:
        note(_("There is no unfinished session."))
