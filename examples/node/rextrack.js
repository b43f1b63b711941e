'use strict';
/**
 * rextrack for Node.js and Electron: one camera, tracked, as stable slots p1..pN.
 *
 *     const rextrack = require('./rextrack');
 *
 *     const pipeline = new rextrack.Pipeline({ camera: { stream: 'rtsp://...' } });
 *     pipeline.start();
 *     for await (const snapshot of pipeline.snapshots()) {
 *       for (const [number, slot] of snapshot.occupied()) console.log(number, slot.x, slot.y);
 *     }
 *     await pipeline.close();
 *
 * Copy this file and native.js next to your program; they need the package koffi. They search
 * for the library at REXTRACK_LIBRARY, beside themselves, in this repository's build folder,
 * and in the system's library folders.
 *
 * Threads. No method blocks the event loop: `poll`, `events`, `pollLog` and the other short
 * calls return in microseconds. Only `stop` may take up to a second. `wait` and `close` run
 * on koffi's worker threads and return promises. A wait occupies one of those threads, and
 * koffi has about as many as the machine has cores: with many cameras, call `poll` from a
 * timer instead.
 *
 * The log is polled (`pollLog`), never received by a callback. A callback would have to run on
 * this script's thread. A thread of the library would wait for it while this script waits
 * for the library, and neither could continue.
 *
 * Times are BigInt nanoseconds of `nowNs`. include/rextrack.h documents all fields.
 */

const koffi = require('koffi');
const { ABI, RextrackError, Status, check, library, structs, text } = require('./native');

const SLOTS_MAX = 256;
const EVENTS_MAX = 1025; // The queue and one overflow event.

/** Names by number; a newer library may return numbers that are not listed. */
const SLOT_STATES = ['empty', 'active', 'held'];
const SOURCE_STATES = ['stopped', 'connecting', 'live', 'lost', 'ended', 'failed'];
const EVENT_KINDS = [
  '?', 'entered', 'lost', 'found', 'left', 'source', 'restarted', 'overflow', 'problem',
  'change_refused',
];
const SINK_STATES = ['ok', 'failed'];
const LOG_LEVELS = ['off', 'error', 'warning', 'info', 'debug', 'trace'];
const PIXEL_FORMATS = { rgba8: [1, 4], bgra8: [2, 4], rgb8: [3, 3], bgr8: [4, 3], gray8: [5, 1] };
const LOG_QUIET = 0x100;

const { RextrackSlot, RextrackSnapshot, RextrackEvent, RextrackStats, RextrackSink } = structs;
const { RextrackLogLine, RextrackFrame } = structs;
const SLOT_BYTES = koffi.sizeof(RextrackSlot);
const EVENT_BYTES = koffi.sizeof(RextrackEvent);
const SINK_BYTES = koffi.sizeof(RextrackSink);

