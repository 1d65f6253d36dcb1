"""An actor passes jobs to a process of its own, replaces one that died, and stops it."""

import pickle
import sys

from talkinghead import __version__
from talkinghead.workers.job_queue import WorkerDied
from talkinghead.workers.ray_actor import RayActor
from tests.workers.test_local_pool import numbered


def test_an_actor_outlives_its_process_until_it_is_stopped():
    actor = RayActor(pickle.dumps(numbered), 0, 1)
    assert actor.describe()[0] == __version__
    main = sys.modules["__main__"].__dict__.copy()
    first = pickle.loads(actor.run(pickle.dumps(3)))
    assert sys.modules["__main__"].__dict__.get("__file__") == main.get("__file__")
    assert actor.run(pickle.dumps(-1)) == WorkerDied(-9)
    second = pickle.loads(actor.run(pickle.dumps(4)))
    assert (first[0], second[0]) == (9, 16)
    assert first[1] != second[1]  # another process
    actor.stop()
    assert actor.run(pickle.dumps(5)) == WorkerDied(0)
