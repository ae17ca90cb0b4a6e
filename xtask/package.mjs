// Assembles the npm package `impasto` from packages/impasto and a built site, and packs it:
// `node xtask/package.mjs DIST OUT [NOTICES]`. OUT/package is the package, OUT/impasto-VERSION.tgz what npm publishes.

import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'packages/impasto');
/** The engines in the package, and the networks: those that are chosen by default. */
const PROGRAMS = ['worker-gpu', 'worker-cpu'];
const NETWORKS = ['fast', 'tiny'];

/** Assembles and packs; `notices` is the file with the licences of what the engine is made of. Returns the tarball. */
export function pack(dist, out, notices) {
  const folder = join(out, 'package');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  copyFileSync(join(root, 'www/embed.js'), join(folder, 'element.js'));
  for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) copyFileSync(join(root, licence), join(folder, licence));
  if (notices) copyFileSync(notices, join(folder, 'THIRD-PARTY.txt'));
  engine(dist, join(folder, 'engine'));

  const [, version] = /^version = "(.*)"$/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'));
  const { name, ...rest } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ name, version, ...rest }, null, 2)}\n`);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', resolve(out)], { cwd: folder, shell: process.platform === 'win32' });
  return join(out, `impasto-${version}.tgz`);
}

/** The engine of a built site, with the files that painting needs. */
function engine(dist, folder) {
  const { worker, programs, ...rest } = JSON.parse(readFileSync(join(dist, 'engine.json'), 'utf8'));
  const own = Object.fromEntries(PROGRAMS.map((program) => [program, programs[program]]));
  mkdirSync(folder);
  for (const file of [worker, ...Object.values(own).flatMap(Object.values)]) copyFileSync(join(dist, file), join(folder, file));
  // The networks have terms of their own.
  mkdirSync(join(folder, 'weights'));
  copyFileSync(join(root, 'weights/README.md'), join(folder, 'weights/README.md'));
  for (const network of NETWORKS) cpSync(join(dist, 'weights', network), join(folder, 'weights', network), { recursive: true });
  writeFileSync(join(folder, 'engine.json'), JSON.stringify({ ...rest, worker, programs: own }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(pack(...process.argv.slice(2)));
