"""Which rules make the toolchain of Spack's Python: a repository of its own, so that rules_python is fetched by who uses that alone."""

load(":bazel_version.bzl", "bazel_major")
load(":places.bzl", "write_text")

PYTHON_RULES = "sygaldry_spack_python_rules"

_RULES_PYTHON = """load("@rules_python//python:py_runtime.bzl", _py_runtime = "py_runtime")
load("@rules_python//python:py_runtime_pair.bzl", _py_runtime_pair = "py_runtime_pair")

py_runtime = _py_runtime
py_runtime_pair = _py_runtime_pair
"""

_BAZEL = """load("@bazel_tools//tools/python:toolchain.bzl", _py_runtime_pair = "py_runtime_pair")

py_runtime = native.py_runtime
py_runtime_pair = _py_runtime_pair
"""

def _python_rules_impl(ctx):
    write_text(ctx, "BUILD.bazel", "")
    write_text(ctx, "runtime.bzl", _RULES_PYTHON if _takes_rules_python(ctx) else _BAZEL)

def _takes_rules_python(ctx):
    """Bazel 8 has no rules for Python of its own. In Bazel 7 those of a newer rules_python want a runtime of theirs."""
    major = bazel_major(ctx)
    if major != 7 or not ctx.attr.modules:
        return major >= 8
    return ctx.path(Label("@rules_python//:BUILD.bazel")).dirname.get_child("python").get_child("py_runtime.bzl").exists

python_rules = repository_rule(
    implementation = _python_rules_impl,
    attrs = {"modules": attr.bool(doc = "Whether rules_python is there for certain, by MODULE.bazel.")},
)
