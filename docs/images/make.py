"""Makes the README's pictures from a demo: a page of labels, a still of a scan, a chain of custody, and a letter.

python main.py demo --lang en --out build/demo
python docs/images/make.py build/demo
"""

import sys
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

WIDTH_PX = 900
HERE = Path(__file__).parent
LABELS_PAGE = 43
"""A page that has ballot boxes and seals, of the village whose supplies the demo follows."""


def main(demo: Path) -> None:
    """Write the pictures beside this file."""
    save("labels", page(demo / "labels.pdf", LABELS_PAGE))
    save("scan", Image.open(demo / "stills" / "3-kaliuntu-wrong_destination.png"))
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


def save(name: str, picture: Image.Image) -> None:
    """Write a picture small enough for a README, in 256 colours chosen so that the few signal colours stay."""
    height = round(picture.height * WIDTH_PX / picture.width)
    small = picture.convert("RGB").resize((WIDTH_PX, height), Image.Resampling.LANCZOS)
    few = small.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
