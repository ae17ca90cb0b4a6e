// Start-up times: until the page, the engine and the first picture are there, on the first and on later visits, with
// the GPU engine and its default network.

import { visit } from '../support/chromium.mjs';
import { kept } from '../support/kept.mjs';
import { Studio } from '../support/studio.mjs';

const ENGINE = 'gpu';
const NETWORK = 'fast';
const SIZE = 128;

/** The measured times and their labels. */
const WAITS = {
  usable: 'from the navigation until the page can be used',
  ready: 'from the navigation until the engine is ready',
  seen: `from Paint until the photo is on the canvas, at ${SIZE} pixels`,
  painted: 'from Paint until it has been painted on',
};

/** The kinds of visits. A visitor who chooses pictures first gives the engine time to load. */
const VISITS = { first: 'on the first visit', again: 'on the second', rested: 'on a third, whose Paint is pressed half a minute later' };
const REST = 30_000;

/** Seconds of each: { first: { usable, ready, seen, painted }, again: { … }, rested: { … } }. */
export async function measureStartUp(browser) {
  const found = {};
  await visit(browser, async ({ studio, page, host }) => {
    found.first = await wait(studio, host);
    await studio.reachNetwork(NETWORK);
    await kept(page, ENGINE, NETWORK);
    await page.close();
    const context = page.context();
    for (const [visit, rest] of [['again', 0], ['rested', REST]]) {
      const next = new Studio(await context.newPage());
      found[visit] = await wait(next, host, rest);
      await next.page.close();
    }
  });
  return found;
}

async function wait(studio, host, rest = 0) {
  const opening = await studio.timeOpening(host.url, ENGINE, { size: SIZE });
  await studio.page.waitForTimeout(rest);
  const frames = await studio.timeFirstFrame();
  await studio.stopButton.click();
  await studio.reach('stopped');
  return { ...opening, ...frames };
}

/** The minimum of two rounds, for each time. */
export function sooner(one, other) {
  const least = (visit) => Object.fromEntries(Object.keys(WAITS).map((wait) => [wait, Math.min(one[visit][wait], other[visit][wait])]));
  return Object.fromEntries(Object.keys(VISITS).map((visit) => [visit, least(visit)]));
}

export function printStartUp(found) {
  for (const [wait, words] of Object.entries(WAITS)) {
    const times = Object.entries(VISITS).map(([visit, when]) => `${found[visit][wait].toFixed(2)} s ${when}`);
    console.log(`${ENGINE}, ${NETWORK}: ${words} ${times.join(', ')}`);
  }
}
