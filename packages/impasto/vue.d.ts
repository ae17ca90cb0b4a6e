// `<impasto-demo>` in the templates of Vue: `import type {} from 'impasto/vue'`. Vue has to take it for an element
// (`compilerOptions.isCustomElement`).
import type { DefineComponent } from 'vue';

import type { ImpastoDemoAttributes } from './element.js';

declare module 'vue' {
  interface GlobalComponents {
    'impasto-demo': DefineComponent<ImpastoDemoAttributes>;
  }
}