function json(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** All slots at one moment. */
class Snapshot {
  constructor(header, slots) {
    this.seq = Number(header.seq);
    this.frameSeq = Number(header.frame_seq);
    this.captureNs = BigInt(header.capture_ns);
    this.publishNs = BigInt(header.publish_ns);
    /** 'connecting', 'live', ... at this moment, see SOURCE_STATES. */
    this.sourceState = SOURCE_STATES[header.source_state] || '?';
    this.frameWidth = header.frame_width;
    this.frameHeight = header.frame_height;
    this.activeCount = header.active_count;
    this.waitingCount = header.waiting_count;
    /** A number of `Status`: why the pipeline cannot go on; 0 for none. */
    this.problem = header.problem;
    /** Goes up with each new problem and each refused change: then read `problem()`. */
    this.problemCount = header.problem_count;
    /** p1 is slots[0]. */
    this.slots = slots.map((slot) => ({
      trackId: Number(slot.track_id), generation: slot.generation,
      state: SLOT_STATES[slot.state] || '?', classId: slot.class_id, score: slot.score,
      x: slot.x, y: slot.y, w: slot.w, h: slot.h, vx: slot.vx, vy: slot.vy,
      ageMs: slot.age_ms, lifeMs: slot.life_ms,
    }));
  }

  /** Pairs [number, slot] of the slots that have an owner; the number of p1 is 1. */
  occupied() {
    return this.slots
      .map((slot, index) => [index + 1, slot])
      .filter(([, slot]) => slot.state !== 'empty');
  }
}

/** A handle that `Pipeline.find` passes to the constructor. */
class Found {
  constructor(handle) {
    this.handle = handle;
  }
}

/**
 * The pipeline of one camera. `config` has the keys of the configuration file for one
 * camera (docs/ref/config.md), or is the same as JSON text. Only `camera.stream` is required.
 * The constructor checks the configuration. `start` opens the stream and loads the model.
 */
class Pipeline {
  #handle = null;
  #waits = new Set();
  #closing = null;
  #slots = Buffer.alloc(SLOT_BYTES * SLOTS_MAX);
  #header = Buffer.alloc(koffi.sizeof(RextrackSnapshot));

  constructor(config) {
    if (config instanceof Found) {
      this.#handle = config.handle;
      return;
    }
    const out = [null];
    check(library().create(ABI.major * 0x10000 + ABI.minor, json(config), out));
    this.#handle = out[0];
  }

  /** A pipeline that another part of this process created, by its `camera.id`. This is a
   * handle of its own: it has its own events, and must be closed too. */
  static find(cameraId) {
    const out = [null];
    check(library().find(cameraId, out));
    return new Pipeline(new Found(out[0]));
  }

  /** Starts the threads and returns immediately. */
  start() {
    check(library().start(this.#open()));
  }

  /** Stops the threads within a second. `start` continues. */
  stop() {
    check(library().stop(this.#open()));
  }

  /** Stops and frees the pipeline within two seconds. Ends the waits that run, first. You
   * may call it twice. No method may be called afterwards. */
  close() {
    this.#closing ??= this.#destroy();
    return this.#closing;
  }

  async #destroy() {
    const handle = this.#handle;
    this.#handle = null;
    // A wait may still be in koffi's queue, so it must not find a freed handle.
    while (this.#waits.size > 0) {
      library().wake(handle);
      await Promise.race(this.#waits).catch(() => {});
    }
    await library().destroy_async(handle);
  }

  /** Empties all slots and assigns them again, from p1 on. */
  resetSlots() {
    check(library().reset_slots(this.#open()));
  }

  /** The newest snapshot. Never waits. */
  poll() {
    const header = this.#newHeader();
    check(library().poll(this.#open(), this.#slots, SLOT_BYTES, SLOTS_MAX, header));
    return this.#snapshot();
  }

  /** As `poll`, with each slot predicted to the time `tNs` of `nowNs`: pass the time at which
   * the picture is shown. */
  pollAt(tNs) {
    const header = this.#newHeader();
    check(library().poll_at(this.#open(), tNs, this.#slots, SLOT_BYTES, SLOTS_MAX, header));
    return this.#snapshot();
  }

  #newHeader() {
    this.#header.fill(0);
    this.#header.writeUInt32LE(this.#header.length, 0);
    return this.#header;
  }

  #snapshot() {
    const header = koffi.decode(this.#header, RextrackSnapshot);
    return new Snapshot(header, koffi.decode(this.#slots, RextrackSlot, header.slot_count));
  }

  /**
   * Waits for a snapshot newer than number `afterSeq`, on a worker thread. Resolves to
   * Status.OK if there is one, or to TIMEOUT, ENDED (the file has ended), STOPPED,
   * NOT_RUNNING, CLOSED or WOKEN. Rejects with a RextrackError if the pipeline cannot go on.
   */
  async wait(afterSeq = 0, timeoutMs = 500) {
    const wait = library().wait_async(this.#open(), afterSeq, timeoutMs);
    this.#waits.add(wait);
    let status;
    try {
      status = await wait;
    } finally {
      this.#waits.delete(wait);
    }
    const { OK, TIMEOUT, ENDED, STOPPED, NOT_RUNNING, CLOSED, WOKEN } = Status;
    if ([OK, TIMEOUT, ENDED, STOPPED, NOT_RUNNING, CLOSED, WOKEN].includes(status)) return status;
    // The message of the latest error belongs to the worker thread; this one does not.
    const problem = this.#handle === null ? '' : this.problem();
    throw new RextrackError(status, problem || library().status_string(status));
  }

  /** Ends a `wait` that runs, or else the next one, and so a loop over `snapshots`. */
  wake() {
    check(library().wake(this.#open()));
  }

  /** Each new snapshot, until the file ends, or `close`, `stop` or `wake` is called. Skips
   * the snapshots that come while your code is busy. Throws if the pipeline cannot go on. */
  async *snapshots() {
    let seq = 0;
    while (this.#handle !== null) {
      let status;
      try {
        status = await this.wait(seq);
      } catch (error) {
        // A change was refused later, which is an event too. The pipeline continues.
        if (this.#handle !== null && this.poll().problem === 0) continue;
        throw error;
      }
      if (this.#handle === null || (status !== Status.OK && status !== Status.TIMEOUT)) return;
      // There is none while the model loads or the camera is lost.
      if (status === Status.TIMEOUT) continue;
      const snapshot = this.poll();
      seq = snapshot.seq;
      yield snapshot;
    }
  }

  /** The events since the previous call, oldest first. `slot` is 1 for p1. */
  events() {
    const buffer = Buffer.alloc(EVENT_BYTES * EVENTS_MAX);
    const count = [0];
    check(library().poll_events(this.#open(), buffer, EVENT_BYTES, EVENTS_MAX, count));
    const events = koffi.decode(buffer, RextrackEvent, Number(count[0]));
    return events.map((event) => ({
      kind: EVENT_KINDS[event.kind] || '?', slot: event.slot + 1, seq: Number(event.seq),
      timeNs: BigInt(event.time_ns), trackId: Number(event.track_id),
      generation: event.generation, classId: event.class_id,
      sourceState: SOURCE_STATES[event.source_state] || '?', count: event.count,
      status: event.status,
    }));
  }

  /** Why the pipeline cannot go on, or why it refused a change; '' if there is no problem. */
  problem() {
    const handle = this.#open();
    return text((...buffer) => library().problem(handle, ...buffer));
  }

  /** The name of a class of the model, or null for none. */
  className(classId) {
    const handle = this.#open();
    try {
      return text((...buffer) => library().class_name(handle, classId, ...buffer));
    } catch (error) {
      if (error.status === Status.NOT_FOUND) return null;
      throw error;
    }
  }

  /** Counters, rates and latencies, under their names in include/rextrack.h. */
  stats() {
    const stats = { ...EMPTY_STATS };
    check(library().stats(this.#open(), stats));
    const { struct_size, reserved, ...rest } = stats;
    return { ...rest, source_state: SOURCE_STATES[stats.source_state] || '?' };
  }

  /** The outputs of the pipeline: name, state, counters, and the problem of each. */
  sinks() {
    const count = [0];
    const handle = this.#open();
    const buffer = Buffer.alloc(SINK_BYTES * 64);
    check(library().sinks(handle, buffer, SINK_BYTES, 64, count));
    return koffi.decode(buffer, RextrackSink, Math.min(Number(count[0]), 64)).map((sink) => ({
      name: sink.name, state: SINK_STATES[sink.state] || '?', sent: Number(sink.sent),
      failed: Number(sink.failed), bytes: Number(sink.bytes), dropped: Number(sink.dropped),
      problem: sink.problem,
    }));
  }

  /** Versions, model, licence and device. */
  info() {
    const handle = this.#open();
    return JSON.parse(text((...buffer) => library().info(handle, ...buffer)));
  }

  /** The current configuration, without passwords. */
  config() {
    const handle = this.#open();
    return JSON.parse(text((...buffer) => library().get_config(handle, ...buffer)));
  }

  /** Changes the configuration with a merge patch (RFC 7396; null resets a key), completely
   * or not at all. */
  setConfig(patch) {
    check(library().set_config(this.#open(), json(patch)));
  }

  /** Passes a picture to a pipeline whose `camera.stream` is 'push:', and copies it. `data`
   * is a Buffer or a typed array of bytes without gaps between rows; `format` is a key of
   * PIXEL_FORMATS. The data of a canvas is 'rgba8'. */
  pushFrame(data, width, height, format, { flipped = false, captureNs = 0n } = {}) {
    const pixel = PIXEL_FORMATS[format];
    if (!pixel) {
      const known = Object.keys(PIXEL_FORMATS).join(', ');
      throw new RangeError(`pixel format '${format}' is unknown; use one of ${known}`);
    }
    const needed = width * height * pixel[1];
    if (data.byteLength < needed) {
      throw new RangeError(
        `${width}x${height} ${format} needs ${needed} bytes, and there are ` +
          `${data.byteLength}; pass the whole picture`,
      );
    }
    check(library().push_frame(this.#open(), {
      struct_size: koffi.sizeof(RextrackFrame), format: pixel[0], width, height, data,
      stride: 0, capture_ns: captureNs, flags: flipped ? 1 : 0, reserved: 0,
    }));
  }

  #open() {
    if (this.#handle === null) {
      throw new RextrackError(Status.CLOSED, 'the pipeline is closed; create another one');
    }
    return this.#handle;
  }
}

const EMPTY_STATS = Object.freeze({
  ...Object.fromEntries(Object.keys(RextrackStats.members).map((name) => [name, 0])),
  struct_size: koffi.sizeof(RextrackStats), requested_device: '', device: '',
});

/** Sets the level of the log, a name of LOG_LEVELS, for the whole process. `quiet`: the log
 * is only polled, and nothing is written to stderr. */
function setLog(level, { quiet = false } = {}) {
  const number = LOG_LEVELS.indexOf(level);
  if (number < 0) {
    throw new RangeError(`log level '${level}' is unknown; use one of ${LOG_LEVELS.join(', ')}`);
  }
  check(library().set_log(quiet ? number | LOG_QUIET : number, null, null));
}

let logNumber = 0;
/** The lines of the log since the previous call, oldest first, without passwords. The library
 * keeps 1024 lines: `dropped` counts those that were lost before a line. */
function pollLog() {
  const lines = [];
  for (;;) {
    const line = { struct_size: koffi.sizeof(RextrackLogLine), level: 0, number: 0, time_ns: 0, dropped: 0 };
    const message = text((...buffer) => library().poll_log(logNumber, line, ...buffer));
    if (Number(line.number) === 0) return lines;
    logNumber = line.number;
    lines.push({
      level: LOG_LEVELS[line.level] || '?', number: Number(line.number),
      timeNs: BigInt(line.time_ns), dropped: Number(line.dropped), message,
    });
  }
}

/** The current time on the clock of all times: monotonic, with an arbitrary start. */
function nowNs() {
  return BigInt(library().now_ns());
}

/** The version of the library, such as '0.1.0'. */
function version() {
  return library().version_string();
}

module.exports = {
  ABI, EVENT_KINDS, LOG_LEVELS, PIXEL_FORMATS, Pipeline, RextrackError, SLOT_STATES,
  SOURCE_STATES, Snapshot, Status, nowNs, pollLog, setLog, structs, version,
};
