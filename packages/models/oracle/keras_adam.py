"""Adam as Keras has it, as an optimizer of PyTorch: epsilon is added to the root of the uncorrected second moment."""

import torch


class KerasAdam(torch.optim.Optimizer):
    """After keras/src/optimizers/adam.py. The defaults are "lr", "beta1", "beta2" and "epsilon"."""

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
