/** Entry of an engine thread: runs the loop program it was started with, range by range. */
import { parentPort, workerData } from "node:worker_threads";
import { type LoopProgram, TickLoop } from "./tick-loop.ts";
import type { WorkerReply, WorkerRequest } from "./worker-pool.ts";

const loop = new TickLoop(workerData as LoopProgram);
const answer = (message: WorkerReply): void => parentPort!.postMessage(message);

parentPort!.on("message", ({ until }: WorkerRequest) => {
  // Nothing to do meanwhile: when another worker has ended, this one is ended from outside.
  while (!loop.run(until));
  answer("done");
});
answer("ready");
