"""The pictures that the networks are trained on, and the pairs that they are judged by.

Photos come from five Debian packages and from the samples of scikit-image and scikit-learn; strokes and textures from
the paintings among the site's samples. Three paintings and two photos are held back: no training sees them.
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

Image.MAX_IMAGE_PIXELS = None

PACKAGES = [
    "gnome-backgrounds",
    "mate-backgrounds",
    "plasma-workspace-wallpapers",
    "lomiri-wallpapers",
    "tuxpaint-stamps-default",
]
# scikit-image's colour pictures and scikit-learn's, without those that are among the site's samples.
SAMPLES = ["hubble_deep_field", "ihc", "motorcycle_left", "retina", "rocket"]

UNSEEN_PAINTINGS = ["hokusai-poppies", "kandinsky-composition-viii", "renoir-moulin-de-la-galette"]
UNSEEN_PHOTOS = ["astronaut", "summer-palace"]

# Photo and painting; the first three paintings and the photos astronaut and summer-palace are unseen.
PAIRS = [
    ("summer-palace", "kandinsky-composition-viii"),
    ("astronaut", "renoir-moulin-de-la-galette"),
    ("cat", "hokusai-poppies"),
    ("coffee", "hokusai-great-wave"),
    ("summer-palace", "van-gogh-village-street-in-auvers"),
    ("astronaut", "hiroshige-benzaiten-shrine-snow"),
    ("cat", "bruegel-harvesters"),
    ("coffee", "cassatt-summertime"),
]

SITE_SAMPLES = Path(__file__).parent.parent / "www/samples"
LONG_SIDE = 640  # to which every picture is scaled before crops are taken


def fit(picture: Image.Image, long_side: int) -> Image.Image:
    """The picture scaled down to a long side in pixels, never up."""
    scale = long_side / max(picture.size)
    if scale >= 1:
        return picture
    size = [max(1, round(side * scale)) for side in picture.size]
    return picture.resize(size, Image.Resampling.LANCZOS)


def to_tensor(picture: Image.Image) -> torch.Tensor:
    """[1, 3, H, W] in 0..1, gamma-encoded sRGB."""
    values = np.asarray(picture.convert("RGB"), dtype=np.float32) / 255
    return torch.from_numpy(values).permute(2, 0, 1)[None].contiguous()


def to_image(tensor: torch.Tensor) -> Image.Image:
    """The inverse of `to_tensor`."""
    values = (tensor[0].clamp(0, 1) * 255).round().to(torch.uint8)
    return Image.fromarray(values.permute(1, 2, 0).numpy())


def sample(samples: Path, kind: str, name: str, long_side: int) -> torch.Tensor:
    """One of the site's samples: `kind` is "photos" or "styles"."""
    return to_tensor(fit(Image.open(samples / kind / f"{name}.jpg").convert("RGB"), long_side))


def add_sources(parser: argparse.ArgumentParser) -> None:
    """The options of every script here: whom to learn from or be judged by, and where the pictures are."""
    parser.add_argument("--teacher", type=Path, required=True, help="VGG-19 as safetensors")
    parser.add_argument("--samples", type=Path, default=SITE_SAMPLES, help="the folder with photos/ and styles/")
    parser.add_argument("--cache", type=Path, default=Path("cache"), help="where downloads are kept")


class Collection:
    """Everything to train on: photos and paintings [1, 3, H, W], stamps [1, 4, H, W] with their transparency."""

    def __init__(self, samples: Path, cache: Path):
        packages = cache / "packages"
        for package in PACKAGES:
            unpack(package, packages)
        self.photos = wallpapers(packages) + library_samples() + [
            sample(samples, "photos", path.stem, LONG_SIDE)
            for path in sorted((samples / "photos").glob("*.jpg"))
            if path.stem not in UNSEEN_PHOTOS
        ]
        self.paintings = [
            sample(samples, "styles", path.stem, LONG_SIDE)
            for path in sorted((samples / "styles").glob("*.jpg"))
            if path.stem not in UNSEEN_PAINTINGS
        ]
        self.stamps = stamps(packages)

    def digest(self) -> str:
        """SHA-256 over all pixels: the same pictures give the same digest."""
        digest = hashlib.sha256()
        for picture in self.photos + self.paintings + self.stamps:
            digest.update((picture * 255).round().to(torch.uint8).numpy().tobytes())
        return digest.hexdigest()


def unpack(package: str, packages: Path) -> None:
    """Downloads a Debian package with apt, as any user may, and unpacks it without installing it."""
    folder = packages / package
    if folder.is_dir():
        return
    packages.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", "-q", package], cwd=packages, check=True, stdout=sys.stderr)
    [archive] = packages.glob(f"{package}_*.deb")
    partial = folder.with_suffix(".partial")
    subprocess.run(["dpkg-deb", "-x", archive, partial], check=True)
    archive.unlink()
    partial.rename(folder)


def wallpapers(packages: Path) -> list[torch.Tensor]:
    """One picture of each wallpaper: its largest, scaled down."""
    found = []
    for package in PACKAGES[:-1]:
        files = [
            path
            for path in sorted((packages / package).rglob("*"))
            if path.suffix in {".jpg", ".png", ".webp"} and path.is_file() and not path.is_symlink()
        ]
        largest: dict[str, tuple[int, Path]] = {}
        for path in files:
            # A wallpaper of Plasma's is a folder of sizes, "…/Autumn/contents/images/2560x1600.jpg".
            is_plasma = "contents" in path.parts
            if is_plasma and path.parent.name not in {"images", "images_dark"}:
                continue
            with Image.open(path) as picture:
                pixels = picture.width * picture.height
            key = str(path.parent) if is_plasma else str(path)
            if pixels > largest.get(key, (0, path))[0]:
                largest[key] = (pixels, path)
        for _, path in largest.values():
            with Image.open(path) as picture:
                picture.draft("RGB", (LONG_SIDE * 2, LONG_SIDE * 2))
                scaled = fit(picture.convert("RGB"), LONG_SIDE)
            if min(scaled.size) >= 160:
                found.append(to_tensor(scaled))
    return found


def library_samples() -> list[torch.Tensor]:
    """The colour pictures that lie in the packages of scikit-image and scikit-learn."""
    import skimage
    import sklearn.datasets

    folder = Path(skimage.__file__).parent / "data"
    pictures = [Image.open(path) for name in SAMPLES for path in sorted(folder.glob(f"{name}.*"))]
    pictures.append(Image.fromarray(sklearn.datasets.load_sample_image("flower.jpg")))
    return [to_tensor(fit(picture, LONG_SIDE)) for picture in pictures]


def stamps(packages: Path) -> list[torch.Tensor]:
    """Tux Paint's photographed stamps, with transparency, at most 160 pixels a side."""
    found = []
    for path in sorted((packages / PACKAGES[-1]).rglob("*.png")):
        with Image.open(path) as picture:
            if min(picture.size) < 64:
                continue
            picture = picture.convert("RGBA")
        picture.thumbnail((160, 160), Image.Resampling.LANCZOS)
        values = np.asarray(picture, dtype=np.float32) / 255
        found.append(torch.from_numpy(values).permute(2, 0, 1)[None].contiguous())
    return found
