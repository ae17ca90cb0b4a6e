"""Paints the examples of the page and writes its small pictures: python training/gallery.py --cli target/release/impasto

Needs Pillow with WebP. Writes into www/samples: examples/ (the results), previews/ (the photos, of fewer bytes), thumbs/ (of everything
that the page offers). With --small-only nothing is painted, and thumbs/ is made of the results that are there.
"""

import argparse
import pathlib
import subprocess
import tempfile

from PIL import Image, ImageOps

SAMPLES = pathlib.Path(__file__).resolve().parent.parent / "www/samples"
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cli", default="target/release/impasto", help="the built command line")
    parser.add_argument("--size", default="448", help="long side of the results in pixels")
    parser.add_argument("--steps", default="100")
    parser.add_argument("--small-only", action="store_true", help="paint nothing")
    parser.add_argument("--only", type=int, help="the number of the one example that is painted, from 0")
    arguments = parser.parse_args()

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
        write(ImageOps.fit(result, (216, 144), Image.Resampling.LANCZOS), f"thumbs/{name}.webp", 62)
    for path in sorted(SAMPLES.glob("photos/*.jpg")):
        write(Image.open(path), f"previews/{path.stem}.webp", 72)
    for path in sorted(SAMPLES.glob("*/*.jpg")):
        write(ImageOps.fit(Image.open(path), (160, 160), Image.Resampling.LANCZOS), f"thumbs/{path.stem}.webp", 60)


main()
