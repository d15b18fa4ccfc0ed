"""A handover's desk without a database, and labels as a camera reads them."""

from dataclasses import dataclass, field

from custody.chain.findings import Finding
from custody.errors import RuleError
from custody.format.codes import ItemLabel
from scanner.outcomes import End, How, Outcome, Taken, Tally, VendorRead
from scanner.reads import Read

SQUARE = ((0, 0), (9, 0), (9, 9), (0, 9))


@dataclass
class DeskInMemory:
    """A draft as the database side keeps it, without the database."""

    places: tuple[str, ...] = ("51.08", "51.08.01")
    receiver: str | None = None
    giver: str | None = None
    labels: dict[str, ItemLabel] = field(default_factory=dict)
    hows: list[How] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    failure: Exception | None = None
    news: Outcome | None = None

    barcodes: dict[str, VendorRead] = field(default_factory=dict)
    completable: tuple[str, ...] = ()

    @property
    def wants_barcodes(self) -> bool:
        return bool(self.barcodes)

    def recognise(self, text: str) -> VendorRead | None:
        return self.barcodes.get(text)

    def take(self, label: ItemLabel, how: How) -> Taken:
        if self.failure:
            raise self.failure
        already = label.code in self.labels
        self.labels.setdefault(label.code, label)
        self.hows.append(how)
        return Taken(label.code, "Kotak suara 3/5", self.findings, already)

    def remove(self, code: str) -> bool:
        return self.labels.pop(code, None) is not None

    def set_end(self, end: End, custodian: str) -> str:
        if custodian not in self.places and not custodian.startswith("DK"):
            raise RuleError("There is no place {place}", place=custodian)
        if end == "from":
            self.giver = custodian
        else:
            self.receiver = custodian
        return f"Place {custodian}"

    def catch_up(self) -> Outcome | None:
        news, self.news = self.news, None
        return news

    @property
    def tally(self) -> Tally:
        return Tally(len(self.labels), 2)


def read(text: str, engine: str = "zxing-cpp") -> Read:
    return Read(text, SQUARE, engine)
