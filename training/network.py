"""VGG-19's convolutions conv1_1 … conv5_1, as wide as one likes, and the losses of Gatys et al. (2015).

The conventions are those of the engine (`src/network/vgg.rs`, `src/loss/`): pictures are RGB in 0..1, features are taken after
the ReLU, each loss is relative to its target.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor

LAYERS = [
    "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3", "conv3_4",
    "conv4_1", "conv4_2", "conv4_3", "conv4_4", "conv5_1",
]  # fmt: skip
TORCHVISION = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28]  # their places in torchvision's `features`
POOLED = {"conv1_2", "conv2_2", "conv3_4", "conv4_4"}
STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
CONTENT_LAYER = "conv4_2"
TAPS = [layer for layer in LAYERS if layer in STYLE_LAYERS or layer == CONTENT_LAYER]

# The engine's defaults (`crates/options/src/table.rs`).
CONTENT_WEIGHT, STYLE_WEIGHT, TV_WEIGHT = 0.1, 1.0, 0.3
LEARNING_RATE, BETA1, BETA2, EPSILON = 0.02, 0.9, 0.99, 1e-8


@dataclass
class Network:
    """Thirteen 3×3 convolutions: kernels [O, I, 3, 3], biases [O]; `mean` [3] is subtracted from the picture."""

    kernels: list[Tensor]
    biases: list[Tensor]
    mean: Tensor
    # What the losses are multiplied by where this network looks: a layer or "content", 1 if it is not named.
    balance: dict[str, float] = field(default_factory=dict)
    # What convolutions are computed in. Training takes bfloat16, which processors that have it do in half the time.
    dtype: torch.dtype = torch.float32

    @property
    def widths(self) -> list[int]:
        return [kernel.shape[0] for kernel in self.kernels]

    def operations(self) -> float:
        """Multiply-accumulates per pixel of a forward pass."""
        return operations(self.widths)

    def forward(self, picture: Tensor) -> dict[str, Tensor]:
        """The features [N, C, H, W] of every layer of a picture [N, 3, H, W]."""
        x = picture - self.mean.view(1, 3, 1, 1)
        features = {}
        for layer, kernel, bias in zip(LAYERS, self.kernels, self.biases):
            x = F.relu(self.convolve(x, kernel, bias))
            features[layer] = x
            x = halved(x, layer)
        return features

    def convolve(self, x: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        return F.conv2d(x.to(self.dtype), kernel.to(self.dtype), bias.to(self.dtype), padding=1).float()

    def to(self, dtype: torch.dtype) -> "Network":
        """The network with its convolutions in another precision; the weights stay what they are."""
        return replace(self, dtype=dtype)

    def rescaled(self, scales: list[float]) -> "Network":
        """The same network with the features of each layer multiplied by a positive number.

        A ReLU network allows it, and the losses do not notice, since each is relative to its target.
        """
        before = [1.0, *scales[:-1]]
        kernels = [kernel * (s / b) for kernel, s, b in zip(self.kernels, scales, before)]
        biases = [bias * s for bias, s in zip(self.biases, scales)]
        return replace(self, kernels=kernels, biases=biases)


def halved(features: Tensor, layer: str) -> Tensor:
    """The features as the next layer sees them: pooled at the end of a block, an odd last row or column by itself (of a
    painting, too, where the engine leaves it out)."""
    return F.max_pool2d(features, 2, ceil_mode=True) if layer in POOLED else features


def operations(widths: list[int]) -> float:
    """Multiply-accumulates per pixel; 361,152 for VGG-19."""
    total, inputs, halvings = 0.0, 3, 0
    for layer, outputs in zip(LAYERS, widths):
        total += 9 * inputs * outputs / 4**halvings
        inputs = outputs
        halvings += layer in POOLED
    return total


VGG19_WIDTHS = [64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512]
VGG19_OPERATIONS = operations(VGG19_WIDTHS)


def open_model(path: Path) -> Network:
    """A network from a safetensors file with torchvision's names.

    A file that says so in its metadata wants BGR in 0..255 (the original Caffe weights) and may hold 8-bit codes, see
    `weights/README.md`; any other is taken to be torchvision's. The preprocessing is folded into conv1_1.
    """
    kernels, biases = [], []
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
        names = set(file.keys())
        for index in TORCHVISION:
            name = f"features.{index}.weight"
            kernel = file.get_tensor(name).float()
            if f"{name}.scale" in names:
                zero = file.get_tensor(f"{name}.zero_point").float()
                kernel = file.get_tensor(f"{name}.scale").float() * (kernel - zero)
            kernels.append(kernel)
            biases.append(file.get_tensor(f"features.{index}.bias").float())
    first = kernels[0]
    if "input_mean_rgb" in metadata:  # a network of ours
        mean = torch.tensor([float(value) for value in metadata["input_mean_rgb"].split(",")])
    elif metadata.get("input_channel_order") == "BGR":
        mean = torch.tensor([123.68, 116.779, 103.939]) / 255
        kernels[0] = first.flip(1) * 255
    else:
        mean = torch.tensor([0.485, 0.456, 0.406])
        kernels[0] = first / torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    return Network(kernels, biases, mean)


def open_pack(folder: Path) -> Network:
    """The network of a pack, with the values that the engine computes with (format: `weights/README.md`)."""
    manifest = json.loads((folder / "manifest.json").read_text())
    stream = b"".join((folder / shard["file"]).read_bytes() for shard in manifest["shards"])
    place = 0

    def take(dtype: str, count: int) -> np.ndarray:
        nonlocal place
        values = np.frombuffer(stream, dtype, count, place)
        place += values.nbytes
        return values

    kernels, biases = [], []
    for layer in manifest["layers"]:
        outputs, inputs = layer["out_channels"], layer["in_channels"]
        scale, zero = take("<f4", outputs), take("u1", outputs)
        bias = take("<f4", outputs)
        codes = take("u1", 9 * outputs * inputs).astype(np.float32).reshape(outputs, inputs, 3, 3)
        kernel = scale.reshape(-1, 1, 1, 1) * (codes - zero.astype(np.float32).reshape(-1, 1, 1, 1))
        kernels.append(torch.from_numpy(kernel))
        biases.append(torch.from_numpy(bias.copy()))
    assert place == len(stream), "the shards hold more than the layers"
    return Network(kernels, biases, torch.tensor(manifest["mean"]), manifest.get("balance", {}))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def gram_matrix(features: Tensor) -> Tensor:
    """F·Fᵀ/(C·H·W): [N, C, H, W] to [N, C, C]."""
    n, c, h, w = features.shape
    flat = features.reshape(n, c, h * w)
    return flat @ flat.transpose(1, 2) / (c * h * w)


@dataclass
class Targets:
    """What a picture shall come near to: the photo's features and the painting's Gram matrices."""

    content: Tensor
    style: dict[str, Tensor]

    @staticmethod
    @torch.no_grad()
    def of(network: Network, photo: Tensor, painting: Tensor) -> "Targets":
        seen = network.forward(painting)
        style = {layer: gram_matrix(seen[layer]) for layer in STYLE_LAYERS}
        return Targets(network.forward(photo)[CONTENT_LAYER], style)


def losses(features: dict[str, Tensor], targets: Targets) -> dict[str, Tensor]:
    """Each loss [N], relative to its target and not yet weighted: one for each style layer, and the content's."""
    terms = {layer: relative(gram_matrix(features[layer]), targets.style[layer]) for layer in STYLE_LAYERS}
    terms["content"] = relative(features[CONTENT_LAYER], targets.content)
    return terms


