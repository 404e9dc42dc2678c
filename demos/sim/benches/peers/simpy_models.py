"""SimPy on the kernel's models.

Reads lines of `MODEL SIZE EVENTS` and answers each with the nanoseconds of an event. Written as SimPy's guide
writes models: a process for each source, timeouts, a resource for the servers. In M/M/c an event is a request
sent or a request done, as everywhere; SimPy needs a few of its own for each.
"""

import random
import sys
import time

import simpy


class Hold:
    def __init__(self, size):
        self.env = simpy.Environment()
        self.chance = random.Random(1)
        self.handled = 0
        for _ in range(size):
            self.env.process(self.hop())

    def hop(self):
        while True:
            yield self.env.timeout(self.chance.expovariate(1.0))
            self.handled += 1


class Mmc:
    def __init__(self, size):
        self.env = simpy.Environment()
        self.chance = random.Random(1)
        self.servers = simpy.Resource(self.env, capacity=8)
        self.rate = 1000.0 / size
        self.handled = 0
        for _ in range(size):
            self.env.process(self.client())

    def client(self):
        while True:
            yield self.env.timeout(self.chance.expovariate(self.rate))
            self.handled += 1
            self.env.process(self.request())

    def request(self):
        with self.servers.request() as turn:
            yield turn
            yield self.env.timeout(self.chance.expovariate(1 / 0.0064))
        self.handled += 1


def main():
    models = {}
    for line in sys.stdin:
        kind, size, events = line.split()
        key = (kind, size)
        if key not in models:
            models[key] = {"hold": Hold, "mmc": Mmc}[kind](int(size))
            # The processes start when the time begins; that is not measured.
            models[key].env.run(until=1e-9)
        model, step = models[key], models[key].env.step
        end = model.handled + int(events)
        begun = time.perf_counter()
        while model.handled < end:
            step()
        print(f"{(time.perf_counter() - begun) * 1e9 / int(events):.2f}", flush=True)


main()
