import type { Graph } from '../model/model.ts';
import type { Finding, FindingCode } from './finding.ts';

/** Names that a node can read: those of its graph, and of the graphs around it. */
export interface Scope {
  readonly names: ReadonlySet<string>;
  readonly outer: Scope | undefined;
}

/** Whether a name can be read in a scope. */
export function isVisible(scope: Scope | undefined, name: string): boolean {
  for (let at = scope; at !== undefined; at = at.outer) if (at.names.has(name)) return true;
  return false;
}

/** The names a graph defines before its nodes run: inputs and initializers. */
export function givenNames(graph: Graph): Set<string> {
  return new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.map(({ name }) => name),
    ...graph.sparseInitializers.map(({ name }) => name),
  ]);
}

/** Collects findings. */
export class Findings {
  readonly list: Finding[] = [];

  error(code: FindingCode, place: string, message: string): void {
    this.list.push({ severity: 'error', code, place, message });
  }

  warn(code: FindingCode, place: string, message: string): void {
    this.list.push({ severity: 'warning', code, place, message });
  }
}
