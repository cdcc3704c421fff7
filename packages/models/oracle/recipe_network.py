"""A recipe's network in PyTorch, with first parameters of PyTorch's own random numbers."""

import torch
from torch import nn
from torch.nn import functional

# Of a normal distribution of deviation 1 from which all beyond +-2 is cut off, as Keras has it.
TRUNCATED_DEVIATION = 0.87962566103423978


def same_padding(images, window, stride, value):
    """TensorFlow's: the output is ceil(W/S), the odd pixel at the end."""
    pads = []
    for size in (images.shape[3], images.shape[2]):
        total = max(0, (-(-size // stride) - 1) * stride + window - size)
        pads += [total // 2, total - total // 2]
    return functional.pad(images, pads, value=value)


class Pool(nn.Module):
    """Maxima and minima never see the padding; of a mean the layer says whether zeros are counted."""

    def __init__(self, layer):
        super().__init__()
        self.kind, self.window, self.stride = layer["type"], layer["window"], layer["stride"]
        self.padding = 0 if layer["padding"] == "valid" else layer["padding"]
        self.counts_padding = layer.get("countPadding", True)

    def padded(self, images, value):
        if self.padding == "same":
            return same_padding(images, self.window, self.stride, value)
        return functional.pad(images, [self.padding] * 4, value=value)

    def forward(self, images):
        if self.kind == "max-pool":
            return functional.max_pool2d(self.padded(images, -torch.inf), self.window, self.stride)
        if self.kind == "min-pool":
            return -functional.max_pool2d(self.padded(-images, -torch.inf), self.window, self.stride)
        means = functional.avg_pool2d(self.padded(images, 0), self.window, self.stride)
        if self.counts_padding:
            return means
        inside = self.padded(torch.ones_like(images[:1, :1]), 0)
        return means / functional.avg_pool2d(inside, self.window, self.stride)


class SamePadding(nn.Module):
    def __init__(self, window, stride):
        super().__init__()
        self.window, self.stride = window, stride

    def forward(self, images):
        return same_padding(images, self.window, self.stride, 0)


class Normalization(nn.Module):
    """PyTorch divides alpha by the size, the paper and the recipe do not."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, images):
        size, bias = self.layer["size"], self.layer["bias"]
        return functional.local_response_norm(images, size, self.layer["alpha"] * size, self.layer["beta"], bias)


def modules_of(layer, inputs):
    """`inputs`: channels of an image or length of a vector."""
    kind = layer["type"]
    if kind == "convolution":
        window, stride, padding = layer["window"], layer["stride"], layer["padding"]
        before = [SamePadding(window, stride)] if padding == "same" else []
        explicit = padding if isinstance(padding, int) else 0
        return [*before, nn.Conv2d(inputs, layer["channels"], window, stride, explicit)]
    if kind == "dense":
        return [nn.Linear(inputs, layer["units"])]
    if kind in ("max-pool", "min-pool", "average-pool"):
        return [Pool(layer)]
    if kind == "adaptive-average-pool":
        return [nn.AdaptiveAvgPool2d((layer["height"], layer["width"]))]
    if kind == "local-response-normalization":
        return [Normalization(layer)]
    if kind == "dropout":
        return [nn.Dropout(layer["rate"])]
    return [{"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "flatten": nn.Flatten}[kind]()]


def build_network(recipe):
    """Flattening goes channel by channel here and pixel by pixel in Convoy: with random weights that is the same."""
    height, width, channels = recipe["model"]["inputShape"]
    probe, modules = torch.zeros(1, channels, height, width), []
    with torch.no_grad():
        for layer in recipe["model"]["layers"]:
            for module in modules_of(layer, probe.shape[1]):
                probe = module(probe)
                modules.append(module)
    network = nn.Sequential(*modules)
    initialize(network, recipe["initialization"])
    return network


def initialize(network, initialization):
    """"pytorch-default" is what the modules have done already."""
    if initialization["type"] == "pytorch-default":
        return
    counts = {"convolution": 0, "dense": 0}
    for module in network:
        if not isinstance(module, (nn.Conv2d, nn.Linear)):
            continue
        kind = "convolution" if isinstance(module, nn.Conv2d) else "dense"
        counts[kind] += 1
        draw_weights(module.weight, initialization)
        bias = initialization.get("biasOf", {}).get(f"{kind}{counts[kind]}", initialization.get("bias", 0))
        nn.init.constant_(module.bias, bias)


def draw_weights(weights, initialization):
    kind = initialization["type"]
    outputs, fan_in = weights.shape[0], weights[0].numel()
    fan_out = outputs * weights[0, 0].numel()
    if kind == "gaussian":
        nn.init.normal_(weights, std=initialization["deviation"])
        return
    variance = 2 / (fan_in + fan_out) if kind.startswith("glorot") else 2 / fan_in
    if kind.endswith("uniform"):
        bound = (3 * variance) ** 0.5
        nn.init.uniform_(weights, -bound, bound)
        return
    scale = variance**0.5 / TRUNCATED_DEVIATION
    nn.init.trunc_normal_(weights, std=scale, a=-2 * scale, b=2 * scale)
