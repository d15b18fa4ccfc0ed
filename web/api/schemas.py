"""What the interface for programs takes and gives, with an example of each.

Codes are as on labels without dashes, times RFC 3339 in UTC, texts in the language that is asked for.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from custody.plan.levels import AREA, GROUP
from web.request_model import Given

Code = Annotated[str, Field(max_length=60, examples=["7Q2M9X4T5B8C6"])]
PlaceCode = Annotated[str, Field(max_length=60, examples=["51.08.01.2009"])]
Time = Annotated[str, Field(max_length=40, examples=["2024-02-12T10:00:00Z"])]
Name = Annotated[str, Field(max_length=120, examples=["Made Arya"])]
Text = Annotated[str, Field(max_length=2000, examples=["The lid was open."])]


class Refusal(BaseModel):
    """Why a request was refused: a sentence, what to do about it, and each fault where there are several."""

    error: str = Field(examples=["there is no place 51.09"])
    hint: str = ""
    faults: list[str] = []


class Waiting(BaseModel):
    """A log that is kept and counts nowhere until root admits its station: compare the fingerprint with its key sheet.

    Then, at the warehouse: `python main.py admit station-card.json`, with the file from that station's folder.
    """

    station: str = Field(examples=["PPK Gerokgak"])
    place: PlaceCode
    records: int = Field(examples=[12])
    fingerprint: str = Field(description="Of the key that signs it.", examples=["9c" * 32])
    own: bool = Field(description="It is the log of the station that answers, and counts there.")


class Station(BaseModel):
    """The station whose page this is."""

    station: str = Field(examples=["Gudang-1"])
    place: PlaceCode
    election: str = Field(examples=["Pemilu 2024"])
    log: str = Field(examples=["serah/pemilu-2024/gudang-1/1f871aee8e65430b"])
    root: str = Field(description="Fingerprint of the election's root.", examples=["1f87" * 16])
    role: str = Field(description="As whom you ask.", examples=["observer"])
    waiting: list[Waiting] = Field(description="What waits for admission.")


class Item(BaseModel):
    """The present state of an item."""

    code: Code
    kind: str = Field(examples=["box"])
    to: PlaceCode
    k: int = Field(examples=[1])
    n: int = Field(examples=[5])
    election: str | None = Field(examples=["PPWP"])
    quantity: int = Field(examples=[1])
    held_by: str = Field(examples=["51.08.01"])
    condition: str | None = Field(description="What the last look found; null: nobody has looked.", examples=["good"])
    print: int = Field(description="The newest print of its label; 0: none was printed.", examples=[1])


class Items(BaseModel):
    """A page of items. `after` asks for the next one; null: this is the last."""

    total: int = Field(examples=[25025])
    items: list[Item]
    after: str | None = Field(examples=["7Q2M9X4T5B8C6"])
    waiting: list[Waiting] = Field(description="What waits for admission and is not counted in it.")


class Finding(BaseModel):
    """What is irregular, in a code and in words. `leaf` is the record at which it shows."""

    code: str = Field(examples=["WRONG_DESTINATION"])
    item: str | None = Field(examples=["7Q2M9X4T5B8C6"])
    severity: str = Field(examples=["critical"])
    open: bool
    provisional: bool = Field(description="A log that was not met yet may explain it.")
    detail: str = Field(examples=["7Q2M-9X4T-5B8C-6 is for TPS 001 Patas, not for PPK Seririt"])
    leaf: str | None = Field(examples=["9c" * 32])
    also: list[str] = Field(description="The other records that it rests on, as the other handover of a FORK.")


class PlacedFinding(Finding):
    """An open finding, the place that its thing is bound for, and the handover's number where it is about that."""

    place: str
    bast: str


class Findings(BaseModel):
    """What is irregular and open, gravest first; what is late stands under `late`."""

    total: int
    findings: list[PlacedFinding]
    waiting: list[Waiting] = Field(description="What waits for admission and is not counted in it.")


