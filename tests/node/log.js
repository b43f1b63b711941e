'use strict';
// Polls the log of a camera that refuses connections until a line names its address.
const rextrack = require('../../examples/node/rextrack');

const [stream, host] = process.argv.slice(2);
rextrack.setLog('debug', { quiet: true });
const pipeline = new rextrack.Pipeline({
  camera: { stream }, tracking: { model: 'builtin:motion' },
});
pipeline.start();
const lines = [];
const timer = setInterval(async () => {
  lines.push(...rextrack.pollLog());
  if (!lines.some((line) => line.message.includes(host))) return;
  clearInterval(timer);
  await pipeline.close();
  lines.push(...rextrack.pollLog());
  for (const line of lines) console.log(`${line.number} ${line.level} ${line.message}`);
}, 20);
