"""What PyTorch makes of single layers and of resizing, in double precision, for the reference to be tested against.

    python3 packages/models/oracle/layers.py > packages/engine/src/reference/goldens/pytorch-layers.json

Pictures are height x width x channels, as everywhere in Convoy; PyTorch has channels first.
"""

import json

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)


def pool(kind, window, stride, padding, **more):
    return {"type": kind, "window": window, "stride": stride, "padding": padding, **more}


def normalization(size, bias, alpha, beta):
    return {"type": "local-response-normalization", "size": size, "bias": bias, "alpha": alpha, "beta": beta}


CASES = [
    ([7, 9, 2], pool("max-pool", 3, 2, 1)),
    ([7, 9, 2], pool("min-pool", 3, 2, 1)),
    ([6, 5, 2], pool("max-pool", 2, 1, 0)),
    ([6, 5, 2], pool("min-pool", 2, 1, 0)),
    ([7, 9, 2], pool("average-pool", 3, 2, 1, countPadding=True)),
    ([7, 9, 2], pool("average-pool", 3, 2, 1, countPadding=False)),
    ([7, 8, 2], pool("average-pool", 4, 3, 2, countPadding=True)),
    ([7, 8, 2], pool("average-pool", 4, 3, 2, countPadding=False)),
    ([7, 8, 2], {"type": "adaptive-average-pool", "height": 3, "width": 5}),
    ([3, 4, 2], {"type": "adaptive-average-pool", "height": 3, "width": 4}),
    ([5, 4, 2], {"type": "adaptive-average-pool", "height": 1, "width": 1}),
    ([2, 3, 8], normalization(1, 1, 0.5, 0.75)),
    ([2, 3, 8], normalization(3, 1, 0.5, 0.5)),
    ([2, 3, 8], normalization(5, 2, 1e-4, 0.75)),
    ([2, 3, 4], normalization(9, 1.5, 0.3, 2)),
    ([3, 4, 2], {"type": "sigmoid"}),
    ([3, 4, 2], {"type": "tanh"}),
]

RESIZES = [([2, 2], [4, 4]), ([5, 7], [9, 8]), ([11, 12], [4, 5]), ([5, 8], [9, 3]), ([1, 1], [3, 4])]


def apply(layer, x):
    kind = layer["type"]
    if kind == "max-pool":
        return functional.max_pool2d(x, layer["window"], layer["stride"], layer["padding"])
    if kind == "min-pool":
        return -functional.max_pool2d(-x, layer["window"], layer["stride"], layer["padding"])
    if kind == "average-pool":
        window, stride, padding = layer["window"], layer["stride"], layer["padding"]
        return functional.avg_pool2d(x, window, stride, padding, count_include_pad=layer["countPadding"])
    if kind == "adaptive-average-pool":
        return functional.adaptive_avg_pool2d(x, (layer["height"], layer["width"]))
    if kind == "local-response-normalization":
        # PyTorch divides alpha by the size.
        size = layer["size"]
        return functional.local_response_norm(x, size, alpha=layer["alpha"] * size, beta=layer["beta"], k=layer["bias"])
    return {"sigmoid": torch.sigmoid, "tanh": torch.tanh}[kind](x)


def spread(count, factor, modulus, divisor):
    """Numbers of both signs, many of them equal, exact in binary."""
    return ((torch.arange(count) * factor) % modulus - modulus // 2) / divisor


def to_torch(values, shape):
    return values.reshape(shape).permute(2, 0, 1).unsqueeze(0)


def from_torch(tensor):
    return tensor.squeeze(0).permute(1, 2, 0).flatten().tolist()


def layer_case(shape, layer):
    x = to_torch(spread(torch.Size(shape).numel(), 37, 23, 8), shape).clone().requires_grad_()
    y = apply(layer, x)
    output_shape = [y.shape[2], y.shape[3], y.shape[1]]
    gradient = spread(y.numel(), 29, 31, 4)
    y.backward(to_torch(gradient, output_shape))
    return {
        "layer": layer,
        "inputShape": shape,
        "outputShape": output_shape,
        "input": from_torch(x.detach()),
        "outputGradient": gradient.tolist(),
        "output": from_torch(y.detach()),
        "inputGradient": from_torch(x.grad),
    }


def resize_case(before, after):
    pixels = (torch.arange(before[0] * before[1]) * 89 + 17) % 256
    resized = functional.interpolate(
        to_torch(pixels.double(), [*before, 1]), size=after, mode="bilinear", align_corners=False
    )
    return {"from": before, "to": after, "pixels": pixels.tolist(), "resized": from_torch(resized)}


def main():
    layers = ",\n".join(json.dumps(layer_case(shape, layer)) for shape, layer in CASES)
    resizes = ",\n".join(json.dumps(resize_case(before, after)) for before, after in RESIZES)
    version = json.dumps(torch.__version__)
    print(f'{{\n"pytorch": {version},\n"layers": [\n{layers}\n],\n"resizes": [\n{resizes}\n]\n}}')


if __name__ == "__main__":
    main()
