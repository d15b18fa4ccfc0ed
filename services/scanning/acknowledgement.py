"""Acknowledging a handover at the screen: signatures that are drawn and PINs, kept in the draft until it is recorded.

Each stands for what was to be recorded when it was given. Change that, or the name, and it stands no longer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import msgspec

from custody.compose.compose import Acknowledged, Handover, Touch
from custody.errors import N_, InputError
from custody.handover.draft import Details, Signed
from scanner.sources.frames import Image
from services.seen import version_seen

SIGNERS = ("giver", "receiver", "witness-1", "witness-2")
"""Who may acknowledge a handover at the screen, by the names that the letter has for them."""
WIDTH, HEIGHT = 1000, 400
"""Of the field that one signs in, in units of the strokes."""
MOST_STROKES, MOST_POINTS = 200, 6000
_LEAST_INK = 120
_SCALE, _MARGIN, _PEN_PX = 0.8, 12, 4

Stroke = Sequence[tuple[int, int]]


def name_of(details: Details, signer: str) -> str:
    """The name of a signer as people have said it; empty where they have not."""
    kind, _dash, number = signer.partition("-")
    if kind == "witness":
        return details.witnesses[int(number) - 1] if int(number) <= len(details.witnesses) else ""
    return details.giver_name if kind == "giver" else details.receiver_name


def with_signature(details: Details, signer: str, signed: Signed | None) -> Details:
    """The details where this signer has acknowledged it so; None: has not."""
    others = {who: one for who, one in details.signed.items() if who != signer}
    return msgspec.structs.replace(details, signed=others if signed is None else {**others, signer: signed})


def contents(handover: Handover, touches: Sequence[Touch]) -> str:
    """A digest of what is to be recorded, but for the people's names: what a signature is given for."""
    bare = replace(handover, giver_name="", receiver_name="", witnesses=(), acknowledged=())
    return version_seen(bare, touches)


def standing(details: Details, contents: str) -> dict[str, Signed]:
    """Those who acknowledged it for this, under the name that stands there now, by signer."""
    return {
        signer: signed
        for signer, signed in sorted(details.signed.items())
        if signed.contents == contents and signed.name == name_of(details, signer)
    }


def acknowledged(details: Details, contents: str) -> tuple[Acknowledged, ...]:
    """The same as a handover records it."""
    party: Mapping[str, Literal["giver", "receiver", "witness"]] = {"giver": "giver", "receiver": "receiver"}
    return tuple(
        Acknowledged(party.get(signer, "witness"), signed.name, signed.how, signed.digest)
        for signer, signed in standing(details, contents).items()
    )


def draw_signature(strokes: Sequence[Stroke]) -> Image:
    """The picture of a signature: its strokes in dark ink on white, as large as they are.

    Args:
        strokes: each the points of one line, in the order of drawing, within `WIDTH` and `HEIGHT`.

    Raises:
        InputError: there is hardly anything drawn, or far too much.
    """
    import cv2
    import numpy as np

    ink = sum(abs(x - u) + abs(y - v) for stroke in strokes for (x, y), (u, v) in pairwise(stroke))
    count = sum(map(len, strokes))
    if ink < _LEAST_INK or not (len(strokes) <= MOST_STROKES and count <= MOST_POINTS):
        raise InputError(N_("there is no signature yet"), hint=N_("Sign in the field, larger than a dot."))
    points = [np.array(stroke, np.int32).reshape(-1, 2) for stroke in strokes if len(stroke)]
    every = np.concatenate(points)
    low, high = every.min(axis=0), every.max(axis=0)
    wide, tall = ((high - low) * _SCALE).astype(int) + 2 * _MARGIN
    image = np.full((int(tall), int(wide), 3), 255, np.uint8)
    for stroke in points:
        placed = ((stroke - low) * _SCALE * 16).astype(np.int32) + _MARGIN * 16
        cv2.polylines(image, [placed], False, (96, 32, 16), _PEN_PX, cv2.LINE_AA, 4)
    return image
