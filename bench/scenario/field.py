"""A regency's distribution, from the plan to the last polling station, worked by laptops that meet by bundle and paper.

What really happens stands in `Field.where`; what stations record of it goes through their own stores. Faults change
either, before a load is recorded or after; what is to be found thereby is told beforehand (`Field.expect`).
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bench.scenario.stations import Clock, Laptop
from custody.compose.compose import Handover, Touch
from custody.format.item_facts import Carriage, Item
from custody.handover.draft import RecordedHandover
from custody.plan.phases import Phase
from custody.plan.places import Need, Place, below
from services.exchange.transfer import own_head
from services.plan.planning import record_plan
from services.plan.registering import register_items, unregistered_items
from services.records.label_prints import record_prints
from services.records.membership import admit
from services.records.vendor_deliveries import record_delivery

WAREHOUSE = "51.08"
Leg = Literal["load", "arrive", "village", "receipt", "station"]
"""Onto the truck, off it at the sub-district, on to the village, the village's own word on that, to the station."""
BEGINS = {
    "load": "2024-02-11T00:00:00Z",
    "arrive": "2024-02-12T00:30:00Z",
    "village": "2024-02-12T23:00:00Z",
    "receipt": "2024-02-13T01:30:00Z",
    "station": "2024-02-13T04:30:00Z",
}
"""Each leg in good time before what is due: sub-districts 12 February 10:00 UTC, villages 13 February 04:00, polling
stations 13 February 15:59."""
SECONDS = {"load": 60, "arrive": 60, "village": 40, "receipt": 20, "station": 10}
AS_OF = "2024-02-14T00:00:00Z"
FIRST_PHASE_DUE = "2024-02-13T03:00:00Z"
"""An hour before the villages that its things are for, and before anything else is due there."""
FIRST_PHASE = {"bottle": 2, "pad": 1}
"""What each village needs of the first phase: bottles come first, pads after the first trucks, all else last."""
_MOST_ON_TRUCK = 380
Subject = tuple[str, ...]
Edit = Callable[["Load"], None]


@dataclass
class Load:
    """One handover before it is recorded: who records it, and what is scanned of what is there.

    `more` are further fields of `Handover`; `prints` the numbers on labels that are not the newest. `not_before`: it
    happens later than the others of its leg. `says`: what is to be said at the scanning, by finding and item.
    """

    leg: Leg
    by: Laptop
    giver: str
    to: str
    codes: list[str]
    more: dict[str, Any] = field(default_factory=dict)
    prints: dict[str, int] = field(default_factory=dict)
    not_before: str = ""
    says: list[tuple[str, str]] = field(default_factory=list)
    before: list[Callable[[], None]] = field(default_factory=list)
    after: list[Callable[[RecordedHandover], None]] = field(default_factory=list)


