"""A small network in whole numbers: the same outputs on every machine, in whatever order they are summed.

Weights are multiples of 1/1024 and values of hidden units multiples of 1/256.  Sums of their products stay
below 2^53, where 64-bit floats are exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

INPUT_SCALE, WEIGHT_SCALE, HIDDEN_SCALE = 64.0, 1024.0, 256.0
"""Inputs, weights and hidden values are multiples of one over these."""

LARGEST_WEIGHT = 31.0
"""A weight has 16 bits."""

Values = NDArray[np.float64]


def quantised(weights: NDArray[np.floating]) -> NDArray[np.int16]:
    """Return weights as the whole numbers in which they are stored."""
    whole: NDArray[np.int16] = np.round(
        np.clip(weights, -LARGEST_WEIGHT, LARGEST_WEIGHT) * WEIGHT_SCALE
    ).astype(np.int16)
    return whole


class FixedNetwork:
    """Fully connected layers with rectified linear units between them.

    Parameters
    ----------
    arrays : sequence of ndarray of int16
        Weights, shape (inputs, outputs), and biases, shape (outputs,), of each layer in turn, as `quantised`
        gives them.
    """

    def __init__(self, arrays: Sequence[NDArray[np.int16]]) -> None:
        self._layers = []
        scale = INPUT_SCALE
        for weights, biases in zip(arrays[::2], arrays[1::2], strict=True):
            self._layers.append((weights.astype(np.float64), biases.astype(np.float64) * scale))
            scale = HIDDEN_SCALE

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return len(self._layers[0][0])

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return len(self._layers[-1][1])

    def __call__(self, rows: Values) -> Values:
        """Return the outputs of each row of inputs, shape (rows, outputs)."""
        return self.outputs_of(self.sums(rows, 0))

    def sums(self, rows: Values, first: int) -> Values:
        """Return what some of the inputs, from the input `first` on, add to each unit of the first layer.

        Such sums can be added up, and given to `outputs_of`: inputs that stay the same are summed once.
        """
        weights, _ = self._layers[0]
        return np.round(rows * INPUT_SCALE) @ weights[first : first + rows.shape[1]]

    def outputs_of(self, sums: Values) -> Values:
        """Return the outputs for the sums of all inputs, shape (rows, units of the first layer)."""
        values, scale = sums + self._layers[0][1], INPUT_SCALE
        for weights, biases in self._layers[1:]:
            values = np.floor(np.maximum(values, 0.0) * (HIDDEN_SCALE / (scale * WEIGHT_SCALE)))
            scale = HIDDEN_SCALE
            values = values @ weights + biases
        return values / (scale * WEIGHT_SCALE)


def fits(arrays: Sequence[NDArray[np.int16]], inputs: int, outputs: int) -> bool:
    """Whether these are weights and biases of layers that fit each other."""
    if not arrays or len(arrays) % 2 or any(array.dtype != np.int16 for array in arrays):
        return False
    width = inputs
    for weights, biases in zip(arrays[::2], arrays[1::2], strict=True):
        if weights.ndim != 2 or biases.ndim != 1 or weights.shape != (width, len(biases)):
            return False
        width = len(biases)
    return width == outputs
