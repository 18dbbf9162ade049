/// <reference lib="dom" />
import { plainWords } from '../plain-words.ts';
import { graftInPage } from './graft-in-page.ts';
import type { Grafted, GraftRequest } from './graft-request.ts';

/** What the worker answers: a result, or an error in words. */
export type GraftAnswer = { readonly grafted: Grafted } | { readonly error: string };

self.onmessage = ({ data }: MessageEvent<GraftRequest>) => {
  const answer = (): GraftAnswer => {
    try {
      return { grafted: graftInPage(data) };
    } catch (error) {
      return { error: plainWords(error) };
    }
  };
  self.postMessage(answer());
};
