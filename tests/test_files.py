"""A file is replaced whole or not at all; a lock has one holder."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from detector import detect
from detector.cache import ResultCache
from detector.errors import InputError
from detector.files import lock, open_regular, write_file, write_new_file

posix = pytest.mark.skipif(os.name == "nt", reason="needs permissions, links and devices of POSIX")


def test_a_new_file_holds_its_content(tmp_path):
    with write_file(tmp_path / "a.txt") as file:
        file.write("One.\r\nTwo. é")
    assert (tmp_path / "a.txt").read_bytes() == b"One.\r\nTwo. \xc3\xa9"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_bytes_are_written_as_they_are(tmp_path):
    with write_file(tmp_path / "a.docx", binary=True) as file:
        file.write(b"\0\r\n\xff")
    assert (tmp_path / "a.docx").read_bytes() == b"\0\r\n\xff"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_error_leaves_the_former_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("Former.")
    with pytest.raises(error), write_file(path) as file:  # noqa: PT012 the error comes amid the writing
        file.write("Half of ")
        raise error
    assert path.read_text() == "Former."
    assert os.listdir(tmp_path) == ["a.txt"]


def test_the_former_file_stands_until_the_end(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Former.")
    with write_file(path) as file:
        file.write("New.")
        file.flush()
        assert path.read_text() == "Former."
    assert path.read_text() == "New."


def test_files_of_others_with_likely_names_stay(tmp_path):
    names = ["a.txt.partial", "a.txt.tmp", "a.txt~", ".a.txt.partial"]
    for name in names:
        (tmp_path / name).write_text("Mine.")
    with write_file(tmp_path / "a.txt") as file:
        file.write("New.")
    assert all((tmp_path / name).read_text() == "Mine." for name in names)


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o444 | 0o200])
def test_permissions_stay(tmp_path, mode):
    path = tmp_path / "a.txt"
    path.write_text("Former.")
    path.chmod(mode)
    with write_file(path) as file:
        assert all(stat.S_IMODE(p.stat().st_mode) in (mode, 0o600) for p in tmp_path.iterdir())
        file.write("New.")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_a_write_protected_file_stays_and_the_error_says_why():
    with tempfile.TemporaryDirectory() as folder:  # which another user can reach, unlike pytest's own
        path = Path(folder, "a.txt")
        path.write_text("Former.")
        path.chmod(0o444)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                if os.getuid() == 0:  # who may write everywhere
                    os.chown(folder, 65534, 65534)
                    os.setuid(65534)
                with write_file(path) as file:
                    file.write("New.")
            except PermissionError as error:
                code = 0 if error.strerror == "the file is write-protected" else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert path.read_text() == "Former."


@posix
def test_a_new_file_has_the_permissions_of_the_mask(tmp_path):
    before = os.umask(0o027)
    try:
        with write_file(tmp_path / "a.txt") as file:
            file.write("New.")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


@posix
def test_a_link_stays_and_its_target_is_replaced(tmp_path):
    (tmp_path / "inner").mkdir()
    target = tmp_path / "inner" / "real.txt"
    target.write_text("Former.")
    (tmp_path / "link").symlink_to("inner/real.txt")
    with write_file(tmp_path / "link") as file:
        file.write("New.")
    assert (tmp_path / "link").is_symlink()
    assert target.read_text() == "New."
    assert not target.is_symlink()


@posix
def test_a_link_to_itself_stays_and_is_an_error(tmp_path):
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(OSError, match="symbolic links"), write_file(tmp_path / "link"):
        pass
    assert os.listdir(tmp_path) == ["link"]
    assert (tmp_path / "link").is_symlink()


@posix
def test_the_holder_of_a_lock_replaces_what_a_killed_one_left(tmp_path):
    with write_file(tmp_path / "a.txt", key="mine"):
        [partial] = tmp_path.iterdir()
    victim = tmp_path / "victim.txt"
    victim.write_text("Former.")
    partial.symlink_to(victim)  # or, of a stranger, a link
    with write_file(tmp_path / "a.txt", key="mine") as file:
        file.write("New.")
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "victim.txt"]
    assert victim.read_text() == "Former."
    assert not (tmp_path / "a.txt").is_symlink()


@posix
def test_the_missing_target_of_a_link_is_written(tmp_path):
    (tmp_path / "link").symlink_to("later.txt")
    with write_file(tmp_path / "link") as file:
        file.write("New.")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "later.txt").read_text() == "New."


@posix
def test_a_device_is_written_to_directly():
    with write_file("/dev/null") as file:
        file.write("Gone.")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_folder_is_not_replaced(tmp_path):
    with pytest.raises(IsADirectoryError), write_file(tmp_path) as file:
        file.write("New.")
    assert tmp_path.is_dir()


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_device_says_so():
    with pytest.raises(OSError, match="No space left"), write_file("/dev/full") as file:
        file.write("x" * 100_000)


@posix
def test_a_full_disk_leaves_the_former_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Former.")
    code = (
        "import resource, signal, sys; from detector.files import write_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "with write_file(sys.argv[1]) as file: file.write('x' * 1_000_000)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "OSError" in run.stderr
    assert path.read_text() == "Former."
    assert os.listdir(tmp_path) == ["a.txt"]


@posix
def test_a_killed_writer_leaves_the_former_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Former.")
    code = (
        "import os, signal, sys; from detector.files import write_file\n"
        "with write_file(sys.argv[1]) as file:\n"
        "    file.write('x' * 1_000_000); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert run.returncode == -9
    assert path.read_text() == "Former."
    with write_file(path) as file:
        file.write("New.")
    assert path.read_text() == "New."


def test_a_new_file_overwrites_nothing(tmp_path):
    write_new_file(tmp_path / "a", "One.")
    write_new_file(tmp_path / "a", "Two.")
    assert (tmp_path / "a").read_text() == "One."


TAKE = (
    "import os, sys; from pathlib import Path; from detector.files import lock\nheld = lock(Path(sys.argv[1]), False)"
)


def in_another_process(path, code):
    return subprocess.run(
        [sys.executable, "-c", f"{TAKE}\n{code}", str(path)], capture_output=True, text=True, check=False
    )


def test_a_lock_has_one_holder_at_a_time(tmp_path):
    held = lock(tmp_path / "x", wait=False)
    assert lock(tmp_path / "x", wait=False) is None
    assert in_another_process(tmp_path / "x", "print(held)").stdout == "None\n"
    held.release()
    held.release()
    assert os.listdir(tmp_path) == []
    assert in_another_process(tmp_path / "x", "print(held is None)").stdout == "False\n"


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path):
    assert in_another_process(tmp_path / "x", "os._exit(9)").returncode == 9
    lock(tmp_path / "x", wait=False).release()


def test_a_long_name_leaves_room_for_that_of_the_unfinished_file(tmp_path):
    for name in ("a" * 255, "é" * 127, "\U0001f600" * 63):
        with write_file(tmp_path / name) as file:
            file.write("One.")
        assert (tmp_path / name).read_text() == "One."
    assert len(os.listdir(tmp_path)) == 3


class TestCache:
    TEXT = "The ferry was late again, and most of us sat on our bags until the mayor had walked over to the pier. " * 3

    def test_a_report_comes_back_as_it_was(self, tmp_path):
        cache = ResultCache.open(tmp_path / "kept", "1", "a", None)
        texts = [self.TEXT, "Short.", "\ud800", self.TEXT.replace("mayor", "mаyor"), ""]
        for text in texts:
            report = detect(text)
            assert cache.get(text) is None
            cache.put(text, report)
            assert cache.get(text) == report

    def test_other_settings_find_nothing(self, tmp_path):
        ResultCache.open(tmp_path, "1", "a", None).put(self.TEXT, detect(self.TEXT))
        for settings in (("2", "a", None), ("1", "b", None), ("1", "a", 0.5)):
            assert ResultCache.open(tmp_path, *settings).get(self.TEXT) is None

    def test_files_of_others_stay(self, tmp_path):
        (tmp_path / ".gitignore").write_text("mine\n")
        (tmp_path / "CACHEDIR.TAG").write_text("mine\n")
        cache = ResultCache.open(tmp_path, "1", "a", None)
        cache.put(self.TEXT, detect(self.TEXT))
        assert (tmp_path / ".gitignore").read_text() == (tmp_path / "CACHEDIR.TAG").read_text() == "mine\n"

    def test_a_folder_with_other_files_is_not_hidden_from_git(self, tmp_path):
        (tmp_path / "article.txt").write_text("Mine.")
        ResultCache.open(tmp_path, "1", "a", None)
        assert os.listdir(tmp_path) == ["article.txt"]

    def test_a_folder_of_its_own_is(self, tmp_path):
        ResultCache.open(tmp_path / "kept", "1", "a", None)
        assert (tmp_path / "kept" / ".gitignore").read_text() == "*\n"
        assert (
            (tmp_path / "kept" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
        )

    def test_a_changed_entry_counts_as_absent(self, tmp_path):
        cache = ResultCache.open(tmp_path, "1", "a", None)
        cache.put(self.TEXT, detect(self.TEXT))
        (entry,) = tmp_path.rglob("*/*.json")
        good = entry.read_bytes()
        report = cache.get(self.TEXT)
        for at in range(0, len(good), 7):
            for damaged in (good[:at], good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :], good[:at] + b"[" * 9_000):
                entry.write_bytes(damaged)
                assert cache.get(self.TEXT) in (None, report)
        entry.write_bytes(good)
        assert cache.get(self.TEXT) == report


@posix
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_cached_report_is_a_regular_file_and_anything_else_is_absent_and_stays(tmp_path, kind):
    cache = ResultCache.open(tmp_path, "1", "a", None)
    report = detect("The ferry was late.")
    cache.put("The ferry was late.", report)
    (entry,) = tmp_path.glob("??/*.json")
    entry.unlink()
    if kind == "pipe":
        os.mkfifo(entry)
    elif kind == "device":
        entry.symlink_to("/dev/zero")
    else:
        entry.mkdir()
    for _ in range(2):
        assert cache.get("The ferry was late.") is None
        cache.put("The ferry was late.", report)
    assert not entry.is_file()


@posix
def test_what_cannot_be_opened_leaves_no_handle(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    before = os.listdir("/dev/fd")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises((IsADirectoryError, InputError)):
            open_regular(path)
    assert os.listdir("/dev/fd") == before
