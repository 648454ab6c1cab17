"""For WORKSPACE files (Bazel 6, and 7 with --enable_workspace).

    local_repository(name = "sygaldry_spack", path = "third_party/spack")
    load("@sygaldry_spack//:workspace.bzl", "spack_environment")
    spack_environment(lock = "//:spack.lock", store = "/opt/spack_store")
"""

load("//private:overrides.bzl", "encode_override")
load("//private:python_rules.bzl", "PYTHON_RULES", "python_rules")
load(":repository.bzl", "DEFAULT_STORE", "spack_repository")

def spack_environment(lock, name = "spack", store = DEFAULT_STORE, upstreams = [], synced_roots = [], packages = {}, build_file = None):
    """Declares the repository of one locked Spack environment.

    Args:
      lock: label of the spack.lock.
      name: the repository's name.
      store: absolute path of the store's root.
      upstreams: roots of further stores, sought in this order.
      synced_roots: see the attribute of spack_repository.
      packages: package → dict of what spack.package takes: libs, includes, defines, link_flags.
      build_file: see the attribute of spack_repository.
    """
    if not native.existing_rule(PYTHON_RULES):
        python_rules(name = PYTHON_RULES)
    spack_repository(
        name = name,
        build_file = build_file,
        lock = lock,
        python_rules = PYTHON_RULES,
        store = store,
        upstreams = upstreams,
        synced_roots = synced_roots,
        overrides = {
            package: encode_override(struct(
                libs = values.get("libs", []),
                includes = values.get("includes", []),
                defines = values.get("defines", []),
                link_flags = values.get("link_flags", []),
            ))
            for package, values in packages.items()
        },
    )
