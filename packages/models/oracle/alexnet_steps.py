"""Takes the steps of a training once more with PyTorch, from the same parameters, on the same inputs with the same dropout.

    python3 packages/models/oracle/alexnet_steps.py <folder>

`npm run bench:alexnet-steps` writes the folder and starts this: `run.json` (recipe, seed, and of each step the samples,
labels and our loss), `inputs.f32` (all steps' inputs, batch x height x width x channels), `initial.f32`, and
`after-<step>.f32` for some of the steps. Writes `compared.json`: how far the changes of our parameters are from PyTorch's in
single and in double precision; and, to see what single precision leaves open, how far PyTorch is from itself in
double precision, and with each batch's samples in the reverse order, which adds the same numbers in another.
"""

import json
import sys
from pathlib import Path

import numpy
import torch
from torch.nn import functional

from convoy_random import kept
from network import flat, forward, tensors_of
from recipe_optimizer import create_optimizer

EPOCH = 0


def read_vector(path):
    return torch.from_numpy(numpy.fromfile(path, "<f4"))


def masks_for(model, seed, samples):
    """What dropout lets through, in PyTorch's order."""

    def mask_of(layer, x):
        rate, size = model["layers"][layer]["rate"], x[0].numel()
        masks = torch.stack([torch.from_numpy(kept(rate, size, seed, EPOCH, sample, layer)) for sample in samples])
        return masks if x.dim() == 2 else masks.reshape(len(samples), *x.shape[2:], -1).permute(0, 3, 1, 2)

    return mask_of


def relative_distance(ours, theirs, initial):
    """Of the changes from the initial parameters."""
    return ((ours.double() - theirs).norm() / (theirs.double() - initial).norm()).item()


class Training:
    """One of PyTorch's: its parameters after each of the run's steps."""

    def __init__(self, run, initial, precision=torch.float32, reverse=False):
        self.recipe, self.seed, self.precision, self.reverse = run["recipe"], run["seed"], precision, reverse
        self.tensors = tensors_of(self.recipe["model"], initial.to(precision))
        self.optimizer = create_optimizer(self.tensors, self.recipe["optimizer"])

    def step(self, images, samples, labels):
        order = torch.arange(len(samples))
        order = order.flip(0) if self.reverse else order
        masks = masks_for(self.recipe["model"], self.seed, [samples[place] for place in order])
        self.optimizer.zero_grad()
        logits = forward(self.recipe["model"], self.tensors, images[order].to(self.precision), masks)
        loss = functional.cross_entropy(logits, torch.tensor(labels)[order])
        loss.backward()
        self.optimizer.step()
        return loss.item()


def main(folder):
    run = json.loads((folder / "run.json").read_text())
    height, width, channels = run["recipe"]["model"]["inputShape"]
    inputs = numpy.memmap(folder / "inputs.f32", "<f4", "r").reshape(len(run["steps"]), -1, height, width, channels)
    initial = read_vector(folder / "initial.f32")
    single, double = Training(run, initial), Training(run, initial, torch.float64)
    reverse = Training(run, initial, reverse=True)
    compared = []
    for number, step in enumerate(run["steps"], 1):
        images = torch.from_numpy(inputs[number - 1].copy()).permute(0, 3, 1, 2).contiguous()
        losses = [training.step(images, step["samples"], step["labels"]) for training in (single, double, reverse)]
        row = {"step": number, "loss": step["loss"], "pytorchLoss": losses[0]}
        saved = folder / f"after-{number}.f32"
        if saved.exists():
            ours, pytorchs, precise = read_vector(saved), flat(single.tensors), flat(double.tensors)
            row["fromPytorch"] = relative_distance(ours, pytorchs, initial)
            row["fromDouble"] = relative_distance(ours, precise, initial)
            row["pytorchFromDouble"] = relative_distance(pytorchs, precise, initial)
            row["pytorchFromItself"] = relative_distance(flat(reverse.tensors), pytorchs, initial)
            print(", ".join(f"{name} {value:.3g}" for name, value in row.items()), flush=True)
        compared.append(row)
    (folder / "compared.json").write_text(json.dumps({"pytorch": torch.__version__, "steps": compared}))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
