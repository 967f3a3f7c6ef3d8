/** Entry of a thread that makes tables small. */
import { workerData } from "node:worker_threads";
import { type TableWork, workOnTables } from "./table-work.ts";

workOnTables(workerData as TableWork);
