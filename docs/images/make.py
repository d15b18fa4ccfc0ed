"""Makes the documents' pictures: of a demo (labels, a still of a scan, a chain, a letter), the page, and Windows.

python main.py demo --lang en --out build/demo
python -m pytest -m browser tests
python docs/images/make.py build/demo build/screenshots
python -m tools.windows.under_wine pictures
python docs/images/make.py build/windows
"""

import sys
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

WIDTH_PX = 900
HERE = Path(__file__).parent
LABELS_PAGE = 43
"""A page that has ballot boxes and seals, of the village whose supplies the demo follows."""


SCREENS = {
    **{"camera-light-1366": "page", "signed-light-1366": "page-review", "phone-dark-390": "page-phone"},
    **{"install-start": "install-start", "install-printer": "install-printer"},
    **{"install-camera-light-1366": "install-camera", "install-truck-light-1366": "install-truck"},
}
"""Screenshots that the browser tests keep, and what they are called here."""


def main(demo: Path, screenshots: Path | None = None) -> None:
    """Write the pictures beside this file."""
    if windows := sorted(demo.glob("windows-*.png")):
        for shot in windows:
            save(shot.stem, Image.open(shot))
        return
    for kept, name in SCREENS.items() if screenshots else ():
        save(name, Image.open(screenshots / f"{kept}.png"))
    save("labels", page(demo / "labels.pdf", LABELS_PAGE))
    save("scan", Image.open(demo / "stills" / "3-first-wrong_destination.png"))
    save("custody", page(demo / "custody-misrouted.pdf", 0))
    save("bast", page(demo / "bast.pdf", 0))


def page(path: Path, index: int) -> Image.Image:
    """A page of a PDF, with a line around it that shows where the paper ends."""
    document = pypdfium2.PdfDocument(path)
    try:
        picture = document[index].render(scale=3).to_pil().convert("RGB")
    finally:
        document.close()
    return ImageOps.expand(picture, border=3, fill=(200, 204, 208))


def save(name: str, picture: Image.Image, folder: Path = HERE) -> None:
    """Write a picture small enough for a README, in 256 colours chosen so that the few signal colours stay."""
    width = min(WIDTH_PX, picture.width)
    height = round(picture.height * width / picture.width)
    small = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    few = small.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
