"""Stations that record honestly what happens, and what any of them may say that has a part of each log."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any

from custody.chain.chain import Chain, custody
from custody.chain.findings import BROKEN, Finding
from custody.chain.held import Held
from custody.format.events import Event
from tests.support.custody_notation import PLACES, code_of, event, record

STATIONS = {"WH": "R", "PPK": "A", "PPS": "B", "PPK2": "C", "PPS2": "D"}
"""The log of each place's station; polling stations and trucks have none."""
PLACE_OF = {log: place for place, log in STATIONS.items()}
ITEMS = "XY"
TRUCK = "DK1TR"


Form = tuple[str, str, str, int]
"""A handover that is written down on paper alone: the item, its way, and the minute."""


@dataclass
class Field:
    """Stations that record what truly happens, each with what it knows: its own records and what was brought to it.

    A form is keyed in at any time, out of order; but a station that is shown that custody broke (by what it knows) keys
    in what it has of that item before it records more (`is_asked`; else at any time at all).
    """

    logs: dict[str, list[Event]] = field(default_factory=lambda: {log: [] for log in PLACE_OF})
    known: dict[str, set[str]] = field(default_factory=lambda: {log: set() for log in PLACE_OF})
    told: dict[str, list[Event]] = field(default_factory=lambda: {item: [] for item in ITEMS})
    holder: dict[str, str] = field(default_factory=dict)
    came_from: dict[str, str] = field(default_factory=dict)
    moved: list[Event] = field(default_factory=list)
    forms: dict[str, list[Form]] = field(default_factory=lambda: {log: [] for log in PLACE_OF})
    minute: int = 0
    is_asked: bool = True

    def register(self) -> None:
        rows = [
            {
                "code": code_of(item),
                "kind": "box",
                "to": "TPS1" if item == "X" else "TPS9",
                "k": 1,
                "n": 1,
                "quantity": 1,
                "election": None,
                "range": None,
            }
            for item in ITEMS
        ]
        self._keep("R", record("register", "R", 1, items=rows, held_by="WH", out_of=None), *ITEMS)
        self.holder = dict.fromkeys(ITEMS, "WH")
        for log in self.known:
            self.learn(log, "R")

    def learn(self, log: str, other: str) -> None:
        """A bundle: all that the other station has recorded and knows."""
        self.known[log] |= self.known[other]
        self._look(log)

    def give(
        self, item: str, giver: str, to: str, recorders: Iterable[str], *, is_told: bool, late: Container[str] = ()
    ) -> None:
        """It happens, and these record it; `is_told`: a paper went along, so that the second knows of the first.

        Those in `late` have a form of it alone, to be keyed in later.
        """
        self.minute += 1
        for log in recorders:
            if log in late:
                self.forms[log].append((item, giver, to, self.minute))
                continue
            if is_told:
                self._read_papers(log, item)
            self._record(log, item, giver, to, None)
        self.holder[item], self.came_from[item] = to, giver

    def key_in(self, log: str, number: int) -> None:
        """A form is keyed in."""
        item, giver, to, minute = self.forms[log].pop(number)
        self.minute += 1
        self._record(log, item, giver, to, minute)

    def key_in_all(self) -> None:
        """Every form that is left."""
        for log, forms in self.forms.items():
            while forms:
                self.key_in(log, 0)

    def note(self, log: str) -> None:
        """Something that relies on the newest record that the station knows of each other log."""
        newest = [
            next((e for e in reversed(events) if e.leaf in self.known[log]), None) for events in self._others(log)
        ]
        self._keep(log, self._incident(log, [e for e in newest if e is not None]))

    def all_meet(self) -> None:
        """Every station takes in all logs, and records something afterwards that relies on them."""
        newest = [events[-1] for events in self.logs.values() if events]
        for log, events in self.logs.items():
            events.append(self._incident(log, [e for e in newest if e.log != log]))

    def _others(self, log: str) -> list[list[Event]]:
        return [events for other, events in self.logs.items() if other != log]

    def _incident(self, log: str, refs: list[Event]) -> Event:
        fields = {"place": PLACE_OF[log], "action": "open", "opened": None, "stage": "", "items": [], "text": "x"}
        return record("incident", log, len(self.logs[log]) + 1, *refs, **fields, occurred=None)

    def _read_papers(self, log: str, item: str) -> None:
        """What a paper tells, and all that its station recorded before: a form is keyed in before others rely on it."""
        told = {e.leaf for e in self.told[item]}
        for events in self._others(log):
            last = max((at for at, e in enumerate(events, start=1) if e.leaf in told), default=0)
            self.known[log] |= {e.leaf for e in events[:last]}
        self._look(log)

    def _look(self, log: str) -> None:
        """While what the station knows shows that custody broke, it keys in the forms that it has of the item."""
        while self.is_asked and (
            form := next((form for form in self.forms[log] if self._is_broken(log, form[0])), None)
        ):
            self.key_in(log, self.forms[log].index(form))

    def _is_broken(self, log: str, item: str) -> bool:
        mine = [e for events in self.logs.values() for e in events if e.leaf in self.known[log]]
        return any(f.code in BROKEN for f in seen(mine, item).findings)

    def _record(self, log: str, item: str, giver: str, to: str, minute: int | None) -> None:
        mine = [e for e in self.told[item] if e.leaf in self.known[log]]
        self._keep(log, self._handover(log, item, giver, to, mine[-1] if mine else None, minute), item)
        self._look(log)

    def _handover(self, log: str, item: str, giver: str, to: str, after: Event | None, minute: int | None) -> Event:
        seq, refs = len(self.logs[log]) + 1, [] if after is None else [after]
        row = {"code": code_of(item), "print": 1, "after": 0 if refs else None, "how": "camera"}
        body: dict[str, Any] = {
            "v": 2,
            "type": "handover",
            "log": log,
            "seq": seq,
            "prev": None,
            "id": f"{log}{seq}",
            "by": "",
            "app": "test",
            "at": _time(self.minute),
            "from": giver,
            "to": to,
            "bound": [],
            "items": [row],
            "refs": [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in refs],
            "refused": [],
            "remarks": [],
            "counted": None,
            "extras": [],
            "witnesses": [],
            "note": "",
            "bast": f"{log}{seq}",
            "part": 1,
            "parts": 1,
            "parties": {"giver": "", "giver_office": "", "receiver": "", "receiver_office": ""},
            "carriage": {"vehicle": "", "driver": "", "escort": "", "stops": []},
            "acknowledged": [],
            "occurred": None if minute is None else _time(minute),
        }
        return event(body)

    def _keep(self, log: str, made: Event, *items: str) -> None:
        self.logs[log].append(made)
        self.known[log].add(made.leaf)
        for item in items:
            self.told[item].append(made)
        if made.type == "handover":
            self.moved.append(made)


