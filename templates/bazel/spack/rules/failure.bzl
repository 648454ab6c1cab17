"""A target that says why it cannot be used when it is used, and not before."""

def _failure_impl(ctx):
    fail(ctx.attr.message)

_spack_failure = rule(
    implementation = _failure_impl,
    attrs = {"message": attr.string(mandatory = True)},
)

def spack_failure(name, message):
    """Declares one. Patterns such as @spack//... leave it out.

    Args:
      name: the target's.
      message: what is told.
    """
    _spack_failure(name = name, message = message, tags = ["manual"])
