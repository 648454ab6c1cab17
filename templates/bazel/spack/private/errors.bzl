"""Messages: what failed and the next step."""

def problem(what, next_step):
    """The text of an expected failure.

    Args:
      what: what failed, without a full stop.
      next_step: what to do about it, a sentence.

    Returns:
      The message.
    """
    return "\n\nspack: %s.\n  next: %s\n" % (what, next_step)

def refuse(what, next_step):
    """Stops with such a message.

    Args:
      what: what failed, without a full stop.
      next_step: what to do about it, a sentence.
    """
    fail(problem(what, next_step))
