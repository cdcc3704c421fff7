"""What PyTorch's optimizers and schedules make of fixed gradients, for ours to be tested against.

    python3 packages/models/oracle/optimizers.py > packages/gradients/src/goldens/pytorch-optimizers.json

PyTorch's forms are computed by PyTorch in single precision; Keras' form of Adam is written out, in double precision, after
keras/src/optimizers/adam.py. Schedules are PyTorch's, one step of a schedule for one of training.
"""

import json

import torch
from torch.optim import lr_scheduler

from recipe_optimizer import create_optimizer

STEPS = 10
INITIAL = [1.0, -2.0, 0.5, 3.0, -0.25, 0.125, -1.5, 2.0]
# Large, small and so small that Adam's epsilon decides; one always zero; signs that stay and that change.
SCALES = [1.0, -0.5, 2.0**-7, -(2.0**-24), 2.0**-26, 0.0, 8.0, 2.0**-3]

SGD = {"learningRate": 0.1, "momentum": 0.9}
MOMENTS = {"learningRate": 0.01, "beta1": 0.9, "beta2": 0.999}
CASES = [
    {"type": "sgd", "learningRate": 0.1, "momentum": 0},
    {"type": "sgd", **SGD},
    {"type": "sgd", **SGD, "weightDecay": 0.0625},
    {"type": "nesterov", **SGD},
    {"type": "nesterov", **SGD, "weightDecay": 0.0625},
    {"type": "adam", **MOMENTS, "epsilon": 1e-8},
    {"type": "adam", **MOMENTS, "epsilon": 1e-8, "weightDecay": 0.0625},
    {"type": "keras-adam", **MOMENTS, "epsilon": 1e-7},
]

RATE, STEPS_PER_EPOCH, SCHEDULED_STEPS = 0.1, 4, 26
WARM_UP = {"epochs": 1.5, "from": 0.25}
SCHEDULES = [
    {"type": "constant"},
    {"type": "step", "everyEpochs": 2, "factor": 0.5},
    {"type": "cosine", "epochs": 5, "finalShare": 0.1},
    {"type": "constant", "warmUp": WARM_UP},
    {"type": "step", "everyEpochs": 2, "factor": 0.5, "warmUp": WARM_UP},
    {"type": "cosine", "epochs": 5, "finalShare": 0.1, "warmUp": WARM_UP},
]


def gradients():
    """Exact in binary, so that every language reads the same."""
    wave = [[(step * 5 + 3 * i) % 11 - 4 for i in range(len(INITIAL))] for step in range(STEPS)]
    return [[factor * scale / 8 for factor, scale in zip(row, SCALES)] for row in wave]


def train(case):
    """Keras' form in double precision: there is no framework whose roundings it could follow."""
    precision = torch.float64 if case["type"] == "keras-adam" else torch.float32
    parameters = torch.tensor(INITIAL, dtype=precision, requires_grad=True)
    optimizer = create_optimizer([parameters], case)
    for gradient in gradients():
        parameters.grad = torch.tensor(gradient, dtype=precision)
        optimizer.step()
    return parameters.detach().double().tolist()


def torch_schedule(schedule, optimizer):
    if schedule["type"] == "step":
        return lr_scheduler.StepLR(optimizer, schedule["everyEpochs"] * STEPS_PER_EPOCH, schedule["factor"])
    if schedule["type"] == "cosine":
        steps = schedule["epochs"] * STEPS_PER_EPOCH
        return lr_scheduler.CosineAnnealingLR(optimizer, steps, RATE * schedule["finalShare"])
    return lr_scheduler.ConstantLR(optimizer, factor=1)


def learning_rates(schedule):
    """Until the schedule's end: beyond it PyTorch's cosine rises again."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], RATE)
    warm_up_steps = 0
    if "warmUp" in schedule:
        warm_up_steps = round(schedule["warmUp"]["epochs"] * STEPS_PER_EPOCH)
        warm_up = lr_scheduler.LinearLR(optimizer, schedule["warmUp"]["from"], total_iters=warm_up_steps)
        proper = torch_schedule(schedule, optimizer)
        scheduler = lr_scheduler.SequentialLR(optimizer, [warm_up, proper], [warm_up_steps])
    else:
        scheduler = torch_schedule(schedule, optimizer)
    rates = []
    for _ in range(min(SCHEDULED_STEPS, warm_up_steps + 5 * STEPS_PER_EPOCH + 1)):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def optimizer_case(case):
    return {"optimizer": case, "parameters": train(case)}


def main():
    cases = ",\n".join(json.dumps(optimizer_case(case)) for case in CASES)
    schedules = ",\n".join(json.dumps({"schedule": s, "learningRates": learning_rates(s)}) for s in SCHEDULES)
    rows = ",\n".join(json.dumps(row) for row in gradients())
    print(f'{{\n"pytorch": {json.dumps(torch.__version__)},\n"initial": {json.dumps(INITIAL)},')
    print(f'"gradients": [\n{rows}\n],\n"optimizers": [\n{cases}\n],')
    print(f'"learningRate": {RATE},\n"stepsPerEpoch": {STEPS_PER_EPOCH},\n"schedules": [\n{schedules}\n]\n}}')


if __name__ == "__main__":
    main()
