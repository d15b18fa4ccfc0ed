"""What a BAST letter tells, in words: people, times, goods, findings and codes, before any page is laid out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from custody.chain.findings import Finding
from custody.format.codes import is_plate, show_code
from custody.format.item_facts import NO_CARRIAGE, Item
from language import _, chosen, ngettext
from language.in_words import LongDate, in_words, long_date
from language.text import number, printable
from reports.bast.letter_facts import BastFacts, Line, Party, Row
from reports.bast.letter_template import Letterhead, Template
from reports.bast.template_keys import DAY_BLANKS
from reports.words import (
    Needs,
    Places,
    condition_word,
    counted_words,
    custodian_name,
    derived_words,
    explained_words,
    judged_text,
    kind_name,
    kind_word,
    meant_words,
    people_words,
    place_path,
    scanned_words,
    show_custodian,
    unit_word,
)

_RANGES, _SENTENCES, _CODES = 3, 4, 12
"""So many serial ranges, sentences of one code, and codes in a list are told; the rest are counted."""
_NAME = 120
_HOW: Mapping[str, Mapping[str, str]] = {
    "id": {"camera": "K", "wedge": "P", "typed": "T", "matched": "C", "completed": "L", "form": "F"},
    "en": {"camera": "C", "wedge": "S", "typed": "T", "matched": "M", "completed": "P", "form": "F"},
}
"""How a label was read, as a letter behind its code."""


@dataclass(frozen=True, slots=True)
class PartyWords:
    """One side: what its office is called, its code as people write it, who signs; empty where nobody knows.

    `is_vehicle`: it is no office but a vehicle that the plan does not have.
    """

    name: str
    code: str
    person: str
    nip: str
    function: str
    address: str
    is_vehicle: bool


@dataclass(frozen=True, slots=True)
class SignerWords:
    """Who signs in a box: `giver`, `receiver`, `driver`, `escort` or `other`, and what stands above and below."""

    who: str
    title: str
    name: str
    function: str
    nip: str


@dataclass(frozen=True, slots=True)
class RowWords:
    """One row of the table: a kind, how many, their unit and condition, and what is remarked."""

    kind: str
    count: str
    unit: str
    condition: str
    remark: str


@dataclass(frozen=True, slots=True)
class Coded:
    """The codes of things that go to one place: its name, how many, and the codes of each kind."""

    where: str
    count: int
    kinds: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class LetterWords:
    """All that a letter tells beside the texts of its template.

    `day` are the blanks of the day on which it happened, `keyed_in` when it was keyed in, None where that was at once.
    `carriage` and `decisions` are lines by the key of their title in the template. `inside` is what moved unseen.
    """

    title: str
    number: str
    head: Letterhead
    giver: PartyWords
    receiver: PartyWords
    day: Mapping[str, object]
    place: str
    keyed_in: LongDate | None
    destination: str
    rows: Sequence[RowWords]
    carried: str
    carriage: Mapping[str, str]
    scanned: str
    counted: str
    to_go: str
    derived: str
    papers: str
    found: Sequence[str]
    missing: Sequence[str]
    decisions: Mapping[str, Sequence[str]]
    coded: Sequence[Coded]
    inside: Sequence[tuple[str, str]]
    signers: Sequence[SignerWords]
    witnesses: Sequence[str]
    basis: Sequence[str]
    copies: Sequence[str]


def letter_words(facts: BastFacts, template: Template) -> LetterWords:
    """The words of a letter about these facts."""
    told, places, needs = facts.told, facts.places, facts.needs
    giver, receiver = (_party(facts, template, party) for party in (facts.giver, facts.receiver))
    office, place = custodian_name(places, facts.office), custodian_name(places, facts.place)
    destination = "; ".join(place_path(places, code) for code in facts.bound or (facts.receiver.code,))
    to_go = meant_words(told.phase, told.kinds, needs)
    scanned, counted, derived = scanned_words(told), counted_words(told), derived_words(told)
    happened, keyed_in = (long_date(utc, facts.here) for utc in (facts.happened_utc, facts.keyed_in_utc))
    kinds = Counter(item.kind for item in told.carried)
    title, name = template.text("title", election=facts.election.upper()), template.text("number", number=facts.number)
    head = template.letterhead(office=office, election=facts.election, station=facts.station)
    unnoted = template.text("unnoted", number=facts.number, election=facts.election)
    return LetterWords(
        title=title,
        number=name,
        head=head,
        giver=giver,
        receiver=receiver,
        day=_day(happened),
        place=place,
        keyed_in=keyed_in,
        destination=destination,
        rows=[_row(row, needs, unnoted) for row in facts.rows],
        carried=", ".join(f"{number(count)} {kind_word(needs, kind)}" for kind, count in kinds.items()),
        carriage=_carriage(facts),
        scanned=scanned,
        counted=counted,
        derived=derived,
        to_go=to_go,
        papers=printable(", ".join(facts.foretold.basts), 200) if facts.foretold else "",
        found=finding_lines(facts),
        missing=[*missing_lines(facts), *explained_words(facts.told)],
        decisions=_decisions(facts),
        coded=_coded(facts),
        inside=_inside(facts),
        signers=_signers(facts, template, {"giver": giver.function, "receiver": receiver.function}),
        witnesses=[printable(name, _NAME) for name in facts.witnesses],
        basis=[printable(line, 2500) for line in template.values["basis.list"]],
        copies=[printable(line, 2500) for line in template.values["copies.to"]],
    )


# --- Who, and when ----------------------------------------------------------------------------------------------------


def _party(facts: BastFacts, template: Template, party: Party) -> PartyWords:
    """One side: by the template, else by the plan."""
    office = template.values["offices"].get(party.code, {})
    person = template.values["people"].get(party.person, {})
    return PartyWords(
        name=printable(office.get("name", ""), 200) or custodian_name(facts.places, party.code),
        code=show_custodian(party.code),
        person=printable(party.person, _NAME),
        nip=printable(person.get("nip", ""), 60),
        function=printable(party.function or person.get("function", "") or office.get("function", ""), 200),
        address=printable(office.get("address", ""), 400),
        is_vehicle=party.code not in facts.places and is_plate(party.code) and not office.get("name"),
    )


def _signers(facts: BastFacts, template: Template, functions: Mapping[str, str]) -> list[SignerWords]:
    """Who signs, in the order of the template; nobody for a driver or an escort where nothing carried it."""
    people = {"giver": facts.giver.person, "receiver": facts.receiver.person}
    people |= {"driver": facts.carriage.driver, "escort": facts.carriage.escort}
    found = []
    for signer in template.values["signatures"]:
        who = signer["who"]
        if who in ("driver", "escort") and facts.carriage == NO_CARRIAGE:
            continue
        name = people.get(who, "") or signer.get("name", "")
        function = functions.get(who, "") or signer.get("function", "")
        nip = template.values["people"].get(name, {}).get("nip", "") or signer.get("nip", "")
        found.append(
            SignerWords(
                who,
                printable(signer["title"], 200),
                printable(name, _NAME),
                printable(function, 200),
                printable(nip, 60),
            )
        )
    return found


def _day(day: LongDate | None) -> dict[str, object]:
    """The blanks of a day; lines to fill in by hand where the record has no time that a calendar knows."""
    if day is None:
        return dict.fromkeys(DAY_BLANKS, "........")
    told = {name: getattr(day, name) for name in ("weekday", "day", "month", "year", "date", "clock")}
    return {**told, "day_words": in_words(day.day), "year_words": in_words(day.year)}


def _carriage(facts: BastFacts) -> dict[str, str]:
    """Vehicle, driver, escort, stops, destination and note by their labels, as far as they are known."""
    carriage, vehicle = facts.carriage, facts.carriage.vehicle
    if facts.carrier:
        known = facts.carrier in facts.places
        named = custodian_name(facts.places, facts.carrier) if known else show_custodian(facts.carrier)
        vehicle = f"{vehicle} ({named})" if vehicle else named
    lines = {
        "vehicle": vehicle,
        "driver": carriage.driver,
        "escort": carriage.escort,
        "stops": " – ".join(carriage.stops),
        "bound": "; ".join(place_path(facts.places, code) for code in facts.bound),
        "note": facts.note,
    }
    return {label: printable(words, 2500) for label, words in lines.items() if words}


# --- Goods ------------------------------------------------------------------------------------------------------------


def _row(row: Row, needs: Needs, unnoted: str) -> RowWords:
    told = (unit_word(needs, row.kind), conditions_text(row, unnoted), remark_text(row, needs))
    return RowWords(kind_word(needs, row.kind), number(row.count), *told)


def conditions_text(row: Row, unnoted: str) -> str:
    """In which condition the things of a row are: one word where all are the same, else a word with each count."""
    words = {
        condition: condition_word(condition) if condition else unnoted
        for condition in sorted(row.conditions, key=lambda word: (word is None, word or ""))
    }
    if len(words) == 1:
        return next(iter(words.values()))
    return ", ".join(f"{number(row.conditions[condition])} {word}" for condition, word in words.items())


def remark_text(row: Row, needs: Needs) -> str:
    """Return the remark on a row: its elections, and the pieces and serial numbers in its packs."""
    told = []
    if len(row.elections) > 1 or (row.elections and sum(row.elections.values()) < row.count):
        told.append(
            ", ".join(f"{printable(name, 20)} {number(count)}" for name, count in sorted(row.elections.items()))
        )
    elif row.elections:
        told.append(printable(next(iter(row.elections)), 20))
    if row.pieces != row.count:
        need = needs.get(row.kind)
        told.append(_("holds {count} {unit}").format(count=number(row.pieces), unit=need.unit if need else "").strip())
    if row.serials:
        shown = [printable(serials, 60) for serials in row.serials[:_RANGES]]
        more = len(row.serials) - len(shown)
        told.append(", ".join(shown) + (" " + _("and {count} more").format(count=number(more)) if more else ""))
    return "; ".join(told)


def item_text(item: Item | None, places: Places, needs: Needs) -> str:
    """Which thing it is: Ballot box DPR 2/5, TPS 003 Pejarakan."""
    if item is None:
        return _("not registered here")
    election = f" {printable(item.election, 20)}" if item.election else ""
    count = f" {item.k}/{item.n}" if item.n > 1 else ""
    return f"{kind_word(needs, item.kind)}{election}{count}, {custodian_name(places, item.to)}"


def line_text(line: Line, facts: BastFacts) -> str:
    """One thing with its code, and what was remarked on it."""
    words = f"{show_code(line.code)}: {item_text(line.item, facts.places, facts.needs)}"
    if line.condition and line.condition != "good":
        words += f", {condition_word(line.condition)}"
    return f"{words} – {printable(line.remark, 600)}" if line.remark else words


def finding_lines(facts: BastFacts) -> list[str]:
    """Return the findings as sentences; of one that many items share, the first few and the rest by their codes.

    People with two roles in the handover come last.
    """
    groups: dict[str, list[Finding]] = {}
    for finding in facts.findings:
        groups.setdefault(finding.code, []).append(finding)
    lines = []
    for group in groups.values():
        lines += [_ended(judged_text(finding, facts.needs, facts.here)) for finding in group[:_SENTENCES]]
        if rest := group[_SENTENCES:]:
            codes = ", ".join(show_code(finding.item) for finding in rest[:_CODES] if finding.item)
            count = len(rest)
            words = ngettext("The same for one more: {codes}", "The same for {count} more: {codes}", count)
            lines.append(words.format(count=number(count), codes=codes + (", …" if count > _CODES else "")))
    early = _("Whether root has admitted the station {station} shows when the warehouse's data is taken in.")
    lines += [early.format(station=printable(station, 60)) for station in facts.unadmitted]
    return lines + people_words(facts.told.named_twice)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def missing_lines(facts: BastFacts) -> list[str]:
    """What is still to come, by kind and destination, with codes where they are few."""
    if len(facts.told.missing) <= _CODES:
        return [f"{show_code(item.code)}: {item_text(item, facts.places, facts.needs)}" for item in facts.told.missing]
    kinds: dict[str, list[Item]] = {}
    for item in facts.told.missing:
        kinds.setdefault(item.kind, []).append(item)
    lines = []
    for kind, items in kinds.items():
        where = list(dict.fromkeys(item.to for item in items))
        lines.append(
            _("{count} {kind}, for {places}").format(
                count=number(len(items)), kind=kind_word(facts.needs, kind), places=_named(facts.places, where)
            )
        )
    return lines


def _named(places: Places, codes: Sequence[str]) -> str:
    shown = ", ".join(custodian_name(places, code) for code in codes[:_RANGES])
    more = len(codes) - _RANGES
    return f"{shown} " + _("and {count} more").format(count=number(more)) if more > 0 else shown


def _decisions(facts: BastFacts) -> dict[str, list[str]]:
    """What the receiver refused, took with a remark, or matched; and what came without a label."""
    lines = facts.lines
    found = {
        "refused": [line_text(line, facts) for line in lines if line.is_refused],
        "remarked": [line_text(line, facts) for line in lines if line.remark and not line.is_refused],
        "matched": [line_text(line, facts) for line in lines if line.how == "matched" and not line.remark],
        "extras": [
            f"{number(extra.count)} {kind_name(facts.needs, extra.kind)}"
            + (f": {printable(extra.note, 600)}" if extra.note else "")
            for extra in facts.told.extras
        ],
    }
    return {name: told for name, told in found.items() if told}


# --- The codes of all things ------------------------------------------------------------------------------------------


def _coded(facts: BastFacts) -> list[Coded]:
    flagged = {finding.item for finding in facts.findings if "item" in finding.values}  # not what all share
    found = []
    for to, goods in groupby(facts.lines, key=lambda line: line.to):
        lines = list(goods)
        where = place_path(facts.places, to) if to else _("not registered here")
        kinds = [
            (kind_word(facts.needs, kind), [_code_text(line, line.code in flagged) for line in of_kind])
            for kind, of_kind in groupby(lines, key=lambda line: line.kind)
        ]
        found.append(Coded(where, len(lines), kinds))
    return found


def _code_text(line: Line, is_flagged: bool) -> str:
    print_ = "–" if line.print is None else f"{line.print:02d}"
    marks = f"{' ×' if line.is_refused else ''}{' !' if is_flagged else ''}"
    return f"{show_code(line.code)} {print_} {_HOW[chosen()].get(line.how, '?')}{marks}"


def _inside(facts: BastFacts) -> list[tuple[str, str]]:
    """What moved inside other things: each kind, and its codes."""
    by_kind = groupby(sorted(facts.told.carried, key=lambda item: item.kind), key=lambda item: item.kind)
    return [
        (kind_word(facts.needs, kind), ", ".join(show_code(item.code) for item in items)) for kind, items in by_kind
    ]
