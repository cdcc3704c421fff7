"""A recipe's optimizer in PyTorch."""

import torch


class KerasAdam(torch.optim.Optimizer):
    """After keras/src/optimizers/adam.py: epsilon is added to the root of the uncorrected second moment. The defaults are
    "lr", "beta1", "beta2" and "epsilon"."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            group["step"] = step = group.get("step", 0) + 1
            alpha = group["lr"] * (1 - group["beta2"] ** step) ** 0.5 / (1 - group["beta1"] ** step)
            for parameter in group["params"]:
                gradient, state = parameter.grad, self.state[parameter]
                first = state.setdefault("first", torch.zeros_like(parameter))
                second = state.setdefault("second", torch.zeros_like(parameter))
                first.add_(gradient - first, alpha=1 - group["beta1"])
                second.add_(gradient.square() - second, alpha=1 - group["beta2"])
                parameter.sub_(alpha * first / (second.sqrt() + group["epsilon"]))


def create_optimizer(parameters, settings):
    """`settings`: a recipe's optimizer."""
    kind, rate, decay = settings["type"], settings["learningRate"], settings.get("weightDecay", 0)
    if kind == "keras-adam":
        return KerasAdam(parameters, {"lr": rate, **{name: settings[name] for name in ("beta1", "beta2", "epsilon")}})
    if kind == "adam":
        betas = settings["beta1"], settings["beta2"]
        return torch.optim.Adam(parameters, rate, betas, settings["epsilon"], weight_decay=decay)
    return torch.optim.SGD(parameters, rate, settings["momentum"], weight_decay=decay, nesterov=kind == "nesterov")