class Field:
    """The regency: its plan, its laptops, where each thing is, and what is to be found."""

    def __init__(self, folder: Path, places: Sequence[Place], needs: Sequence[Need], *, seed: int = 51_08) -> None:
        self.folder, self.clock = folder, Clock(datetime(2024, 2, 10, 0, 0, tzinfo=UTC))
        self.places = {place.code: place for place in places}
        self.of_level: dict[str, list[str]] = defaultdict(list)
        for place in places:
            self.of_level[place.level].append(place.code)
        self._seeds, self._numbers = itertools.count(seed), itertools.count(1001)
        self.expected: Counter[Subject] = Counter()
        self.found: Counter[Subject] = Counter()
        self.told: dict[Subject, str] = {}
        self.edits: dict[tuple[Leg, str], list[Edit]] = defaultdict(list)
        self.prints: dict[str, int] = {}
        self.where: dict[str, str] = {}
        self.bound: dict[str, str] = {}
        self.of_place: dict[str, dict[str, None]] = defaultdict(dict)
        self.under = {code: [place.code for place in below(self.places, code)] for code in self.places}
        self.trucks: list[tuple[str, str, str]] = []
        self.kinds: dict[str, str] = {}
        self.others: list[Laptop] = []
        self.stolen: list[tuple[Laptop, int]] = []
        self.sticks: list[Path] = []
        self.older_head = ""
        self.planted: Counter[str] = Counter()
        self.after_receipts: list[Callable[[], None]] = []
        self.handovers = 0
        self.warehouse = self.laptop("Gudang", WAREHOUSE)
        rest = tuple(dict.fromkeys(need.kind for need in needs if need.kind not in FIRST_PHASE))
        phases = [Phase("I", "Tahap I", tuple(FIRST_PHASE), FIRST_PHASE_DUE), Phase("II", "Tahap II", rest)]
        record_plan(self.warehouse.store, places, needs, phases=phases, source="buleleng.csv", digest="0" * 64)
        self.root = self.warehouse.fingerprint
        self.districts = {code: self.laptop(f"PPK-{code[-2:]}", code) for code in self.of_level["district"]}
        self.villages = {
            code: self.laptop(f"PPS-{code[-7:].replace('.', '-')}", code)
            for district in self.districts
            for code in self.below(district, "village")[:1]
        }
        for laptop in (*self.districts.values(), *self.villages.values()):
            admit(self.warehouse.store, laptop.card)

    # --- who and what -------------------------------------------------------------------------------------------------

    def laptop(self, name: str, place: str, *, seed: int | None = None) -> Laptop:
        """A laptop that begins a log; the first one is root."""
        root = getattr(self, "root", None)
        made = Laptop(name, place, self.folder / name, self.clock, next(self._seeds) if seed is None else seed)
        return made.open(root)

    def laptops(self) -> Iterator[Laptop]:
        yield self.warehouse
        yield from self.districts.values()
        yield from self.villages.values()

    def below(self, top: str, level: str) -> list[str]:
        """The places of a level below one."""
        return [code for code in self.under[top] if self.places[code].level == level]

    def parent(self, code: str) -> str:
        return self.places[code].parent or ""

    def by_paper(self, district: str) -> bool:
        """Whether a sub-district, and the village in it that has a laptop, meet the others by paper alone."""
        return self.of_level["district"].index(district) % 2 == 1

    @property
    def unwatched(self) -> Laptop:
        """The last sub-district's laptop that meets by bundle: no other log relies on what it records last."""
        return [laptop for district, laptop in self.districts.items() if not self.by_paper(district)][-1]

    def recorder(self, village: str) -> Laptop:
        """Who records what leaves a village: its own laptop, or that of its sub-district."""
        return self.villages.get(village) or self.districts[self.parent(village)]

    def plate(self) -> str:
        return f"DK{next(self._numbers)}AB"

    def there(self, holder: str, top: str) -> list[str]:
        """What is really in somebody's hands and bound for a place or below it."""
        return [code for place in self.under[top] for code in self.of_place[place] if self.where[code] == holder]

    def bind(self, code: str, to: str) -> None:
        """From now on an item is bound for this place."""
        self.of_place[self.bound.get(code, to)].pop(code, None)
        self.bound[code] = to
        self.of_place[to][code] = None

    # --- what is to be found ------------------------------------------------------------------------------------------

    def expect(
        self, code: str, *subject: str, where: str = "ledger", is_open: bool = True, is_provisional: bool = False
    ) -> None:
        """A finding that is to come: in the `ledger` when all have met, or, of a log and once, by the `evidence`.

        `is_provisional`: not all logs on the way have met beyond it, or a station that is not admitted explains it.
        """
        key = (where, code, *subject, "provisional" if is_provisional else "open" if is_open else "settled")
        self.expected[key] = self.expected[key] + 1 if where == "ledger" else 1

    def on(self, leg: Leg, code: str, edit: Edit) -> None:
        """Change the load of this leg that has the item, before it is recorded."""
        self.edits[leg, code].append(edit)

    # --- the work -----------------------------------------------------------------------------------------------------

    def register(self, extra: Sequence[Item] = ()) -> None:
        """Register and print what the plan asks for, or these."""
        store = self.warehouse.store
        items = list(extra) or unregistered_items(store)
        register_items(store, items)
        record_prints(store, [item.code for item in items], sheet="a4-3x7")
        for item in items:
            self.where[item.code], self.prints[item.code], self.kinds[item.code] = item.held_by, 1, item.kind
            self.bind(item.code, item.to)

    def distribute(self) -> None:
        """All legs, one after the other, with the meetings between them."""
        papers = [district for district in self.districts if self.by_paper(district)]
        self._meet([*papers, *(village for village in self.villages if self.parent(village) in papers)])
        self._first_phase()
        self._leg("load", self._loads())
        self._meet([district for district in self.districts if not self.by_paper(district)])
        self._leg("arrive", self._arrivals())
        self._leg("village", self._to_villages())
        self._leg("receipt", self._receipts())
        for act in self.after_receipts:
            act()
        self.older_head = own_head(self.unwatched.store)
        self._leg("station", self._to_stations())

    def _meet(self, places: Iterable[str]) -> None:
        """The warehouse gives its stick to the laptops there."""
        stick = self.warehouse.bundle(self.folder / "warehouse.serah")
        for place in places:
            (self.districts.get(place) or self.villages[place]).take(stick)

    def _leg(self, leg: Leg, loads: Iterable[Load]) -> None:
        self.clock.wait_until(BEGINS[leg])
        waiting = []
        for load in loads:
            for code in list(load.codes):
                for edit in self.edits.get((leg, code), ()):
                    edit(load)
            if load.not_before:
                waiting.append(load)
            else:
                self.record(load)
        for load in sorted(waiting, key=lambda load: load.not_before):
            self.clock.wait_until(load.not_before)
            self.record(load)

    def _first_phase(self) -> None:
        """What has come goes, nothing else is short; of all but bottles a sample came, though all has labels."""
        counts = Counter(self.kinds.values())
        self._deliver(dict.fromkeys(counts.keys() - {"bottle"}, 1))
        self._leg("load", self._of_kind("bottle", {}))  # nobody says what is to go
        self._deliver({"pad": counts["pad"] - 1})
        self._leg("load", self._of_kind("pad", {"phase": "I", "kinds": tuple(FIRST_PHASE)}))
        self._deliver({kind: count - 1 for kind, count in counts.items() if kind not in FIRST_PHASE})

    def _deliver(self, counts: Mapping[str, int]) -> None:
        for kind, count in sorted(counts.items()):
            record_delivery(self.warehouse.store, vendor="PT Contoh", kind=kind, arrived=count, damaged=0)

    def _of_kind(self, kind: str, more: dict[str, Any]) -> Iterator[Load]:
        """A truck with all of a kind for each sub-district."""
        for district in self.districts:
            codes = [code for code in self.there(WAREHOUSE, district) if self.kinds[code] == kind]
            load = Load("load", self.warehouse, WAREHOUSE, self.plate(), codes, {"bound": (district,)} | more)
            load.after.append(lambda done, to=district: self.trucks.append((done.to, to, done.bast)))
            yield load

    def _loads(self) -> Iterator[Load]:
        for district in self.districts:
            groups = [self.there(WAREHOUSE, top) for top in self.below(district, "polling_station")]
            groups.append([c for c in self.there(WAREHOUSE, district) if self.bound[c] == district])
            codes: list[str] = []
            for number, group in enumerate(groups, 1):
                codes += group
                if codes and (len(codes) + len(group) > _MOST_ON_TRUCK or number == len(groups)):
                    plate = self.plate()
                    carriage = Carriage(f"Truk {plate}", "I Ketut Darma", "Aipda Wayan Sudira")
                    load = Load(
                        "load",
                        self.warehouse,
                        WAREHOUSE,
                        plate,
                        codes,
                        {"bound": (district,), "load": tuple(codes), "carriage": carriage},
                    )
                    load.after.append(lambda done, to=district: self.trucks.append((done.to, to, done.bast)))
                    yield load
                    codes = []

    def _arrivals(self) -> Iterator[Load]:
        for plate, district, bast in self.trucks:
            laptop = self.districts[district]
            if self.by_paper(district):
                laptop.read_paper(self.warehouse, bast)
            yield Load("arrive", laptop, plate, district, [c for c, at in self.where.items() if at == plate])

    def _to_villages(self) -> Iterator[Load]:
        self.given: dict[str, list[str]] = defaultdict(list)
        for village in self.of_level["village"]:
            district = self.parent(village)
            load = Load("village", self.districts[district], district, village, self.there(district, village))
            load.after.append(lambda done, village=village: self.given[village].append(done.bast))
            if load.codes:
                yield load

    def _receipts(self) -> Iterator[Load]:
        for village, laptop in self.villages.items():
            district = self.parent(village)
            self.meet_village(village)
            yield Load("receipt", laptop, district, village, self.there(village, village))

    def meet_village(self, village: str) -> None:
        """A village with a laptop learns what its sub-district gave it."""
        giver = self.districts[self.parent(village)]
        if not self.by_paper(giver.place):
            self.villages[village].take(giver.bundle(self.folder / "village.serah"))
            return
        for bast in self.given[village]:
            self.villages[village].read_paper(giver, bast)

    def _to_stations(self) -> Iterator[Load]:
        for station in self.of_level["polling_station"]:
            village = self.parent(station)
            codes = self.there(village, station)
            if codes:
                yield Load("station", self.recorder(village), village, station, codes)

    def record(self, load: Load) -> RecordedHandover:
        """Let its laptop record a load, and keep what it said beside what it was to say."""
        self.clock.wait(seconds=SECONDS[load.leg])
        for act in load.before:
            act()
        more = {"counted": len(load.codes)} | load.more if load.leg in ("load", "arrive") else load.more
        names = {"giver_name": f"Petugas {load.giver}", "receiver_name": f"Petugas {load.to}"}
        touches = [Touch(c, load.prints.get(c, self.prints.get(c, 1)), "camera") for c in load.codes]
        done = load.by.hand_over(Handover(load.giver, load.to, **names, **more), touches)
        self.handovers += 1
        for finding in done.findings:
            subject = ("scan", finding.code, load.by.name, done.bast, finding.item or "")
            self.found[subject] += 1
            self.told[subject] = str(finding)
        for code, item in load.says:
            self.expected["scan", code, load.by.name, done.bast, item] += 1
        refused = set(done.refused)
        self.where |= {code: load.to for code in load.codes if code in self.where and code not in refused}
        for then in load.after:
            then(done)
        return done

    def extra(
        self, leg: Leg, by: Laptop, giver: str, to: str, codes: Sequence[str], *says: str, **more: Any
    ) -> RecordedHandover:
        """One more handover of single things; `says` are the findings that are to be said of each."""
        more = {"load": tuple(codes)} | more  # these are to go, and nothing else
        load = Load(leg, by, giver, to, list(codes), more, says=[(code, item) for code in says for item in codes])
        return self.record(load)
