import { afterAll, expect, it } from "vitest";
import { dockerEngine } from "../../../extension/core/container/docker-engine.ts";
import { waitUntilReady } from "../../../extension/core/container/lifecycle/ready.ts";
import { baseImage, docker, removeOwn, startContainer } from "../../support/docker.ts";
import { inRepository } from "../../support/paths.ts";
import { requires } from "../../support/requirements.ts";
import { testEndpoint } from "./support.ts";

requires(
  "linux",
  "docker",
  "base",
)("waiting for a container's mounts (integration)", () => {
  afterAll(removeOwn);

  const engine = dockerEngine(testEndpoint());
  const warnings: string[] = [];
  const log = { debug: () => {}, info: () => {}, warn: (text: string) => void warnings.push(text) };
  const script = ["--volume", `${inRepository("container/runtime/start.sh")}:/start.sh:ro`];

  /** What was written before start.sh ran, once a start. */
  const starts = async (id: string) => (await docker(["exec", id, "cat", "/tmp/starts"])).stdout;

  it("ends when start.sh is through, and is not taken in by what an earlier start left", async () => {
    const slow = "sleep 1; echo started >>/tmp/starts; exec /start.sh sleep infinity";
    const id = await startContainer(baseImage, ["sh", "-c", slow], { args: script });
    await waitUntilReady(engine, { id }, log);
    expect(await starts(id)).toBe("started\n");
    await docker(["restart", "-t", "0", id]);
    await waitUntilReady(engine, { id }, log);
    expect(await starts(id)).toBe("started\nstarted\n");
    await waitUntilReady(engine, { id }, log);
    expect(warnings).toEqual([]);
  });

  it("says that the container has ended", async () => {
    const id = await startContainer(baseImage, ["sh", "-c", "exit 3"]);
    await docker(["wait", id]);
    await expect(waitUntilReady(engine, { id }, log)).rejects.toMatchObject({
      code: "SYG-UP",
      next: expect.stringContaining("sygaldry logs"),
    });
  });
});
