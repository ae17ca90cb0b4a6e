// Tests the site on realistic hosts: with the headers that docs/hosting.md recommends, wrong content types, broken
// connections, slow networks, weights on another host, and files of two builds mixed.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { PREVIEW, withPreview } from '../../xtask/finish.mjs';
import { list } from '../../xtask/packs.mjs';
import { policy } from '../../xtask/policy.mjs';
import { launch, visit, wrongsOn } from './support/chromium.mjs';
import { Host } from './support/host.mjs';
import { bundled, shards } from './support/pack.mjs';
import { NOTHING, inject, outcome } from './support/policy.mjs';
import { dist, program, root } from './support/places.mjs';
import { Studio } from './support/studio.mjs';

const IMMUTABLE = 'public, max-age=31536000, immutable';
const guide = readFileSync(join(root, 'docs/hosting.md'), 'utf8');

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Makes a few steps on the CPU. */
async function paint(studio) {
  await studio.choose({ size: 64, steps: 10 });
  await studio.paint();
  await studio.reach('done');
}

/** The code block in a language in the guide. */
function recipe(language) {
  const found = guide.match(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``));
  assert.ok(found, `docs/hosting.md has a block of ${language}`);
  return found[1];
}

/** The headers for a path in `_headers`, as Netlify and Cloudflare read them. */
function headersFor(path) {
  const headers = {};
  let applies = false;
  for (const line of readFileSync(join(dist, '_headers'), 'utf8').split('\n')) {
    if (line.startsWith('/')) applies = line.endsWith('*') ? `/${path}`.startsWith(line.slice(0, -1)) : `/${path}` === line;
    const [, name, value] = /^ {2}([\w-]+): (.*)$/.exec(line) ?? [];
    if (applies && name) headers[name] = value;
  }
  return headers;
}

test('under the headers for Netlify and Cloudflare it paints, saves, and is kept', async () => {
  for (const [name, immutable] of [
    ...readdirSync(dist).filter((name) => /-[0-9a-f]{8,16}/.test(name) && !name.endsWith('.svg')).map((name) => [name, true]),
    ['index.html', false], ['sw.js', false], ['weights/packs.json', false], ['embed.js', false],
  ]) assert.equal(headersFor(name)['Cache-Control'], immutable ? IMMUTABLE : undefined, name);
  await visit(browser, async ({ studio, page, host }) => {
    host.headers = headersFor;
    await studio.open(host.url, 'cpu');
    assert.ok(await page.evaluate(() => crossOriginIsolated), 'all cores may help');
    assert.ok(await page.evaluate(() => document.featurePolicy.allowsFeature('camera')), 'the page may ask for the camera');
    await paint(studio);
    for (const [button, as] of [['Save PNG', 'policy.png'], ['Save triptych', 'policy-triptych.png'], ['Save GIF', 'policy.gif'], ['Save video', 'policy.mp4']]) {
      assert.ok((await studio.save(button, as)).bytes.length > 1000);
    }
    await page.locator('#kept p').first().waitFor();
  });
});

