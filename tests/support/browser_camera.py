"""A camera in a real browser that shows what a test gives it."""

from base64 import b64encode
from typing import TYPE_CHECKING

import numpy as np
import zxingcpp

if TYPE_CHECKING:
    from scanner.sources.frames import Image
    from tests.support.browser_examples import Watched

_SHOW = """([width, height, pixels]) => {
  const gray = Uint8Array.from(atob(pixels), (letter) => letter.charCodeAt(0));
  const picture = new ImageData(width, height);
  gray.forEach((level, at) => picture.data.set([level, level, level, 255], 4 * at));
  const is_new = !window.test_camera;
  const sheet = window.test_camera ??= document.createElement("canvas"), pen = sheet.getContext("2d");
  sheet.width = width; sheet.height = height;
  window.test_picture = picture;
  pen.putImageData(picture, 0, 0);
  if (!is_new) return;
  setInterval(() => pen.putImageData(window.test_picture, 0, 0), 50);
  navigator.mediaDevices.getUserMedia = async () => sheet.captureStream(20);
}"""


def show(watched: "Watched", image: "Image") -> None:
    """Let the browser's own camera show this grey picture from now on; all pictures of a test have one size."""
    height, width = image.shape
    watched.page.evaluate(_SHOW, [width, height, b64encode(np.ascontiguousarray(image).tobytes()).decode()])


def barcode(text: str, *, size: tuple[int, int] = (1280, 720), is_gs1: bool = False, name: str = "Code128") -> "Image":
    """A vendor's barcode in the middle of white paper."""
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, name), **({"gs1": True} if is_gs1 else {}))
    drawn = np.array(code.to_image(scale=3, add_quiet_zones=True))
    paper = np.full((size[1], size[0]), 255, np.uint8)
    top, left = (paper.shape[0] - drawn.shape[0]) // 2, (paper.shape[1] - drawn.shape[1]) // 2
    paper[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    return paper
