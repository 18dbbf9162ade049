/** Returns an element of the page by its id. */
export function byId<Element extends HTMLElement>(id: string): Element {
  return document.getElementById(id) as Element;
}
