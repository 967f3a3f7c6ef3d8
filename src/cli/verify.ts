import type { Command } from "@commander-js/extra-typings";
import { readDeployment } from "../image/deployment-file.ts";
import { proveDelivery } from "../pipeline/prove-delivery.ts";
import { proveHardwareLimits } from "../pipeline/prove-limits.ts";
import { counted } from "./counted.ts";
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
          : `proved: every key of ${counted(facts.nets, "net")} reaches exactly its targets (${counted(facts.key_cubes, "key block")} over ${counted(facts.chips_passed, "chip")});\n` +
              `cores, SDRAM, DTCM and router entries of ${counted(facts.chips, "chip")} are within their limits\n`,
      );
      process.exitCode = EXIT_OK;
    });
}
