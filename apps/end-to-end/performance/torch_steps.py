"""Times training steps of a model in PyTorch: the rival of `npm run bench:engines` and `npm run bench:gpu`.

Reads one request a line, {"model": <specification>, "samples": n, "threads": n, "steps": n, "device": "cpu" | "cuda"},
and answers with one line, {"ms": <of one step>}: forward and backward with every gradient, float32 without TF32. On a
GPU the gradients stay there, and cuDNN may choose its algorithms by measurement. Each distinct model is built once.
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
    def __init__(self, specification, device):
        self.specification, self.device = specification, device
        with torch.no_grad():
            self.model = nn.Sequential(*layers_of(specification)).to(device)

    def steps(self, samples, count):
        height, width, channels = self.specification["inputShape"]
        images = torch.rand((samples, channels, height, width), device=self.device)
        labels = torch.arange(samples, device=self.device) % self.specification["classCount"]
        for _ in range(count):
            self.step(images, labels)
        if self.device == "cuda":
            torch.cuda.synchronize()

    def step(self, images, labels):
        self.model.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(self.model(images), labels, reduction="sum")
        loss.backward()


def main():
    trainings = {}
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        specification = request["model"]
        training = trainings.get(specification["name"])
        if training is None:
            training = trainings[specification["name"]] = Training(specification, request["device"])
            training.steps(request["samples"], 3)
        started = time.perf_counter()
        training.steps(request["samples"], request["steps"])
        print(json.dumps({"ms": 1000 * (time.perf_counter() - started) / request["steps"]}), flush=True)


torch.manual_seed(1)
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True
gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
print(json.dumps({"version": torch.__version__, "gpu": gpu}), flush=True)
main()
