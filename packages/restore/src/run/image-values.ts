import { GraftError } from '@pip-graft/onnx-graft';
import type { Session, SessionValue } from '@pip-graft/runtime/session';

/** The input that takes images: the only one of four dimensions. Errors: `UNSUPPORTED_LAYOUT`. */
export function imageInput(session: Session): SessionValue {
  return only(session, session.inputs, 'input');
}

/** The output that gives images: the first of four dimensions. Errors: `UNSUPPORTED_LAYOUT`. */
export function imageOutput(session: Session): SessionValue {
  return only(session, session.outputs, 'output');
}

function only(session: Session, values: readonly SessionValue[], kind: string): SessionValue {
  const found = values.filter(({ dims }) => dims.length === 4);
  const value = found[0];
  if (value === undefined || (kind === 'input' && found.length > 1)) {
    const shapes = values.map(({ name, dims }) => `"${name}" [${dims.join(', ')}]`).join(', ');
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${session.label}: images need one ${kind} of shape (B,3,H,W); it has ${shapes}.`,
    );
  }
  if (kind === 'input' && !/float|^uint8$/.test(value.type)) {
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${session.label}: its input "${value.name}" takes ${value.type}, but images are fed as float32, float16 or uint8; export the model with one of these.`,
    );
  }
  const channels = value.dims[1];
  if (typeof channels === 'number' && channels !== 3) {
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${session.label}: its ${kind} "${value.name}" has ${channels} channels (shape [${value.dims.join(', ')}]), but images are (B,3,H,W).`,
    );
  }
  return value;
}
