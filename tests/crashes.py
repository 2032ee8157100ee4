"""Processes that end in the middle of their work, for tests of what they leave behind."""

import os
import signal

__all__ = ["in_a_child", "killed_before"]


def in_a_child(work):
    """Do work in a process of its own and return how that ended, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_before(event, folder):
    """Return a hook that counts the changes to files below a folder, and kills the process before one of them."""
    seen = []

    def hook(name, arguments):
        writes = name in ("os.rename", "os.remove", "os.mkdir")
        writes = writes or (name == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if writes and isinstance(arguments[0], str | os.PathLike) and str(arguments[0]).startswith(str(folder)):
            seen.append(name)
            if len(seen) == event:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook, seen
