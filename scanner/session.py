"""A scan session: scanned and typed labels are added to a draft, each once, however long it is in view.

Pure: it gets what was read and when, and calls the `Desk` to keep it. The desk makes the draft durable; a session that
dies only loses which labels were in view.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from custody.chain.findings import Finding
from custody.compose.compose import how_entered
from custody.errors import CodeError, CustodyError, RuleError, TamperError
from custody.format.codes import (
    ItemLabel,
    PlaceLabel,
    is_own_payload,
    parse_code,
    parse_custodian,
    parse_entry,
    read_payload,
    show_code,
)
from custody.format.paper_codes import Collector, Progress, is_head, is_part
from custody.plan.places import is_official
from language import _, ngettext
from language.text import number, printable
from scanner.outcomes import Desk, End, How, Kind, Mark, Outcome, Tally, What
from scanner.reads import Read, Seen, Sight, by_text, foreign_words

COOL_DOWN_MS = 2500.0
_LONGEST_LINE = 200
"""Of what is typed and of what is said. A longer entry is a stuck key, or a foreign QR code through a USB scanner."""

_FINISH = frozenset({"finish", "done", "selesai"})
_UNDO = frozenset({"undo", "batal"})
_HELP = frozenset({"help", "bantuan", "?"})
_ENDS: dict[str, End] = {"from": "from", "dari": "from", "to": "to", "ke": "to", "tujuan": "to"}
"""Typed commands, in both languages at once: who types them need not know which one is set."""
_SAID: dict[str, What] = {
    "refuse": "refuse",
    "tolak": "refuse",
    "accept": "accept",
    "terima": "accept",
    "remark": "remark",
    "catatan": "remark",
    "condition": "condition",
    "kondisi": "condition",
    "seal": "seal",
    "segel": "seal",
}
"""What is said of an item: `refuse CODE why`; without a code, of the one that was taken last."""
_SAID_OF_ALL: dict[str, What] = {"extra": "extra", "tambahan": "extra", "bound": "bound", "muatan": "bound"}
_MATCH = frozenset({"match", "cocok"})


class ScanSession:
    """Takes labels into a draft."""

    def __init__(
        self,
        desk: Desk,
        *,
        taken: Iterable[str] = (),
        sightings_needed: int = 2,
        cool_down_ms: float = COOL_DOWN_MS,
    ) -> None:
        """Begin, or go on with a draft.

        Args:
            taken: the codes that are in the draft already, oldest first, so that `undo` reaches them.
            sightings_needed: in how many frames, or by how many engines, a text of a moving picture must be read
                before it counts: a misread does not come twice.
            cool_down_ms: how long a label must be out of view before showing it again means something.
        """
        self._desk = desk
        self._history = list(taken)
        self._sightings_needed = sightings_needed
        self._cool_down_ms = cool_down_ms
        self._in_view: dict[str, Sight] = {}
        self._papers = Collector()
        self._seen_in_part: set[str] = set()
        """Texts that were completed once, in pictures that stand alone."""
        self._serials: list[str] = []
        """Numbers of seals that were read since the last item was taken."""
        self.unread: Sequence[Seen] = ()
        """Labels in the newest frame that are seen and not read, for who draws the picture."""

    def beside(self) -> "ScanSession":
        """The same session for another camera: what is in view is its own, what was taken is shared."""
        other = ScanSession(self._desk, sightings_needed=self._sightings_needed, cool_down_ms=self._cool_down_ms)
        other._history, other._papers, other._serials = self._history, self._papers, self._serials
        return other

    @property
    def half_read(self) -> tuple[Progress, ...]:
        """The handover papers of which some codes are still to be shown."""
        return self._papers.half_read

    @property
    def open_parts(self) -> tuple[str, ...]:
        """The codes of these papers that were shown, as texts."""
        return self._papers.open_parts

    def resume(self, parts: Iterable[str]) -> None:
        """Be as far with half-read papers as a session that had these `open_parts`; a text that is none is left out."""
        for text in parts:
            with suppress(CodeError):
                self._papers.take(text)

    @property
    def wants_barcodes(self) -> bool:
        """Whether a vendor's barcode can mean anything here, so that somebody should look for them."""
        return self._desk.wants_barcodes

    @property
    def completable(self) -> Sequence[str]:
        """The texts from which a label that is not read surely may be completed; see `Desk.completable`."""
        return self._desk.completable

    @property
    def tally(self) -> Tally:
        return self._desk.tally

    def see(self, reads: Sequence[Read], at_ms: float, *, is_still: bool = False) -> list[Outcome]:
        """Take the reads of one frame; return an outcome for each text that has become sure, none for those still in
        view.

        Args:
            at_ms: when the frame was taken. It names the frame: what comes late for one that was told already is no
                second sighting.
            is_still: the picture stands alone: what it is sure of is believed at once, and nothing was in view before.
        """
        if is_still:
            self.forget_view()
        self._forget_unseen(at_ms)
        outcomes: list[Outcome] = []
        doubted = {read.text for read in reads if is_still and not read.is_sure and is_own_payload(read.text)}
        barcodes = {read.text for read in reads if read.is_barcode}
        surely = {read.text for read in reads if not read.is_completed}
        for text, engines in by_text(reads).items():
            sight = self._in_view.setdefault(text, Sight(at_ms))
            sight.last_ms = max(sight.last_ms, at_ms)
            if sight.outcome is not None:
                continue
            if text not in surely:
                outcomes += self._see_in_part(text, sight, at_ms, is_still=is_still)
                continue
            sight.frames.add(at_ms)
            sight.engines |= engines
            needed = 1 if is_still else self._sightings_needed
            if text in doubted:
                sight.outcome = self._doubt(text)
            elif max(len(sight.frames), len(sight.engines)) >= needed:
                outcomes += self.catch_up()
                sight.outcome = self._judge(text, is_barcode=text in barcodes)
            if sight.outcome is not None:
                outcomes.append(sight.outcome)
        return outcomes

    def _see_in_part(self, text: str, sight: Sight, at_ms: float, *, is_still: bool) -> list[Outcome]:
        """Ask for a second sighting of a text that was completed; take it with that one, a moment later or after."""
        is_first = not sight.in_part
        sight.in_part.add(at_ms)
        is_again = is_still and text in self._seen_in_part
        if is_again or (not is_still and sight.is_twice_in_part):
            told = self.catch_up()
            label = read_payload(text)
            if isinstance(label, ItemLabel) and text in self._desk.completable:
                sight.outcome = self._take(label, "completed")
                return [*told, sight.outcome]
            return told
        if is_still:
            self._seen_in_part.add(text)
        words = _("Seen only in part; of what is expected {code} alone fits. Hold it still, or show it once more")
        shown = words.format(code=show_code(text.partition("*")[0]))
        return [self._say("in_part", shown)] if is_first else []

    def catch_up(self) -> list[Outcome]:
        """Return the outcome of new data, to be shown before the next label or line; at most one."""
        told = self._desk.catch_up()
        return [] if told is None else [told]

    def forget_view(self) -> None:
        """Forget what is in view: another source begins."""
        self._in_view.clear()

    def mark(self, text: str) -> Mark | None:
        """How to outline a text in view; None while it is not sure yet."""
        sight = self._in_view.get(text)
        return sight.outcome.mark if sight and sight.outcome else None

    @staticmethod
    def is_undo(line: str) -> bool:
        """Whether a typed line asks to take out what was taken last."""
        return line.strip().lower() in _UNDO

    def type_in(self, line: str, *, by_hand: bool = False) -> Outcome:
        """Take one line from the keyboard or a USB scanner: a label, a code, or a command.

        Commands: `help`; `undo`; `-CODE` takes one item out; `from PLACE` and `to PLACE`; `finish`; `match CODE` takes
        a thing whose label cannot be read; `refuse`, `accept`, `remark`, `condition` and `seal`, each with a code or of
        the last one taken; `extra KIND=COUNT:REMARK`, `bound PLACE`.

        Args:
            by_hand: it came key by key, as slowly as people type, so that nothing read it, be it what a label says.
        """
        entry = line.strip()
        if is_part(entry):
            return self._show_part(entry)
        if not entry or len(entry) > _LONGEST_LINE:
            return self._say("not_understood", _("Not understood: {line}").format(line=printable(entry)))
        word, _blank, rest = entry.partition(" ")
        word = word.lower()
        try:
            if entry.lower() in _FINISH:
                return self._say("finish", _("Finished"))
            if self.is_undo(entry):
                return self.undo()
            if entry.lower() in _HELP:
                return self._say(
                    "said",
                    _(
                        "undo, -CODE, to PLACE, from PLACE, refuse, accept, remark TEXT, condition WORD, seal WORD, "
                        "match CODE, extra KIND=COUNT, bound PLACE, finish"
                    ),
                )
            if entry.startswith("-"):
                return self._remove(parse_code(entry.partition("*")[0]))
            if word in _ENDS and rest:
                return self._set_end(_ENDS[word], parse_custodian(rest))
            if word in _MATCH and rest:
                return self._take(ItemLabel(parse_code(rest), None), "matched")
            if word in _SAID:
                return self._describe(_SAID[word], rest)
            if word in _SAID_OF_ALL and rest:
                return self._keep_said(_SAID_OF_ALL[word], "", rest)
            label = PlaceLabel(entry) if is_official(entry) else parse_entry(entry)
        except CodeError as error:
            return self._take_vendors(entry, "typed" if by_hand else "wedge") or self._refuse("not_understood", error)
        if isinstance(label, PlaceLabel):
            return self._go_to(label)
        return self._take(label, "typed" if by_hand else how_entered(label))

    def undo(self) -> Outcome:
        """Take out what was taken last."""
        return self._remove(self._history[-1]) if self._history else self.nothing_to_undo()

    def nothing_to_undo(self) -> Outcome:
        """Say that there is no scan to undo."""
        return self._say("not_understood", _("There is no scan to undo"))

    def removed(self, codes: Sequence[str]) -> Outcome:
        """Say that the desk has taken these out of the list, and forget them as it has."""
        self._history[:] = [other for other in self._history if other not in codes]
        words = ngettext(
            "{count} is out of the list of this handover; do not load it",
            "{count} are out of the list of this handover; do not load them",
            len(codes),
        )
        outcome = self._say("put_out", words.format(count=number(len(codes))))
        for sight in self._in_view.values():
            if sight.outcome is not None and sight.outcome.code in codes:
                sight.outcome = outcome
        return outcome

    def _judge(self, text: str, *, is_barcode: bool = False) -> Outcome:
        if is_part(text):
            return self._show_part(text)
        if is_head(text):
            return self._show_head(text)
        try:
            label = read_payload(text)
        except CodeError as error:
            return self._refuse("bad_check", error)
        if label is None:
            return self._take_vendors(text, "camera") or self._say(
                "foreign", foreign_words(text, is_barcode=is_barcode)
            )
        return self._take(label, "camera") if isinstance(label, ItemLabel) else self._go_to(label)

    def _take_vendors(self, text: str, how: How) -> Outcome | None:
        """Take the item that a vendor's barcode stands for, or note the seal that it names; None: it is neither."""
        found = self._desk.recognise(text)
        if found is None:
            return None
        if found.code:
            return self._take(ItemLabel(found.code, None), how)
        if not self._history:
            words = _("Seal {serial}: scan first the thing that it is on").format(serial=found.serial)
            return self._say("refused", words)
        code = self._history[-1]
        if found.serial not in self._serials:
            self._serials.append(found.serial)
        words = _("Seals read: {serials}. Say how they are, without the numbers: seal intact, or: seal broken")
        said = self._say("said", words.format(serials=", ".join(self._serials)), code)
        return replace(said, serial=found.serial)

    def _doubt(self, text: str) -> Outcome:
        words = _("Read in one way only, so it is not taken: {text}. Type the code, or take another picture.")
        return self._say("not_understood", words.format(text=printable(text)))

    def _take(self, label: ItemLabel, how: How) -> Outcome:
        try:
            taken = self._desk.take(label, how)
        except (CodeError, RuleError) as error:
            return self._refuse("refused", error)
        if taken.code not in self._history:
            self._history.append(taken.code)
            self._serials.clear()
        kind: Kind = "again" if taken.already else "taken"
        return self._mark_in_view(self._say(kind, taken.title, taken.code, taken.findings))

    def _describe(self, what: What, rest: str) -> Outcome:
        """Keep a remark on the item whose code comes first, else on the one that was taken last."""
        first, _blank, text = rest.partition(" ")
        first, _equals, glued = first.partition("=")  # as the options have it: CODE=broken
        try:
            code, text = parse_code(first.partition("*")[0]), f"{glued} {text}".strip()
        except CodeError:
            if not self._history:
                return self._say("not_understood", _("Nothing is taken yet, and no code is said"))
            code, text = self._history[-1], rest
        if what == "seal" and ":" not in text and self._serials and code == self._history[-1]:
            text = f"{text}:{','.join(self._serials)}"
        return self._keep_said(what, code, text)

    def _keep_said(self, what: What, code: str, text: str) -> Outcome:
        try:
            return self._say("said", self._desk.describe(what, code, text.strip()), code)
        except (CodeError, RuleError) as error:
            return self._refuse("refused", error)

    def _show_part(self, text: str) -> Outcome:
        """Take one code of a handover paper; with the last one, what the paper says is known."""
        try:
            read = self._papers.take(text)
            if read.sheet is not None:
                paper = self._desk.take_paper(read.sheet)
                return self._say("paper", paper.title, findings=paper.findings)
        except (CodeError, RuleError, TamperError) as error:
            return self._refuse("refused", error)
        if not read.missing:
            return self._say("paper", _("Paper {paper} has been read").format(paper=read.paper))
        words = _("Paper {paper}: {have} of {of} codes read, still to show: {missing}")
        missing = ", ".join(map(str, read.missing))
        return self._say("paper", words.format(paper=read.paper, have=len(read.have), of=read.of, missing=missing))

    def _show_head(self, text: str) -> Outcome:
        try:
            return self._say("paper", self._desk.take_head(text))
        except (CodeError, RuleError, TamperError) as error:
            return self._refuse("refused", error)

    def _remove(self, code: str) -> Outcome:
        was_in = self._desk.remove(code)
        self._history[:] = [other for other in self._history if other != code]
        shown = show_code(code)
        if not was_in:
            return self._say("refused", _("{code} is not among what was scanned").format(code=shown), code)
        words = _("{code} is out of the list")
        if self._desk.receiver is not None:  # a handover, not a pack that is filled
            words = _("{code} is out of the list of this handover; do not load it")
        return self._mark_in_view(self._say("put_out", words.format(code=shown), code))

    def _go_to(self, label: PlaceLabel) -> Outcome:
        """Follow a place's label, unless items are taken for somewhere else: one passing by must not move them."""
        receiver = self._desk.receiver
        if receiver in (None, label.code) or self._desk.tally.taken == 0:
            return self._set_end("to", label.code)
        words = _("{place} is not where these go ({receiver}). To change it, type: to {place}")
        return self._say("other_place", words.format(place=label.code, receiver=receiver), label.code)

    def _set_end(self, end: End, custodian: str) -> Outcome:
        try:
            name = self._desk.set_end(end, custodian)
        except (CodeError, RuleError) as error:
            return self._refuse("refused", error)
        words = _("From: {name}") if end == "from" else _("To: {name}")
        return self._say("place", words.format(name=name), custodian)

    def _refuse(self, kind: Kind, error: CustodyError) -> Outcome:
        return self._say(kind, _(error.message).format(**error.values))

    def _say(self, kind: Kind, text: str, code: str = "", findings: Sequence[Finding] = ()) -> Outcome:
        return Outcome(kind, printable(text, _LONGEST_LINE), self._desk.tally, code, tuple(findings))

    def _mark_in_view(self, outcome: Outcome) -> Outcome:
        """Let the item's label, if it is in view, show what has just come of it."""
        for sight in self._in_view.values():
            if sight.outcome is not None and sight.outcome.code == outcome.code:
                sight.outcome = outcome
        return outcome

    def _forget_unseen(self, at_ms: float) -> None:
        self._in_view = {
            text: sight for text, sight in self._in_view.items() if at_ms - sight.last_ms < self._cool_down_ms
        }
