"""What a scan session says: outcomes, and what it asks of the draft that it fills."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from custody.chain.findings import Finding
from custody.format.codes import ItemLabel
from custody.format.paper_codes import Sheet
from language import _
from language.text import fill, number

End = Literal["from", "to"]
How = Literal["camera", "typed", "wedge", "matched", "completed"]
What = Literal["refuse", "accept", "remark", "condition", "seal", "extra", "bound"]
"""What can be said of an item, or of the whole, while it is scanned."""
Beep = Literal["aim", "ok", "again", "undone", "wrong"]
Mark = Literal["taken", "finding", "wrong"]
Kind = Literal[
    "taken",  # recorded in the draft
    "again",  # it was in the draft already
    "said",  # something was said of an item, or of the whole
    "put_out",  # taken out of the draft again
    "place",  # from or to is set
    "paper",  # a code of a handover paper: one of several, or the last one
    "other_place",  # a place's label that was not followed, because items are taken already
    "bad_check",  # looks like ours, and its check character is wrong
    "foreign",  # a QR code that is not ours
    "refused",  # the draft does not take it; the text says why
    "in_part",  # seen in part, and to be seen once more before it is taken
    "not_understood",  # a typed line that is nothing we know
    "finish",  # the user is done
]

Basis = Literal[
    "listed",  # somebody listed what is to go
    "derived",  # it follows from what is held and from records
    "paper",  # papers alone name it
    "unknown",
]
"""What the expected number rests on."""

_RIGHT: frozenset[Kind] = frozenset({"taken", "said", "put_out", "place", "paper", "finish"})


@dataclass(frozen=True, slots=True)
class Tally:
    """The progress of a draft: labels taken, how many are expected (None: not known), and how many of them are missing.

    Of what was taken, `extra` things are not among the expected ones, and `refused` ones stay with the giver.
    `assumed` things are inside those that were taken: they move along, and nobody has seen them. `elsewhere` of the
    expected ones are not missing, since other laptops took them under the same number. `basis`: None where nothing is
    to be said of it.
    """

    taken: int
    expected: int | None = None
    missing: int = 0
    assumed: int = 0
    refused: int = 0
    extra: int = 0
    elsewhere: int = 0
    basis: Basis | None = field(default=None, repr=False)

    @property
    def right(self) -> int:
        """The number of taken labels that were expected, by other laptops too; all of them where that is not known."""
        return self.taken - self.extra + self.elsewhere

    @property
    def extra_words(self) -> str:
        """How many came that are not among the expected; empty where none did."""
        if not self.extra:
            return ""
        words = _("+{count} not on the paper") if self.basis == "paper" else _("+{count} not planned")
        return words.format(count=number(self.extra))

    @property
    def basis_words(self) -> str:
        """That nobody listed what is to go, or that it is not known; else empty."""
        if self.basis == "derived":
            return _("Nobody listed what is to go.")
        return _("expected: not known") if self.basis == "unknown" else ""

    @property
    def is_whole(self) -> bool:
        """Whether all that is expected is here, and nothing else."""
        return self.expected is not None and not (self.missing or self.extra)


@dataclass(frozen=True, slots=True)
class Taken:
    """An item in the draft: its code, what it is in words, what is wrong with it, and whether it was there before."""

    code: str
    title: str
    findings: tuple[Finding, ...] = ()
    already: bool = False


@dataclass(frozen=True, slots=True)
class TakenPaper:
    """A handover paper that was read whole: what it is about in words, and what is wrong with it."""

    title: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class VendorRead:
    """What a vendor's barcode stands for: an item, by its code, or a seal, by its number; the other is empty."""

    code: str = ""
    serial: str = ""


class Desk(Protocol):
    """The draft as a session uses it; every change is durable when the call returns."""

    def take(self, label: ItemLabel, how: How) -> Taken:
        """Put an item into the draft; one that is there already is left as it is.

        Raises:
            CodeError, RuleError: it cannot be taken, and the text says why. Any other error ends the session.
        """

    def remove(self, code: str) -> bool:
        """Take an item out of the draft again; False when it is not in it."""

    def set_end(self, end: End, custodian: str) -> str:
        """Set who gives or who receives; returns the name in words.

        Raises:
            CodeError, RuleError: there is no such custodian, or it cannot be this end.
        """

    def describe(self, what: What, code: str, text: str) -> str:
        """Keep a remark on an item that was taken, or on the whole (`extra`, `bound`); return it in words.

        Raises:
            CodeError, RuleError: it is not understood, or its item is not here.
        """

    def take_paper(self, sheet: Sheet) -> TakenPaper:
        """Keep what a handover paper carries, so that it is known what is to come.

        Raises:
            CodeError, RuleError, TamperError: it is not what its station signed.
        """

    def take_head(self, text: str) -> str:
        """Keep the signed head that a paper carries; returns what it shows, in words.

        Raises:
            RuleError, TamperError: it was not signed by its log's key, or our own ledger was put back to an older copy.
        """

    def catch_up(self) -> "Outcome | None":
        """Judge the taken items again if new data has come; return how they stand now, None if nothing changed."""

    def recognise(self, text: str) -> VendorRead | None:
        """Return what a barcode that is not ours stands for; None where nobody has said."""

    @property
    def wants_barcodes(self) -> bool:
        """Whether any barcode that is not ours stands for anything here."""

    @property
    def completable(self) -> Sequence[str]:
        """The texts of labels from which one that is not read surely may be completed; none while that is off."""

    @property
    def receiver(self) -> str | None:
        """The code of who receives, None while it is not set."""

    @property
    def tally(self) -> Tally: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one label or typed line: a line to show, a sound to make, and the progress of the draft.

    `text` is for people, in their language and printable whatever was scanned; `code` is the item's or the
    custodian's, empty where there is none; `serial` is the number of a seal whose barcode was read.
    """

    kind: Kind
    text: str
    tally: Tally
    code: str = ""
    findings: tuple[Finding, ...] = ()
    serial: str = ""

    @property
    def beep(self) -> Beep:
        """The sound: an item with something wrong sounds wrong although it is taken, so that somebody looks."""
        if self.kind == "in_part":
            return "aim"
        if self._is_irregular or self.kind not in _RIGHT | {"again"}:
            return "wrong"
        if self.kind == "put_out":
            return "undone"
        return "again" if self.kind == "again" else "ok"

    @property
    def mark(self) -> Mark | None:
        """The colour of its outline: an item stays `taken` however often it is seen; none once it is taken out."""
        if self.kind == "put_out":
            return None
        if self.kind not in _RIGHT | {"again"}:
            return "wrong"
        return "finding" if self._is_irregular else "taken"

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with what was taken, a printable line each."""
        return tuple(fill(finding.message, finding.values) for finding in self.findings)

    @property
    def remark(self) -> str:
        """What is to be said beside the text, on one line: what is wrong, or that it counts once; empty if nothing."""
        return _("scanned already, counted once") if self.kind == "again" else "; ".join(self.faults)

    @property
    def _is_irregular(self) -> bool:
        return any(finding.severity != "info" for finding in self.findings)
