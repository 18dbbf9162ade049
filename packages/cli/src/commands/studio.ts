import { once } from 'node:events';
import { relative } from 'node:path';
import { externalLocations, GraftError } from '@pip-graft/graft';
import { openModel } from '@pip-graft/graft/node';
import { findModel } from '@pip-graft/restore';
import type { Command } from 'commander';
import { define, run } from '../pipeline/run.ts';
import { openPage, type StudioModel, serveStudio } from '../studio/serve-studio.ts';

/** Default model, if it is installed. */
const usual = '@pip-graft/restorer';

interface Options {
  readonly open: boolean;
}

export function command(): Command {
  const studio = define(
    'studio',
    'Opens a page to restore images by hand; images stay on this computer',
    ['graft studio', 'graft studio grafted.onnx', 'graft studio grafted.onnx --no-open'],
  )
    .argument(
      '[model]',
      `ONNX file, grafted or not, a package, or hf:owner/name; default: ${usual} if installed`,
    )
    .option('--no-open', 'only print the address');
  return studio.action(
    run<[string | undefined], Options>(async (session, local, { open }) => {
      const model = modelOf(studio.args[0], local, session.cwd);
      const server = await serveStudio(model);
      session.note(`Studio: ${server.url} (Ctrl+C ends it)`);
      if (open) openPage(server.url);
      if (!session.signal.aborted) await once(session.signal, 'abort');
      await server.close();
      return { json: { url: server.url, model: model?.path ?? null }, text: '' };
    }),
  );
}

/**
 * The model to serve, or the default model.
 *
 * Errors: `NOT_FOUND`; those of reading the model; `UNSUPPORTED_HOST` for a model in several files.
 *
 * @param asked name as typed: the page shows that of a package or on the model hub, else the path
 * @param local the same as a path
 */
function modelOf(
  asked: string | undefined,
  local: string | undefined,
  cwd: string,
): StudioModel | undefined {
  const path = local === undefined ? installed(cwd) : findModel(local, cwd);
  if (path === undefined) return undefined;
  using opened = openModel(path);
  if (externalLocations(opened.model).size > 0) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${path}: its weights are in other files, which a page cannot read; use a model that is one file.`,
    );
  }
  const named = asked === undefined || asked !== local;
  return { path, name: named ? (asked ?? usual) : relative(cwd, path) };
}

function installed(cwd: string): string | undefined {
  try {
    return findModel(usual, cwd);
  } catch (error) {
    if (error instanceof GraftError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
