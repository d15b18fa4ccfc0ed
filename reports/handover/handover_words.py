"""The facts of a handover in words: the same on the screen, on its page, on its paper and in the letter."""

from custody.handover.handover_facts import HandoverFacts
from language import _
from language.text import number
from reports.words import Needs, meant_words


def decided_words(taken: int, refused: int) -> str:
    """How many things the receiver took, and how many were refused."""
    return _("{taken} taken, {refused} refused").format(taken=number(taken), refused=number(refused))


def tally_words(facts: HandoverFacts) -> str:
    """What was scanned, or taken and refused, and how much was to go: `3 scanned, expected: 4`."""
    expected = _("not known") if facts.expected is None else number(facts.expected)
    if not facts.refused:
        words = _("{scanned} scanned, expected: {expected}")
        return words.format(scanned=number(len(facts.taken)), expected=expected)
    decided = decided_words(len(facts.taken), len(facts.refused))
    return _("{decided}, expected: {expected}").format(decided=decided, expected=expected)


def fact_lines(facts: HandoverFacts, needs: Needs) -> list[str]:
    """What was to go, what was taken, refused and moved unseen, one line each; not what is missing."""
    more = (
        (facts.elsewhere, _("Of these, by other laptops under the same number: {count}")),
        (len(facts.refused), _("Refused, they stay with the giver: {count}")),
        (len(facts.carried), _("Inside them, not seen themselves: {count}")),
        (sum(extra.count for extra in facts.extras), _("Noted without a readable label: {count}")),
    )
    meant = [_("To go: {what}").format(what=words)] if (words := meant_words(facts.phase, facts.kinds, needs)) else []
    return [*meant, tally_words(facts), *(words.format(count=number(count)) for count, words in more if count)]


def derived_words(facts: HandoverFacts) -> str:
    """What the expected number rests on where no list says it, and how much is missing by the records held here where
    that is another number; empty where neither is to be said.
    """
    words = {
        "signed": _(
            "Nobody had listed what was to go: the number expected is what the station knew when it recorded this, "
            "and stands in the record."
        ),
        "here": _("Nobody listed what was to go: how much was expected follows from the records held here."),
        "since": _(
            "When this was recorded it was not known how much was to go: the number expected follows from the records "
            "held here now."
        ),
    }.get(facts.basis, "")
    if facts.missing_count == len(facts.missing):
        return words
    more = _("By the records held here now, {count} were not handed over.").format(count=number(len(facts.missing)))
    return f"{words} {more}".strip()


def scanned_words(facts: HandoverFacts) -> str:
    """How many things were scanned, and what became of them where not all were taken as they were seen.

    `4 (3 taken, 1 refused)`, `1 (4 more inside)`.
    """
    carried = len(facts.carried)
    return _offered(facts, _("{count} more inside").format(count=number(carried)) if carried else "")


def counted_words(facts: HandoverFacts) -> str:
    """What a hand count is held against: how many things were scanned, and how many came without a readable label.

    `4 (3 taken, 1 refused; 1 more without a readable label)`; what is inside others nobody counts.
    """
    extras = sum(extra.count for extra in facts.extras)
    return _offered(facts, _("{count} more without a readable label").format(count=number(extras)) if extras else "")


def _offered(facts: HandoverFacts, beside: str) -> str:
    refused = len(facts.refused)
    more = [decided_words(len(facts.taken), refused)] if refused else []
    more += [beside] if beside else []
    scanned = number(len(facts.taken) + refused)
    return f"{scanned} ({'; '.join(more)})" if more else scanned
