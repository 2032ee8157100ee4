"""A bounded pool of worker processes: each has one request at a time, and is replaced if it takes too long."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from detector.serve.work import Answer

__all__ = ["Pool", "PoolFull", "WorkerLost"]

_READY = "ready"
_PATIENCE = 2.0  # seconds that a worker has to end by itself


class PoolFull(Exception):
    """As many requests are in the pool as it takes."""


class WorkerLost(Exception):
    """A worker ended before it had answered, mostly because the computer has no memory left."""


def _serve_requests(connection: Connection) -> None:
    """Answer requests until the server closes its end; signals of the whole group are the server's to act on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    from detector.errors import ModelError
    from detector.model_store import load_models
    from detector.serve.work import answer

    # The server reports damaged models, since it has read them too.
    with suppress(EOFError, OSError, ModelError):
        load_models()
        connection.send(_READY)
        while True:
            connection.send(answer(*connection.recv()))


class _Worker:
    """A process, and the end of the pipe that leads to it."""

    def __init__(self) -> None:
        # Not a fork: the server's threads and sockets must not be copied.
        context = get_context("spawn")
        self._connection, far_end = context.Pipe()
        self._process: BaseProcess = context.Process(target=_serve_requests, args=(far_end,), daemon=True)
        self._process.start()
        far_end.close()

    def wait_until_ready(self) -> None:
        """Wait for the models. Raises EOFError or OSError if the worker ends before."""
        self._connection.recv()

    def ask(self, kind: str, body: bytes) -> Answer:
        """Return the answer to a request. Raises EOFError or OSError if the worker ends before it."""
        self._connection.send((kind, body))
        answer: Answer = self._connection.recv()
        return answer

    def kill(self) -> None:
        """End the process by force, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self._connection.close()

    def close(self) -> None:
        """End the process, by force if it is at work."""
        with suppress(OSError):
            self._connection.close()
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


class Pool:
    """Worker processes, and the requests that wait for one.

    Attributes
    ----------
    n_workers : processes that work side by side
    n_waiting : requests that may wait for one of them
    """

    def __init__(self, n_workers: int, n_waiting: int) -> None:
        self.n_workers, self.n_waiting = n_workers, n_waiting
        self._n_requests = 0
        self._is_closed = False
        self._workers: list[_Worker] = []
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._starting: set[asyncio.Task[None]] = set()
        # One that asks a worker, and one that waits for its successor.
        self._threads = ThreadPoolExecutor(2 * n_workers, thread_name_prefix="detector-worker")

    async def start(self) -> None:
        """Start the workers, and wait until each has its models. Raises WorkerLost if one ends before."""
        try:
            await asyncio.gather(*(self._start_worker() for _ in range(self.n_workers)))
        except WorkerLost:
            self.close()
            raise

    async def _start_worker(self) -> None:
        """Start a worker, which gets requests once it has its models: no request pays for reading them."""
        worker = _Worker()
        self._workers.append(worker)
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, worker.wait_until_ready)
        except (EOFError, OSError):
            self._workers.remove(worker)
            worker.kill()
            raise WorkerLost("a worker process ended while it read the models; `detector info` says more") from None
        self._idle.put_nowait(worker)

    async def _replace_worker(self, gone: _Worker) -> None:
        """Start a worker in place of another; if memory is short now, it may not be later."""
        self._workers.remove(gone)
        await asyncio.to_thread(gone.kill)
        while not self._is_closed:
            with suppress(WorkerLost):
                await self._start_worker()
                return
            await asyncio.sleep(_PATIENCE)

    def close(self) -> None:
        """End all workers."""
        self._is_closed = True
        for worker in self._workers:
            worker.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one of the places for a request. Raises PoolFull if all are taken."""
        if self._n_requests >= self.n_workers + self.n_waiting:
            raise PoolFull
        self._n_requests += 1
        try:
            yield
        finally:
            self._n_requests -= 1

    async def ask(self, kind: str, body: bytes) -> Answer:
        """Return a worker's answer; if this is cancelled, the worker is replaced.

        Raises WorkerLost if the worker ends before it has answered.
        """
        worker = await self._idle.get()
        is_done = False
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, worker.ask, kind, body)
            is_done = True
            return answer
        except (EOFError, OSError):
            raise WorkerLost("the worker process ended before it had answered: send less at once") from None
        finally:
            if is_done:
                self._idle.put_nowait(worker)
            else:
                task = asyncio.create_task(self._replace_worker(worker))
                self._starting.add(task)
                task.add_done_callback(self._starting.discard)
