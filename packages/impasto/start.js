// Starts a worker of an engine's folder. Browsers start no worker from another origin: there a worker of this page's own
// loads its script.

import { ImpastoError } from './errors.js';

/** The version of the messages to the engine; xtask/finish.mjs has the same. */
const VERSION = 1;

/** The description of the engine in a folder. */
async function description(base) {
  const none = (why, cause) => new ImpastoError('engine', `there is no engine at ${base} (${why}). `
    + 'Copy the one of this library to a folder of your site, as with `npx impasto public/impasto`, and give its address as "base"', { cause });
  let response;
  try {
    // Its name stays the same from version to version.
    response = await fetch(new URL('engine.json', base), { cache: 'no-cache' });
  } catch (error) {
    throw none('it cannot be reached, or its host does not allow this page to read it by CORS', error);
  }
  if (!response.ok) throw none(`its host says ${response.status}`);
  const found = await response.json().catch(() => null);
  if (found?.format !== 'impasto-engine') throw none('something else is there');
  if (found.version !== VERSION) {
    throw new ImpastoError('outdated', `the engine at ${base} belongs to another version of this library: update one of them`);
  }
  return found;
}

/**
 * What a worker of this page does to run the one at `address`: it takes that for its own address, by which the engine finds
 * its files. Its helpers begin as it does. Text, since a bundler may change a function.
 */
const elsewhere = (address) => `{
  const at = ${JSON.stringify(address)}, own = location.href, { importScripts: load, Worker: Helper } = self;
  Object.defineProperty(self, 'location', { value: new URL(at) });
  self.importScripts = (...files) => load(...files.map((file) => new URL(file, at).href));
  self.Worker = class extends Helper { constructor(_, options) { super(own, options); } };
  load(at);
}`;

let policy;

/** The address of a script, for pages that take only trusted ones; they have to permit this policy (docs/javascript.md). */
function trusted(address) {
  try {
    policy ??= globalThis.trustedTypes?.createPolicy('impasto-engine', { createScriptURL: (own) => own });
  } catch {
    // It is not permitted: where trusted types are required, the browser says so.
  }
  return policy?.createScriptURL(address) ?? address;
}

/** A worker that runs this program; `revoke` is to be called when it has ended. */
export async function start(base, program) {
  const { worker: script } = await description(base);
  const address = new URL(`${script}?${program}`, base);
  if (address.origin === globalThis.location.origin) return { worker: new Worker(trusted(address.href)), revoke() {} };
  const own = URL.createObjectURL(new Blob([elsewhere(address.href)], { type: 'text/javascript' }));
  return { worker: new Worker(trusted(own)), revoke: () => URL.revokeObjectURL(own) };
}
