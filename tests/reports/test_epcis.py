"""The ledger in the words of GS1 EPCIS 2.0."""

import io
import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.errors import InputError
from custody.format.event_types import FORMS
from custody.format.events import Event
from reports.epcis.epcis_events import Uris, epcis_event, write_epcis
from reports.ledger_tables import handover_table, record_table, record_tables
from tests.support.busy_day import TRUCK, Day
from tests.support.epcis_schema import SCHEMA, gs1_schema
from tests.support.report_examples import NEEDS, PLACES, hostile_chain

DATA = Path(__file__).parents[1] / "data"

OWN = jsonschema_rs.Draft7Validator(SCHEMA, validate_formats=True)


def exported(day: Day, *options: str) -> Any:
    day.done("export", "--epcis", "e.jsonld", *options)
    return json.loads(Path("e.jsonld").read_text())


def events_of(document: Any, **like: Any) -> list[Any]:
    rows = document["epcisBody"]["eventList"]
    return [row for row in rows if all(row.get(name) == value for name, value in like.items())]


def test_a_day_of_everything_is_a_valid_document_of_the_standard(busy: Day) -> None:
    for options in ((), ("--uri", "https://kpu.example/id"), ("--company-prefix", "8991234567")):
        document = exported(busy, *options)
        assert [str(error) for error in OWN.iter_errors(document)] == []
    kinds = {row["type"] for row in events_of(document)}
    assert kinds == {"ObjectEvent", "AggregationEvent", "TransactionEvent"}
    told = busy.done("export", "--epcis", "e.jsonld", "--json").json["epcis"]
    assert told["events"] + told["left_out"] == busy.event_count() and told["corrected"] == 2


@pytest.mark.slow
def test_gs1s_own_schema_takes_it_too(busy: Day, tmp_path_factory: pytest.TempPathFactory) -> None:
    schema = gs1_schema(tmp_path_factory.mktemp("gs1"))
    if schema is None:
        pytest.skip("needs npm and the network, to get the schema")
    theirs = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
    for options in ((), ("--uri", "https://kpu.example/id"), ("--company-prefix", "8991234567")):
        document = exported(busy, *options)
        assert [str(error) for error in theirs.iter_errors(document)] == []
    for path, wrong in WRONG:
        assert not theirs.is_valid(spoilt(document, path, wrong)), (path, wrong)


WRONG = [
    ("type", "Event"),
    ("eventTime", "yesterday"),
    ("eventTimeZoneOffset", "+8"),
    ("action", "MOVE"),
    ("bizStep", "sending"),
    ("disposition", "broken"),
    ("epcList", ["not a uri"]),
    ("bizTransactionList", []),
    ("destinationList", [{"destination": "urn:x:y"}]),
    ("sourceList", [{"type": "who", "source": "urn:x:y"}]),
    ("misspelt field", 1),
]


def spoilt(document: Any, name: str, value: Any) -> Any:
    other = json.loads(json.dumps(document))
    events_of(other, type="TransactionEvent")[0][name] = value
    return other


def test_the_schema_of_these_tests_refuses_what_the_standard_forbids(busy: Day) -> None:
    document = exported(busy)
    assert OWN.is_valid(document)
    for path, wrong in WRONG:
        assert not OWN.is_valid(spoilt(document, path, wrong)), (path, wrong)


def test_a_handover_is_a_transaction_with_source_and_destination(busy: Day) -> None:
    document = exported(busy, "--uri", "https://kpu.example/id")
    [shipped] = events_of(document, bizStep="shipping")
    assert shipped["sourceList"] == [{"type": "possessing_party", "source": "https://kpu.example/id/place/51.08"}]
    assert shipped["destinationList"][0]["destination"] == f"https://kpu.example/id/place/{TRUCK}"
    assert shipped["readPoint"]["id"].endswith("/51.08") and "bizLocation" not in shipped
    assert [row["quantity"] for row in shipped["quantityList"]] == [2]
    assert len(shipped["epcList"]) == 2 and len(shipped["serah:refused"]) == 1
    assert not set(shipped["epcList"]) & set(shipped["serah:refused"])
    late, put_right = events_of(document, bizStep="receiving", **{"serah:lateEntry": True})
    assert late["eventTime"] < put_right["eventTime"] <= put_right["recordTime"]
    assert late["eventTime"] == "2024-02-10T05:30:00Z" and late["recordTime"] > late["eventTime"]
    assert late["eventTimeZoneOffset"] == "+08:00" and late["bizLocation"]["id"].endswith("/51.08.01")
    assert "quantityList" not in late and late["bizTransactionList"][0]["type"] == "recadv"


