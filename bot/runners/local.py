"""Works through jobs on threads of this machine: the work itself is done by child processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event, Thread

from bot.effects.process import cease
from bot.ports import Done, Job

HEED_SECONDS = 0.2  # a signal that comes just before we wait is heard when the wait is over


@dataclass(frozen=True, slots=True)
class LocalRunner:
    """Runs up to `workers` jobs at once, and takes the next job only when one is done."""

    workers: int = 1
    _halt: Event = field(default_factory=Event, compare=False, repr=False)

    @property
    def stopped(self) -> bool:
        """Whether what still runs should end as soon as it can: nobody waits for it any more."""
        return self._halt.is_set()

    def run(self, jobs: Iterable[Job], work: Callable[[Job], Done]) -> Iterator[tuple[Job, Done]]:
        """Yield each job with its result as it finishes.

        The first exception of `work` is raised once all the other jobs are through. Ctrl-C, or
        a caller that stops listening, kills the processes of the running jobs.
        """
        waiting = iter(jobs)
        running: dict[Future[Done], Job] = {}
        failures: list[BaseException] = []
        pool = ThreadPoolExecutor(max_workers=self.workers, thread_name_prefix="cell")
        try:
            while _fill(pool, running, waiting, work, self.workers):
                done = wait(running, timeout=HEED_SECONDS, return_when=FIRST_COMPLETED).done
                for future in done:
                    job = running.pop(future)
                    if error := future.exception():
                        failures.append(error)
                    else:
                        yield job, future.result()
        except BaseException:
            self._halt.set()
            raise
        finally:
            _clear(pool)
        if failures:
            raise failures[0]


def _fill(
    pool: ThreadPoolExecutor,
    running: dict[Future[Done], Job],
    waiting: Iterator[Job],
    work: Callable[[Job], Done],
    workers: int,
) -> bool:
    """Start jobs until all workers are busy; False when nothing is left to do."""
    while len(running) < workers:
        try:
            job = next(waiting)
        except StopIteration:
            break
        running[pool.submit(work, job)] = job
    return bool(running)


def _clear(pool: ThreadPoolExecutor) -> None:
    """End what still runs: cancel it, or kill what it waits for until it gives up.

    The pool itself is asked what runs: Ctrl-C may fall between a start and our note of it.
    """
    pool.shutdown(wait=False, cancel_futures=True)
    ending = Thread(target=pool.shutdown, daemon=True)
    ending.start()
    ending.join(0.1)
    while ending.is_alive():
        cease()
        ending.join(0.1)
