#!/usr/bin/env node
'use strict';
/**
 * Prints the live slots of a video or camera, one line per snapshot, and the events:
 *
 *     p1 entered
 *     frame 120  p1 (0.42, 0.61)  p3 (0.70, 0.33) held
 *
 * The log goes to stderr. Ctrl-C ends the program. Nothing here blocks the event loop.
 */

const { parseArgs } = require('util');
const rextrack = require('./rextrack');

const USAGE = `usage: node slots.js STREAM [--model NAME] [--models-dir FOLDER] [--seconds N]
STREAM is rtsp://..., http://..., a video file or webcam:0`;

function parse() {
  const options = {
    model: { type: 'string', default: 'yolox_nano' },
    'models-dir': { type: 'string', default: 'models' },
    seconds: { type: 'string', default: 'Infinity' },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const seconds = Number(values.seconds);
  if (positionals.length !== 1) throw new TypeError('exactly one STREAM is needed');
  if (!(seconds > 0)) throw new TypeError(`--seconds ${values.seconds} is not above 0`);
  return { stream: positionals[0], model: values.model, models: values['models-dir'], seconds };
}

function printLog() {
  for (const line of rextrack.pollLog()) console.error(`[${line.level}] ${line.message}`);
}

function printEvents(pipeline) {
  for (const event of pipeline.events()) {
    if (['entered', 'lost', 'found', 'left'].includes(event.kind)) {
      console.log(`p${event.slot} ${event.kind}`);
    } else if (event.kind === 'source') {
      console.log(`source ${event.sourceState}`);
    } else if (event.kind === 'problem' && event.status === 0) {
      console.log('problem solved');
    } else if (event.kind === 'problem' || event.kind === 'change_refused') {
      console.log(`${event.kind}: ${pipeline.problem()}`);
    } else {
      console.log(event.kind);
    }
  }
}

function print(snapshot) {
  let line = `frame ${snapshot.frameSeq}`;
  for (const [number, slot] of snapshot.occupied()) {
    const held = slot.state === 'held' ? ' held' : '';
    line += `  p${number} (${slot.x.toFixed(2)}, ${slot.y.toFixed(2)})${held}`;
  }
  console.log(line);
}

async function run({ stream, model, models, seconds }) {
  rextrack.setLog('info', { quiet: true });
  const pipeline = new rextrack.Pipeline({
    camera: { stream, every_frame: false },
    tracking: { model },
    service: { models_dir: models },
  });
  const stop = () => pipeline.wake();
  process.once('SIGINT', stop);
  const log = setInterval(printLog, 100);
  const end = Number.isFinite(seconds) ? setTimeout(stop, seconds * 1000) : null;
  try {
    pipeline.start();
    for await (const snapshot of pipeline.snapshots()) {
      printEvents(pipeline);
      // The first snapshots have no frame yet.
      if (snapshot.frameSeq > 0) print(snapshot);
    }
  } finally {
    clearInterval(log);
    clearTimeout(end);
    process.off('SIGINT', stop);
    printEvents(pipeline);
    await pipeline.close();
    printLog();
  }
}

async function main() {
  let options;
  try {
    options = parse();
  } catch (error) {
    console.error(`slots.js: ${error.message}\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  try {
    await run(options);
  } catch (error) {
    // Errors of the library name the remedy; another error is a defect of this program.
    console.error(`slots.js: ${error instanceof rextrack.RextrackError ? error.message : error.stack}`);
    process.exitCode = 1;
  }
}

main();
