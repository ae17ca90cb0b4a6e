// A network with sixteen channels in every layer: useless for pictures, but fast enough for long runs.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { writeList } from '../../../xtask/packs.mjs';
import { bundled } from './pack.mjs';
import { artefacts, cli } from './places.mjs';

export const CHANNELS = 16;
const CONVOLUTIONS = [2, 2, 4, 4, 1];

/** A folder to be served as `weights/`: the bundled networks, and this one as `narrow`. */
export function withNarrow() {
  const folder = join(artefacts, 'weights-narrow');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(bundled, folder, { recursive: true });
  const file = join(artefacts, 'narrow.safetensors');
  writeFileSync(file, safetensors());
  execFileSync(cli, ['weights', '--from', file, '--out', join(folder, 'narrow')], { stdio: ['ignore', 'ignore', 'inherit'] });
  writeList(folder);
  return folder;
}

function safetensors() {
  let inputs = 3;
  let state = 1;
  const numbers = [];
  const header = {};
  const tensor = (name, shape, value) => {
    const start = numbers.length * 4;
    for (let left = shape.reduce((a, b) => a * b); left > 0; left--) numbers.push(value());
    header[name] = { dtype: 'F32', shape, data_offsets: [start, numbers.length * 4] };
  };
  CONVOLUTIONS.forEach((count, block) => {
    for (let number = 1; number <= count; number++) {
      const layer = `conv${block + 1}_${number}`;
      const reach = Math.sqrt(6 / (9 * inputs));
      tensor(`${layer}.weight`, [CHANNELS, inputs, 3, 3], () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return reach * (state / 2 ** 31 - 1);
      });
      tensor(`${layer}.bias`, [CHANNELS], () => 0.05);
      inputs = CHANNELS;
    }
  });
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.from(Float32Array.from(numbers).buffer)]);
}
