import { describe, expect, it } from "vitest";
import {
  parseBuildResult,
  parseConfiguration,
  parseRunUserCommandsResult,
  parseUpResult,
} from "../../../../extension/core/container/devcontainer-result.ts";
import { transcript } from "../../../support/transcripts.ts";

describe("results of the devcontainers CLI", () => {
  it("up: success, extra fields left out", () => {
    expect(parseUpResult(transcript("up-legacy").stdout)).toEqual({
      outcome: "success",
      value: {
        containerId: expect.stringMatching(/^[0-9a-f]{64}$/),
        remoteUser: "kvothe",
        remoteWorkspaceFolder: "/workspaces/example",
      },
    });
  });

  it("up: failure, with the container that was made", () => {
    expect(parseUpResult(transcript("lifecycle").stdout)).toMatchObject({
      outcome: "error",
      description: "postCreateCommand from devcontainer.json failed.",
      containerId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it.each(["", "\n", "Segmentation fault", "{}", '{"outcome":"success"}'])(
    "an error without words for %j",
    (text) => {
      expect(parseUpResult(text)).toEqual({
        outcome: "error",
        message: "",
        description: "",
        containerId: undefined,
      });
    },
  );

  it("build: one name or several", () => {
    expect(parseBuildResult('{"outcome":"success","imageName":["a","b"]}')).toEqual({
      outcome: "success",
      value: ["a", "b"],
    });
    expect(parseBuildResult('{"outcome":"success","imageName":"a"}')).toMatchObject({ value: ["a"] });
  });

  it("run-user-commands and read-configuration", () => {
    expect(parseRunUserCommandsResult('{"outcome":"success","result":"done"}')).toMatchObject({
      value: "done",
    });
    expect(parseConfiguration('{"configuration":{"name":"x"},"workspace":{}}')).toMatchObject({
      value: { name: "x" },
    });
  });
});
