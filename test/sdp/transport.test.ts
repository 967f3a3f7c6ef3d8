import * as dgram from "node:dgram";
import { describe, expect, it } from "vitest";
import { fateOf, faultsBothWays, faultySockets } from "../../src/sdp/faulty-socket.ts";
import { SequenceNumbers } from "../../src/sdp/sequence-numbers.ts";
import { UdpTransport } from "../../src/sdp/transport.ts";

describe("UdpTransport", () => {
  it("queues what arrives before anyone listens, then hands everything on in order", async () => {
    await using receiver = await UdpTransport.open({ localAddress: "127.0.0.1" });
    await using sender = await UdpTransport.open({ localAddress: "127.0.0.1" });
    const count = 100;
    const got: number[] = [];
    for (let n = 0; n < count / 2; n++) await sender.send(Uint8Array.of(n), receiver.localPort, "127.0.0.1");
    await new Promise<void>((resolve) => {
      receiver.listen((bytes) => {
        got.push(bytes[0]!);
        if (got.length === count) resolve();
      });
      for (let n = count / 2; n < count; n++) sender.post(Uint8Array.of(n), receiver.localPort, "127.0.0.1");
    });
    expect(got).toEqual(Array.from({ length: count }, (_, n) => n));
  });

  it("says who sent a datagram", async () => {
    await using receiver = await UdpTransport.open({ localAddress: "127.0.0.1" });
    await using sender = await UdpTransport.open({ localAddress: "127.0.0.1" });
    const from = new Promise<string>((resolve) => {
      receiver.listen((_bytes, address, port) => resolve(`${address}:${port}`));
    });
    await sender.send(Uint8Array.of(1), receiver.localPort, "127.0.0.1");
    expect(await from).toBe(`127.0.0.1:${sender.localPort}`);
  });

  it("closes once however often it is asked, and refuses to send afterwards", async () => {
    const transport = await UdpTransport.open({ localAddress: "127.0.0.1" });
    await Promise.all([transport.close(), transport.close()]);
    await transport.close();
    await expect(transport.send(Uint8Array.of(1), 1, "127.0.0.1")).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  });

  it("names a port that is in use", async () => {
    await using holder = await UdpTransport.open({ localAddress: "127.0.0.1" });
    await expect(UdpTransport.open({ localAddress: "127.0.0.1", localPort: holder.localPort })).rejects.toMatchObject({
      code: "PORT_IN_USE",
      place: `UDP 127.0.0.1:${holder.localPort}`,
    });
  });

  it("reports a datagram the system will not send", async () => {
    await using transport = await UdpTransport.open({ localAddress: "127.0.0.1" });
    const failure = new Promise<unknown>((resolve) => transport.onFailure(resolve));
    transport.post(new Uint8Array(70_000), transport.localPort, "127.0.0.1");
    expect(await failure).toMatchObject({ code: "UDP_FAILED" });
    await expect(transport.send(new Uint8Array(70_000), transport.localPort, "127.0.0.1")).rejects.toMatchObject({
      code: "UDP_FAILED",
    });
  });
});

describe("faulty sockets", () => {
  it("decide the fate of the n-th datagram by seed, direction and n alone", () => {
    const plan = faultsBothWays(1, { lose: 0.1, duplicate: 0.1, delay: 0.1, reorder: 0.1 });
    const fates = (seed: number, direction: "incoming" | "outgoing"): unknown[] =>
      Array.from({ length: 200 }, (_, n) => fateOf({ ...plan, seed }, direction, n));
    expect(fates(1, "outgoing")).toEqual(fates(1, "outgoing"));
    expect(fates(1, "outgoing")).not.toEqual(fates(2, "outgoing"));
    expect(fates(1, "outgoing")).not.toEqual(fates(1, "incoming"));
  });

  it("lose as often as asked", () => {
    const plan = faultsBothWays(3, { lose: 0.05 });
    const lost = Array.from({ length: 100_000 }, (_, n) => fateOf(plan, "incoming", n)).filter(
      ({ copies }) => copies === 0,
    ).length;
    // Binomial: mean 5000, standard deviation 69.
    expect(Math.abs(lost - 5000)).toBeLessThan(4 * 69);
  });

  it("refuse a rate above 1", () => {
    expect(() => faultySockets(faultsBothWays(1, { lose: 5 }))).toThrow(
      expect.objectContaining({ code: "FIELD_OUT_OF_RANGE" }),
    );
  });

  it("without faults pass everything, in both forms of send", async () => {
    const socket = faultySockets({ seed: 1 }).createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const got: string[] = [];
    await new Promise<void>((resolve) => {
      socket.on("message", (bytes) => {
        got.push(bytes.toString());
        if (got.length === 2) resolve();
      });
      const { port } = socket.address();
      socket.send(Buffer.from("whole"), port, "127.0.0.1");
      socket.send(Buffer.from("a part"), 2, 4, port, "127.0.0.1", () => {});
    });
    expect(got).toEqual(["whole", "part"]);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  });

  it("are real sockets", () => {
    const socket = faultySockets({ seed: 1 }).createSocket("udp4");
    expect(socket).toBeInstanceOf(dgram.Socket);
    socket.close();
  });
});

describe("sequence numbers", () => {
  it("come in turn, and none comes back while a late reply to it may be around", () => {
    const numbers = new SequenceNumbers();
    const first = numbers.take(0)!;
    numbers.release(first, 2, 0);
    for (let n = 1; n < 0x1_0000; n++) numbers.release(numbers.take(0)!, 1, 0);
    const seen = new Set<number>();
    for (let n = 0; n < 0xffff; n++) seen.add(numbers.take(1000)!);
    expect(seen.has(first)).toBe(false);
    expect(seen.size).toBe(0xffff);
    expect(numbers.take(1000)).toBeUndefined();
    expect(numbers.take(4000)).toBe(first);
  });
});
