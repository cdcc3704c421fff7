"""Times training steps of a model in PyTorch: the rival of `npm run bench:engines`.

Reads one request a line, {"model": <specification>, "samples": n, "threads": n, "steps": n}, and answers with one line,
{"ms": <of one step>}: forward and backward with every gradient, float32. Each distinct model is built once.
"""

import json
import sys
import time

import torch
from torch import nn


class Same(nn.Module):
    """TensorFlow's "same" padding: the odd pixel at the end."""

    def __init__(self, window, stride):
        super().__init__()
        self.window, self.stride = window, stride

    def forward(self, images):
        pads = []
        for size in (images.shape[3], images.shape[2]):
            total = max(0, (-(-size // self.stride) - 1) * self.stride + self.window - size)
            pads += [total // 2, total - total // 2]
        return nn.functional.pad(images, pads)


def layers_of(specification):
    height, width, channels = specification["inputShape"]
    shape = torch.zeros(1, channels, height, width)
    for layer in specification["layers"]:
        for module in modules_of(layer, shape):
            yield module
            shape = module(shape)


def modules_of(layer, shape):
    kind = layer["type"]
    padding = layer.get("padding", "valid")
    explicit = padding if isinstance(padding, int) else 0
    before = [Same(layer["window"], layer["stride"])] if padding == "same" else []
    if kind == "convolution":
        return before + [nn.Conv2d(shape.shape[1], layer["channels"], layer["window"], layer["stride"], explicit)]
    if kind == "max-pool":
        return before + [nn.MaxPool2d(layer["window"], layer["stride"], explicit)]
    if kind == "adaptive-average-pool":
        return [nn.AdaptiveAvgPool2d((layer["height"], layer["width"]))]
    if kind == "dense":
        return [nn.Linear(shape.shape[1], layer["units"])]
    return [{"relu": nn.ReLU, "flatten": nn.Flatten}[kind]()] if kind != "dropout" else [nn.Dropout(layer["rate"])]


class Training:
    def __init__(self, specification):
        self.specification = specification
        with torch.no_grad():
            self.model = nn.Sequential(*layers_of(specification))

    def step(self, samples):
        height, width, channels = self.specification["inputShape"]
        images = torch.full((samples, channels, height, width), 0.25)
        labels = torch.arange(samples) % self.specification["classCount"]
        self.model.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(self.model(images), labels, reduction="sum")
        loss.backward()
        return loss.item()


def main():
    trainings = {}
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        specification = request["model"]
        training = trainings.get(specification["name"])
        if training is None:
            training = trainings[specification["name"]] = Training(specification)
            training.step(request["samples"])
        started = time.perf_counter()
        for _ in range(request["steps"]):
            training.step(request["samples"])
        print(json.dumps({"ms": 1000 * (time.perf_counter() - started) / request["steps"]}), flush=True)


torch.manual_seed(1)
print(json.dumps({"version": torch.__version__}), flush=True)
main()
