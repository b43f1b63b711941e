"""Frames that a program pushes, and arrays of numpy."""

import unittest

import rextrack
from helpers import STEP_NS, push_bytes, pushing, scene, show
from rextrack import Pipeline, PixelFormat

try:
    import numpy
except ImportError:
    numpy = None


class Frames(unittest.TestCase):
    def test_invalid_bytes_are_rejected(self):
        pipeline = Pipeline(pushing())
        with self.assertRaisesRegex(ValueError, "needs 12 bytes, got 3"):
            pipeline.push_frame(b"123", PixelFormat.RGB8, (2, 2))
        with self.assertRaisesRegex(ValueError, "need a format"):
            pipeline.push_frame(b"123", size=(1, 1))
        with self.assertRaisesRegex(TypeError, "numpy array, or bytes"):
            pipeline.push_frame(b"123")

    @unittest.skipIf(numpy is None, "there is no numpy")
    def test_arrays_of_every_shape_and_stride_arrive_unchanged(self):
        wide = numpy.arange(6 * 9 * 4, dtype=numpy.uint8).reshape(6, 9, 4)
        cases = {
            "bgr": (wide[:, :, :3].copy(), None),
            "bgra": (wide, None),
            "rgb": (wide[:, :, :3].copy(), PixelFormat.RGB8),
            "grey": (wide[:, :, 0].copy(), None),
            "a part": (wide[1:5, 2:7], None),
            "channels apart": (wide[:, :, 1:4], None),
            "upside down": (wide[::-1], None),
            "every second": (wide[::2, ::2], None),
        }
        with Pipeline(pushing()) as pipeline:
            number = rextrack.now_ns() // STEP_NS
            for name, (array, format) in cases.items():
                number += 1
                show(pipeline, lambda t: pipeline.push_frame(array, format, capture_ns=t), number)
                seen = pipeline.preview(annotated=False).array()
                expected = array[:, :, :3] if array.ndim == 3 else numpy.stack([array] * 3, axis=2)
                if format == PixelFormat.RGB8:
                    expected = expected[:, :, ::-1]
                self.assertTrue(numpy.array_equal(seen, expected), name)

    @unittest.skipIf(numpy is None, "there is no numpy")
    def test_array_is_a_view_of_the_slots(self):
        with Pipeline(pushing()) as pipeline:
            snapshot = show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
            array = snapshot.array()
            self.assertEqual((array.shape, array.dtype.itemsize), ((3,), 56))
            snapshot._slots[1].x = 0.25
            self.assertEqual(array["x"][1], 0.25)
            self.assertEqual(list(array["state"]), [0, 0, 0])

    @unittest.skipIf(numpy is None, "there is no numpy")
    def test_invalid_arrays_are_rejected(self):
        pipeline = Pipeline(pushing())
        for array in [numpy.zeros((4, 4)), numpy.zeros((4, 4, 2), "u1"), numpy.zeros(4, "u1"), numpy.zeros((0, 4), "u1")]:
            with self.assertRaises(ValueError):
                pipeline.push_frame(array)
