// Finishes a built site in trunk's staging folder (Trunk.toml): writes the list of the networks, makes files of the scripts
// within the page, gives scripts, style sheets and the folder of what makes films a name with a hash for each build, writes the policy into the pages, and
// the list of the files that are stored for offline use.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { list, writeList } from './packs.mjs';
import { isOrigin, ownerPlaces, policy, withPolicy } from './policy.mjs';

/** Stored only after their first use: a visitor needs only one of the engines. */
const ENGINES = ['worker-gpu', 'worker-cpu'];
const PROGRAMS = [...ENGINES, 'worker-export'];

/** The JavaScript library, with which how.html paints. */
const LIBRARY = ['encode', 'engine', 'errors', 'index', 'job', 'options', 'pictures', 'start'].map((name) => `${name}.js`);

/** The picture for previews of links. */
export const PREVIEW = 'preview.jpg';

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** The pages of the site, except `bench.html` and `how.html`, which get the head of the first one. */
const PAGES = ['index.html', 'embed.html', 'example-post.html'];

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
function withoutProgram(page, name) {
  const program = /<script type="module"[^>]*>[^]*?<\/script>|<link rel="(?:module)?preload"[^>]*>/g;
  if ((page.match(program) ?? []).length < 2) throw new Error('index.html does not start the program as expected');
  const files = `<link rel="stylesheet" href="${name}.css">\n    <script type="module" src="${name}.js"></script>\n  </head>`;
  return page.replace(program, '').replace('</head>', () => files);
}

/**
 * The page with a file in the place of each script that trunk has written into it, since the policy allows no others: the one
 * that starts the program, and under `cargo xtask serve` the one that reloads the page.
 */
function withFiles(page, site) {
  return page.replace(/<script([^>]*)>([^]*?)<\/script>/g, (tag, attributes, text) => {
    if (text === '') return tag;
    // What trunk's server fills in in a page, but not in a script.
    const script = text.replaceAll("'{{__TRUNK_ADDRESS__}}'", 'location.host').replaceAll('{{__TRUNK_WS_BASE__}}', '/');
    const name = `start-${hash(script)}.js`;
    writeFileSync(join(site, name), script);
    return `<script${attributes} src="${name}"></script>`;
  });
}

/**
 * The packs on other hosts, by their origins, and the places of pictures: what the policy permits beyond the site.
 */
function permissions(site, pictures) {
  const { packs } = list(join(site, 'weights'));
  const origins = packs.flatMap(({ elsewhere }) => (elsewhere ? new URL(elsewhere).origin : []));
  const wrong = origins.find((origin) => !isOrigin(origin));
  if (wrong) throw new Error(`weights/elsewhere.json names ${wrong}, which cannot stand in a policy: take a host with a plain name`);
  return { pictures: ownerPlaces(pictures), packs: [...new Set(origins)] };
}

/**
 * Finishes the site in `site`, which will have this address, if that is known, and takes pictures from these places (IMPASTO_PICTURES). If
 * it is `served` for development nothing is stored: a change must be visible at once.
 */
export function finish(site, { served, address, pictures }) {
  const permitted = permissions(site, pictures);
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

  for (const name of PAGES) {
    const named = (_, before, file, ending) => `${before}"${hashed(file, ending)}"`;
    // Two pages have no file in common: a hashed one is not there any more.
    const page = read(name).replace(/(<script src=|<link rel="stylesheet" href=)"([\w-]+)(\.js|\.css)"/g, named);
    writeFileSync(join(site, name), withPolicy(withFiles(page, site), permitted));
  }
  writeFileSync(join(site, '_headers'), read('_headers').replace('{policy}', () => policy(permitted)));

  const all = files(site).filter((file) => !file.startsWith('weights/') && file !== 'sw.js');
  const build = hash(all.map((file) => `${file} ${hash(readFileSync(join(site, file)))}\n`).join(''));
  const attributes = `data-worker="${loader}" data-film="${film}/record.js"${served ? '' : ` data-build="${build}"`}`;
  const page = read('index.html').replace('<html lang="en"', `<html lang="en" ${attributes}`);
  if (!page.includes(attributes)) throw new Error('index.html does not begin as expected');
  const index = address ? withPreview(page, address) : page;
  writeFileSync(join(site, 'index.html'), index);

  writeFileSync(join(site, 'engine.json'), describe(loader, programs));

  // The other page of the program: the same head, another content.
  writeFileSync(join(site, 'bench.html'), withContent(page, read('bench.html')));
  // A page without the program.
  writeFileSync(join(site, 'how.html'), withContent(withoutProgram(page, 'how'), read('how.html')));

  const later = Object.fromEntries(ENGINES.map((engine) => [engine, Object.values(programs[engine])]));
  const unneeded = new Set(['index.html', 'embed.js', 'embed.html', PREVIEW, ...Object.values(later).flat()]);
  // Hosts that read `_headers` do not serve it.
  const shell = all.filter((file) => !unneeded.has(file) && !/^_|^poster-|^example-post|\.md$/.test(file));
  let worker = fill(read('sw.js'), 'build', served ? '' : build);
  worker = fill(worker, 'shell', served ? [] : shell);
  writeFileSync(join(site, 'sw.js'), fill(worker, 'engines', served ? {} : later));
}

// The tests import this file; trunk runs it, with the staging folder in the environment.
if (process.env.TRUNK_STAGING_DIR) {
  try {
    finish(process.env.TRUNK_STAGING_DIR, {
      served: process.env.IMPASTO_SERVED === 'true', address: process.env.IMPASTO_URL, pictures: process.env.IMPASTO_PICTURES,
    });
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exit(1);
  }
}
