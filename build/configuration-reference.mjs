/** Markdown that describes every key of the schema: one table, keys dotted. */
export function configurationReference(schema) {
  const rows = keys(schema, "").map(
    ({ key, type, fallback, description }) => `| \`${key}\` | ${type} | ${fallback} | ${description} |`,
  );
  return `# sygaldry.yaml

Made from the schema by \`npm run docs\`. Precedence: flag > environment > sygaldry.yaml > what it \`extends\` > default;
\`sygaldry config --explain\` shows where each value comes from.

Environment: \`SYGALDRY_PROJECT_ID\` (project.id), \`SYGALDRY_IMAGE\` (image.name), \`SYGALDRY_GPU\` (gpu.mode: auto, on, off),
\`SYGALDRY_CONTAINER_ROOT\` (storage.root), and \`PYTHON_VERSION\`, \`RUST_VERSION\`, \`GO_VERSION\`, \`BAZEL_VERSION\`, \`SPACK_VERSION\`,
\`UV_VERSION\` (tools.<name>.version; a tool that is off stays off).

\`extends\` names a base file. Maps merge key by key; \`apt.packages\`, \`image.inputs\`, \`mounts\`, \`ports\` and \`vscode.extensions\` are
appended to the base's; any other list or value replaces; \`null\` takes the base's value away.

Relative paths count from the repository. \`~/\` is the home folder.

What the files were read to is remembered in the user's cache (\`$XDG_CACHE_HOME/sygaldry/config\`, else \`~/.cache/sygaldry/config\`) and
taken only while they, the environment and the flags say the same; the folder may be deleted at any time.

| Key | Type | Default | Meaning |
|---|---|---|---|
${rows.join("\n")}
`;
}

function keys(schema, prefix) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const key = `${prefix}${name}`;
    if (name === "$schema") return [];
    if (value.properties !== undefined) return keys(value, `${key}.`);
    return [
      { key, type: typeOf(value), fallback: fallbackOf(value), description: cell(value.description ?? "") },
    ];
  });
}

function typeOf(schema) {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(" or ");
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === "object" && schema.properties !== undefined) {
    return `mapping (${Object.keys(schema.properties).map(code).join(", ")})`;
  }
  return schema.type === "object" ? "mapping" : (schema.type ?? "any");
}

function fallbackOf({ default: value }) {
  return value === undefined ? "" : code(value);
}

function code(value) {
  return `\`${JSON.stringify(value)}\``;
}

function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
