"""The repository rule: reads spack.lock and the store's database, without Spack and without a network, and writes BUILD files."""

load("//private:bazel_version.bzl", "bazel_major")
load("//private:errors.bzl", "refuse")
load("//private:lock.bzl", "parse_lock")
load("//private:missing.bzl", "external_gone", "gone", "not_installed", "only_a_module")
load("//private:naming.bzl", "folder_name", "own_names", "reachable")
load("//private:nearest.bzl", "nearest")
load("//private:overrides.bzl", "check_overrides", "decode_override")
load("//private:places.bzl", "is_folder", "write_text")
load("//private:prefix_package.bzl", "examine_prefix")
load("//private:store.bzl", "database_file", "parse_database")
load("//private:synced_roots.bzl", "check_synced_roots")
load("//private:system_package.bzl", "SYSTEM_PREFIXES", "examine_system_package")
load("//private:take_prefix.bzl", "packages_with_build_files", "take_prefix")
load("//private:write_hub.bzl", "write_hub")
load("//private:write_package.bzl", "write_failure", "write_prefix_package", "write_system_package")
load("//private:write_toolchains.bzl", "write_toolchains")

DEFAULT_STORE = "/opt/spack_store"
_STORE_VARIABLE = "SYGALDRY_SPACK_STORE"

ENVIRONMENT_ATTRS = {
    "build_file": attr.label(
        allow_single_file = True,
        doc = "A BUILD file whose targets are part of @spack//: they may use the packages as :NAME, and of two of one name it is this one.",
    ),
    "lock": attr.label(
        mandatory = True,
        allow_single_file = True,
        doc = "The environment's spack.lock.",
    ),
    "store": attr.string(
        default = DEFAULT_STORE,
        doc = "Absolute path of the store's root; the environment variable SYGALDRY_SPACK_STORE wins over it.",
    ),
    "synced_roots": attr.string_list(
        doc = "The hashes of the lock's roots that the repository was last synced with. With other roots in the lock, the build " +
              "stops and asks for sygaldry bazel sync. Empty: every lock is taken.",
    ),
    "upstreams": attr.string_list(doc = "Roots of further stores, sought in this order."),
}

def _spack_repository_impl(ctx):
    lock = _read_lock(ctx)
    check_synced_roots(lock, ctx.attr.synced_roots)
    check_overrides(ctx.attr.overrides, {node.name: True for node in lock.nodes.values()}, lock.file, nearest)
    stores = [_store_of_environment(ctx) or ctx.attr.store] + ctx.attr.upstreams
    prefixes, without_database = _read_stores(ctx, stores)
    used = reachable(lock, lock.roots, ["link", "run"])
    failures, system, places = _sort_out(ctx, lock, stores, prefixes, without_database, used)
    names = own_names(lock, used)
    _write_rules(ctx)
    for hash, message in failures.items():
        write_failure(ctx, lock.nodes[hash], message)
    found = {hash: examine_system_package(ctx, lock.nodes[hash], _override(ctx, lock.nodes[hash])) for hash in system}
    found.update(_examine_prefixes(ctx, lock, places))
    for hash in system:
        write_system_package(ctx, lock.nodes[hash], found[hash], names, _python_deps(lock, found, hash))
    _write_prefixes(ctx, lock, places, found, names)
    write_hub(ctx, lock, found, used, _own_text(ctx))
    write_toolchains(ctx, lock, dict(places, **{hash: "/usr" for hash in system}), used)

def _read_lock(ctx):
    file = ctx.path(ctx.attr.lock)
    folder = str(file.dirname)
    if not file.exists:
        refuse("there is no %s" % file, "Make it: spack -e %s concretize; or correct the label of spack.environment(lock = ...)." % folder)
    return parse_lock(ctx.read(file), str(file), folder, bazel_major(ctx))

def _own_text(ctx):
    if not ctx.attr.build_file:
        return ""
    file = ctx.path(ctx.attr.build_file)
    if not file.exists:
        refuse("there is no %s" % file, "Make it, or correct the label of spack.environment(build_file = ...).")
    return ctx.read(file)

def _store_of_environment(ctx):
    return ctx.getenv(_STORE_VARIABLE) if hasattr(ctx, "getenv") else ctx.os.environ.get(_STORE_VARIABLE)

