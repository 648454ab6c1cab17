/** What the keys of Spack's configuration mean (Spack 1.1), by their path with `*` for names that users choose. */
const documentation: Readonly<Record<string, string>> = {
  specs:
    "The packages that the environment is made of. Everything else is there because one of these needs it.",
  "specs.matrix": "Rows of constraints; one root for each combination of an element of every row.",
  "specs.exclude": "Combinations of the matrix that are left out: those that satisfy one of these.",
  view: "A folder that links the installed packages together. `true`: `.spack-env/view`; `false`: none; a path; or several, by name.",
  "view.*.root": "Where the view lies, relative to the environment.",
  "view.*.link": "What is linked: `all` below the roots, `roots` alone, or what is needed to `run` them.",
  "view.*.link_type": "`symlink`, `hardlink` or `copy`.",
  "view.*.select": "Only packages that satisfy one of these specs.",
  "view.*.exclude": "No packages that satisfy one of these specs.",
  "view.*.projections": "The folder of a package within the view, by spec; `all` for the rest.",
  concretizer: "How versions and variants are chosen.",
  "concretizer.unify":
    "`true`: one version of each package for all roots; `when_possible`: as far as they agree; `false`: each root by itself.",
  "concretizer.reuse":
    "Whether what is installed or in a build cache is preferred to newer choices. `dependencies`: for all but the roots.",
  "concretizer.targets.granularity":
    "`microarchitectures` tells `zen3` from `zen2`; `generic` knows only families such as `x86_64_v3`.",
  "concretizer.targets.host_compatible": "Only targets that this machine can run.",
  "concretizer.duplicates.strategy":
    "Whether build tools may come in several versions: `none`, `minimal`, `full`.",
  "concretizer.splice": "Replaces dependencies of packages that are built already by compatible ones.",
  "concretizer.timeout": "Seconds the solver may take; 0 for no limit.",
  packages: "Preferences and demands, package by package; `all` for every package.",
  "packages.all": "What holds for every package that has no setting of its own.",
  "packages.*.require": "Constraints that must hold wherever the package is used; the solve fails otherwise.",
  "packages.*.prefer": "Constraints that hold where nothing else speaks against them.",
  "packages.*.conflict": "Constraints that must never hold.",
  "packages.*.version": "Versions in order of preference.",
  "packages.*.variants": "Variants that are preferred; `require` demands them.",
  "packages.*.buildable":
    "`false`: Spack never builds it, so that an external or a build cache must have it.",
  "packages.*.externals": "Installations that Spack did not make and may use: a spec and the prefix of each.",
  "packages.*.externals.spec": "Which package, version and variants the installation is.",
  "packages.*.externals.prefix": "The folder it is installed in.",
  "packages.*.externals.modules": "Environment modules to load before it is used.",
  "packages.*.permissions": "Who may read and write the installed files, and their group.",
  "packages.*.target": "Targets in order of preference; only below `all`.",
  "packages.*.providers":
    "Which packages stand in for a virtual one, in order of preference; only below `all`.",
  definitions: "Named lists of specs, to be used as `$name` in `specs` and in later definitions.",
  "definitions.when":
    "A Python expression (`platform`, `os`, `target`, `arch`, `env`, `hostname`, `re`); the definition counts where it is true.",
  include: "Files and folders of configuration that count below this file.",
  "include.path": "A file, a folder, or a URL.",
  "include.when": "A Python expression; included where it is true.",
  "include.optional": "No error when it does not exist.",
  "include.sha256": "The digest that a file from the network must have.",
  include_concrete: "Other environments whose solved packages are taken over as they are.",
  develop: "Packages that are built from a folder of yours instead of a download.",
  "develop.*.spec": "Which package and version.",
  "develop.*.path": "The folder with its source.",
  config: "Spack's general settings.",
  "config.install_tree": "The store: where packages are installed.",
  "config.install_tree.root": "The store's folder.",
  "config.install_tree.padded_length":
    "Makes prefixes so long that binaries can later be moved to any shorter path.",
  "config.install_tree.projections": "The folder of a package within the store, by spec.",
  "config.build_stage": "Where packages are built; the first that can be written.",
  "config.build_jobs": "How many processes a build may use.",
  "config.source_cache": "Where downloads are kept.",
  "config.misc_cache": "Where indexes of packages are kept.",
  mirrors: "Build caches and mirrors of sources, by name.",
  "mirrors.*.url": "Where it is: a folder, `https`, `s3`, `gs` or `oci` URL.",
  "mirrors.*.signed": "Whether packages must be signed by a key that Spack trusts.",
  "mirrors.*.binary": "Whether built packages are taken from it.",
  "mirrors.*.source": "Whether sources are taken from it.",
  "mirrors.*.autopush": "Whether each package is pushed after it was built.",
  repos: "Repositories of recipes; the first that has a package gives its recipe.",
  toolchains: "Named sets of compilers, to be used as `%name`.",
  upstreams: "Other stores whose packages are used as if they were installed here.",
  env_vars: "Environment variables to set while the environment is active.",
  modules: "Which module files are written, and what they contain.",
  container: "What `spack containerize` writes.",
  ci: "What `spack ci` generates.",
  cdash: "Where `spack ci` reports to.",
  bootstrap: "How Spack gets the solver and other tools of its own.",
  compilers: "Compilers in the form of Spack before 1.0.",
};

/** In one or two sentences. `path` begins with the section; indexes of lists do not count. */
export function keyDocumentation(path: readonly (string | number)[]): string | undefined {
  const keys = path.filter((step) => typeof step === "string");
  const tries = [keys, keys.map((key, index) => (index === 1 ? "*" : key))].map((steps) => steps.join("."));
  const found = tries.find((name) => Object.hasOwn(documentation, name));
  return found === undefined ? undefined : documentation[found];
}
