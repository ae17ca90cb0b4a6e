// Writes the licences of the crates that the engine is made of: `node xtask/notices.mjs FILE`.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(import.meta.dirname, '..');

const cargo = (...words) =>
  execFileSync('cargo', words, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] });
const ENGINE = ['--locked', '--features', 'worker/gpu,worker/cpu'];
const BROWSER = 'wasm32-unknown-unknown';

/** The crates in the engine's programs, without our own and without macros, which only build it. */
function crates() {
  // The tree knows which features are on; where the files are is in the metadata.
  const tree = cargo(
    'tree', ...ENGINE, '--package', 'worker', '--target', BROWSER, '--edges', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}',
  );
  const used = new Set(tree.split('\n').map((line) => line.replace(/ \(\*\)$/, '')));
  const { packages } = JSON.parse(cargo('metadata', ...ENGINE, '--format-version', '1', '--filter-platform', BROWSER));
  const others = packages.filter(({ name, version, source }) => source !== null && used.has(`${name} v${version}`));
  return others.sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
}

/** The texts of licences and notices in a crate's folder. */
function texts(manifest) {
  const folder = dirname(manifest);
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|copying|notice|unlicense|copyright)/i.test(entry.name))
    .map(({ name }) => name);
  return names.sort().map((name) => readFileSync(join(folder, name), 'utf8').trim());
}

/** The list of the crates with their licences, then each text once, with the crates that it belongs to. */
export function notices() {
  const all = crates();
  if (!all.some(({ name }) => name === 'burn')) throw new Error('cargo does not say what the engine is made of');
  const shared = new Map();
  for (const { name, manifest_path: manifest } of all) {
    for (const text of texts(manifest)) {
      const key = text.replace(/\s+/g, ' ');
      if (!shared.has(key)) shared.set(key, { text, names: new Set() });
      shared.get(key).names.add(name);
    }
  }
  const lines = all.map(({ name, version, license, repository }) => `${name} ${version}: ${[license, repository].filter(Boolean).join(', ')}`);
  const rule = '-'.repeat(80);
  const parts = [...shared.values()].map(({ text, names }) => `${rule}\n${[...names].join(', ')}\n${rule}\n\n${text}`);
  const about = "The engine of Impasto contains parts of Rust's standard library (MIT OR Apache-2.0) and of these crates:";
  return `${[about, lines.join('\n'), ...parts].join('\n\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(process.argv[2], notices());
