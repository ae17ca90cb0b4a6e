"""Writes the small PyTorch checkpoints that tests/import.rs reads.

    python make_checkpoints.py        # needs torch; writes beside itself

A VGG-19 in torchvision's naming with 2 to 4 channels a layer, and values that the test can compute itself:
value k of kernel number n is ((7 k + 13 n) mod 101 - 50) / 64, value k of bias n is ((5 k + 3 n) mod 17 - 8) / 16.
They are exact in every float type, so the test expects equality.
"""
import collections, os
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
INDICES = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28]
CHANNELS = [2, 3, 2, 4, 2, 3, 2, 2, 3, 2, 2, 2, 4]


def state_dict(dtype):
    out, given = collections.OrderedDict(), 3
    for n, (index, channels) in enumerate(zip(INDICES, CHANNELS)):
        k = torch.arange(channels * given * 9)
        weight = ((7 * k + 13 * n) % 101 - 50).to(torch.float64) / 64
        bias = ((5 * torch.arange(channels) + 3 * n) % 17 - 8).to(torch.float64) / 16
        out[f"features.{index}.weight"] = weight.reshape(channels, given, 3, 3).to(dtype)
        out[f"features.{index}.bias"] = bias.to(dtype)
        given = channels
    out["classifier.0.weight"] = torch.zeros(2, 4, dtype=dtype)
    return out


torch.save(state_dict(torch.float32), os.path.join(HERE, "tiny.pth"))
torch.save(state_dict(torch.float16), os.path.join(HERE, "tiny-legacy-f16.pth"), _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "state_dict": state_dict(torch.bfloat16)}, os.path.join(HERE, "tiny-nested-bf16.pth"))
