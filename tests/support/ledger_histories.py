"""Histories of a ledger that Hypothesis draws: whatever a station records, in any order."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custody.compose.compose import Handover, NewEvent
from custody.errors import CustodyError
from custody.format.codes import ItemLabel, draw_code
from custody.format.item_facts import CONDITIONS, Item, SerialRange
from db.store import Store
from services.plan.registering import register_items
from services.records.handovers import record_handover
from services.records.label_prints import claim, record_blanks, record_prints, record_reprints, record_void
from tests.support.ledger_examples import TPS, TRUCK, WAREHOUSE, all_events, boxes, record, touched
from tests.support.sampling import examples

STRANGERS = [draw_code(random.Random(seed).randrange) for seed in (91, 92)]
HOLDERS = [WAREHOUSE, "51.08.01", "51.08.01.2001", *TPS[:2], TRUCK]
EVERY_KIND = [
    "register",
    "blank",
    "claim",
    "print",
    "reprint",
    "void",
    "handover",
    "pack",
    "unpack",
    "inspect",
    "reassign",
    "correct",
]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(EVERY_KIND),
        st.randoms(use_true_random=False),
    ),
    max_size=14,
)


def drawn(test: Callable[..., None]) -> Callable[..., None]:
    """Give a test the `steps` of ten days, or of 60 in the full run."""
    most = examples(60) if examples(60) == 60 else 10
    days = settings(max_examples=most, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    return days(given(steps=STEPS)(test))


def live(store: Store, steps: Iterable[tuple[str, random.Random]], look: Callable[[], object]) -> None:
    """Record a drawn day on a planned station with three boxes, and look now and then at what is kept of it."""
    history = History(store)
    history.codes += boxes(store, 3)
    for kind, dice in steps:
        try:
            history.step(kind, dice)
        except CustodyError:
            continue
        if dice.random() < 0.6:
            look()


class History:
    """One station's day: steps that a plan never foresaw among those that it did."""

    def __init__(self, store: Store) -> None:
        self.store, self.codes = store, [*STRANGERS]

    def step(self, kind: str, dice: random.Random) -> None:
        store = self.store
        codes = dice.sample(self.codes, dice.randint(1, min(4, len(self.codes))))
        match kind:
            case "register":
                serials = SerialRange("AB", 1, 50, 6) if dice.random() < 0.3 else None
                item = Item(
                    store.around.new_code(),
                    "seal" if serials else "box",
                    dice.choice(TPS),
                    dice.randint(1, 5),
                    5,
                    quantity=50 if serials else 1,
                    serials=serials,
                    held_by=dice.choice(HOLDERS),
                )
                strangers = [code for code in STRANGERS if store.state.item(code) is None]
                if strangers and dice.random() < 0.2:  # a thing that was handed over before anybody registered it
                    item = replace(item, code=strangers[0])
                else:
                    self.codes.append(item.code)
                register_items(store, [item])
            case "print":
                record_prints(store, codes, sheet="a4-3x7")
            case "blank":
                self.codes.append(store.around.new_code())
                record_blanks(store, self.codes[-1:], sheet="a4-3x7")
            case "claim":
                claim(store, codes[:1], kind="box", to=dice.choice(TPS))
            case "void":
                labels = [ItemLabel(code, dice.choice([None, 1, 2])) for code in codes]
                record_void(store, labels, reason=dice.choice(["spoiled", "lost", "unused"]))
            case "reprint":
                number = store.state.items_of(codes[:1])[codes[0]].print + 1 if store.state.item(codes[0]) else 2
                record_reprints(store, {codes[0]: number}, sheet="a4-3x7", reason="sobek", second="Ketut")
            case "handover":
                giver, to = dice.sample(HOLDERS, 2)
                conditions = {codes[0]: dice.choice(CONDITIONS)} if dice.random() < 0.3 else {}
                record_handover(store, Handover(giver, to, conditions=conditions), touched(codes))
            case "pack" | "unpack":
                action = "add" if kind == "pack" else "remove"
                if len(codes) > 1:
                    record(store, NewEvent("pack", {"parent": codes[0], "children": codes[1:], "action": action}))
            case "inspect":
                row = {"code": codes[0], "print": None, "after": None, "how": "typed"}
                record(
                    store,
                    NewEvent("inspect", {"item": row, "condition": dice.choice(CONDITIONS), "photo": None, "note": ""}),
                )
            case "reassign":
                rows = [{"code": code, "print": None, "after": None, "how": "typed"} for code in codes]
                record(store, NewEvent("reassign", {"items": rows, "to": dice.choice(TPS), "reason": "tertukar"}))
            case "correct":
                target = dice.choice(all_events(store)[1:]).leaf
                record(
                    store,
                    NewEvent("correct", {"target": target, "reason": "did_not_occur", "corrective": [], "note": ""}),
                )
