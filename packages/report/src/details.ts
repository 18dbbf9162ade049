import { type Html, html } from './html.ts';

/** Content behind a heading that a press opens; undefined if all of it is undefined. */
export function details(title: string, parts: readonly (Html | undefined)[]): Html | undefined {
  return parts.every((part) => part === undefined)
    ? undefined
    : html`<details><summary><h3>${title}</h3></summary>${parts}</details>`;
}
