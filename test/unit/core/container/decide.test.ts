import { describe, expect, it } from "vitest";
import type { ContainerSummary, ImageDetails } from "../../../../extension/core/container/engine.ts";
import { encodeInputs, fingerprint, labels } from "../../../../extension/core/container/fingerprint.ts";
import { decide } from "../../../../extension/core/container/lifecycle/decide.ts";

const wanted = fingerprint({ "tools.go": "1.2" }, { ports: "1" });

function labelsOf(made: typeof wanted): Record<string, string> {
  return {
    [labels.image]: made.imageDigest,
    [labels.container]: made.containerDigest,
    [labels.inputs]: encodeInputs({ image: made.image, container: made.container }),
  };
}

function container(state: ContainerSummary["state"], made = wanted): ContainerSummary {
  return { id: "c", name: "n", image: "i", imageId: "i", state, labels: labelsOf(made), created: 0 };
}

function image(made = wanted): ImageDetails {
  return { id: "i", tags: [], labels: labelsOf(made), size: 1, created: "" };
}

describe("decide", () => {
  it("builds without an image, creates with a current one, rebuilds with another", () => {
    expect(decide(undefined, undefined, wanted).action).toBe("build");
    expect(decide(undefined, image(), wanted).action).toBe("create");
    const other = decide(undefined, image(fingerprint({ "tools.go": "1.1" }, {})), wanted);
    expect(other).toMatchObject({ action: "rebuild", reason: "tools.go 1.1 → 1.2" });
  });

  it.each([
    ["running", "nothing"],
    ["exited", "start"],
    ["paused", "start"],
    ["created", "recreate"],
    ["dead", "recreate"],
    ["removing", "recreate"],
    ["restarting", "recreate"],
  ] as const)("with an up-to-date container that is %s: %s", (state, action) => {
    expect(decide(container(state), undefined, wanted).action).toBe(action);
  });

  it("rebuilds for the image's inputs before it recreates for the container's", () => {
    const both = fingerprint({ "tools.go": "1.1" }, { ports: "2" });
    expect(decide(container("running", both), undefined, wanted)).toMatchObject({
      action: "rebuild",
      reason: "tools.go 1.1 → 1.2",
    });
    const settings = fingerprint(wanted.image, { ports: "2" });
    expect(decide(container("running", settings), undefined, wanted)).toMatchObject({
      action: "recreate",
      reason: "ports 2 → 1",
    });
  });

  it("recreates a container whose first start did not come to its end", () => {
    expect(decide(container("running"), undefined, wanted, { unfinished: true }).action).toBe("recreate");
  });

  it("rebuilds what it did not make", () => {
    const foreign = { ...container("running"), labels: {} };
    expect(decide(foreign, undefined, wanted).action).toBe("rebuild");
  });
});
