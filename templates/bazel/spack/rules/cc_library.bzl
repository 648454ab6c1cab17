"""Rules that give Spack's packages to rules for C, C++ and Fortran, and its programs to actions and `bazel run`.

No toolchain is needed: libraries are named to whatever linker the dependent's toolchain has.
"""

load(":cc.bzl", "cc")

_CC_ATTRS = {
    "defines": attr.string_list(),
    "deps": attr.label_list(providers = [cc.CcInfo]),
    "hdrs": attr.label_list(allow_files = True),
    "identity": attr.label(allow_single_file = True, mandatory = True),
    "includes": attr.string_list(),
    "libs": attr.label_list(allow_files = True),
    "link_flags": attr.string_list(),
    "runtime": attr.label_list(allow_files = True),
    "system_includes": attr.string_list(),
}

def _cc_info(ctx):
    # The identity is a header and an input of the linker as well, and its folder's name, with the hash, is in the command line: every
    # action that the package has a part in has the hash in its key.
    root = "/".join([part for part in [ctx.label.workspace_root, ctx.label.package] if part])
    includes = ["%s/%s" % (root, folder) for folder in ctx.attr.includes]
    compilation = cc.common.create_compilation_context(
        headers = depset(ctx.files.hdrs + [ctx.file.identity]),
        system_includes = depset(includes + ctx.attr.system_includes),
        defines = depset(ctx.attr.defines),
    )
    linking = cc.common.create_linking_context(linker_inputs = depset([cc.common.create_linker_input(
        owner = ctx.label,
        user_link_flags = depset(ctx.attr.link_flags),
        additional_inputs = depset(ctx.files.libs + [ctx.file.identity]),
    )]))
    return cc.common.merge_cc_infos(
        direct_cc_infos = [cc.CcInfo(compilation_context = compilation, linking_context = linking)],
        cc_infos = [dependency[cc.CcInfo] for dependency in ctx.attr.deps],
    )

def _runfiles(ctx, more):
    """What a test that uses the package depends on: with it, one whose libraries changed is run again."""
    runfiles = ctx.runfiles(files = ctx.files.runtime + [ctx.file.identity] + more)
    for dependency in ctx.attr.deps:
        runfiles = runfiles.merge(dependency[DefaultInfo].default_runfiles)
    return runfiles

def _cc_library_impl(ctx):
    return [
        DefaultInfo(files = depset(ctx.files.libs or ctx.files.hdrs), runfiles = _runfiles(ctx, [])),
        _cc_info(ctx),
    ]

spack_cc_library = rule(
    implementation = _cc_library_impl,
    attrs = _CC_ATTRS,
    doc = "A package of a Spack store, for cc_library, cc_binary and cc_test to depend on.",
    provides = [cc.CcInfo],
)

_SCRIPT = """#!/bin/sh
# {identity}
{exports}exec {program} "$@"
"""

def _program_impl(ctx):
    script = ctx.actions.declare_file("%s.d/%s" % (ctx.label.name, ctx.attr.program.split("/")[-1]))
    exports = [
        "export %s=%s\"${%s:+:$%s}\"\n" % (name, _quoted(":".join(folders)), name, name)
        for name, folders in [("PATH", ctx.attr.path), ("PYTHONPATH", ctx.attr.python_path)]
        if folders
    ]
    ctx.actions.write(
        output = script,
        content = _SCRIPT.format(
            exports = "".join(exports),
            identity = ctx.label.package.split("/")[-1],
            program = _quoted(ctx.attr.program),
        ),
        is_executable = True,
    )
    return [
        DefaultInfo(
            executable = script,
            files = depset([script]),
            runfiles = _runfiles(ctx, ctx.files.program_file),
        ),
        _cc_info(ctx),
    ]

def _quoted(text):
    return "'%s'" % text.replace("'", "'\\''")

spack_program = rule(
    implementation = _program_impl,
    attrs = dict(
        _CC_ATTRS,
        path = attr.string_list(),
        program = attr.string(mandatory = True),
        program_file = attr.label(allow_files = True),
        python_path = attr.string_list(),
    ),
    doc = "A program of a Spack store, run where it is; its package's libraries too.",
    executable = True,
    provides = [cc.CcInfo],
)
