// The benchmark: the CPU time of a step of the engine in a real browser, in seconds over all of its processes; how it
// compares with the full VGG-19, Burn's stock operations, TensorFlow.js and jax-js; the share of the adapter's peak
// performance; whether the time is linear in the number of pixels; and the start-up times. All figures of a table come
// from one run.
//
//   cargo xtask bench [--json FILE] [--rounds 3] [--only TEXT]
//
// --only selects rows by engine, network and pixels (`gpu vgg19 64×64`), or `roofline`, `start-up` or `firefox`. The rows that a
// row is compared with are measured only if they are selected, too, except the roofline.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { faster, measureFirefox, printFirefox } from './bench/firefox.mjs';
import { better, ceiling, effective, measureRoofline, printRoofline } from './bench/roofline.mjs';
import { measureStartUp, printStartUp, sooner } from './bench/start-up.mjs';
import { launch, visit } from './support/chromium.mjs';
import { cpuSeconds } from './support/cpu-time.mjs';
import { Host, isolated } from './support/host.mjs';
import { bundled, full, skipFull } from './support/pack.mjs';
import { root } from './support/places.mjs';
import { PATIENCE } from './support/studio.mjs';

/** Steps that are not measured, since kernels are compiled during them. */
const WARM_UP = 2;

/** The number of steps is large enough for the resolution of the CPU clock, which has a hundred ticks a second. */
const ROWS = [
  { engine: 'gpu', network: 'vgg19', photo: 'astronaut', pixels: '64×64', size: 64, steps: 10 },
  { engine: 'gpu', network: 'vgg19', photo: 'coffee', pixels: '192×128', size: 192, steps: 3 },
  { engine: 'gpu', network: 'fast', photo: 'coffee', pixels: '192×128', size: 192, steps: 10 },
  { engine: 'gpu', network: 'tiny', photo: 'coffee', pixels: '192×128', size: 192, steps: 20 },
  { engine: 'cpu', network: 'vgg19', photo: 'astronaut', pixels: '64×64', size: 64, steps: 15 },
  { engine: 'cpu', network: 'vgg19', photo: 'coffee', pixels: '192×128', size: 192, steps: 5 },
  { engine: 'cpu', network: 'fast', photo: 'coffee', pixels: '192×128', size: 192, steps: 15 },
  { engine: 'cpu', network: 'tiny', photo: 'coffee', pixels: '192×128', size: 192, steps: 30 },
  { engine: 'cpu, all cores', network: 'vgg19', photo: 'astronaut', pixels: '64×64', size: 64, steps: 30 },
  { engine: 'cpu, all cores', network: 'vgg19', photo: 'coffee', pixels: '192×128', size: 192, steps: 10 },
  { engine: 'cpu, all cores', network: 'fast', photo: 'coffee', pixels: '192×128', size: 192, steps: 30 },
  { engine: 'cpu, all cores', network: 'tiny', photo: 'coffee', pixels: '192×128', size: 192, steps: 60 },
  { engine: 'stock', network: 'vgg19', photo: 'astronaut', pixels: '64×64', size: 64, steps: 2 },
  { engine: 'tfjs webgpu', network: 'vgg19', pixels: '64×64', steps: 2 },
  { engine: 'tfjs webgpu', network: 'vgg19', pixels: '192×128', steps: 1 },
  { engine: 'tfjs wasm', network: 'vgg19', pixels: '64×64', steps: 5 },
  { engine: 'tfjs wasm', network: 'vgg19', pixels: '192×128', steps: 2 },
  { engine: 'jax-js webgpu', network: 'vgg19', pixels: '64×64', steps: 2 },
  { engine: 'jax-js wasm', network: 'vgg19', pixels: '64×64', steps: 2 },
  { engine: 'gpu', network: 'tiny', photo: 'astronaut', pixels: '128×128', size: 128, steps: 10 },
  { engine: 'gpu', network: 'tiny', photo: 'astronaut', pixels: '512×512', size: 512, steps: 2 },
  { engine: 'cpu', network: 'tiny', photo: 'astronaut', pixels: '128×128', size: 128, steps: 30 },
  { engine: 'cpu', network: 'tiny', photo: 'astronaut', pixels: '512×512', size: 512, steps: 3 },
];

/** The rows that a row is compared with: alternatives on the same kind of machine. */
const RIVALS = {
  gpu: { stock: 'stock', tfjs: 'tfjs webgpu', jax: 'jax-js webgpu' },
  cpu: { tfjs: 'tfjs wasm', jax: 'jax-js wasm' },
};

/** The engines on the adapter whose roofline is measured. */
const ON_ADAPTER = ['gpu', 'stock', 'tfjs webgpu', 'jax-js webgpu'];

/** Libraries for which benches/ has a page with the same step, as their user would write it. */
const LIBRARIES = ['tfjs', 'jax-js'];

const { values: options } = parseArgs({
  options: { json: { type: 'string' }, rounds: { type: 'string', default: '3' }, only: { type: 'string', default: '' } },
});
// The multiplication sign is not on every keyboard.
const only = options.only.replace(/(?<=\d)x(?=\d)/g, '×');
const isWanted = (name) => name.includes(only);

// Other programs on the machine slow the caches, which also affects CPU time: each row is measured in every round, and
// the round with the least time is reported.
const rows = ROWS.filter(({ engine, network, pixels }) => isWanted(`${engine} ${network} ${pixels}`))
  .map((row) => ({ ...row, cpu: Infinity, wall: Infinity }));
const withRoofline = isWanted('roofline') || rows.some(hasShare);
const withStartUp = isWanted('start-up');
const withFirefox = isWanted('firefox');
if (rows.length === 0 && !withRoofline && !withStartUp && !withFirefox) throw new Error(`nothing that is measured has "${options.only}" in its name`);
const baseline = process.env.IMPASTO_STOCK ?? '';
checkNeeds();

