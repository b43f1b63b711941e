'use strict';
/**
 * The functions and structs of include/rextrack.h for koffi. Only rextrack.js uses this file.
 */

const fs = require('fs');
const path = require('path');
const { promisify } = require('util');
const koffi = require('koffi');

/** The version of the ABI that this file was written for. */
const ABI = { major: 1, minor: 0 };

const Status = Object.freeze({
  OK: 0, INVALID_ARGUMENT: -1, CONFIG: -2, MODEL: -3, RUNTIME: -4, DEVICE: -5, SOURCE: -6,
  TIMEOUT: -7, BUFFER_TOO_SMALL: -8, NOT_RUNNING: -9, ENDED: -10, NO_FRAME: -11,
  NOT_FOUND: -12, STOPPED: -13, CLOSED: -14, WOKEN: -15, ABI: -16, INTERNAL: -98, PANIC: -99,
});

/** An error of the library. The message says what is wrong, and the remedy. */
class RextrackError extends Error {
  constructor(status, message) {
    super(message);
    this.name = 'RextrackError';
    /** A number of `Status`. */
    this.status = status;
  }
}

/** The structs of include/rextrack.h, under their names there. */
const structs = {
  RextrackSlot: koffi.struct('RextrackSlot', {
    track_id: 'uint64_t', generation: 'uint32_t', state: 'uint32_t', class_id: 'int32_t',
    score: 'float', x: 'float', y: 'float', w: 'float', h: 'float', vx: 'float', vy: 'float',
    age_ms: 'uint32_t', life_ms: 'uint32_t',
  }),
  RextrackSnapshot: koffi.struct('RextrackSnapshot', {
    struct_size: 'uint32_t', source_state: 'uint32_t', seq: 'uint64_t', frame_seq: 'uint64_t',
    capture_ns: 'int64_t', publish_ns: 'int64_t', slot_count: 'uint32_t',
    active_count: 'uint32_t', waiting_count: 'uint32_t', frame_width: 'uint32_t',
    frame_height: 'uint32_t', problem: 'int32_t', problem_count: 'uint32_t',
    reserved: 'uint32_t',
  }),
  RextrackEvent: koffi.struct('RextrackEvent', {
    kind: 'uint32_t', slot: 'uint32_t', seq: 'uint64_t', time_ns: 'int64_t',
    track_id: 'uint64_t', generation: 'uint32_t', class_id: 'int32_t',
    source_state: 'uint32_t', count: 'uint32_t', status: 'int32_t', reserved: 'uint32_t',
  }),
  RextrackStats: koffi.struct('RextrackStats', {
    struct_size: 'uint32_t', source_state: 'uint32_t', frames_in: 'uint64_t',
    frames_processed: 'uint64_t', dropped: 'uint64_t', reconnects: 'uint64_t',
    fps_in: 'float', fps_proc: 'float', capture_ms: 'float', preprocess_ms: 'float',
    inference_ms: 'float', postprocess_ms: 'float', track_ms: 'float', end_to_end_ms: 'float',
    waiting: 'uint32_t', reserved: 'uint32_t',
    requested_device: koffi.array('char', 16, 'String'), device: koffi.array('char', 16, 'String'),
  }),
  RextrackSink: koffi.struct('RextrackSink', {
    state: 'uint32_t', reserved: 'uint32_t', sent: 'uint64_t', failed: 'uint64_t',
    bytes: 'uint64_t', dropped: 'uint64_t', name: koffi.array('char', 128, 'String'),
    problem: koffi.array('char', 256, 'String'),
  }),
  RextrackLogLine: koffi.struct('RextrackLogLine', {
    struct_size: 'uint32_t', level: 'int32_t', number: 'uint64_t', time_ns: 'int64_t',
    dropped: 'uint64_t',
  }),
  RextrackFrame: koffi.struct('RextrackFrame', {
    struct_size: 'uint32_t', format: 'uint32_t', width: 'uint32_t', height: 'uint32_t',
    data: 'void *', stride: 'size_t', capture_ns: 'int64_t', flags: 'uint32_t',
    reserved: 'uint32_t',
  }),
};
/** Where the library is searched for. The last entry is left to the system. */
function candidates() {
  if (process.env.REXTRACK_LIBRARY) return [process.env.REXTRACK_LIBRARY];
  const names = { win32: 'rextrack.dll', darwin: 'librextrack.dylib' };
  const name = names[process.platform] || 'librextrack.so';
  const folders = ['.', '../../target/release', '../../target/debug'];
  const files = folders.map((folder) => path.resolve(__dirname, folder, name));
  return [...files.filter((file) => fs.existsSync(file)), name];
}

