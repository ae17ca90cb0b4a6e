import type { DemoOptions } from './options.js';

/** The attributes of `<impasto-demo>`. */
export interface ImpastoDemoAttributes extends DemoOptions {
  /** The name of a sample of the site, or the address of a picture. */
  photo?: string;
  /** The same for the painting. */
  painting?: string;
  /** The name of a folder in the site's `weights/`. */
  network?: string;
  engine?: 'gpu' | 'cpu';
  theme?: 'light' | 'dark';
  /** The aspect ratio, such as `3/2`. */
  aspect?: string;
  /** The name for screen readers. */
  label?: string;
  /** The address of a picture for the poster. */
  poster?: string;
  loading?: 'eager' | 'lazy';
  autoplay?: 'visible' | '' | boolean;
  /** The address of the site's folder. */
  base?: string;
}

type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : Name;

/** The attributes as properties. */
type Properties = { [Name in Exclude<keyof ImpastoDemoAttributes, 'part'> as Camel<Name>]: string | null };

/** What the events tell. */
export interface ImpastoDemoDetail {
  state: string;
  step: number;
  steps: number;
  loss: number | null;
  message?: string;
}

export type ImpastoDemoEvent = CustomEvent<ImpastoDemoDetail>;

export interface ImpastoDemo extends HTMLElement, Properties {
  settings: Record<string, string>;
  readonly state: string;
  paint(): void;
  stop(): void;
  toBlob(type?: string): Promise<Blob>;
}

declare global {
  interface HTMLElementTagNameMap {
    'impasto-demo': ImpastoDemo;
  }
  interface GlobalEventHandlersEventMap {
    'impasto-ready': ImpastoDemoEvent;
    'impasto-progress': ImpastoDemoEvent;
    'impasto-done': ImpastoDemoEvent;
    'impasto-stopped': ImpastoDemoEvent;
    'impasto-error': ImpastoDemoEvent;
  }
}
