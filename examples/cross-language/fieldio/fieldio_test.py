import gc
import resource
import tempfile
import unittest
from pathlib import Path

import numpy as np

import fieldio


class FieldioTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "größe.h5"

    def test_round_trip(self):
        values = np.random.default_rng(7).normal(size=(5, 3))
        fieldio.write(self.file, values, spacing=0.5, time=2.0)
        read, spacing, time = fieldio.read(self.file)
        np.testing.assert_array_equal(read, values)
        self.assertEqual((read.dtype, spacing, time), (np.dtype(np.float64), 0.5, 2.0))

    def test_the_array_outlives_whatever_made_it(self):
        fieldio.write(self.file, np.arange(12.0).reshape(3, 4), spacing=1.0, time=0.0)
        row = fieldio.read(self.file)[0][2]
        gc.collect()
        np.testing.assert_array_equal(row, [8, 9, 10, 11])

    def test_frees_what_it_read(self):
        fieldio.write(self.file, np.ones((512, 512)), spacing=1.0, time=0.0)

        def peak_after(reads):
            for _ in range(reads):
                fieldio.read(self.file)
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

        self.assertLess(peak_after(100) - peak_after(5), 100 * 512 * 512 * 8 / 4)

    def test_takes_any_layout_and_what_is_safely_float64(self):
        whole = np.arange(24, dtype=np.int32).reshape(4, 6)
        for given in (whole.T, whole[::2, ::-1], np.asfortranarray(whole), whole.astype(">f4")):
            fieldio.write(self.file, given, spacing=1.0, time=0.0)
            np.testing.assert_array_equal(fieldio.read(self.file)[0], given)

    def test_refuses_what_is_no_field(self):
        for given, error in (
            (np.zeros(4), ValueError),
            (np.zeros((2, 2, 2)), ValueError),
            (np.zeros((0, 3)), ValueError),
            (np.zeros((2, 2), dtype=complex), TypeError),
        ):
            with self.subTest(given), self.assertRaises(error):
                fieldio.write(self.file, given, spacing=1.0, time=0.0)
        with self.assertRaises(ValueError):
            fieldio.write(self.file, np.zeros((2, 2)), spacing=float("nan"), time=0.0)
        self.assertFalse(self.file.exists())

    def test_errors_of_files_are_os_errors_that_name_the_file(self):
        self.assertTrue(issubclass(fieldio.FileError, OSError))
        with self.assertRaisesRegex(fieldio.FileError, "größe.h5: cannot be opened as HDF5"):
            fieldio.read(self.file)


if __name__ == "__main__":
    unittest.main()
