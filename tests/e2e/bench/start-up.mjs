// How long a visitor waits: for the page, for the engine, and for the first sight of the picture; at the first visit and when
// they come back. The GPU engine with the network that the page takes by itself.

import { visit } from '../support/chromium.mjs';
import { kept } from '../support/kept.mjs';
import { Studio } from '../support/studio.mjs';

const ENGINE = 'gpu';
const NETWORK = 'fast';
const SIZE = 128;

/** What is waited for, and how it is called in print. */
const WAITS = {
  usable: 'from the navigation until the page can be used',
  ready: 'from the navigation until the engine is ready',
  frame: `from Paint until the first frame, at ${SIZE} pixels`,
};

/** Seconds of each wait: { first: { usable, ready, frame }, again: { … } }. */
export async function measureStartUp(browser) {
  const found = {};
  await visit(browser, async ({ studio, page, host }) => {
    found.first = await wait(studio, host);
    await studio.reachNetwork(NETWORK);
    await kept(page, ENGINE, NETWORK);
    await page.close();
    found.again = await wait(new Studio(await page.context().newPage()), host);
  });
  return found;
}

async function wait(studio, host) {
  const opening = await studio.timeOpening(host.url, ENGINE, { size: SIZE });
  const frame = await studio.timeFirstFrame();
  await studio.stopButton.click();
  await studio.reach('stopped');
  return { ...opening, frame };
}

/** The least of two rounds, for each wait. */
export function sooner(one, other) {
  const least = (visit) => Object.fromEntries(Object.keys(WAITS).map((wait) => [wait, Math.min(one[visit][wait], other[visit][wait])]));
  return { first: least('first'), again: least('again') };
}

export function printStartUp({ first, again }) {
  for (const [wait, words] of Object.entries(WAITS)) {
    console.log(`${ENGINE}, ${NETWORK}: ${words} ${first[wait].toFixed(2)} s, on the second visit ${again[wait].toFixed(2)} s`);
  }
}
