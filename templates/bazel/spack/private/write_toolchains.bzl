"""The package //toolchains: what register_toolchains("@spack//toolchains:all") finds, which is nothing without a Python in the lock."""

load(":bazel_version.bzl", "bazel_major")
load(":build_text.bzl", "PUBLIC", "file_text", "rule_text")
load(":naming.bzl", "chosen", "nodes_by_name")
load(":places.bzl", "is_file", "write_text")

# The kernel takes no longer first lines of scripts for certain.
_LONGEST_FIRST_LINE = 127

def write_toolchains(ctx, lock, places, used):
    """Writes the package.

    Args:
      ctx: the repository rule's context.
      lock: what parse_lock gives.
      places: hash → prefix of what is there, an external's of the system too.
      used: hash → anything, what is not just for building.
    """
    hash = chosen(nodes_by_name(lock)[0].get("python", []), lock.roots, used)
    node = lock.nodes[hash] if hash in places and hash in used and ctx.attr.python_rules else None
    interpreter = _interpreter(ctx, node, places[hash]) if node else None
    statements = [PUBLIC]
    if interpreter:
        statements = ["load(\"@%s//:runtime.bzl\", \"py_runtime\", \"py_runtime_pair\")" % ctx.attr.python_rules, PUBLIC]
        statements += _python_statements(ctx, interpreter)
    write_text(ctx, "toolchains/BUILD.bazel", file_text(statements))

def _interpreter(ctx, node, prefix):
    """The program, by its most exact name: an external's bin may hold several."""
    for name in ["python" + ".".join(node.version.split(".")[:2]), "python3", "python"]:
        if is_file(ctx, "%s/bin/%s" % (prefix, name)):
            return "%s/bin/%s" % (prefix, name)
    return None

def _python_statements(ctx, interpreter):
    first_line = "#!" + interpreter
    runtime = {"interpreter_path": interpreter, "python_version": "PY3"}
    if len(first_line) <= _LONGEST_FIRST_LINE:
        runtime["stub_shebang"] = first_line
    new = bazel_major(ctx) >= 8
    return [
        rule_text("py_runtime", "python_runtime", **runtime),
        rule_text("py_runtime_pair", "python_runtimes", py3_runtime = ":python_runtime"),
        rule_text(
            "toolchain",
            "python",
            toolchain = ":python_runtimes",
            toolchain_type = "@rules_python//python:toolchain_type" if new else "@bazel_tools//tools/python:toolchain_type",
        ),
    ]
