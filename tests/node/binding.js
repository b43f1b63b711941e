'use strict';
// The binding, run by tests/suite/script_hosts.rs. Each test ends its own pipelines.
const assert = require('node:assert/strict');
const test = require('node:test');
const rextrack = require('../../examples/node/rextrack');

const { Pipeline, Status } = rextrack;
const config = (more = {}) => ({
  camera: { stream: 'push:', ...more }, tracking: { model: 'builtin:motion' },
});
rextrack.setLog('error', { quiet: true });

/** No snapshot is newer, so a wait for one lasts until something ends it. */
const NEVER = Number.MAX_SAFE_INTEGER;
const [WIDTH, HEIGHT] = [64, 48];

/** Pushes a black picture and gives its snapshot. */
async function push(pipeline) {
  pipeline.pushFrame(Buffer.alloc(WIDTH * HEIGHT * 4), WIDTH, HEIGHT, 'rgba8');
  for await (const snapshot of pipeline.snapshots()) {
    if (snapshot.frameSeq > 0) return snapshot;
  }
  throw new Error('the pipeline ended');
}

/** A started pipeline, closed at the end of `body`. */
async function withPipeline(body, more) {
  const pipeline = new Pipeline(config(more));
  try {
    pipeline.start();
    await body(pipeline);
  } finally {
    await pipeline.close();
  }
}

test('close ends the waits that run and the waits in the queue', async () => {
  const pipeline = new Pipeline(config());
  pipeline.start();
  // More than koffi has worker threads.
  const waits = Array.from({ length: 40 }, () => pipeline.wait(NEVER, 600000));
  await pipeline.close();
  for (const status of await Promise.all(waits)) {
    assert.ok([Status.CLOSED, Status.WOKEN].includes(status), String(status));
  }
  await pipeline.close();
  assert.throws(() => pipeline.poll(), { status: Status.CLOSED });
});

test('the event loop runs while a wait waits', async () => {
  await withPipeline(async (pipeline) => {
    const wait = pipeline.wait(NEVER, 600000);
    await new Promise((resolve) => setTimeout(resolve, 1));
    pipeline.wake();
    assert.equal(await wait, Status.WOKEN);
  });
});

test('pushed pictures give snapshots', async () => {
  await withPipeline(async (pipeline) => {
    const snapshot = await push(pipeline);
    assert.equal(snapshot.frameWidth, WIDTH);
    assert.equal(snapshot.frameHeight, HEIGHT);
    assert.equal(snapshot.sourceState, 'live');
    assert.deepEqual(snapshot.occupied(), []);
    assert.ok(snapshot.captureNs <= rextrack.nowNs());
    const small = Buffer.alloc(10);
    assert.throws(() => pipeline.pushFrame(small, WIDTH, HEIGHT, 'bgr8'), /needs 9216 bytes/);
    assert.throws(() => pipeline.pushFrame(small, 1, 1, 'yuv'), /use one of rgba8/);
  });
});

test('stats, sinks, info and config have their values', async () => {
  await withPipeline((pipeline) => {
    assert.equal(pipeline.stats().requested_device, 'auto');
    assert.deepEqual(pipeline.sinks(), []);
    assert.equal(pipeline.info().version, rextrack.version());
    assert.equal(pipeline.config().camera.stream, 'push:');
    assert.equal(pipeline.problem(), '');
    assert.equal(pipeline.className(12345), null);
  });
});

test('find gives a handle with its own events', async () => {
  await withPipeline(async (pipeline) => {
    const other = Pipeline.find('found');
    const kinds = (handle) => handle.events().map((event) => event.kind);
    await push(pipeline);
    assert.ok(kinds(other).includes('source'));
    assert.ok(kinds(pipeline).includes('source'));
    await other.close();
    assert.throws(() => Pipeline.find('nobody'), { status: Status.NOT_FOUND });
  }, { id: 'found' });
});

test('a refused change throws its reason', async () => {
  await withPipeline((pipeline) => {
    const wrong = () => pipeline.setConfig({ tracking: { confidence: 7 } });
    assert.throws(wrong, (error) => {
      return error.status === Status.CONFIG && error.message.includes('tracking.confidence');
    });
  });
});