class Link(BaseModel):
    """One record in an item's chain. Observers do not see who worked at the station (`by`)."""

    model_config = ConfigDict(populate_by_name=True)
    log: str
    seq: int = Field(examples=[17])
    leaf: str
    type: str = Field(examples=["handover"])
    at: str = Field(examples=["2024-02-11T01:00:00Z"])
    from_: str | None = Field(alias="from", examples=["51.08"])
    to: str | None = Field(examples=["51.08.01"])
    how: str | None = Field(examples=["camera"])
    by: str | None = Field(examples=["Made Arya"])
    seen: bool
    giver: str | None = None
    receiver: str | None = None
    bast: str | None = Field(default=None, examples=["0001/GUDANG-1/2024"])
    withdrawn: bool = False
    refused: bool = False
    repeat: bool = Field(default=False, description="Whether it records once more what another log recorded.")
    admitted: bool = Field(default=True, description="Whether its station counts; where it does not, nothing follows.")


class Chain(BaseModel):
    """The chain of custody of one item, with its findings, as in `custody --json`."""

    code: Code
    kind: str | None
    to: str | None
    held_by: str | None
    condition: str | None
    vendor_codes: list[str] = Field(description="What loaded tables say that vendors call it; no evidence.")
    chain: list[Link]
    findings: list[Finding]


class Place(BaseModel):
    """A place of the delivery tree."""

    code: PlaceCode
    name: str = Field(examples=["PPS Gerokgak"])
    level: str = Field(examples=[GROUP])
    parent: str | None = Field(examples=["51.08.01"])
    due: str | None = Field(examples=["2024-02-13T04:00:00Z"])
    dapil: str | None = Field(examples=["Buleleng 4"], description="Its own; null: that of the nearest place above.")


class Progress(BaseModel):
    """How far the supplies of one kind for one place have come."""

    place: PlaceCode
    name: str
    level: str
    kind: str = Field(examples=["box"])
    registered: int = Field(examples=[1120])
    labelled: int
    sent: int
    arrived: int
    need: int | None = Field(
        description="Pieces that the plan asks for; null where that is not known.", examples=[1120]
    )
    registered_pieces: int
    arrived_pieces: int
    short: int | None


class Late(BaseModel):
    """How a place stands against its due time. The words are those of `report late`."""

    state: str = Field(examples=["will_be_late"])
    level: str = Field(examples=[AREA])
    area: str
    place: PlaceCode
    name: str
    due_utc: str
    bound: int = Field(examples=[2464])
    there: int = Field(examples=[2451])
    missing: int = Field(examples=[13])
    came_late: int
    pace_items: int
    pace_hours: int
    pace_since_utc: str | None
    ahead: int
    expected_utc: str | None
    phase: str = Field(description="The phase whose time it is; empty where it is the place's own.", examples=["II"])


class Incident(BaseModel):
    """An obstacle. Observers do not see who recorded it."""

    record: str | None = Field(examples=["serah/pemilu-2024/gudang-1/1f871aee8e65430b:17"])
    state: Literal["open", "closed"]
    place: str
    stage: str = Field(examples=["transport"])
    text: str = Field(examples=["Truck DK 8123 AB has a flat tyre"])
    items: list[str] = Field(description="The codes of the things that it is about.")
    opened_utc: str | None
    opened_by: str | None
    closed_utc: str | None
    closed_by: str | None
    closed_text: str | None


class Head(BaseModel):
    """How long a log is here, and the digest of its newest entry."""

    log: str
    station: str
    place: str
    size: int = Field(examples=[822])
    head: str | None = Field(examples=["9c" * 32])


class Heads(BaseModel):
    """Every log that is held. `signed` is this station's own head as a signed note, for somebody to keep."""

    logs: list[Head]
    signed: str
    unwitnessed: int = Field(description="So many of our own newest records nobody else is known to hold.")


class Verified(BaseModel):
    """What checking the whole ledger found. Where `ok` is false, the evidence is wrong."""

    ok: bool
    verdict: str
    logs: list[dict[str, Any]]
    findings: list[dict[str, Any]]


class Draft(BaseModel):
    """A session that is not recorded yet."""

    id: str = Field(examples=["0b51ba32-0b51-4a32-8b51-0b51ba320b51"])
    giver: str
    receiver: str
    bound: list[str]
    opened_at: str
    taken: int
    items: list[str] = Field(default=[], description="The codes that were taken, in their order.")
    version: str = Field(default="", description="Bring it along to record what you have seen, and nothing else.")


