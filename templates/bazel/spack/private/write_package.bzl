"""The Bazel package of one node: //packages/NAME-HASH, with :main, :headers, :static, :lib_X, :bin_X, and what lies below it."""

load(":build_text.bzl", "PUBLIC", "file_text", "glob_text", "rule_text")
load(":link_flags.bzl", "link_flags", "whole_flags")
load(":naming.bzl", "folder_name")
load(":places.bzl", "write_text")

_LOAD_CC = "load(\"//rules:cc_library.bzl\", \"spack_cc_library\", \"spack_program\")"
_LOAD_FAILURE = "load(\"//rules:failure.bzl\", \"spack_failure\")"
_LOAD_PYTHON = "load(\"//rules:python.bzl\", \"py_library\")"
_IDENTITY = "spack.txt"

def write_failure(ctx, node, message):
    """A package none of whose targets can be used, and why.

    Args:
      ctx: the repository rule's context.
      node: the node of the lock.
      message: what is told when one is used.
    """
    targets = [rule_text("spack_failure", name, message = message) for name in ["main", "headers"]]
    _write(ctx, node, "", [_LOAD_FAILURE, PUBLIC] + targets)
    for below, name in [("/files", "files"), ("/python", "python")]:
        _write(ctx, node, below, [_LOAD_FAILURE, PUBLIC, rule_text("spack_failure", name, message = message)])

def write_system_package(ctx, node, found, names, python_deps):
    """An external in /usr.

    Args:
      ctx: the repository rule's context.
      node: the node of the lock.
      found: what examine_system_package gives.
      names: hash → the node's name in the root package.
      python_deps: the nodes of the Python packages that it needs.
    """
    _write_identity(ctx, node, "/usr")
    folders = ["include_%d" % i for i in range(len(found.own_includes))]
    for folder, path in zip(folders, found.own_includes):
        ctx.symlink(path, "packages/%s/%s" % (folder_name(node), folder))
    cc = {
        "defines": found.defines,
        "hdrs": glob_text([folder + "/**" for folder in folders]),
        "identity": _IDENTITY,
        "includes": folders or ["include"],
        "system_includes": found.includes,
    }
    main = dict(cc, link_flags = found.link_flags, deps = _labels(names, node.link))
    statements = [_LOAD_CC, PUBLIC]
    if found.program:
        statements.append(rule_text("spack_program", "main", program = "/usr/bin/" + found.program, **main))
    else:
        statements.append(rule_text("spack_cc_library", "main", **main))
    for name in found.programs:
        statements.append(rule_text("spack_program", "bin_" + name, identity = _IDENTITY, program = "/usr/bin/" + name))
    statements += [rule_text("spack_cc_library", "headers", **cc), "exports_files([%r])" % _IDENTITY]
    _write(ctx, node, "", statements)
    message = "%s is an external in /usr, which is not taken apart into files" % node.name
    _write(ctx, node, "/files", [_LOAD_FAILURE, PUBLIC, rule_text("spack_failure", "files", message = message)])
    _write_system_python(ctx, node, found, python_deps)

def write_prefix_package(ctx, node, found, names, paths, python_deps, on_mac):
    """A package with a folder of its own.

    Args:
      ctx: the repository rule's context.
      node: the node of the lock.
      found: what examine_prefix gives.
      names: hash → the node's name in the root package.
      paths: struct(programs, python): folders for PATH and PYTHONPATH when its programs run.
      python_deps: the nodes of the Python packages that it needs.
      on_mac: whether this is macOS.
    """
    _write_identity(ctx, node, found.prefix)
    headers = {
        "defines": found.defines,
        "hdrs": glob_text(["prefix/%s/**" % folder for folder in found.includes]),
        "identity": _IDENTITY,
        "includes": ["prefix/" + folder for folder in found.includes] or ["include"],
    }
    shared = _library(node, found, names, headers, dict(found.libraries.static, **found.libraries.shared), on_mac)
    statements = [_LOAD_CC, PUBLIC]
    programs = {"bin_" + name: {} for name in found.programs}
    if found.main_program:
        programs["main"] = shared
    else:
        statements.append(rule_text("spack_cc_library", "main", **shared))
    for target, cc in programs.items():
        statements.append(_program(target, found, paths, cc))
    if found.libraries.static:
        static = _library(node, found, names, headers, dict(found.libraries.shared, **found.libraries.static), on_mac)
        statements.append(rule_text("spack_cc_library", "static", **static))
    statements.append(rule_text("spack_cc_library", "headers", deps = _labels(names, node.link, "_headers"), **headers))
    statements += _single_libraries(node, found, names, headers)
    _write(ctx, node, "", statements)
    files = rule_text("filegroup", "files", srcs = glob_text(["prefix/**"], ["prefix/.spack/**"]))
    _write(ctx, node, "/files", [PUBLIC, files])
    _write_python(ctx, node, found, python_deps)

