"""What PyTorch makes of single layers and of resizing, in double precision, for the reference to be tested against.

    python3 packages/models/oracle/layers.py > packages/engine/src/reference/goldens/pytorch-layers.json

Pictures are height x width x channels, as everywhere in Convoy; PyTorch has channels first.
"""

import json

import torch
from torch.nn import functional

from convoy_random import kept
from network import apply_layer, tensor_shapes

torch.set_default_dtype(torch.float64)


def pool(kind, window, stride, padding, **more):
    return {"type": kind, "window": window, "stride": stride, "padding": padding, **more}


def normalization(size, bias, alpha, beta):
    return {"type": "local-response-normalization", "size": size, "bias": bias, "alpha": alpha, "beta": beta}


def convolution(channels, window, stride, padding):
    return {"type": "convolution", "channels": channels, "window": window, "stride": stride, "padding": padding}


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
    ([3, 4, 2], {"type": "relu"}),
    ([3, 4, 2], {"type": "flatten"}),
    ([6, 7, 2], pool("max-pool", 3, 2, "same")),
    ([6, 7, 2], pool("min-pool", 3, 2, "same")),
    ([5, 7, 2], pool("average-pool", 2, 2, "same", countPadding=True)),
    ([5, 7, 2], pool("average-pool", 2, 2, "same", countPadding=False)),
    ([5, 6, 2], convolution(3, 3, 1, "valid")),
    ([5, 6, 2], convolution(3, 4, 1, "same")),
    ([8, 7, 2], convolution(3, 3, 2, "same")),
    ([5, 6, 2], convolution(3, 3, 1, 2)),
    ([13, 12, 1], convolution(2, 5, 4, 2)),
    ([4, 5, 3], convolution(4, 1, 2, "valid")),
    ([1, 1, 12], {"type": "dense", "units": 5}),
    ([3, 4, 3], {"type": "dropout", "rate": 0.5}),
    ([3, 4, 3], {"type": "dropout", "rate": 0.2}),
]

# Of the dropout's layer, the first.
DRAWS = {"seed": 2**40 + 5, "epoch": 2, "sample": 49_999}
# Small ones, equal ones, and such whose exponentials no number can hold.
LOGITS = [([0.5, -1.25, 2, 0], 1), ([3, 3, 3], 2), ([-700, 800, 799.5], 2), ([1000, -1000], 1)]

RESIZES = [([2, 2], [4, 4]), ([5, 7], [9, 8]), ([11, 12], [4, 5]), ([5, 8], [9, 3]), ([1, 1], [3, 4])]


def spread(count, factor, modulus, divisor):
    """Numbers of both signs, many of them equal, exact in binary."""
    return ((torch.arange(count) * factor) % modulus - modulus // 2) / divisor


def to_torch(values, shape):
    return values.reshape(shape).permute(2, 0, 1).unsqueeze(0)


def from_torch(tensor):
    return tensor.squeeze(0).permute(1, 2, 0).flatten().tolist()


def tensors_for(shape, layer):
    """Weights and bias of the layer, where it has them."""
    shapes = tensor_shapes({"inputShape": shape, "layers": [{"type": "flatten"}] * (layer["type"] == "dense") + [layer]})
    return [spread(torch.Size(s).numel(), 41, 27, 16).reshape(s).clone().requires_grad_() for s in shapes]


def layer_case(shape, layer):
    x = to_torch(spread(torch.Size(shape).numel(), 37, 23, 8), shape).clone().requires_grad_()
    tensors = tensors_for(shape, layer)
    more = {}
    mask = None
    if layer["type"] == "dropout":
        mask = torch.from_numpy(kept(layer["rate"], x.numel(), layer=0, **DRAWS)).reshape(shape).permute(2, 0, 1)
        more = {"draws": DRAWS, "mask": from_torch(mask.int())}
    is_flat = layer["type"] in ("dense", "flatten")
    y = apply_layer(layer, x.flatten(1) if layer["type"] == "dense" else x, tensors, mask)
    output_shape = [y.shape[1]] if is_flat else [y.shape[2], y.shape[3], y.shape[1]]
    gradient = spread(y.numel(), 29, 31, 4)
    y.backward(gradient.reshape(y.shape) if is_flat else to_torch(gradient, output_shape))
    if tensors:
        names = ["weights", "bias"]
        more["parameters"] = {name: t.detach().flatten().tolist() for name, t in zip(names, tensors)}
        more["parameterGradient"] = {name: t.grad.flatten().tolist() for name, t in zip(names, tensors)}
    return {
        "layer": layer,
        "inputShape": shape,
        "outputShape": output_shape,
        "input": from_torch(x.detach()),
        "outputGradient": gradient.tolist(),
        "output": y.detach().flatten().tolist() if is_flat else from_torch(y.detach()),
        "inputGradient": from_torch(x.grad),
        **more,
    }


def loss_case(logits, label):
    z = torch.tensor([logits], requires_grad=True)
    loss = functional.cross_entropy(z, torch.tensor([label]))
    loss.backward()
    return {"logits": logits, "label": label, "loss": loss.item(), "gradient": z.grad.flatten().tolist()}


def resize_case(before, after):
    pixels = (torch.arange(before[0] * before[1]) * 89 + 17) % 256
    resized = functional.interpolate(
        to_torch(pixels.double(), [*before, 1]), size=after, mode="bilinear", align_corners=False
    )
    return {"from": before, "to": after, "pixels": pixels.tolist(), "resized": from_torch(resized)}


def main():
    layers = ",\n".join(json.dumps(layer_case(shape, layer)) for shape, layer in CASES)
    losses = ",\n".join(json.dumps(loss_case([float(z) for z in logits], label)) for logits, label in LOGITS)
    resizes = ",\n".join(json.dumps(resize_case(before, after)) for before, after in RESIZES)
    version = json.dumps(torch.__version__)
    print(f'{{\n"pytorch": {version},\n"layers": [\n{layers}\n],\n"losses": [\n{losses}\n],\n"resizes": [\n{resizes}\n]\n}}')


if __name__ == "__main__":
    main()
