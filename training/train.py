"""Trains a small network that stands in for VGG-19 in neural style transfer.

    python train.py fast --teacher VGG19.safetensors --samples SAMPLES --out fast.safetensors

1. A narrower VGG-19: channels are chosen, each layer is fitted anew by least squares (`prune.py`), three times over, each
   time also on the pictures that an optimisation steered by the latest fit passes through (`route.py`).
2. All layers learn together (`lesson`), on pairs that are being painted all the while, steered by the network as it is.
   Wherever such a picture stands, the network is corrected towards what VGG-19 says there.
"""

import argparse
import math
import subprocess
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from crops import Crops
from network import (
    CONTENT_LAYER, LAYERS, POOLED, STYLE_LAYERS, TAPS, TORCHVISION, VGG19_OPERATIONS, Network, gram_matrix, open_model,
    operations, sha256,
)  # fmt: skip
from pictures import Collection
from prune import choose_channels, refit, unit_scale
from route import Painting, advance, begin, en_route

SITE_SAMPLES = Path(__file__).parent.parent / "www/samples"
# Channels of conv1_1 … conv5_1, multiples of four as the engine wants them; README.md tells how they were found.
WIDTHS = {
    "fast": [32, 36, 64, 100, 128, 112, 96, 112, 256, 240, 232, 264, 256],
    "tiny": [20, 24, 40, 60, 80, 64, 36, 48, 160, 160, 112, 120, 160],
}
STEPS = {"fast": 2000, "tiny": 3000}
ROUNDS = 3  # fits, each on more pictures than the one before
MEASURED = 100  # crops that scales and channels are chosen by, and that every fit looks at
PAINTED = 40  # pairs painted between two fits, three pictures of each are kept
POOL = 12  # pairs that are being painted at a time
BATCH = 2  # pairs that a training step looks at
LEARNING_RATE = 2e-4
AVERAGE = 0.99  # decay of the running mean of the weights, which is what is kept
FEATURES = 0.2  # weight of the features in the training loss
FLOOR = 0.003  # a loss, relative to its target, that is as good as none
DAMPING = 3e-3  # of the mean moment, where moments are inverted


def start(teacher: Network, widths: list[int], crops: Crops) -> tuple[Network, Network, list[Tensor]]:
    """The fitted network, the teacher in the scale that it was fitted in, and the channels that it imitates."""
    pictures = [crops.photo(128, 128) if index % 2 else crops.painting(128, 128) for index in range(MEASURED)]
    teacher = unit_scale(teacher, pictures)
    chosen = choose_channels(teacher, pictures, widths)
    quick = teacher.to(torch.bfloat16)
    for fit in range(ROUNDS):
        print(f"fit {fit + 1} of {ROUNDS}, on {len(pictures)} pictures")
        network = refit(quick, pictures, chosen, note=lambda text: print(f"  {text}", flush=True))
        if fit + 1 < ROUNDS:
            pictures += en_route(quick, network, crops, PAINTED)
    return network, teacher, chosen


def relative(found: Tensor, wanted: Tensor) -> Tensor:
    """‖found − wanted‖²/‖wanted‖²."""
    return (found - wanted).square().sum() / wanted.square().sum().clamp_min(1e-20)


