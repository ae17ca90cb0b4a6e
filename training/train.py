"""Makes a small network that stands in for VGG-19 in neural style transfer.

    python train.py fast --teacher VGG19.safetensors --out fast.safetensors

1. Channels are chosen, and each layer is fitted anew by least squares (`prune.py`).
2. All layers learn together to see what VGG-19 sees, at the layers that the losses look at, on photos, paintings, and the
   pictures that optimisations steered by the network itself pass through (`route.py`). Those are the ones that it will be
   asked about, and where one that has never been there is led astray.
"""

import argparse
import math
import subprocess
import time
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from crops import Crops
from network import (
    LAYERS, TAPS, TORCHVISION, VGG19_OPERATIONS, Network, open_model, operations, relative, sha256,
)  # fmt: skip
from pictures import Collection, add_sources
from prune import choose_channels, refit, unit_scale
from route import Route

# Channels of conv1_1 … conv5_1, multiples of four as the engine wants them; README.md tells how they were found.
WIDTHS = {
    "fast": [28, 36, 64, 100, 128, 112, 88, 112, 256, 240, 232, 288, 384],
    "tiny": [16, 24, 40, 60, 80, 60, 36, 48, 152, 136, 116, 132, 448],
}
STEPS = {"fast": 1500, "tiny": 3000}
MEASURED = 240  # crops that scales and channels are chosen by, and that the fit looks at
SIDE = 160  # of the pictures that are learned from, in pixels
BATCH = 6  # pictures that a training step looks at
MEMORY = 1200  # pictures that are kept to be looked at again
FRESH = 8  # training steps between two batches of new pictures
LEARNING_RATE, BIAS_RATE = 7e-3, 7e-4
AVERAGE = 0.995  # decay of the running mean of the weights, which is what is kept
FLOOR = 0.1  # of a layer's mean energy: how empty a picture may be and still count in full


def drawn(crops: Crops, count: int, side: int) -> list[Tensor]:
    """Photos and paintings in turn."""
    return [crops.photo(side, side) if place % 2 else crops.painting(side, side) for place in range(count)]


