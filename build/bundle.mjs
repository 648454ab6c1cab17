// Builds dist/: the command line, the language server and the VS Code extension, each one CommonJS file.
import { chmodSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { esbuildAssets } from "./assets.mjs";
import { loadSchema } from "./schema.mjs";

/**
 * Parts of dockerode that Sygaldry never calls: BuildKit sessions, SSH and build contexts, which take 150 ms to load, and its
 * classes of objects, which take one or two: docker-api.ts uses its modem alone.
 */
const unused = {
  name: "unused-parts",
  setup(build) {
    build.onResolve(
      {
        filter:
          /^(\.\/(session|buildkit|ssh|container|image|volume|network|service|plugin|secret|config|task|node|exec)|tar-fs|@balena\/dockerignore)$/,
      },
      ({ path, importer }) =>
        /node_modules[\\/](dockerode|docker-modem)[\\/]/.test(importer)
          ? { path, namespace: "unused" }
          : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "unused" }, ({ path }) => ({
      contents: `module.exports = () => { throw new Error("sygaldry is built without ${path}"); };`,
    }));
  },
};

/** docker-modem describes every request in full, its agent too, for a debug log that nobody reads; that costs milliseconds each, and so does to load that log. */
const quietModem = {
  name: "quiet-modem",
  setup(build) {
    build.onResolve({ filter: /^debug$/ }, ({ path, importer }) =>
      /docker-modem[\\/]/.test(importer) ? { path, namespace: "quiet" } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "quiet" }, () => ({
      contents: "module.exports = () => () => {};",
    }));
    build.onLoad({ filter: /docker-modem[\\/]lib[\\/]modem\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const quiet = source.replace(/debug\('Sending: %s', util\.inspect\(options, \{[^}]*\}\)\);/, "");
      if (quiet === source) throw new Error(`${path} no longer has the debug line that quiet-modem removes`);
      return { contents: quiet, loader: "js" };
    });
  },
};

/** Modules of Node that take milliseconds to load and that most commands never use: loaded at the first use instead. */
const lazyBuiltins = {
  name: "lazy-builtins",
  setup(build) {
    const heavy = /^(node:)?(child_process|crypto|fs\/promises|https|stream\/promises|zlib)$/;
    build.onResolve({ filter: heavy }, ({ path, namespace }) =>
      namespace === "lazy"
        ? { path, external: true }
        : { path: path.replace(/^node:/, ""), namespace: "lazy" },
    );
    build.onLoad({ filter: /.*/, namespace: "lazy" }, async ({ path }) => {
      const names = Object.keys(await import(`node:${path}`)).filter((name) => name !== "default");
      return {
        contents: `for (const name of ${JSON.stringify(names)})
          Object.defineProperty(exports, name, { enumerable: true, get: () => require("node:${path}")[name] });`,
        loader: "js",
      };
    });
  },
};

/** Of the commands only `exec` and `shell`: a bundle a tenth of the size, for what is called most and must start at once. */
const execAlone = {
  name: "exec-alone",
  setup(build) {
    build.onResolve({ filter: /^\.\/commands\// }, ({ path }) =>
      path === "./commands/exec.ts" ? undefined : { path: "./sygaldry.cjs", external: true },
    );
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
  // The streams of Node itself; the package is a copy of them for old versions.
  alias: { "readable-stream": "node:stream" },
  // ESM packages ask for it; a CommonJS bundle has none.
  define: { "import.meta.url": "importMetaUrl" },
  banner: { js: importMetaUrl },
  plugins: [esbuildAssets, unused, quietModem, lazyBuiltins],
};

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

await Promise.all([
  build({
    ...common,
    entryPoints: ["extension/cli/main.ts"],
    outfile: "dist/cli.cjs",
    external: ["./sygaldry.cjs", "./exec.cjs"],
    define: { SYGALDRY_VERSION: JSON.stringify(version) },
    banner: { js: "#!/usr/bin/env node" },
  }),
  build({
    ...common,
    entryPoints: ["extension/cli/program.ts"],
    outfile: "dist/sygaldry.cjs",
    external: ["*.node", "./language-server.cjs"],
    banner: { js: `#!/usr/bin/env node\n${importMetaUrl}` },
    // Images hold this file alone, as the sygaldry command.
    footer: {
      js: "if (require.main === module) module.exports.runProgram(process.argv).then((code) => { process.exitCode = code; });",
    },
  }),
  build({
    ...common,
    entryPoints: ["extension/cli/program.ts"],
    outfile: "dist/exec.cjs",
    plugins: [execAlone, ...common.plugins],
  }),
  build({ ...common, entryPoints: ["extension/cli/supervisor.ts"], outfile: "dist/supervisor.cjs" }),
  build({
    ...common,
    entryPoints: ["extension/language/main.ts"],
    outfile: "dist/language-server.cjs",
  }),
  build({
    ...common,
    entryPoints: ["extension/vscode/extension.ts"],
    outfile: "dist/extension.cjs",
    external: ["*.node", "vscode"],
  }),
]);
for (const file of ["dist/cli.cjs", "dist/sygaldry.cjs"]) chmodSync(file, 0o755);

/** For the VSIX, which has no node_modules; the npm package depends on it. */
cpSync("node_modules/@devcontainers/cli", "dist/devcontainers-cli", { recursive: true });

/** What package.json contributes for sygaldry.yaml. */
writeFileSync("dist/sygaldry.schema.json", `${JSON.stringify(await loadSchema(), null, 2)}\n`);
