import { Restorer } from '@pip-graft/restore';

globalThis.Restorer = Restorer;