def _read_stores(ctx, stores):
    """hash → prefix of what is installed, the first store that has it winning; and the stores without a database."""
    prefixes, without = {}, []
    for root in stores:
        if not root.startswith("/"):
            refuse("the store \"%s\" is no absolute path" % root, "Write the path of the folder that holds .spack-db.")
        file = database_file(root)

        # Bazel before 7.1 does not see it change; there, `bazel sync --configure` or a restart of the server does.
        if hasattr(ctx, "watch"):
            ctx.watch(file)
        if ctx.path(file).exists:
            prefixes = dict(parse_database(ctx.read(file), file, bazel_major(ctx)), **prefixes)
        else:
            without.append(root)
    return prefixes, without

def _sort_out(ctx, lock, stores, prefixes, without_database, used):
    """(hash → why it cannot be used, hashes of externals in /usr, hash → folder)."""
    failures, system, places = {}, [], {}
    for hash, node in lock.nodes.items():
        prefix = node.external.path if node.external else prefixes.get(hash)
        if prefix == None:
            failures[hash] = only_a_module(node) if node.external else not_installed(node, lock, stores, without_database, hash not in used)
        elif prefix.rstrip("/") in SYSTEM_PREFIXES:
            system.append(hash)
        elif is_folder(ctx, prefix):
            places[hash] = prefix.rstrip("/")
        else:
            failures[hash] = external_gone(node, lock) if node.external else gone(node, lock, prefix)
    return failures, system, places

def _write_rules(ctx):
    """The rules of the BUILD files, which take what the Bazel at hand has not built in from rules_cc and rules_python."""
    for label in ["//rules:cc_library.bzl", "//rules:failure.bzl", "//private:nearest.bzl"]:
        ctx.symlink(Label(label), "rules/" + label.split(":")[1])
    major = bazel_major(ctx)
    write_text(ctx, "rules/BUILD.bazel", "")
    write_text(ctx, "rules/cc.bzl", _CC_OF_RULES if major >= 9 else _CC_OF_BAZEL)
    write_text(ctx, "rules/python.bzl", _PYTHON_OF_RULES if major >= 8 else _PYTHON_OF_BAZEL)

_CC_OF_BAZEL = """cc = struct(CcInfo = CcInfo, common = cc_common)
"""

_CC_OF_RULES = """load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

cc = struct(CcInfo = CcInfo, common = cc_common)
"""

_PYTHON_OF_BAZEL = """py_library = native.py_library
"""

_PYTHON_OF_RULES = """load("@rules_python//python:defs.bzl", _py_library = "py_library")

py_library = _py_library
"""

def _override(ctx, node):
    return decode_override(ctx.attr.overrides.get(node.name))

def _python_deps(lock, found, hash):
    """The nodes of the Python packages that one needs."""
    return [lock.nodes[each] for each in lock.nodes[hash].run if each in found and found[each].has_python]

def _examine_prefixes(ctx, lock, places):
    """hash → what was found in its folder, for packages that have one of their own."""
    found = {}
    for hash, prefix in places.items():
        node = lock.nodes[hash]
        ctx.report_progress("looking at " + node.name)
        found[hash] = examine_prefix(ctx, node, prefix, _override(ctx, node))
    return found

def _write_prefixes(ctx, lock, places, found, names):
    build_files = packages_with_build_files(ctx, [prefix for hash, prefix in places.items() if not lock.nodes[hash].external])
    for hash, prefix in places.items():
        node = lock.nodes[hash]
        folders = ["packages/%s%s/prefix" % (folder_name(node), below) for below in ["", "/files"]]
        folders += ["packages/%s/python/prefix" % folder_name(node)] if found[hash].site_packages else []
        take_prefix(ctx, prefix, folders, build_files.get(prefix, []))
        needed = [each for each in reachable(lock, [hash], ["run"]) if each in places]
        paths = struct(
            programs = ["%s/bin" % places[each] for each in needed if found[each].programs],
            python = ["%s/%s" % (places[each], folder) for each in needed for folder in found[each].site_packages],
        )
        python_deps = _python_deps(lock, found, hash)
        write_prefix_package(ctx, node, found[hash], names, paths, python_deps, ctx.os.name.startswith("mac"))

spack_repository = repository_rule(
    implementation = _spack_repository_impl,
    attrs = dict(
        ENVIRONMENT_ATTRS,
        overrides = attr.string_dict(doc = "package → what spack.package says of it."),
        python_rules = attr.string(doc = "The repository with the rules that //toolchains is made of."),
    ),
    configure = True,
    doc = "The packages of a spack.lock as targets: see docs/guide/bazel.md of Sygaldry.",
    environ = [_STORE_VARIABLE],
    local = True,
)
