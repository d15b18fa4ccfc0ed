"""Photographs for tests."""

import cv2
import numpy as np


def jpeg(width: int = 64, height: int = 48, seed: int = 0) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".jpg", noise)[1].tobytes())
