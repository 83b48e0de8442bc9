"""A network of fully connected layers, trained with Adam (Kingma and Ba 2015) in NumPy alone.

Equal data and seed give equal weights on one machine: one thread, one order of the sums.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Loss = Callable[[Rows, NDArray[np.int64]], tuple[float, Rows]]
"""Sum of the losses of a batch, and their gradients: of the outputs of the rows with these numbers."""

RATE, DECAY, BATCH = 2e-3, 1e-2, 512


class Network:
    """Layers with rectified linear units between them.

    Parameters
    ----------
    sizes : tuple of int
        Inputs, units of each hidden layer, outputs.
    seed : int
        Seed of the first weights.
    """

    def __init__(self, sizes: tuple[int, ...], seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.weights: list[Rows] = []
        for rows, columns in itertools.pairwise(sizes):
            scale = np.sqrt(2.0 / rows) if rows < 64 else np.sqrt(2.0 / 64)
            self.weights.append((scale * rng.standard_normal((rows, columns))).astype(np.float32))
            self.weights.append(np.zeros(columns, np.float32))
        self.weights[-2] *= np.float32(0.1)
        self._mean = [np.zeros_like(w) for w in self.weights]
        self._square = [np.zeros_like(w) for w in self.weights]
        self._count = 0

    def forward(self, rows: Rows) -> list[Rows]:
        """Return the rows, the values of each hidden layer, and the outputs."""
        values = [rows]
        for place in range(0, len(self.weights), 2):
            after = values[-1] @ self.weights[place] + self.weights[place + 1]
            values.append(np.maximum(after, 0) if place + 2 < len(self.weights) else after)
        return values

    def learn(self, values: list[Rows], gradient: Rows, rate: float) -> None:
        """Take one step of Adam, from the values of `forward` and the gradient of the outputs."""
        gradients: list[Rows] = []
        for place in range(len(self.weights) - 2, -1, -2):
            before = values[place // 2]
            gradients += [gradient.sum(axis=0), before.T @ gradient]
            if place:
                gradient = (gradient @ self.weights[place].T) * (before > 0)
        self._count += 1
        for number, change in enumerate(reversed(gradients)):
            mean, square = self._mean[number], self._square[number]
            mean += np.float32(0.1) * (change - mean)
            square += np.float32(0.001) * (change * change - square)
            step = mean / (1 - 0.9**self._count)
            step /= np.sqrt(square / (1 - 0.999**self._count)) + 1e-8
            self.weights[number] -= np.float32(rate) * (step + np.float32(DECAY) * self.weights[number])


def log_chances(outputs: NDArray[Any]) -> NDArray[Any]:
    """Return the logarithms of the chances of choices, by the outputs of a network, in their precision."""
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def choice_loss(targets: NDArray[np.int64]) -> Loss:
    """Return the cross entropy of choices, of which each row of the data has one that is right."""

    def loss(outputs: Rows, numbers: NDArray[np.int64]) -> tuple[float, Rows]:
        chances = np.exp(log_chances(outputs))
        chosen = (np.arange(len(numbers)), targets[numbers])
        lost = float(-np.log(chances[chosen] + 1e-12).sum())
        chances[chosen] -= 1
        return lost, chances.astype(np.float32)

    return loss


def batches(count: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Return the numbers of all rows in random order, in batches."""
    order = rng.permutation(count)
    for start in range(0, count, BATCH):
        yield order[start : start + BATCH]


def train(
    network: Network,
    rows_of: Callable[[NDArray[np.int64], np.random.Generator], Rows],
    loss: Loss,
    count: int,
    epochs: int,
    seed: int,
    told: Callable[[int, float], None],
) -> None:
    """Train a network.

    Parameters
    ----------
    network : Network
        It is changed.
    rows_of : callable
        Makes the inputs of the rows with these numbers; it may leave some out at random.
    loss : callable
        Losses and gradients.
    count : int
        Number of rows.
    epochs : int
        How often each row is used; the rate falls to 0 over all of them as a cosine does.
    seed : int
        Seed of the order and of what is left out.
    told : callable
        Is told the number of each epoch and the mean loss.
    """
    rng = np.random.default_rng(seed)
    steps = epochs * -(-count // BATCH)
    step = 0
    for epoch in range(epochs):
        total = 0.0
        for numbers in batches(count, rng):
            values = network.forward(rows_of(numbers, rng))
            lost, gradient = loss(values[-1], numbers)
            total += lost
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            network.learn(values, gradient / np.float32(len(numbers)), rate)
            step += 1
        told(epoch, total / count)
