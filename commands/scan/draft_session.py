"""A scan session from its draft to its record: scan into it, confirm it, or keep it and say how to go on."""

import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import NoReturn

import click

from commands.context import FIRST_CAMERA, confirm, note, print_json
from commands.errors import EXIT_MACHINE, EXIT_USAGE, drop_output, is_reader_gone
from commands.scan.handover_options import HandoverOptions
from commands.scan.handover_result import show_findings, show_recorded
from custody.chain.clocks import hours_between
from custody.compose.compose import Handover
from custody.errors import CustodyError
from custody.format.codes import ItemLabel
from custody.handover.draft import DraftInfo
from custody.people import named_twice_in
from db.store import Store
from language import _
from language.text import command_line, local_time, number
from reports.words import custodian_name, derived_words, people_words
from scanner.outcomes import Outcome
from scanner.reads import Read
from scanner.session import ScanSession
from scanner.sources.frames import Frame, FrameSource
from scanner.typed_lines import Command, Ending, KeyboardLines, type_lines
from scanner.ui.feedback import Feedback
from scanner.ui.sound import Speaker, find_ways
from scanner.ui.terminal import TerminalView
from services.code_lines import one_touch
from services.records.handovers import record_handover
from services.scanning.completing import MEANING
from services.scanning.draft_details import details_of, keep_details, with_details
from services.scanning.handover_desk import DraftDesk
from services.scanning.handover_papers import foretold_now
from services.scanning.open_drafts import draft_for, ends_in_words, has_content, open_draft
from services.scanning.pack_desk import PackDesk

LONG_OPEN_H = 6
"""A session that was left open so long may have been left over night."""
KEYBOARD = "-"
"""Sources with a meaning of their own; the keyboard includes a USB scanner that types."""


def begin(store: Store, handover: Handover, options: HandoverOptions, *, restart: bool = False) -> str:
    """The draft to scan into: the unfinished one with these ends, or a new one. It keeps all that is said.

    Raises:
        RuleError: something is matched that is not expected; nothing is kept of a new draft then.
    """
    draft = None if restart else draft_for(store, handover.giver, handover.to)
    if draft is not None:
        show_resumed(store, draft)
        keep_session_details(store, draft.id, handover, options)
        return draft.id
    opened = open_draft(store, handover.giver, handover.to, handover.bound)
    try:
        keep_session_details(store, opened.id, handover, options)
    except CustodyError:
        store.drafts.drop(opened.id)
        raise
    return opened.id


def keep_session_details(store: Store, draft: str, handover: Handover, options: HandoverOptions) -> None:
    """Keep in a draft what a command says, before it takes a label: it may be recorded by one that says nothing.

    Raises:
        RuleError: something is matched that is not expected.
    """

    keep_details(store, draft, handover)
    if options.match:
        desk = DraftDesk(store, draft)
        for code in options.match:
            desk.take(ItemLabel(one_touch(code).code, None), "matched")


def show_resumed(store: Store, info: DraftInfo) -> None:
    """Say that a session goes on where it was left."""

    time = local_time(info.opened_at, store.ledger.own_log().place)
    words = _("Going on with the unfinished session of {time}, {ends}; labels taken already: {count}.")
    note(words.format(time=time, ends=ends_in_words(store, info), count=number(info.scan_count)))
    warn_long_open(store, info)


def warn_long_open(store: Store, info: DraftInfo) -> None:
    """Say that a session was left open, maybe over night, so that somebody looks before it is recorded."""

    hours = hours_between(info.opened_at, store.around.now_utc())
    if hours >= LONG_OPEN_H:
        words = _("It was left open for {hours} hours: look whether all of this still stands here before recording it.")
        note("! " + words.format(hours=hours))


def run_session(
    store: Store,
    draft: str,
    source: str,
    options: HandoverOptions,
    *,
    window: bool,
    quiet: bool,
    yes: bool,
    as_json: bool,
    completes: bool = False,
) -> None:
    """Scan into a draft from a source, or only from the keyboard (`-`), then confirm it."""

    desk = DraftDesk(store, draft)
    desk.completes = completes
    if completes:
        note(_(MEANING))
    for words in desk.goods_words:
        note(words)
    ending = take_labels(
        desk, source, window=window, quiet=quiet, as_json=as_json, kept=lambda: _kept(store, desk, source, options)
    )
    confirm_draft(store, desk, options, ending, source=source, yes=yes, as_json=as_json)


def take_labels(
    desk: DraftDesk | PackDesk, source: str, *, window: bool, quiet: bool, as_json: bool, kept: Callable[[], str]
) -> Ending:
    """Scan into a desk's draft from a source, or only from the keyboard, and return how it ended.

    Args:
        kept: prints what becomes of the session when an error ends it; called before the error is raised.
    """

    session = ScanSession(desk, taken=desk.taken)
    with ExitStack() as stack:
        view = stack.enter_context(TerminalView(sys.stderr))
        feedback = Feedback(session, view, None if quiet else _speaker(stack, is_watched=window or sys.stderr.isatty()))

        def on_outcome(outcome: Outcome) -> None:
            feedback.on_outcome(outcome)
            if as_json:
                _print_outcome(outcome)

        view.show_tally(desk.tally)
        try:
            if source == KEYBOARD:
                view.notify(
                    _("Scan or type codes, one a line. 'undo' undoes the last scan, 'finish' ends, 'help' helps.")
                )
                ending: Ending = type_lines(sys.stdin, session, on_outcome)
            else:
                ending = _scan_source(stack, session, source, feedback, on_outcome, window=window)
        except OSError as error:
            if is_reader_gone(error):  # whoever read the outcomes, so nobody can confirm them
                drop_output()
                note(kept())
                raise click.exceptions.Exit(EXIT_MACHINE) from None
            raise
        except CustodyError:
            note(kept())
            raise
        for told in session.catch_up():
            on_outcome(told)
        view.show_missing(desk.missing_words)
    return ending


