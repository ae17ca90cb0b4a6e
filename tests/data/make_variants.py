"""An independent implementation of Gatys' style transfer, to check the engine against.

    python make_variants.py --weights vgg19-conv1_1-conv5_1.safetensors

Needs torch, numpy and safetensors. Writes `variants.safetensors` beside itself: for each case below
its options (as JSON, in the file's metadata, in the words of the engine's own `Options`), its
pictures as bytes, and what follows from them. It is written from the formulas alone and shares
nothing with the engine: the gradients are PyTorch's, all sums are in float64, the weights are the
float32 ones of the file. Nothing from which the weights could be recovered is stored.

Formulas, with F the features of a layer after its ReLU, [C, H*W], and P, A those of the photo and
the painting (Gatys, Ecker and Bethge 2015, with each term divided by the energy of its target):
    G         = F F^T / (C H W)
    content   = alpha * sum_l v_l * mean((F_l - P_l)^2) / mean(P_l^2)
    style     = beta  * sum_l w_l * mean((G_l - A_l)^2) / mean(A_l^2)
    neighbors = beta * nu * mean over conv3_1 and conv4_1 of mean_i(1 - max_j cos(f_i - mean f, a_j - mean a)), with the
                features f_i, a_j at all positions (there are few here), added to the style; alpha counts 3.5 times then
    tv        = tau * (mean of squared horizontal differences + mean of squared vertical differences),
                over all three channels, C*H*(W-1) and C*(H-1)*W of them, in the 0..1 pixel range
    Adam      (Kingma and Ba 2015, algorithm 1, bias-corrected), then clamped to 0..1
    bleed     the photo is extended by its mirror image, 16 pixels beyond each edge; what is painted has this size, and the
              bleed is cut off in the end. At the start and at the probe it is the mirror image of the picture.
    pyramid   Adam on each of the levels p_k of x = p_0 + U(p_1 + U(p_2 + ...)), U the bilinear enlargement, with 0.4 of
              the learning rate; what the clamp takes away is taken from p_0

Tensors of a case, prefixed with its name:
    photo, painting, probe   [H, W, 3] u8, RGB
    photo.energy             mean(P_l^2) of each content layer, in the order of the options
    painting.energy          mean(A_l^2) of each style layer
    start.loss, probe.loss   [total, content, style, tv]
    start.grad, probe.grad   d total / d picture, [3, H, W], per unit of the 0..1 range
    trajectory               [steps + 1, 4], each row taken before its step, the last one at the end
    final                    the picture after the last step, [3, H, W]
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file
from torch import nn

BLOCKS = [2, 2, 4, 4, 1]  # convolutions per block; a 2x2 pooling (stride 2) between blocks
INDEX = {}  # conv3_2 -> its number among torchvision's vgg19.features
number = 0
for block, convolutions in enumerate(BLOCKS, 1):
    for convolution in range(1, convolutions + 1):
        INDEX[f"conv{block}_{convolution}"] = number
        number += 2
    number += 1

FIVE = [[f"conv{block}_1", 0.2] for block in range(1, 6)]

# Only what differs from the engine's defaults matters here, but each case spells out all it uses.
#
# Adam divides each number by its own size, however small, so that rounding decides where the smallest go, and by a ReLU
# or maximum that then goes the other way the paths part: on some processors within five steps. Where epsilon is near the
# size of the gradients (their median is between 1e-3 and 2e-2 here), the paths stay together, and a wrong step still shows.
CASES = {
    # Average pooling, otherwise as usual.
    "average": {
        "seed": 1, "photo": (32, 24), "painting": (40, 32),
        "options": {
            "steps": 15, "content_weight": 0.1, "style_weight": 1.0, "tv_weight": 0.0,
            "content_layers": [["conv4_2", 1.0]], "style_layers": FIVE, "pooling": "avg",
            "adam": {"learning_rate": 0.02, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-3},
        },
    },
    # Sides whose last row and column no full window takes; other layers, unequal weights, other alpha and beta.
    "layers": {
        "seed": 2, "photo": (37, 29), "painting": (45, 35),
        "options": {
            "steps": 15, "content_weight": 0.37, "style_weight": 2.5, "tv_weight": 0.0,
            "content_layers": [["conv3_2", 0.7], ["conv4_1", 0.3]],
            "style_layers": [["conv1_2", 0.5], ["conv2_2", 0.3], ["conv3_3", 1.1], ["conv4_4", 0.05]],
            "pooling": "max",
            "adam": {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-2},
        },
    },
    # Another optimiser, total variation, content at the last layer, one layer in both losses.
    "adam": {
        "seed": 3, "photo": (29, 37), "painting": (35, 33),
        "options": {
            "steps": 15, "content_weight": 1.5, "style_weight": 0.8, "tv_weight": 1.7,
            "content_layers": [["conv5_1", 0.6], ["conv2_1", 0.4]],
            "style_layers": [["conv2_1", 0.25], ["conv3_4", 0.5], ["conv4_3", 0.75]],
            "pooling": "avg",
            "adam": {"learning_rate": 0.03, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
        },
    },
    # No content at all, and a network that ends early.
    "shallow": {
        "seed": 4, "photo": (33, 17), "painting": (16, 47),
        "options": {
            "steps": 15, "content_weight": 0.1, "style_weight": 1.0, "tv_weight": 0.3,
            "content_layers": [], "style_layers": [["conv1_1", 1.0], ["conv3_1", 0.5]],
            "pooling": "max",
            "adam": {"learning_rate": 0.02, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8},
        },
    },
}

CASES["neighbors"] = {
    # Neighbours, on a pyramid of four levels.
    "seed": 5, "photo": (37, 45), "painting": (56, 43),
    "options": {
        "steps": 15, "content_weight": 0.1, "style_weight": 1.2, "tv_weight": 0.3,
        "content_layers": [["conv4_2", 1.0]], "style_layers": FIVE, "pooling": "max",
        "style_loss": "neighbors", "neighbors_weight": 0.8, "pyramid": "on",
        "adam": {"learning_rate": 0.02, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-2},
    },
}
CASES["bleed"] = {
    # A bleed around the picture.
    "seed": 6, "photo": (37, 29), "painting": (45, 35),
    "options": {
        "steps": 15, "content_weight": 0.2, "style_weight": 1.0, "tv_weight": 0.3,
        "content_layers": [["conv4_2", 1.0]], "style_layers": FIVE, "pooling": "avg", "padding": "bleed",
        "adam": {"learning_rate": 0.02, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-3},
    },
}
BESIDE_NEIGHBORS, ON_A_PYRAMID, BLEED = 3.5, 0.4, 16


class Network(nn.Module):
    """VGG-19 up to conv5_1, in float64; maps a picture [3, H, W], RGB 0..1, to features by name."""

    def __init__(self, path, pooling):
        super().__init__()
        self.pool = {"max": nn.MaxPool2d, "avg": nn.AvgPool2d}[pooling](kernel_size=2, stride=2)
        # The engine pools the odd last row or column of a picture that is painted by itself.
        self.pool_all = type(self.pool)(kernel_size=2, stride=2, ceil_mode=True)
        self.convolutions = nn.ModuleDict()
        with safe_open(path, framework="np") as file:
            for name, index in INDEX.items():
                key = f"features.{index}.weight"
                kernel = file.get_tensor(key)
                if kernel.dtype == np.uint8:  # affine codes, to be decoded in float32
                    scale, zero = file.get_tensor(key + ".scale"), file.get_tensor(key + ".zero_point")
                    kernel = scale.astype(np.float32) * (kernel.astype(np.float32) - zero.astype(np.float32))
                layer = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, padding=1).double()
                layer.weight.data = torch.tensor(kernel, dtype=torch.float64)
                layer.bias.data = torch.tensor(file.get_tensor(f"features.{index}.bias"), dtype=torch.float64)
                self.convolutions[name] = layer
        self.requires_grad_(False)

    def forward(self, picture, pool):
        # The Oxford network takes blue, green, red in 0..255, less the mean of its training set.
        mean = picture.new_tensor([103.939, 116.779, 123.68]).reshape(3, 1, 1)
        signal, features = (255 * picture.flip(0) - mean).unsqueeze(0), {}
        for name, convolution in self.convolutions.items():
            if name.endswith("_1") and name != "conv1_1":
                signal = pool(signal)
            signal = convolution(signal).relu()
            features[name] = signal.squeeze(0)
        return features


def gram_matrix(features):
    channels, height, width = features.shape
    return torch.einsum("chw,dhw->cd", features, features) / (channels * height * width)


def distance_from_nearest(features, others):
    def units(maps):
        rows = maps.flatten(1).T
        return nn.functional.normalize(rows - rows.mean(0), dim=1)

    return (1 - (units(features) @ units(others).T).max(dim=1).values).mean()


def total_variation(picture):
    horizontal, vertical = torch.diff(picture, dim=2), torch.diff(picture, dim=1)
    return (horizontal**2).mean() + (vertical**2).mean()


def with_bleed(picture, options):
    if options.get("padding") != "bleed":
        return picture
    return nn.functional.pad(picture[None], (BLEED,) * 4, mode="reflect")[0]


class Objective:
    def __init__(self, network, photo, painting, options):
        self.network, self.options = network, options
        photo, painting = network(with_bleed(photo, options), network.pool_all), network(painting, network.pool)
        self.content = [(name, weight, photo[name]) for name, weight in options["content_layers"]]
        self.neighbors = []
        if options.get("style_loss") == "neighbors":
            self.neighbors = [(name, painting[name]) for name in ("conv3_1", "conv4_1")]
        self.style = [(name, weight, gram_matrix(painting[name])) for name, weight in options["style_layers"]]

    def energies(self, targets):
        return torch.tensor([(target**2).mean() for _, _, target in targets], dtype=torch.float64)

    def __call__(self, picture):
        features, zero = self.network(picture, self.network.pool_all), picture.new_zeros(())

        def distance(of, targets):
            terms = [w * ((of(features[n]) - t) ** 2).mean() / (t**2).mean() for n, w, t in targets]
            return sum(terms, zero)

        alpha = self.options["content_weight"] * (BESIDE_NEIGHBORS if self.neighbors else 1)
        content = alpha * distance(lambda f: f, self.content)
        style = self.options["style_weight"] * distance(gram_matrix, self.style)
        if self.neighbors:
            nearest = sum(distance_from_nearest(features[name], there) for name, there in self.neighbors) / 2
            style = style + self.options["style_weight"] * self.options["neighbors_weight"] * nearest
        tv = self.options["tv_weight"] * total_variation(picture)
        return torch.stack([content + style + tv, content, style, tv])

    def with_gradient(self, picture):
        picture = picture.detach().requires_grad_()
        losses = self(with_bleed(picture, self.options))
        losses[0].backward()
        return losses.detach(), picture.grad


def drawing(width, height, seed):
    """A made-up picture: a gradient, waves, discs and grain, different in each channel."""
    draw = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / max(width, height)
    channels = draw.uniform(0.2, 0.8) + draw.uniform(-0.4, 0.4, (3, 1, 1)) * x + draw.uniform(-0.4, 0.4, (3, 1, 1)) * y
    for _ in range(4):
        direction, phase = draw.normal(0, 14, 2), draw.uniform(0, 2 * np.pi, (3, 1, 1))
        channels = channels + draw.uniform(0.03, 0.12) * np.sin(direction[0] * x + direction[1] * y + phase)
    for _ in range(5):
        centre, radius, colour = draw.uniform(0, 1, 2), draw.uniform(0.05, 0.25), draw.uniform(0, 1, (3, 1, 1))
        disc = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 < radius**2
        channels = np.where(disc, 0.3 * channels + 0.7 * colour, channels)
    channels = channels + draw.normal(0, 0.03, channels.shape)
    return (255 * channels.clip(0, 1)).round().astype(np.uint8).transpose(1, 2, 0)


def coarser(height, width, halvings):
    sizes = []
    while len(sizes) < halvings and min(height // 2, width // 2) >= 4:
        height, width = height // 2, width // 2
        sizes.append((height, width))
    return sizes


def assembled(levels):
    picture = levels[-1]
    for level in reversed(levels[:-1]):
        size = level.shape[1:]
        picture = level + nn.functional.interpolate(picture[None], size, mode="bilinear", align_corners=False)[0]
    return picture


def as_picture(pixels):
    return torch.tensor(pixels, dtype=torch.float64).permute(2, 0, 1) / 255


def run(case, weights):
    options = case["options"]
    width, height = case["photo"]
    pixels = {
        "photo": drawing(width, height, case["seed"]),
        "painting": drawing(*case["painting"], case["seed"] + 100),
    }
    # A place away from the start, where content, style and variation all pull.
    pixels["probe"] = (0.6 * pixels["photo"] + 0.4 * drawing(width, height, case["seed"] + 200)).astype(np.uint8)
    pictures = {name: as_picture(value) for name, value in pixels.items()}
    objective = Objective(Network(weights, options["pooling"]), pictures["photo"], pictures["painting"], options)

    out = dict(pixels)
    out["photo.energy"] = objective.energies(objective.content)
    out["painting.energy"] = objective.energies(objective.style)
    for name, place in (("start", pictures["photo"]), ("probe", pictures["probe"])):
        out[f"{name}.loss"], out[f"{name}.grad"] = objective.with_gradient(place)

    adam, rows, picture = options["adam"], [], with_bleed(pictures["photo"], options).clone()
    on_pyramid = options.get("pyramid") == "on"
    rate = adam["learning_rate"] * (ON_A_PYRAMID if on_pyramid else 1)
    coarse = coarser(*picture.shape[1:], 5 if on_pyramid else 0)
    levels = [picture] + [torch.zeros(3, h, w).double() for h, w in coarse]
    first, second = [[torch.zeros_like(level) for level in levels] for _ in range(2)]
    for t in range(1, options["steps"] + 1):
        levels = [level.detach().requires_grad_() for level in levels]
        losses = objective(assembled(levels))
        losses[0].backward()
        rows.append(losses.detach())
        gradients, levels = [level.grad for level in levels], [level.detach() for level in levels]
        for k, gradient in enumerate(gradients):
            first[k] = adam["beta1"] * first[k] + (1 - adam["beta1"]) * gradient
            second[k] = adam["beta2"] * second[k] + (1 - adam["beta2"]) * gradient**2
            estimate = first[k] / (1 - adam["beta1"] ** t)
            spread = (second[k] / (1 - adam["beta2"] ** t)).sqrt()
            levels[k] = levels[k] - rate * estimate / (spread + adam["epsilon"])
        beyond = assembled(levels)
        picture = beyond.clamp(0, 1)
        levels[0] = levels[0] + picture - beyond
    rows.append(objective(picture))
    cut = (picture.shape[1] - height) // 2
    out["trajectory"], out["final"] = torch.stack(rows), picture[:, cut : cut + height, cut : cut + width]
    return out


def main():
    here = Path(__file__).resolve().parent
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--weights", required=True, help="VGG-19's convolutions, as the safetensors file above")
    arguments.add_argument("--out", type=Path, default=here / "variants.safetensors")
    arguments = arguments.parse_args()

    tensors, metadata = {}, {}
    for name, case in CASES.items():
        metadata[name] = json.dumps(case["options"])
        for key, value in run(case, arguments.weights).items():
            if isinstance(value, torch.Tensor):
                large = value.dim() == 3  # pictures and gradients: single precision is enough to compare with
                value = value.numpy().astype(np.float32 if large else np.float64)
            tensors[f"{name}.{key}"] = np.ascontiguousarray(value)
        curve = tensors[f"{name}.trajectory"][:, 0]
        print(f"{name}: total {curve[0]:.6f} -> {curve[-1]:.6f}")
    save_file(tensors, arguments.out, metadata=metadata)


if __name__ == "__main__":
    main()
