import { byId } from './dom.ts';
import { complain } from './run.ts';

/** Handlers of files given to the page. */
export interface Takers {
  image(file: File): void;
  model(file: File): void;
  /** Takes the files of a folder, with their paths in it. */
  folder(files: readonly File[]): void;
}

/** A folder with more files than this is not an adapter. */
const mostFiles = 200;

/** Takes dropped, pasted or chosen files and folders: models by extension, all else as images. */
export function takeFiles({ image, model, folder }: Takers): void {
  const take = (files: Iterable<File> | null | undefined): void => {
    for (const file of files ?? []) {
      if (file.name.toLowerCase().endsWith('.onnx')) model(file);
      else image(file);
    }
  };
  const choose = (id: string, use: (files: readonly File[]) => void): void => {
    const input = byId<HTMLInputElement>(id);
    input.addEventListener('change', () => {
      use([...(input.files ?? [])]);
      // So that the same file can be chosen again.
      input.value = '';
    });
  };
  choose('file', take);
  // What is asked for, whatever its name: the message then says what an .onnx file is.
  choose('model', (files) => files.forEach(model));
  choose('adapter', folder);
  byId('another').addEventListener('click', () => byId('file').click());
  document.addEventListener('paste', (event) => take(event.clipboardData?.files));
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('dropping');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dropping');
    const items = [...(event.dataTransfer?.items ?? [])];
    const entry = items.map((item) => item.webkitGetAsEntry?.()).find((each) => each?.isDirectory);
    if (entry) filesUnder(entry as FileSystemDirectoryEntry).then(folder, complain);
    else if (event.dataTransfer?.files.length) take(event.dataTransfer.files);
    else
      complain('Nothing in what was dropped is a file; save the image first, then drop its file.');
  });
}

/**
 * Lists the files of a dropped folder, with their paths in it.
 *
 * Errors: a plain Error for a folder that the browser cannot read.
 */
async function filesUnder(top: FileSystemDirectoryEntry): Promise<File[]> {
  const files: File[] = [];
  try {
    for await (const entry of entriesUnder(top)) {
      files.push(await fileOf(entry));
      if (files.length === mostFiles) break;
    }
  } catch (cause) {
    throw new Error(
      `${top.name}: the browser cannot read this folder; choose it with Add an adapter folder.`,
      {
        cause,
      },
    );
  }
  return files;
}

async function* entriesUnder(top: FileSystemDirectoryEntry): AsyncGenerator<FileSystemFileEntry> {
  const open: FileSystemDirectoryEntry[] = [top];
  for (let at = open.pop(); at; at = open.pop()) {
    const reader = at.createReader();
    for (let more = await read(reader); more.length > 0; more = await read(reader)) {
      for (const entry of more) {
        if (entry.isDirectory) open.push(entry as FileSystemDirectoryEntry);
        else yield entry as FileSystemFileEntry;
      }
    }
  }
}

function read(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

/** Adds the path to a dropped file, which lacks it, unlike a chosen one. */
async function fileOf(entry: FileSystemFileEntry): Promise<File> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  return Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.slice(1) });
}
