import { byId } from './by-id.ts';

/** Files that are dropped, pasted or chosen: models by their extension, anything else as an image. */
export function takeFiles(onImage: (file: File) => void, onModel: (file: File) => void): void {
  const take = (files: FileList | null | undefined): void => {
    for (const file of files ?? []) {
      if (file.name.toLowerCase().endsWith('.onnx')) onModel(file);
      else onImage(file);
    }
  };
  for (const id of ['file', 'model']) {
    const input = byId<HTMLInputElement>(id);
    input.addEventListener('change', () => {
      take(input.files);
      // The same file can be chosen again.
      input.value = '';
    });
  }
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
    take(event.dataTransfer?.files);
  });
}
