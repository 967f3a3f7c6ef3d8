import type { Command } from "@commander-js/extra-typings";
import { readDeployment } from "../image/deployment-file.ts";
import { proveDelivery } from "../pipeline/prove-delivery.ts";
import { proveHardwareLimits } from "../pipeline/prove-limits.ts";
import { EXIT_OK } from "./exit.ts";
import { readInput } from "./options.ts";

/** `spinloom verify`: proof of delivery and of every hardware limit. */
export function addVerifyCommand(spinloom: Command): void {
  spinloom
    .command("verify")
    .description("Prove that a mapped network delivers every spike and respects every limit of its machine.")
    .argument("<app>", "file written by `spinloom map`")
    .option("--json", "print the proof as JSON")
    .action((file, options) => {
      const deployment = readDeployment(readInput(file), file);
      const limits = proveHardwareLimits(deployment);
      const proof = proveDelivery(deployment);
      const facts = {
        proved: true,
        nets: proof.netsProved,
        key_cubes: proof.cubesFollowed,
        chips_passed: proof.chipsPassed,
        ...limits,
      };
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify(facts)}\n`
          : `proved: every key of ${facts.nets} nets reaches exactly its targets (${facts.key_cubes} key blocks over ${facts.chips_passed} chips);\n` +
              `cores, SDRAM, DTCM and router entries of ${facts.chips} chips are within their limits\n`,
      );
      process.exitCode = EXIT_OK;
    });
}
