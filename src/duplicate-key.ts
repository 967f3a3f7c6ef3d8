/** JSON lets an object have a key twice, and parsers keep the last: whoever wrote both meant something else. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];

/** The object or list that the scan is in. */
interface Level {
  /** Keys so far; undefined in a list. */
  readonly keys: Set<string> | undefined;
  /** Where the scan is: the last key, or the index. */
  step: string | number;
}

/**
 * The first key that its object has already, as a path: `populations[1].cell.type`; undefined if there is none.
 *
 * @param json text that `JSON.parse` takes
 */
export function duplicateKey(json: string): string | undefined {
  const levels: Level[] = [];
  let level: Level | undefined;
  /** The last string, which was a key if a colon follows. */
  let stringStart = 0;
  let stringEnd = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case QUOTE:
        stringStart = at;
        at = endOfString(json, at);
        stringEnd = at;
        break;
      case COLON: {
        const key = keyOf(json, stringStart, stringEnd);
        level!.step = key;
        if (level!.keys!.has(key)) return pathOf(levels);
        level!.keys!.add(key);
        break;
      }
      case COMMA:
        if (typeof level!.step === "number") level!.step++;
        break;
      case OPEN_OBJECT:
        level = { keys: new Set(), step: "" };
        levels.push(level);
        break;
      case OPEN_LIST:
        level = { keys: undefined, step: 0 };
        levels.push(level);
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        levels.pop();
        level = levels.at(-1);
        break;
    }
  }
  return undefined;
}

/** Index of the quote that ends the string whose first quote is at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  for (; json.charCodeAt(at) !== QUOTE; at++) {
    if (json.charCodeAt(at) === BACKSLASH) at++;
  }
  return at;
}

/** Two spellings of a key are one key: `"a"` and `"\u0061"`. */
function keyOf(json: string, start: number, end: number): string {
  const inner = json.slice(start + 1, end);
  return inner.includes("\\") ? (JSON.parse(json.slice(start, end + 1)) as string) : inner;
}

function pathOf(levels: readonly Level[]): string {
  return levels.reduce((path, { step }) => {
    if (typeof step === "number") return `${path}[${step}]`;
    return path === "" ? step : `${path}.${step}`;
  }, "");
}
