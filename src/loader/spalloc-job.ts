/**
 * Boards lent by a spalloc server: asked for, waited for, kept alive, given back.
 */

import { SpinloomError } from "../errors.ts";
import { pause } from "../sdp/abort.ts";
import { type Json, type SpallocClient, SpallocCommandError } from "./spalloc-client.ts";

/** A job that will never get its boards. */
export class SpallocJobError extends SpinloomError {
  readonly code = "SPALLOC_JOB";

  constructor(place: string, found: string) {
    super(place, found, "Ask for other boards, or later.");
  }
}

/** What boards a job asks for. */
export interface SpallocRequest {
  /** How many boards, a rectangle of triads (three boards each), or one board by its place. */
  readonly boards:
    | number
    | { readonly width: number; readonly height: number }
    | { readonly x: number; readonly y: number; readonly z: number };
  /** Who asks; servers want a mail address. */
  readonly owner: string;
  readonly machine?: string;
  readonly tags?: readonly string[];
  readonly maxDeadBoards?: number;
  readonly requireTorus?: boolean;
  /** Seconds without a sign of life after which the server takes the boards back; by default 60. */
  readonly keepAliveSeconds?: number;
}

/** Numbers of job states. */
export const JOB_STATE = { unknown: 0, queued: 1, power: 2, ready: 3, destroyed: 4 } as const;

/** Boards of a job that is ready. */
export interface SpallocBoards {
  readonly machine: string;
  /** Chips. */
  readonly width: number;
  readonly height: number;
  /** Host names of the Ethernet chips; the first is that of (0, 0), which the machine is booted from. */
  readonly connections: readonly { readonly x: number; readonly y: number; readonly host: string }[];
}

export interface SpallocJobOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told the job's state when it changes. */
  readonly onState?: (state: number) => void;
  /** Between two looks at the job, ms, besides notifications; by default 5000. */
  readonly pollMillis?: number;
}

/** Boards lent by a server, kept alive until disposed of. They are switched on, but not booted. */
export class SpallocJob implements AsyncDisposable {
  readonly id: number;
  readonly boards: SpallocBoards;
  readonly #client: SpallocClient;
  readonly #keepAlive: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  /**
   * Asks for boards and waits until they are there. The client is the job's own from now on for notifications.
   *
   * @throws {SpallocCommandError} no such boards
   * @throws {SpallocJobError} the job was destroyed while it waited
   */
  static async create(
    client: SpallocClient,
    request: SpallocRequest,
    options: SpallocJobOptions = {},
  ): Promise<SpallocJob> {
    const keepAlive = request.keepAliveSeconds ?? 60;
    const id = numberOf(client, "create_job", await client.call("create_job", ...jobArguments(request, keepAlive)));
    const timer = setInterval(
      () => {
        // A lost connection shows at the next command that somebody waits for.
        client.call("job_keepalive", [id]).catch(() => {});
      },
      (keepAlive * 1000) / 2,
    );
    try {
      await waitUntilReady(client, id, options);
      const boards = readBoards(client, await client.call("get_job_machine_info", [id]));
      return new SpallocJob(client, id, boards, timer);
    } catch (error) {
      clearInterval(timer);
      await client.call("destroy_job", [id, "not wanted any more"]).catch(() => {});
      throw error;
    }
  }

  private constructor(client: SpallocClient, id: number, boards: SpallocBoards, keepAlive: NodeJS.Timeout) {
    this.#client = client;
    this.id = id;
    this.boards = boards;
    this.#keepAlive = keepAlive;
  }

  /** Switches all boards of the job on or off; they are ready again when the server says so. */
  async power(on: boolean, options: SpallocJobOptions = {}): Promise<void> {
    await this.#client.call(on ? "power_on_job_boards" : "power_off_job_boards", [this.id]);
    if (on) await waitUntilReady(this.#client, this.id, options);
  }

  /** Gives the boards back; again is harmless. */
  close(reason = "done"): Promise<void> {
    clearInterval(this.#keepAlive);
    this.#closing ??= this.#client.call("destroy_job", [this.id, reason]).then(() => {});
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function jobArguments(request: SpallocRequest, keepAlive: number): [Json[], Record<string, Json>] {
  const { boards, machine, tags, maxDeadBoards, requireTorus } = request;
  const args =
    typeof boards === "number"
      ? [boards]
      : "width" in boards
        ? [boards.width, boards.height]
        : [boards.x, boards.y, boards.z];
  const kwargs = {
    owner: request.owner,
    keepalive: keepAlive,
    tags: tags ?? null,
    ...(machine === undefined ? {} : { machine }),
    ...(maxDeadBoards === undefined ? {} : { max_dead_boards: maxDeadBoards }),
    ...(requireTorus === undefined ? {} : { require_torus: requireTorus }),
  };
  return [args, kwargs];
}

async function waitUntilReady(client: SpallocClient, id: number, options: SpallocJobOptions): Promise<void> {
  const { signal, onState, pollMillis = 5000 } = options;
  let changed = new AbortController();
  client.onNotification((notification) => {
    const jobs = notification.jobs_changed;
    if (Array.isArray(jobs) && jobs.includes(id)) changed.abort();
  });
  await client.call("notify_job", [id]);
  let before = -1;
  for (;;) {
    signal?.throwIfAborted();
    changed = new AbortController();
    const job = await client.call("get_job_state", [id]);
    const state = numberOf(client, "get_job_state", field(job, "state"));
    if (state !== before) onState?.(state);
    before = state;
    if (state === JOB_STATE.ready) break;
    if (state === JOB_STATE.destroyed || state === JOB_STATE.unknown)
      throw new SpallocJobError(
        `${client.place}, job ${id}`,
        `destroyed: ${String(field(job, "reason") ?? "no reason")}`,
      );
    const wake = signal === undefined ? changed.signal : AbortSignal.any([changed.signal, signal]);
    await pause(pollMillis, wake).catch(() => {});
  }
  await client.call("no_notify_job", [id]);
}

function readBoards(client: SpallocClient, info: Json): SpallocBoards {
  const number = (name: string): number => numberOf(client, "get_job_machine_info", field(info, name));
  const connections = field(info, "connections");
  const wrong = (): never => {
    throw new SpallocCommandError(client.place, "get_job_machine_info", `unexpected answer ${JSON.stringify(info)}`);
  };
  if (!Array.isArray(connections)) return wrong();
  return {
    machine: String(field(info, "machine_name")),
    width: number("width"),
    height: number("height"),
    connections: connections
      .map((connection: Json) => {
        const [place, host] = Array.isArray(connection) ? connection : [];
        const [x, y] = Array.isArray(place) ? place : [];
        return typeof x === "number" && typeof y === "number" && typeof host === "string" ? { x, y, host } : wrong();
      })
      .sort((a, b) => a.x - b.x || a.y - b.y),
  };
}

function field(value: Json, name: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)[name]
    : undefined;
}

function numberOf(client: SpallocClient, command: string, value: Json | undefined): number {
  if (typeof value === "number") return value;
  throw new SpallocCommandError(client.place, command, `answers ${JSON.stringify(value)} where a number belongs`);
}
