// Where things lie: the built site, the native program, the folder for what the tests leave behind.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../../..');
export const dist = process.env.IMPASTO_DIST ?? join(root, 'dist');
export const cli = process.env.IMPASTO_CLI ?? join(root, 'target/debug/impasto');
/** Screenshots, saved pictures, traces: everything a person may want to look at afterwards. */
export const artefacts = process.env.IMPASTO_ARTEFACTS ?? join(root, 'target/e2e');

/** The first program that is there: the one named in the environment, then the usual places. */
export function program(variable, names) {
  // Servers lie where a user's PATH does not lead.
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env[variable], ...places].find((place) => place && existsSync(place));
}
