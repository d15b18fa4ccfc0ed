"""A small notation for ledgers inside tests: one event a line, as beancount's tests write accounts.

    A1 register X,Y at WH for TPS1          A2 handover WH>PPK X,Y
    B1 [A2] handover PPK>TPS1 X             A3 print X 2
    A4 pack P add X,Y                       A5 inspect X wet
    A6 reassign X to TPS2                   A7 correct A2 did_not_occur
    A9 correct A3 A8 incorrect_data         (A8 is the corrective event)
    A1 void X 2 lost                        A2 seal X apply S1,S2 names=2
    A3 seal X check S1 result=broken        A4 pack P check X scope=full
    A5 incident X                           (about an item; others are made with `record`)

`A1` names log and seq. `[A2 B1]` are its references. Single letters stand for items. A handover takes words behind its
items: `print=2 how=typed after=A1 after=none at=10:00 occurred=09:00 bast=7 bound=PPK,PPS`, and of version 2
`refused=Y,Z`, or `v=2` where nothing is refused; of version 3 `absent=Y` and `beyond=X`, or `v=3` without a list, and
`for=TPS1`, where all that was taken is bound for.
Where `after` is not given it is the newest event of the item that the log knows: by its own earlier lines and by its
references.
A name may end in ' (`A2'`): another event with the same log and seq, as a forked log has them.
"""

import random
import re
from collections.abc import Iterable, Mapping
from typing import Any

from custody.chain.chain import Chain, custody
from custody.format.codes import draw_code
from custody.format.encoding import canonical, entry_bytes, leaf_digest
from custody.format.event_types import FORMS, NEWEST
from custody.format.events import Event, check_body
from custody.plan.places import Place

LINE = re.compile(r"(?P<name>[A-Z][0-9]+'*)\s*(?:\[(?P<refs>[^\]]*)\])?\s*(?P<verb>\w+)\s*(?P<rest>.*)")
LISTED = ("absent", "beyond")
DAY = "2026-11-20T"
PLACES: dict[str, Place] = {
    place.code: place
    for place in (
        Place("WH", "Gudang", "warehouse", None),
        Place("PPK", "PPK Sawan", "district", "WH", DAY + "08:00:00Z"),
        Place("PPS", "PPS Jagaraga", "village", "PPK", DAY + "12:00:00Z"),
        Place("TPS1", "TPS 1", "polling_station", "PPS", DAY + "18:00:00Z"),
        Place("TPS2", "TPS 2", "polling_station", "PPS", DAY + "18:00:00Z"),
        Place("PPK2", "PPK Seririt", "district", "WH", DAY + "08:00:00Z"),
        Place("PPS2", "PPS Banjar", "village", "PPK2", DAY + "12:00:00Z"),
        Place("TPS9", "TPS 9", "polling_station", "PPS2", DAY + "18:00:00Z"),
        Place("VENDOR", "PT Cetak", "vendor", None),
    )
}


def code_of(letter: str) -> str:
    """A real code for a letter: always the same one, with a right check character."""
    drawn = random.Random(letter)
    return draw_code(drawn.randrange)


def ledger(text: str) -> dict[str, Event]:
    """The events that a text describes, by name."""
    events: dict[str, Event] = {}
    for line in filter(None, (line.split("#")[0].strip() for line in text.splitlines())):
        match = LINE.fullmatch(line)
        assert match, line
        name = match["name"]
        refs = [events[ref] for ref in (match["refs"] or "").split()]
        body = _body(match["verb"], match["rest"].split(), name, refs, events)
        events[name] = event(body)
    return events


def event(body: Mapping[str, Any]) -> Event:
    """The event of a body, checked against the format; its leaf is that of an entry without signatures."""
    check_body(body)
    return Event(leaf_digest(entry_bytes(canonical(body), ())).hex(), body)


def chain_of(text: str, letter: str = "X", **how: Any) -> Chain:
    """The chain of an item in a ledger written as text; the tree of places is known unless `places=None`."""
    return custody(code_of(letter), ledger(text).values(), **{"places": PLACES, **how})


