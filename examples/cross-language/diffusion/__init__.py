"""The heat equation on a square grid, advanced by the Rust library beside this file."""

import ctypes
from pathlib import Path

import numpy as np

_library = ctypes.CDLL(str(Path(__file__).with_name("libdiffusion.so")))
_library.diffusion_advance.restype = ctypes.c_int32
_library.diffusion_advance.argtypes = [
    np.ctypeslib.ndpointer(dtype=np.float64, ndim=2, flags=("C_CONTIGUOUS", "WRITEABLE")),
    ctypes.c_size_t,
    ctypes.c_size_t,
    ctypes.c_double,
    ctypes.c_uint64,
]
_library.diffusion_message.restype = ctypes.c_char_p
_library.diffusion_message.argtypes = [ctypes.c_int32]


def advance(
    values, *, spacing: float, diffusivity: float, time_step: float, steps: int
) -> np.ndarray:
    """The field `values` after `steps` steps; its border keeps its values.

    Lengths are in metres, times in seconds, the diffusivity in m²/s. Raises ValueError where
    diffusivity · time_step / spacing² is above a quarter (the method is unstable there), for values
    that are not finite, and for a field of fewer than three rows or columns. Other threads run
    meanwhile.
    """
    if steps < 0:
        raise ValueError(f"{steps} steps: time does not run backwards")
    result = np.array(values, dtype=np.float64, order="C")
    if result.ndim != 2:
        raise ValueError(f"a field has two dimensions, not {result.ndim}")
    refusal = _library.diffusion_advance(
        result, *result.shape, diffusivity * time_step / spacing**2, steps
    )
    if refusal:
        raise ValueError(_library.diffusion_message(refusal).decode())
    return result