def _time(minute: int) -> str:
    return f"2026-11-20T{6 + minute // 60:02}:{minute % 60:02}:00Z"


def worked(dice: Any, steps: int, items: str = ITEMS, *, late: float = 0.0, is_asked: bool = True) -> Field:
    """An honest history: things go down and some come back, by hand or by truck, recorded by who has a laptop.

    Args:
        late: how likely a record is a form that is keyed in later.
    """
    done = Field(is_asked=is_asked)
    done.register()
    for _ in range(steps):
        if dice.random() < 0.3:
            done.learn(dice.choice([*PLACE_OF]), dice.choice([*PLACE_OF]))
            continue
        if late and dice.random() < 0.3:
            log = dice.choice([*PLACE_OF])
            if done.forms[log]:
                done.key_in(log, dice.randrange(len(done.forms[log])))
            else:
                done.note(log)
            continue
        item = dice.choice(items)
        holder = done.holder[item]
        origin = done.came_from[item] if holder == TRUCK else holder
        ways = [code for code, place in PLACES.items() if place.parent == origin]
        if dice.random() < 0.35:
            ways = [origin if holder == TRUCK else PLACES[origin].parent]
        if not any(ways):
            continue
        to = TRUCK if holder != TRUCK and dice.random() < 0.2 else dice.choice(ways)
        able = [STATIONS[code] for code in (holder, to) if code in STATIONS]
        recorders = able if dice.random() < 0.4 else [dice.choice(able)] if able else []
        if recorders:
            forms = [log for log in recorders if dice.random() < late]
            done.give(item, holder, to, recorders, is_told=dice.random() < 0.6, late=forms)
    return done


def seen(events: Iterable[Event], item: str, *, met: Iterable[str] | None = None) -> Chain:
    """The chain as a station tells it that holds these events, of prefixes of logs; every station is admitted."""
    events = list(events)
    here = {e.log for e in events}
    known: dict[str, dict[str, int]] = {log: {} for log in here}
    for e in events:
        known[e.log][e.log] = max(e.seq - 1, known[e.log].get(e.log, 0))
        for ref in e.body["refs"]:
            known[e.log][ref["log"]] = max(ref["seq"], known[e.log].get(ref["log"], 0))
    has_all = here == set(PLACE_OF)
    held = Held(
        {PLACE_OF[log]: frozenset({log}) for log in here},
        known,
        frozenset(PLACE_OF[log] for log in PLACE_OF if log not in here),
        has_all,
    )
    places = None if has_all else frozenset(PLACE_OF[log] for log in here)
    return custody(code_of(item), events, PLACES, met=places, roots=frozenset({"R"}), held=held)


def final(chain: Chain) -> list[Finding]:
    """What breaks custody for good."""
    return [f for f in chain.findings if f.code in BROKEN and not f.is_provisional]
