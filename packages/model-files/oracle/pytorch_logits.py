"""The logits of a network whose parameters come from a safetensors file, as PyTorch computes them.

    python3 packages/model-files/oracle/pytorch_logits.py < questions.json

A list of questions, each {"class": "LeNet5" | "LeNet5Of1998" | "torchvision.alexnet" | "Sequences", "layers": [...], "inputShape":
[height, width, channels], "parameters": path, "inputs": path of float32 images (count x channels x height x width)}.
The answer to each is a list of logits for each image. Strict: every name and shape has to be the class's own.

With {"class": ..., "names": true} the answer is the name and shape of each tensor that the class has.
"""

import json
import sys
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.nn import functional

sys.path.append(str(Path(__file__).parents[2] / "models" / "oracle"))
from run_files import read_safetensors  # noqa: E402


class LeNet5(nn.Module):
    """As PyTorch's tutorial on neural networks has it, for 28 x 28."""

    def __init__(self, flat=16 * 4 * 4, activation=functional.relu):
        super().__init__()
        self.activation = activation
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(flat, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = functional.max_pool2d(self.activation(self.conv1(x)), 2)
        x = functional.max_pool2d(self.activation(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = self.activation(self.fc1(x))
        x = self.activation(self.fc2(x))
        return self.fc3(x)


class Sequences(nn.Module):
    """`features` and `classifier`, from Convoy's description of the layers."""

    def __init__(self, layers, channels, classes_in):
        super().__init__()
        flatten = next(i for i, layer in enumerate(layers) if layer["type"] == "flatten")
        features, classifier = [], []
        for layer in layers[:flatten]:
            features.append(self.feature(layer, channels))
            channels = layer.get("channels", channels)
        for layer in layers[flatten + 1 :]:
            classifier.append(self.classify(layer, classes_in))
            classes_in = layer.get("units", classes_in)
        self.features, self.classifier = nn.Sequential(*features), nn.Sequential(*classifier)

    def feature(self, layer, channels):
        kind = layer["type"]
        if kind == "convolution":
            window, stride, padding = layer["window"], layer["stride"], layer["padding"]
            # "same" with a stride is TensorFlow's: here 32 pixels, window 3, stride 4 need none.
            around = {"valid": 0, "same": window // 2 if stride == 1 else 0}.get(padding, padding)
            return nn.Conv2d(channels, layer["channels"], window, stride, around)
        if kind == "max-pool":
            assert layer["padding"] == "valid"
            return nn.MaxPool2d(layer["window"], layer["stride"])
        if kind == "adaptive-average-pool":
            return nn.AdaptiveAvgPool2d((layer["height"], layer["width"]))
        if kind == "local-response-normalization":
            size = layer["size"]
            return nn.LocalResponseNorm(size, alpha=layer["alpha"] * size, beta=layer["beta"], k=layer["bias"])
        return {"relu": nn.ReLU}[kind]()

    def classify(self, layer, inputs):
        kind = layer["type"]
        if kind == "dense":
            return nn.Linear(inputs, layer["units"])
        return nn.Dropout(layer["rate"]) if kind == "dropout" else {"relu": nn.ReLU}[kind]()

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def create(question):
    name = question["class"]
    if name == "LeNet5":
        return LeNet5()
    if name == "LeNet5Of1998":
        return LeNet5(flat=16 * 5 * 5, activation=torch.sigmoid)
    if name == "torchvision.alexnet":
        import torchvision

        return torchvision.models.alexnet(num_classes=10)
    return Sequences(question["layers"], question["inputShape"][2], question["flat"])


def answer(question):
    model = create(question).eval()
    if question.get("names"):
        return {name: list(tensor.shape) for name, tensor in model.state_dict().items()}
    tensors = read_safetensors(question["parameters"])
    model.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in tensors.items()}, strict=True)
    height, width, channels = question["inputShape"]
    inputs = torch.from_numpy(numpy.fromfile(question["inputs"], "<f4").reshape(-1, channels, height, width))
    with torch.no_grad():
        return model(inputs).tolist()


if __name__ == "__main__":
    print(json.dumps([answer(question) for question in json.load(sys.stdin)]))
