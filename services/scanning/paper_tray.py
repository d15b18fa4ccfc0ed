"""The tray: handover papers that are read by themselves, with no goods beside them (a scan session's desk for papers).

What is taken is kept beside the ledger, so that the handover that comes later expects what its paper says.
"""

from contextlib import suppress
from dataclasses import dataclass

from custody.chain.findings import Finding
from custody.errors import N_, RuleError, TamperError
from custody.format.codes import ItemLabel
from custody.format.paper_codes import Sheet
from db.store import Store
from scanner.outcomes import End, How, Taken, TakenPaper, Tally, What
from services.scanning.handover_papers import ends_after, head_words, paper_words

_MOST = 50


@dataclass(frozen=True, slots=True)
class TrayPaper:
    """A paper that was read whole: what it says in a line, what is irregular about it, and what comes next.

    `giver` and `receiver` are the codes of the next handover's ends; the receiver is empty where it is not known yet.
    `is_received`: nothing of it is with that giver any more.
    """

    sheet: Sheet
    bast: str
    title: str
    findings: tuple[Finding, ...]
    is_held: bool
    is_own: bool
    giver: str
    receiver: str
    is_received: bool


class PaperTray:
    """Takes papers and signed heads, and nothing else."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.papers: dict[str, TrayPaper] = {}
        """Those read whole, by the names that their codes bear, the newest last."""
        self._judged_at: object = None

    def judge_again(self) -> None:
        """Judge each paper again: since it was read, its station's records or its items may have come."""
        if (mark := self.store.ledger.memory.mark()) == self._judged_at:
            return
        self._judged_at = mark
        for paper in list(self.papers.values()):
            with suppress(TamperError):  # what was read stays as it was; the next one who shows it is told
                self.take_paper(paper.sheet)

    def catch_up(self) -> None:
        """Do nothing: the page judges papers again whenever it shows them (`judge_again`)."""

    wants_barcodes = False
    completable: tuple[str, ...] = ()

    def recognise(self, text: str) -> None:
        """Nothing: papers have no vendors' barcodes."""

    @property
    def receiver(self) -> str | None:
        """Empty: papers have no receiver."""
        return None

    @property
    def tally(self) -> Tally:
        """How many papers have been read whole."""
        return Tally(len(self.papers))

    def take(self, label: ItemLabel, how: How) -> Taken:
        """Refuse a thing's label: it belongs to a handover."""
        raise _no_paper()

    def remove(self, code: str) -> bool:
        """No thing is in it."""
        return False

    def set_end(self, end: End, custodian: str) -> str:
        """Refuse a place's label."""
        raise _no_paper()

    def describe(self, what: What, code: str, text: str) -> str:
        """Refuse remarks on items."""
        raise _no_paper()

    def take_paper(self, sheet: Sheet) -> TakenPaper:
        """Keep what a handover paper carries.

        Raises:
            TamperError: it is not what its station signed, or our own ledger was put back to an older copy.
        """
        read = self.store.papers.take(sheet, at=self.store.around.now_utc())
        title, (giver, receiver) = paper_words(self.store, read), ends_after(self.store, read.handover)
        self.papers.pop(read.paper, None)
        is_received = self.store.papers.is_received(sheet, giver)
        self.papers[read.paper] = TrayPaper(
            sheet,
            str(read.handover["bast"]),
            title,
            read.findings,
            read.is_held,
            read.is_own,
            giver,
            receiver,
            is_received,
        )
        if len(self.papers) > _MOST:
            del self.papers[next(iter(self.papers))]
        return TakenPaper(title, read.findings)

    def take_head(self, text: str) -> str:
        """Keep a signed head that a paper carries.

        Raises:
            TamperError: its log's key has not signed it, or our own ledger was put back to an older copy.
        """
        return head_words(self.store, text)


def _no_paper() -> RuleError:
    return RuleError(
        N_("that is no code of a handover paper; things and places are scanned on the page Scan"),
        hint=N_("Show the codes on the paper that came with the goods."),
    )
