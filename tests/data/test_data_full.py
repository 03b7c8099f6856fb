"""The full data sets: from a folder, else from a mirror; nothing wrong is kept, nothing is left."""

import gzip
import hashlib
import multiprocessing
import os
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from nc_teach import data
from nc_teach.data import download
from nc_teach.data.full import data_folder, load_full
from nc_teach.data.sources import MNIST, IdxFile, Source
from tests.checks import refuses

NAMES = tuple(file.name for file in MNIST.files)


def idx_bytes(array):
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def toy_arrays():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (30, 5, 5), dtype=np.uint8)
    labels = (np.arange(30) % 3).astype(np.uint8)
    return images[:20], labels[:20], images[20:], labels[20:]


CONTENTS = dict(zip(NAMES, map(idx_bytes, toy_arrays()), strict=True))
TOY = Source(
    name="toy",
    title="Toy",
    classes=("a", "b", "c"),
    credit="made here",
    files=tuple(
        IdxFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in CONTENTS.items()
    ),
    held_out=6,
    folders=("toy", "Toy/raw"),
)


def fill(folder, ending=".gz"):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in CONTENTS.items():
        (folder / (name + ending)).write_bytes(gzip.compress(content) if ending else content)
    return folder


def left_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class Mirror(BaseHTTPRequestHandler):
    """``/good/FILE`` gives the file; other first words go wrong in a way of their own."""

    together = threading.Barrier(2)

    def do_GET(self):
        _, how, name = self.path.split("/")
        name = name.removesuffix(".gz")
        self.server.asked.append((how, name))
        body = gzip.compress(CONTENTS[name])
        if how == "together" and name == NAMES[0]:
            self.together.wait(timeout=60)
        if how == "absent":
            return self.send_error(404)
        if how == "endless":
            return self.endless(bytes(1 << 16))
        if how == "dripping":
            return self.endless(b"x", seconds=0.05)
        bodies = {
            "page": b"<!doctype html>",
            "other": gzip.compress(CONTENTS[NAMES[NAMES.index(name) - 3]]),
            "plain": CONTENTS[name],
        }
        self.send_response(200)
        sent = bodies.get(how, body)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent[: len(sent) // 2] if how == "cut" else sent)

    def endless(self, piece, seconds=0.0):
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(piece)
                time.sleep(seconds)
        except OSError:
            self.server.hung_up.set()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch, loopback):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    server.asked, server.hung_up = [], threading.Event()
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def mirrors(server):
    return lambda *hows: tuple(f"http://127.0.0.1:{server.server_port}/{how}/" for how in hows)


def is_toy(dataset):
    images, labels, test_images, test_labels = toy_arrays()
    splits = dataset.train, dataset.validation, dataset.test
    pixels = np.concatenate([images, test_images]).astype(np.float32) / np.float32(255)
    np.testing.assert_array_equal(np.concatenate([split.images for split in splits])[:, 0], pixels)
    found = np.concatenate([split.labels for split in splits])
    np.testing.assert_array_equal(found, np.concatenate([labels, test_labels]))
    return list(map(len, splits)) == [14, 6, 10]


class TestFromAFolder:
    @pytest.mark.parametrize("place", [".", "toy", "Toy/raw"])
    @pytest.mark.parametrize("ending", ["", ".gz"])
    def test_files_are_read_where_they_usually_are(self, tmp_path, place, ending):
        fill(tmp_path / place, ending)
        assert is_toy(load_full(TOY, str(tmp_path)))

    def test_the_spelling_with_a_dot_and_a_name_that_is_wrong_about_gzip_do_no_harm(self, tmp_path):
        for name, content in CONTENTS.items():
            (tmp_path / f"{name.replace('-idx', '.idx')}.gz").write_bytes(content)
        assert is_toy(load_full(TOY, tmp_path))

    def test_the_sub_folder_goes_before_the_folder(self, tmp_path):
        fill(tmp_path / "toy")
        (tmp_path / NAMES[0]).write_bytes(b"another data set's")
        assert is_toy(load_full(TOY, tmp_path))

    def test_root_goes_before_the_environment_and_that_before_the_cache(
        self, tmp_path, monkeypatch
    ):
        monkeypatch.setenv("NC_TEACH_DATA", str(tmp_path / "named"))
        assert data_folder(tmp_path / "root") == tmp_path / "root"
        assert data_folder() == tmp_path / "named"
        for unnamed in (lambda name: monkeypatch.setenv(name, ""), monkeypatch.delenv):
            unnamed("NC_TEACH_DATA")
            assert "nc_teach" in data_folder().parts
        assert data_folder("~/sets") == Path.home() / "sets"

    def test_a_file_is_no_folder(self, tmp_path, monkeypatch):
        file = tmp_path / "mnist.npz"
        file.touch()
        refuses("root must be a folder, got the file", data.load, "mnist", "full", root=file)
        monkeypatch.setenv("NC_TEACH_DATA", str(file))
        refuses("NC_TEACH_DATA must be a folder, got the file", data.load, "fashion", "full")

    def test_a_wrong_file_is_refused_by_name_and_left_as_it_was(self, tmp_path, server, mirrors):
        """What is wrong with a file is looked at in test_data_idx."""
        path, content = fill(tmp_path / "toy") / f"{NAMES[2]}.gz", CONTENTS[NAMES[0]]
        path.write_bytes(content)
        with pytest.raises(ValueError, match="Move it away") as error:
            load_full(TOY, tmp_path, mirrors("good"))
        assert str(path) in str(error.value)
        assert path.read_bytes() == content
        assert server.asked == []


FAILURES = {
    "absent": "404",
    "cut": "broke off",
    "page": "not an idx file",
    "other": "is not the train-images-idx3-ubyte it should be",
    "endless": "too long: more than",
}


