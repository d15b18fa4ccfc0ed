"""A chain of custody as plain data: the contract that `custody --json` keeps."""

from typing import Any

from custody.chain.chain import Chain
from custody.chain.findings import Finding
from custody.chain.item_state import Link
from custody.format.item_facts import how_told
from reports.words import Needs, Places, finding_text, zone_code


def chain_json(chain: Chain, places: Places, needs: Needs | None = None) -> dict[str, Any]:
    """The chain as JSON has it: codes and UTC times as they are stored, only a finding's detail in words."""
    item = chain.item
    here = zone_code(item.to if item else None, chain.held_by)
    return {
        "code": chain.code,
        "kind": item.kind if item else None,
        "to": item.to if item else None,
        "held_by": chain.held_by,
        "condition": (item.condition or None) if item else None,
        "vendor_codes": list(chain.vendor_codes),
        "chain": [_link_json(link, chain.code) for link in chain.shown],
        "findings": [finding_json(finding, needs, here) for finding in chain.findings],
    }


def finding_json(finding: Finding, needs: Needs | None = None, place: str = "") -> dict[str, Any]:
    """A finding as JSON has it; `detail` is its sentence in the chosen language, times in the zone of `place`."""
    return {
        "code": finding.code,
        "item": finding.item,
        "severity": finding.severity,
        "open": finding.is_open,
        "provisional": finding.is_provisional,
        "detail": finding_text(finding, needs, place),
        "leaf": finding.leaf,
        "also": list(finding.also),
    }


def _link_json(link: Link, code: str) -> dict[str, Any]:
    event = link.event
    people = event.body.get("parties") or {}
    return {
        "log": event.log,
        "seq": event.seq,
        "leaf": event.leaf,
        "type": event.type,
        "at": event.at,
        "from": link.from_,
        "to": link.to,
        "how": how_told(event.body, code, link.how, event.rows.get(code, {})),
        "by": event.body["by"],
        "seen": link.is_seen,
        "repeat": link.is_repeat,
        "giver": people.get("giver"),
        "receiver": people.get("receiver"),
        "bast": event.body.get("bast"),
        "withdrawn": link.is_withdrawn,
        "refused": link.is_refused,
        "admitted": not link.is_stranger,
    }