class Memory:
    """Pictures, and what the teacher sees in them of the channels that the network has; the oldest are forgotten."""

    def __init__(self, teacher: Network, chosen: list[Tensor]):
        self.teacher = teacher
        self.chosen = dict(zip(LAYERS, chosen))
        self.pictures: list[Tensor] = []
        self.truth: list[dict[str, Tensor]] = []
        self.added = 0

    @torch.no_grad()
    def add(self, pictures: Tensor) -> None:
        for picture in pictures.split(1):
            features = self.teacher.forward(picture)
            truth = {layer: features[layer][:, self.chosen[layer]].to(torch.bfloat16) for layer in TAPS}
            if len(self.pictures) < MEMORY:
                self.pictures.append(picture)
                self.truth.append(truth)
            else:
                self.pictures[self.added % MEMORY], self.truth[self.added % MEMORY] = picture, truth
            self.added += 1

    def some(self, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """A batch at random."""
        places = torch.randperm(len(self.pictures), generator=generator)[:BATCH].tolist()
        truth = {layer: torch.cat([self.truth[place][layer] for place in places]).float() for layer in TAPS}
        return torch.cat([self.pictures[place] for place in places]), truth


def errors(network: Network, pictures: Tensor, truth: dict[str, Tensor]) -> dict[str, Tensor]:
    """Relative squared errors [N] of the features at each tap. The teacher's are scaled to a mean square of one."""
    features = network.forward(pictures)
    return {layer: relative(features[layer], truth[layer], FLOOR) for layer in TAPS}


def train(network: Network, memory: Memory, crops: Crops, steps: int, keep) -> Network:
    """The running mean of the weights after so many steps.

    Muon (Jordan 2024) turns the mean gradient of a layer's kernels into the nearest orthogonal matrix, so that all
    directions are learned at the same pace: neighbouring places respond alike, and so do many channels.
    """
    # Kernels as matrices [O, I·3·3].
    kernels = [kernel.flatten(1).clone().requires_grad_() for kernel in network.kernels]
    biases = [bias.clone().requires_grad_() for bias in network.biases]
    parameters = kernels + biases
    mean = [parameter.detach().clone() for parameter in parameters]

    def network_of(parameters: list[Tensor]) -> Network:
        kernels, biases = parameters[: len(LAYERS)], parameters[len(LAYERS) :]
        return Network([kernel.unflatten(1, (-1, 3, 3)) for kernel in kernels], biases, network.mean, dtype=torch.bfloat16)

    muon = torch.optim.Muon(kernels, lr=LEARNING_RATE, weight_decay=0)
    adam = torch.optim.Adam(biases, lr=BIAS_RATE, betas=(0.9, 0.99))
    route = Route(crops, SIDE, BATCH)
    running: dict[str, float] = {}
    begun = time.time()
    for step in range(steps):
        if step % FRESH == 0:
            current = network_of([parameter.detach() for parameter in parameters])
            # A stock to begin with, then a little at a time.
            for _ in range(8 if step == 0 else 1):
                memory.add(torch.cat(drawn(crops, BATCH, SIDE)))
                memory.add(route.further(current))
        rate = min(1, (step + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        muon.param_groups[0]["lr"], adam.param_groups[0]["lr"] = LEARNING_RATE * rate, BIAS_RATE * rate
        found = errors(network_of(parameters), *memory.some(crops.generator))
        loss = sum(error.mean() for error in found.values())
        muon.zero_grad()
        adam.zero_grad()
        loss.backward()
        muon.step()
        adam.step()
        # Forgets the beginning faster than it would later.
        decay = min(AVERAGE, step / (step + 10))
        with torch.no_grad():
            for average, parameter in zip(mean, parameters):
                average.lerp_(parameter, 1 - decay)
        for layer, error in found.items():
            value = float(error.detach().mean())
            running[layer] = running.get(layer, value) * 0.99 + value * 0.01
        if step % 100 == 99:
            text = "  ".join(f"{layer} {value:.4f}" for layer, value in running.items())
            print(f"step {step + 1}/{steps}  {text}  {(time.time() - begun) / (step + 1):.2f} s a step", flush=True)
            keep(network_of(mean))
    return network_of(mean)


def write(network: Network, path: Path, metadata: dict[str, str]) -> None:
    """A safetensors file as `cargo xtask weights --from` reads it."""
    tensors = {}
    for index, kernel, bias in zip(TORCHVISION, network.kernels, network.biases):
        tensors[f"features.{index}.weight"] = kernel.detach().contiguous()
        tensors[f"features.{index}.bias"] = bias.detach().contiguous()
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
    add_sources(parser)
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, help="fewer, to try it out")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    widths, steps = WIDTHS[arguments.network], arguments.steps or STEPS[arguments.network]
    print(f"{arguments.network}: {widths}, {operations(widths) / VGG19_OPERATIONS:.4f} of VGG-19's operations")
    collection = Collection(arguments.samples, arguments.cache)
    crops = Crops(collection, arguments.seed)
    pictures = drawn(crops, MEASURED, 128)
    teacher = unit_scale(open_model(arguments.teacher), pictures).to(torch.bfloat16)
    chosen = choose_channels(teacher, pictures, widths)
    print(f"fit, on {len(pictures)} pictures")
    start = refit(teacher, pictures, chosen, note=lambda text: print(f"  {text}", flush=True))
    metadata = {
        "title": f"Impasto {arguments.network.title()}",
        "source": (
            f"Made by training/train.py {arguments.network} --seed {arguments.seed} --steps {steps} at commit {commit()} to stand in for "
            f"VGG-19 (K. Simonyan, A. Zisserman, University of Oxford, CC BY 4.0; SHA-256 of the file "
            f"{sha256(arguments.teacher)}), on pictures with the SHA-256 {collection.digest()}."
        ),
    }

    def keep(network: Network) -> None:
        write(network, arguments.out, metadata)

    # Written now and then, too: a machine may be needed for something else.
    keep(train(start, Memory(teacher, chosen), crops, steps, keep))


if __name__ == "__main__":
    main()
