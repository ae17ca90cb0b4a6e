"""Paints the examples of the page and writes its small pictures: python training/gallery.py --cli target/release/impasto

Needs Pillow with WebP. Writes into www/samples: examples/ (the results), previews/ (the photos, of fewer bytes), thumbs/ (of everything
that the page offers); and into docs/: gallery.jpg (the results, below each its photo and its painting), result.jpg (the first of them).
With --small-only nothing is painted, and the rest is made of the results that are there.
"""

import argparse
import pathlib
import subprocess
import tempfile

from PIL import Image, ImageOps

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "www/samples"
# Photo, painting, look: as in apps/page/src/model/examples.rs.
EXAMPLES = [
    ("summer-palace", "van-gogh-village-street-in-auvers", "brushwork"),
    ("astronaut", "kandinsky-composition-viii", "brushwork"),
    ("cat", "hokusai-great-wave", "brushwork"),
    ("coffee", "renoir-moulin-de-la-galette", "brushwork"),
    ("summer-palace", "hiroshige-benzaiten-shrine-snow", "brushwork"),
    ("astronaut", "van-gogh-village-street-in-auvers", "portrait"),
]


def write(image, name, quality):
    path = SAMPLES / name
    path.parent.mkdir(exist_ok=True)
    image.convert("RGB").save(path, "WEBP", quality=quality, method=6)


def cut(picture, size):
    """A picture cut and scaled to this size. Of square ones rather the upper part is kept: faces."""
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS, centering=(0.5, 0.1))


def framed(photo, painting, result, width=384, small=118, gap=8):
    """A result of this width in pixels, and below it its photo and its painting."""
    result = result.resize((width, round(width * result.height / result.width)), Image.Resampling.LANCZOS)
    result = cut(result, (width, width * 2 // 3))
    sheet = Image.new("RGB", (width, result.height + gap + small), "white")
    sheet.paste(result, (0, 0))
    left = 0
    for source in (photo, painting):
        source = source.resize((round(small * source.width / source.height), small), Image.Resampling.LANCZOS)
        sheet.paste(source, (left, result.height + gap))
        left += source.width + gap
    return sheet


def in_rows(pictures, columns, gap=16):
    """Pictures of one size, in rows."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (width + gap) - gap, rows * (height + gap) - gap), "white")
    for at, picture in enumerate(pictures):
        sheet.paste(picture, (at % columns * (width + gap), at // columns * (height + gap)))
    return sheet


def beside(pictures, height=256, gap=12):
    """Pictures of this height beside each other."""
    pictures = [each.resize((round(height * each.width / each.height), height), Image.Resampling.LANCZOS) for each in pictures]
    sheet = Image.new("RGB", (sum(each.width + gap for each in pictures) - gap, height), "white")
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width + gap
    return sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cli", default="target/release/impasto", help="the built command line")
    parser.add_argument("--size", default="448", help="long side of the results in pixels")
    parser.add_argument("--steps", default="100")
    parser.add_argument("--small-only", action="store_true", help="paint nothing")
    parser.add_argument("--only", type=int, help="the number of the one example that is painted, from 0")
    arguments = parser.parse_args()

    pictures = []
    for number, (photo, painting, look) in enumerate(EXAMPLES):
        name = f"{photo}--{painting}"
        if not arguments.small_only and arguments.only in (None, number):
            with tempfile.TemporaryDirectory() as folder:
                result = pathlib.Path(folder) / "result.png"
                command = [arguments.cli, "stylize", SAMPLES / f"photos/{photo}.jpg", SAMPLES / f"styles/{painting}.jpg"]
                command += ["--look", look, "--size", arguments.size, "--steps", arguments.steps, "-o", result]
                subprocess.run(command, check=True)
                write(Image.open(result), f"examples/{name}.webp", 72)
        result = Image.open(SAMPLES / f"examples/{name}.webp")
        pictures.append([Image.open(SAMPLES / f"photos/{photo}.jpg"), Image.open(SAMPLES / f"styles/{painting}.jpg"), result])
        write(cut(result, (216, 144)), f"thumbs/{name}.webp", 62)
    in_rows([framed(*each) for each in pictures], 2).save(ROOT / "docs/gallery.jpg", quality=85)
    beside(pictures[0]).save(ROOT / "docs/result.jpg", quality=85)
    for path in sorted(SAMPLES.glob("photos/*.jpg")):
        write(Image.open(path), f"previews/{path.stem}.webp", 72)
    for path in sorted(SAMPLES.glob("*/*.jpg")):
        write(ImageOps.fit(Image.open(path), (160, 160), Image.Resampling.LANCZOS), f"thumbs/{path.stem}.webp", 60)


main()
