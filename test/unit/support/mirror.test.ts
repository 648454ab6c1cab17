import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mirror, startMirror } from "../../support/mirror.ts";

describe("mirror (unit)", () => {
  let mirror: Mirror;
  const body = "0123456789".repeat(10);

  beforeAll(async () => {
    mirror = await startMirror();
  });
  afterAll(() => mirror.close());

  const get = (path: string, init?: RequestInit) => fetch(mirror.origin + path, init);

  it("serves and counts, by path", async () => {
    mirror.serve("/ok", body);
    expect(await (await get("/ok?query")).text()).toBe(body);
    expect((await get("/ok", { method: "HEAD" })).headers.get("content-length")).toBe("100");
    expect(mirror.requests("/ok").map(({ method }) => method)).toEqual(["GET", "HEAD"]);
    expect((await get("/never-served")).status).toBe(404);
    expect(mirror.requests("/never-served")).toHaveLength(1);
  });

  it("serves parts", async () => {
    mirror.serve("/range", body);
    const part = async (range: string) => {
      const response = await get("/range", { headers: { range } });
      return [response.status, response.headers.get("content-range"), await response.text()];
    };
    expect(await part("bytes=2-4")).toEqual([206, "bytes 2-4/100", "234"]);
    expect(await part("bytes=98-")).toEqual([206, "bytes 98-99/100", "89"]);
    expect(await part("bytes=-3")).toEqual([206, "bytes 97-99/100", "789"]);
    expect(await part("bytes=100-")).toEqual([416, "bytes */100", ""]);
    expect(mirror.requests("/range")[0]?.range).toBe("bytes=2-4");
  });

  it("answers with other bytes of the same length", async () => {
    mirror.serve("/wrong", body, "wrong");
    const got = Buffer.from(await (await get("/wrong")).arrayBuffer());
    expect(got).toHaveLength(body.length);
    expect(got.equals(Buffer.from(body))).toBe(false);
  });

  it("refuses, one mode for each request in turn", async () => {
    mirror.serve("/turns", body, "missing", "error", "ok");
    const statuses = [
      (await get("/turns")).status,
      (await get("/turns")).status,
      (await get("/turns")).status,
    ];
    expect([...statuses, (await get("/turns")).status]).toEqual([404, 500, 200, 200]);
  });

  it("sends slowly, and all of it", async () => {
    mirror.serve("/slow", body, "slow");
    const pieces: Uint8Array[] = [];
    for await (const piece of (await get("/slow")).body ?? []) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).toString()).toBe(body);
  });

  it("breaks off in the middle", async () => {
    mirror.serve("/cut", body, "cut");
    const response = await get("/cut");
    expect(response.headers.get("content-length")).toBe("100");
    await expect(response.text()).rejects.toThrow();
  });

  it("hangs until it is closed", async () => {
    await using short = await startMirror();
    short.serve("/hang", body, "hang");
    const answer = fetch(`${short.origin}/hang`).then(
      () => "answered",
      () => "broken",
    );
    await expect.poll(() => short.requests("/hang").length).toBe(1);
    await short.close();
    expect(await answer).toBe("broken");
  });
});
