"""The desk at which a set, sack or pallet is filled, emptied or looked into by scanning labels."""

from custody.chain.findings import Finding, judge_label
from custody.compose.compose import Touch
from custody.errors import N_, RuleError
from custody.format.codes import ItemLabel, show_code
from custody.format.item_facts import Item
from custody.format.paper_codes import Sheet
from custody.plan.levels import END
from db.store import Store
from reports.chain.steps import item_words
from scanner.outcomes import End, How, Taken, TakenPaper, Tally, What
from services.records.packing import judge_added, registered
from services.scanning.handover_context import heard_mark
from services.scanning.vendor_barcodes import VendorBarcodes


def purpose_of(action: str, scope: str | None, parent: str) -> str:
    """What such a session is for, as the draft keeps it, so that the same command goes on with it."""
    return " ".join(("pack", action, *([scope] if scope else []), parent))


class PackDesk(VendorBarcodes):
    """Takes labels into a draft that becomes a record of packing; each durable before it is answered."""

    def __init__(self, store: Store, draft: str, parent: str, action: str) -> None:
        """Args:
        action: `add`, `remove` or `check`.
        """
        self.store, self.draft, self.action = store, draft, action
        self.parent = registered(store, parent)
        self.taken: dict[str, None] = dict.fromkeys(touch.code for touch in store.drafts.touches(draft))
        self._look_up()

    def catch_up(self) -> None:
        """Look up again what should come, where new data has come; what labels say is judged at each one."""
        if heard_mark(self.store) != self._heard:
            self._look_up()

    def _look_up(self) -> None:
        self._heard = heard_mark(self.store)
        self.parent = registered(self.store, self.parent.code)
        self._needs = self.store.state.kinds()
        self._expected = self._looked_for()

    def _looked_for(self) -> dict[str, Item] | None:
        """What should be scanned: all that is in it for a check, all that its polling station needs for filling; None
        if not known.
        """
        if self.action == "check":
            return self.store.state.contents.packed(self.parent.code)
        place = self.store.state.places.get(self.parent.to)
        if self.action == "add" and place is not None and place.level == END:
            found = self.store.state.find_items(under=self.parent.to)
            inside = self.store.state.contents.packed(self.parent.code)
            return {
                item.code: item
                for item in found
                if item.code != self.parent.code and item.kind != self.parent.kind and item.code not in inside
            }
        return None

    @property
    def receiver(self) -> str | None:
        return None

    @property
    def missing(self) -> list[Item]:
        """What should be scanned and was not; empty also where it is not known."""
        return [item for code, item in (self._expected or {}).items() if code not in self.taken]

    @property
    def missing_words(self) -> list[str]:
        """The same, each in a line."""
        return [item_words(item, self._needs, self.store.state.places) for item in self.missing]

    @property
    def tally(self) -> Tally:
        if self._expected is None:
            return Tally(len(self.taken))
        extra = sum(code not in self._expected for code in self.taken)
        return Tally(len(self.taken), len(self._expected), len(self.missing), extra=extra)

    def take(self, label: ItemLabel, how: How) -> Taken:
        """Put an item into the draft and say what is wrong with it; durable when this returns.

        Raises:
            RuleError: it is the parent itself.
        """
        if label.code == self.parent.code:
            raise RuleError(N_("{item} is what things are put into"), item=show_code(label.code))
        self.store.state.places.refresh()
        item = self.store.state.item(label.code)
        findings: list[Finding] = judge_label(item, label) if item else []
        if self.action != "remove":
            findings += judge_added(self.store, self.parent, item, label.code)
        touch = Touch(label.code, label.print, how)
        is_new = self.store.drafts.take(self.draft, touch, at=self.store.around.now_utc())
        self.taken[label.code] = None
        words = item_words(item, self._needs, self.store.state.places)
        return Taken(label.code, words, tuple(findings), already=not is_new)

    def remove(self, code: str) -> bool:
        """Take an item out of the draft again."""
        self.taken.pop(code, None)
        return self.store.drafts.remove(self.draft, code)

    def set_end(self, end: End, custodian: str) -> str:
        """A set goes nowhere while it is packed."""
        raise RuleError(N_("things are packed here, and handed over with: scan"))

    def describe(self, what: What, code: str, text: str) -> str:
        """Refuse remarks on single things while they are packed."""
        raise RuleError(N_("things are packed here, and handed over with: scan"))

    def take_paper(self, sheet: Sheet) -> TakenPaper:
        """Keep what a handover paper carries; it says nothing of a set."""
        paper = self.store.papers.take(sheet, at=self.store.around.now_utc())
        return TakenPaper(str(paper.handover["bast"]), paper.findings)

    def take_head(self, text: str) -> str:
        """Keep a signed head that a paper carries."""
        head = self.store.heads.take(text, at=self.store.around.now_utc())
        return head.origin if head else text[:20]
