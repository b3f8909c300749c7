"""Small vectors with known cosines."""

import math
import zlib

import numpy as np

DIM = 3

EAST = [1.0, 0.0, 0.0]
NORTH = [0.0, 1.0, 0.0]
UP = [0.0, 0.0, 1.0]


def towards_east(cosine: float) -> list[float]:
    """A vector with this cosine to ``EAST``."""
    return [cosine, math.sqrt(1.0 - cosine**2), 0.0]


def embed(text: str, dimensions: int = 768) -> list[float]:
    """A direction that follows from a text alone."""
    numbers = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(dimensions)
    return [float(number) for number in numbers]
