"""Trains a recipe with PyTorch alone, from PyTorch's own random numbers: what a reproduction is compared with.

    python3 packages/models/oracle/reproduce.py request.json

The request is {"recipe": <as JSON>, "seed": n, "epochs": n, "trainSamples": n or null, "testSamples": n or null,
"datasetDir": <folder>, "threads": n, "state": <file> or null}; `npm run reproduce -- <recipe> --pytorch` writes one for
each seed. Prints {"version", "threads", "parts"} and then a line for each epoch: its mean loss while training, what was
right, and seconds. What is finished is kept in the file `state`, from which the same request goes on.
"""

import json
import math
import os
import signal
import sys
import time

import torch
from torch.nn import functional

from recipe_data import Preprocessing, read_dataset
from recipe_network import build_network
from recipe_optimizer import create_optimizer

EVALUATION_BATCH = 64


def learning_rate(recipe, steps_per_epoch, step):
    """Of a step counted from 0. A warm-up in a straight line, then the schedule proper."""
    schedule, batch_size = recipe.get("schedule", {"type": "constant"}), recipe["batchSize"]
    rate = recipe["optimizer"]["learningRate"] * batch_size / schedule.get("scaledFromBatchSize", batch_size)
    warm_up = schedule.get("warmUp", {"epochs": 0, "from": 1})
    warm_up_steps = math.ceil(warm_up["epochs"] * steps_per_epoch)
    if step < warm_up_steps:
        return rate * (warm_up["from"] + (1 - warm_up["from"]) * step / warm_up_steps)
    epochs = (step - warm_up_steps) / steps_per_epoch
    if schedule["type"] == "step":
        return rate * schedule["factor"] ** (epochs // schedule["everyEpochs"])
    if schedule["type"] == "cosine":
        passed, final = min(epochs / schedule["epochs"], 1), schedule["finalShare"]
        return rate * (final + (1 - final) * (1 + math.cos(math.pi * passed)) / 2)
    return rate


class Training:
    def __init__(self, request):
        self.recipe = request["recipe"]
        train, test = read_dataset(self.recipe["dataset"], request["datasetDir"])
        self.train = [tensor[: request["trainSamples"]] for tensor in train]
        self.test = [tensor[: request["testSamples"]] for tensor in test]
        self.preprocess = Preprocessing(self.recipe["preprocessing"])
        torch.manual_seed(request["seed"])
        self.network = build_network(self.recipe)
        self.optimizer = create_optimizer(self.network.parameters(), self.recipe["optimizer"])
        self.epochs, self.parts, self.state_file = [], 1, request["state"]
        if self.state_file is not None and os.path.exists(self.state_file):
            self.restore(torch.load(self.state_file), request["epochs"])

    def restore(self, state, epochs):
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        self.epochs, self.parts = state["epochs"], state["parts"]
        if len(self.epochs) < epochs:
            self.parts += 1

    def save(self):
        if self.state_file is None:
            return
        state = {"network": self.network.state_dict(), "optimizer": self.optimizer.state_dict()}
        state |= {"random": torch.get_rng_state(), "epochs": self.epochs, "parts": self.parts}
        torch.save(state, f"{self.state_file}.partial")
        os.replace(f"{self.state_file}.partial", self.state_file)

    def epoch(self):
        started = time.perf_counter()
        loss, training_accuracy = self.train_epoch()
        test_loss, test_accuracy = self.evaluate()
        figures = {"epoch": len(self.epochs) + 1, "loss": finite(loss), "trainingAccuracy": training_accuracy}
        figures |= {"testLoss": finite(test_loss), "testAccuracy": test_accuracy}
        self.epochs.append(figures | {"seconds": time.perf_counter() - started})
        self.save()
        return self.epochs[-1]

    def train_epoch(self):
        (images, labels), size = self.train, self.recipe["batchSize"]
        batches = torch.randperm(len(labels)).split(size)
        losses, right = [], 0
        self.network.train()
        for batch, chosen in enumerate(batches):
            rate = learning_rate(self.recipe, len(batches), len(self.epochs) * len(batches) + batch)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            logits = self.network(self.preprocess(images[chosen], training=True))
            loss = functional.cross_entropy(logits, labels[chosen])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
            right += (logits.argmax(1) == labels[chosen]).sum().item()
        return sum(losses) / len(losses), right / len(labels)

    @torch.no_grad()
    def evaluate(self):
        images, labels = self.test
        loss, right = 0.0, 0
        self.network.eval()
        for chosen in torch.arange(len(labels)).split(EVALUATION_BATCH):
            logits = self.network(self.preprocess(images[chosen], training=False))
            loss += functional.cross_entropy(logits, labels[chosen], reduction="sum").item()
            right += (logits.argmax(1) == labels[chosen]).sum().item()
        return loss / len(labels), right / len(labels)


def finite(value):
    return value if math.isfinite(value) else None


def say(content):
    print(json.dumps(content), flush=True)


def main(request):
    torch.set_num_threads(request["threads"])
    training = Training(request)
    say({"version": torch.__version__, "threads": request["threads"], "parts": training.parts})
    for figures in training.epochs:
        say(figures)
    while len(training.epochs) < request["epochs"]:
        say(training.epoch())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with open(sys.argv[1]) as file:
        main(json.load(file))
