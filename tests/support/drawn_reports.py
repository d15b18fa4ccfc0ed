"""What a whole ledger shows of drawn handovers, report by report, held against what each one's records say."""

from collections import Counter
from collections.abc import Iterator
from io import BytesIO

from custody.chain.findings import NOT_ON_PAPER
from custody.format.events import Event
from custody.handover.handover_facts import HandoverFacts
from db.store import Store
from language.text import number
from reports.bast.letter_content import write_bast
from reports.bast.letter_template import shipped_template
from reports.handover.paper import write_handover_paper
from reports.lists.discrepancy_list import summary_line
from reports.words import scanned_words, tally_words
from services.records.searching import progress_rows
from services.reporting.bast_letters import letter_of
from services.reporting.evaluation_chapters import evaluation_of, listings
from services.reporting.overview import Overview
from services.reporting.survey import Survey, survey
from services.scanning.handover_papers import paper_facts
from services.scanning.handover_past import told_of
from tests.support.drawn_epcis import epcis_sums
from tests.support.drawn_handovers import letter, unlabelled
from tests.support.ledger_examples import WAREHOUSE
from tests.support.pdf_text import text_of
from web.views.overview_lists import irregular_list


def reports_agree(store: Store, overview: Overview) -> None:
    """What a whole ledger shows of all handovers is what each one's records say.

    Args:
        overview: the station's sums, which go on from where they were.
    """
    seen = survey(store, None)
    while not overview.advance(store, 10):
        pass
    rows = [one for one in seen.discrepancies if one.finding.is_open and one.finding.severity != "info"]
    shown = Counter((i.finding.code, i.finding.item, i.bast) for i in overview.irregular() if i.finding.code == "COUNT")
    assert shown == Counter((row.finding.code, None, row.bast) for row in rows if row.finding.code == "COUNT")
    faults = [f for card in seen.cards for f in card.figures["quantity"].faults if f.code == "COUNT"]
    assert Counter(fault.record for fault in faults) == Counter(r.record for r in rows if r.finding.code == "COUNT")
    short = Counter(i.finding.item for i in overview.irregular() if i.finding.code == "SHORTAGE")
    assert short == Counter(row.finding.item for row in rows if row.finding.code == "SHORTAGE")
    wrong = {(row.record.rpartition(":")[0], row.bast) for row in rows if row.finding.code == "COUNT"}
    told_then, loose = [], []
    for parts in standing_handovers(store):
        facts = told_of(store, parts).facts
        loose += [(parts[0].log, parts[0].body["bast"], text) for text in unlabelled(facts)]
        assert ((parts[0].log, parts[0].body["bast"]) in wrong) == any(f.code == "COUNT" for f in facts.findings)
        told_then.append((parts[0], facts))
        letter(store, parts, facts)
        leaves = {part.leaf for part in parts}
        absent = {code for part in parts for code in part.absent}
        chains = {chain.code: chain for chain in store.state.chains(sorted(absent))}
        said = {
            (code, f.is_open)
            for code, chain in chains.items()
            for f in chain.findings
            if f.code == "SHORTAGE" and f.leaf in leaves
        }
        missing = {item.code for item in facts.missing} & absent
        assert {
            code
            for part in parts
            for code in part.beyond
            for f in store.state.chain(code).findings
            if (f.code, f.leaf) == ("EXCESS", part.leaf)
        } == {*facts.beyond}
        assert {code for code, _is_open in said} == missing, "what a list missed is short in its own chain"
    listed = [row for row in rows if (row.finding.code, row.finding.item) == ("EXCESS", None)]
    assert sorted(loose) == sorted((r.record.rpartition(":")[0], r.bast, str(r.finding)) for r in listed)
    epcis_sums(told_then)
    _listed_alike(store, seen, overview)
    _as_sure_as_letters(store, seen, told_then)
    _lacking_alike(store, seen, told_then)
    _summed_alike(store, overview)


def _listed_alike(store: Store, seen: Survey, overview: Overview) -> None:
    """The report, the evaluation, the dashboard and what programs read list the same findings, each as sure."""
    rows = [one for one in seen.discrepancies if one.finding.is_open and one.finding.severity != "info"]
    told = Counter((r.finding.code, r.finding.item, r.finding.is_provisional) for r in rows if r.finding.code != "LATE")
    irregular = list(overview.irregular())
    assert told == Counter((one.finding.code, one.finding.item, one.finding.is_provisional) for one in irregular)
    if WAREHOUSE in store.state.places:
        board = irregular_list(store, overview, store.state.places[WAREHOUSE], WAREHOUSE, slice(0, 5000))["rows"]
        assert Counter((row["code"], row["item"] or None, row["is_provisional"]) for row in board) == told
    chapters = listings(store, seen)
    told_rows = [row for row in chapters["discrepancies"].facts["rows"] if row["severity"] != "info"]
    lines = Counter((row["finding"], row["state"]) for row in told_rows)
    open_ = [row.finding for row in rows]
    is_open = Counter((f.code, "provisional" if f.is_provisional else "open") for f in open_)
    assert {key: lines[key] for key in is_open} == dict(is_open), (lines, is_open)
    assert summary_line(seen.discrepancies) in chapters["discrepancies"].summary
    evaluation = evaluation_of(store, seen, chapters)
    assert [figure.words for figure in evaluation.figures][4] == number(sum(f.severity == "critical" for f in open_))
    assert evaluation.chapters["discrepancies"] is chapters["discrepancies"]


