"""The facts of a BAST in words: units, conditions, remarks and findings, the same on the letter and in its tables."""

from collections import Counter
from collections.abc import Sequence

from custody.chain.findings import Finding
from custody.format.codes import show_code
from custody.format.item_facts import Item
from language import _, chosen, ngettext
from language.text import number, printable
from reports.bast.letter_facts import BastFacts, Line, Party, Row
from reports.bast.letter_template import Template
from reports.words import (
    Needs,
    Places,
    condition_word,
    custodian_name,
    judged_text,
    kind_name,
    people_words,
    place_path,
)

_RANGES, _SENTENCES, _CODES = 3, 4, 12
"""So many serial ranges, sentences of one code, and codes in a list are told; the rest are counted."""


def party_name(facts: BastFacts, template: Template, party: Party) -> str:
    """What the office of a party is called: by the template, else by the plan."""
    return printable(template.office(party.code).get("name", ""), 200) or custodian_name(facts.places, party.code)


def kind_word(needs: Needs, kind: str) -> str:
    """What a kind is called; a thing that is registered nowhere has none."""
    return kind_name(needs, kind) if kind else _("not registered here")


def unit_word(needs: Needs, kind: str) -> str:
    """What labelled things of a kind are counted in: packs, or the unit of the needs table."""
    need = needs.get(kind)
    if need is None:
        return "–"
    if need.tracked_as == "pack":
        return _("pack")
    unit = printable(need.unit, 20)
    return (
        {"buah": "pc", "botol": "bottle", "lembar": "sheet", "keping": "piece"}.get(unit, unit) if _english() else unit
    )


def _english() -> bool:
    return chosen() == "en"


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


def carried_text(facts: BastFacts) -> str:
    """What moved inside other things, by kind: 5 Ballot box, 4 Voting booth."""
    kinds = Counter(item.kind for item in facts.told.carried)
    return ", ".join(f"{number(count)} {kind_word(facts.needs, kind)}" for kind, count in kinds.items())


def destination_text(facts: BastFacts) -> str:
    """Where the things go: the places that a carrier is bound for, else who receives."""
    codes = facts.bound or (facts.receiver.code,)
    return "; ".join(place_path(facts.places, code) for code in codes)


def extra_lines(facts: BastFacts) -> list[str]:
    """Things without a readable label: how many of what, and the remark."""
    return [
        f"{number(extra.count)} {kind_name(facts.needs, extra.kind)}"
        + (f": {printable(extra.note, 600)}" if extra.note else "")
        for extra in facts.told.extras
    ]
