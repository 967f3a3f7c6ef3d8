import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgress, SILENT_PROGRESS } from "../../src/cli/progress.ts";

/** A stream that remembers what was written, and a clock that goes only when told. */
function listener(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  const clock = { ms: 0, now: () => clock.ms };
  return { stream, clock, text: () => String(stream.read() ?? "") };
}

describe("progress where there is no terminal", () => {
  it("is one plain line a stage that is soon over", async () => {
    const { stream, clock, text } = listener(false);
    const progress = await createProgress(stream, clock);
    const load = progress.begin("load", 48, "chips");
    for (let chip = 1; chip <= 48; chip++) load.update(chip);
    clock.ms = 340;
    load.end();
    const map = progress.begin("map");
    map.end();
    expect(text()).toBe("load: 48 of 48 chips, 0.3 s\nmap: 0.0 s\n");
  });

  it("has a line every two seconds of a stage that takes long", async () => {
    const { stream, clock, text } = listener(false);
    const run = (await createProgress(stream, clock)).begin("run", 1000, "ticks");
    for (let tick = 100; tick <= 500; tick += 100) {
      clock.ms += 1000;
      run.update(tick);
    }
    run.end();
    expect(text()).toBe("run: 200 of 1000 ticks\nrun: 400 of 1000 ticks\nrun: 500 of 1000 ticks, 5.0 s\n");
  });
});

describe("progress on a terminal", () => {
  it("is a bar that ends at what was done, and gives the cursor back", async () => {
    const { stream, clock, text } = listener(true);
    const run = (await createProgress(stream, clock)).begin("run", 1000, "ticks");
    run.update(250);
    run.end();
    const written = text();
    expect(written).toContain("25 %  250 of 1000 ticks");
    expect(written).toContain("\u001b[?25l");
    expect(written.lastIndexOf("\u001b[?25h")).toBeGreaterThan(written.lastIndexOf("\u001b[?25l"));
  });
});

describe("silent progress", () => {
  it("takes everything and shows nothing", () => {
    const stage = SILENT_PROGRESS.begin("run", 10);
    expect(stage.update(5)).toBeUndefined();
    expect(stage.end()).toBeUndefined();
  });
});
