'use strict';
// Prints size and offsets of the structs in native.js, in the words of tests/c/layout.c.
const { structs } = require('../../examples/node/rextrack');

for (const [name, type] of Object.entries(structs)) {
  console.log(`${name} ${type.size}`);
  for (const member of Object.values(type.members)) {
    console.log(`  ${member.name} ${member.offset} ${member.type.size}`);
  }
}
