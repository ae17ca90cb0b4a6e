// The engine: a worker of a site of Impasto, or of the folder `engine/` beside this file. There is one at a time.

import { ImpastoError, failed, isFatal } from './errors.js';
import { absolute } from './pictures.js';
import { start } from './start.js';

// In a variable, since bundlers would look for a file.
const here = import.meta.url;
/** The folder of the engine that comes with the library. */
const OWN = () => new URL('./engine/', here);

/** The folder of the engine; a slash at its end may be missing. */
export function folder(base) {
  if (base === undefined) return OWN();
  try {
    return absolute(String(base).replace(/\/*$/, '/'));
  } catch (cause) {
    throw new ImpastoError('options', `base is "${base}": choose the address of the folder of an engine`, { cause });
  }
}

/** The GPU's adapter, or null. */
export const adapter = async () => globalThis.navigator?.gpu?.requestAdapter().catch(() => null) ?? null;

/** How the GPU has done: it is tried again after it was lost once, as after a restart of its driver. */
let gpu = 'usable';
let live = null;

/** The worker, loaded. A GPU that was not asked for by name and cannot be used is replaced by the processor. */
export async function open(base, wanted) {
  for (;;) {
    const engine = wanted ?? (gpu !== 'unusable' && await adapter() ? 'gpu' : 'cpu');
    const key = `${engine} ${base}`;
    if (live?.key !== key) close();
    live ??= new Live(key, base, engine);
    const opened = live;
    try {
      await opened.ready;
      return opened;
    } catch (error) {
      if (live === opened) close();
      if (wanted || engine === 'cpu' || !isFatal(error) || error.kind === 'engine') throw error;
      gpu = 'unusable';
    }
  }
}

/** Ends the worker, and with it what it holds. */
export function close() {
  live?.end();
  live = null;
}

/** Counts a failure of a worker: after an unexplained one, the GPU is not used again. */
function count({ kind }, engine) {
  if (engine !== 'gpu') return;
  if (kind === 'crashed' || kind === 'no_web_gpu' || (kind === 'device_lost' && gpu === 'lost once')) gpu = 'unusable';
  else if (kind === 'device_lost') gpu = 'lost once';
}

let jobs = 0;

/** A worker. */
class Live {
  #worker = null;
  #revoke = () => {};
  #isOver = false;
  #settle;
  #run = null;

  constructor(key, base, engine) {
    this.key = key;
    this.engine = engine;
    this.ready = new Promise((resolve, reject) => { this.#settle = { resolve, reject }; });
    // Whoever opens it hears of an error.
    this.ready.catch(() => {});
    this.#start(base);
  }

  async #start(base) {
    try {
      const { worker, revoke } = await start(base, `worker-${this.engine}`);
      if (this.#isOver) {
        worker.terminate();
        return revoke();
      }
      this.#worker = worker;
      this.#revoke = revoke;
      worker.onmessage = ({ data }) => this.#isOver || this.#hear(JSON.parse(data.message), data);
      worker.onerror = (event) => {
        event.preventDefault();
        // There is no message if the file is missing or forbidden.
        const reason = event.message ?? 'it is missing, or the policy of this page forbids it';
        this.#fail(this.device === undefined
          ? new ImpastoError('engine', `the worker of the engine at ${base} could not be started: ${reason}`)
          : failed({ kind: 'crashed', detail: reason }));
      };
    } catch (error) {
      this.#fail(error);
    }
  }

  end() {
    this.#isOver = true;
    this.#worker?.terminate();
    this.#revoke();
    this.#settle.reject(new ImpastoError('disposed', 'the engine was disposed of'));
    this.#finish({ reason: 'stopped' });
  }

  /**
   * Paints. `hear` is told of the events of this run. Resolves with `{ reason }` at its end, or with `{ error }`.
   */
  paint({ options, pack, photo, paintings }, hear) {
    const job = ++jobs;
    // Equal ids would mean equal files.
    const styles = paintings.map(({ weight }, index) => ({ picture: index + 2, weight }));
    const request = { job, options, pack, content: 1, styles, mask: null, content_map: null, start: 'afresh' };
    return new Promise((resolve) => {
      this.#run = { job, hear, resolve, heard: performance.now(), step: 0, pace: 0 };
      this.#post({ paint: request }, { content: photo, styles: paintings.map(({ file }) => file) });
    });
  }

  /** Compiles the kernels for a run with these options, while there is none. */
  prepare({ options, pack }) {
    this.#post({ prepare: { pack, options } });
  }

  /** Asks to stop the run after its current step. A worker that does not answer is ended. */
  stop() {
    const run = this.#run;
    if (!run || run.patience) return;
    this.#post({ stop: { job: run.job } });
    run.patience = setTimeout(() => live === this && close(), Math.max(15_000, 4 * run.pace));
  }

  /** Changes the weight of the photo from the next step on. */
  steer(weight) {
    if (this.#run) this.#post({ set_content_weight: { job: this.#run.job, content_weight: weight } });
  }

  #post(request, beside) {
    this.#worker.postMessage({ message: JSON.stringify(request), ...beside });
  }

  #hear(message, data) {
    // Some events are only a name.
    const [name, event] = typeof message === 'string' ? [message, {}] : Object.entries(message)[0];
    if (name === 'ready') {
      this.device = event.device;
      return this.#settle.resolve();
    }
    const run = this.#run;
    const isOurs = run !== null && run.job === event.job;
    if (name === 'failed') {
      const error = failed(event.failure);
      if (isOurs || event.job === null || isFatal(error)) this.#fail(error);
    } else if (isOurs) {
      if (name === 'done') return this.#finish(event);
      if (name === 'progress') {
        const now = performance.now();
        run.pace = (now - run.heard) / Math.max(1, event.made - run.step);
        Object.assign(run, { heard: now, step: event.made });
      }
      run.hear(name, event, data);
    }
  }

  #fail(error) {
    const isLoading = this.device === undefined;
    if (!isLoading) count(error, this.engine);
    this.#settle.reject(error);
    this.#finish({ error });
    if (isFatal(error) && live === this) close();
  }

  #finish(end) {
    const run = this.#run;
    this.#run = null;
    clearTimeout(run?.patience);
    run?.resolve(end);
  }
}
