"""A Convoy network in PyTorch: its layers and parameters, in Convoy's own layout.

Pictures are batch x channels x height x width here, as PyTorch has them; filters are height x width x in x out and
dense weights in x out, as Convoy has them, so that their gradients are in Convoy's order too.
"""

import torch
from torch.nn import functional


def same_padding(layer, x):
    """TensorFlow's "same": left, right, top, bottom, the odd pixel at the end."""
    window, stride = layer["window"], layer["stride"]
    pads = []
    for size in (x.shape[3], x.shape[2]):
        total = max(0, (-(-size // stride) - 1) * stride + window - size)
        pads += [total // 2, total - total // 2]
    return pads


def padded(layer, x, value=0.0):
    """The picture with what PyTorch's own layers cannot put around it, and the padding that is left to them."""
    padding = layer["padding"]
    if padding == "same":
        return functional.pad(x, same_padding(layer, x), value=value), 0
    return x, 0 if padding == "valid" else padding


def convolution(layer, x, weights, bias):
    x, padding = padded(layer, x)
    return functional.conv2d(x, weights.permute(3, 2, 0, 1), bias, layer["stride"], padding)


def max_pool(layer, x):
    x, padding = padded(layer, x, -torch.inf)
    return functional.max_pool2d(x, layer["window"], layer["stride"], padding)


def average_pool(layer, x):
    ones = torch.ones_like(x)
    x, padding = padded(layer, x)
    windows = layer["window"], layer["stride"], padding
    if layer["countPadding"] or layer["padding"] != "same":
        return functional.avg_pool2d(x, *windows, count_include_pad=layer["countPadding"])
    return functional.avg_pool2d(x, *windows) / functional.avg_pool2d(padded(layer, ones)[0], *windows)


def normalization(layer, x):
    # PyTorch divides alpha by the size.
    size = layer["size"]
    return functional.local_response_norm(x, size, alpha=layer["alpha"] * size, beta=layer["beta"], k=layer["bias"])


WITHOUT_PARAMETERS = {
    "max-pool": max_pool,
    "min-pool": lambda layer, x: -max_pool(layer, -x),
    "average-pool": average_pool,
    "adaptive-average-pool": lambda layer, x: functional.adaptive_avg_pool2d(x, (layer["height"], layer["width"])),
    "local-response-normalization": normalization,
    "relu": lambda _, x: torch.relu(x),
    "sigmoid": lambda _, x: torch.sigmoid(x),
    "tanh": lambda _, x: torch.tanh(x),
    "flatten": lambda _, x: x.permute(0, 2, 3, 1).flatten(1),
}


def apply_layer(layer, x, tensors=(), mask=None):
    """`tensors`: weights and bias of a layer that has them. `mask`: what dropout lets through; None in evaluation."""
    kind = layer["type"]
    if kind == "convolution":
        return convolution(layer, x, *tensors)
    if kind == "dense":
        return x @ tensors[0] + tensors[1]
    if kind == "dropout":
        return x if mask is None else x * mask / (1 - layer["rate"])
    return WITHOUT_PARAMETERS[kind](layer, x)


def has_parameters(layer):
    return layer["type"] in ("convolution", "dense")


def forward(model, tensors, images, mask_of=lambda layer, x: None):
    """Logits. `tensors`: weights and bias of each layer that has them, in their order."""
    remaining = iter(tensors)
    x = images
    for index, layer in enumerate(model["layers"]):
        own = (next(remaining), next(remaining)) if has_parameters(layer) else ()
        mask = mask_of(index, x) if layer["type"] == "dropout" and layer["rate"] > 0 else None
        x = apply_layer(layer, x, own, mask)
    return x


def tensor_shapes(model):
    """Weights and bias of each layer that has them, in the order of Convoy's flat vectors."""
    height, width, channels = model["inputShape"]
    x = torch.zeros(1, channels, height, width)
    shapes = []
    for layer in model["layers"]:
        own = []
        if layer["type"] == "convolution":
            own = [(layer["window"], layer["window"], x.shape[1], layer["channels"]), (layer["channels"],)]
        elif layer["type"] == "dense":
            own = [(x.shape[1], layer["units"]), (layer["units"],)]
        shapes += own
        x = apply_layer(layer, x, [torch.zeros(shape) for shape in own])
    return shapes


def tensors_of(model, vector):
    """A flat vector of Convoy's cut into tensors that take a gradient."""
    tensors, offset = [], 0
    for shape in tensor_shapes(model):
        length = torch.Size(shape).numel()
        tensors.append(vector[offset : offset + length].reshape(shape).clone().requires_grad_())
        offset += length
    if offset != len(vector):
        raise ValueError(f"{model['name']} has {offset} parameters, the vector has {len(vector)}.")
    return tensors


def flat(tensors):
    return torch.cat([tensor.detach().flatten() for tensor in tensors])
