"""Finds by what a network's losses are to be multiplied, so that its pictures come nearest to what VGG-19 wants.

    python balance.py --teacher VGG19.safetensors ../weights/fast

A smaller network sees some layers less truly than others, and an optimisation makes the most of every error: at conv5_1 it
believes to have reached what it has half reached. What is seen well is worth more than that. One factor after another is
moved up and down, pairs of crops that no training has seen are painted, and VGG-19 measures the loss at its own, unchanged
weights. The best factors are written into the pack's manifest.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from crops import Crops
from network import (
    TV_WEIGHT, WEIGHTS, Network, Targets, losses, open_model, open_pack, paint, total_variation,
)  # fmt: skip
from pictures import Collection, add_sources

# Not conv4_1 and conv5_1, for crops are too small to tell what the large forms are worth: less of these helped there, and
# cost a tenth of the Gram part on whole pictures.
TRIED = ("content", "conv1_1", "conv2_1", "conv3_1")
PAIRS, SIDE, STEPS = 8, 160, 60
SEED = 1000  # of the crops; training begins with small ones
FACTORS = (1.4, 0.7)  # what a factor is multiplied by, up or down, as long as it helps
BOUNDS = (0.5, 2.0)  # of a factor: beyond them the losses would mean something else than what was asked for
WORTH = 0.002  # by how much the loss has to fall for a change to be kept


class Trial:
    """Pairs of crops, and what the teacher says about the pictures that are painted of them."""

    def __init__(self, teacher: Network, collection: Collection):
        crops = Crops(collection, SEED)
        self.photos = torch.cat([crops.photo(SIDE, SIDE) for _ in range(PAIRS)])
        self.paintings = torch.cat([crops.painting(SIDE, SIDE) for _ in range(PAIRS)])
        self.teacher = teacher
        self.targets = Targets.of(teacher, self.photos, self.paintings)

    @torch.no_grad()
    def loss(self, pictures: Tensor) -> Tensor:
        """The weighted losses [N] as the teacher sees them."""
        terms = losses(self.teacher.forward(pictures), self.targets)
        return sum(WEIGHTS[name] * term for name, term in terms.items()) + TV_WEIGHT * total_variation(pictures)

    def of(self, network: Network) -> float:
        """The geometric mean of the losses of the network's pictures."""
        for pictures in paint(network, self.photos, self.paintings, STEPS):
            pass
        return float(self.loss(pictures).log().mean().exp())


def search(network: Network, trial: Trial) -> tuple[dict[str, float], float, float]:
    """The best balance, and the loss with and without it."""
    without = best = trial.of(replace(network, balance={}))
    print(f"without: {without:.4f}", flush=True)
    balance: dict[str, float] = {}
    for name in TRIED:
        for factor in FACTORS:
            found = False
            while True:
                tried = balance | {name: round(balance.get(name, 1.0) * factor, 3)}
                if not BOUNDS[0] <= tried[name] <= BOUNDS[1]:
                    break
                loss = trial.of(replace(network, balance=tried))
                print(f"{tried}: {loss:.4f}", flush=True)
                if loss > best * (1 - WORTH):
                    break
                balance, best, found = tried, loss, True
            if found:
                break
    return balance, best, without


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packs", nargs="+", type=Path, help="folders of packs")
    add_sources(parser)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    # The rounding of bfloat16 is the same for all that is compared.
    teacher = open_model(arguments.teacher).to(torch.bfloat16)
    trial = Trial(teacher, Collection(arguments.samples, arguments.cache))
    for pack in arguments.packs:
        balance, loss, without = search(open_pack(pack).to(torch.bfloat16), trial)
        print(f"{pack}: {balance}, {loss / without:.3f} of the loss without")
        path = pack / "manifest.json"
        manifest = json.loads(path.read_text())
        # In its place among the others, see weights/README.md.
        written = {}
        for key, value in manifest.items():
            if key != "balance":
                written[key] = value
            if key == "mean":
                written["balance"] = balance
        path.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
