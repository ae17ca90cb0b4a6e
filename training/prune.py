"""A narrower network: channels of VGG-19 chosen greedily, each layer fitted anew by least squares.

No weight is carried over: with fewer inputs, the kernel that best predicts a channel is another one, and it is computed
here from what the narrower network itself sees.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from network import LAYERS, TAPS, Network, halved

RIDGE = 1e-4  # of the mean diagonal: least squares on nearly dependent channels
SAMPLES = 100_000  # places per layer that a fit looks at
ITERATIONS = 8  # of the rectified fit


def unit_scale(network: Network, pictures: list[Tensor]) -> Network:
    """The network rescaled so that the root mean square of every layer's features is 1."""
    squares = [0.0] * len(LAYERS)
    for picture in pictures:
        with torch.no_grad():
            features = network.forward(picture)
        for index, layer in enumerate(LAYERS):
            squares[index] += float(features[layer].square().mean()) / len(pictures)
    return network.rescaled([square**-0.5 for square in squares])


def choose_channels(network: Network, pictures: list[Tensor], widths: list[int]) -> list[Tensor]:
    """For each layer the channels from which the next layer, and the losses, lose least if the others are predicted.

    Greedy column-subset selection: with S the second moments of the channels and H what a unit error in them does to
    whatever reads them, the next channel is the one whose knowledge lowers tr(H·S), the error that is left, the most.
    """
    moments = [torch.zeros(width, width, dtype=torch.float64) for width in network.widths]
    for picture in pictures:
        with torch.no_grad():
            features = network.forward(picture)
        for moment, layer in zip(moments, LAYERS):
            flat = features[layer][0].flatten(1)
            moment += (flat @ flat.T / flat.shape[1]).double() / len(pictures)
    chosen = []
    for index, (layer, moment) in enumerate(zip(LAYERS, moments)):
        reading = torch.zeros_like(moment)
        if index + 1 < len(LAYERS):
            kernel = network.kernels[index + 1].double().permute(1, 0, 2, 3).flatten(1)
            reading += kernel @ kernel.T
            reading /= (reading * moment).sum()
        if layer in TAPS:
            reading += torch.eye(len(moment)) / moment.trace()
        chosen.append(choose(moment, reading, widths[index]))
    return chosen


def choose(moment: Tensor, reading: Tensor, count: int) -> Tensor:
    """The greedy choice for one layer, in ascending order of the channels."""
    left = moment.clone()
    scale = moment.diagonal().mean()
    picked: list[int] = []
    for _ in range(count):
        variance = left.diagonal()
        gain = ((left @ reading) * left).sum(1) / variance.clamp_min(scale * 1e-9)
        gain[variance < scale * 1e-7] = -1
        gain[picked] = -2
        best = int(gain.argmax())
        picked.append(best)
        if variance[best] > scale * 1e-9:
            left = left - left[:, best, None] * left[None, best] / variance[best]
    return torch.tensor(sorted(picked))


@torch.no_grad()
def refit(teacher: Network, pictures: list[Tensor], chosen: list[Tensor], note=lambda text: None) -> Network:
    """Fits layer by layer: given the narrower network so far, predict what the chosen channels respond."""
    network = Network([], [], teacher.mean, teacher.dtype)
    truth = [picture - teacher.mean.view(1, 3, 1, 1) for picture in pictures]
    seen = list(truth)
    generator = torch.Generator().manual_seed(1)
    for index, layer in enumerate(LAYERS):
        rows, wanted = [], []
        for place, x in enumerate(truth):
            response = teacher.convolve(x, teacher.kernels[index], teacher.biases[index])
            patches = F.unfold(seen[place], 3, padding=1)[0].T
            few = torch.randperm(len(patches), generator=generator)[: SAMPLES // len(truth)]
            rows.append(torch.cat([patches[few], torch.ones(len(few), 1)], 1))
            wanted.append(response[0, chosen[index]].flatten(1).T[few])
            truth[place] = halved(F.relu(response), layer)
        solution, error = rectified_least_squares(torch.cat(rows), torch.cat(wanted))
        del rows, wanted
        note(f"{layer}: relative squared error {error:.4f}")
        network.kernels.append(solution[:-1].T.unflatten(1, (-1, 3, 3)).contiguous())
        network.biases.append(solution[-1].clone())
        for place, x in enumerate(seen):
            response = teacher.convolve(x, network.kernels[index], network.biases[index])
            seen[place] = halved(F.relu(response), layer)
    return network


def rectified_least_squares(rows: Tensor, wanted: Tensor) -> tuple[Tensor, float]:
    """The linear map after which a ReLU comes nearest to the ReLU of `wanted`, and its relative squared error.

    Where `wanted` is negative, as most responses deep in the network are, any negative value is as good: only what
    is above zero counts as an error there. That is a convex problem; its curvature is at most that of ordinary least
    squares, which serves as the metric of an accelerated gradient descent (Nesterov 1983, with restarts).
    """
    normal = (rows.T @ rows).double()
    normal += RIDGE * normal.diagonal().mean() * torch.eye(len(normal))
    factor = torch.linalg.cholesky(normal).float()
    solution = torch.cholesky_solve(rows.T @ wanted, factor)
    positive = wanted > 0
    ahead, before, momentum = solution, float("inf"), 1.0
    for _ in range(ITERATIONS):
        found = rows @ ahead
        residual = torch.where(positive, found - wanted, found.clamp_min(0))
        loss = float(residual.square().sum())
        if loss > before:
            momentum = 1.0
        before = loss
        stepped = ahead - torch.cholesky_solve(rows.T @ residual, factor)
        following = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = stepped + (momentum - 1) / following * (stepped - solution)
        solution, momentum = stepped, following
    error = F.relu(rows @ solution) - F.relu(wanted)
    return solution, float(error.square().sum() / F.relu(wanted).square().sum())
