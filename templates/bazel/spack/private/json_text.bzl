"""JSON whose faults are told by file, line and column: json.decode stops the build at an offset of it does not say what."""

load(":errors.bzl", "refuse")

def parse_json(text, file, next_step, major):
    """The value in `text`, or a failure that names the file and the position.

    Args:
      text: the file's content.
      file: its path, for the message.
      next_step: what to do about a damaged one.
      major: Bazel's major version.

    Returns:
      The decoded value.
    """
    if text.strip() == "":
        refuse("%s is empty" % file, next_step)
    if "\n<<<<<<< " in "\n" + text:
        line = text[:("\n" + text).find("\n<<<<<<< ")].count("\n") + 1
        refuse("%s:%d: it has a merge conflict" % (file, line), "Resolve it, or solve the environment anew.")

    # json.decode learned to give a default instead of stopping during Bazel 6.
    if major >= 7:
        value = json.decode(text, default = _Undecodable)
        if type(value) != type(_Undecodable):
            return value
    fault = find_fault(text)
    if fault:
        offset, what = fault
        before = text[:offset]
        line = before.count("\n") + 1
        column = offset - (before.rfind("\n") + 1) + 1
        refuse("%s:%d:%d: not JSON: %s" % (file, line, column, what), next_step)
    return json.decode(text)

def _Undecodable():
    pass

_VALUE, _KEY, _COLON, _NEXT, _END = "a value", "a key", "':'", "',' or the end of it", "nothing more"
_WORD = "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_WORDS = ["true", "false", "null"]

def find_fault(text):
    """The first place where `text` is no JSON. What it lets pass besides is left for json.decode to refuse.

    Args:
      text: what may be JSON.

    Returns:
      (offset, what was expected), or None.
    """
    open = []  # the brackets that wait for their ends
    wanted, fresh = _VALUE, False  # fresh: right after an opening bracket, where its end may follow
    position = 0
    for _ in range(len(text)):
        rest = text[position:position + 1]
        if rest == "":
            break
        if rest in " \t\r\n":
            position += 1
            continue
        if rest == "\"":
            end = _end_of_string(text, position)
            if wanted not in [_VALUE, _KEY]:
                return position, "expected " + wanted
            if end < 0:
                return position, "a text without an end"
            wanted, position = (_COLON if wanted == _KEY else _after(open)), end
        elif rest in "{[":
            if wanted != _VALUE:
                return position, "expected " + wanted
            open.append(rest)
            wanted, fresh, position = (_KEY if rest == "{" else _VALUE), True, position + 1
            continue
        elif rest in "}]":
            matches = open and open[-1] == ("{" if rest == "}" else "[")
            if not matches or not (wanted == _NEXT or fresh):
                return position, "expected " + wanted
            open.pop()
            wanted, position = _after(open), position + 1
        elif rest == ":" and wanted == _COLON:
            wanted, position = _VALUE, position + 1
        elif rest == "," and wanted == _NEXT:
            wanted, position = (_KEY if open[-1] == "{" else _VALUE), position + 1
        else:
            word = _word_at(text, position)
            if wanted != _VALUE or not (word in _WORDS or (word and word[0] in "-0123456789")):
                return position, "expected " + wanted
            wanted, position = _after(open), position + len(word)
        fresh = False
    return None if wanted == _END else (len(text), "it ends in the middle")

def _after(open):
    return _NEXT if open else _END

def _end_of_string(text, start):
    """The offset behind the closing quote, or -1."""
    from_here = start + 1
    for _ in range(len(text)):
        quote = text.find("\"", from_here)
        if quote < 0:
            return -1
        slashes = quote - len(text[start + 1:quote].rstrip("\\")) - start - 1
        if slashes % 2 == 0:
            return quote + 1
        from_here = quote + 1
    return -1

def _word_at(text, start):
    for length in range(64):
        if text[start + length:start + length + 1] not in _WORD.elems():
            return text[start:start + length]
    return text[start:start + 64]
