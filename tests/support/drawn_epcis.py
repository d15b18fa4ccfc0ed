"""What EPCIS events say of drawn handovers, held against their facts."""

from collections.abc import Sequence

from custody.format.events import Event
from custody.handover.handover_facts import HandoverFacts
from reports.epcis.epcis_events import Uris, epcis_event
from tests.support.ledger_examples import WAREHOUSE


def epcis(parts: Sequence[Event], facts: HandoverFacts) -> None:
    uris = Uris("root", "https://example.org/")
    told_there = [epcis_event(part, uris, here=WAREHOUSE) for part in parts]
    listed = [uri for one in told_there if one for uri in one["epcList"]]
    refused = [uri for one in told_there if one for uri in one.get("serah:refused", ())]
    assert listed == [uris.item(code) for code in facts.taken] and {*refused} == {*map(uris.item, facts.refused)}


def epcis_sums(told: Sequence[tuple[Event, HandoverFacts]]) -> None:
    """What the EPCIS events of one number say together is what the facts of each of its handovers say."""
    uris, way = Uris("root", "https://example.org/"), ("bast", "from", "to")
    for event, facts in told:
        beside = [
            other
            for other, _facts in told
            if other.log != event.log and all(other.body[name] == event.body[name] for name in way)
        ]
        alike = [one for one in (epcis_event(each, uris, here=WAREHOUSE) for each in (event, *beside)) if one]
        taken, refused, absent = (
            {uri for one in alike for uri in one.get(name, ())} for name in ("epcList", "serah:refused", "serah:absent")
        )
        stated = [one for one in alike if "serah:beyond" in one]
        assert len(stated) == sum(each.body.get("meant") is not None for each in (event, *beside))
        meant = {
            uri
            for one in stated
            for uri in (*one["epcList"], *one.get("serah:refused", ()))
            if uri not in one["serah:beyond"]
        } | absent
        missing = {uris.item(item.code) for item in facts.missing}
        assert missing.isdisjoint(taken | refused), "what one of them took or refused is missing at none"
        if stated:
            assert {uris.item(code) for code in facts.meant or ()} == meant and missing <= meant
            assert facts.expected == len(meant)
        others = {uri for one in alike[1:] for uri in (*one["epcList"], *one.get("serah:refused", ()))}
        own = {uris.item(code) for code in (*facts.taken, *facts.refused)}
        assert not stated or facts.elsewhere >= len(others & meant - own)
        assert alike[0].get("serah:counted") == facts.counted
        extras = [(row["epcClass"], row["quantity"]) for row in alike[0].get("quantityList", ())]
        assert extras == [(uris.of("kind", extra.kind), extra.count) for extra in facts.extras]
