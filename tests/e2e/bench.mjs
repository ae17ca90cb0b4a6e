// The benchmark: what a step of the engine costs in a real browser, in seconds of processor time of the whole browser, and
// how many times less than the full VGG-19 the bundled networks cost and Burn's stock operations more. All figures of a table
// come from one run.
//
//   cargo xtask bench [--json FILE]

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { launch, visit } from './support/chromium.mjs';
import { cpuSeconds } from './support/cpu-time.mjs';
import { full, skipFull } from './support/pack.mjs';

/** Steps that are left out, since kernels are compiled in them. */
const WARM_UP = 2;
const ROUNDS = 3;

/** Measured are as many steps as it takes for the processor's clock, which ticks a hundred times a second, to be exact. */
const ROWS = [
  { engine: 'gpu', network: 'vgg19', photo: 'astronaut', pixels: '64×64', size: 64, steps: 10 },
  { engine: 'gpu', network: 'vgg19', photo: 'coffee', pixels: '192×128', size: 192, steps: 3 },
  { engine: 'gpu', network: 'fast', photo: 'coffee', pixels: '192×128', size: 192, steps: 10 },
  { engine: 'gpu', network: 'tiny', photo: 'coffee', pixels: '192×128', size: 192, steps: 20 },
  { engine: 'cpu', network: 'vgg19', photo: 'astronaut', pixels: '64×64', size: 64, steps: 15 },
  { engine: 'cpu', network: 'vgg19', photo: 'coffee', pixels: '192×128', size: 192, steps: 5 },
  { engine: 'cpu', network: 'fast', photo: 'coffee', pixels: '192×128', size: 192, steps: 15 },
  { engine: 'cpu', network: 'tiny', photo: 'coffee', pixels: '192×128', size: 192, steps: 30 },
  { engine: 'stock', network: 'vgg19', photo: 'astronaut', pixels: '64×64', size: 64, steps: 2 },
];

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });
if (skipFull) throw new Error(skipFull);
const baseline = process.env.IMPASTO_STOCK ?? '';
if (!existsSync(join(baseline, 'worker-gpu_bg.wasm'))) throw new Error('no baseline: run this through `cargo xtask bench`');

// Neighbours on the machine come and go, and slow the caches even where the processor's time is counted: each row is
// measured in every round, and its least disturbed round counts.
const rows = ROWS.map((row) => ({ ...row, cpu: Infinity, wall: Infinity }));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const row of rows) {
    const { cpu, wall } = await measure(row);
    row.cpu = Math.min(row.cpu, cpu);
    row.wall = Math.min(row.wall, wall);
  }
}

const stock = rows.find(({ engine }) => engine === 'stock');
const line = (...cells) => console.log(cells.map((cell, at) => (at < 3 ? cell.padEnd(9) : cell.padStart(18))).join(''));
line('engine', 'network', 'picture', 'processor s/step', 'clock s/step', 'stock/this', 'VGG-19/this');
for (const row of rows) {
  const whole = rows.find(({ engine, network, pixels }) => engine === row.engine && network === 'vgg19' && pixels === row.pixels);
  row.stockRatio = row.pixels === stock.pixels ? stock.cpu / row.cpu : null;
  row.networkRatio = row.network === 'vgg19' ? null : whole.cpu / row.cpu;
  const times = (ratio) => ratio?.toFixed(1) ?? '';
  line(row.engine, row.network, row.pixels, row.cpu.toFixed(3), row.wall.toFixed(3), times(row.stockRatio), times(row.networkRatio));
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);

async function measure({ engine, network, photo, size, steps }) {
  const browser = await launch();
  try {
    let found;
    await visit(browser, async ({ studio, host }) => {
      if (engine === 'stock') host.overlay = baseline;
      await studio.open(host.url, engine === 'cpu' ? 'cpu' : 'gpu');
      await studio.choose({ photo, size, steps: 300, network });
      await studio.paint();
      await studio.reachStep(WARM_UP);
      const from = { cpu: cpuSeconds(process.pid), wall: performance.now(), step: await studio.step() };
      await studio.reachStep(from.step + steps);
      const made = (await studio.step()) - from.step;
      found = {
        cpu: (cpuSeconds(process.pid) - from.cpu) / made,
        wall: (performance.now() - from.wall) / 1000 / made,
      };
      await studio.stopButton.click();
      await studio.reach('stopped');
    }, { weights: full });
    return found;
  } finally {
    await browser.close();
  }
}