def relative(found: Tensor, wanted: Tensor, floor: float = 0.0) -> Tensor:
    """‖found − wanted‖²/‖wanted‖² [N], for each of a batch; `floor` is added to the mean square that is divided by."""
    return (found - wanted).flatten(1).square().mean(1) / (wanted.flatten(1).square().mean(1) + floor)


WEIGHTS = {layer: STYLE_WEIGHT / len(STYLE_LAYERS) for layer in STYLE_LAYERS} | {"content": CONTENT_WEIGHT}


def total_variation(picture: Tensor) -> Tensor:
    """mean dx² + mean dy² [N]."""
    dx = picture[:, :, :, 1:] - picture[:, :, :, :-1]
    dy = picture[:, :, 1:] - picture[:, :, :-1]
    return dx.square().mean((1, 2, 3)) + dy.square().mean((1, 2, 3))


class Adam:
    """Adam on the pixels, as the engine takes its steps; the picture stays within 0..1."""

    def __init__(self, picture: Tensor):
        self.picture = picture.clone()
        self.first = torch.zeros_like(picture)
        self.second = torch.zeros_like(picture)
        self.steps = 0

    @torch.no_grad()
    def step(self, gradient: Tensor) -> None:
        self.steps += 1
        self.first.mul_(BETA1).add_(gradient, alpha=1 - BETA1)
        self.second.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        first = self.first / (1 - BETA1**self.steps)
        second = self.second / (1 - BETA2**self.steps)
        self.picture.sub_(LEARNING_RATE * first / (second.sqrt() + EPSILON)).clamp_(0, 1)


def evaluate(network: Network, picture: Tensor, targets: Targets) -> dict[str, float]:
    """The weighted losses of one picture: "content", "style", "tv" and "total"."""
    with torch.no_grad():
        terms = losses(network.forward(picture), targets)
        content = CONTENT_WEIGHT * float(terms["content"])
        style = sum(WEIGHTS[layer] * float(terms[layer]) for layer in STYLE_LAYERS)
        tv = TV_WEIGHT * float(total_variation(picture))
    return {"content": content, "style": style, "tv": tv, "total": content + style + tv}


@torch.enable_grad()
def gradient(network: Network, picture: Tensor, targets: Targets, weights: dict[str, float | Tensor]) -> Tensor:
    """The gradient [N, 3, H, W] of the weighted losses and the total variation with respect to each picture.

    A weight is a number, or one for each picture [N].
    """
    x = picture.clone().requires_grad_()
    terms = losses(network.forward(x), targets)
    total = sum(weights[name] * term for name, term in terms.items()) + TV_WEIGHT * total_variation(x)
    return torch.autograd.grad(total.sum(), x)[0]


def paint(network: Network, photo: Tensor, painting: Tensor, steps: int):
    """Yields the picture before the first step and after each of them."""
    targets = Targets.of(network, photo, painting)
    weights = {name: weight * network.balance.get(name, 1.0) for name, weight in WEIGHTS.items()}
    adam = Adam(photo)
    yield adam.picture
    for _ in range(steps):
        adam.step(gradient(network, adam.picture, targets, weights))
        yield adam.picture
