import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  askableTools,
  composeConfig,
  suggestAnswers,
} from "../../../../../extension/core/project/init/compose.ts";
import type { RepositoryTraits } from "../../../../../extension/core/project/init/recognise.ts";
import { configSchema } from "../../../../../extension/core/project/schema.ts";

const bare: RepositoryTraits = {
  ...{ bazel: false, bazelVersion: undefined, spack: false, python: false, pythonVersion: undefined },
  ...{ rust: false, go: false, config: false, foreignDevcontainer: undefined },
};

function compose(traits: Partial<RepositoryTraits>, known: readonly string[] = []): string {
  const all = { ...bare, ...traits };
  return composeConfig(suggestAnswers("x", all), all, (tool, version) =>
    known.includes(`${tool} ${version}`),
  );
}

describe("the sygaldry.yaml that init writes (unit)", () => {
  it("is valid, with the tools of the stack and the languages that the repository shows", () => {
    const { tools } = configSchema.parse(parse(compose({ rust: true })));
    expect(Object.keys(tools).sort()).toEqual([...askableTools].sort());
    expect(tools).toMatchObject({ rust: expect.stringMatching(/^\d/), go: "off" });
  });

  it("takes a version that the repository names where a download is known", () => {
    const traits = { bazelVersion: "7.6.2", pythonVersion: "3.12" };
    expect(parse(compose(traits, ["bazel 7.6.2", "python 3.12"]))).toMatchObject({
      tools: { bazel: "7.6.2", python: "3.12" },
    });
  });

  it("else the default one, and says so", () => {
    const text = compose({ bazelVersion: "5.1.0", pythonVersion: "3.6.1" });
    expect(text).toMatch(/^ {2}bazel: "6\.4\.0" # Bazelisk fetches the 5\.1\.0 of \.bazelversion/m);
    expect(text).toMatch(/^ {2}python: "3\.13" # not the 3\.6\.1 of \.python-version/m);
    configSchema.parse(parse(text));
  });
});
