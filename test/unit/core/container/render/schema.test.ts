import { readFileSync } from "node:fs";
import { Ajv2019 } from "ajv/dist/2019.js";
import { expect, it } from "vitest";
import { render } from "../../../../../extension/core/container/render/render.ts";
import { plainSources, planOf } from "../../../../support/plans.ts";
import { renderingCases } from "../../../../support/rendering-cases.ts";
import { requires } from "../../../../support/requirements.ts";

requires("devcontainer-schema")("devcontainer.json and the official schema", () => {
  it.each(renderingCases)("agree: $name", async ({ yaml, facts }) => {
    const schema: unknown = JSON.parse(
      readFileSync(process.env["SYGALDRY_DEVCONTAINER_SCHEMA"] ?? "", "utf8"),
    );
    const { files } = render(await planOf(yaml, facts), plainSources);
    const text = String(files.find((file) => file.path === ".devcontainer/devcontainer.json")?.content);
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(Object(schema));
    expect(validate(JSON.parse(text.replace(/^\/\/.*\n/, ""))), JSON.stringify(validate.errors)).toBe(true);
  });
});