test('the page itself says the policy of _headers, and a host that sends no headers is protected by it', async () => {
  const said = headersFor('index.html')['Content-Security-Policy'];
  await visit(browser, async ({ studio, page, host }) => {
    inject(host);
    await studio.open(host.url, 'cpu');
    assert.equal(await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content'), said);
    assert.deepEqual(await outcome(page), NOTHING);
    await paint(studio);
  }, { expectErrors: true });
});

/** Servers with the guide's recipes; each gets its own folder, with the site in `site`, and its recipe. */
const servers = {
  nginx(folder, recipe) {
    const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
    writeFileSync(join(folder, 'nginx.conf'), `
      daemon off; pid ${folder}/pid; error_log stderr; ${process.getuid?.() === 0 ? 'user root;' : ''} events {}
      http { include /etc/nginx/mime.types; access_log off; ${scratch}\n${recipe}\n}`);
    return ['-p', folder, '-c', join(folder, 'nginx.conf')];
  },
  caddy(folder, recipe) {
    writeFileSync(join(folder, 'Caddyfile'), `{\nadmin off\n}\n${recipe}`);
    return ['run', '--config', join(folder, 'Caddyfile')];
  },
};

for (const [name, configure] of Object.entries(servers)) {
  const executable = program(`IMPASTO_${name.toUpperCase()}`, [name]);
  test(`${name} with the recipe of the guide sends what the guide promises, and it paints`, { skip: !executable && `${name} is not installed` }, async () => {
    const folder = mkdtempSync(join(tmpdir(), `impasto-${name}-`));
    cpSync(dist, join(folder, 'site'), { recursive: true });
    const port = 20_000 + (process.pid % 20_000);
    const adapted = recipe(name).replace('/srv/impasto', join(folder, 'site'))
      .replace('listen 8080', `listen 127.0.0.1:${port}`).replace(':8080 {', `http://127.0.0.1:${port} {`);
    const server = spawn(executable, configure(folder, adapted), {
      stdio: 'ignore', env: { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    });
    const origin = `http://127.0.0.1:${port}/`;
    const context = await browser.newContext();
    try {
      const front = await eventually(() => headers(origin));
      assert.equal(front['cache-control'], 'no-cache');
      assert.equal(front['content-security-policy'], policy());
      const engine = await headers(origin + readdirSync(dist).find((file) => /^worker-cpu-.*\.wasm$/.test(file)));
      assert.equal(engine['content-type'], 'application/wasm');
      assert.equal(engine['content-encoding'], 'gzip');
      assert.equal(engine['cache-control'], IMMUTABLE);
      const page = await context.newPage();
      const wrongs = wrongsOn(page);
      const studio = new Studio(page);
      await studio.open(origin, 'cpu');
      assert.ok(await page.evaluate(() => crossOriginIsolated), 'all cores may help');
      await paint(studio);
      assert.deepEqual(wrongs, []);
    } finally {
      await context.close();
      server.kill();
    }
  });
}

test('the workflow for GitHub Pages publishes what .ci/run has tested', () => {
  const [ci, pages] = ['ci.yml', 'pages.yml'].map((name) => readFileSync(join(root, '.github/workflows', name), 'utf8'));
  assert.match(ci, /run: bash \.ci\/run\n/);
  assert.match(ci, /upload-artifact@[0-9a-f]{40} # v[\d.]+\n\s+with:\n\s+name: site\n\s+path: dist\n/);
  assert.match(ci, /needs: check\n[^]*uses: \.\/\.github\/workflows\/pages\.yml/);
  assert.match(pages, /name: site\n\s+path: site\n[^]*upload-pages-artifact@[0-9a-f]{40} # v[\d.]+\n\s+with:\n\s+path: site\n/);
  assert.match(readFileSync(join(root, 'README.md'), 'utf8'), /```sh\ncargo xtask build\n```/);
});

test('wasm of a wrong type is taken all the same', async () => {
  await visit(browser, async ({ studio, host }) => {
    host.types['.wasm'] = 'application/octet-stream';
    await studio.open(host.url, 'cpu');
    await paint(studio);
  });
});

test('a host that sends a web page in the place of the program is told of, on the page', async () => {
  await visit(browser, async ({ page, host }) => {
    const folder = mkdtempSync(join(tmpdir(), 'impasto-overlay-'));
    writeFileSync(join(folder, 'app_bg.wasm'), '<!doctype html><title>Start</title>');
    host.overlay = folder;
    await page.goto(host.url);
    await page.getByText(/Impasto could not be loaded \(.+\)\. Reload the page/).waitFor();
  }, { expectErrors: true });
});

for (const ranges of [true, false]) {
  test(`a connection that breaks within a shard is taken up again ${ranges ? 'where it broke' : 'from the beginning, without ranges'}`, async () => {
    const [file] = shards('tiny');
    await visit(browser, async ({ studio, page, host }) => {
      host.ranges = ranges;
      host.cuts.set(file, 300_000);
      await studio.open(host.url, 'cpu');
      await paint(studio);
      assert.equal(host.cuts.size, 0, 'the connection was cut');
      assert.deepEqual(host.shardRequests, [file, file], 'the shard was asked for twice');
      const [{ name, start }, ...rest] = host.rangeRequests;
      assert.deepEqual([name, rest.length], [file, 0]);
      assert.ok(start > 0 && start <= 300_000, `asked for what lies behind ${start} bytes`);
      assert.equal(await page.locator('#error').count(), 0);
    }, { expectErrors: true });
  });
}

test('on a slow line the page can be used at once, and a run shows how its network comes', async () => {
  await visit(browser, async ({ studio, page, host }) => {
    await studio.open(host.url, 'cpu');
    await page.locator('#studio[data-engine=cpu]').waitFor();
    host.bytesPerSecond = 400_000;
    await studio.choose({ network: 'fast', size: 64, steps: 10, photo: 'cat' });
    await studio.paint();
    await page.getByText(/of 3\.4 MB/).waitFor();
    host.bytesPerSecond = null;
    await studio.stopButton.click();
    await studio.reach('stopped');
  });
});

test('weights on another host are listed, read from there, and verified', async () => {
  const elsewhere = await new Host(bundled).start();
  elsewhere.headers = () => ({ 'access-control-allow-origin': '*' });
  const folder = mkdtempSync(join(tmpdir(), 'impasto-weights-'));
  cpSync(join(bundled, 'tiny'), join(folder, 'tiny'), { recursive: true });
  writeFileSync(join(folder, 'elsewhere.json'), JSON.stringify({ far: `${elsewhere.url}weights/fast/` }));
  writeFileSync(join(folder, 'packs.json'), JSON.stringify(list(folder)));
  const context = await browser.newContext();
  const host = await new Host(folder).start();
  // As the build writes it with such a list.
  host.permits = { packs: [elsewhere.origin] };
  try {
    const page = await context.newPage();
    const studio = new Studio(page);
    await studio.open(host.url, 'cpu');
    await page.getByText('far', { exact: true }).waitFor();
    await studio.choose({ network: 'far' });
    const [last] = shards('fast').slice(-1);
    elsewhere.damage = (path, bytes) => {
      if (path === last) bytes[1000] ^= 1;
      return bytes;
    };
    await studio.choose({ size: 64, steps: 10 });
    await studio.paint();
    await studio.reach('failed');
    assert.match(await studio.alert.textContent(), /of the network far cannot be used/);

    elsewhere.damage = (_path, bytes) => bytes;
    await paint(studio);
    assert.ok(elsewhere.shardRequests.length > 0);
    assert.ok(host.shardRequests.every((path) => path.startsWith('weights/tiny/')), 'nothing of it from the site itself');
  } finally {
    await context.close();
    await host.stop();
    await elsewhere.stop();
  }
});

test('a page and a worker of two builds do not work together, and the visitor is told', async () => {
  await visit(browser, async ({ studio, host }) => {
    const folder = mkdtempSync(join(tmpdir(), 'impasto-overlay-'));
    const name = readdirSync(dist).find((name) => /^worker-cpu-.*\.wasm$/.test(name));
    const engine = readFileSync(join(dist, name));
    const at = engine.indexOf('impasto-build-');
    assert.ok(at > 0, 'the engine says which build it is of');
    engine.write('0123456789abcdef', at + 'impasto-build-'.length, 'latin1');
    writeFileSync(join(folder, 'worker-cpu_bg.wasm'), engine);
    host.overlay = folder;
    await studio.open(host.url, 'cpu');
    await studio.alert.waitFor();
    assert.equal(await studio.alert.getAttribute('data-kind'), 'outdated');
    assert.match(await studio.alert.textContent(), /The site was updated meanwhile; save what you want to keep and reload the page/);
  });
});

function headers(url) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'gzip' } }, (answer) => { answer.resume(); resolve(answer.headers); }).on('error', reject);
  });
}

async function eventually(attempt) {
  for (let left = 50; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

test('a site that knows its address has a picture for previews of links', () => {
  const page = withPreview(readFileSync(join(dist, 'index.html'), 'utf8'), 'https://impasto.example/demo');
  assert.match(page, /<link rel="canonical" href="https:\/\/impasto\.example\/demo\/">/);
  assert.match(page, new RegExp(`<meta property="og:image" content="https://impasto\\.example/demo/${PREVIEW}">`));
  // The size that is shown in full width.
  assert.deepEqual(jpegSize(readFileSync(join(dist, PREVIEW))), [1200, 630]);
  assert.throws(() => withPreview(page, 'file:///srv/impasto'), /must begin with https/);
});

/** Width and height of a baseline JPEG, from its frame header (ITU-T T.81, B.2.2). */
function jpegSize(bytes) {
  let at = 2;
  while (bytes[at + 1] !== 0xc0) at += 2 + bytes.readUInt16BE(at + 2);
  return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
}
