"""The end of a pipeline: with calls in flight, from several threads, at exit, after a fork."""

import gc
import os
import pickle
import signal
import threading
import time
import unittest

import rextrack
from helpers import needs_fork, pushing, run_script, threads
from rextrack import Closed, OtherProcess, Pipeline, PixelFormat, Stopped

NOTHING_NEWER = 2**63


class Close(unittest.TestCase):
    def test_closed_pipeline_raises_an_error(self):
        with Pipeline(pushing()) as pipeline:
            self.assertFalse(pipeline.closed)
        pipeline.close()
        self.assertTrue(pipeline.closed)
        for call in calls_of(pipeline):
            with self.assertRaisesRegex(Closed, "the pipeline is closed; create another one"):
                call()

    def test_close_lets_waits_out_and_calls_finish(self):
        for _ in range(20):
            pipeline = Pipeline(pushing())
            pipeline.start()
            ends, started = [], threading.Barrier(5)

            def use(call):
                started.wait()
                try:
                    while True:
                        call()
                except Closed as error:
                    ends.append(str(error))

            uses = [
                lambda: pipeline.wait(NOTHING_NEWER, 600), lambda: pipeline.wait(NOTHING_NEWER, 600),
                pipeline.poll, pipeline.stats,
            ]  # fmt: skip
            users = [threading.Thread(target=use, args=(call,)) for call in uses]
            for user in users:
                user.start()
            started.wait()
            pipeline.close()
            for user in users:
                user.join(60)
            self.assertEqual(ends, ["the pipeline is closed; create another one"] * 4)

    def test_several_threads_may_close(self):
        for _ in range(20):
            pipeline = Pipeline(pushing())
            pipeline.start()
            closers = [threading.Thread(target=pipeline.close) for _ in range(4)]
            for closer in closers:
                closer.start()
            for closer in closers:
                closer.join(60)
            self.assertIsNone(pipeline._handle._address, "each waits for the end")

    def test_loop_over_snapshots_ends_with_wake_stop_and_close(self):
        for end in (Pipeline.wake, Pipeline.stop, Pipeline.close):
            with Pipeline({"camera": {"stream": "synth:"}}) as pipeline:
                numbers = []
                for snapshot in pipeline:
                    numbers.append(snapshot.seq)
                    if len(numbers) == 3:
                        threading.Thread(target=end, args=(pipeline,)).start()
                self.assertGreaterEqual(len(numbers), 3)

    def test_wake_ends_the_next_wait_if_none_runs(self):
        with Pipeline(pushing()) as pipeline:
            pipeline.wake()
            self.assertFalse(pipeline.wait(NOTHING_NEWER, 600))
            pipeline.stop()
            with self.assertRaisesRegex(Stopped, "rextrack_start continues"):
                pipeline.wait(NOTHING_NEWER, 600)

    @unittest.skipUnless(hasattr(signal, "pthread_kill"), "the system has no pthread_kill")
    def test_signal_handler_may_close(self):
        for _ in range(20):
            pipeline = Pipeline(pushing())
            pipeline.start()
            old = signal.signal(signal.SIGUSR1, lambda *_: pipeline.close())
            main = threading.get_ident()
            killer = threading.Thread(target=lambda: signal.pthread_kill(main, signal.SIGUSR1))
            killer.start()
            with self.assertRaisesRegex(Closed, "the pipeline is closed"):
                while True:
                    pipeline.wait(NOTHING_NEWER, 0.001)
            killer.join(60)
            signal.signal(signal.SIGUSR1, old)
            self.assertIsNone(pipeline._handle._address, "it is freed")

    def test_unreferenced_pipeline_is_freed(self):
        before = threads()
        pipeline = Pipeline(pushing())
        pipeline.start()
        self.assertGreater(threads(), before)
        del pipeline
        gc.collect()
        # Threads of other tests may end meanwhile.
        self.assertLessEqual(threads(), before)

    def test_python_ends_cleanly_with_open_pipelines_and_waits(self):
        script = """
import rextrack, threading
rextrack.set_log(0)
pipeline = rextrack.Pipeline({"camera": {"stream": "synth:"}})
pipeline.start()
pipeline.me = pipeline
kept = [pipeline.snapshots(), rextrack.Axes(["x"])]
waits = threading.Event()
def wait():
    waits.set()
    try:
        pipeline.wait(2**63, 600)
    except rextrack.Closed:
        pass
threading.Thread(target=wait, daemon=True).start()
waits.wait()
try:
    rextrack.Pipeline({"camera": {}})
except rextrack.ConfigError:
    print("end")
"""
        result = run_script(script)
        self.assertEqual((result.stdout, result.stderr), ("end\n", ""))


class Processes(unittest.TestCase):
    @needs_fork
    def test_forked_child_cannot_use_the_parents_pipeline(self):
        config = {"camera": {"id": "hall", "stream": "synth:people=3"}}
        with Pipeline(config) as pipeline:
            self.assertTrue(pipeline.wait(0, 60))

            def child():
                for call in [*calls_of(pipeline), lambda: rextrack.find("hall"), lambda: iter(pipeline)]:
                    try:
                        call()
                        return "a call worked"
                    except OtherProcess as error:
                        if f"process {os.getppid()}" not in str(error):
                            return str(error)
                pipeline.close()
                pipeline.__exit__(None, None, None)
                return ""

            self.assertEqual(in_child(child), "")
            self.assertTrue(pipeline.wait(pipeline.poll().seq, 60), "the parent's pipeline works on")

    @needs_fork
    def test_forked_child_ends_while_the_parent_calls(self):
        with Pipeline({"camera": {"stream": "synth:"}}) as pipeline:
            ends = threading.Event()

            def use():
                while not ends.is_set():
                    pipeline.poll()

            user = threading.Thread(target=use)
            user.start()
            try:
                for _ in range(20):
                    self.assertEqual(in_child(lambda: pipeline.close() or ""), "")
            finally:
                ends.set()
                user.join(60)

    def test_pipeline_is_not_sent_to_a_process(self):
        with self.assertRaisesRegex(TypeError, "create one there from its configuration"):
            pickle.dumps(Pipeline(pushing()))


def calls_of(pipeline):
    """A call of each kind that needs an open pipeline."""
    return [
        pipeline.start, pipeline.stop, pipeline.wake, pipeline.reset_slots, pipeline.poll, pipeline.events,
        pipeline.stats, pipeline.info, pipeline.config, pipeline.problem, pipeline.sinks, pipeline.preview,
        pipeline.class_names, pipeline.snapshots, pipeline.snapshots_async, lambda: pipeline.poll_at(0),
        lambda: pipeline.poll_axes(["x"]), lambda: pipeline.wait(0, 0), lambda: pipeline.set_config({}),
        lambda: next(pipeline.snapshots()), lambda: pipeline.push_frame(b"123", PixelFormat.RGB8, (1, 1)),
    ]  # fmt: skip


def in_child(run):
    """What `run` returns in a forked child: a text. The child ends within a minute."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            text = run()
        except BaseException as error:
            text = repr(error)
        os.write(writer, text.encode())
        os._exit(0)
    os.close(writer)
    deadline = time.monotonic() + 60
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(child, 9)
            os.waitpid(child, 0)
            raise AssertionError("the child hangs")
        time.sleep(0.01)
    with os.fdopen(reader) as text:
        return text.read()


if __name__ == "__main__":
    unittest.main()
