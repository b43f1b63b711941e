"""Reports, settings and errors of pipelines."""

import tempfile
import time
import unittest
from pathlib import Path

import rextrack
from helpers import STEP_NS, push_bytes, pushing, scene, show
from rextrack import Axes, ConfigError, Error, EventKind, ModelError, NotRunning, Pipeline, SourceError, Status

try:
    import numpy
except ImportError:
    numpy = None


class Reports(unittest.TestCase):
    def test_axes_reuse_their_memory_and_are_empty_before_the_first_snapshot(self):
        pipeline = Pipeline({"camera": {"stream": "synth:people=3"}, "tracking": {"objects_max": 4}})
        values = Axes(["id", "y"])
        self.assertIs(pipeline.poll_axes(values), values)
        self.assertEqual((len(values), list(values), values.seq), (0, [], 0))
        pipeline.start()
        while pipeline.poll().active_count < 2:
            self.assertTrue(pipeline.wait(pipeline.poll().seq, 60))
        pipeline.poll_axes(values)
        self.assertEqual((values.names, len(values), len(values[0])), (("id", "y"), 4, 2))
        self.assertEqual(values.column("y"), [row[1] for row in values])
        self.assertEqual(values[-1], values[3])
        with self.assertRaises(IndexError):
            values[4]

    @unittest.skipIf(numpy is None, "there is no numpy")
    def test_array_of_axes_is_a_view(self):
        with Pipeline({"camera": {"stream": "synth:people=3"}}) as pipeline:
            values = Axes(["x", "y", "id"])
            self.assertEqual(pipeline.poll_axes([]).array().shape[1], 0)
            next(iter(pipeline))
            array = pipeline.poll_axes(values).array()
            self.assertEqual(array.shape, (10, 3))
            self.assertEqual([tuple(row) for row in array.tolist()], list(values))
            values._values[0] = 0.25
            self.assertEqual(array[0, 0], 0.25)

    def test_event_has_names_and_a_readable_text(self):
        with Pipeline({"camera": {"stream": "synth:people=3,frames=20"}}) as pipeline:
            for _ in pipeline:
                pass
            events = pipeline.events()
        entered = next(event for event in events if event.kind == EventKind.ENTERED)
        self.assertRegex(repr(entered), r"<Event ENTERED p\d track=\d+ generation=1 class_id=0 seq=\d+>")
        self.assertIn("<Event SOURCE LIVE", repr(events))
        self.assertEqual(EventKind(77).name, "UNKNOWN_77")

    def test_each_object_of_a_pipeline_gets_each_event(self):
        config = {"camera": {"id": "hall", "stream": "synth:people=3,frames=20"}}
        pipeline = Pipeline(config)
        with rextrack.find("hall") as other:
            for _ in pipeline:
                pass
            kinds = [event.kind for event in pipeline.events()]
            self.assertIn(EventKind.ENTERED, kinds)
            self.assertEqual([event.kind for event in other.events()], kinds)
        self.assertEqual(pipeline.poll().seq, pipeline.poll().seq, "it lives as long as one object is open")
        with self.assertRaises(rextrack.NotFound):
            rextrack.find("cellar")

    def test_classes_are_known_by_name_when_the_model_is_loaded(self):
        with Pipeline(pushing()) as pipeline:
            self.assertIsNone(pipeline.class_name(-1))
            show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
            self.assertEqual(pipeline.class_names(), ["motion"])
            self.assertIsNone(pipeline.class_name(1))

    def test_outputs_are_listed(self):
        with Pipeline({**pushing(), "osc": {"port": 9}}) as pipeline:
            show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
            # The thread of the outputs lists them as soon as it runs.
            sinks = pipeline.sinks()
            while not sinks:
                time.sleep(0)
                sinks = pipeline.sinks()
            (sink,) = sinks
            self.assertEqual((sink.name, sink.state.name, sink.problem), ("osc 127.0.0.1:9", "OK", ""))

    def test_polling_shows_why_a_pipeline_cannot_go_on(self):
        config = {"camera": {"stream": "nowhere.avi"}, "tracking": {"model": "builtin:motion"}}
        with Pipeline(config) as pipeline:
            with self.assertRaisesRegex(SourceError, "nowhere.avi: no such file"):
                for _ in pipeline:
                    pass
            snapshot = pipeline.poll()
            self.assertEqual((snapshot.problem, snapshot.problem_count), (Status.SOURCE, 1))
            self.assertIn("nowhere.avi: no such file", pipeline.problem())
            problems = [event for event in pipeline.events() if event.kind == EventKind.PROBLEM]
            self.assertEqual([event.status for event in problems], [Status.SOURCE])
            self.assertRegex(repr(problems[0]), "<Event PROBLEM SOURCE")

    def test_polling_shows_a_refused_change(self):
        with tempfile.TemporaryDirectory() as folder, Pipeline(pushing()) as pipeline:
            model = Path(folder) / "cut.onnx"
            model.write_bytes(b"not a model")
            show(pipeline, push_bytes(pipeline, scene()), rextrack.now_ns() // STEP_NS)
            self.assertEqual((pipeline.poll().problem_count, pipeline.problem()), (0, ""))
            pipeline.set_config({"tracking": {"model": str(model)}})
            with self.assertRaisesRegex(Error, "cut.onnx|ONNX Runtime"):
                seq = pipeline.poll().seq
                while True:
                    pipeline.wait(seq, 60)
                    seq = pipeline.poll().seq
            snapshot = pipeline.poll()
            self.assertEqual((snapshot.problem, snapshot.problem_count), (Status.OK, 1))
            self.assertRegex(pipeline.problem(), "cut.onnx|ONNX Runtime")
            self.assertIn(EventKind.CHANGE_REFUSED, [event.kind for event in pipeline.events()])


class Settings(unittest.TestCase):
    def test_settings_are_read_and_changed(self):
        pipeline = Pipeline(pushing())
        pipeline.set_config({"tracking": {"confidence": 0.75}})
        self.assertEqual(pipeline.config()["tracking"]["confidence"], 0.75)
        with self.assertRaisesRegex(ConfigError, "tracking.confidence"):
            pipeline.set_config({"tracking": {"confidence": 5}})
        self.assertEqual(pipeline.config()["tracking"]["confidence"], 0.75)
        secret = Pipeline({**pushing(), "camera": {"stream": "rtsp://u:hush@127.0.0.1/x"}})
        self.assertNotIn("hush", str(secret.config()))
        self.assertIn("hush", str(secret.config(include_secrets=True)))
        self.assertEqual(pipeline.info()["version"], rextrack.version())

    def test_errors_have_a_kind_a_status_and_a_remedy(self):
        with self.assertRaises(ConfigError) as caught:
            Pipeline({"camera": {"stream": 7}})
        self.assertIsInstance(caught.exception, (Error, ValueError))
        self.assertEqual(caught.exception.status, Status.CONFIG)
        self.assertIn("camera.stream: expected a string, got the number 7", str(caught.exception))
        with self.assertRaisesRegex(ModelError, "nothing.onnx"):
            Pipeline({"camera": {"stream": "push:"}, "tracking": {"model": "./nothing.onnx"}})
        with self.assertRaisesRegex(ValueError, "NUL"):
            Pipeline('{"camera": "a\0b"}')
        with self.assertRaisesRegex(NotRunning, "rextrack_start"):
            Pipeline(pushing()).wait(0, 0)
