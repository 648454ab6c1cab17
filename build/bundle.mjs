// Builds dist/: the command line and the VS Code extension, each one CommonJS file.
import { chmodSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { esbuildAssets } from "./assets.mjs";
import { loadSchema } from "./schema.mjs";

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

const importMetaUrl = 'var importMetaUrl = require("node:url").pathToFileURL(__filename).href;';

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
  // ESM packages ask for it; a CommonJS bundle has none.
  define: { "import.meta.url": "importMetaUrl" },
  banner: { js: importMetaUrl },
  plugins: [esbuildAssets, unused],
};

await Promise.all([
  build({
    ...common,
    entryPoints: ["extension/cli/main.ts"],
    outfile: "dist/cli.cjs",
    banner: { js: `#!/usr/bin/env node\n${importMetaUrl}` },
  }),
  build({
    ...common,
    entryPoints: ["extension/vscode/extension.ts"],
    outfile: "dist/extension.cjs",
    external: ["*.node", "vscode"],
  }),
]);
chmodSync("dist/cli.cjs", 0o755);

/** What package.json contributes for sygaldry.yaml. */
writeFileSync("dist/sygaldry.schema.json", `${JSON.stringify(await loadSchema(), null, 2)}\n`);
