import { MachineFileError } from "./errors.ts";

/** A value inside a JSON document that knows where it stands, so that every rejection can say so. */
export class JsonReader {
  readonly value: unknown;
  readonly #file: string;
  readonly #path: string;

  constructor(value: unknown, file: string, path = "") {
    this.value = value;
    this.#file = file;
    this.#path = path;
  }

  /** The rejection of this value. */
  error(found: string, remedy: string): MachineFileError {
    return new MachineFileError(this.#path === "" ? this.#file : `${this.#file}: ${this.#path}`, found, remedy);
  }

  /** The fields of an object: all of `required`, some of `optional`, no others. */
  fields<Required extends string, Optional extends string>(
    required: readonly Required[],
    optional: readonly Optional[],
  ): { readonly [name in Required]: JsonReader } & { readonly [name in Optional]?: JsonReader } {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.error(describe(value), "An object is needed here.");
    }
    const known: readonly string[] = [...required, ...optional];
    const readers: Record<string, JsonReader> = {};
    for (const [name, field] of Object.entries(value)) {
      const reader = new JsonReader(field, this.#file, this.#path === "" ? name : `${this.#path}.${name}`);
      if (!known.includes(name)) throw reader.error("an unknown field", `Fields here: ${known.join(", ")}.`);
      readers[name] = reader;
    }
    for (const name of required) {
      if (!(name in readers)) throw this.error(`no field "${name}"`, `Needed here: ${required.join(", ")}.`);
    }
    return readers as { [name in Required]: JsonReader } & { [name in Optional]?: JsonReader };
  }

  /** The items of a list. */
  items(): JsonReader[] {
    if (!Array.isArray(this.value)) throw this.error(describe(this.value), "A list is needed here.");
    return this.value.map((item: unknown, at) => new JsonReader(item, this.#file, `${this.#path}[${at}]`));
  }

  /** The items of a list of this length. */
  tuple(length: number): JsonReader[] {
    const items = this.items();
    if (items.length !== length) throw this.error(`a list of ${items.length}`, `A list of ${length} is needed here.`);
    return items;
  }

  integer(least: number, most: number): number {
    const { value } = this;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    throw this.error(describe(value), `A whole number from ${least} to ${most} is needed here.`);
  }

  boolean(): boolean {
    if (typeof this.value === "boolean") return this.value;
    throw this.error(describe(this.value), "true or false is needed here.");
  }

  text(): string {
    if (typeof this.value === "string") return this.value;
    throw this.error(describe(this.value), "A text is needed here.");
  }

  oneOf<Choice extends string>(choices: readonly Choice[]): Choice {
    const found = choices.find((choice) => choice === this.value);
    if (found !== undefined) return found;
    throw this.error(describe(this.value), `One of ${choices.join(", ")} is needed here.`);
  }
}

function describe(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
