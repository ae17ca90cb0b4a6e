// Tests products with relaxed SIMD, whose module only browsers can run (`crates/processor/src/relaxed`).

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { launch, visit } from './support/chromium.mjs';
import { dist } from './support/places.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test('the engine on the processor has a module with relaxed SIMD in its table, and that multiplies as by definition', async () => {
  await visit(browser, async ({ page, host }) => {
    await page.goto(host.url);
    const file = (pattern) => new URL(readdirSync(dist).find((name) => pattern.test(name)), host.url).href;
    const bytes = await page.evaluate(caught, [file(/^worker-cpu-.*\.js$/), file(/^worker-cpu-.*\.wasm$/)]);
    assert.ok(bytes.length > 100 && bytes.length < 20_000, `${bytes.length} bytes`);
    const errors = await page.evaluate(compared, bytes);
    assert.equal(errors.length, 6 * 4 * 3 * 2 * 2);
    for (const { what, error } of errors) assert.ok(error < 1e-6, `${what}: ‖out − ref‖/‖ref‖ is ${error}`);
    // The site's policy forbids workers from a blob.
  }, { bypassCSP: true });
});

/** On the page: starts the engine in a worker, and waits for the module whose function it puts into a table. */
function caught([script, module]) {
  const source = `
    let bytes;
    WebAssembly.Module = new Proxy(WebAssembly.Module, {
      construct(original, [given]) { bytes = given.slice(); return new original(given); },
    });
    const { set } = WebAssembly.Table.prototype;
    WebAssembly.Table.prototype.set = function (place, value) {
      set.call(this, place, value);
      if (typeof value === 'function') postMessage({ caught: bytes });
    };
    importScripts(${JSON.stringify(script)});
    wasm_bindgen({ module_or_path: ${JSON.stringify(module)} });
  `;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  return new Promise((resolve, reject) => {
    setTimeout(reject, 30_000, new Error('the engine puts nothing into its table'));
    worker.onmessage = ({ data }) => data.caught && resolve([...data.caught]);
    worker.onerror = ({ message }) => reject(new Error(message));
  }).finally(() => worker.terminate());
}

/** On the page: the relative errors of products of random matrices, compared with sums in 64 bits. */
async function compared(bytes) {
  const memory = new WebAssembly.Memory({ initial: 16 });
  const { instance } = await WebAssembly.instantiate(new Uint8Array(bytes), { env: { memory } });
  const operands = new Uint32Array(memory.buffer, 0, 11); // crates/processor/src/relaxed/operands.rs
  const numbers = new Float32Array(memory.buffer, 64);
  const [left, right, out] = [0, 80_000, 160_000];
  const address = (at) => numbers.byteOffset + at * numbers.BYTES_PER_ELEMENT;
  const errors = [];
  // Fewer rows than a panel has, as many, and more; empty sums, and sums longer than the engine needs.
  for (const rows of [1, 2, 3, 7, 48, 64]) for (const inner of [0, 1, 37, 300]) for (const columns of [4, 8, 12]) {
    for (const byColumns of [false, true]) for (const add of [false, true]) {
      for (let at = 0; at < numbers.length; at += 1) numbers[at] = Math.random() * 2 - 1;
      const before = numbers.slice();
      const [row, column] = byColumns ? [1, rows + 1] : [inner + 2, 1];
      const [rightRow, outRow] = [columns + 3, columns + 5];
      const numbersOf = [address(out), outRow, address(left), row, column, address(right), rightRow];
      operands.set([rows, inner, columns, ...numbersOf, add]);
      instance.exports.panel(operands.byteOffset);
      for (let y = 0; y < rows; y += 1) for (let x = 0; x < columns; x += 1) {
        let sum = add ? before[out + y * outRow + x] : 0;
        for (let k = 0; k < inner; k += 1) sum += before[left + y * row + k * column] * before[right + k * rightRow + x];
        before[out + y * outRow + x] = sum;
      }
      // The whole memory is compared, since nothing else may have been written.
      let [difference, norm] = [0, 0];
      for (let at = 0; at < numbers.length; at += 1) difference += (numbers[at] - before[at]) ** 2;
      for (let y = 0; y < rows; y += 1) for (let x = 0; x < columns; x += 1) norm += before[out + y * outRow + x] ** 2;
      const error = difference === 0 ? 0 : Math.sqrt(difference / norm);
      errors.push({ what: `${rows}×${inner}×${columns}${byColumns ? ', by columns' : ''}${add ? ', added' : ''}`, error });
    }
  }
  return errors;
}
