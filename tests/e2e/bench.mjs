// The benchmark: what a step of the engine costs in a real browser, in seconds of processor time of the whole browser, and
// how many times less than the full VGG-19 the bundled networks cost, and Burn's stock operations and TensorFlow.js more. All
// figures of a table come from one run.
//
//   cargo xtask bench [--json FILE]

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { launch, visit } from './support/chromium.mjs';
import { cpuSeconds } from './support/cpu-time.mjs';
import { Host } from './support/host.mjs';
import { full, skipFull } from './support/pack.mjs';
import { root } from './support/places.mjs';
import { PATIENCE } from './support/studio.mjs';

/** Steps that are left out, since kernels are compiled in them. */
const WARM_UP = 2;

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
  { engine: 'tfjs webgpu', network: 'vgg19', pixels: '64×64', steps: 2 },
  { engine: 'tfjs webgpu', network: 'vgg19', pixels: '192×128', steps: 1 },
  { engine: 'tfjs wasm', network: 'vgg19', pixels: '64×64', steps: 5 },
  { engine: 'tfjs wasm', network: 'vgg19', pixels: '192×128', steps: 2 },
];

/** The rows that a row is compared with: what else a visitor's machine of that kind could be asked to do. */
const RIVALS = { gpu: ['stock', 'tfjs webgpu'], cpu: ['tfjs wasm'] };

const { values: options } = parseArgs({ options: { json: { type: 'string' }, rounds: { type: 'string', default: '3' } } });
if (skipFull) throw new Error(skipFull);
const baseline = process.env.IMPASTO_STOCK ?? '';
const tfjs = join(root, 'benches/tfjs');
for (const needed of [join(baseline, 'worker-gpu_bg.wasm'), join(tfjs, 'node_modules')]) {
  if (!existsSync(needed)) throw new Error(`there is no ${needed}: run this through \`cargo xtask bench\``);
}

// Neighbours on the machine come and go, and slow the caches even where the processor's time is counted: each row is
// measured in every round, and its least disturbed round counts.
const rows = ROWS.map((row) => ({ ...row, cpu: Infinity, wall: Infinity }));
for (let round = 0; round < Number(options.rounds); round += 1) {
  for (const row of rows) {
    const { cpu, wall } = await measure(row);
    row.cpu = Math.min(row.cpu, cpu);
    row.wall = Math.min(row.wall, wall);
  }
}

const of = (engine, network, pixels) => rows.find((row) => row.engine === engine && row.network === network && row.pixels === pixels);
const line = (...cells) => console.log(cells.map((cell, at) => (at < 3 ? cell.padEnd(12) : cell.padStart(18))).join(''));
line('engine', 'network', 'picture', 'processor s/step', 'clock s/step', 'VGG-19/this', 'stock/this', 'TensorFlow.js/this');
for (const row of rows) {
  const times = (other) => (other && other !== row ? other.cpu / row.cpu : null);
  row.ratios = {
    vgg19: times(of(row.engine, 'vgg19', row.pixels)),
    stock: RIVALS[row.engine]?.includes('stock') && row.network === 'vgg19' ? times(of('stock', 'vgg19', row.pixels)) : null,
    tfjs: row.network === 'vgg19' ? times(of(RIVALS[row.engine]?.at(-1), 'vgg19', row.pixels)) : null,
  };
  const { vgg19, stock, tfjs } = row.ratios;
  line(row.engine, row.network, row.pixels, row.cpu.toFixed(3), row.wall.toFixed(3), ...[vgg19, stock, tfjs].map((ratio) => ratio?.toFixed(1) ?? ''));
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);

async function measure(row) {
  const browser = await launch();
  try {
    return await (row.engine.startsWith('tfjs') ? measureTensorFlow : measureEngine)(browser, row);
  } finally {
    await browser.close();
  }
}

/** Seconds a step, of the processor and of the clock: `reach(steps)` waits until so many are made, `made()` says how many are. */
async function timed(steps, reach, made) {
  await reach(WARM_UP);
  const from = { cpu: cpuSeconds(process.pid), wall: performance.now(), step: await made() };
  await reach(from.step + steps);
  const count = (await made()) - from.step;
  return { cpu: (cpuSeconds(process.pid) - from.cpu) / count, wall: (performance.now() - from.wall) / 1000 / count };
}

async function measureEngine(browser, { engine, network, photo, size, steps }) {
  let found;
  await visit(browser, async ({ studio, host }) => {
    if (engine === 'stock') host.overlay = baseline;
    // Every step at the size that the row names.
    await studio.open(host.url, engine === 'cpu' ? 'cpu' : 'gpu', { schedule: 'single' });
    await studio.choose({ photo, size, steps: 300, network });
    await studio.paint();
    found = await timed(steps, (step) => studio.reachStep(step), () => studio.step());
    await studio.stopButton.click();
    await studio.reach('stopped');
  }, { weights: full });
  return found;
}

/** A user's own loop in TensorFlow.js, benches/tfjs. */
async function measureTensorFlow(browser, { engine, pixels, steps }) {
  const host = await new Host(null).start();
  host.overlay = tfjs;
  try {
    const page = await browser.newPage();
    const [width, height] = pixels.split('×');
    await page.goto(`${host.url}index.html?backend=${engine.split(' ')[1]}&width=${width}&height=${height}`);
    return await timed(
      steps,
      (step) => page.waitForFunction((step) => globalThis.losses?.length >= step, step, { timeout: PATIENCE }),
      () => page.evaluate(() => globalThis.losses.length),
    );
  } finally {
    await host.stop();
  }
}
