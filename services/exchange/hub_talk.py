"""One conversation of a station with a hub: who it is, and what its refusals mean. Cut, it asks again."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from custody.errors import N_, CustodyError, InputError, StoreError, TamperError
from db.store import Store
from services.exchange.hub_client import TRIES, Answer, CutError, HubAddress, HubClient
from services.exchange.hub_reading import HubFacts, sign_request

_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 8.0
_LONGEST_ASKED_S = 60.0
_NEVER_YET = frozenset({429, 503})
"""The statuses of a hub that has too much to do."""


class ForkError(InputError):
    """The hub holds another history of a log that is not this station's."""


def who_answers(address: HubAddress) -> tuple[HubFacts, HubAddress]:
    """Who the hub at an address is, for a station that has not begun, and the address with its whole fingerprint.

    Raises:
        StoreError: nobody answers, or no hub.
    """
    client = HubClient(address)
    try:
        return _facts_of(client.ask("GET", "/hub")), client.known_as
    except CutError as error:
        raise gives_up() from error
    finally:
        client.close()


def _facts_of(answer: Answer) -> HubFacts:
    try:
        facts = HubFacts(**json.loads(answer.body))
        bytes.fromhex(facts.key)
    except (ValueError, TypeError) as error:
        raise _no_hub() from error
    return facts


class HubTalk:
    """What one station asks of one hub. `facts` say who the hub is."""

    def __init__(self, store: Store, client: HubClient, pause: Callable[[float], None]) -> None:
        """Ask who the hub is.

        Raises:
            StoreError: nobody answers, or no hub.
            InputError: it belongs to another election.
        """
        self.store, self.client, self._pause = store, client, pause
        self.own = store.ledger.own_log().name
        self.facts = self._ask_who()

    def _ask_who(self) -> HubFacts:
        facts = _facts_of(self.ask("GET", "/hub"))
        trusted = self.store.state.stations.now()
        if facts.root != trusted.root and facts.key not in trusted.powers:
            raise InputError(
                N_("that hub belongs to the election {theirs} of another root: nothing was sent"),
                hint=N_("Compare the root's fingerprint on the key sheet with that of the office that runs the hub."),
                theirs=str(facts.election)[:80],
            )
        return facts

    def ask(self, method: str, path: str, body: bytes | None = None, *, is_signed: bool = False) -> Answer:
        """Ask, again where the connection was cut or the hub is busy: what this is for may be asked twice.

        Args:
            is_signed: show which station asks.

        Raises:
            StoreError: nobody answers, or the network gives up.
        """
        for tries in range(TRIES):
            try:
                answer = self.once(method, path, body, is_signed=is_signed)
            except CutError:
                self.wait(tries)
                continue
            if answer.status not in _NEVER_YET:
                return answer
            self.wait(tries, answer)
        raise gives_up()

    def once(self, method: str, path: str, body: bytes | None = None, *, is_signed: bool = False) -> Answer:
        """Ask once.

        Raises:
            CutError: the connection ended before the answer was whole.
            StoreError: nobody answers.
        """
        answer = self.client.ask(method, path, body, self._signature() if is_signed else {})
        if is_signed and answer.status == 401:  # the number is too old, or the hub was started again
            self.facts = self._ask_who()
            answer = self.client.ask(method, path, body, self._signature())
        return answer

    def _signature(self) -> Mapping[str, str]:
        signed = sign_request(self.own, self.facts.number, self.client.name, self.store.signer())
        return {"Authorization": signed}

    def wait(self, tries: int, answer: Answer | None = None) -> None:
        """Wait before the next try: longer each time, or as long as the hub asks for."""
        told = answer.headers.get("retry-after", "") if answer else ""
        asked_s = float(told) if told.isdecimal() and len(told) < 4 else 0.0
        self._pause(min(max(_PAUSE_S * 2**tries, asked_s), _LONGEST_ASKED_S if asked_s else _LONGEST_PAUSE_S))

    def listing(self, sizes: Mapping[str, int]) -> dict[str, Mapping[str, Any]] | None:
        """How far the hub has each log of which this station has another length; None where it does not know this
        station.

        Raises:
            CustodyError: it refuses.
        """
        answer = self.ask("POST", "/logs", json.dumps({"logs": sizes}).encode(), is_signed=True)
        if answer.status == 404:
            return None
        self.refuse(answer)
        try:
            return {str(row["log"]): row for row in json.loads(answer.body)["logs"]}
        except (ValueError, TypeError, KeyError) as error:
            raise _no_hub() from error

    @staticmethod
    def is_later(answer: Answer) -> bool:
        """Whether the hub would take this later: it has too much to do, or was started again and knows no head yet."""
        return answer.status in _NEVER_YET or (answer.status, answer.reason) == (422, "head")

    def refuse(self, answer: Answer, log: str = "") -> None:
        """Raise what a refusal means; nothing where it is none.

        Raises:
            TamperError: the hub holds another history of this station's log.
            StoreError: it cannot take anything now.
            InputError: it does not take this.
        """
        if answer.status != 200:
            raise _refusal(answer, log, is_own=log in ("", self.own))


_REASONS = {
    "revoked": N_("the hub takes no more of {log}: its key was revoked"),
    "election": N_("the hub belongs to another election than {log}"),
    "full": N_("the hub has no more room for stations that root has not admitted"),
    "store": N_("the hub cannot store anything now: its disk may be full"),
    "own": N_("{log} is the hub's own log, and longer here than there: the hub was put back to an older copy"),
    "busy": N_("the hub has too much to do now"),
}


def _refusal(answer: Answer, log: str, *, is_own: bool) -> CustodyError:
    if answer.reason == "fork" and is_own:
        return TamperError(
            N_(
                "the hub holds another history of this station's log: two laptops may have one key, or a copy was put "
                "back"
            ),
            hint=N_("Stop, touch nothing, copy the folder, and call whoever is responsible."),
        )
    if answer.reason == "fork":
        return ForkError(N_("the hub holds another history of {log}"), log=log)
    message = _REASONS.get(answer.reason, N_("the hub refused ({status} {reason})"))
    kind = StoreError if answer.status >= 429 else InputError
    return kind(message, log=log, status=answer.status, reason=answer.reason[:40])


def _no_hub() -> StoreError:
    return StoreError(
        N_("what answers there is no hub of Serah"), hint=N_("In a WLAN with a login page, log in first.")
    )


def gives_up() -> StoreError:
    """The refusal to go on trying."""
    return StoreError(
        N_("the network was cut again and again: not everything was sent"),
        hint=N_("Nothing is lost; what arrived stays there. Try again later, or nearer to the network."),
    )
