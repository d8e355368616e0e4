// What of a strategy can be swept: the numbers, times and strikes that are found in its document, each by its JSON path,
// grouped by the node it belongs to; and the values that are typed for one.

export type Scalar = string | number | boolean;

/** A place in a strategy's document that holds a value which a sweep can exchange. */
export interface Place {
  path: string;
  value: Scalar;
  /** The node it belongs to, by its label. */
  group: string;
  /** What it is, within its node. */
  label: string;
}

/** What says where a node is drawn, or what it is called: it decides nothing. */
const DRAWN = new Set([
  "position",
  "positionAbsolute",
  "width",
  "height",
  "measured",
  "selected",
  "dragging",
  "zIndex",
  "id",
  "vpi",
  "label",
  "type",
]);
const VARIED = /^(\d{1,2}:\d{2}(:\d{2})?|[WMQY]\d|ATM|[OI]TM\d{1,2}|-?\d+(\.\d+)?)$/;
const NAME = /[^A-Za-z0-9_ .-]/g;
const RANGE = /^(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?$/;
const MOST_VALUES = 1000;

/** The places of a document, also of one that is wrapped, in its order. */
export function placesOf(document: unknown): Place[] {
  const found: Place[] = [];
  for (const [path, graph] of graphsOf(document)) {
    const nodes = (graph as { nodes: unknown[] }).nodes;
    nodes.forEach((node, at) => {
      if (!isObject(node)) return;
      const data = node.data;
      const label = isObject(data) && typeof data.label === "string" ? data.label : String(node.id ?? at);
      collect(node, `${path}.nodes[${at}]`, "", label, found);
    });
  }
  return found;
}

/** A name for a parameter, made from the last names of its path. */
export function nameOf(place: Place, taken: readonly string[]): string {
  const words = place.label.split(" › ").filter((word) => !/^\d+$/.test(word));
  const own = words.slice(-2).join(" ").replace(NAME, "").slice(0, 32).trim() || "value";
  for (let number = 1; ; number++) {
    const name = number === 1 ? own : `${own} ${number}`;
    if (!taken.includes(name)) return name;
  }
}

/** The values of `10, 20, 30` or `10..30..5`; null where the text makes no sense. */
export function valuesOf(text: string): Scalar[] | null {
  const values: Scalar[] = [];
  for (const part of text.split(",").map((each) => each.trim())) {
    const range = RANGE.exec(part);
    if (range !== null) {
      const made = rangeOf(range[1] ?? "", range[2] ?? "", range[3] ?? "1");
      if (made === null) return null;
      values.push(...made);
    } else if (part !== "") {
      values.push(scalarOf(part));
    } else {
      return null;
    }
  }
  return new Set(values).size === values.length && values.length <= MOST_VALUES ? values : null;
}

/** Whole steps are counted in the smallest decimal place that is written: 0.1..0.3..0.1 has 0.3. */
function rangeOf(first: string, last: string, step: string): number[] | null {
  const places = Math.max(...[first, last, step].map((text) => text.split(".")[1]?.length ?? 0));
  const unit = 10 ** places;
  const [from, to, by] = [first, last, step].map((text) => Math.round(Number(text) * unit)) as [
    number,
    number,
    number,
  ];
  const count = by > 0 ? Math.floor((to - from) / by) + 1 : 0;
  if (count < 1 || count > MOST_VALUES) return null;
  return Array.from({ length: count }, (_, at) => (from + at * by) / unit);
}

function scalarOf(text: string): Scalar {
  if (text === "true" || text === "false") return text === "true";
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}

function graphsOf(document: unknown): [string, object][] {
  if (!isObject(document)) return [];
  if (Array.isArray(document.nodes)) return [["$", document]];
  for (const wrapper of ["strategy", "config"]) {
    let inner = document[wrapper];
    if (typeof inner === "string") inner = parsed(inner);
    if (isObject(inner) && Array.isArray(inner.nodes)) return [[`$.${wrapper}`, inner]];
  }
  return [];
}

function collect(value: unknown, path: string, label: string, group: string, found: Place[]): void {
  if (Array.isArray(value)) {
    value.forEach((each, at) => {
      collect(each, `${path}[${at}]`, join(label, String(at + 1)), group, found);
    });
  } else if (isObject(value)) {
    for (const [name, each] of Object.entries(value)) {
      if (DRAWN.has(name)) continue;
      const step = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `['${name}']`;
      collect(each, path + step, name === "data" ? label : join(label, name), group, found);
    }
  } else if (typeof value === "number" || (typeof value === "string" && VARIED.test(value))) {
    found.push({ path, value, group, label });
  }
}

function join(label: string, name: string): string {
  return label === "" ? name : `${label} › ${name}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