function load() {
  const reasons = [];
  for (const file of candidates()) {
    let library;
    try {
      library = koffi.load(file);
    } catch (error) {
      reasons.push(error.message);
      continue;
    }
    return declare(library, file);
  }
  throw new RextrackError(
    Status.NOT_FOUND,
    `no rextrack library can be loaded (${reasons.join('; ')}); build it with ` +
      '`cargo build --release`, or set REXTRACK_LIBRARY to its path',
  );
}

/** Checks the version first: an older library lacks some of the functions. */
function declare(library, file) {
  let found;
  try {
    found = library.func('uint32_t rextrack_abi_version()')();
  } catch {
    throw new RextrackError(
      Status.ABI, `${file} is not the rextrack library; set REXTRACK_LIBRARY to its path`,
    );
  }
  const [major, minor] = [found >>> 16, found & 0xffff];
  if (major !== ABI.major || minor < ABI.minor) {
    throw new RextrackError(
      Status.ABI,
      `${file} has version ${major}.${minor} of the ABI, and rextrack.js needs ` +
        `${ABI.major}.${ABI.minor} or a newer ${ABI.major}.x; use the library and the ` +
        'rextrack.js of the same release',
    );
  }
  const c = {};
  // A handle is an opaque pointer; memory that the library fills is a Buffer.
  for (const prototype of [
    'const char *rextrack_version_string()',
    'const char *rextrack_status_string(int32_t status)',
    'int64_t rextrack_now_ns()',
    'size_t rextrack_last_error(void *buffer, size_t capacity)',
    'int32_t rextrack_create(uint32_t abi_version, const char *config, _Out_ void **out)',
    'int32_t rextrack_find(const char *camera_id, _Out_ void **out)',
    'int32_t rextrack_start(void *p)',
    'int32_t rextrack_stop(void *p)',
    'int32_t rextrack_wake(void *p)',
    'int32_t rextrack_destroy(void *p)',
    'int32_t rextrack_reset_slots(void *p)',
    'int32_t rextrack_wait(void *p, uint64_t after_seq, uint32_t timeout_ms)',
    'int32_t rextrack_poll(void *p, void *slots, size_t slot_size, size_t capacity, void *snapshot)',
    'int32_t rextrack_poll_at(void *p, int64_t t_ns, void *slots, size_t slot_size, size_t capacity, void *snapshot)',
    'int32_t rextrack_poll_events(void *p, void *events, size_t event_size, size_t capacity, _Out_ size_t *count)',
    'int32_t rextrack_push_frame(void *p, const RextrackFrame *frame)',
    'int32_t rextrack_stats(void *p, _Inout_ RextrackStats *stats)',
    'int32_t rextrack_sinks(void *p, void *sinks, size_t sink_size, size_t capacity, _Out_ size_t *count)',
    'int32_t rextrack_set_config(void *p, const char *patch)',
    'int32_t rextrack_get_config(void *p, void *buffer, size_t capacity, _Out_ size_t *length)',
    'int32_t rextrack_info(void *p, void *buffer, size_t capacity, _Out_ size_t *length)',
    'int32_t rextrack_problem(void *p, void *buffer, size_t capacity, _Out_ size_t *length)',
    'int32_t rextrack_class_name(void *p, int32_t class_id, void *buffer, size_t capacity, _Out_ size_t *length)',
    'int32_t rextrack_set_log(int32_t level, void *callback, void *user)',
    'int32_t rextrack_poll_log(uint64_t after, _Inout_ RextrackLogLine *line, void *buffer, size_t capacity, _Out_ size_t *length)',
  ]) {
    c[/rextrack_(\w+)/.exec(prototype)[1]] = library.func(prototype);
  }
  c.wait_async = promisify(c.wait.async);
  c.destroy_async = promisify(c.destroy.async);
  return c;
}

let loaded;
/** The library, loaded at the first use. */
function library() {
  return (loaded ??= load());
}

/** Throws the message of this thread's latest error. */
function check(status) {
  if (status >= 0) return;
  const buffer = Buffer.alloc(4096);
  const length = Number(library().last_error(buffer, buffer.length));
  throw new RextrackError(status, buffer.toString('utf8', 0, Math.min(length, buffer.length - 1)));
}

/** The text of a function that fills a buffer. Repeats while the text grows. */
function text(fill) {
  let buffer = Buffer.alloc(1024);
  for (;;) {
    const length = [0];
    const status = fill(buffer, buffer.length, length);
    const bytes = Number(length[0]);
    if (status !== Status.BUFFER_TOO_SMALL) {
      check(status);
      return buffer.toString('utf8', 0, bytes);
    }
    buffer = Buffer.alloc(bytes + 1);
  }
}

module.exports = { ABI, RextrackError, Status, check, library, structs, text };