def test_packing_and_unpacking_are_aggregations(busy: Day) -> None:
    found = events_of(exported(busy), type="AggregationEvent")
    assert [(row["action"], row["bizStep"], len(row.get("childEPCs", ()))) for row in found] == [
        ("ADD", "packing", 3),
        ("DELETE", "unpacking", 1),
        ("OBSERVE", "inspecting", 1),
        ("DELETE", "unpacking", 0),
    ]
    assert len({row["parentID"] for row in found}) == 1


def test_a_correction_repeats_the_event_with_an_error_declaration(busy: Day) -> None:
    document = exported(busy)
    for record, reason, count in ((busy.wrong, "incorrect_data", 1), (busy.never, "did_not_occur", 0)):
        first, declared = events_of(document, **{"serah:record": record})
        declaration = declared["errorDeclaration"]
        assert declared == first | {"errorDeclaration": declaration} and declaration["reason"] == reason
        right = declaration.get("correctiveEventIDs", [])
        assert len(right) == count and all(events_of(document, eventID=one) for one in right)
    ids = [row["eventID"] for row in events_of(document) if "errorDeclaration" not in row]
    assert len(set(ids)) == len(ids)


def test_no_name_of_a_person_and_no_free_text_is_in_it(busy: Day) -> None:
    exported(busy)
    text = Path("e.jsonld").read_text()
    assert "Zebulon" not in text and "miring" not in text and "Jalan putus" not in text


def test_only_the_logs_below_a_place_are_told(busy: Day) -> None:
    assert events_of(exported(busy, "--under", "51.08.02")) == []
    assert len(events_of(exported(busy, "--under", "51.08"))) == len(events_of(exported(busy)))


@pytest.mark.parametrize(
    "options", [("--uri", "kpu"), ("--uri", "https://a b"), ("--company-prefix", "12x"), ("--under", "99")]
)
def test_what_cannot_name_things_is_refused_and_nothing_is_written(busy: Day, options: tuple[str, str]) -> None:
    refused = busy("export", "--epcis", "e.jsonld", *options)
    assert refused.code == 2 and len(refused.err.splitlines()) == 2 and not Path("e.jsonld").exists()


@given(st.text(max_size=30), st.sampled_from(["item", "place", "kind"]))
def test_each_name_has_one_uuid_of_its_own_by_the_rfc(name: str, what: str) -> None:
    uri = Uris("root").of(what, name)
    space = uuid5(NAMESPACE_URL, "serah:root")
    assert uri == f"urn:uuid:{uuid5(space, f'{what}/{name}')}" and UUID(uri[9:]).version == 5
    assert uri != Uris("other").of(what, name) and uri == Uris("root").of(what, name)


def test_an_offices_address_takes_any_code_and_a_prefix_makes_giai_keys() -> None:
    assert Uris("r", "https://kpu.example/").place("CV Dua/Tiga") == "https://kpu.example/place/CV%20Dua%2FTiga"
    both = Uris("r", "https://kpu.example", "899123456")
    assert both.item("7Q2M9X4T5B8C6") == "https://id.gs1.org/8004/8991234567Q2M9X4T5B8C6"
    assert both.place("51.08") == "https://kpu.example/place/51.08"
    with pytest.raises(InputError):
        Uris("r", "ftp://kpu.example")


def frozen_events() -> list[Event]:
    """Every type of record in every version of its form, as the ledger's frozen vectors have them; and hostile ones."""
    bodies = [
        json.loads(entry["body"])
        for version in range(1, 8)
        for entry in json.loads((DATA / f"ledger_v{version}.json").read_text("utf-8"))["vectors"]
    ]
    told = [Event(f"{at:064x}", body) for at, body in enumerate(bodies)]
    return told + [link.event for link in hostile_chain().links]


def test_every_form_of_record_ever_written_is_told_in_epcis_and_in_the_tables() -> None:
    events, uris = frozen_events(), Uris("root")
    assert {(event.type, event.body["v"]) for event in events} >= set(FORMS)
    told = [one for event in events if (one := epcis_event(event, uris, here="51.08")) is not None]
    out = io.BytesIO()
    write_epcis(out, told, uris, made_at_utc="2024-02-12T00:00:00Z", places=PLACES, needs=[*NEEDS.values()])
    assert [str(error) for error in OWN.iter_errors(json.loads(out.getvalue()))] == []
    assert len(told) >= sum(type_ in ("register", "print", "handover", "pack", "seal") for type_, _v in FORMS)
    for sheet in (
        record_table(lambda: events, {}, lambda event: True),
        handover_table(lambda: events, {}, PLACES),
        *record_tables(lambda: events, {}),
    ):
        rows = list(sheet.rows)
        assert rows and all(len(row) == len(sheet.headers) for row in rows), sheet.title
