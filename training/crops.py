"""Random pictures to train on: crops at random scales, colours, sharpness, mixtures, with stamps stuck on."""

import math

import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from torch import Tensor

from pictures import Collection, to_tensor


class Crops:
    """Draws crops [1, 3, H, W] in 0..1 from a collection; the same seed draws the same ones."""

    def __init__(self, collection: Collection, seed: int):
        # Some wallpapers are one colour all over.
        self.photos = [picture for picture in collection.photos if float(picture.std()) >= 0.05]
        self.paintings = collection.paintings
        self.stamps = collection.stamps
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=self.generator))

    def chance(self, probability: float) -> bool:
        return self.uniform(0, 1) < probability

    def one_of(self, things: list):
        return things[int(torch.randint(len(things), (), generator=self.generator))]

    def photo(self, height: int, width: int) -> Tensor:
        """What a visitor may want painted."""
        crop = self.crop(self.one_of(self.photos), height, width)
        if self.chance(0.3):
            for _ in range(int(self.uniform(1, 5))):
                crop = self.stick(crop)
        return self.changed(crop)

    def painting(self, height: int, width: int) -> Tensor:
        """What a visitor may want it painted like: mostly paintings, but any picture can be a style."""
        if self.chance(0.2):
            return self.changed(self.shapes(height, width))
        crop = self.crop(self.one_of(self.paintings if self.chance(0.65) else self.photos), height, width)
        if self.chance(0.15):
            for _ in range(int(self.uniform(4, 16))):
                crop = self.stick(crop)
        return self.changed(crop)

    def crop(self, picture: Tensor, height: int, width: int) -> Tensor:
        _, _, tall, wide = picture.shape
        whole = min(tall / height, wide / width)
        scale = 1 if whole <= 1 else whole ** self.uniform(0, 1)  # crop pixels of the picture per pixel
        part_h, part_w = min(tall, round(height * scale)), min(wide, round(width * scale))
        top = int(self.uniform(0, tall - part_h + 1))
        left = int(self.uniform(0, wide - part_w + 1))
        crop = picture[:, :, top : top + part_h, left : left + part_w]
        crop = F.interpolate(crop, (height, width), mode="bilinear", antialias=True)
        return crop.flip(3) if self.chance(0.5) else crop

    def shapes(self, height: int, width: int) -> Tensor:
        """Discs, rings, polygons, strokes and arcs in the colours of one picture, from few and large to many and small."""
        colours = self.one_of(self.paintings + self.photos)[0].flatten(1).T
        # Drawn at twice the size: the drawing knows no half-covered pixels.
        page = Image.new("RGB", (2 * width, 2 * height), self.colour(colours))
        draw = ImageDraw.Draw(page)
        largest = self.uniform(0.08, 0.5) * (height + width)
        for _ in range(int(self.uniform(1, 4) * (height + width) / largest) ** 2 // 4 + 4):
            x, y = self.uniform(0, 2 * width), self.uniform(0, 2 * height)
            radius = largest * self.uniform(0.1, 1)
            colour, thickness = self.colour(colours), 1 + int(radius * self.uniform(0, 0.3))
            box = [x - radius, y - radius * self.uniform(0.4, 1), x + radius, y + radius * self.uniform(0.4, 1)]
            angle = self.uniform(0, 360)
            corners = [angle + 360 * k / 6 * self.uniform(0.8, 1.2) for k in range(int(self.uniform(2, 7)))]
            points = [(x + radius * math.cos(math.radians(a)), y + radius * math.sin(math.radians(a))) for a in corners]
            kind = int(self.uniform(0, 6))
            if kind == 0:
                draw.ellipse(box, fill=colour)
            elif kind == 1:
                draw.ellipse(box, outline=colour, width=thickness)
            elif kind == 2:
                draw.arc(box, angle, angle + self.uniform(40, 300), fill=colour, width=thickness)
            elif kind == 3:
                draw.line([points[0], (2 * x - points[0][0], 2 * y - points[0][1])], fill=colour, width=thickness)
            elif len(points) > 2:
                draw.polygon(points, fill=colour)
        return F.avg_pool2d(to_tensor(page), 2)

    def colour(self, colours: Tensor) -> tuple[int, int, int]:
        red, green, blue = (colours[int(torch.randint(len(colours), (), generator=self.generator))] * 255).int().tolist()
        return red, green, blue

    def stick(self, crop: Tensor) -> Tensor:
        """The crop with a stamp on it, at a random place, cut off at the edges."""
        _, _, height, width = crop.shape
        stamp = self.one_of(self.stamps)[:, :, :height, :width]
        _, _, tall, wide = stamp.shape
        top, left = int(self.uniform(0, height - tall + 1)), int(self.uniform(0, width - wide + 1))
        crop = crop.clone()
        part = crop[:, :, top : top + tall, left : left + wide]
        part.lerp_(stamp[:, :3], stamp[:, 3:])
        return crop

    def changed(self, crop: Tensor) -> Tensor:
        """Other colours, contrast, sharpness; now and then a mixture with another picture."""
        if self.chance(0.15):
            other = self.crop(self.one_of(self.photos + self.paintings), *crop.shape[2:])
            crop = crop.lerp(other, self.uniform(0.2, 0.8))
        if self.chance(0.5):
            mix = torch.eye(3) + torch.randn(3, 3, generator=self.generator) * 0.12
            grey = crop.mean((2, 3), keepdim=True)
            crop = torch.einsum("oc,nchw->nohw", mix, crop - grey) + grey
            crop = crop + torch.randn(1, 3, 1, 1, generator=self.generator) * 0.06
        if self.chance(0.3):
            crop = crop.clamp(0, 1) ** self.uniform(0.6, 1.6)
        if self.chance(0.15):
            weights = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
            crop = (crop * weights).sum(1, keepdim=True).lerp(crop, self.uniform(0, 0.8))
        if self.chance(0.2):
            crop = F.avg_pool2d(F.pad(crop, (1, 1, 1, 1), mode="replicate"), 3, 1)
        if self.chance(0.2):
            crop = crop + torch.randn(crop.shape, generator=self.generator) * self.uniform(0.01, 0.08)
        return crop.clamp(0, 1)
