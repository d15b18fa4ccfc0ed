"""What is looked at on the way in: a bundle's list against the logs themselves, and whose head a head is."""

from dataclasses import replace

import pytest

from custody.errors import TamperError
from custody.format.encoding import log_name
from custody.format.events import Event
from evidence.between import head_size, witnessed_to
from evidence.intake import check_bundle
from services.exchange.ledger_audit import audit_ledger
from services.exchange.transfer import import_bundles
from tests.support.bundle_examples import Evidence
from tests.support.evidence_logs import Station, unfiled
from tests.support.ledger_examples import planned_station


def station(seed: int, number: int = 1) -> Station:
    """A station whose log bears the name of its key, as those that may be taken in do."""
    return Station(seed, log_name("pemilu", f"gudang-{seed}", Station(seed).public_key, number))


@pytest.mark.parametrize("lie", [{"station": "Gudang lain"}, {"place": "51.99"}, {"station": "", "place": ""}])
def test_a_list_that_gives_a_log_to_another_station_or_place_is_refused(lie):
    log = station(1).fill(4)
    assert check_bundle([log.row()], unfiled(log.entries), {}).count == 4
    with pytest.raises(TamperError, match="its list says otherwise"):
        check_bundle([replace(log.row(), **lie)], unfiled(log.entries), {})


def test_a_head_of_another_log_of_the_same_key_says_nothing_of_this_one():
    """A station that began a second log signs its heads with the same key: the name tells them apart."""
    old, new, keeper = station(1), station(1, 2).fill(9), station(2)
    assert head_size(new.name, new.public_key, new.head()) == 9
    assert head_size(old.name, old.public_key, new.head()) == 0
    keeper.write("witness", head=new.head())
    read = [Event(entry.leaf.hex(), body) for entry, body in zip(keeper.entries, keeper.bodies, strict=True)]
    assert (witnessed_to(new.name, new.public_key, read), witnessed_to(old.name, old.public_key, read)) == (9, 0)


def test_a_false_head_in_a_record_is_held_against_who_keeps_it_and_the_bundle_is_taken():
    """Refusing would let one key keep an office from everybody's bundles; what was merged first would decide."""
    victim, liar = station(1).fill(4), station(2)
    liar.write("witness", head=victim.head())
    liar.write("witness", head=Station(9, victim.name).head())
    liar.write("witness", head=victim.head()[:-1])
    both = [victim.row(), liar.row()], unfiled([*victim.entries, *liar.entries])
    told = [(finding.code, finding.log, finding.seq) for finding in check_bundle(*both, {}).findings]
    assert told == [("TAMPERED", liar.name, 3), ("TAMPERED", liar.name, 4)]
    alone = check_bundle([liar.row()], unfiled(liar.entries), {}).findings
    assert [finding.seq for finding in alone] == [4], "whose key is not known here, of him nothing can be said"
    known = check_bundle([liar.row()], unfiled(liar.entries), {victim.name: victim.public_key}).findings
    assert [finding.seq for finding in known] == [3, 4]


def test_import_says_who_keeps_a_false_head_each_time_and_takes_the_records_in(sqlite_url, tmp_path):
    victim, liar = station(1).fill(4), station(2)
    liar.write("witness", head=Station(9, victim.name).head())
    path = Evidence([victim, liar], [victim.entries, liar.entries], [victim.row(), liar.row()]).write(tmp_path / "a")
    with planned_station(sqlite_url()) as store:
        for new in (6, 0):
            merged = import_bundles(store, [path])
            wrong = [(finding.code, finding.log, finding.seq) for finding in merged.findings if finding.is_wrong]
            assert (merged.new, wrong) == (new, [("TAMPERED", liar.name, 2)])
        told = audit_ledger(store).findings
        assert [(f.code, f.log, f.seq) for f in told if f.is_wrong] == [("TAMPERED", liar.name, 2)]
