"""A small simulation of events: tasks that compute, sleep, take locks and wait for conditions, on so
many cores. It knows nothing of imgpipe, as many_model.py does.

A task is a generator. It yields what takes time, and has it done when it goes on:

    ("cpu", seconds)    computing; where more tasks compute than there are cores, all get their share
    ("sleep", seconds)  takes no core
    ("lock", lock)      until it is held
    ("wait", lock)      with the lock held: until somebody calls sim.broadcast(lock); holds it again
    ("get", box)        until something lies in the box, which is a list that sim.put() fills

Locks are as in glibc: who lets go wakes one that waits, which takes `wake` seconds; whoever comes in
between takes the lock, and the other sleeps again. `lost` of a task adds up what it waited, by cause.
"""

import heapq
import itertools

NEVER = float("inf")


class Lock:
    def __init__(self):
        self.held, self.queue, self.sleepers = False, [], []


class Box(list):
    """Messages to one task."""

    def __init__(self):
        super().__init__()
        self.reader = None


class Task:
    """One thread or process. `lost`: seconds by cause: "lock", "condition" and what others book."""

    def __init__(self, body):
        self.body, self.lost, self.since, self.begin, self.end = body, {}, 0.0, None, None

    def book(self, cause, seconds):
        self.lost[cause] = self.lost.get(cause, 0.0) + seconds


class Simulation:
    def __init__(self, cores, wake):
        self.cores, self.wake, self.now = cores, wake, 0.0
        self.shared = 0.0  # seconds of core that each task which computed all the time has had
        self.computing, self.timers, self.number = [], [], itertools.count()

    def start(self, body, delay=0.0):
        task = Task(body)
        task.begin = self.now + delay
        self.at(delay, lambda: self.step(task))
        return task

    def at(self, delay, what):
        heapq.heappush(self.timers, (self.now + delay, next(self.number), what))

    def rate(self):
        return min(1.0, self.cores / len(self.computing)) if self.computing else 1.0

    def run(self):
        while self.computing or self.timers:
            ready = self.now + (self.computing[0][0] - self.shared) / self.rate() \
                if self.computing else NEVER
            timer = self.timers[0][0] if self.timers else NEVER
            when = max(min(ready, timer), self.now)
            self.shared += (when - self.now) * self.rate()
            self.now = when
            if ready <= timer:
                self.step(heapq.heappop(self.computing)[2])
            else:
                heapq.heappop(self.timers)[2]()
        return self.now

    def step(self, task):
        """The task goes on until it yields something that takes time."""
        while True:
            try:
                what, value = next(task.body)
            except StopIteration:
                task.end = self.now
                return
            if what == "cpu":
                heapq.heappush(self.computing, (self.shared + value, next(self.number), task))
                return
            if what == "sleep":
                self.at(value, lambda: self.step(task))
                return
            if what == "get":
                if value:
                    continue
                task.since, value.reader = self.now, task
                return
            if what == "wait":
                task.since = self.now
                value.sleepers.append(task)
                self.unlock(value)
                return
            if value.held:
                task.since = self.now
                value.queue.append(task)
                return
            value.held = True

    def unlock(self, lock):
        lock.held = False
        if lock.queue:
            self.at(self.wake, lambda task=lock.queue.pop(0): self.try_again(lock, task))

    def try_again(self, lock, task):
        if lock.held:
            lock.queue.insert(0, task)
            return
        lock.held = True
        task.book("lock", self.now - task.since)
        self.step(task)

    def put(self, box, item):
        box.append(item)
        if box.reader:
            reader, box.reader = box.reader, None
            self.at(self.wake, lambda: self.step(reader))

    def broadcast(self, lock):
        for task in lock.sleepers:
            self.at(self.wake, lambda task=task: self.awake(lock, task))
        lock.sleepers = []

    def awake(self, lock, task):
        task.book("condition", self.now - task.since)
        task.since = self.now
        if lock.held:
            lock.queue.append(task)
            return
        lock.held = True
        self.step(task)