def lesson(network: Network, teacher: Network, chosen: list[Tensor], pair: Painting, more: int):
    """The training loss where the pair's picture stands and where it stands some steps later, and figures to print.

    What steers an optimisation is how far a picture still is from its targets: the differences G − A of Gram matrices and
    F − P of features. The network shall see the same differences as VGG-19, of the channels that it has.
    """
    before = pair.adam.picture.clone()
    advance(pair, network, more)
    x = torch.cat([before, pair.adam.picture])
    with torch.no_grad():
        seen = teacher.forward(x)
    features = network.forward(x)
    painted = network.forward(pair.painting)
    photographed = network.forward(pair.photo)[CONTENT_LAYER]
    looks = each = torch.zeros(())
    wrong = whole = torch.zeros(len(x))
    figures = {}
    for layer in TAPS:
        kept = chosen[LAYERS.index(layer)]
        truth = seen[layer][:, kept]
        looks = looks + torch.log1p(relative(features[layer], truth)) / len(TAPS)
        terms = []
        if layer in STYLE_LAYERS:
            share = len(seen[layer][0]) / len(kept)  # Gram matrices are divided by the number of channels
            target = pair.truth.style[layer][:, kept][:, :, kept] * share
            found = gram_matrix(features[layer]) - gram_matrix(painted[layer])
            terms.append((layer, target, gram_matrix(truth) - target, found))
        if layer == CONTENT_LAYER:
            target = pair.truth.content[:, kept]
            terms.append(("content", target, truth - target, features[layer] - photographed))
        for name, target, wanted, found in terms:
            size = target.square().sum()
            miss = (found - wanted).flatten(1).square().sum(1) / size
            loss = wanted.flatten(1).square().sum(1) / size
            wrong = wrong + pair.weights[name] * miss
            whole = whole + pair.weights[name] * loss
            relation = torch.log1p(miss / (loss + FLOOR)).mean()
            each = each + pair.weights[name] * relation
            figures[name] = float(relation)
    total = torch.log1p(wrong / (whole + FLOOR)).mean()
    figures |= {"each": float(each), "total": float(total), "features": float(looks)}
    return total + each + FEATURES * looks, figures


class Whitened:
    """The kernels of a network in coordinates in which their inputs are uncorrelated and of size 1.

    Neighbouring places respond alike, and so do many channels: in plain coordinates the loss is a narrow valley. The
    inputs' second moments are taken apart into channels and places (a Kronecker product), as in K-FAC (Martens and
    Grosse 2015), but measured once.
    """

    def __init__(self, network: Network, pictures: list[Tensor]):
        count = len(LAYERS)
        channels = [torch.zeros(kernel.shape[1], kernel.shape[1]) for kernel in network.kernels]
        places = [torch.zeros(9, 9) for _ in range(count)]
        for picture in pictures:
            with torch.no_grad():
                features = network.forward(picture)
            x = picture - network.mean.view(1, 3, 1, 1)
            for index, layer in enumerate(LAYERS):
                patches = F.unfold(x, 3, padding=1).reshape(x.shape[1], 9, -1)
                channels[index] += torch.einsum("cpn,dpn->cd", patches, patches) / (9 * patches.shape[2])
                places[index] += torch.einsum("cpn,cqn->pq", patches, patches) / patches[:, 0].numel()
                x = F.max_pool2d(features[layer], 2) if layer in POOLED else features[layer]
        self.mean = network.mean
        self.dtype = network.dtype
        self.biases = [bias.clone().requires_grad_() for bias in network.biases]
        self.maps, self.coordinates = [], []
        for kernel, channel, place in zip(network.kernels, channels, places):
            down, up = root(channel / len(pictures)), root(place / place.diagonal().mean())
            self.maps.append((down[0], up[0]))
            whitened = torch.einsum("ocp,cd,pq->odq", kernel.flatten(2), down[1], up[1])
            self.coordinates.append(whitened.requires_grad_())

    def parameters(self) -> list[Tensor]:
        return self.coordinates + self.biases

    def network(self, parameters: list[Tensor] | None = None) -> Network:
        """The network that the coordinates stand for; it can be trained through."""
        parameters = parameters or self.parameters()
        count = len(LAYERS)
        kernels = []
        for whitened, (down, up) in zip(parameters[:count], self.maps):
            kernel = torch.einsum("odq,dc,qp->ocp", whitened, down, up)
            kernels.append(kernel.unflatten(2, (3, 3)))
        return Network(kernels, parameters[count:], self.mean, self.dtype)


def root(moment: Tensor) -> tuple[Tensor, Tensor]:
    """The inverse square root of a matrix of second moments, damped, and the square root."""
    values, vectors = torch.linalg.eigh(moment.double())
    values = values.clamp_min(0) + DAMPING * values.mean()
    inverse, straight = (vectors * values**power @ vectors.T for power in (-0.5, 0.5))
    return inverse.float(), straight.float()


