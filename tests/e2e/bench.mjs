// The benchmark: what a step of the engine costs in a real browser, in seconds of processor time of the whole browser.
//
//   cargo xtask bench [--json FILE]

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { launch, visit } from './support/chromium.mjs';
import { cpuSeconds } from './support/cpu-time.mjs';
import { skip } from './support/pack.mjs';

/** Steps that are left out, since they compile the kernels, and steps that are measured. */
const WARM_UP = 2;
const MEASURED = 8;

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });
if (skip) throw new Error(skip);

const rows = [];
for (const { engine, size } of [{ engine: 'gpu', size: 64 }, { engine: 'cpu', size: 64 }, { engine: 'cpu', size: 128 }]) {
  const browser = await launch();
  try {
    await visit(browser, async ({ studio, host }) => {
      await studio.open(host.url, engine);
      await studio.choose({ size, steps: 300 });
      await studio.paint();
      await studio.reachStep(WARM_UP);
      const from = { cpu: cpuSeconds(process.pid), wall: performance.now(), step: await studio.step() };
      await studio.reachStep(from.step + MEASURED);
      const steps = (await studio.step()) - from.step;
      const cpu = (cpuSeconds(process.pid) - from.cpu) / steps;
      const wall = (performance.now() - from.wall) / 1000 / steps;
      rows.push({ engine, size, steps, cpu, wall });
      console.log(`${engine} ${size}: ${cpu.toFixed(3)} s of processor time a step, ${wall.toFixed(3)} s on the clock`);
      await studio.stopButton.click();
      await studio.reach('stopped');
    });
  } finally {
    await browser.close();
  }
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
