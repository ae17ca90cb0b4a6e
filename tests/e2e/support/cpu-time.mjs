// The CPU time of a process and all its children in seconds, from Linux's /proc; NaN elsewhere. It is reproducible
// within a few per cent whatever other programs do, unlike wall time.

import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

export function cpuSeconds(root) {
  const children = new Map();
  const ticks = new Map();
  let entries;
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return NaN;
  }
  for (const name of entries) {
    let text;
    try {
      text = readFileSync(`/proc/${name}/stat`, 'utf8');
    } catch {
      continue; // It ended in the meantime.
    }
    // The program's name is in brackets and may itself contain spaces and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [parent, own, kernel, waited, waitedKernel] = [1, 11, 12, 13, 14].map((at) => Number(fields[at]));
    ticks.set(Number(name), own + kernel + waited + waitedKernel);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const sum = (process) => (ticks.get(process) ?? 0)
    + (children.get(process) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root) / TICKS_PER_SECOND;
}
