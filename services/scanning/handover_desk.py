"""The desk: a draft in the ledger as a scan session fills it (the scanner knows only this face of it)."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Any, Literal

from custody.chain.findings import Finding, name_of
from custody.compose.compose import Handover, Touch
from custody.compose.refusals import refuse_to_itself
from custody.errors import CodeError, InputError, RuleError
from custody.format.codes import ItemLabel, show_code
from custody.format.event_types import Body
from custody.format.item_facts import Item
from custody.format.paper_codes import Sheet
from custody.handover.draft import Details, Seer
from custody.handover.handover_facts import carried_in
from custody.handover.load_count import LoadCount
from custody.handover.waybill import check_matched
from db.store import Store
from language import _
from language.text import number
from reports.chain.steps import item_words
from reports.words import kind_name, meant_words
from scanner.outcomes import Basis, End, How, Outcome, Taken, TakenPaper, Tally, What
from services.plan.custodians import find_custodian
from services.scanning.draft_details import details_of, forget_item
from services.scanning.handover_context import Expectation, expectation, heard_mark, shows_receipt, waybill_for
from services.scanning.handover_papers import ends_after, head_words, paper_words
from services.scanning.item_remarks import describe
from services.scanning.judging import Verdict, Weighed, foresee, judge_labels, together, wrong_by_item
from services.scanning.open_drafts import ends_in_words
from services.scanning.vendor_barcodes import VendorBarcodes


class DraftDesk(VendorBarcodes):
    """Takes scans into one draft, each durable before it is answered."""

    def __init__(self, store: Store, draft: str) -> None:
        self.store, self.draft = store, draft
        info = store.drafts.get(draft)
        self.giver, self._receiver, self.bound = info.giver or "", info.receiver or "", info.bound
        touches = store.drafts.touches(draft)
        self.taken: dict[str, None] = dict.fromkeys(touch.code for touch in touches)
        self.hows: dict[str, How] = {touch.code: touch.how for touch in touches}
        """How the label of each of these was read."""
        self.seers = store.drafts.seers(draft)
        """Which device saw it, where it was not the station itself."""
        self.seer: Seer | None = None
        """The device whose labels are being taken; None: the station itself."""
        self._needs = store.state.kinds()
        self._found, self._count = Expectation(None, frozenset()), LoadCount()
        self._heard = heard_mark(store)
        self._told: dict[str | None, set[str]] | None = None if self.taken else {}
        """What was said to be wrong, by item; None in a session that goes on: nobody knows what was said of it."""
        self._judged: tuple[Any, dict[ItemLabel, Verdict]] = (None, {})
        self._foreseen: tuple[Any, Weighed] | None = None
        self.refused: frozenset[str] = frozenset()
        self._said = Details()
        self.papers: list[str] = []
        """The numbers of the handovers whose papers were read in this session, and kept."""
        self.look_up()

    @property
    def handover(self) -> Handover:
        """Who gives what to whom, as far as it is set."""
        said, ends = self._said, (self.giver, self._receiver, self.bound)
        return Handover(*ends, number=said.number, load=said.load, phase=said.phase, kinds=said.kinds)

    @property
    def receiver(self) -> str | None:
        """The code of who receives, None while it is not set."""
        return self._receiver or None

    @property
    def tally(self) -> Tally:
        """How far the draft is."""
        taken, refused, count = len(self.taken), len(self.refused), self._count
        if (expected := self._found.items) is None:
            return Tally(taken, assumed=len(count.inside), refused=refused, basis=self._basis)
        missing, assumed, by_others = len(count.missing), len(count.inside), len(count.by_others)
        return Tally(taken, len(expected), missing, assumed, refused, count.extra, by_others, self._basis)

    @property
    def missing(self) -> list[Item]:
        """The expected items that are not taken, by destination; empty also where it is not known what to expect."""
        return list(self._count.missing.values())

    @property
    def missing_words(self) -> list[str]:
        """The same, each in a line."""
        return [
            self.words(item) if item.kind else _("{code}, on the paper").format(code=show_code(item.code))
            for item in self.missing
        ]

    @property
    def goods_words(self) -> list[str]:
        """Which phase and kinds are to go, where that is said, and what no vendor has brought yet, in a line each."""
        to_go = meant_words(self._found.meant.phase, self._found.meant.kinds, self._needs)
        kinds = Counter(item.kind for item in self._found.meant.not_yet.values())
        waiting = ", ".join(f"{kind_name(self._needs, kind)} {number(count)}" for kind, count in kinds.most_common())
        return [
            words.format(what=what)
            for words, what in ((_("To go: {what}"), to_go), (_("Not there yet, and not short: {what}"), waiting))
            if what
        ]

    @property
    def _basis(self) -> Basis:
        """What it follows from how much is to go."""
        if self._found.items is None or self._found.is_listed:
            return "unknown" if self._found.items is None else "listed"
        return "paper" if self.store.state.is_bare and self.foretold else "derived"

    @property
    def assumed(self) -> dict[str, Item]:
        """What is inside the things that were taken, at any depth, and was not seen itself; by code."""
        return self._count.inside

    def take(self, label: ItemLabel, how: How) -> Taken:
        """Put an item into the draft and say what is wrong with it; durable when this returns.

        Raises:
            RuleError: its label cannot be read, and it is none of the expected things.
        """
        if how == "matched":
            check_matched(label.code, self._found.items)
        items, findings = together(self._verdicts([ItemLabel(label.code, label.print)]))
        item = items.get(label.code)
        inside = self.store.state.contents.carried({item.code: item}) if item is not None else {}
        now = self.store.around.now_utc()
        is_new = self.store.drafts.take(self.draft, Touch(label.code, label.print, how), at=now, by=self.seer)
        if label.code not in self.taken:
            self.taken[label.code], self.hows[label.code] = None, how
            if is_new and self.seer is not None:
                self.seers[label.code] = self.seer
            expected = self._found.items
            if expected is not None and label.code in self._said.load:  # also what went before, where it is listed
                expected.setdefault(label.code, item or Item(label.code, "", ""))
            self._count.take(label.code)
            self._count.carry(inside)
            # it hangs on the scans which record of the other side is confirmed, and what has come
            hangs = self._found.may_change or label.code in self._found.meant.not_yet
            if hangs or shows_receipt(self.store, self.handover, item, self._found):
                self.look_up()
            elif inside and self.refused:  # what is inside something refused stays with it
                self._look_inside()
        is_foretold = item is None and (label.code in self.foretold or any(one.is_foretold for one in findings))
        findings = [finding for finding in findings if not finding.is_foretold]
        if self._told is not None:
            self._told |= wrong_by_item(findings)
        words = self.words(item, is_foretold=is_foretold)
        if (other := self.store.drafts.also_in(self.draft, label.code)) is not None:
            words += " · " + _("also in the unfinished session {session}").format(
                session=other.purpose or ends_in_words(self.store, other)
            )
        return Taken(label.code, words, tuple(findings), already=not is_new)

    def describe(self, what: What, code: str, text: str) -> str:
        """Keep a remark on an item that was taken, or on the whole handover; return it in words.

        Raises:
            CodeError, RuleError: it is not understood, or the item was not taken.
        """
        try:
            words = describe(self, what, code, text)
        except InputError as error:  # a session shows it and goes on
            raise RuleError(error.message, hint=error.hint, **error.values) from error
        self.look_up()
        return words

    def remove(self, code: str) -> bool:
        """Take an item out of the draft again."""
        return bool(self.remove_all([code]))

    def remove_all(self, codes: Iterable[str]) -> list[str]:
        """Take items out of the draft again, all or none; return those that were in it."""
        with self.store.transaction():
            removed = [code for code in dict.fromkeys(codes) if self._remove(code)]
        for code in removed:
            for known in (self.taken, self.hows, self.seers, self._told or {}):
                known.pop(code, None)
        self.look_up()
        return removed

    def _remove(self, code: str) -> bool:
        was_in = self.store.drafts.remove(self.draft, code)
        return forget_item(self.store, self.draft, code) or was_in

    def set_end(self, end: End, custodian: str) -> str:
        """Set who gives or who receives; returns the name in words.

        Raises:
            CodeError, RuleError: there is no such custodian, or it would hand over to itself.
        """
        code = self._known(custodian)
        self.set_ends(*((code, self._receiver) if end == "from" else (self.giver, code)))
        return name_of(self.store.state.places, code) + self._kept_in_words()

    def set_ends(self, giver: str, receiver: str | None) -> None:
        """Set who gives and who receives, by their codes; None: not known yet.

        Raises:
            RuleError: it would hand over to itself.
        """
        if receiver:
            refuse_to_itself(Handover(giver, receiver), self.store.state.places)
        self.store.drafts.set_ends(self.draft, giver=giver, receiver=receiver or None)
        self.giver, self._receiver = giver, receiver or ""
        self.look_up()

    def set_bound(self, custodians: Sequence[str]) -> None:
        """Say where a carrier goes.

        Raises:
            CodeError, RuleError: there is no such place.
        """
        self.bound = tuple(dict.fromkeys(self._known(custodian) for custodian in custodians))
        self.store.drafts.set_ends(self.draft, bound=self.bound)
        self.look_up()

    def ends_changed(self) -> Outcome:
        """How what was scanned stands with the ends as they are now: in words, and the gravest of what is wrong."""
        places = self.store.state.places
        to = name_of(places, self._receiver) if self._receiver else "?"
        words = _("Changed: from {giver} to {receiver}").format(
            giver=name_of(places, self.giver) if self.giver else "?", receiver=to
        )
        return self._changed("place", words + self._kept_in_words())

    def refusals_changed(self) -> Outcome:
        """The same where things were refused, or are not refused any more."""
        words = _("Refused: {count}. They stay with the giver; do not load them.")
        if not self.refused:
            words = _("Nothing of these is refused now.")
        return self._changed("said", words.format(count=number(len(self.refused))))

    def catch_up(self) -> Outcome | None:
        """Judge everything in the draft again where records or a paper have come since it was judged last.

        Returns:
            How the scanned items stand now; None where nothing came or nothing changed.
        """
        heard = heard_mark(self.store)
        if heard == self._heard:
            return None
        self._heard = heard
        told, tally = self._told, self.tally
        self._needs = self.store.state.kinds()
        self.look_up()
        wrong = wrong_by_item(findings := self.findings())
        if told == wrong and tally == self.tally:
            return None
        count = len(wrong.keys() & self.taken.keys())
        words = _("New data has come, and what was scanned was judged again. Labels: {count}; not right: {wrong}")
        if not count:
            words = _("New data has come, and what was scanned was judged again. Labels: {count}, all right")
        if not self.taken:
            words = _("New data has come; what is expected was looked up again")
        return self._changed("said", words.format(count=number(len(self.taken)), wrong=number(count)), findings)

    def _changed(
        self, kind: Literal["place", "said"], words: str, findings: Sequence[Finding] | None = None
    ) -> Outcome:
        """What was said last of a label may be wrong now: these words, and the gravest of what is wrong now.

        Args:
            findings: what is wrong now, where it has been judged; else it is judged here.
        """
        if findings is None:
            findings = self.findings() if self.taken else []
        wrong = [finding for finding in findings if finding.severity != "info"]
        gravest = sorted(wrong, key=lambda finding: finding.severity != "critical")[:1]
        return Outcome(kind, words, self.tally, findings=tuple(gravest))

    def _kept_in_words(self) -> str:
        """Say how the items that were scanned before an end was changed stand now; empty where there are none."""
        if not self.taken or not self.giver or not self._receiver:
            return ""
        wrong = {finding.item for finding in self.findings() if finding.item and finding.severity != "info"}
        words = _("Labels kept: {count}; not right for this: {wrong}")
        if not wrong:
            words = _("Labels kept: {count}, all right for this")
        return ". " + words.format(count=number(len(self.taken)), wrong=number(len(wrong)))

    def take_paper(self, sheet: Sheet) -> TakenPaper:
        """Keep what a handover paper carries, and expect what it says.

        Raises:
            TamperError: it is not what its station signed, or our own ledger was put back to an older copy.
        """
        paper = self.store.papers.take(sheet, at=self.store.around.now_utc())
        if not paper.is_own:
            self.papers.append(str(paper.handover["bast"]))
        self._follow(paper.handover)
        self.look_up()
        return TakenPaper(paper_words(self.store, paper), paper.findings)

    def take_head(self, text: str) -> str:
        """Keep a signed head that a paper carries.

        Raises:
            TamperError: its log's key has not signed it, or our own ledger was put back to an older copy.
        """
        return head_words(self.store, text)

    def _follow(self, said: Body) -> None:
        """Take giver and receiver from a paper, where they are not set and nothing is taken yet."""
        giver, receiver = ends_after(self.store, said)
        is_about_others = self.giver not in ("", giver) or (receiver and self._receiver not in ("", receiver))
        if self.taken or is_about_others:
            return
        with suppress(CodeError, RuleError):  # it would hand over to itself: people say it themselves
            if not self.giver:
                self.set_end("from", giver)
            if receiver and not self._receiver:
                self.set_end("to", receiver)

    def findings(self) -> list[Finding]:
        """What is wrong with everything in the draft, as its ends are now."""
        return self.judged(self.store.drafts.touches(self.draft))[1]

    def judged(self, touches: Iterable[Touch]) -> tuple[dict[str, Item], list[Finding]]:
        """What is known of all that the draft has taken, by code, and what is wrong with it as its ends are now."""
        labels = [ItemLabel(touch.code, touch.print) for touch in touches if touch.code not in self.refused]
        items, found = together(self._verdicts(labels))
        self._told = wrong_by_item(found)
        return items, found

    def _verdicts(self, labels: Sequence[ItemLabel]) -> list[Verdict]:
        """The verdict on each of these labels, which is kept until records or a paper come or the handover changes."""
        hangs_on = (heard_mark(self.store), self.handover)
        if self._judged[0] != hangs_on:
            self._judged = (hangs_on, {})
        known = self._judged[1]
        if new := [label for label in labels if label not in known]:
            known |= {verdict.label: verdict for verdict in judge_labels(self.store, new, self.handover)}
        return [known[label] for label in labels]

    def foresee(self, handover: Handover, touches: Sequence[Touch]) -> Weighed | None:
        """Return `handover`, with all that the draft kept of it (`with_details`) and has taken, as it would be recorded
        this minute; None while giver or receiver is not set.
        """
        if not handover.giver or not handover.to:
            return None
        now = self.store.around.now_utc()
        hangs_on = (heard_mark(self.store), handover, touches, now[:16])
        if self._foreseen is None or self._foreseen[0] != hangs_on:
            ends = (handover.giver, handover.to, handover.bound)
            judge = self._verdicts if ends == (self.giver, self._receiver, self.bound) else None
            self._foreseen = (hangs_on, foresee(self.store, handover, touches, now=now, judge=judge))
        return self._foreseen[1]

    def words(self, item: Item | None, *, is_foretold: bool = False) -> str:
        """Describe an item in a line: Ballot box DPR, 2 of 5, TPS 003 Pejarakan.

        `is_foretold`: it is not registered here and a paper names it.
        """
        if item is None and is_foretold:
            return _("As on the paper")
        return item_words(item, self._needs, self.store.state.places)

    @property
    def foretold(self) -> Collection[str]:
        """The codes that the giver's papers name at this handover."""
        return waybill_for(self.store, self.handover).refs.keys()

    def _known(self, custodian: str) -> str:
        try:
            return find_custodian(self.store, custodian)
        except InputError as error:  # a session shows it and goes on
            raise RuleError(error.message, hint=error.hint, **error.values) from error

    def refresh(self) -> None:
        """Ask again where another program has said something of the draft."""
        if details_of(self.store, self.draft) != self._said:
            self.look_up()

    def look_up(self) -> None:
        """Ask the ledger again what is expected, and the draft what was said."""
        self._said = details_of(self.store, self.draft)
        self.refused, self._found = self._said.refused, Expectation(None, frozenset())
        if self.giver and self._receiver:
            self._found = expectation(self.store, self.handover, [*self.taken, *self.refused])
        self._look_inside()

    def _look_inside(self) -> None:
        """Count again what is missing, what is inside and what is not expected."""
        self._count = LoadCount(self._found.items, self._found.elsewhere)
        for code in self.taken:
            self._count.take(code)
        items = self.store.state.items_of([*self.taken, *self.refused])
        items |= self.store.state.contents.carried(items)
        refused, kept = self.refused, [code for code in self.taken if code not in self.refused]
        self._count.carry(carried_in(items, kept, refused))
        self._count.leave((*refused, *carried_in(items, refused, kept)))