def train(network: Network, teacher: Network, chosen: list[Tensor], crops: Crops, steps: int, keep) -> Network:
    """The running mean of the weights after so many steps."""
    teacher = teacher.to(torch.bfloat16)
    whitened = Whitened(network.to(torch.bfloat16), [crops.photo(112, 112) for _ in range(24)])
    parameters = whitened.parameters()
    mean = [parameter.detach().clone() for parameter in parameters]
    optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE, betas=(0.9, 0.99))
    pool: list[Painting | None] = [None] * POOL
    running: dict[str, float] = {}
    begun = time.time()
    for step in range(steps):
        warm = min(1, (step + 1) / 50)
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * warm * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        optimizer.zero_grad()
        network = whitened.network()
        for place in torch.randperm(POOL, generator=crops.generator)[:BATCH].tolist():
            pair = pool[place]
            if pair is None or pair.adam.steps > 100 or crops.chance(0.06):
                pair = pool[place] = begin(teacher, crops)
                if crops.chance(0.5):
                    advance(pair, network, int(crops.uniform(1, 20)))
            loss, figures = lesson(network, teacher, chosen, pair, int(crops.uniform(2, 9)))
            (loss / BATCH).backward(retain_graph=True)
            for name, value in figures.items():
                running[name] = running.get(name, value) * 0.99 + value * 0.01
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        # Forgets the beginning faster than it would later.
        decay = min(AVERAGE, step / (step + 10))
        with torch.no_grad():
            for average, parameter in zip(mean, parameters):
                average.lerp_(parameter, 1 - decay)
        if step % 50 == 49:
            text = "  ".join(f"{name} {value:.3f}" for name, value in running.items())
            print(f"step {step + 1}/{steps}  {text}  {(time.time() - begun) / (step + 1):.2f} s a step", flush=True)
            keep(plain(whitened.network(mean)))
    return plain(whitened.network(mean))


def plain(network: Network) -> Network:
    """The network without a trace of its training."""
    kernels = [kernel.detach() for kernel in network.kernels]
    return Network(kernels, [bias.detach() for bias in network.biases], network.mean)


def write(network: Network, path: Path, metadata: dict[str, str]) -> None:
    """A safetensors file as `cargo xtask weights --from` reads it."""
    tensors = {}
    for index, kernel, bias in zip(TORCHVISION, network.kernels, network.biases):
        tensors[f"features.{index}.weight"] = kernel.contiguous()
        tensors[f"features.{index}.bias"] = bias.contiguous()
    mean = ",".join(f"{value:.8g}" for value in network.mean.tolist())
    preprocessing = {
        "input_channel_order": "RGB",
        "input_range": "0..1",
        "input_mean_rgb": mean,
        "input_std": "1,1,1",
    }
    save_file(tensors, path, metadata=preprocessing | metadata)


def commit() -> str:
    """The commit of the script, marked where it was changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=sorted(WIDTHS))
    parser.add_argument("--teacher", type=Path, required=True, help="VGG-19 as safetensors")
    parser.add_argument("--samples", type=Path, default=SITE_SAMPLES, help="the folder with photos/ and styles/")
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write")
    parser.add_argument("--cache", type=Path, default=Path("cache"), help="where downloads are kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, help="fewer, to try it out")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    widths, steps = WIDTHS[arguments.network], arguments.steps or STEPS[arguments.network]
    print(f"{arguments.network}: {widths}, {operations(widths) / VGG19_OPERATIONS:.4f} of VGG-19's operations")
    collection = Collection(arguments.samples, arguments.cache)
    crops = Crops(collection, arguments.seed)
    network, teacher, chosen = start(open_model(arguments.teacher), widths, crops)
    metadata = {
        "title": f"Impasto {arguments.network.title()}",
        "source": (
            f"Fitted and trained by training/train.py {arguments.network} --seed {arguments.seed} --steps {steps} at commit "
            f"{commit()} to stand in for VGG-19 (K. Simonyan, A. Zisserman, University of Oxford, CC BY 4.0; SHA-256 of the "
            f"file {sha256(arguments.teacher)}), on pictures with the SHA-256 {collection.digest()}."
        ),
    }
    # Written now and then, too: a machine may be needed for something else.
    network = train(network, teacher, chosen, crops, steps, lambda state: write(state, arguments.out, metadata))
    write(network, arguments.out, metadata)


if __name__ == "__main__":
    main()
