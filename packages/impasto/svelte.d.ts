// `<impasto-demo>` in Svelte: `import type {} from 'impasto/svelte'`.
import type { HTMLAttributes } from 'svelte/elements';

import type { ImpastoDemo, ImpastoDemoAttributes, ImpastoDemoEvent } from './element.js';

type Handlers = { [Name in 'ready' | 'progress' | 'done' | 'stopped' | 'error' as `onimpasto-${Name}`]?: (event: ImpastoDemoEvent) => void };

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'impasto-demo': HTMLAttributes<ImpastoDemo> & ImpastoDemoAttributes & Handlers;
  }
}
