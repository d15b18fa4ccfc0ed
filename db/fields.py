"""What the records of every station say of a place's work besides items: obstacles, readiness, critical points."""

from custody.events import Event
from custody.field import Incident, Point, Readiness, incidents, points, readiness
from db.state import State


def incidents_of(state: State) -> list[Incident]:
    """Every obstacle that is known, the open ones first."""
    return state.ledger.remember("incidents", lambda: incidents(_said(state, "incident"), state.roots))


def readiness_of(state: State) -> list[Readiness]:
    """How each place stands by its newest checklist of each name."""
    return state.ledger.remember("readiness", lambda: readiness(_said(state, "checklist"), state.roots))


def points_of(state: State, as_of: str) -> list[Point]:
    """The register of critical points at a moment (RFC 3339, UTC): overdue first."""
    said = state.ledger.remember("points", lambda: _said(state, "point"))
    return points(said, as_of, roots=state.roots)


def _said(state: State, topic: str) -> list[Event]:
    stations = state.stations.now()
    return [event for event in state.ledger.on_topic((topic, "correct")) if not stations.is_quarantined(event)]
