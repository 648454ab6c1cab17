import unittest

import numpy as np

from diffusion import advance


def mode(intervals):
    wave = np.sin(np.pi * np.arange(intervals + 1) / intervals)
    return np.outer(wave, wave)


class DiffusionTest(unittest.TestCase):
    def test_agrees_with_numpy_to_the_last_bits(self):
        start = np.random.default_rng(11).normal(size=(17, 23))
        expected = start.copy()
        for _ in range(40):
            inner = expected[1:-1, 1:-1]
            around = (
                expected[:-2, 1:-1] + expected[2:, 1:-1] + expected[1:-1, :-2] + expected[1:-1, 2:]
            )
            expected[1:-1, 1:-1] = inner + 0.2 * (around - 4 * inner)
        found = advance(start, spacing=0.5, diffusivity=0.1, time_step=0.5, steps=40)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)

    def test_the_error_falls_with_the_square_of_the_spacing(self):
        errors = []
        for intervals in (16, 32, 64):
            time_step = 0.2 / intervals**2
            steps = round(0.05 / time_step)
            found = advance(
                mode(intervals),
                spacing=1 / intervals,
                diffusivity=1.0,
                time_step=time_step,
                steps=steps,
            )
            exact = np.exp(-2 * np.pi**2 * steps * time_step) * mode(intervals)
            errors.append(np.abs(found - exact).max())
        orders = np.log2(np.array(errors[:-1]) / errors[1:])
        np.testing.assert_allclose(orders, 2, atol=0.05)

    def test_leaves_what_it_was_given(self):
        start = mode(8)
        before = start.copy()
        advance(start, spacing=1.0, diffusivity=0.2, time_step=1.0, steps=3)
        np.testing.assert_array_equal(start, before)

    def test_takes_any_layout(self):
        start = np.arange(60, dtype=np.int64).reshape(6, 10)
        found = advance(start.T[::-1], spacing=1.0, diffusivity=0.2, time_step=1.0, steps=2)
        # A plane is in equilibrium.
        np.testing.assert_allclose(found, start.T[::-1], atol=1e-12)

    def test_refuses_with_the_reason(self):
        arguments = {"spacing": 1.0, "diffusivity": 1.0, "time_step": 0.2, "steps": 1}
        for values, change, reason in (
            (mode(4), {"time_step": 0.3}, "unstable"),
            (mode(4), {"diffusivity": -1.0}, "unstable"),
            (mode(4), {"steps": -1}, "backwards"),
            (mode(1), {}, "fewer than three"),
            (np.zeros(9), {}, "two dimensions"),
            (mode(4) / 0.0, {}, "not finite"),
        ):
            with (
                self.subTest(reason),
                np.errstate(all="ignore"),
                self.assertRaisesRegex(ValueError, reason),
            ):
                advance(values, **{**arguments, **change})


if __name__ == "__main__":
    unittest.main()
