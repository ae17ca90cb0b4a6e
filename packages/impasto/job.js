// Runs: they wait for their turn, are painted one at a time, and can be stopped and steered.

import { contentWeight, encode, strengthOf } from './encode.js';
import { close, folder, open } from './engine.js';
import { ImpastoError } from './errors.js';
import { usualSteps } from './options.js';
import { absolute, encoded, fileOf } from './pictures.js';

/** The runs that wait, and the one whose turn it is. */
const waiting = [];
let current = null;

/** Calls a function of the page; its errors are the page's own. */
function tell(hook, ...values) {
  try {
    hook?.(...values);
  } catch (error) {
    reportError(error);
  }
}

/** The network's place in a message. */
function pack(network, engine) {
  const name = String(network ?? (engine === 'gpu' ? 'fast' : 'tiny'));
  if (!name.includes('/')) return { name, elsewhere: null };
  const elsewhere = absolute(name.replace(/\/*$/, '/')).href;
  return { name: elsewhere.split('/').at(-2), elsewhere };
}

/** Something that is done by the engine, when its turn comes. */
class Run {
  state = 'waiting';
  live = null;
  #ended;

  constructor({ base, engine, network, signal, onPhase }) {
    if (!globalThis.Worker || !globalThis.OffscreenCanvas) {
      throw new ImpastoError('unsupported', 'Impasto paints only in browsers, with Worker and OffscreenCanvas: ask supports() first');
    }
    if (![undefined, 'gpu', 'cpu', 'auto'].includes(engine)) throw new ImpastoError('options', `engine is "${engine}": choose gpu, cpu or auto`);
    Object.assign(this, { base: folder(base), wanted: engine === 'auto' ? undefined : engine, network, signal, onPhase });
    this.promise = new Promise((resolve, reject) => { this.settle = { resolve, reject }; });
    // Resolves when it is over, in whatever way. Not made from the other one: its errors must not count as handled.
    this.end = new Promise((resolve) => { this.#ended = resolve; });
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  get isOver() {
    return ['done', 'failed'].includes(this.state);
  }

  #abort = () => this.give(this.signal.reason, true);

  /** Ends it with an error, at once; the engine is freed after its current step. */
  give(error, isAborted = false) {
    if (this.isOver) return;
    this.isAborted = isAborted;
    this.fail(error);
    const place = waiting.indexOf(this);
    if (place >= 0) waiting.splice(place, 1);
    // What still loads cannot be asked to stop.
    if (this === current && isAborted && !this.live && waiting.length === 0) close();
    this.live?.stop();
  }

  fail(error) {
    this.#end('failed');
    this.settle.reject(error);
  }

  succeed(value) {
    // It may have been aborted while the file was made.
    if (this.isOver) return;
    this.#end('done');
    this.settle.resolve(value);
  }

  #end(state) {
    this.state = state;
    this.#ended();
    this.signal?.removeEventListener('abort', this.#abort);
  }

  async perform() {
    // A picture that is still loading holds up nobody if the run is over.
    const files = await Promise.race([this.files, this.end]);
    if (this.isOver) return;
    this.state = 'loading';
    tell(this.onPhase, { phase: 'engine' });
    const live = await open(this.base, this.wanted);
    if (this.isOver) return;
    this.live = live;
    this.pack = pack(this.network, live.engine);
    const end = await live.paint({ options: this.options, pack: this.pack, ...files }, (...heard) => this.hear(...heard));
    this.live = null;
    if (this.isOver) return;
    if (end.error) throw end.error;
    await this.finish(end, live);
  }

  hear(name, { phase }) {
    if (name !== 'loading') return;
    const { bytes, total, cached } = phase.weights ?? {};
    tell(this.onPhase, phase.weights ? { phase: 'network', bytes, total, cached } : { phase });
  }
}

/** Takes the next run, unless there is one. */
async function next() {
  if (current || waiting.length === 0) return;
  const run = waiting.shift();
  current = run;
  try {
    await run.perform();
  } catch (error) {
    if (!run.isOver) run.fail(error);
  }
  current = null;
  // Whoever aborts has gone; a page that wants to paint again has said so meanwhile.
  if (run.isAborted && waiting.length === 0) close();
  next();
}

/** A picture that is painted. */
class Painting extends Run {
  step = 0;
  losses = null;
  frame = null;

  constructor(photo, painting, {
    base, engine, network, signal, queue = 'wait', type = 'image/png', quality, onPhase, onProgress, onFrame, ...options
  }) {
    if (!['wait', 'replace'].includes(queue)) throw new ImpastoError('options', `queue is "${queue}": choose wait or replace`);
    const encodedOptions = encode(options);
    super({ base, engine, network, signal, onPhase });
    Object.assign(this, encodedOptions, { queue, type, quality, onProgress, onFrame });
    this.files = files(photo, painting, signal);
    // It is awaited when its turn comes.
    this.files.catch((error) => this.give(error));
  }

  get strength() {
    return this.settings.strength ?? strengthOf(this.options);
  }

  set strength(strength) {
    this.options.content_weight = contentWeight(strength);
    delete this.settings.contentWeight;
    this.settings.strength = strength;
    this.live?.steer(this.options.content_weight);
  }

  stop() {
    if (this.isOver) return;
    if (this.live) this.live.stop();
    else this.give(new ImpastoError('stopped', 'the run was stopped before there was a picture'));
  }

  hear(name, event, data) {
    super.hear(name, event);
    if (this.isOver) return;
    if (name === 'started') {
      this.state = 'painting';
      tell(this.onPhase, { phase: 'painting', width: event.width, height: event.height });
    } else if (name === 'progress') {
      this.step = event.made;
      this.losses = event.losses;
      tell(this.onProgress, { step: event.made, steps: this.options.steps ?? usualSteps, losses: event.losses });
    } else if (name === 'frame') {
      const { width, height, step } = event.frame;
      this.frame = new ImageData(new Uint8ClampedArray(data.pixels), width, height);
      tell(this.onFrame, this.frame, { step });
    }
  }

  async finish({ reason, step, losses }, live) {
    const { frame, type, quality } = this;
    if (!frame) throw new ImpastoError('stopped', 'the run was stopped before there was a picture');
    const [blob, bitmap] = await Promise.all([encoded(frame, type, quality), createImageBitmap(frame)]);
    this.succeed({
      blob, bitmap, imageData: frame, width: frame.width, height: frame.height,
      step: step ?? this.step, losses: losses ?? this.losses, stopped: reason === 'stopped',
      settings: { ...this.settings, network: this.pack.elsewhere ?? this.pack.name },
      engine: live.engine, device: live.device,
    });
  }
}

/** The files of a photo and its paintings. */
async function files(photo, painting, signal) {
  const several = Array.isArray(painting) ? painting : [painting];
  if (several.length === 0) throw new ImpastoError('input', 'there is no painting: give one');
  const paintings = several.map((one) => (one?.picture === undefined ? { picture: one, weight: 1 } : { weight: 1, ...one }));
  const bad = paintings.find(({ weight }) => !(Number.isFinite(weight) && weight > 0));
  if (bad) throw new ImpastoError('options', `the weight of a painting is ${bad.weight}: choose a number above 0`);
  const [first, ...others] = await Promise.all([
    fileOf(photo, 'the photo', signal), ...paintings.map(({ picture }) => fileOf(picture, 'the painting', signal)),
  ]);
  return { photo: first, paintings: paintings.map(({ weight }, index) => ({ weight, file: others[index] })) };
}

/** The engine and the network are loaded: a run of a tiny picture that is stopped as soon as they are there. */
class Preloading extends Run {
  constructor({ base, engine, network, signal, onProgress, ...options }) {
    const { options: later } = encode(options);
    const report = ({ phase, ...progress }) => phase === 'network' && tell(onProgress, progress);
    super({ base, engine, network, signal, onPhase: report });
    this.later = later;
    this.options = { steps: 1 };
    // Opaque, and of many colours: it may be painted before the worker hears that it is to stop.
    const pixels = Uint8ClampedArray.from({ length: 4 * 32 * 32 }, (_, at) => (at % 4 === 3 ? 255 : (37 * at) % 256));
    const picture = encoded(new ImageData(pixels, 32), 'image/png');
    this.files = picture.then((file) => ({ photo: file, paintings: [{ weight: 1, file }] }));
  }

  hear(name, event) {
    super.hear(name, event);
    // By now the network is loaded.
    if (event.phase === 'targets') this.live.stop();
  }

  finish(_end, live) {
    if (live.engine === 'gpu') live.prepare({ options: this.later, pack: this.pack });
    this.succeed({ engine: live.engine, device: live.device, network: this.pack.elsewhere ?? this.pack.name });
  }
}

/** Puts a run in the queue; the promise of one that cannot be is rejected. */
function queue(make) {
  let run;
  try {
    run = make();
  } catch (error) {
    return { promise: Promise.reject(error), isOver: true, state: 'failed', stop() {} };
  }
  if (run.signal?.aborted) {
    run.give(run.signal.reason, true);
    return run;
  }
  if (run.queue === 'replace') {
    const replaced = new ImpastoError('replaced', 'another run has taken the place of this one');
    for (const other of [current, ...waiting]) if (other instanceof Painting) other.give(replaced);
  }
  waiting.push(run);
  next();
  return run;
}

/** A promise of a painted picture that can be stopped and steered. */
class Job {
  #run;

  constructor(run) {
    this.#run = run;
  }

  then(...handlers) {
    return this.#run.promise.then(...handlers);
  }

  catch(handler) {
    return this.#run.promise.catch(handler);
  }

  finally(handler) {
    return this.#run.promise.finally(handler);
  }

  get state() {
    return this.#run.state;
  }

  get strength() {
    return this.#run.strength;
  }

  set strength(strength) {
    this.#run.strength = strength;
  }

  stop() {
    this.#run.stop();
  }
}

export const stylize = (photo, painting, options = {}) => new Job(queue(() => new Painting(photo, painting, options)));

export const preload = (options = {}) => queue(() => new Preloading(options)).promise;

export function dispose() {
  const error = new ImpastoError('disposed', 'the engine was disposed of');
  for (const run of [...waiting, current]) run?.give(error);
  close();
}
