"""Rust by the rustc of the locked Spack environment, linked by the C++ toolchain's compiler.

For libraries that other languages load, and their tests. Crates of crates.io want rules_rust: see diffusion/README.md.
"""

load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")

_ATTRS = {
    "edition": attr.string(default = "2021"),
    "root": attr.label(
        allow_single_file = [".rs"],
        doc = "The crate's root.",
        mandatory = True,
    ),
    "srcs": attr.label_list(
        allow_files = [".rs"],
        doc = "Its other modules.",
    ),
    "_rustc": attr.label(
        cfg = "exec",
        default = "@spack//:rust_bin_rustc",
        executable = True,
    ),
}

_MODES = {
    "dbg": ["-Copt-level=0", "-Cdebuginfo=2"],
    "fastbuild": ["-Copt-level=0", "-Cdebug-assertions=on", "-Cstrip=debuginfo"],
    "opt": ["-Copt-level=3", "-Ccodegen-units=1", "-Cstrip=debuginfo"],
}

# The sandbox's path, which is another one each time, is kept out of what is built.
_COMMAND = 'exec "$1" --remap-path-prefix="$PWD=." "${@:2}"'

def _compile(ctx, output, crate_name, flags):
    toolchain = find_cc_toolchain(ctx)
    arguments = ctx.actions.args()
    arguments.add(ctx.executable._rustc)
    arguments.add(ctx.file.root)
    arguments.add("-o", output)
    arguments.add(crate_name, format = "--crate-name=%s")
    arguments.add(ctx.attr.edition, format = "--edition=%s")
    arguments.add(toolchain.compiler_executable, format = "-Clinker=%s")
    arguments.add_all(_MODES[ctx.var["COMPILATION_MODE"]] + flags + ["-Dwarnings"])
    ctx.actions.run_shell(
        outputs = [output],
        inputs = depset([ctx.file.root] + ctx.files.srcs, transitive = [toolchain.all_files]),
        tools = [ctx.attr._rustc[DefaultInfo].files_to_run],
        command = _COMMAND,
        arguments = [arguments],
        mnemonic = "Rustc",
        progress_message = "Compiling %{label}",
        use_default_shell_env = True,
    )

def _shared_library_impl(ctx):
    name = ctx.label.name
    library = ctx.actions.declare_file(name + ".so")
    _compile(ctx, library, name.removeprefix("lib"), ["--crate-type=cdylib"])
    return [DefaultInfo(files = depset([library]), runfiles = ctx.runfiles([library]))]

rust_shared_library = rule(
    implementation = _shared_library_impl,
    attrs = _ATTRS,
    doc = "NAME.so: the crate's extern functions for C, and for whoever can call those.",
    fragments = ["cpp"],
    toolchains = use_cc_toolchain(),
)

def _test_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    _compile(ctx, program, ctx.label.name, ["--test"])
    return [DefaultInfo(executable = program)]

rust_test = rule(
    implementation = _test_impl,
    attrs = _ATTRS,
    doc = "Runs the crate's own tests, #[test].",
    fragments = ["cpp"],
    test = True,
    toolchains = use_cc_toolchain(),
)
