"""The pictures that an optimisation passes through: pairs that are being painted, steered by a network."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from crops import Crops
from network import (
    CONTENT_LAYER, LAYERS, POOLED, STYLE_LAYERS, TV_WEIGHT, WEIGHTS, Adam, Network, Targets, gram_matrix, total_variation,
)  # fmt: skip

SIDES = [80, 96, 112, 128]  # multiples of 16, so that nothing is cut off by a pooling


def gradient(network: Network, features: dict[str, Tensor], targets: Targets, weights: dict[str, float]) -> Tensor:
    """The gradient [1, 3, H, W] of the weighted losses with respect to the picture, written out as the engine does it."""
    above = None  # ∂L/∂(features of this layer), so far from the layers above
    for index in reversed(range(len(LAYERS))):
        layer = LAYERS[index]
        y = features[layer]
        if above is not None:
            above = network.convolve_back(above, network.kernels[index + 1])
            if layer in POOLED:
                _, places = F.max_pool2d(y, 2, return_indices=True)
                above = F.max_unpool2d(above, places, 2, output_size=y.shape[2:])
        here = []
        if layer in STYLE_LAYERS:
            target = targets.style[layer]
            difference = gram_matrix(y) - target
            factor = 4 * weights[layer] / (difference.numel() * y[0].numel()) / target.square().mean()
            here.append(factor * (difference @ y.flatten(2)).reshape(y.shape))
        if layer == CONTENT_LAYER:
            target = targets.content
            factor = 2 * weights["content"] / y.numel() / target.square().mean()
            here.append(factor * (y - target))
        above = sum(here) if above is None else sum(here, above)
        above = above * (y > 0)
    return network.convolve_back(above, network.kernels[0])


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


@torch.enable_grad()
def smoothness(picture: Tensor) -> Tensor:
    """The gradient of the total variation, weighted."""
    x = picture.detach().requires_grad_()
    return torch.autograd.grad(TV_WEIGHT * total_variation(x), x)[0]


@torch.no_grad()
def advance(pair: Painting, network: Network, steps: int) -> None:
    """Paints on, as a visitor's browser would."""
    targets = Targets.of(network, pair.photo, pair.painting)
    for _ in range(steps):
        x = pair.adam.picture
        slope = gradient(network, network.forward(x), targets, pair.weights)
        pair.adam.step(slope + smoothness(x))


def en_route(teacher: Network, network: Network, crops: Crops, pairs: int) -> list[Tensor]:
    """Three pictures of each of so many pairs, the first soon after the start, the last up to a hundred steps later."""
    pictures = []
    for _ in range(pairs):
        pair = begin(teacher, crops)
        for steps in (crops.uniform(2, 10), crops.uniform(8, 30), crops.uniform(20, 60)):
            advance(pair, network, int(steps))
            pictures.append(pair.adam.picture.clone())
    return pictures
