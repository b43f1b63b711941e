"""Pipelines in asyncio programs: loops, cancellation, leaving blocks."""

import asyncio
import unittest

from helpers import pushing
from rextrack import Closed, Pipeline, SourceError

ROUNDS = 20
NOTHING_NEWER = 2**63


class Asyncio(unittest.TestCase):
    def test_loop_gives_each_snapshot_until_the_file_ends(self):
        async def run():
            async with Pipeline({"camera": {"stream": "synth:people=3,frames=20"}}) as pipeline:
                return [snapshot.seq async for snapshot in pipeline]

        numbers = asyncio.run(run())
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertGreater(len(numbers), 2)

    def test_block_is_left_while_a_wait_runs_on_a_thread(self):
        # M1 of the embedding notes: this aborted the process.
        for start in ("runs", "is queued"):
            for _ in range(ROUNDS):
                asyncio.run(self.leave_with_a_wait(start))

    async def leave_with_a_wait(self, start):
        loop, entered = asyncio.get_running_loop(), asyncio.Event()

        def wait():
            loop.call_soon_threadsafe(entered.set)
            try:
                pipeline.wait(NOTHING_NEWER, 600)
            except Closed:
                pass

        with Pipeline(pushing()) as pipeline:
            waits = loop.run_in_executor(None, wait)
            if start == "runs":
                await entered.wait()
            waits.cancel()
        self.assertTrue(pipeline.closed)

    def test_cancelled_loop_leaves_its_block(self):
        async def follow(pipeline, entered):
            async with pipeline:
                entered.set()
                async for _ in pipeline:
                    pass

        async def run():
            pipeline, entered = Pipeline(pushing()), asyncio.Event()
            task = asyncio.ensure_future(follow(pipeline, entered))
            await entered.wait()
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            self.assertTrue(pipeline.closed)

        for _ in range(ROUNDS):
            asyncio.run(run())

    def test_waiting_and_closing_never_block_the_loop(self):
        async def run():
            ticks = 0

            async def tick():
                nonlocal ticks
                while True:
                    ticks += 1
                    await asyncio.sleep(0)

            ticking = asyncio.ensure_future(tick())
            async with Pipeline(pushing()) as pipeline:
                # Nothing is pushed: the whole half second is a wait.
                async for _ in pipeline.snapshots_async(seconds=0.5):
                    pass
                waited, ticks = ticks, 0
            ticking.cancel()
            return waited, ticks

        waited, closed = asyncio.run(run())
        self.assertGreater(waited, 10)
        self.assertGreater(closed, 0)

    def test_time_limit_of_the_host_loses_no_snapshot(self):
        async def run():
            async with Pipeline({"camera": {"stream": "synth:people=3,fps=50,frames=30"}}) as pipeline:
                snapshots, seen = pipeline.snapshots_async(), []
                while True:
                    try:
                        snapshot = await asyncio.wait_for(snapshots.__anext__(), 0.005)
                        seen.append(snapshot.frame_seq)
                    except asyncio.TimeoutError:
                        continue
                    except StopAsyncIteration:
                        return seen

        seen = asyncio.run(run())
        self.assertEqual(seen[-1], 30)

    def test_loop_ends_when_a_thread_closes(self):
        async def run():
            pipeline = Pipeline({"camera": {"stream": "synth:"}})
            pipeline.start()
            loop = asyncio.get_running_loop()
            async for snapshot in pipeline:
                if snapshot.seq > 3 and not pipeline.closed:
                    await loop.run_in_executor(None, pipeline.close)
            await asyncio.gather(pipeline.aclose(), pipeline.aclose())

        asyncio.run(run())

    def test_loop_raises_the_error_of_the_source(self):
        async def run():
            config = {"camera": {"stream": "nowhere.avi"}, "tracking": {"model": "builtin:motion"}}
            async with Pipeline(config) as pipeline:
                async for _ in pipeline:
                    pass

        with self.assertRaisesRegex(SourceError, "nowhere.avi: no such file"):
            asyncio.run(run())


if __name__ == "__main__":
    unittest.main()
