"""A recipe's network in PyTorch, with first parameters of PyTorch's own random numbers."""

import torch
from torch import nn
from torch.nn import functional

from network import apply_layer, same_padding

# Of a normal distribution of deviation 1 from which all beyond +-2 is cut off, as Keras has it.
TRUNCATED_DEVIATION = 0.87962566103423978


class SamePadding(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, images):
        return functional.pad(images, same_padding(self.layer, images))


class WithoutParameters(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, images):
        return apply_layer(self.layer, images)


def modules_of(layer, inputs):
    """`inputs`: channels of an image or length of a vector."""
    kind = layer["type"]
    if kind == "convolution":
        window, stride, padding = layer["window"], layer["stride"], layer["padding"]
        before = [SamePadding(layer)] if padding == "same" else []
        explicit = padding if isinstance(padding, int) else 0
        return [*before, nn.Conv2d(inputs, layer["channels"], window, stride, explicit)]
    if kind == "dense":
        return [nn.Linear(inputs, layer["units"])]
    if kind == "dropout":
        return [nn.Dropout(layer["rate"])]
    return [nn.Flatten() if kind == "flatten" else WithoutParameters(layer)]


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