let roofline = null;
let startUp = null;
let firefox = null;
for (let round = 0; round < Number(options.rounds); round += 1) {
  if (withRoofline) {
    const found = await inBrowser(measureRoofline);
    roofline = roofline ? better(roofline, found) : found;
  }
  for (const row of rows) {
    const { cpu, wall } = await inBrowser((browser) => measure(browser, row));
    row.cpu = Math.min(row.cpu, cpu);
    row.wall = Math.min(row.wall, wall);
  }
  if (withStartUp) {
    const found = await inBrowser(measureStartUp);
    startUp = startUp ? sooner(startUp, found) : found;
  }
  if (withFirefox) {
    const found = await measureFirefox();
    firefox = firefox ? faster(firefox, found) : found;
  }
}

const of = (engine, network, pixels) => rows.find((row) => row.engine === engine && row.network === network && row.pixels === pixels);
const line = (...cells) => console.log(cells.map((cell, at) => (at < 3 ? cell.padEnd(16) : cell.padStart(20))).join(''));
if (rows.length > 0) {
  line(
    'engine', 'network', 'picture', 'processor s/step', 'clock s/step',
    'VGG-19/this', 'stock/this', 'TensorFlow.js/this', 'jax-js/this', 'GFLOP/s', 'share of roofline',
  );
}
for (const row of rows) {
  const times = (other) => (other && other !== row ? other.cpu / row.cpu : null);
  const rival = (name) => (row.network === 'vgg19' ? times(of(RIVALS[row.engine]?.[name], 'vgg19', row.pixels)) : null);
  row.ratios = {
    vgg19: times(of(row.engine, 'vgg19', row.pixels)), stock: rival('stock'), tfjs: rival('tfjs'), jax: rival('jax'),
  };
  row.gflops = row.network === 'vgg19' ? effective(count(row.pixels), row.wall) : null;
  row.share = hasShare(row) ? row.gflops / ceiling(roofline, row.pixels) : null;
  const { vgg19, stock, tfjs, jax } = row.ratios;
  line(
    row.engine, row.network, row.pixels, row.cpu.toFixed(3), row.wall.toFixed(3),
    ...[vgg19, stock, tfjs, jax, row.gflops].map((figure) => figure?.toFixed(1) ?? ''), row.share?.toFixed(2) ?? '',
  );
}
if (roofline) printRoofline(roofline);
if (startUp) printStartUp(startUp);
if (firefox) printFirefox(firefox);
const linearity = Object.fromEntries(['gpu', 'cpu'].map((engine) => [engine, pixelCost(engine)]));
const costs = Object.entries(linearity).filter(([, cost]) => cost !== null);
if (costs.length > 0) {
  console.log(`clock per pixel at 512×512 over that at 128×128: ${costs.map(([engine, cost]) => `${engine} ${cost.toFixed(2)}`).join(', ')}`);
}
if (options.json) writeFileSync(options.json, `${JSON.stringify({ rows, roofline, startUp, firefox, linearity }, null, 2)}\n`);

/** Whether a row is compared with the roofline. */
function hasShare({ engine, network }) {
  return network === 'vgg19' && ON_ADAPTER.includes(engine);
}

function count(pixels) {
  const [width, height] = pixels.split('×').map(Number);
  return width * height;
}

/** The time per pixel of a large picture relative to a small one: 1 if it is linear; null if it was not measured. */
function pixelCost(engine) {
  const [large, small] = ['512×512', '128×128'].map((pixels) => of(engine, 'tiny', pixels));
  return large && small ? (large.wall / count(large.pixels)) / (small.wall / count(small.pixels)) : null;
}

function checkNeeds() {
  if (skipFull && rows.some((row) => row.network === 'vgg19' && !library(row))) throw new Error(skipFull);
  const needed = [
    ['stock', join(baseline, 'worker-gpu_bg.wasm')],
    ...LIBRARIES.map((name) => [name, join(pageOf(name), 'node_modules')]),
  ];
  for (const [name, path] of needed) {
    if (rows.some((row) => row.engine.startsWith(name)) && !existsSync(path)) {
      throw new Error(`there is no ${path}: run this through \`cargo xtask bench\``);
    }
  }
}

/** Each measurement has its own browser. */
async function inBrowser(measurement) {
  const browser = await launch();
  try {
    return await measurement(browser);
  } finally {
    await browser.close();
  }
}

function measure(browser, row) {
  return (library(row) ? measureLibrary : measureEngine)(browser, row);
}

/** The library that a row measures; undefined for our engines. */
function library({ engine }) {
  return LIBRARIES.find((name) => engine.startsWith(name));
}

function pageOf(library) {
  return join(root, 'benches', library);
}

/**
 * Seconds per step of CPU and wall time: `reach(steps)` waits for that number of steps, `made()` returns the current
 * one.
 */
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
    if (engine === 'cpu, all cores') host.headers = isolated;
    // Every step at the size that the row names.
    await studio.open(host.url, engine.startsWith('cpu') ? 'cpu' : 'gpu', { schedule: 'single' });
    await studio.choose({ photo, size, steps: 300, network });
    await studio.paint();
    found = await timed(steps, (step) => studio.reachStep(step), () => studio.step());
    await studio.stopButton.click();
    await studio.reach('stopped');
  }, { weights: full ?? bundled });
  return found;
}

/** A user's own loop in another library. */
async function measureLibrary(browser, { engine, pixels, steps }) {
  const host = await new Host(null).start();
  host.overlay = pageOf(library({ engine }));
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
