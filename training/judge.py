"""Judges a network by VGG-19: how much worse is the picture that it paints?

    python judge.py --teacher VGG19.safetensors ../weights/fast ../weights/tiny --sheet ../docs/networks.jpg

Eight pairs of photo and painting at 192 pixels, 100 steps of the defaults, once steered by VGG-19 and once by each
network; then VGG-19 measures every result. Reported is the loss over that of VGG-19's own picture, as a geometric mean.
"""

import argparse
import json
from math import exp, log
from pathlib import Path

import torch
from PIL import Image, ImageDraw

from network import VGG19_OPERATIONS, Network, Targets, evaluate, open_model, open_pack, paint, sha256
from pictures import PAIRS, add_sources, sample, to_image

SIZE, STEPS, EARLY = 192, 100, 20
JUDGED = f" Judged by VGG-19 (training/judge.py, {len(PAIRS)} pairs, {SIZE} pixels, {STEPS} steps):"


def picture_pairs(samples: Path):
    for photo, painting in PAIRS:
        yield sample(samples, "photos", photo, SIZE), sample(samples, "styles", painting, SIZE)


def results_of(network: Network, samples: Path) -> list[torch.Tensor]:
    """The eight pictures, and for each the one after twenty steps: [2, 3, H, W]."""
    results = []
    for (photo, painting), names in zip(picture_pairs(samples), PAIRS):
        steps = [picture.clone() for picture in paint(network, photo, painting, STEPS)]
        results.append(torch.cat([steps[EARLY], steps[STEPS]]))
        print(f"  {names[0]} × {names[1]}")
    return results


def yardstick(teacher: Network, digest: str, samples: Path, cache: Path) -> list[torch.Tensor]:
    """VGG-19's own pictures; they take minutes and are kept."""
    kept = cache / f"yardstick-{digest[:16]}.pt"
    if not kept.exists():
        print("VGG-19 paints its own pictures first …")
        results = results_of(teacher, samples)
        cache.mkdir(parents=True, exist_ok=True)
        torch.save(results, kept)
    return torch.load(kept)


def geometric_mean(values) -> float:
    values = list(values)
    return exp(sum(map(log, values)) / len(values))


def judge(network: Network, teacher: Network, own: list[torch.Tensor], samples: Path):
    """The network's pictures and its ratios to VGG-19's own: {"total": …, "style": …, "pairs": […], …}."""
    results = results_of(network, samples)
    pairs = []
    for (photo, painting), names, theirs, mine in zip(picture_pairs(samples), PAIRS, own, results):
        targets = Targets.of(teacher, photo, painting)
        best, early = (evaluate(teacher, picture[None], targets) for picture in (theirs[1], theirs[0]))
        loss = evaluate(teacher, mine[1:], targets)
        untouched = evaluate(teacher, photo, targets)
        pairs.append(
            {
                "pair": " × ".join(names),
                "loss": loss,
                "vgg19": best,
                "total": loss["total"] / best["total"],
                "style": loss["style"] / best["style"],
                "content": loss["content"] / best["content"],
                "vgg19 after 20 steps": early["total"] / best["total"],
                "photo untouched": untouched["total"] / best["total"],
            }
        )
    ratios = ["total", "style", "content", "vgg19 after 20 steps", "photo untouched"]
    means = {name: geometric_mean(pair[name] for pair in pairs) for name in ratios}
    return results, means | {"pairs": pairs}


def record(pack: Path, figures: dict) -> None:
    """Says in a pack's manifest how good it is, in the place of what was said before."""
    path = pack / "manifest.json"
    manifest = json.loads(path.read_text())
    made = manifest["provenance"].split(JUDGED)[0]
    manifest["provenance"] = (
        f"{made}{JUDGED} {figures['total']:.3f} times the loss of VGG-19's own pictures (Gram part {figures['style']:.3f}, "
        f"content part {figures['content']:.3f})."
    )
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def sheet(columns: list[list[Image.Image]], titles: list[str]) -> Image.Image:
    """A contact sheet: one pair a row."""
    width, bar, gap = SIZE, 18, 6
    heights = [max(column[row].height for column in columns) for row in range(len(columns[0]))]
    page = Image.new("RGB", (len(columns) * (width + gap) + gap, bar + sum(heights) + gap * (len(heights) + 1)), "white")
    draw = ImageDraw.Draw(page)
    for index, (column, title) in enumerate(zip(columns, titles)):
        x, y = gap + index * (width + gap), bar + gap
        draw.text((x, 4), title, fill="black")
        for picture, height in zip(column, heights):
            page.paste(picture, (x + (width - picture.width) // 2, y + (height - picture.height) // 2))
            y += height + gap
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packs", nargs="*", type=Path, help="folders of packs, or safetensors files")
    add_sources(parser)
    parser.add_argument("--sheet", type=Path, help="write a contact sheet here")
    parser.add_argument("--json", type=Path, help="write all figures here")
    parser.add_argument("--record", action="store_true", help="write the figures into the packs' manifests")
    arguments = parser.parse_args()

    teacher = open_model(arguments.teacher)
    own = yardstick(teacher, sha256(arguments.teacher), arguments.samples, arguments.cache)
    columns = [[to_image(picture) for picture in column] for column in zip(*picture_pairs(arguments.samples))]
    titles, figures = ["photo", "painting"], {}
    for pack in arguments.packs:
        network = open_pack(pack) if pack.is_dir() else open_model(pack)
        print(f"{pack}: {network.operations() / VGG19_OPERATIONS:.4f} of VGG-19's operations")
        results, figures[pack.stem] = judge(network, teacher, own, arguments.samples)
        if arguments.record:
            record(pack, figures[pack.stem])
        columns.append([to_image(picture[1:]) for picture in results])
        titles.append(pack.stem)
        for pair in figures[pack.stem]["pairs"]:
            print(f"{pair['pair']:<50} total {pair['total']:.3f}  style {pair['style']:.3f}  content {pair['content']:.3f}")
        for name, value in figures[pack.stem].items():
            if name != "pairs":
                print(f"{name}: {value:.3f}")
    columns.append([to_image(picture[1:]) for picture in own])
    titles.append("VGG-19")
    if arguments.sheet:
        sheet(columns, titles).save(arguments.sheet, quality=88)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