class NewDraft(Given):
    """Who gives, who receives, and where a carrier goes; empty where it is not said yet."""

    giver: PlaceCode = ""
    receiver: PlaceCode = ""
    bound: Annotated[list[PlaceCode], Field(max_length=200)] = []


class Line(Given):
    """One line as it was typed, or as a scanner sent it: a code, a payload, `undo`."""

    line: Annotated[str, Field(max_length=4096, examples=["7Q2M9X4T5B8C6*01"])]


class Taken(BaseModel):
    """What came of a line."""

    kind: str = Field(examples=["taken"])
    text: str
    remark: str
    code: str
    taken: int = Field(examples=[12])
    expected: int | None = Field(examples=[165])


class People(Given):
    """What people state about a handover, besides its items."""

    giver_name: Name = ""
    receiver_name: Name = ""
    witnesses: Annotated[list[Name], Field(max_length=10)] = []
    counted: Annotated[int | None, Field(ge=0, lt=1_000_000, description="The giver's own count.")] = None
    vehicle: Name = ""
    driver: Name = ""
    note: Text = ""


class NewHandover(People):
    """A handover of what was scanned elsewhere. The same `id` again records nothing and returns the same number."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,60}$", examples=["0b51ba32-0b51-4a32-8b51-0b51ba320b51"])]
    from_: PlaceCode = Field(alias="from", examples=["51.08"])
    to: PlaceCode = Field(examples=["51.08.01"])
    bound: Annotated[list[PlaceCode], Field(max_length=200)] = []
    items: Annotated[
        list[Annotated[str, Field(max_length=60)]],
        Field(min_length=1, max_length=5000, examples=[["7Q2M9X4T5B8C6*01"]], description="Codes, or what labels say."),
    ]
    phase: Annotated[str, Field(max_length=40, description="The phase of which all that has come is to go.")] = ""
    kinds: Annotated[list[Name], Field(max_length=200, description="The kinds that alone are to go.")] = []
    occurred: Annotated[Time | None, Field(description="When it happened, where it is keyed in later.")] = None


class NamedTwice(BaseModel):
    """Somebody who receives and gives too, or who witnesses and has another part; the name as it is written."""

    role: Literal["receiver", "witness"]
    name: str


class Recorded(BaseModel):
    """A handover that is recorded. `new` is false where it was recorded before; findings come only the first time."""

    bast: str = Field(examples=["0001/GUDANG-1/2024"])
    new: bool
    scanned: int
    expected: int | None
    derived: bool = Field(description="Whether nobody listed what was to go.")
    phase: str = Field(description="The phase that was to go; empty where none was said.", examples=["I"])
    kinds: list[str] = Field(description="The kinds that were to go; empty: all.", examples=[["box", "booth"]])
    events: list[dict[str, Any]]
    findings: list[Finding]
    conditions: dict[str, str] = Field(
        description="By code, what was noted at it or before; nobody has looked at the others.", examples=[{}]
    )
    named_twice: list[NamedTwice]


class RecordDraft(People):
    """What people say of a session, and the version of it that they have seen."""

    version: Annotated[str, Field(max_length=40)]


class NewIncident(Given):
    """An obstacle: what hinders the work, where, at which stage, and which things it is about."""

    text: Annotated[str, Field(min_length=1, max_length=2000, examples=["Truck DK 8123 AB has a flat tyre"])]
    place: PlaceCode = ""
    stage: Name = ""
    items: Annotated[list[Code], Field(max_length=200)] = []


class CloseIncident(Given):
    """How an obstacle was overcome."""

    record: Annotated[str, Field(max_length=200, description="The record that opened it.")]
    text: Annotated[str, Field(min_length=1, max_length=2000, examples=["Another truck took it over."])]


class RecordedEvent(BaseModel):
    """A record that was made."""

    record: str
    leaf: str


class Token(BaseModel):
    """An observer's token, without its secret."""

    name: str = Field(examples=["Bawaslu Buleleng"])
    made_at: str
    expires_at: str
    revoked_at: str | None
    is_valid: bool


class NewToken(Given):
    """For whom a token is, and for how many days."""

    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Bawaslu Buleleng"])]
    days: Annotated[int, Field(ge=1, le=366)] = 30


class MadeToken(Token):
    """A token with its secret, which is shown only now."""

    token: str = Field(examples=["serah-observer-..."])
