// Small helpers to make elements.
type Attributes = Record<string, string | boolean | undefined>;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (typeof value === "string") made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export const SVG = "http://www.w3.org/2000/svg";

export function shape(tag: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Draw a sign for a button: its line in a field of 16 by 16. */
export function icon(path: string): SVGElement {
  const box = shape("svg", { width: "16", height: "16", viewBox: "0 0 16 16", "aria-hidden": "true" });
  box.append(shape("path", { d: path, stroke: "currentColor", "stroke-width": "2", fill: "none" }));
  return box;
}

/** Draw the mark of a class for a legend. */
export function swatch(mark: string, colour: string): SVGElement {
  const box = shape("svg", { class: "swatch", width: "22", height: "14", viewBox: "0 0 22 14", "aria-hidden": "true" });
  const line = { stroke: colour, fill: "none" };
  if (mark === "line") box.append(shape("path", { d: "M1 7h20", "stroke-width": "3", ...line }));
  else if (mark === "dash") box.append(shape("path", { d: "M1 7h20", "stroke-width": "2", "stroke-dasharray": "5 3", ...line }));
  else if (mark === "dot") box.append(shape("circle", { cx: "11", cy: "7", r: "5.5", fill: colour }));
  else if (mark === "ring") box.append(shape("circle", { cx: "11", cy: "7", r: "5", fill: colour, stroke: "currentColor", "stroke-width": "1.5" }));
  else if (mark === "hatch") box.append(shape("path", { d: "M1 13l12-12M7 13l12-12M13 13l8-8M1 7l6-6", "stroke-width": "2", ...line }));
  else box.append(shape("rect", { x: ".5", y: ".5", width: "21", height: "13", fill: colour, stroke: "currentColor", "stroke-width": ".5" }));
  return box;
}
