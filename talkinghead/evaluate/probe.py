"""A linear probe: how much of a label can be read off an embedding by weighted sums alone."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from talkinghead.errors import InputError
from talkinghead.types import Array

STEPS = 120  # of L-BFGS; it converges in fewer


@dataclass(frozen=True)
class Probe:
    """Multinomial logistic regression on standardised features."""

    mean: Array  # (d,)
    scale: Array  # (d,)
    weights: Array  # (d, classes)
    bias: Array  # (classes,)

    def __call__(self, features: Array) -> Array:
        """(n,) the likeliest class of each of (n, d) features."""
        scores = (features - self.mean) / self.scale @ self.weights + self.bias
        return np.asarray(scores.argmax(axis=1))


def fit_probe(features: Array, labels: Array, classes: int) -> Probe:
    """The probe that tells (n,) labels, 0 to classes - 1, best from (n, d) features.

    Maximum likelihood with a unit Gaussian prior on the weights, so that few examples do not
    fit everything. Convex and begun at zero: the same data give the same probe. Raises
    InputError where there is nothing to learn from.
    """
    if not len(features) or len(features) != len(labels):
        raise InputError(f"a probe needs labelled features, got {len(features)}, {len(labels)}")
    mean, spread = features.mean(axis=0), features.std(axis=0)
    scale = np.where(spread > 1e-6, spread, 1.0)
    x = ((features - mean) / scale).astype(np.float32)
    truth = np.eye(classes, dtype=np.float32)[labels]
    shape = (x.shape[1], classes)

    def loss(flat: Array) -> tuple[float, Array]:
        """Mean negative log-likelihood with the prior, and its slope."""
        weights, bias = flat[:-classes].reshape(shape), flat[-classes:]
        logs = log_softmax(x @ weights.astype(np.float32) + bias.astype(np.float32), axis=1)
        error = (np.exp(logs) - truth) / len(x)
        value = -float((logs * truth).sum(dtype=np.float64)) / len(x)
        value += 0.5 * float((weights**2).sum()) / len(x)
        slope = x.T @ error + weights / len(x)
        return value, np.concatenate([slope.reshape(-1), error.sum(axis=0)]).astype(np.float64)

    start = np.zeros((shape[0] + 1) * classes)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    weights, bias = found.x[:-classes].reshape(shape), found.x[-classes:]
    return Probe(mean, scale, weights, bias)
