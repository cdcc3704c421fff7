"""A recipe's dataset and preprocessing in PyTorch: pictures stay bytes until a batch of them is made."""

import tarfile
from pathlib import Path

import numpy
import torch
from torch.nn import functional

from run_files import read_idx

PLACES = {
    "mnist": [".", "mnist", "MNIST/raw"],
    "cifar10": [".", "cifar-10-batches-bin", "cifar10", "cifar-10"],
}
CIFAR10_RECORD = 1 + 3 * 32 * 32


def read_dataset(name, folder):
    """((train images, labels), (test images, labels)): uint8, count x channels x height x width, and int64."""
    read = {"mnist": read_mnist, "cifar10": read_cifar10}[name]
    for place in PLACES[name]:
        found = read(Path(folder) / place)
        if found is not None:
            return found
    raise SystemExit(f"{folder} has no files of {name}.")


def read_mnist(folder):
    if not list(folder.glob("train-images-idx3-ubyte*")):
        return None

    def split(prefix):
        images = torch.from_numpy(read_idx(folder, f"{prefix}-images-idx3-ubyte")).unsqueeze(1)
        return images, torch.from_numpy(read_idx(folder, f"{prefix}-labels-idx1-ubyte")).long()

    return split("train"), split("t10k")


def read_cifar10(folder):
    names = [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]
    archive = next((path for path in folder.glob("cifar-10-binary.tar*") if path.is_file()), None)
    if (folder / names[0]).exists():
        contents = [(folder / name).read_bytes() for name in names]
    elif archive is not None:
        with tarfile.open(archive) as tar:
            contents = [tar.extractfile(f"cifar-10-batches-bin/{name}").read() for name in names]
    else:
        return None
    return cifar10_records(b"".join(contents[:5])), cifar10_records(contents[5])


def cifar10_records(content):
    records = torch.from_numpy(numpy.frombuffer(content, numpy.uint8).reshape(-1, CIFAR10_RECORD).copy())
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].long()


class Preprocessing:
    """In this order: zeros around, bilinear resizing, a crop, a reflection, (x / 255 - mean) / deviation."""

    def __init__(self, specification):
        self.specification = specification
        self.mean = torch.tensor(specification["mean"]).view(1, -1, 1, 1)
        self.deviation = torch.tensor(specification["deviation"]).view(1, -1, 1, 1)

    def __call__(self, pixels, training):
        images = functional.pad(pixels.float(), [self.specification.get("pad", 0)] * 4)
        resize, crop = self.specification.get("resize"), self.specification.get("crop")
        if resize is not None:
            size = (resize["height"], resize["width"])
            images = functional.interpolate(images, size=size, mode="bilinear", align_corners=False)
        if crop is not None:
            images = cut(images, crop, training and crop["place"] == "random")
        if training and "flip" in self.specification:
            flipped = torch.rand(len(images)) < 0.5
            images[flipped] = images[flipped].flip(3)
        return (images / 255 - self.mean) / self.deviation


def cut(images, crop, at_random):
    height, width = crop["height"], crop["width"]
    spare = (images.shape[2] - height, images.shape[3] - width)
    if not at_random:
        top, left = spare[0] // 2, spare[1] // 2
        return images[:, :, top : top + height, left : left + width]
    tops = torch.randint(spare[0] + 1, (len(images),)).tolist()
    lefts = torch.randint(spare[1] + 1, (len(images),)).tolist()
    return torch.stack([image[:, t : t + height, l : l + width] for image, t, l in zip(images, tops, lefts)])
