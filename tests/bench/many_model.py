"""What a run of imgpipe does, as tasks of many_engine.py: who takes which lock, in which order, for how
long. The costs are measured (many_costs.py); nothing else is put in. The rules are those of
pipeline/run/run.c (claim, deliver), fold.c, slots.c (rows in order), pipeline/executors/threads.c, and
for worker processes executors/processes.c with remote/coordinator.c.
"""

from many_engine import Box, Lock, Simulation

OPENING, READY, DONE = range(3)
SAMPLE_S = 0.1  # processes.c, SAMPLE_NS: how often the parent looks at the memory of all


class Scene:
    def __init__(self, costs):
        self.costs, self.state, self.next, self.out = costs, OPENING, 0, 0
        self.fold = Lock()


class Run:
    """The scenes in flight, and the costs. holds: all that is done under a lock, or by the one parent,
    takes so many times as long as was measured. stall: (seconds, bytes): a chunk that reads so many bytes or
    more sleeps so long."""

    def __init__(self, costs, workers, cores, holds=1.0, stall=(0.0, 0)):
        self.costs, self.workers, self.holds, self.stall = costs, workers, holds, stall
        self.sim = Simulation(cores, costs.wake)
        self.lock = Lock()
        self.scenes = []  # those that were begun
        self.first = self.claiming = 0
        self.slots = min(2 * workers + 2, len(costs.scenes))  # plan_set_workers(), plan_slots()
        self.writing = False
        self.tasks = []
        self.more = 0.0  # computing that one worker alone does not have

    def held(self, seconds):
        return "cpu", seconds * self.holds

    def claim(self):
        """With the lock held: ("chunk", scene, n), ("scene", scene), ("wait",) or ("nothing",)."""
        while self.claiming < len(self.scenes):
            scene = self.scenes[self.claiming]
            if scene.state == OPENING:
                break
            if scene.next < len(scene.costs.chunks):
                scene.next += 1
                scene.out += 1
                return "chunk", scene, scene.next - 1
            self.claiming += 1
        n = len(self.scenes)
        if n < len(self.costs.scenes) and n - self.first < self.slots:
            self.scenes.append(Scene(self.costs.scenes[n]))
            return "scene", self.scenes[n]
        return ("nothing",) if self.claiming == len(self.costs.scenes) else ("wait",)

    def given_back(self, scene):
        scene.out -= 1
        if scene.next == len(scene.costs.chunks) and not scene.out:
            scene.state = DONE

    def row_is_due(self):
        return self.first < len(self.scenes) and self.scenes[self.first].state == DONE

    def compute(self, at, scene, n):
        """The chunk, for a worker that comes from `at`. Its first chunk maps its memory, and the first
        of each scene opens the files; what one worker alone has of that is in the chunk."""
        more = 0.0
        if at is None and not (scene is self.scenes[0] and n == 0):
            more = self.costs.warm
        elif at is not scene and n:
            more = scene.costs.enter
        self.more += more
        if scene.costs.chunks[n].read >= self.stall[1]:
            yield "sleep", self.stall[0]
        yield "cpu", scene.costs.chunks[n].compute + more


# --- workers that share memory ---

def write_rows(run):
    """With the lock held; drops it, and holds it again."""
    if run.writing:
        return
    run.writing = True
    while run.row_is_due():
        run.sim.unlock(run.lock)
        yield "cpu", run.costs.row
        yield "lock", run.lock
        run.first += 1
        run.sim.broadcast(run.lock)
    run.writing = False


def open_scene(run, scene):
    yield "cpu", scene.costs.open
    yield "lock", run.lock
    yield run.held(run.costs.ready)
    scene.state = READY
    run.sim.broadcast(run.lock)
    run.sim.unlock(run.lock)


def do_chunk(run, at, scene, n):
    chunk = scene.costs.chunks[n]
    yield from run.compute(at, scene, n)
    yield "lock", scene.fold
    yield run.held(chunk.fold)
    run.sim.unlock(scene.fold)
    yield "lock", run.lock
    yield run.held(chunk.deliver)
    run.given_back(scene)
    if scene.state == DONE:
        yield from write_rows(run)
        run.sim.broadcast(run.lock)
    run.sim.unlock(run.lock)


