"""Makes the files of tests/files with their references. Needs Pillow (with littleCMS), cjpeg (libjpeg-turbo) and
heif-enc (libheif); run by hand, where the files are to change: `python3 crates/decoding/tests/make.py`.

Beside each NAME lies NAME.png: what another decoder shows of it, as RGBA of 8 bits in sRGB. PNG files are written here byte by byte, for
every colour type, depth and interlace method, and their references follow from the values; other files are decoded by libjpeg-turbo
and the like, and converted by littleCMS, through Pillow.
"""

import io
import struct
import subprocess
import zlib
from pathlib import Path

from PIL import Image, ImageCms

FILES = Path(__file__).parent / "files"
# Odd, so that interlacing and subsampling have something to do at the edges.
WIDTH, HEIGHT = 23, 17
SRGB = ImageCms.createProfile("sRGB")


def pattern(x, y, width=WIDTH, height=HEIGHT):
    """Red, green, blue and alpha in 0..1: a gradient with all hues."""
    across, down = x / (width - 1), y / (height - 1)
    return across, down, (1 - across) * (1 - down) if (x + y) % 2 else across * down, 0.25 + 0.75 * across


def picture(width=WIDTH, height=HEIGHT, alpha=False):
    image = Image.new("RGBA", (width, height))
    for y in range(height):
        for x in range(width):
            r, g, b, a = (round(255 * value) for value in pattern(x, y, width, height))
            image.putpixel((x, y), (r, g, b, a if alpha else 255))
    return image


def save(name, content, reference):
    (FILES / name).write_bytes(content)
    reference.convert("RGBA").save(FILES / f"{name}.png", optimize=True)


def heic(name, *arguments):
    """`arguments` are the pictures and the options of heif-enc."""
    subprocess.run(["heif-enc", *arguments, "-o", name], cwd=FILES, check=True, capture_output=True)


