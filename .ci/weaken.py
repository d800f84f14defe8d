#!/usr/bin/env python3
"""Weakens the protocols one place at a time, and checks that a loom model fails each time.

    python3 .ci/weaken.py [NAME…]     all of them, or those whose name contains one of these

A model that no weakening can break proves nothing. What loom cannot show is argued in `metrics/src/docs/recording.md`.
Works on a copy of the tree; ends with 1 if a model passes that should not.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

BLOCK = "metrics/src/recorder/block.rs"
EPOCH = "metrics/src/recorder/epoch.rs"
HISTORY = "metrics/src/recorder/block/history.rs"
WRITER = "metrics/src/recorder/writer.rs"
LIST = "metrics/src/sync/list.rs"
ERROR_KINDS = "metrics/src/function/error_kinds.rs"
COLLECTOR = "metrics/src/atomic/collector.rs"
HISTOGRAM = "metrics/src/atomic/histogram.rs"
MIN_MAX = "metrics/src/atomic/min_max.rs"
SERIES = "metrics/src/family/table.rs"

# The quickest model that sees it.
PLAIN = "a_reading_of_plain_calls"
FAILURES = "a_reading_of_failures"
EVERY_KIND = "a_reading_of_calls_of_every_kind"
SAMPLED = "sampled_calls"
WINDOW = "recent_extremes_are_those_of_the_calls_of_a_window"
WINDOWS = "recent_extremes_are_those_of_the_calls_of_several"
UNSEEN = "windows_pass_that_a_writer"
QUICK = "windows_that_follow_each_other_quickly"
COPY = "a_copy_shows_what_is_recent"
UNTIMED = "an_untimed_call_of_a_sampled"

# What is weakened; the file; what stands there, once; what stands there instead; the model that sees it.
WEAKENED = [
    ("an error kind is counted Relaxed", ERROR_KINDS,
     "fetch_add(1, Ordering::Release)", "fetch_add(1, Ordering::Relaxed)", "an_error_kind"),
    ("an error kind is read Relaxed", ERROR_KINDS,
     "self.count.load(Ordering::Acquire)", "self.count.load(Ordering::Relaxed)", "an_error_kind"),
    ("the count is stored Relaxed", BLOCK,
     "^ replaced, Ordering::Release)", "^ replaced, Ordering::Relaxed)", PLAIN),
    ("the count is first read Relaxed", BLOCK,
     "let before = head.load(Ordering::Acquire);", "let before = head.load(Ordering::Relaxed);", PLAIN),
    ("no fence before the count is read again", BLOCK,
     "        fence(Ordering::Acquire);\n", "", PLAIN),
    ("the sum is stored Relaxed", BLOCK,
     "saturating_add(nanos), Ordering::Release)", "saturating_add(nanos), Ordering::Relaxed)", PLAIN),
    ("the last duration is stored Relaxed", BLOCK,
     ".store(nanos, Ordering::Release)", ".store(nanos, Ordering::Relaxed)", FAILURES),
    ("the first bucket is stored Relaxed", BLOCK,
     "add_one(&self.buckets()[0]);",
     "self.buckets()[0].store(own(&self.buckets()[0]).wrapping_add(1), Ordering::Relaxed);", PLAIN),
    ("another bucket is stored Relaxed", BLOCK,
     "            add_one(&self.buckets()[table.find(last)]);",
     "            let bucket = &self.buckets()[table.find(last)];\n"
     "            bucket.store(own(bucket).wrapping_add(1), Ordering::Relaxed);", FAILURES),
    ("the new minimum is stored Relaxed", BLOCK,
     ".store(new_min, Ordering::Release)", ".store(new_min, Ordering::Relaxed)", FAILURES),
    ("the new maximum is stored Relaxed", BLOCK,
     ".store(new_max, Ordering::Release)", ".store(new_max, Ordering::Relaxed)", FAILURES),
    ("a failure is stored Relaxed", BLOCK,
     "own(&failed[current]).wrapping_add(1), Ordering::Release",
     "own(&failed[current]).wrapping_add(1), Ordering::Relaxed", FAILURES),
    ("a start is stored Relaxed", BLOCK,
     "add_one(started);", "started.store(own(started).wrapping_add(1), Ordering::Relaxed);", PLAIN),
    ("the copy is published Relaxed", BLOCK,
     "published.epoch.store(epoch, Ordering::Release)",
     "published.epoch.store(epoch, Ordering::Relaxed)", EVERY_KIND),
    ("the copy is found Relaxed", BLOCK,
     "published.epoch.load(Ordering::Acquire)", "published.epoch.load(Ordering::Relaxed)", EVERY_KIND),
    ("the reader gives up looking again", BLOCK,
     "if head.load(Ordering::Acquire) != before {", "if false {", PLAIN),
    ("the reader files no last call", BLOCK,
     "if reading.timed() != timed {", "if false {", PLAIN),
    ("the copy lacks the last call", BLOCK,
     "            bucket.store(own(bucket).wrapping_add(1), Ordering::Relaxed);\n", "", EVERY_KIND),
    ("the number of timed calls is stored Relaxed", BLOCK,
     "own(&slots.timed[current]).wrapping_add(1), Ordering::Release",
     "own(&slots.timed[current]).wrapping_add(1), Ordering::Relaxed", SAMPLED),
    ("a copy counts a call too many", BLOCK,
     "slots.published_ended.store(head >> COUNT_BIT,", "slots.published_ended.store((head >> COUNT_BIT) + 1,", SAMPLED),
    ("what came before a window is stored Relaxed", HISTORY,
     "cell.store(*value, Ordering::Release)", "cell.store(*value, Ordering::Relaxed)", QUICK),
    ("a window that has passed is written where it is read", BLOCK,
     "slots.history[1 - current].write(", "slots.history[current].write(", WINDOW),
    ("a new window keeps the extremes of the last", BLOCK,
     "        self.replace_extremes(slot(head, EXTREMES_BIT), NO_EXTREMES);\n", "", WINDOWS),
    ("a new window's extremes are emptied where they are read", BLOCK,
     "self.replace_extremes(slot(head, EXTREMES_BIT), NO_EXTREMES)",
     "self.replace_extremes(1 - slot(head, EXTREMES_BIT), NO_EXTREMES)", UNTIMED),
    ("a new window does not count with its first call", BLOCK,
     "1 << HISTORY_BIT | 1 << EXTREMES_BIT", "1 << EXTREMES_BIT", WINDOW),
    ("an untimed call does not begin its window", BLOCK,
     "self.commit(own(head), outcome, replaced);", "self.commit(own(head), outcome, 0);", UNTIMED),
    ("a copy shows the writer's window for the reader's", BLOCK,
     "self.publish::<SAMPLED>(epoch, past.lifetime(extremes), past.recent(window,",
     "self.publish::<SAMPLED>(epoch, past.lifetime(extremes), past.recent(past.window,", COPY),
    ("a reader takes the writer's window for its own", BLOCK,
     "= (past.lifetime(extremes), past.recent(window, extremes))",
     "= (past.lifetime(extremes), past.recent(past.window, extremes))", UNSEEN),
    ("a window is forgotten too early", HISTORY,
     "Some(place) => self.earlier[place - 1],", "Some(_) => NO_EXTREMES,", WINDOW),
    ("what came before a window is forgotten", HISTORY,
     "before: self.lifetime(current), earlier }", "before: current, earlier }", WINDOWS),
    ("a rotation is no window", EPOCH,
     "(window_of(before) + 1) << WINDOW_BIT", "before + 1", UNSEEN),
    ("a writer is handed back Relaxed", WRITER,
     "self.is_leased.store(false, Ordering::Release)", "self.is_leased.store(false, Ordering::Relaxed)",
     "recorder::tests::loom::a_lease"),
    ("a writer is leased Relaxed", WRITER,
     "(false, true, Ordering::Acquire, Ordering::Relaxed)", "(false, true, Ordering::Relaxed, Ordering::Relaxed)",
     "recorder::tests::loom::a_lease"),
    ("a writer is leased without an exchange", WRITER,
     "self.is_leased.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()",
     "{ self.is_leased.store(true, Ordering::Release); true }", "recorder::tests::loom::a_lease"),
    ("a node is pushed Relaxed", LIST,
     "pointer, Ordering::Release, Ordering::Relaxed", "pointer, Ordering::Relaxed, Ordering::Relaxed",
     "recorder::tests::loom::a_list"),
    ("the newest node is found Relaxed", LIST,
     "deref(self.newest.load(Ordering::Acquire))", "deref(self.newest.load(Ordering::Relaxed))",
     "recorder::tests::loom::a_list"),
    ("an error is recorded Relaxed", COLLECTOR,
     "self.errors.fetch_add(1, Ordering::Release)", "self.errors.fetch_add(1, Ordering::Relaxed)",
     "atomic::tests::loom"),
    ("bytes are recorded Relaxed", COLLECTOR,
     "self.bytes_sent.fetch_add(bytes, Ordering::Release)", "self.bytes_sent.fetch_add(bytes, Ordering::Relaxed)",
     "atomic::tests::loom"),
    ("errors are read Relaxed", COLLECTOR,
     "self.errors.load(Ordering::Acquire)", "self.errors.load(Ordering::Relaxed)", "atomic::tests::loom"),
    ("bytes are read Relaxed", COLLECTOR,
     "self.bytes_sent.load(Ordering::Acquire)", "self.bytes_sent.load(Ordering::Relaxed)", "atomic::tests::loom"),
    ("a histogram is reset by a load and a store", HISTOGRAM,
     "self.read(|cell| cell.swap(0, Ordering::Relaxed))",
     "self.read(|cell| { let value = cell.load(Ordering::Relaxed); cell.store(0, Ordering::Relaxed); value })",
     "atomic::tests::loom"),
    ("a new extreme gives up after one exchange", MIN_MAX,
     "Err(now) => current = now,", "Err(_) => return,", "atomic::tests::loom"),
    ("a series keeps what was counted before its index was free", SERIES,
     "        self.owner.clear(self.index);\n", "", "family::tests::loom"),
    ("a series gives its index back when it is removed", SERIES,
     "        self.removals.fetch_add(1, Ordering::Relaxed);\n",
     "        self.removals.fetch_add(1, Ordering::Relaxed);\n        lock(&self.free).push(entry.index);\n",
     "family::tests::loom"),
    ("a series that is held is forgotten when it is removed", SERIES,
     "        if entry.holders.load(Ordering::Relaxed) == 0 {\n", "        if true {\n", "family::tests::loom"),
    ("a removed series is remembered after its last handle", SERIES,
     "        if !is_held && this", "        if is_held && this", "family::tests::loom"),
    ("an update does not ask whether its series was removed", SERIES,
     "        self.is_active() || self.wake()\n", "        true\n", "family::tests::loom"),
    ("a range is what the cells say", MIN_MAX,
     "        (min, max) => Some((max, min)),", "        (min, max) => Some((min, max)),", "atomic::tests::loom"),
]


def run(tree, models):
    environment = dict(os.environ, RUST_TEST_THREADS="1", RUSTFLAGS="--cfg loom")
    environment.setdefault("CARGO_TARGET_DIR", str(pathlib.Path("target/loom").resolve()))
    command = ["cargo", "test", "--quiet", "--locked", "--release", "-p", "tachometer", "--lib", models]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def main():
    os.chdir(pathlib.Path(__file__).resolve().parent.parent)
    wanted = sys.argv[1:]
    chosen = [case for case in WEAKENED if not wanted or any(word in case[0] for word in wanted)]
    if not chosen:
        sys.exit("no weakening has such a name")
    files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                           capture_output=True, text=True, check=True).stdout.split("\0")
    survivors = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in filter(os.path.exists, filter(None, files)):
            copy = pathlib.Path(scratch, name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, copy)
        for name, path, old, new, models in chosen:
            file = pathlib.Path(scratch, path)
            whole = file.read_text(encoding="utf-8")
            if whole.count(old) != 1:
                sys.exit(f"{path} does not hold {old!r} exactly once: adapt {__file__}")
            file.write_text(whole.replace(old, new), encoding="utf-8")
            result = run(scratch, models)
            file.write_text(whole, encoding="utf-8")
            if "could not compile" in result.stderr or "running" not in result.stdout:
                sys.exit(f"{name}: did not run\n{result.stdout}{result.stderr}")
            caught = result.returncode != 0
            print(f"{'fails as it should' if caught else 'PASSES':20} {name}", flush=True)
            if not caught:
                survivors.append(name)
    if survivors:
        sys.exit(f"{len(survivors)} weakenings that no model sees")


if __name__ == "__main__":
    main()
