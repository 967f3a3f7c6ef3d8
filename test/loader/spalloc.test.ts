import { createServer, type Server, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { type Json, SpallocClient, SpallocJob } from "../../src/loader/index.ts";

interface Command {
  readonly command: string;
  readonly args: readonly Json[];
  readonly kwargs: Readonly<Record<string, Json>>;
}

/** A spalloc server that answers by a script: lines, each without its line end. */
class ScriptedServer implements AsyncDisposable {
  readonly received: Command[] = [];
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async open(script: (command: Command, index: number) => readonly string[]): Promise<ScriptedServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new ScriptedServer(server, script);
  }

  private constructor(server: Server, script: (command: Command, index: number) => readonly string[]) {
    this.#server = server;
    this.port = (server.address() as { port: number }).port;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      let text = "";
      socket.setEncoding("utf8").on("data", (more: string) => {
        text += more;
        const lines = text.split("\n");
        text = lines.pop()!;
        for (const line of lines) {
          const command = JSON.parse(line) as Command;
          for (const answer of script(command, this.received.push(command) - 1)) socket.write(`${answer}\n`);
        }
      });
      socket.on("error", () => {});
    });
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

const returning = (value: Json): string => JSON.stringify({ return: value });

describe("a spalloc client", () => {
  it("sends commands as lines of JSON and takes the answers in order", async () => {
    await using server = await ScriptedServer.open((_command, index) => [returning(index)]);
    await using client = await SpallocClient.open({ host: "127.0.0.1", port: server.port });
    const answers = await Promise.all([
      client.call("version"),
      client.call("list_jobs"),
      client.call("where_is", [], { x: 1 }),
    ]);
    expect(answers).toEqual([0, 1, 2]);
    expect(server.received[0]).toEqual({ command: "version", args: [], kwargs: {} });
    expect(server.received[2]).toEqual({ command: "where_is", args: [], kwargs: { x: 1 } });
  });

  it("tells notifications from answers, also when they come first", async () => {
    await using server = await ScriptedServer.open(() => ['{"jobs_changed": [17]}', returning("1.0.0")]);
    await using client = await SpallocClient.open({ host: "127.0.0.1", port: server.port });
    const notified: unknown[] = [];
    client.onNotification((notification) => notified.push(notification));
    expect(await client.call("version")).toBe("1.0.0");
    expect(notified).toEqual([{ jobs_changed: [17] }]);
  });

  it.each([
    { because: "an exception", answer: '{"exception": "no such job"}', code: "SPALLOC_COMMAND", found: "no such job" },
    { because: "garbage", answer: "hello", code: "SPALLOC_CONNECTION", found: "a line that is no message: hello" },
    { because: "a list", answer: "[1]", code: "SPALLOC_CONNECTION", found: "a line that is no message: [1]" },
  ])("$because is $code", async ({ answer, code, found }) => {
    await using server = await ScriptedServer.open(() => [answer]);
    await using client = await SpallocClient.open({ host: "127.0.0.1", port: server.port });
    await expect(client.call("version")).rejects.toMatchObject({ code, found });
  });

  it("fails what waits when the server hangs up, and all that follows", async () => {
    await using server = await ScriptedServer.open(() => []);
    await using client = await SpallocClient.open({ host: "127.0.0.1", port: server.port });
    const call = client.call("version").catch((error: unknown) => error);
    while (server.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    server.hangUp();
    expect(await call).toMatchObject({ code: "SPALLOC_CONNECTION" });
    await expect(client.call("version")).rejects.toMatchObject({ code: "SPALLOC_CONNECTION" });
  });

  it("gives up on a server that does not answer", async () => {
    await using server = await ScriptedServer.open(() => []);
    await using client = await SpallocClient.open({ host: "127.0.0.1", port: server.port, timeoutMillis: 50 });
    await expect(client.call("version")).rejects.toMatchObject({
      code: "SPALLOC_CONNECTION",
      found: "no response to version in 50 ms",
    });
  });

  it("names a server that is not there", async () => {
    const server = await ScriptedServer.open(() => []);
    await server[Symbol.asyncDispose]();
    await expect(SpallocClient.open({ host: "127.0.0.1", port: server.port })).rejects.toMatchObject({
      code: "SPALLOC_CONNECTION",
      place: `spalloc server 127.0.0.1:${server.port}`,
    });
  });
});

describe("a spalloc job", () => {
  const info = {
    width: 8,
    height: 8,
    machine_name: "m",
    boards: [[0, 0, 0]],
    connections: [
      [[4, 8], "10.0.0.2"],
      [[0, 0], "10.0.0.1"],
    ],
  };

  /** Queued at the first look, changing power at the second, then ready; tells when it changes. */
  function jobServer(states: readonly number[]): Promise<ScriptedServer> {
    let looks = 0;
    return ScriptedServer.open(({ command }) => {
      switch (command) {
        case "create_job":
          return [returning(17)];
        case "get_job_state": {
          const state = states[Math.min(looks++, states.length - 1)]!;
          const answer = returning({ state, power: true, keepalive: 60, reason: "too old", start_time: 0 });
          return looks < states.length ? [answer, '{"jobs_changed": [17]}'] : [answer];
        }
        case "get_job_machine_info":
          return [returning(info)];
        default:
          return [returning(null)];
      }
    });
  }

  it("waits for its boards and gives them back", async () => {
    await using server = await jobServer([1, 2, 3]);
    await using client = await SpallocClient.open({ host: "127.0.0.1", port: server.port });
    const states: number[] = [];
    const job = await SpallocJob.create(client, { boards: 1, owner: "me" }, { onState: (state) => states.push(state) });
    expect(states).toEqual([1, 2, 3]);
    expect(job.boards).toEqual({
      machine: "m",
      width: 8,
      height: 8,
      connections: [
        { x: 0, y: 0, host: "10.0.0.1" },
        { x: 4, y: 8, host: "10.0.0.2" },
      ],
    });
    await job.close();
    await job.close();
    expect(server.received[0]).toEqual({
      command: "create_job",
      args: [1],
      kwargs: { owner: "me", keepalive: 60, tags: null },
    });
    expect(server.received.filter(({ command }) => command === "destroy_job")).toEqual([
      { command: "destroy_job", args: [17, "done"], kwargs: {} },
    ]);
  });

  it.each([
    { boards: 3, args: [3] },
    { boards: { width: 2, height: 1 }, args: [2, 1] },
    { boards: { x: 1, y: 2, z: 0 }, args: [1, 2, 0] },
  ])("asks for boards as $args", async ({ boards, args }) => {
    await using server = await jobServer([3]);
    await using client = await SpallocClient.open({ host: "127.0.0.1", port: server.port });
    await using _job = await SpallocJob.create(client, { boards, owner: "me", machine: "m" });
    expect(server.received[0]).toMatchObject({ args, kwargs: { machine: "m" } });
  });

  it("that is destroyed while it waits says why", async () => {
    await using server = await jobServer([1, 4]);
    await using client = await SpallocClient.open({ host: "127.0.0.1", port: server.port });
    await expect(SpallocJob.create(client, { boards: 1, owner: "me" })).rejects.toMatchObject({
      code: "SPALLOC_JOB",
      found: "destroyed: too old",
    });
  });

  it("is given back when nobody wants to wait any more", async () => {
    await using server = await jobServer([1]);
    await using client = await SpallocClient.open({ host: "127.0.0.1", port: server.port });
    const controller = new AbortController();
    const waiting = SpallocJob.create(
      client,
      { boards: 1, owner: "me" },
      { signal: controller.signal, onState: () => controller.abort() },
    );
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(server.received.at(-1)).toMatchObject({ command: "destroy_job" });
  });

  it("switches its boards", async () => {
    await using server = await jobServer([3]);
    await using client = await SpallocClient.open({ host: "127.0.0.1", port: server.port });
    await using job = await SpallocJob.create(client, { boards: 1, owner: "me" });
    await job.power(false);
    await job.power(true);
    expect(server.received.map(({ command }) => command).filter((command) => command.startsWith("power"))).toEqual([
      "power_off_job_boards",
      "power_on_job_boards",
    ]);
  });
});
