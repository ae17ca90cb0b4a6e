// What tests of failing GPUs have in common.

import assert from 'node:assert/strict';

/** The style as far as its second block: a GPU in software has a quarter of the kernels to compile, and fails as with all. */
export const QUICK = { mode: 'texture=conv2_1' };

/** The engine in use; it must not have been requested by the address. */
export const engine = (studio) => studio.main.getAttribute('data-engine');

export async function paint(studio, size = 64, steps = 10) {
  await studio.choose({ size, steps, photo: 'cat', painting: 'hokusai-great-wave' });
  await studio.paint();
}

/** Waits for an alert of this kind and returns its text, which must not contain the program's internal terms. */
export async function failed(studio, kind) {
  await studio.reach('failed');
  assert.equal(await studio.alert.getAttribute('data-kind'), kind, await studio.alert.textContent());
  const text = await studio.alert.textContent();
  for (const word of ['panicked', '.rs:', '/', 'unwrap']) {
    assert.ok(!(await studio.alert.locator('> p').textContent()).includes(word), text);
  }
  for (const word of ['panicked', '.rs:', '/']) assert.ok(!text.includes(word), text);
  return text;
}