def _library(node, found, names, headers, by_name, on_mac):
    """Attributes of a target that links the package's libraries, each as `by_name` has it."""
    chosen = [by_name[name] for name in found.linked if name in by_name]
    flags = link_flags(
        ["%s/%s" % (found.prefix, path) for path in chosen],
        ["%s/%s" % (found.prefix, folder) for folder in found.libraries.folders],
        found.system_flags,
        on_mac,
    )
    return dict(
        headers,
        libs = ["prefix/" + path for path in chosen],
        runtime = ["prefix/" + path for path in found.libraries.loadable],
        link_flags = flags,
        deps = _labels(names, node.link),
    )

def _single_libraries(node, found, names, headers):
    """One target for each library, for packages whose libraries exclude each other or work by being loaded."""
    statements = []
    for name, path in dict(found.libraries.static, **found.libraries.shared).items():
        rpaths = ["%s/%s" % (found.prefix, folder) for folder in found.libraries.folders]
        statements.append(rule_text("spack_cc_library", "lib_" + name, **dict(
            headers,
            libs = ["prefix/" + path],
            runtime = ["prefix/" + loadable for loadable in found.libraries.loadable],
            link_flags = whole_flags("%s/%s" % (found.prefix, path), rpaths) + found.system_flags,
            deps = _labels(names, node.link),
        )))
    return statements

def _program(target, found, paths, cc):
    name = found.main_program if target == "main" else target[len("bin_"):]
    return rule_text("spack_program", target, **dict(
        {"identity": _IDENTITY},
        program = "%s/bin/%s" % (found.prefix, name),
        program_file = "prefix/bin/" + name,
        path = paths.programs,
        python_path = paths.python,
        **cc
    ))

def _write_python(ctx, node, found, python_deps):
    if not found.site_packages:
        _write_no_python(ctx, node)
        return
    folders = ["prefix/" + folder for folder in found.site_packages]
    sources = ["%s/**/*.py" % folder for folder in folders]

    # Older Bazels cannot lay out files with a space in the name for a program to run, and none of these is imported.
    no_data = sources + ["%s/**/%s" % (folder, names) for folder in folders for names in ["__pycache__/**", "* *"]]
    _write(ctx, node, "/python", [_LOAD_PYTHON, PUBLIC, rule_text(
        "py_library",
        "python",
        srcs = glob_text(sources, ["**/* *"]),
        data = glob_text(["%s/**" % folder for folder in folders], no_data),
        imports = folders,
        deps = _python_labels(python_deps),
    )])

def _write_system_python(ctx, node, found, python_deps):
    if not found.has_python:
        _write_no_python(ctx, node)
        return
    _write(ctx, node, "/python", [_LOAD_PYTHON, PUBLIC, rule_text(
        "py_library",
        "python",
        data = ["//packages/%s:%s" % (folder_name(node), _IDENTITY)],
        deps = _python_labels(python_deps),
    )])

def _write_no_python(ctx, node):
    message = "%s has no Python packages in it" % node.name
    _write(ctx, node, "/python", [_LOAD_FAILURE, PUBLIC, rule_text("spack_failure", "python", message = message)])

def _python_labels(nodes):
    return ["//packages/%s/python" % folder_name(node) for node in nodes]

def _labels(names, hashes, suffix = ""):
    """By the names that users know, so that queries show edges between those."""
    return ["//:" + names[hash] + suffix for hash in hashes]

def _write_identity(ctx, node, prefix):
    """A file that is part of every action's key, so that no cache ever gives what was made with another build of the package."""
    text = "%s %s %s\n%s\n" % (node.name, node.version, node.hash, prefix)
    write_text(ctx, "packages/%s/%s" % (folder_name(node), _IDENTITY), text)

def _write(ctx, node, below, statements):
    write_text(ctx, "packages/%s%s/BUILD.bazel" % (folder_name(node), below), file_text(statements))
