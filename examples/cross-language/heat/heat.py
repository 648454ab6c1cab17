"""heat: a hot square in a cold plate, computed in Rust, written as HDF5 by C++."""

import argparse
import sys

import numpy as np

import fieldio
from diffusion import advance

COLD = 293.15
HOT = 373.15


def plate(intervals: int) -> np.ndarray:
    """A plate of one metre whose middle ninth is hot; each point is the mean of its cell."""
    place = np.linspace(0, 1, intervals + 1)
    half = 0.5 / intervals
    hot = (np.minimum(place + half, 2 / 3) - np.maximum(place - half, 1 / 3)).clip(0) * intervals
    return COLD + (HOT - COLD) * np.outer(hot, hot)


def simulate(intervals: int, diffusivity: float, time: float) -> tuple[np.ndarray, float]:
    """The plate after `time`, by steps as long as is stable, all of one length; and the spacing."""
    spacing = 1 / intervals
    steps = max(1, int(np.ceil(time * diffusivity / (0.2 * spacing**2))))
    values = advance(
        plate(intervals),
        spacing=spacing,
        diffusivity=diffusivity,
        time_step=time / steps,
        steps=steps,
    )
    return values, spacing


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="heat", description=__doc__)
    parser.add_argument("--intervals", type=int, default=96, help="of the grid, in each direction")
    parser.add_argument("--diffusivity", type=float, default=1.0, help="m²/s")
    parser.add_argument("--time", type=float, default=0.01, help="seconds to simulate")
    parser.add_argument("--output", required=True, help="the HDF5 file to write")
    options = parser.parse_args(arguments)
    if options.intervals < 2 or options.time <= 0 or options.diffusivity <= 0:
        parser.error("at least two intervals, and a time and a diffusivity above zero")
    try:
        values, spacing = simulate(options.intervals, options.diffusivity, options.time)
        fieldio.write(options.output, values, spacing=spacing, time=options.time)
    except (fieldio.FileError, ValueError) as error:
        print(f"heat: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