def _as_sure_as_letters(store: Store, seen: Survey, told: list[tuple[Event, HandoverFacts]]) -> None:
    """What reports say of single things at a handover that its letter says too is provisional in both or in neither."""
    said = {
        (f"{event.log}:{event.seq}", finding.code, finding.item): finding.is_provisional
        for event, facts in told
        for finding in facts.findings
        if finding.item
    }
    rows = {(row.record, row.finding.code, row.finding.item): row.finding for row in seen.discrepancies}
    for key, finding in rows.items():
        if finding.is_open and key in said and not finding.stranger:
            assert finding.is_provisional == said[key], key
    own = store.ledger.own_log().name
    of_papers = {
        f.item for event, facts in told if event.log == own for f in facts.findings if f.message == NOT_ON_PAPER
    }
    assert {f.item for f in rows.values() if f.message == NOT_ON_PAPER} == of_papers


def _lacking_alike(store: Store, seen: Survey, told: list[tuple[Event, HandoverFacts]]) -> None:
    """What a receiver's letter lacks of a giver's record of which it has others stands in reports until it comes, and
    nothing that no letter lacks.
    """
    homes = store.state.stations.now().homes
    short = {row.finding.item: row for row in seen.discrepancies if row.finding.code == "SHORTAGE"}
    lacking = {(item.code, f"{event.log}:{event.seq}") for event, facts in told for item in facts.missing}
    for event, facts in told:
        giver, to = event.body["from"], event.body["to"]
        if homes[event.log] != to or event.body["meant"] is not None:
            continue
        for item in facts.missing:
            chain = store.state.chain(item.code)
            if not chain.is_to_come(giver, to, event.log):
                continue
            given = [link.event for link in chain.links if link.has_moved][-1]
            is_before = given.at <= event.at and homes[given.log] != to
            if is_before and given.rows.keys() & event.rows.keys() and item.code not in given.beyond:
                assert item.code in short, "what the letter lacks stands in the report"
    for code, row in short.items():
        link = next((one for one in store.state.chain(code or "").links if one.event.leaf in row.finding.also), None)
        if (
            row.finding.is_open
            and link
            and link.event.type == "handover"
            and homes[link.event.log] != link.to == row.place
        ):
            assert (code, row.record) in lacking, "what the report lacks stands in the letter"


def _summed_alike(store: Store, overview: Overview) -> None:
    """Progress by place is the same in the report and on the dashboard."""
    sent = Counter[str]()
    for row in progress_rows(store):
        sent[row.place.code] += row.sent
    for code, amounts in overview.amounts().items():
        assert code not in sent or sent[code] == amounts.sent, code


def on_paper(store: Store) -> None:
    """The letter and the paper of this station's newest handover, as PDF, say its numbers."""
    if not store.papers.recent(1):
        return
    written, pdf, paper = letter_of(store), BytesIO(), BytesIO()
    template, facts = shipped_template(), told_of(store, written.facts.records).facts
    write_bast(pdf, written.facts, template, written.sheets)
    write_handover_paper(paper, paper_facts(store))
    words = template.text("unknown_expected")
    if facts.expected is not None:
        numbers = {"expected": number(facts.expected), "missing": number(facts.missing_count)}
        words = template.text("expected", scanned=scanned_words(facts), **numbers)
    letter_says, paper_says = (text_of(file.getvalue()).replace("\u00a0", " ") for file in (pdf, paper))
    assert " ".join(words.split()) in letter_says, (words, letter_says)
    assert tally_words(facts) in paper_says, (tally_words(facts), paper_says)


def standing_handovers(store: Store) -> Iterator[list[Event]]:
    """The handovers of one part that count and that no correction took back."""
    stations = store.state.stations.now()
    events = list(store.ledger.events_since({}))
    gone = {event.body["target"] for event in events if event.type == "correct"}
    for event in events:
        if event.type == "handover" and event.leaf not in gone and stations.stands(event):
            assert event.body["parts"] == 1
            yield [event]
