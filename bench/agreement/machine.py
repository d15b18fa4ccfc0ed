"""Merge, fork, revocation, receipts and a hub that is put back, in any order: what must hold after each step.

What it does not cover stands in docs/model.md.
"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bench.agreement.world import (
    HONEST,
    OTHER,
    ROOT,
    TWIN,
    Holder,
    Log,
    Receipt,
    entry,
    leaf_of,
    name_of,
    receipt,
    refuses,
    stores,
    verdict,
)

STATIONS = st.sampled_from((HONEST, OTHER, TWIN))
MOST = 12
"""Records of one log."""


class Agreement(RuleBasedStateMachine):
    """A hub (the root's), two honest stations, and two laptops with one key."""

    def __init__(self) -> None:
        super().__init__()
        first = entry(ROOT, None, 1, "genesis", "", "")
        self.hub = Holder({ROOT: self._with((first,), ROOT, "admit", f"{HONEST} 0")})
        for number in (OTHER, TWIN):
            self.hub.logs[ROOT] = self._with(self.hub.logs[ROOT], ROOT, "admit", f"{number} 0")
        self.at = {number: Holder({number: (entry(number, None, 1, "genesis", "", ""),)}) for number in (1, 2, 3)}
        self.other: Log | None = None
        """The log of the second laptop with the third station's key."""
        self.saved = self.hub.copy()
        self.receipts: dict[int, Receipt] = {}
        self.lost: set[int] = set()
        """The stations whose records a hub that was put back has lost, until they send again."""
        self.ends: dict[int, int] = {}

    @staticmethod
    def _with(log: Log, number: int, kind: str = "point", fields: str = "", history: str = "") -> Log:
        return (*log, entry(number, leaf_of(log[-1]), len(log) + 1, kind, fields, history))

    # --- what can happen ------------------------------------------------------------------------------------------

    @rule(number=STATIONS)
    def record(self, number: int) -> None:
        """A station records."""
        logs = self.at[number].logs
        if len(logs[number]) < MOST:
            logs[number] = self._with(logs[number], number)

    @precondition(lambda self: self.other is None)
    @rule()
    def copy_the_key(self) -> None:
        """Somebody copies the third station's folder."""
        self.other = self.at[TWIN].logs[TWIN]

    @precondition(lambda self: self.other is not None and len(self.other) < MOST)
    @rule()
    def record_elsewhere(self) -> None:
        """The second laptop with that key records another history."""
        assert self.other is not None
        self.other = self._with(self.other, TWIN, history="another")

    @rule(number=STATIONS, goes=st.sampled_from(("whole", "cut", "no answer")), part=st.integers(1, MOST))
    def send(self, number: int, goes: str, part: int) -> None:
        """A station sends its log: it gets its receipt; is cut off; or the answer is lost, or the hub killed then."""
        self._sends(number, self.at[number].logs[number], goes, part)

    @precondition(lambda self: self.other is not None)
    @rule(goes=st.sampled_from(("whole", "no answer")))
    def send_elsewhere(self, goes: str) -> None:
        """The second laptop sends its history."""
        assert self.other is not None
        self._sends(TWIN, self.other, goes, MOST)

    def _sends(self, number: int, log: Log, goes: str, part: int) -> None:
        reason = refuses(self.hub, number, log)
        if reason:
            assert number == TWIN or reason == "revoked", "an honest station is refused only once it was revoked"
            return
        held = len(self.hub.logs.get(number, ()))
        if goes == "cut":
            log_so_far = log[: min(held + part, len(log))]
            stores(self.hub, number, log_so_far)
        elif stores(self.hub, number, log):
            if goes == "whole":
                given = receipt(log, number)
                if len(log) >= len(self.receipts[number].log if number in self.receipts else ()):
                    self.receipts[number] = given
            kept = self.receipts.get(number)
            if kept is None or self.hub.logs[number][: len(kept.log)] == kept.log:
                self.lost.discard(number)

    @rule(number=STATIONS)
    def take(self, number: int) -> None:
        """A station takes what the hub has."""
        self.at[number].take(self.hub)

    @rule(giver=STATIONS, taker=STATIONS)
    def meet(self, giver: int, taker: int) -> None:
        """Two stations meet by a stick."""
        self.at[taker].take(self.at[giver])

    @rule(number=STATIONS)
    def bring(self, number: int) -> None:
        """A stick brings the hub all that a station holds, but of the hub's own log what it has already."""
        mine = self.hub.logs[ROOT]
        self.hub.take(self.at[number])
        self.hub.logs[ROOT] = max(mine, self.hub.logs[ROOT], key=len)
        for other in [*self.lost]:
            kept = self.receipts[other]
            if self.hub.logs.get(other, ())[: len(kept.log)] == kept.log:
                self.lost.discard(other)

    @precondition(lambda self: self.other is not None)
    @rule(number=STATIONS)
    def meet_elsewhere(self, number: int) -> None:
        """The second laptop gives its history to a station by a stick."""
        assert self.other is not None
        self.at[number].merge(TWIN, self.other)

    @precondition(lambda self: len(self.ends) < 2 and not self.lost)
    @rule(number=st.sampled_from((OTHER, TWIN)))
    def revoke(self, number: int) -> None:
        """Root revokes a station, up to what the hub holds of it."""
        if number not in self.ends:
            end = len(self.hub.logs.get(number, ()))
            self.hub.logs[ROOT] = self._with(self.hub.logs[ROOT], ROOT, "revoke", f"{number} {end}")
            self.ends[number] = end

    @rule()
    def back_up(self) -> None:
        """The hub's ledger is copied."""
        self.saved = self.hub.copy()

    @rule()
    def put_back(self) -> None:
        """The hub's ledger is put back to the copy; its own log went on elsewhere, so that is taken from a witness."""
        own = self.hub.logs[ROOT]
        self.hub = self.saved.copy()
        self.hub.logs[ROOT] = own
        for number, kept in self.receipts.items():
            if self.hub.logs.get(number, ())[: len(kept.log)] != kept.log:
                self.lost.add(number)

    # --- what must hold -------------------------------------------------------------------------------------------

    def holders(self) -> list[Holder]:
        return [self.hub, *self.at.values()]

    @invariant()
    def nothing_acknowledged_is_lost(self) -> None:
        """What a receipt names is at the hub, or at the station while the hub was put back; its station knows it."""
        for number, kept in self.receipts.items():
            if number != TWIN:
                assert self.at[number].logs[number][: len(kept.log)] == kept.log
            here = self.hub.logs.get(number, ())[: len(kept.log)] == kept.log
            assert here or number in self.lost or number == TWIN, "the hub lost what it had acknowledged"

    @invariant()
    def a_hub_that_was_put_back_takes_it_again(self) -> None:
        """No honest station whose records were lost is stuck: the hub would take them, unless its key was revoked."""
        for number in self.lost & {HONEST, OTHER}:
            if number not in self.ends:
                assert not refuses(self.hub, number, self.at[number].logs[number])

    @invariant()
    def nobody_honest_is_accused(self) -> None:
        """Only the log with two histories is ever found wrong, and only where both are held."""
        for holder in self.holders():
            wrong, _counts = verdict(holder.everything())
            assert not {log for _code, log in wrong} - {name_of(TWIN)}, wrong
            assert bool(wrong) == bool(holder.beside.get(TWIN))

    @invariant()
    def who_holds_the_same_says_the_same(self) -> None:
        """The verdict hangs on the entries alone: not on who holds them, nor in which order they came."""
        said = {}
        for holder in self.holders():
            entries = holder.everything()
            assert said.setdefault(entries, verdict(entries)) == verdict(entries)
            again = Holder()
            for number in sorted(holder.logs, reverse=True):
                again.merge(number, holder.logs[number])
            again.beside = dict(holder.beside)
            assert again.everything() == entries
