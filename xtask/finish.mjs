// Finishes a built site in trunk's staging folder (Trunk.toml): writes the list of the networks, gives the workers'
// files, and the folder of what makes films, a name with a hash for each build, and writes the list of the files that are stored for offline use.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { writeList } from './packs.mjs';

/** Stored only after their first use: a visitor needs only one of the engines. */
const ENGINES = ['worker-gpu', 'worker-cpu'];
const PROGRAMS = [...ENGINES, 'worker-export'];

/** The JavaScript library, with which how.html paints. */
const LIBRARY = ['encode', 'engine', 'errors', 'index', 'job', 'options', 'pictures', 'start'].map((name) => `${name}.js`);

/** The picture for previews of links. */
export const PREVIEW = 'preview.jpg';

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Replaces the empty value that follows the comment with this name. */
function fill(text, name, value) {
  const place = new RegExp(`/\\* ${name} \\*/ (\\{\\}|\\[\\]|'')`);
  if (!place.test(text)) throw new Error(`there is no place for ${name}`);
  return text.replace(place, () => JSON.stringify(value));
}

/**
 * The version of the messages between page and worker (crates/protocol), for the JavaScript library (packages/impasto/start.js):
 * it rises when an older library would be misunderstood.
 */
const MESSAGES = 1;

/** The description of the engine by which the JavaScript library finds it. It is under this name in each build. */
export const describe = (worker, programs) => JSON.stringify({ format: 'impasto-engine', version: MESSAGES, worker, programs });

/** Every file of a folder, as relative paths, sorted. */
function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'))
    .sort();
}

/** The page with the tags that need its address, for previews of links: other sites fetch what they name. */
export function withPreview(page, address) {
  const site = new URL(address.endsWith('/') ? address : `${address}/`);
  if (!/^https?:$/.test(site.protocol)) throw new Error(`IMPASTO_URL is ${address}, but must begin with https://`);
  const last = /<meta property="og:description"[^>]*>/;
  if (!last.test(page)) throw new Error('index.html has no place for the address');
  return page.replace(last, (tag) => `${tag}
    <link rel="canonical" href="${site.href}">
    <meta property="og:url" content="${site.href}">
    <meta property="og:image" content="${new URL(PREVIEW, site).href}">
    <meta property="og:image:alt" content="A photo, a painting, and the photo painted in its manner">
    <meta name="twitter:card" content="summary_large_image">`);
}

/** The page with title and body of another one. */
function withContent(page, other) {
  const place = /<title>[^]*?<\/title>|<body>[^]*<\/body>/g;
  const [title, body] = other.match(place);
  return page.replace(place, (part) => (part.startsWith('<title>') ? title : body));
}

/** The page with a style sheet and a script of this name instead of the program. */
function withFiles(page, name) {
  const program = /<script type="module">[^]*?<\/script>|<link rel="(?:module)?preload"[^>]*>/g;
  if ((page.match(program) ?? []).length < 2) throw new Error('index.html does not start the program as expected');
  const files = `<link rel="stylesheet" href="${name}.css">\n    <script type="module" src="${name}.js"></script>\n  </head>`;
  return page.replace(program, '').replace('</head>', () => files);
}

/**
 * Finishes the site in `site`, which will have this address, if that is known. If it is `served` for development nothing is
 * stored: a change must be visible at once.
 */
export function finish(site, { served, address }) {
  writeList(join(site, 'weights'));
  const read = (name) => readFileSync(join(site, name), 'utf8');
  const hashed = (name, ending) => {
    const named = `${name}-${hash(readFileSync(join(site, name + ending)))}${ending}`;
    renameSync(join(site, name + ending), join(site, named));
    return named;
  };

  const programs = {};
  for (const program of PROGRAMS) {
    programs[program] = { script: hashed(program, '.js'), module: hashed(program, '_bg.wasm') };
  }
  writeFileSync(join(site, 'worker.js'), fill(read('worker.js'), 'programs', programs));
  const loader = hashed('worker', '.js');
  const film = `film-${hash(files(join(site, 'film')).map((file) => read(join('film', file))).join(''))}`;
  renameSync(join(site, 'film'), join(site, film));

  mkdirSync(join(site, 'library'), { recursive: true });
  for (const file of LIBRARY) copyFileSync(join(import.meta.dirname, '../packages/impasto', file), join(site, 'library', file));

  const all = files(site).filter((file) => !file.startsWith('weights/') && file !== 'sw.js');
  const build = hash(all.map((file) => `${file} ${hash(readFileSync(join(site, file)))}\n`).join(''));
  const attributes = `data-worker="${loader}" data-film="${film}/record.js"${served ? '' : ` data-build="${build}"`}`;
  const page = read('index.html').replace('<html lang="en">', `<html lang="en" ${attributes}>`);
  if (!page.includes(attributes)) throw new Error('index.html does not begin as expected');
  const index = address ? withPreview(page, address) : page;
  writeFileSync(join(site, 'index.html'), index);

  writeFileSync(join(site, 'engine.json'), describe(loader, programs));

  // The other page of the program: the same head, another content.
  writeFileSync(join(site, 'bench.html'), withContent(page, read('bench.html')));
  // A page without the program.
  writeFileSync(join(site, 'how.html'), withContent(withFiles(page, 'how'), read('how.html')));

  const later = Object.fromEntries(ENGINES.map((engine) => [engine, Object.values(programs[engine])]));
  const unneeded = new Set(['index.html', 'embed.js', 'embed.html', 'example-post.html', PREVIEW, ...Object.values(later).flat()]);
  // Hosts that read `_headers` do not serve it.
  const shell = all.filter((file) => !unneeded.has(file) && !/^_|\.md$/.test(file));
  let worker = fill(read('sw.js'), 'build', served ? '' : build);
  worker = fill(worker, 'shell', served ? [] : shell);
  writeFileSync(join(site, 'sw.js'), fill(worker, 'engines', served ? {} : later));
}

// The tests import this file; trunk runs it, with the staging folder in the environment.
if (process.env.TRUNK_STAGING_DIR) {
  try {
    finish(process.env.TRUNK_STAGING_DIR, { served: process.env.IMPASTO_SERVED === 'true', address: process.env.IMPASTO_URL });
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exit(1);
  }
}
