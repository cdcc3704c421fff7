"""What PyTorch makes of whole networks, in double precision: losses, gradients, and parameters after ten steps.

    python3 packages/models/oracle/networks.py > packages/engine/src/conformance/goldens/pytorch-networks.json

The networks are those of the recipes in small. Parameters, pictures, labels and what is drawn at random are not stored:
they are those of `randomProblem` in packages/engine/src/conformance/problem.ts, drawn here in a second language.
"""

import json
import math

import numpy
import torch
from torch.nn import functional

from convoy_random import AUGMENTATION, TEST, below, draw, kept, numbers
from network import flat, forward, tensor_shapes
from recipe_optimizer import create_optimizer

torch.set_default_dtype(torch.float64)

STEPS, SAMPLES, EPOCH = 10, 4, 3


def convolution(channels, window, stride, padding):
    return {"type": "convolution", "channels": channels, "window": window, "stride": stride, "padding": padding}


def pool(kind, window, stride, padding, **more):
    return {"type": kind, "window": window, "stride": stride, "padding": padding, **more}


def dense(units):
    return {"type": "dense", "units": units}


RELU, SIGMOID, TANH, FLATTEN, HALF = ({"type": kind} for kind in ("relu", "sigmoid", "tanh", "flatten", "dropout"))
HALF["rate"] = 0.5
HALVE, OVERLAP = pool("max-pool", 2, 2, "valid"), pool("max-pool", 3, 2, "valid")
LRN = {"type": "local-response-normalization", "size": 5, "bias": 2, "alpha": 0.0001, "beta": 0.75}
RGB = {"mean": [0.485, 0.456, 0.406], "deviation": [0.229, 0.224, 0.225]}

