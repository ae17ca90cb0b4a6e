"""The pictures that an optimisation passes through: pairs that are being painted, steered by a network."""

import math
from dataclasses import dataclass

from torch import Tensor

from crops import Crops
from network import WEIGHTS, Adam, Network, Targets, gradient

SIDES = [80, 96, 112, 128]  # multiples of 16, so that nothing is cut off by a pooling


@dataclass
class Painting:
    """A pair that is being painted."""

    photo: Tensor
    painting: Tensor
    adam: Adam
    truth: Targets  # as the teacher sees them
    weights: dict[str, float]


def begin(teacher: Network, crops: Crops) -> Painting:
    """A new pair, and what VGG-19 sees in it."""
    sides = [crops.one_of(SIDES) for _ in range(4)]
    photo, painting = crops.photo(*sides[:2]), crops.painting(*sides[2:])
    # Visitors weight the losses differently; the defaults lie in the middle.
    weights = {name: weight * math.exp(crops.uniform(-0.7, 0.7)) for name, weight in WEIGHTS.items()}
    if crops.chance(0.3):
        weights = dict(WEIGHTS)
    start = photo
    if crops.chance(0.15):
        start = crops.photo(*sides[:2]).lerp(photo, crops.uniform(0, 0.8))
    truth = Targets.of(teacher, photo, painting)
    return Painting(photo, painting, Adam(start), truth, weights)


def advance(pair: Painting, network: Network, steps: int) -> None:
    """Paints on, as a visitor's browser would."""
    targets = Targets.of(network, pair.photo, pair.painting)
    for _ in range(steps):
        pair.adam.step(gradient(network, pair.adam.picture, targets, pair.weights))


def en_route(teacher: Network, network: Network, crops: Crops, pairs: int) -> list[Tensor]:
    """Three pictures of each of so many pairs, the first soon after the start, the last up to a hundred steps later."""
    pictures = []
    for _ in range(pairs):
        pair = begin(teacher, crops)
        for steps in (crops.uniform(2, 10), crops.uniform(8, 30), crops.uniform(20, 60)):
            advance(pair, network, int(steps))
            pictures.append(pair.adam.picture.clone())
    return pictures
