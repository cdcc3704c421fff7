"""Trains `lenet5-mnist` or `lenet5-mnist-adam` with PyTorch from the initial parameters and in the order of a Convoy run, and compares.

    python3 packages/models/oracle/lenet5_mnist.py <folder of the run> <folder with MNIST>

Prints the mean loss of every 100 steps, ours beside PyTorch's, and the test accuracy of each epoch. Exit code 1 when
a mean is more than 2 % from PyTorch's.
"""

import csv
import json
import sys
import time
from pathlib import Path

import numpy
import torch
from torch import nn

from convoy_random import epoch_order
from recipe_optimizer import create_optimizer
from run_files import read_idx, read_losses, read_safetensors

TOLERANCE = 0.02


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(256, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, images):
        features = torch.max_pool2d(torch.relu(self.conv1(images)), 2)
        features = torch.max_pool2d(torch.relu(self.conv2(features)), 2)
        return self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(features.flatten(1))))))


def load_parameters(model, tensors):
    model.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in tensors.items()})


def read_split(folder, name, preprocessing):
    pixels = read_idx(folder, f"{name}-images-idx3-ubyte")
    labels = read_idx(folder, f"{name}-labels-idx1-ubyte")
    mean, deviation = preprocessing["mean"][0], preprocessing["deviation"][0]
    images = (torch.from_numpy(pixels).float().div(255).sub(mean).div(deviation)).unsqueeze(1)
    return images, torch.from_numpy(labels).long()


def train_epoch(model, optimizer, images, labels, order, batch_size):
    losses = []
    for start in range(0, len(order), batch_size):
        chosen = torch.tensor(order[start : start + batch_size])
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def accuracy(model, images, labels):
    with torch.no_grad():
        return (model(images).argmax(1) == labels).double().mean().item()


def compare(ours, theirs):
    worst = 0.0
    print(f"{'steps':>13}  {'Convoy':>8}  {'PyTorch':>8}  {'apart':>7}")
    for start in range(0, len(ours), 100):
        ours_mean, theirs_mean = ours[start : start + 100].mean(), theirs[start : start + 100].mean()
        apart = abs(ours_mean / theirs_mean - 1)
        worst = max(worst, apart)
        end = min(start + 100, len(ours))
        print(f"{start + 1:>6}-{end:<6}  {ours_mean:8.5f}  {theirs_mean:8.5f}  {100 * apart:6.3f} %")
    return worst


def main(run_folder, dataset_folder):
    settings = json.loads((run_folder / "run.json").read_text())
    recipe, seed = settings["recipe"], settings["seed"]
    ours = read_losses(run_folder / "losses.csv")
    images, labels = read_split(dataset_folder, "train", recipe["preprocessing"])
    test_images, test_labels = read_split(dataset_folder, "t10k", recipe["preprocessing"])
    model = LeNet5()
    load_parameters(model, read_safetensors(run_folder / "parameters-initial.safetensors"))
    optimizer = create_optimizer(model.parameters(), recipe["optimizer"])
    theirs, started = [], time.time()
    epoch = 0
    while len(theirs) < len(ours):
        losses = train_epoch(model, optimizer, images, labels, epoch_order(seed, epoch, len(images)), recipe["batchSize"])
        theirs += losses
        epoch += 1
        print(f"PyTorch, epoch {epoch}: loss {numpy.mean(losses):.4f}, test accuracy {100 * accuracy(model, test_images, test_labels):.2f} %, {time.time() - started:.1f} s")
    with open(run_folder / "epochs.csv", newline="") as file:
        for row in csv.DictReader(file):
            print(f"Convoy, epoch {row['epoch']}: loss {float(row['loss']):.4f}, test accuracy {100 * float(row['test_accuracy']):.2f} %, {float(row['duration_ms']) / 1000:.1f} s")
    worst = compare(ours, numpy.array(theirs[: len(ours)]))
    print(f"The 100-step means are at most {100 * worst:.3f} % apart; {100 * TOLERANCE:.0f} % is allowed.")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