SGD = {"type": "sgd", "learningRate": 0.01, "momentum": 0.9}
ADAM = {"type": "adam", "learningRate": 0.002, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
EVERY_OPTIMIZER = [
    SGD,
    {**SGD, "weightDecay": 0.0005},
    {**SGD, "type": "nesterov"},
    ADAM,
    {**ADAM, "weightDecay": 0.0005},
    {**ADAM, "type": "keras-adam", "learningRate": 0.001, "epsilon": 1e-7},
]


def network(name, input_shape, class_count, layers):
    return {"name": name, "inputShape": input_shape, "layers": layers, "classCount": class_count}


CASES = [
    (
        network(
            "LeNet-5 in small",
            [16, 14, 1],
            4,
            [convolution(3, 5, 1, "valid"), RELU, HALVE, convolution(4, 3, 1, "valid"), RELU, HALVE]
            + [FLATTEN, dense(9), RELU, dense(7), RELU, dense(4)],
        ),
        {"mean": [0.5], "deviation": [0.5]},
        EVERY_OPTIMIZER,
    ),
    (
        network(
            "LeNet-5 of 1998 in small",
            [16, 18, 1],
            4,
            [convolution(3, 5, 1, "valid"), SIGMOID, HALVE, convolution(4, 3, 1, "valid"), SIGMOID, HALVE]
            + [FLATTEN, dense(9), SIGMOID, dense(7), SIGMOID, dense(4)],
        ),
        {"imageShape": [12, 14, 1], "pad": 2, "mean": [0.1], "deviation": [0.75]},
        [ADAM],
    ),
    (
        network(
            "AlexNet in small",
            [47, 43, 3],
            4,
            [convolution(3, 7, 4, 2), RELU, OVERLAP, convolution(4, 5, 1, 2), RELU, convolution(4, 3, 1, 1), RELU, OVERLAP]
            + [{"type": "adaptive-average-pool", "height": 2, "width": 1}]
            + [FLATTEN, HALF, dense(10), RELU, HALF, dense(8), RELU, dense(4)],
        ),
        {"imageShape": [8, 7, 3], "resize": {"height": 47, "width": 43}, **RGB},
        [SGD],
    ),
    (
        network(
            "AlexNet for small pictures in small",
            [16, 14, 3],
            4,
            [convolution(4, 3, 2, "same"), RELU, HALVE, convolution(5, 3, 1, "same"), RELU, HALVE]
            + [FLATTEN, HALF, dense(8), RELU, HALF, dense(8), RELU, dense(4)],
        ),
        {"imageShape": [16, 14, 3], "pad": 3, "crop": {"height": 16, "width": 14, "place": "random"}, "flip": "random", **RGB},
        [ADAM],
    ),
    (
        network(
            "AlexNet of 2012 in small",
            [35, 31, 3],
            4,
            [convolution(6, 5, 4, "valid"), RELU, LRN, OVERLAP, convolution(4, 3, 1, 1), RELU, LRN]
            + [FLATTEN, dense(8), RELU, HALF, dense(8), RELU, HALF, dense(4)],
        ),
        {
            "imageShape": [7, 6, 3],
            "resize": {"height": 40, "width": 36},
            "crop": {"height": 35, "width": 31, "place": "random"},
            "flip": "random",
            "mean": [0.4914, 0.4822, 0.4465],
            "deviation": [1 / 255] * 3,
        },
        [{**SGD, "learningRate": 0.001, "weightDecay": 0.0005}],
    ),
    (
        network(
            "every other layer",
            [13, 12, 2],
            3,
            [convolution(4, 4, 1, "same"), TANH, pool("min-pool", 3, 2, 1), convolution(4, 3, 2, 2), SIGMOID]
            + [pool("average-pool", 3, 1, 1, countPadding=True), pool("average-pool", 2, 2, "same", countPadding=False)]
            + [FLATTEN, {"type": "dropout", "rate": 0.2}, dense(3)],
        ),
        {"mean": [0.4, 0.5], "deviation": [0.3, 0.25]},
        [{**SGD, "type": "nesterov"}],
    ),
]


def random_parameters(model, seed):
    """Uniform with variance 1/fan-in, rounded to single precision as Convoy's vectors are."""
    tensors = []
    for index, shape in enumerate(tensor_shapes(model)):
        # A layer's bias follows its weights, and has their fan-in.
        fan_in = math.prod(shape[:-1]) if len(shape) > 1 else fan_in
        bound = math.sqrt(3 / fan_in)
        unit = (draw(seed, TEST, math.prod(shape), 1, index) >> 8) * 2.0**-24
        values = (-bound + 2 * bound * unit).astype(numpy.float32)
        tensors.append(torch.from_numpy(values).double().reshape(shape).requires_grad_())
    return tensors


class Batch:
    """Pictures as bytes, height x width x channels; labels; and which samples of the dataset they are."""

    def __init__(self, model, preprocessing, seed):
        shape = preprocessing.get("imageShape", model["inputShape"])
        drawn = numbers(seed, TEST, 2)
        count = SAMPLES * math.prod(shape)
        pixels = torch.tensor([below(drawn, 256) for _ in range(count)])
        self.images = pixels.double().reshape(SAMPLES, *shape).permute(0, 3, 1, 2)
        self.labels = torch.tensor([below(drawn, model["classCount"]) for _ in range(SAMPLES)])
        self.samples = [below(drawn, 60_000) for _ in range(SAMPLES)]
        self.seed = 2**40 + seed


def preprocess(images, preprocessing, place_of):
    """`place_of(sample, spare rows, spare columns)`: top, left, whether left and right are exchanged."""
    pad = preprocessing.get("pad", 0)
    images = functional.pad(images, [pad] * 4)
    if "resize" in preprocessing:
        size = preprocessing["resize"]["height"], preprocessing["resize"]["width"]
        images = functional.interpolate(images, size=size, mode="bilinear", align_corners=False)
    if "crop" in preprocessing:
        height, width = preprocessing["crop"]["height"], preprocessing["crop"]["width"]
        spare = images.shape[2] - height, images.shape[3] - width
        cut = []
        for sample, image in enumerate(images):
            top, left, flipped = place_of(sample, *spare)
            crop = image[:, top : top + height, left : left + width]
            cut.append(crop.flip(2) if flipped else crop)
        images = torch.stack(cut)
    mean, deviation = (torch.tensor(preprocessing[name]).reshape(1, -1, 1, 1) for name in ("mean", "deviation"))
    return (images / 255 - mean) / deviation


def centre(_, rows, columns):
    return rows // 2, columns // 2, False


def outcome(logits, labels):
    """Summed over the batch."""
    loss = functional.cross_entropy(logits, labels, reduction="sum")
    return loss, {"lossSum": loss.item(), "correctCount": (logits.argmax(1) == labels).sum().item()}


def train_on(model, preprocessing, tensors, batch, epoch):
    def place_of(sample, rows, columns):
        drawn = numbers(batch.seed, AUGMENTATION, batch.samples[sample], 0, epoch)
        return below(drawn, rows + 1), below(drawn, columns + 1), below(drawn, 2) == 1

    def mask_of(layer, x):
        rate, size = model["layers"][layer]["rate"], x[0].numel()
        masks = [torch.from_numpy(kept(rate, size, batch.seed, epoch, sample, layer)) for sample in batch.samples]
        return torch.stack(masks)  # every dropout here is behind a flatten

    images = preprocess(batch.images, preprocessing, place_of)
    return outcome(forward(model, tensors, images, mask_of), batch.labels)


def evaluate_on(model, preprocessing, tensors, batch):
    images = preprocess(batch.images, preprocessing, centre)
    return outcome(forward(model, tensors, images), batch.labels)


def trained(case, seed, optimizer_settings):
    """Parameters after ten steps on the same batch, each with the random numbers of another epoch."""
    model, preprocessing, _ = case
    tensors, batch = random_parameters(model, seed), Batch(model, preprocessing, seed)
    optimizer = create_optimizer(tensors, optimizer_settings)
    for epoch in range(STEPS):
        optimizer.zero_grad()
        loss, _ = train_on(model, preprocessing, tensors, batch, epoch)
        (loss / SAMPLES).backward()
        optimizer.step()
    return flat(tensors)


def in_nine_digits(values):
    """As many as tell single precision's numbers apart."""
    return [float(f"{value:.9g}") for value in values.tolist()]


def network_case(case, seed):
    model, preprocessing, optimizers = case
    tensors, batch = random_parameters(model, seed), Batch(model, preprocessing, seed)
    loss, training = train_on(model, preprocessing, tensors, batch, EPOCH)
    loss.backward()
    runs = [{"optimizer": o, "parameters": in_nine_digits(trained(case, seed, o))} for o in optimizers]
    return {
        "model": model,
        "preprocessing": preprocessing,
        "seed": seed,
        "training": training,
        "evaluation": evaluate_on(model, preprocessing, tensors, batch)[1],
        "gradientSum": torch.cat([tensor.grad.flatten() for tensor in tensors]).tolist(),
        "afterTenSteps": runs,
    }


def main():
    networks = ",\n".join(json.dumps(network_case(case, seed)) for seed, case in enumerate(CASES))
    print(f'{{\n"pytorch": {json.dumps(torch.__version__)},\n"sampleCount": {SAMPLES},\n"networks": [\n{networks}\n]\n}}')


if __name__ == "__main__":
    main()