def codes(chain: Chain) -> list[str]:
    """The codes of the findings of a chain, in order."""
    return [finding.code for finding in chain.findings]


def open_codes(chain: Chain) -> list[str]:
    """The codes of the findings that are open."""
    return [finding.code for finding in chain.findings if finding.is_open]


def steps(chain: Chain) -> str:
    """The chain in one line: `A1 A2:WH>PPK B1:(PPK>TPS1)`, brackets where the item was not seen, = for a repeat,
    ! where it was refused.
    """
    words = []
    for link in chain.links:
        word = f"{link.event.log}{link.event.seq}"
        if link.is_refused:
            words.append(f"{word}!{link.from_}>{link.to}")
            continue
        if link.event.type == "handover":
            way = f"{link.from_}>{link.to}"
            word += "=" if link.is_repeat else f":({way})" if not link.is_seen else f":{way}"
        words.append(("-" if link.is_withdrawn else "") + word)
    return " ".join(words)


def _body(verb: str, words: list[str], name: str, refs: list[Event], events: Mapping[str, Event]) -> dict[str, Any]:
    log, seq = name[0], int(name[1:].rstrip("'"))
    options = dict(word.split("=", 1) for word in words if "=" in word)
    words = [word for word in words if "=" not in word]
    known = [e for e in events.values() if e.log == log and e.seq < seq]
    common: dict[str, Any] = {
        "v": min(form for name, form in FORMS if name == verb),
        "log": log,
        "seq": seq,
        "prev": None,
        "refs": [],
        "id": name,
        "by": "",
        "app": "test",
        "at": _time(options.get("at", "06:00")),
    }
    for ref in refs:
        _refer(common["refs"], ref)

    def touched(letters: str) -> list[dict[str, Any]]:
        return [
            _touched(code_of(letter), options, common["refs"], known, refs, events) for letter in letters.split(",")
        ]

    match verb, words:
        case "register", [letters, "at", held_by, "for", to]:
            items = [
                {
                    "code": code_of(letter),
                    "kind": options.get("kind", "box"),
                    "to": to,
                    "k": 1,
                    "n": 1,
                    "quantity": 1,
                    "election": options.get("election"),
                    "range": None,
                }
                for letter in letters.split(",")
            ]
            fields: dict[str, Any] = {"items": items, "held_by": held_by, "out_of": None}
        case "print", [letters, number]:
            fields = {
                "codes": [code_of(letter) for letter in letters.split(",")],
                "print": int(number),
                "sheet": "a4-3x7",
                "reason": None,
                "second": None,
            }
        case "void", [letters, number, reason]:
            labels = [{"code": code_of(letter), "print": int(number)} for letter in letters.split(",")]
            fields = {"labels": labels, "reason": reason, "note": "", "second": None}
        case "handover", [way, *letters] if {"refused", "v", "absent", "beyond", "for"} & options.keys():
            giver, to = way.split(">")
            rows = touched(",".join([*letters, *options.get("refused", "").split(",")]).strip(","))
            refused = {code_of(letter) for letter in options.get("refused", "").split(",") if letter}
            listed = {name: [*map(code_of, filter(None, options.get(name, "").split(",")))] for name in LISTED}
            is_listed = not options.keys().isdisjoint(LISTED)
            common["v"] = 3 if is_listed or "for" in options else int(options.get("v", 2))
            fields = {
                "from": giver,
                "to": to,
                "bound": [],
                "items": [row for row in rows if row["code"] not in refused],
                "refused": [row for row in rows if row["code"] in refused],
                "remarks": [],
                "counted": None,
                "extras": [],
                "witnesses": [],
                "note": "",
                "bast": options.get("bast", name),
                "part": 1,
                "parts": 1,
                "parties": {"giver": "", "giver_office": "", "receiver": "", "receiver_office": ""},
                "carriage": {"vehicle": "", "driver": "", "escort": "", "stops": []},
                "acknowledged": [],
                "occurred": _time(options["occurred"]) if "occurred" in options else None,
            }
            if common["v"] == 3:
                meant = {**listed, "phase": None, "kinds": []} if is_listed else None
                goes = [{"to": options["for"], "count": len(fields["items"])}] if "for" in options else []
                fields |= {"destinations": goes, "meant": meant}
        case "handover", [way, letters]:
            giver, to = way.split(">")
            fields = {
                "from": giver,
                "to": to,
                "bound": options["bound"].split(",") if "bound" in options else [],
                "items": touched(letters),
                "counted": None,
                "extras": [],
                "parties": {"giver": "", "receiver": ""},
                "witnesses": [],
                "vehicle": "",
                "note": "",
                "occurred": _time(options["occurred"]) if "occurred" in options else None,
                "bast": options.get("bast", name),
                "part": int(options.get("part", 1)),
                "parts": int(options.get("parts", 1)),
            }
        case "pack", [parent, action, *letters]:
            children = [code_of(letter) for text in letters for letter in text.split(",")]
            fields = {"parent": code_of(parent), "children": children, "action": action}
            if action in ("open", "check"):
                common["v"] = 2
                fields |= {"scope": options.get("scope"), "items": [], "names": [], "note": "", "occurred": None}
        case "seal", [letter, action, *serials]:
            common["v"] = 2
            fields = {
                "item": touched(letter)[0],
                "place": options.get("in", "WH"),
                "action": action,
                "serials": [serial for text in serials for serial in text.split(",")],
                "result": options.get("result"),
                "names": ["Luh", "Made"][: int(options.get("names", 2))],
                "witness": options.get("witness", ""),
                "photo": None,
                "note": "",
                "occurred": None,
            }
        case "incident", [letters]:
            common["v"] = 2
            fields = {
                "action": "open",
                "opened": None,
                "place": "WH",
                "stage": "",
                "items": touched(letters),
                "text": "",
                "occurred": None,
            }
        case "inspect", [letter, condition]:
            fields = {"item": touched(letter)[0], "condition": condition, "photo": None, "note": ""}
        case "reassign", [letters, "to", to]:
            fields = {"items": touched(letters), "to": to, "reason": ""}
        case "correct", [target, *corrective, reason]:
            fields = {
                "target": events[target].leaf,
                "reason": reason,
                "corrective": [events[c].leaf for c in corrective],
                "note": "wrong",
            }
        case _:
            raise AssertionError((verb, words))
    return {**common, "type": verb, **fields}


