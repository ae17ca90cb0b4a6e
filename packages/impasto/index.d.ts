import type { PaintOptions } from './options.js';

export type { Layer, Layers, PaintOptions } from './options.js';

/** The engine: WebGPU, or the processor in WebAssembly. */
export type Engine = 'gpu' | 'cpu';

/** A picture: a file, its address, or pixels. */
export type PictureSource =
  | Blob | string | URL | ImageData | ImageBitmap | HTMLImageElement | HTMLCanvasElement | OffscreenCanvas;

/** A painting among several. */
export interface WeightedPainting {
  picture: PictureSource;
  /**
   * Its weight, relative to the others.
   * @default 1
   */
  weight?: number;
}

/** What is lower is nearer: to the photo, to the painting, to a picture without specks. */
export interface Losses {
  /** The sum of the others. */
  total: number;
  content: number;
  style: number;
  tv: number;
}

/** How far a run is. */
export interface Progress {
  /** The number of steps made. */
  step: number;
  /** The number of all steps. */
  steps: number;
  /** Of the picture before the latest step. */
  losses: Losses;
}

/** How much of the network has arrived. */
export interface NetworkProgress {
  bytes: number;
  total: number;
  /** Whether everything so far came from the browser's cache. */
  cached: boolean;
}

/** What a run does now. */
export type Phase =
  | { phase: 'engine' | 'pictures' | 'targets' }
  | ({ phase: 'network' } & NetworkProgress)
  | { phase: 'painting'; width: number; height: number };

/** Where the engine comes from. */
export interface EngineOptions {
  /**
   * The address of the folder of an engine: a site of Impasto, or a copy of the package's `engine/`.
   * @default `engine/` beside this library
   */
  base?: string | URL;
  /**
   * The engine. The processor takes over from a GPU that was not asked for by name and cannot be used.
   * @default 'auto'
   */
  engine?: Engine | 'auto';
  /**
   * The name of a folder in the engine's `weights/`, or the address of such a folder.
   * @default `fast` on a GPU, `tiny` on the processor
   */
  network?: string | URL;
  /** Rejects with the signal's reason, at once, and frees the engine. */
  signal?: AbortSignal;
}

export interface StylizeOptions extends PaintOptions, EngineOptions {
  /**
   * Whether it waits for the runs before it, or takes their place: they are rejected with the kind `replaced`.
   * @default 'wait'
   */
  queue?: 'wait' | 'replace';
  /**
   * The type of the file.
   * @default 'image/png'
   */
  type?: string;
  /** The quality of the file, 0 to 1, for types with losses. */
  quality?: number;
  /** Called when another phase begins, and repeatedly as the network arrives. */
  onPhase?: (phase: Phase) => void;
  /** Called after each step, or after a few short ones. */
  onProgress?: (progress: Progress) => void;
  /** Called with the picture so far, a few times a second, in the size of the result. */
  onFrame?: (picture: ImageData, at: { step: number }) => void;
}

/** What is needed to paint the same again: options of `stylize()`. */
export interface Settings extends PaintOptions {
  network: string;
}

/** A painted picture. */
export interface Result {
  /** The picture as a file. */
  blob: Blob;
  /** The picture for a canvas. `close()` frees it. */
  bitmap: ImageBitmap;
  /** The picture's pixels. */
  imageData: ImageData;
  width: number;
  height: number;
  /** The number of steps made. */
  step: number;
  /** `null` if it was stopped before the first step. */
  losses: Losses | null;
  /** Whether it was stopped before all steps were made. */
  stopped: boolean;
  settings: Settings;
  /** The engine that painted it. */
  engine: Engine;
  /** The name of the device. */
  device: string;
}

/** A promise of a painted picture that can be stopped and steered. */
export interface Job extends PromiseLike<Result> {
  catch<T = never>(handler?: ((reason: unknown) => T | PromiseLike<T>) | null): Promise<Result | T>;
  finally(handler?: (() => void) | null): Promise<Result>;
  /** Ends the run after the current step; the promise resolves with the picture so far. */
  stop(): void;
  /** From the photo (-1.5) to the painting (1.5). A new value counts from the next step on. */
  strength: number;
  readonly state: 'waiting' | 'loading' | 'painting' | 'done' | 'failed';
}

/** Paints a photo in the manner of a painting, or of several. */
export function stylize(
  photo: PictureSource,
  painting: PictureSource | readonly (PictureSource | WeightedPainting)[],
  options?: StylizeOptions,
): Job;

export interface PreloadOptions extends PaintOptions, EngineOptions {
  /** Called as the network arrives. */
  onProgress?: (progress: NetworkProgress) => void;
}

/** Loads the engine and the network for a run to come, and compiles the kernels for one with these options. */
export function preload(options?: PreloadOptions): Promise<{ engine: Engine; device: string; network: string }>;

/** What this browser can do. */
export interface Support {
  /** The engine that would paint; `null` where none can. */
  engine: Engine | null;
  /** The number of cores that the processor's engine uses. */
  threads: number;
  /** Of the GPU, in bytes; `null` without one. */
  limits: { maxBufferSize: number; maxStorageBufferBindingSize: number } | null;
  /** The long side of a picture, in pixels. */
  sizes: { least: number; most: number };
  steps: { least: number; most: number };
}

/** Tells what this browser can do, without loading anything. */
export function supports(): Promise<Support>;

/** Ends the worker and frees its memory; runs are rejected with the kind `disposed`. The next run starts another one. */
export function dispose(): void;

/** The cause of an error. */
export type ErrorKind =
  /** A picture cannot be had: its address, its pixels, or a value that is none. */
  | 'input'
  /** The file is no picture that this browser can read. */
  | 'decode'
  /** An option has a value that it cannot have. */
  | 'options'
  /** There is no engine at `base`. */
  | 'engine'
  /** Library and engine belong to different versions. */
  | 'outdated'
  /** This is no browser, or one that cannot paint. */
  | 'unsupported'
  /** The network is missing or damaged. */
  | 'weights'
  /** `engine: 'gpu'` was asked for, and there is none. */
  | 'no_web_gpu'
  | 'device_lost'
  | 'out_of_memory'
  /** The browser hides the pixels of pictures. */
  | 'falsified'
  /** The optimisation ran away. */
  | 'diverged'
  | 'crashed'
  /** `stop()` came before there was a picture. */
  | 'stopped'
  /** Another run has taken the place of this one (`queue: 'replace'`). */
  | 'replaced'
  /** `dispose()` was called. */
  | 'disposed';

/** Why there is no picture. The message says what to do. */
export class ImpastoError extends Error {
  constructor(kind: ErrorKind, message: string, options?: ErrorOptions & { details?: string });
  readonly kind: ErrorKind;
  /** For reports of bugs. */
  readonly details?: string;
}
