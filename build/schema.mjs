import { build } from "esbuild";

/** The JSON Schema of sygaldry.yaml, as extension/core/project/json-schema.ts makes it. */
export async function loadSchema() {
  const { outputFiles } = await build({
    entryPoints: ["extension/core/project/json-schema.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
  });
  const module = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`
  );
  return module.configJsonSchema();
}