def load_and_count(folder, mirrors):
    return len(load_full(TOY, folder, mirrors).train)


class TestFromAMirror:
    def test_what_is_missing_is_downloaded_once(self, tmp_path, server, mirrors):
        folder = tmp_path / "not" / "there"
        (fill(folder / "toy") / f"{NAMES[1]}.gz").unlink()
        assert is_toy(load_full(TOY, folder, mirrors("good")))
        assert left_in(folder) == sorted(f"toy/{name}.gz" for name in NAMES)
        assert is_toy(load_full(TOY, folder, mirrors("good")))
        assert server.asked == [("good", NAMES[1])]

    def test_a_mirror_that_unpacks_is_good_enough(self, tmp_path, mirrors):
        assert is_toy(load_full(TOY, tmp_path, mirrors("plain")))
        assert is_toy(load_full(TOY, tmp_path, ()))

    @pytest.mark.parametrize(("how", "words"), FAILURES.items(), ids=FAILURES)
    def test_a_bad_answer_is_told_and_leaves_nothing(self, tmp_path, server, mirrors, how, words):
        folder = tmp_path / "sets"
        with pytest.raises(OSError, match=f"could not download {NAMES[0]}") as error:
            load_full(TOY, folder, mirrors(how))
        message = str(error.value)
        assert words in message
        assert f"{mirrors(how)[0]}{NAMES[0]}.gz" in message
        assert f"put the file into {folder / 'toy'} by hand" in message
        assert not folder.exists()
        assert how != "endless" or server.hung_up.wait(timeout=10)

    def test_a_server_that_sends_a_byte_now_and_then_is_left(self, server, mirrors, monkeypatch):
        """A byte is never long in coming, and a piece of a kilobyte would take most of a minute."""
        monkeypatch.setattr(download, "IN_ALL", 0.3)
        url = f"{mirrors('dripping')[0]}{NAMES[0]}"
        started = time.monotonic()
        refuses("took more than 0.3 s", download.fetch, url, 10**6, "label")
        assert time.monotonic() - started < 20
        assert server.hung_up.wait(timeout=10)

    @pytest.mark.parametrize("how", ["absent", "cut", "page"])
    def test_after_a_bad_mirror_comes_the_next(self, tmp_path, server, mirrors, how):
        assert is_toy(load_full(TOY, tmp_path, mirrors(how, "good")))
        assert server.asked == [(each, name) for name in NAMES for each in (how, "good")]
        assert left_in(tmp_path) == sorted(f"toy/{name}.gz" for name in NAMES)

    def test_a_mirror_that_is_not_there_is_told(self, tmp_path, monkeypatch):
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with pytest.raises(OSError, match="could not download") as error:
            load_full(TOY, tmp_path, ("http://127.0.0.1:9/", "nonsense:/"))
        assert "http://127.0.0.1:9/" in str(error.value)
        assert "nonsense" in str(error.value)
        assert left_in(tmp_path) == []

    def test_an_interrupted_download_leaves_nothing(self, tmp_path, mirrors, monkeypatch):
        class Interrupted(download.tqdm):
            def update(self, n=1):
                raise KeyboardInterrupt

        monkeypatch.setattr(download, "tqdm", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            load_full(TOY, tmp_path / "sets", mirrors("good"))
        assert not (tmp_path / "sets").exists()

    def test_a_folder_that_cannot_be_written_is_told(self, tmp_path, mirrors):
        (tmp_path / "toy").write_text("a file in the way")
        with pytest.raises(OSError, match="could not keep .* name a folder that you may write to"):
            load_full(TOY, tmp_path, mirrors("good"))
        assert left_in(tmp_path) == ["toy"]

    @pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
    def test_what_is_kept_can_be_read_by_whoever_may_read_new_files(self, tmp_path, mirrors):
        load_full(TOY, tmp_path, mirrors("good"))
        (tmp_path / "new").touch()
        kept = tmp_path / "toy" / f"{NAMES[0]}.gz"
        assert kept.stat().st_mode == (tmp_path / "new").stat().st_mode

    def test_progress_says_what_goes_where_and_nothing_in_still_mode(
        self, tmp_path, mirrors, capsys, monkeypatch
    ):
        monkeypatch.setenv("NC_TEACH_STILL", "1")
        load_full(TOY, tmp_path, mirrors("good"))
        assert capsys.readouterr() == ("", "")
        monkeypatch.delenv("NC_TEACH_STILL")
        monkeypatch.setenv("COLUMNS", "500")  # where it is narrow, the name is cut
        load_full(TOY, tmp_path / "loud", mirrors("good"))
        shown = capsys.readouterr().out
        assert f"{NAMES[0]}.gz to {tmp_path / 'loud'}" in shown
        assert "100%" in shown

    @pytest.mark.everything
    def test_two_processes_at_once_do_no_harm(self, tmp_path, server, mirrors):
        """Neither gets the first file before both have asked for it, so both download it."""
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            given = (tmp_path, mirrors("together"))
            jobs = [pool.apply_async(load_and_count, given) for _ in range(2)]
            assert [job.get(timeout=60) for job in jobs] == [14, 14]
        assert server.asked.count(("together", NAMES[0])) == 2
        assert left_in(tmp_path) == sorted(f"toy/{name}.gz" for name in NAMES)
        assert is_toy(load_full(TOY, tmp_path, ()))

    def test_a_half_written_file_of_a_killed_process_is_not_taken_for_the_file(
        self, tmp_path, mirrors
    ):
        (tmp_path / "toy").mkdir()
        (tmp_path / "toy" / f".{NAMES[0]}.gz.0123456789abcdef.part").write_bytes(b"half")
        assert is_toy(load_full(TOY, tmp_path, mirrors("good")))
