// Puts into a site's page what its Content-Security-Policy forbids, and tells what of it ran.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { dist } from './places.mjs';

const run = (name) => `(globalThis.ran ??= []).push('${name}')`;

/** Markup as it gets into a page that shows a stranger's words as they are. */
const MARKUP = `
<script>${run('a script within the page')}</script>
<script type="module">${run('a module within the page')}</script>
<img src="data:image/png,none" onerror="${run('an event handler')}">
<iframe srcdoc="<script>(parent.ran ??= []).push('a script within a frame')</script>"></iframe>
<style>body { --styled: yes; }</style>
<script src="probe.js"></script>`;

/**
 * What a script of the site can be brought to do with a stranger's words. It may run itself. `probed` is resolved when all has
 * been tried.
 */
const PROBE = `
const mark = (name) => '(globalThis.ran ??= []).push("' + name + '")';
const attempts = [
  () => eval(mark('eval')),
  () => new Function(mark('new Function'))(),
  () => setTimeout(mark('a timer with a text')),
  () => document.body.setAttribute('onclick', mark('an attribute')) ?? document.body.click(),
  () => { document.body.insertAdjacentHTML('beforeend', '<img src="data:image/png,none" onerror=\\'' + mark('markup') + '\\'>'); },
  () => { Object.assign(document.createElement('a'), { href: 'javascript:' + mark('an address') }).click(); },
];
for (const attempt of attempts) try { attempt(); } catch {}
const element = (fill) => new Promise((resolve) => {
  const script = document.createElement('script');
  script.onload = script.onerror = resolve;
  try { fill(script); } catch { resolve(); }
  document.head.append(script);
});
const broken = () => Promise.all([...document.querySelectorAll('img[onerror]')].map((image) => image.decode().catch(() => {})));
// What was begun before is over with a later turn of the same kind.
const turn = () => new Promise((resolve) => { setTimeout(resolve); });
globalThis.probed = Promise.all([
  element((script) => { script.src = 'data:text/javascript,' + mark('a script of another origin'); }),
  element((script) => { script.textContent = mark('a new script within the page'); setTimeout(script.onload); }),
  import('data:text/javascript,' + mark('a module of another origin')).catch(() => {}),
  broken(),
  new Promise((resolve) => { addEventListener('load', resolve); }),
]).then(turn).then(turn).then(() => ({
  ran: globalThis.ran ?? [], styled: getComputedStyle(document.body).getPropertyValue('--styled'),
}));`;

/** Makes `host` send the page with all of this in it. */
export function inject(host) {
  host.overlay ??= mkdtempSync(join(tmpdir(), 'impasto-overlay-'));
  const page = readFileSync(join(dist, 'index.html'), 'utf8').replace('</body>', () => `${MARKUP}</body>`);
  writeFileSync(join(host.overlay, 'index.html'), page);
  writeFileSync(join(host.overlay, 'probe.js'), PROBE);
}

/** What ran of it, and whether the style sheet within the page counts, after all has been tried. */
export const outcome = (page) => page.evaluate(() => globalThis.probed);

/** The outcome under the policy. */
export const NOTHING = { ran: [], styled: '' };
