import {
  anything,
  choice,
  either,
  list,
  map,
  nothing,
  number,
  onOff,
  record,
  type Shape,
  text,
  texts,
} from "./shape.ts";

/**
 * The shapes of the sections of Spack's configuration, as Spack 1.1 accepts them (facts of its schema folder; sections that
 * nothing here reads are let pass as they are).
 */
const textOrNumber = either(text, number);

const matrix = record({ matrix: list(texts), exclude: texts }, { required: ["matrix"] });

const specList: Shape = list(either(text, nothing, matrix));

/** Of Spack 1.2: specs that are solved together, after the groups that they need, with settings of their own. */
const group = record(
  { group: text, specs: specList, needs: texts, override: anything, explicit: onOff },
  { required: ["group"] },
);

const userSpecs: Shape = list(either(text, nothing, matrix, group));

const include = list(
  either(
    text,
    record(
      {
        path: text,
        when: text,
        name: text,
        path_override_env_var: text,
        sha256: text,
        optional: onOff,
        prefer_modify: onOff,
      },
      { required: ["path"] },
    ),
    record(
      { git: text, branch: text, commit: text, tag: text, paths: texts, when: text, optional: onOff },
      { required: ["git", "paths"] },
    ),
  ),
);

const view = either(
  onOff,
  text,
  map(
    record(
      {
        root: text,
        link: choice("roots", "all", "run"),
        link_type: text,
        select: texts,
        exclude: texts,
        projections: map(text),
      },
      { required: ["root"] },
    ),
  ),
);

const reuse = either(
  onOff,
  choice("dependencies"),
  record(
    {
      roots: onOff,
      include: texts,
      exclude: texts,
      from: list(
        record(
          {
            type: choice("local", "buildcache", "external", "environment"),
            path: text,
            include: texts,
            exclude: texts,
          },
          { open: true },
        ),
      ),
    },
    { open: true },
  ),
);

const concretizer = record({
  force: onOff,
  reuse,
  enable_node_namespace: onOff,
  targets: record(
    { host_compatible: onOff, granularity: choice("generic", "microarchitectures") },
    { open: true },
  ),
  unify: either(onOff, choice("when_possible")),
  compiler_mixing: either(onOff, list(anything)),
  splice: record({
    explicit: list(
      record({ target: text, replacement: text, transitive: onOff }, { required: ["target", "replacement"] }),
    ),
    automatic: onOff,
  }),
  duplicates: record({ strategy: choice("none", "minimal", "full"), max_dupes: map(number) }, { open: true }),
  static_analysis: onOff,
  timeout: number,
  error_on_timeout: onOff,
  os_compatible: map(list(anything)),
  concretization_cache: record({ enable: onOff, url: text, entry_limit: number }, { open: true }),
  externals: record({ completion: choice("architecture_only", "default_variants") }, { open: true }),
});

const requirement = either(text, list(anything));

const packageKeys = {
  require: requirement,
  prefer: list(anything),
  conflict: list(anything),
  buildable: onOff,
  permissions: anything,
  package_attributes: anything,
  variants: either(text, texts),
} as const;

const external = record(
  {
    spec: text,
    prefix: text,
    modules: texts,
    id: text,
    extra_attributes: anything,
    dependencies: list(anything),
  },
  { required: ["spec"] },
);

const packages = map(
  record(
    { ...packageKeys, version: list(textOrNumber), externals: list(external) },
    {
      old: {
        compiler: "require %NAME instead",
        target: "require target=NAME instead",
        providers: "only packages:all has providers",
      },
    },
  ),
  { all: record({ ...packageKeys, target: texts, compiler: texts, providers: map(texts) }) },
);

const connection = {
  url: text,
  access_pair: anything,
  profile: either(text, nothing),
  endpoint_url: either(text, nothing),
  access_token_variable: either(text, nothing),
} as const;

const mirrors = map(
  either(
    text,
    record({
      source: onOff,
      binary: onOff,
      signed: onOff,
      autopush: onOff,
      fetch: either(text, record(connection)),
      push: either(text, record(connection)),
      ...connection,
    }),
  ),
);

const repos = either(
  texts,
  map(
    either(
      text,
      record({ git: text, branch: text, commit: text, tag: text, destination: text, paths: texts }),
    ),
  ),
);

const environmentChanges = record({
  set: map(textOrNumber),
  unset: list(textOrNumber),
  prepend_path: map(textOrNumber),
  append_path: map(textOrNumber),
  remove_path: map(textOrNumber),
});

const config = record(
  {
    install_tree: record(
      { root: text, padded_length: either(number, onOff), projections: map(text) },
      { open: true },
    ),
    install_hash_length: number,
    build_stage: either(text, texts),
    build_jobs: number,
    source_cache: text,
    misc_cache: text,
    environments_root: text,
    shared_linking: either(text, record({}, { open: true })),
  },
  { open: true },
);

/** The sections that a file of configuration may hold; those of a manifest, and `specs` and `include_concrete`. */
export const sectionShapes: Readonly<Record<string, Shape>> = {
  bootstrap: anything,
  cdash: anything,
  ci: anything,
  compilers: list(anything),
  concretizer,
  config,
  container: record({}, { open: true }),
  definitions: list(map(specList, { when: text })),
  develop: map(record({ spec: text, path: text }, { required: ["spec"] })),
  env_vars: environmentChanges,
  include,
  mirrors,
  modules: map(anything),
  packages,
  repos,
  toolchains: map(either(text, list(record({ spec: text, when: text }, { open: true })))),
  upstreams: map(anything),
  view,
};

const oldSections = {
  concretization: "write `concretizer: {unify: true}` for `together`, `unify: false` for `separately`",
  env: "write `spack:` at the top, or `env_vars:` for environment variables",
} as const;

export const configFileShape: Shape = record(sectionShapes, { old: oldSections });

export const manifestShape: Shape = record(
  {
    spack: record({ ...sectionShapes, specs: userSpecs, include_concrete: texts }, { old: oldSections }),
  },
  { required: ["spack"], old: { env: "the top key is `spack:`" } },
);