def _touched(
    code: str,
    options: Mapping[str, str],
    refs: list[Any],
    known: list[Event],
    given: list[Event],
    events: Mapping[str, Event],
) -> dict[str, Any]:
    after: Event | None
    if options.get("after") == "none":
        after = None
    elif "after" in options:
        after = events[options["after"]]
    else:
        leaves = {e.leaf for e in (*known, *given)}
        naming = [e for e in events.values() if e.leaf in leaves and code in e.rows]
        after = naming[-1] if naming else None
    number = options.get("print", "1")
    return {
        "code": code,
        "print": None if number == "none" else int(number),
        "after": None if after is None else _refer(refs, after),
        "how": options.get("how", "camera"),
    }


def _refer(refs: list[Any], event: Event) -> int:
    ref = {"log": event.log, "seq": event.seq, "leaf": event.leaf}
    if ref not in refs:
        refs.append(ref)
    return refs.index(ref)


def _time(clock: str) -> str:
    if "T" in clock:
        return clock
    return f"{DAY}{clock}Z" if clock.count(":") == 2 else f"{DAY}{clock}:00Z"


def record(type_: str, log: str, seq: int, *refs: Event, at: str = "06:00", **fields: Any) -> Event:
    """An event of any type in its newest form, by its own fields."""
    return event(
        {
            "v": NEWEST[type_],
            "type": type_,
            "log": log,
            "seq": seq,
            "prev": None,
            "id": f"{log}{seq}",
            "by": "",
            "app": "test",
            "at": _time(at),
            "refs": [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in refs],
            **fields,
        }
    )


def read(events: Iterable[Event], letter: str = "X", **how: Any) -> Chain:
    """The chain of an item from events already made."""
    return custody(code_of(letter), events, **{"places": PLACES, **how})
