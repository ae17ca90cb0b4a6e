"""Makes a small network that stands in for VGG-19 in neural style transfer.

    python train.py fast --teacher VGG19.safetensors --out fast.safetensors

Channels are chosen and each layer is fitted anew by least squares (`prune.py`): first on photos and paintings, then again,
several times, also on the pictures that optimisations steered by the latest fit pass through (`route.py`). That is where a
network is asked for its opinion, and where one that has never been there is led astray.
"""

import argparse
import subprocess
from pathlib import Path

import torch
from safetensors.torch import save_file

from crops import Crops
from network import TORCHVISION, VGG19_OPERATIONS, Network, open_model, operations, sha256
from pictures import SITE_SAMPLES, Collection
from prune import choose_channels, refit, unit_scale
from route import en_route

# Channels of conv1_1 … conv5_1, multiples of four as the engine wants them; README.md tells how they were found.
WIDTHS = {
    "fast": [32, 36, 64, 100, 128, 112, 96, 112, 256, 240, 232, 264, 256],
    "tiny": [20, 24, 40, 60, 80, 64, 36, 48, 160, 160, 112, 120, 160],
}
ROUNDS = 4  # fits, each on more pictures than the one before
MEASURED = 120  # crops that scales and channels are chosen by, and that every fit looks at
PAINTED = 50  # pairs painted between two fits, three pictures of each are kept


def fitted(teacher: Network, widths: list[int], crops: Crops) -> Network:
    """A network of these widths in the place of the teacher."""
    pictures = [crops.photo(128, 128) if index % 2 else crops.painting(128, 128) for index in range(MEASURED)]
    teacher = unit_scale(teacher, pictures).to(torch.bfloat16)
    chosen = choose_channels(teacher, pictures, widths)
    for fit in range(ROUNDS):
        print(f"fit {fit + 1} of {ROUNDS}, on {len(pictures)} pictures")
        network = refit(teacher, pictures, chosen, note=lambda text: print(f"  {text}", flush=True))
        if fit + 1 < ROUNDS:
            pictures += en_route(teacher, network, crops, PAINTED)
    return network


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
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    widths = WIDTHS[arguments.network]
    print(f"{arguments.network}: {widths}, {operations(widths) / VGG19_OPERATIONS:.4f} of VGG-19's operations")
    collection = Collection(arguments.samples, arguments.cache)
    network = fitted(open_model(arguments.teacher), widths, Crops(collection, arguments.seed))
    metadata = {
        "title": f"Impasto {arguments.network.title()}",
        "source": (
            f"Made by training/train.py {arguments.network} --seed {arguments.seed} at commit {commit()} to stand in for "
            f"VGG-19 (K. Simonyan, A. Zisserman, University of Oxford, CC BY 4.0; SHA-256 of the file "
            f"{sha256(arguments.teacher)}), on pictures with the SHA-256 {collection.digest()}."
        ),
    }
    write(network, arguments.out, metadata)


if __name__ == "__main__":
    main()
