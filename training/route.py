"""The pictures that an optimisation passes through: pairs that are being painted, steered by a network."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from crops import Crops
from network import WEIGHTS, Adam, Network, Targets, gradient

GROUPS = 8  # batches of pairs that are being painted, in turn
STRIDE = 3  # steps between two pictures of a pair
LONGEST = 110  # steps that a pair is painted for, at most


@dataclass
class Group:
    """A batch of pairs [N, 3, H, W] that are being painted at the same time."""

    photos: Tensor
    paintings: Tensor
    weights: dict[str, Tensor]  # of the losses, for each pair
    adam: Adam
    steps: int  # to be taken


class Route:
    """Pairs that are being painted all the while, each to be replaced by a new one when it is done."""

    def __init__(self, crops: Crops, side: int, batch: int):
        self.crops, self.side, self.batch = crops, side, batch
        self.groups: list[Group] = []
        self.turn = 0

    def further(self, network: Network) -> Tensor:
        """Paints one group further, as a visitor's browser would, and returns its pictures as they are then."""
        if len(self.groups) < GROUPS:
            self.groups.append(self.begin())
        else:
            self.turn = (self.turn + 1) % GROUPS
            if self.groups[self.turn].adam.steps >= self.groups[self.turn].steps:
                self.groups[self.turn] = self.begin()
        group = self.groups[self.turn]
        targets = Targets.of(network, group.photos, group.paintings)
        for _ in range(STRIDE):
            group.adam.step(gradient(network, group.adam.picture, targets, group.weights))
        return group.adam.picture.clone()

    def begin(self) -> Group:
        crops, side = self.crops, self.side
        photos = torch.cat([crops.photo(side, side) for _ in range(self.batch)])
        paintings = torch.cat([crops.painting(side, side) for _ in range(self.batch)])
        # Visitors weight the losses differently; the defaults lie in the middle.
        weights = {
            name: torch.tensor([weight * math.exp(crops.uniform(-0.7, 0.7)) for _ in range(self.batch)])
            for name, weight in WEIGHTS.items()
        }
        return Group(photos, paintings, weights, Adam(photos), int(crops.uniform(10, LONGEST)))
