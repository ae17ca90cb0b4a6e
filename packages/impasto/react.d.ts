// `<impasto-demo>` in JSX, for React 19: `import type {} from 'impasto/react'`.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

import type { ImpastoDemo, ImpastoDemoAttributes, ImpastoDemoEvent } from './element.js';

type Handlers = { [Name in 'ready' | 'progress' | 'done' | 'stopped' | 'error' as `onimpasto-${Name}`]?: (event: ImpastoDemoEvent) => void };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'impasto-demo': DetailedHTMLProps<HTMLAttributes<ImpastoDemo>, ImpastoDemo> & ImpastoDemoAttributes & Handlers;
    }
  }
}
