// Tests what the page remembers from visit to visit: settings and theme, and that nothing depends on its being able to.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, until, visit } from './support/chromium.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const kept = (page) => page.evaluate(() => localStorage.getItem('impasto-settings'));

test('settings are remembered, an address that names some counts more, and the usual ones can be had back', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    const numbers = async () => {
      const { size, steps, strength } = await studio.settings();
      return { size, steps, strength };
    };
    await studio.open(host.url, 'cpu');
    assert.equal(await kept(page), null, 'nothing was changed yet');
    await page.getByText('Portrait').click();
    await studio.choose({ size: 96, steps: 30, strength: 0.5, network: 'fast' });
    const mine = { size: '96', steps: '30', strength: '0.5' };
    await until(page, () => localStorage.getItem('impasto-settings')?.includes('network=fast'));
    const text = await kept(page);

    await studio.open(host.url, 'cpu', { photo: 'cat' });
    assert.deepEqual(await numbers(), mine);
    assert.equal(await page.locator('.looks :checked').inputValue(), 'portrait');
    await studio.reachNetwork('fast');

    await studio.open(host.url, 'cpu', { steps: '50', size: '128' });
    assert.deepEqual(await numbers(), { size: '128', steps: '50', strength: '0' });
    assert.equal(await kept(page), text, 'to open an address changes nothing');
    // Not read in an embedded page, nor written.
    await page.goto(`${host.url}?embed&engine=cpu`);
    await studio.paintButton.waitFor();
    assert.equal(await page.locator('#steps').inputValue(), '100');
    assert.equal(await kept(page), text);

    await studio.open(host.url, 'cpu');
    const back = page.getByRole('button', { name: 'Back to the usual settings' });
    const undo = page.getByRole('button', { name: 'Undo' });
    assert.ok(!await undo.isVisible());
    await back.click();
    const { steps, strength } = await numbers();
    assert.deepEqual({ steps, strength }, { steps: '100', strength: '0' });
    assert.equal(await page.locator('.looks :checked').inputValue(), 'brushwork');
    await until(page, () => localStorage.getItem('impasto-settings') === '');
    await undo.click();
    assert.deepEqual(await numbers(), mine);
    await studio.reachNetwork('fast');
    assert.equal(await page.locator('.looks :checked').inputValue(), 'portrait');
    assert.ok(await back.evaluate((button) => button === document.activeElement), 'the focus is not lost');
  });
});

test('the theme is the system\'s, the chosen one, or that of the address, before the program has arrived', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    // The style sheet may arrive after the controls; until then the scheme is `normal`.
    const scheme = async () => {
      await until(page, () => getComputedStyle(document.documentElement).colorScheme !== 'normal');
      return page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    };
    const theme = page.getByLabel('Theme');
    host.hold('app-');
    await page.goto(host.url, { waitUntil: 'commit' });
    await theme.selectOption('dark');
    assert.equal(await scheme(), 'dark');
    await page.goto(host.url, { waitUntil: 'commit' });
    await theme.waitFor();
    assert.equal(await scheme(), 'dark');
    assert.equal(await theme.inputValue(), 'dark');
    await page.goto(`${host.url}?theme=light`, { waitUntil: 'commit' });
    await theme.waitFor();
    assert.equal(await scheme(), 'light');
    await theme.selectOption('system');
    await page.goto(host.url, { waitUntil: 'commit' });
    await theme.waitFor();
    assert.equal(await scheme(), 'light dark');
    host.release('app-');
    await studio.paintButton.waitFor();
  });
});

test('a browser that keeps nothing is no error', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await page.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('not here', 'SecurityError'); } });
    });
    await studio.open(host.url, 'cpu');
    await page.getByLabel('Theme').selectOption('dark');
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('done');
  });
});
