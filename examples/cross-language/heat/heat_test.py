import unittest

import numpy as np

from heat import heat


class HeatTest(unittest.TestCase):
    def test_is_as_symmetric_as_the_plate(self):
        values, _ = heat.simulate(intervals=48, diffusivity=1.0, time=0.01)
        for other in (values.T, values[::-1], values[:, ::-1]):
            np.testing.assert_allclose(values, other, rtol=0, atol=1e-10)

    def test_converges_to_the_exact_solution(self):
        # Separation of variables: a sum of products of sines, of odd order by symmetry.
        time = 0.02
        orders = np.arange(1, 40, 2)[:, None]
        weights = (
            2 * (np.cos(np.pi * orders / 3) - np.cos(2 * np.pi * orders / 3)) / (np.pi * orders)
        )
        errors = []
        for intervals in (24, 48, 96):
            waves = np.sin(np.pi * orders * np.linspace(0, 1, intervals + 1))
            line = (weights * np.exp(-((np.pi * orders) ** 2) * time) * waves).sum(axis=0)
            exact = heat.COLD + (heat.HOT - heat.COLD) * np.outer(line, line)
            values, _ = heat.simulate(intervals, 1.0, time)
            errors.append(np.abs(values - exact).max())
        # A quarter of the error for half the spacing.
        np.testing.assert_allclose(
            np.log2(np.array(errors[:-1]) / errors[1:]), 2, atol=0.1, err_msg=str(errors)
        )
        self.assertLess(errors[-1], 0.02)

    def test_the_middle_cools(self):
        middles = [heat.simulate(32, 1.0, time)[0][16, 16] for time in (0.005, 0.01, 0.05, 0.5)]
        self.assertEqual(middles, sorted(middles, reverse=True))
        self.assertAlmostEqual(middles[-1], heat.COLD, delta=0.01)


if __name__ == "__main__":
    unittest.main()
