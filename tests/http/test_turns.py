"""What is made in a thread of its own lets requests have their turns."""

import subprocess
import sys

BESIDE = """
import asyncio, statistics, threading, time
from service.http.serving import settle

async def waits():
    loop, found = asyncio.get_running_loop(), []
    for _ in range(20):
        began = time.perf_counter()
        # As after each answer of the database: whoever comes back from waiting asks for its turn.
        await asyncio.sleep(0.0001)
        found.append(time.perf_counter() - began)
    return statistics.median(found)

def rounds():
    # Several: in some, other processes are waited for too.
    return [asyncio.run(waits()) for _ in range(6)]

def count():
    while not done:
        sum(range(1000))

done = []
threading.Thread(target=count).start()
usual = statistics.median(rounds())
settle()
ours = min(rounds())
done.append(1)
print(usual, ours)
"""


def test_who_comes_back_from_waiting_gets_its_turn_soon_beside_a_thread_that_counts() -> None:
    told = subprocess.run([sys.executable, "-c", BESIDE], capture_output=True, text=True, check=True, timeout=60)
    usual, ours = map(float, told.stdout.split())
    assert ours < usual / 2, (usual, ours)