def _print_outcome(outcome: Outcome) -> None:
    print_json(
        {
            "outcome": outcome.kind,
            "code": outcome.code,
            "text": outcome.text,
            "taken": outcome.tally.taken,
            "expected": outcome.tally.expected,
            **(
                {}
                if outcome.tally.expected is None
                else {"missing": outcome.tally.missing, "extra": outcome.tally.extra}
            ),
        }
    )


def _speaker(stack: ExitStack, *, is_watched: bool) -> Speaker | None:
    """What sounds, where somebody is there to hear it."""
    if not is_watched:
        return None

    ways = find_ways(stack, sys.stderr if sys.stderr.isatty() else None)
    return stack.enter_context(Speaker(ways)) if ways else None


def _scan_source(
    stack: ExitStack,
    session: ScanSession,
    source: str,
    feedback: Feedback,
    on_outcome: Callable[[Outcome], None],
    *,
    window: bool,
) -> Ending:
    from scanner.frame_loop import scan_source

    is_attended = sys.stdin.isatty()  # somebody can plug the camera in again, and type meanwhile

    def watch(frames: FrameSource) -> Callable[[Frame, Sequence[Read]], Command | None] | None:
        if window:
            from scanner.ui.window import Window

            feedback.window = stack.enter_context(Window(session))
        return feedback.on_frame if window or frames.kind == "live" else None

    typed = KeyboardLines(sys.stdin) if is_attended else None
    return scan_source(
        source, session, on_outcome, notify=feedback.view.notify, patient=is_attended, typed_lines=typed, watch=watch
    )


def confirm_draft(
    store: Store,
    desk: DraftDesk,
    options: HandoverOptions,
    ending: Ending = "end",
    *,
    source: str = FIRST_CAMERA,
    yes: bool,
    as_json: bool,
) -> None:
    """Show the draft once more and record it, or keep it and say how to go on."""

    def keep(reason: str) -> NoReturn:
        note(f"{reason} {_kept(store, desk, source, options)}")
        raise click.exceptions.Exit(EXIT_USAGE)

    handover = with_details(desk.handover, details_of(store, desk.draft))
    count = len(desk.taken)
    if not count and not handover.extras and not handover.refused:
        keep(_("Nothing was recorded.") if desk.papers else _("Nothing was scanned."))
    if not handover.giver or not handover.to:
        keep(_("It is not said who gives or who receives."))
    if ending in ("abort", "interrupt"):
        keep(_("Stopped."))
    if not yes:
        if not sys.stdin.isatty():
            keep(_("Nobody is here to confirm it; add --yes to record without asking."))
        weighed = desk.foresee(handover, store.drafts.touches(desk.draft))
        if weighed and weighed.findings:
            show_findings(store, weighed.findings, handover.to, err=True)
        if told := foretold_now(store, handover, {*desk.taken, *desk.refused}):
            note(told)
        elif weighed and (derived := derived_words(weighed.facts)):
            note(derived)
        for words in people_words(named_twice_in(handover.giver_name, handover.receiver_name, handover.witnesses)):
            note("! " + words)
        places = store.state.places
        question = _("Record what went from {giver} to {to} (labels: {count})?").format(
            count=number(count), giver=custodian_name(places, handover.giver), to=custodian_name(places, handover.to)
        )
        if not confirm(question, default=True):
            keep(_("Not recorded."))
    recorded = record_handover(store, handover, (), draft=desk.draft)
    show_recorded(store, recorded, options, as_json=as_json)


def _kept(store: Store, desk: DraftDesk, source: str, options: HandoverOptions) -> str:
    """How to go on with a session that was not recorded; one with nothing to record is not worth keeping."""
    count, id = len(desk.taken), desk.draft[:8]
    if not has_content(store, store.drafts.get(desk.draft)):
        store.drafts.drop(desk.draft)
        if desk.papers:
            words = _("No label was taken. The handover paper is kept: {numbers}; what it names is expected now.")
            return words.format(numbers=", ".join(dict.fromkeys(desk.papers)))
        return _("No label was taken, so nothing is kept.")
    files = {"paper": options.paper, "bast": options.bast}
    papers = "".join(f" --{name} {shlex.quote(str(path))}" for name, path in files.items() if path)
    camera = "" if source == FIRST_CAMERA else f" --source {shlex.quote(source)}"
    words = _("NOT RECORDED. Labels kept: {count}.\n  Go on: {go_on}\n  Record them: {record}")
    if not count:
        words = _(
            "NOT RECORDED. What was said of things without a label is kept.\n  Go on: {go_on}\n  Record it: {record}"
        )
    return words.format(
        count=number(count),
        go_on=command_line("resume", id=id, options=camera + papers),
        record=command_line("record", id=id, options=papers),
    )