def thread(run):
    at = None
    while True:
        yield "lock", run.lock
        while (got := run.claim())[0] == "wait":
            yield "wait", run.lock
        if got[0] == "chunk":
            yield run.held(got[1].costs.chunks[got[2]].claim)
        else:
            yield run.held(run.costs.ready)
        run.sim.unlock(run.lock)
        if got[0] == "nothing":
            break
        if got[0] == "scene":
            yield from open_scene(run, got[1])
        else:
            yield from do_chunk(run, at, *got[1:])
            at = got[1]
    yield "cpu", run.costs.leave
    yield "lock", run.lock
    run.sim.broadcast(run.lock)
    run.sim.unlock(run.lock)


def main_of_threads(run):
    """It becomes worker 0."""
    yield "cpu", run.costs.begin
    for _ in range(1, run.workers):
        yield "cpu", run.costs.thread_start
        run.tasks.append(run.sim.start(thread(run), run.costs.wake))
    yield from thread(run)


# --- worker processes, and their parent, which hands out and folds ---

def ask(run, me, box, inbox, message):
    """To the parent and back; more than that takes if nobody else asks is booked."""
    since, alone = run.sim.now, run.costs.serve + 2 * run.costs.wake
    run.sim.put(inbox, (box, message))
    yield "get", box
    waits = run.first < len(run.costs.scenes) and box[0][0] != "nothing"
    me[0].book("lock" if waits else "condition", max(0.0, run.sim.now - since - alone))


def child(run, me, box, inbox):
    """It asks, and does what it is told to."""
    at, message = None, ("ready",)
    while True:
        yield from ask(run, me, box, inbox, message)
        got = box.pop()
        if got[0] == "nothing":
            break
        if got[0] == "scene":
            yield "cpu", got[1].costs.open_apart
            message = ("opened", got[1])
            at = None if at is None else got[1]
            continue
        if at is not got[1] and got[2]:
            run.more += got[1].costs.open_apart
            yield "cpu", got[1].costs.open_apart
        yield from run.compute(at, *got[1:])
        yield "cpu", run.costs.pack
        at, message = got[1], ("result", *got[1:])
    yield "cpu", run.costs.leave


def take(run, message):
    """The parent takes a message: all that it does for one."""
    yield run.held(run.costs.serve)
    if message[0] == "opened":
        message[1].state = READY
    if message[0] == "result":
        run.given_back(message[1])
        while run.row_is_due():
            yield "cpu", run.costs.row
            run.first += 1


def main_of_processes(run):
    inbox, waiting, alive, sampled = Box(), [], run.workers, 0.0
    yield "cpu", run.costs.begin_apart
    for _ in range(run.workers):
        yield "cpu", run.costs.fork
        me = []
        me.append(run.sim.start(child(run, me, Box(), inbox), run.costs.wake))
        run.tasks += me
    while alive:
        yield "get", inbox
        box, message = inbox.pop(0)
        yield from take(run, message)
        waiting.append(box)
        for box in list(waiting):
            got = run.claim()
            if got[0] == "wait":
                break
            waiting.remove(box)
            if got[0] == "nothing":
                alive -= 1
                if alive == run.workers - 1:
                    yield "cpu", run.costs.look * (run.workers + 1)
            run.sim.put(box, got)
        if run.sim.now - sampled > SAMPLE_S:
            yield "cpu", run.costs.look * (run.workers + 1)
            sampled = run.sim.now


# --- a whole run ---

class Outcome:
    """wall; and where the time of all workers goes beside what one worker alone does, in seconds of a
    worker: before and after them (serial), until they are there (start), computing that one does not
    have (more), locks or the parent's answer, waiting for scenes to be opened (order), and from the
    last chunk to the end of the last one (tail)."""

    def __init__(self, run, apart):
        costs, end, n = run.costs, run.sim.now, run.workers
        begin, after = (costs.begin_apart, costs.end_apart) if apart else (costs.begin, costs.end)
        tasks = run.tasks if apart else [run.main, *run.tasks]
        self.wall = end + after
        self.lost = {"serial": (n - 1) * (begin + after),
                     "start": sum(max(t.begin - begin, 0.0) for t in run.tasks),
                     "more": run.more,
                     "locks": sum(t.lost.get("lock", 0.0) for t in tasks),
                     "order": sum(t.lost.get("condition", 0.0) for t in tasks),
                     "tail": sum(end - t.end for t in tasks)}


def simulate(costs, workers, executor="threads", cores=None, holds=1.0, stall=(0.0, 0)):
    apart = executor == "processes"
    run = Run(costs, workers, cores or workers + apart, holds, stall)
    run.main = run.sim.start((main_of_processes if apart else main_of_threads)(run))
    run.sim.run()
    return Outcome(run, apart)
