// Builds dist/: the command line and the VS Code extension, each one CommonJS file.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { esbuildAssets } from "./assets.mjs";

/** Parts of dockerode that Sygaldry never calls (BuildKit sessions, SSH transport) and that cost 150 ms to load. */
const unused = {
  name: "unused-transports",
  setup(build) {
    build.onResolve({ filter: /^\.\/(session|buildkit|ssh)$/ }, ({ path, importer }) =>
      /node_modules[\\/](dockerode|docker-modem)[\\/]/.test(importer)
        ? { path, namespace: "unused" }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "unused" }, ({ path }) => ({
      contents: `module.exports = () => { throw new Error("sygaldry is built without ${path}"); };`,
    }));
  },
};

const common = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  minify: true,
  keepNames: false,
  legalComments: "none",
  logLevel: "warning",
  external: ["*.node"],
  plugins: [esbuildAssets, unused],
};

await Promise.all([
  build({
    ...common,
    entryPoints: ["extension/cli/main.ts"],
    outfile: "dist/cli.cjs",
    banner: { js: "#!/usr/bin/env node" },
  }),
  build({
    ...common,
    entryPoints: ["extension/vscode/extension.ts"],
    outfile: "dist/extension.cjs",
    external: ["*.node", "vscode"],
  }),
]);
chmodSync("dist/cli.cjs", 0o755);

await writeSchema();

/** dist/sygaldry.schema.json, which package.json contributes for sygaldry.yaml. */
async function writeSchema() {
  const { outputFiles } = await build({
    ...common,
    entryPoints: ["extension/core/project/json-schema.ts"],
    write: false,
  });
  const module = { exports: {} };
  new Function("module", "exports", "require", outputFiles[0].text)(module, module.exports, undefined);
  mkdirSync("dist", { recursive: true });
  writeFileSync(
    "dist/sygaldry.schema.json",
    `${JSON.stringify(module.exports.configJsonSchema(), null, 2)}\n`,
  );
}