# PNG, byte by byte.

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_row(samples, depth):
    """Samples of one row as bytes."""
    if depth == 16:
        return b"".join(struct.pack(">H", sample) for sample in samples)
    bits = "".join(f"{sample:0{depth}b}" for sample in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def png(kind, depth, interlaced, pixel, before=()):
    """`pixel(x, y)` gives the samples of a pixel; `before` are chunks before the data."""
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    data = b""
    for left, top, right, down in passes:
        columns, rows = range(left, WIDTH, right), range(top, HEIGHT, down)
        if columns and rows:
            for y in rows:
                data += b"\0" + packed_row([sample for x in columns for sample in pixel(x, y)], depth)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, kind, 0, 0, int(interlaced))
    chunks = [chunk(b"IHDR", header), *(chunk(*one) for one in before), chunk(b"IDAT", zlib.compress(data, 9)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def reference(value):
    """`value(x, y)` gives red, green, blue and alpha in 0..1."""
    image = Image.new("RGBA", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            image.putpixel((x, y), tuple(round(255 * min(max(part, 0), 1)) for part in value(x, y)))
    return image


def grey(x, y):
    return (x + y) / (WIDTH + HEIGHT - 2)


def every_png():
    names = {0: "grey", 2: "rgb", 3: "palette", 4: "grey-alpha", 6: "rgba"}
    depths = {0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]}
    for kind, name in names.items():
        for depth in depths[kind]:
            top = 2**depth - 1
            palette = [tuple(round(255 * value) for value in pattern(at % 16, at // 16, 16, 16)[:3]) for at in range(min(top + 1, 256))]

            def level(value):
                return round(top * value)

            def pixel(x, y):
                r, g, b, a = pattern(x, y)
                return {
                    0: [level(grey(x, y))],
                    2: [level(r), level(g), level(b)],
                    3: [(7 * x + 3 * y) % (top + 1)],
                    4: [level(grey(x, y)), level(a)],
                    6: [level(r), level(g), level(b), level(a)],
                }[kind]

            def value(x, y):
                samples = pixel(x, y)
                if kind == 3:
                    return *(part / 255 for part in palette[samples[0]]), 1
                parts = [sample / top for sample in samples]
                return {0: [*parts * 3, 1], 2: [*parts, 1], 4: [parts[0]] * 3 + parts[1:], 6: parts}[kind]

            before = [(b"PLTE", bytes(part for entry in palette for part in entry))] if kind == 3 else []
            for interlaced in (False, True):
                ending = "-interlaced" if interlaced else ""
                save(f"{name}{depth}{ending}.png", png(kind, depth, interlaced, pixel, before), reference(value))
    # One colour is transparent.
    save(
        "grey8-key.png",
        png(0, 8, False, lambda x, y: [(x + y) % 5 * 50], [(b"tRNS", struct.pack(">H", 100))]),
        reference(lambda x, y: [(x + y) % 5 * 50 / 255] * 3 + [float((x + y) % 5 != 2)]),
    )
    save(
        "rgb8-key.png",
        png(2, 8, False, lambda x, y: [255 * (x % 2), 255 * (y % 2), 0], [(b"tRNS", struct.pack(">HHH", 255, 0, 0))]),
        reference(lambda x, y: [x % 2, y % 2, 0, 1 - float(x % 2 == 1 and y % 2 == 0)]),
    )
    save(
        "palette2-key.png",
        png(3, 2, False, lambda x, y: [(x + y) % 4], [(b"PLTE", bytes(range(0, 240, 20))), (b"tRNS", bytes([0, 128]))]),
        reference(lambda x, y: [(60 * ((x + y) % 4) + 20 * part) / 255 for part in range(3)] + [[0, 128 / 255, 1, 1][(x + y) % 4]]),
    )


def encoded(light):
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


# Rows that turn XYZ (D65) to linear sRGB, and Display P3's linear values to linear sRGB (both have the white D65).
P3_TO_SRGB = [(1.2249402, -0.2249404, 0), (-0.0420569, 1.0420571, 0), (-0.0196376, -0.0786361, 1.0982735)]


def to_srgb(values, curve, matrix=None):
    light = [curve(value) for value in values]
    if matrix:
        light = [sum(weight * part for weight, part in zip(row, light)) for row in matrix]
    return [encoded(min(max(part, 0), 1)) for part in light]


def srgb_light(value):
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def colored_pngs():
    def eights(x, y):
        return [round(255 * part) for part in pattern(x, y)[:3]]

    def named(name, before, curve, matrix=None, kind=2):
        def pixel(x, y):
            return eights(x, y) if kind == 2 else [round(255 * grey(x, y))]

        def value(x, y):
            samples = pixel(x, y) if kind == 2 else pixel(x, y) * 3
            return *to_srgb([sample / 255 for sample in samples], curve, matrix), 1

        save(name, png(kind, 8, False, pixel, before), reference(value))

    def gama(gamma):
        return (b"gAMA", struct.pack(">I", round(100000 * gamma)))

    p3 = (b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))
    named("gamma-1.png", [gama(1.0)], lambda value: value)
    named("gamma-0.625.png", [gama(0.625)], lambda value: value**1.6)
    named("gamma-0.3.png", [gama(0.3)], lambda value: value ** (1 / 0.3))
    named("grey-gamma-0.625.png", [gama(0.625)], lambda value: value**1.6, kind=0)
    named("gamma-0.625-p3.png", [gama(0.625), p3], lambda value: value**1.6, P3_TO_SRGB)
    # What most programs write beside sRGB, and what sRGB overrules.
    named("gamma-0.45455.png", [gama(0.45455)], srgb_light)
    named("gamma-1-srgb.png", [gama(1.0), (b"sRGB", b"\0")], srgb_light)
    named("cicp-p3.png", [(b"cICP", bytes([12, 13, 0, 1]))], srgb_light, P3_TO_SRGB)
    named("cicp-p3-over-gamma.png", [(b"cICP", bytes([12, 13, 0, 1])), gama(1.0)], srgb_light, P3_TO_SRGB)
    named("cicp-linear.png", [(b"cICP", bytes([1, 8, 0, 1]))], lambda value: value)
    content = png(2, 8, False, eights, [(b"cICP", bytes([9, 16, 0, 1]))])
    (FILES / "hdr-pq.png").write_bytes(content)


# ICC profiles, version 2.


def profile(space, tags, connection=b"XYZ "):
    """A profile of these tags."""
    table, data = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        content += b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(data), len(content))
        data += content
    size = 128 + len(table) + len(data)
    header = struct.pack(">I4sI4s4s4s", size, b"\0" * 4, 0x02400000, b"scnr" if space == b"CMYK" else b"mntr", space, connection)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    header += fixed(0.9642) + fixed(1) + fixed(0.8249) + b"\0" * 48
    return header + table + data


def fixed(value):
    return struct.pack(">i", round(65536 * value))


def xyz(*values):
    return b"XYZ \0\0\0\0" + b"".join(fixed(value) for value in values)


def gamma_curve(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(256 * gamma))


def text(words):
    return b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words + b"\0" + b"\0" * 78


COMMON = {b"wtpt": xyz(0.9642, 1, 0.8249), b"cprt": b"text\0\0\0\0none\0"}


def rgb_profile(name, gamma, red, green, blue):
    curve = gamma_curve(gamma)
    tags = {b"desc": text(name), b"rXYZ": xyz(*red), b"gXYZ": xyz(*green), b"bXYZ": xyz(*blue)}
    return profile(b"RGB ", tags | {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve} | COMMON)


# Colorants adapted to D50 (Bradford).
P3 = rgb_profile(b"P3, 2.2", 2.2, (0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
ADOBE = rgb_profile(b"Adobe", 2.2, (0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
WIDE = rgb_profile(b"ProPhoto, 1.8", 1.8, (0.7977, 0.2880, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249))
GREY = profile(b"GRAY", {b"desc": text(b"grey 1.8"), b"kTRC": gamma_curve(1.8)} | COMMON)


def inks_profile():
    """A table from inks to Lab: 9 points for each ink."""
    grid, table = 9, b""
    for at in range(grid**4):
        c, m, y, k = (at // grid**power % grid / (grid - 1) for power in (3, 2, 1, 0))
        light = 100 * (1 - 0.9 * k) * (1 - 0.35 * c) * (1 - 0.5 * m) * (1 - 0.1 * y)
        a, b = 60 * (m - c) * (1 - k), 70 * (y - 0.7 * c - 0.2 * m) * (1 - k)
        # 16 bits, as version 2 writes Lab.
        table += struct.pack(">3H", round(652.8 * light), round(256 * (a + 128)), round(256 * (b + 128)))
    identity = b"".join(fixed(float(row == column)) for row in range(3) for column in range(3))
    ends = struct.pack(">2H", 0, 65535)
    lut = b"mft2\0\0\0\0" + bytes([4, 3, grid, 0]) + identity + struct.pack(">2H", 2, 2) + ends * 4 + table + ends * 3
    return profile(b"CMYK", {b"desc": text(b"inks"), b"A2B0": lut} | COMMON, b"Lab ")


def converted(image, icc):
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    return ImageCms.profileToProfile(image, source, SRGB, renderingIntent=ImageCms.Intent.PERCEPTUAL, outputMode="RGB")


def written(image, kind, **options):
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def opened(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def with_profiles():
    rgb = picture().convert("RGB")
    for name, icc in {"p3": P3, "adobe": ADOBE, "prophoto": WIDE}.items():
        for ending, kind, options in (("png", "PNG", {}), ("jpg", "JPEG", {"quality": 95, "subsampling": 0}), ("webp", "WEBP", {"lossless": True}), ("tif", "TIFF", {})):
            content = written(rgb, kind, icc_profile=icc, **options)
            save(f"{name}.{ending}", content, converted(opened(content).convert("RGB"), icc))
    grey = rgb.convert("L")
    for ending, kind in (("png", "PNG"), ("jpg", "JPEG")):
        content = written(grey, kind, icc_profile=GREY)
        save(f"grey-profile.{ending}", content, converted(opened(content), GREY))
    damaged = P3[:200]
    save("damaged-profile.png", written(rgb, "PNG", icc_profile=damaged), rgb)
    rgba = picture(alpha=True)
    reference_ = converted(rgba.convert("RGB"), ADOBE).convert("RGBA")
    reference_.putalpha(rgba.getchannel("A"))
    save("adobe-alpha.png", written(rgba, "PNG", icc_profile=ADOBE), reference_)


# JPEG.


def cjpeg(image, *options):
    ppm = written(image, "PPM")
    return subprocess.run(["cjpeg", "-quality", "92", *options], input=ppm, capture_output=True, check=True).stdout


def jpegs():
    rgb = picture(61, 45).convert("RGB")
    grey = rgb.convert("L")
    script = FILES / "scans.txt"

    def scans(text):
        script.write_text(text)
        return "-scans", str(script)

    samplings = {"444": "1x1", "422": "2x1", "420": "2x2", "440": "1x2", "411": "4x1", "410": "4x2"}
    for name, sampling in samplings.items():
        for coding in ("baseline", "progressive"):
            content = cjpeg(rgb, "-sample", sampling, *(["-progressive"] if coding == "progressive" else []))
            save(f"{coding}-{name}.jpg", content, opened(content))
    variants = {
        "restart-rows": (rgb, "-sample", "2x2", "-restart", "1"),
        "restart-blocks": (rgb, "-sample", "2x1", "-restart", "3B"),
        "restart-progressive": (rgb, "-progressive", "-restart", "2B"),
        "optimised": (rgb, "-optimize"),
        "as-rgb": (rgb, "-rgb"),
        "grey": (grey, "-grayscale"),
        "grey-progressive": (grey, "-grayscale", "-progressive"),
        "separate-420": (rgb, "-sample", "2x2", *scans("0;\n1;\n2;\n")),
    }
    for name, (image, *options) in variants.items():
        content = cjpeg(image, *options)
        save(f"{name}.jpg", content, opened(content).convert("RGB"))
    for name, sampling, text in (
        ("separate-422", "2x1", "0;\n1;\n2;\n"),
        ("separate-444", "1x1", "0;\n1;\n2;\n"),
        ("chroma-first-420", "2x2", "1;\n2;\n0;\n"),
        ("chroma-together-420", "2x2", "0;\n1 2;\n"),
    ):
        content = cjpeg(rgb, "-sample", sampling, *scans(text))
        save(f"{name}.jpg", content, opened(content))
    script.unlink()
    # Refused, with a sentence.
    (FILES / "arithmetic.jpg").write_bytes(cjpeg(rgb, "-arithmetic"))
    twelve = subprocess.run(["cjpeg", "-precision", "12"], input=written(rgb, "PPM"), capture_output=True, check=False)
    content = cjpeg(rgb)
    at = content.index(b"\xff\xc0")
    # An encoder with 12 bits is rare; the header alone is refused.
    header = content[: at + 1] + b"\xc1" + content[at + 2 : at + 4] + b"\x0c" + content[at + 5 :]
    (FILES / "twelve-bits.jpg").write_bytes(twelve.stdout if twelve.returncode == 0 else header)
    (FILES / "ends-early.jpg").write_bytes(content[: len(content) // 4])


def inks():
    image = Image.new("CMYK", (61, 45))
    for y in range(45):
        for x in range(61):
            r, g, b, a = (round(255 * value) for value in pattern(x, y, 61, 45))
            image.putpixel((x, y), (r, g, b, round(0.6 * (255 - a))))
    plain = written(image, "JPEG", quality=95, subsampling=0)
    save("inks.jpg", plain, opened(plain).convert("RGB"))
    # As Photoshop writes it: luma and chroma of the inks.
    icc = inks_profile()
    with_icc = written(image, "JPEG", quality=95, subsampling=0, icc_profile=icc)
    save("inks-profile.jpg", with_icc, converted(opened(with_icc), icc))
    # Without Adobe's marker the inks are not turned round.
    at = plain.index(b"\xff\xee")
    length = struct.unpack(">H", plain[at + 2 : at + 4])[0]
    unmarked = plain[:at] + plain[at + 2 + length :]
    turned = opened(plain)
    save("inks-unmarked.jpg", unmarked, Image.eval(turned, lambda ink: 255 - ink).convert("RGB"))


def orientations():
    image = picture(61, 45).convert("RGB")
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        content = written(image, "JPEG", quality=95, subsampling=0, exif=exif)
        from PIL import ImageOps

        save(f"orientation-{turn}.jpg", content, ImageOps.exif_transpose(opened(content)))
    exif = Image.Exif()
    exif[0x0112] = 6
    for name, kind, options in (("orientation.png", "PNG", {}), ("orientation.webp", "WEBP", {"lossless": True})):
        content = written(image, kind, exif=exif, **options)
        save(name, content, ImageOps.exif_transpose(opened(content)).convert("RGB"))


def others():
    rgba, rgb = picture(alpha=True), picture().convert("RGB")
    save("rgba.webp", written(rgba, "WEBP", lossless=True, exact=True), rgba)
    lossy = written(rgb, "WEBP", quality=90)
    save("lossy.webp", lossy, opened(lossy))
    save("rgb.bmp", written(rgb, "BMP"), rgb)
    palette = rgb.quantize(16)
    save("palette.bmp", written(palette, "BMP"), palette.convert("RGB"))
    save("palette.gif", written(palette, "GIF"), palette.convert("RGB"))
    frames = [palette, palette.transpose(Image.Transpose.ROTATE_180)]
    save("animated.gif", written(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0), frames[0].convert("RGB"))
    save("animated.png", written(rgb, "PNG", save_all=True, append_images=[rgb.rotate(180)]), rgb)
    save("animated.webp", written(rgb, "WEBP", save_all=True, append_images=[rgb.rotate(180)], lossless=True), rgb)
    for name, options in {"raw": {}, "lzw": {"compression": "tiff_lzw"}, "deflate": {"compression": "tiff_adobe_deflate"}, "packbits": {"compression": "packbits"}}.items():
        save(f"rgb-{name}.tif", written(rgb, "TIFF", **options), rgb)
    save("grey.tif", written(rgb.convert("L"), "TIFF"), rgb.convert("L"))
    save("bilevel.tif", written(rgb.convert("1"), "TIFF"), rgb.convert("1"))
    sixteen = Image.new("I;16", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            sixteen.putpixel((x, y), round(65535 * grey(x, y)))
    save("grey16.tif", written(sixteen, "TIFF"), reference(lambda x, y: [grey(x, y)] * 3 + [1]))
    (FILES / "photo.avif").write_bytes(written(rgb, "AVIF", quality=50))
    # By libheif's encoder; only the command line reads them, with libheif's decoder, and compares them with the PNG files.
    heic("p3.heic", "p3.png", "-q", "95", "-p", "chroma=444")
    heic("ten-bits.heic", "rgba16.png", "-b", "10", "-q", "98", "-p", "chroma=444")
    heic("two-pictures.heic", "p3.png", "rgb8.png", "-q", "95", "-p", "chroma=444")
    heic("exif-turned.heic", "orientation-6.jpg", "-q", "60")
    (FILES / "page.jpg").write_bytes(b"<!doctype html><title>404 Not Found</title>")
    (FILES / "empty.png").write_bytes(b"")
    (FILES / "text.png").write_bytes(b"This is no picture.\n")
    # 60000 × 60000 pixels, by the header.
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    (FILES / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b""))
    (FILES / "huge.bmp").write_bytes(b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 60000, 60000, 1, 24, 0, 0, 0, 0, 0, 0))


if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    for old in FILES.iterdir():
        old.unlink()
    every_png()
    colored_pngs()
    with_profiles()
    jpegs()
    inks()
    orientations()
    others()
    sizes = [file.stat().st_size for file in FILES.iterdir()]
    print(f"{len(sizes)} files, {sum(sizes)} bytes")
