#!/usr/bin/env python3
"""Weakens the protocols one place at a time, and checks that a loom model fails each time.

    python3 .ci/weaken.py             all weakenings; and all models with nothing weakened, as `.ci/loom` runs them
    python3 .ci/weaken.py NAME…       the weakenings whose name contains one of these; and the models that see them

A model that no weakening can break proves nothing. `metrics/src/docs/recording.md` argues what loom cannot show.

The models are compiled once, from a copy of the tree in which every place of the table below is chosen at run time:
`if crate::weakened(17) { WEAKENED } else { ORIGINAL }`. An environment variable selects one weakening for a process; with none
selected, all models must pass. The choice is not an operation of loom's, so it adds no executions to a model.
Ends with 1 if a model passes that should fail, or fails that should pass.
"""

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

# The files of the weakened places.
LIBRARY = "metrics/src/lib.rs"
CELL = "metrics/src/recorder/block/cell.rs"
TRACED = "metrics/src/recorder/traced_cell.rs"
OFFER = "metrics/src/recorder/block/offer.rs"
HISTORY = "metrics/src/recorder/block/history.rs"
LAYOUT = "metrics/src/recorder/block/layout.rs"
OCTAVES = "metrics/src/recorder/block/octaves.rs"
READ = "metrics/src/recorder/block/read.rs"
WRITE = "metrics/src/recorder/block/write.rs"
EPOCH = "metrics/src/recorder/epoch.rs"
WRITER = "metrics/src/recorder/writer.rs"
LIST = "metrics/src/sync/list.rs"
ERROR_KINDS = "metrics/src/function/error_kinds.rs"
COLLECTOR = "metrics/src/atomic/collector.rs"
HISTOGRAM = "metrics/src/atomic/histogram.rs"
MIN_MAX = "metrics/src/atomic/min_max.rs"
SERIES = "metrics/src/family/table.rs"

# The models. Each weakening names the fastest one that fails with it.
PLAIN = "a_reading_of_plain_calls"
FAILURES = "a_reading_of_failures"
RING = "a_reading_of_a_ring_that_is_full"
EVERY_KIND = "a_reading_of_calls_of_every_kind"
SAMPLED = "a_reading_of_sampled_calls"
BETWEEN = "a_reading_between_sampled_calls"
WINDOW = "recent_extremes_are_those_of_the_calls_of_a_window"
WINDOWS = "recent_extremes_are_those_of_the_calls_of_several"
UNSEEN = "a_writer_may_miss_windows"
QUICK = "windows_that_follow_each_other_quickly"
COPY = "a_copy_shows_what_is_recent"
PASSED = "a_call_begins_a_window_after_others"
WHOLE = "an_exemplar_is_whole"
COUNTED = "a_counter_has_what_its_exemplar_shows"
UNTIMED = "an_untimed_call_of_a_sampled"
LEASE = "recorder::tests::loom::a_lease"
NODES = "recorder::tests::loom::a_list"
ERRORS = "a_collector_shows_no_error"
INDEX = "an_index_is_used_anew"
HELD = "a_held_series_comes_back"

# The name of the weakening; the file; a text that occurs there exactly once, with the weakened part, an expression or whole
# statements, between « and »; the replacement of that part; the model that must fail.
WEAKENED = [
    ("an error kind is counted Relaxed", ERROR_KINDS,
     "fetch_add(1, «Ordering::Release»)", "Ordering::Relaxed", "an_error_kind"),
    ("an error kind is read Relaxed", ERROR_KINDS,
     "self.count.load(«Ordering::Acquire»)", "Ordering::Relaxed", "an_error_kind"),
    ("the count is stored Relaxed", WRITE,
     "^ replaced, «Ordering::Release»)", "Ordering::Relaxed", PLAIN),
    ("the count is first read Relaxed", READ,
     "let before = head.load(«Ordering::Acquire»);", "Ordering::Relaxed", PLAIN),
    ("no fence before the count is read again", READ,
     "«fence(Ordering::Acquire);»", "", PLAIN),
    ("the sum is stored Relaxed", WRITE,
     "saturating_add(nanos), «Ordering::Release»)", "Ordering::Relaxed", PLAIN),
    ("the last duration is stored Relaxed", WRITE,
     ".store(nanos, «Ordering::Release»)", "Ordering::Relaxed", RING),
    ("a cell is stored Relaxed", WRITE,
     "«add_one(cells.own_cell(place).unwrap_or_else(|| cells.create_own_cell(place, table, arena)));»",
     "let cell = cells.own_cell(place).unwrap_or_else(|| cells.create_own_cell(place, table, arena)); "
     "cell.store(load_own(cell).wrapping_add(1), Ordering::Relaxed);", FAILURES),
    ("the number of filed calls is stored Relaxed", WRITE,
     "filed.store(number, «Ordering::Release»)", "Ordering::Relaxed", PLAIN),
    ("the number of filed calls is first read Relaxed", READ,
     "let last_filed = filed.load(«Ordering::Acquire»);", "Ordering::Relaxed", PLAIN),
    ("the number of filed calls is not read again", READ,
     "if «filed.load(Ordering::Relaxed) != last_filed» ||", "false", PLAIN),
    ("the ring is too small by one", WRITE,
     "<= «MAX_UNFILED»\n", "MAX_UNFILED + 1", PLAIN),
    ("a call is filed before its number is stored", WRITE,
     "filed.store(«number», Ordering::Release)", "before", PLAIN),
    ("a page is stored Relaxed", OCTAVES,
     "store(page.as_ptr(), «Ordering::Release»)", "Ordering::Relaxed", FAILURES),
    ("a page is found Relaxed", OCTAVES,
     "NonNull::new(page.load(«Ordering::Acquire»))", "Ordering::Relaxed", FAILURES),
    ("a group of pages is stored Relaxed", OCTAVES,
     "group.store(new.as_ptr(), «Ordering::Release»)", "Ordering::Relaxed", FAILURES),
    ("a group of pages is found Relaxed", OCTAVES,
     "NonNull::new(group.load(«Ordering::Acquire»))?;\n            // SAFETY: as in `own_cell`.\n            Some((", "Ordering::Relaxed",
     FAILURES),
    ("a new copy is stored Relaxed", LAYOUT,
     "self.header().copy.store(ptr::from_ref(copy).cast_mut(), «Ordering::Release»)", "Ordering::Relaxed", WINDOW),
    ("a copy's memory is found Relaxed", LAYOUT,
     "self.header().copy.load(«Ordering::Acquire»)", "Ordering::Relaxed", WINDOW),
    ("the new minimum is stored Relaxed", WRITE,
     ".store(new_min, «Ordering::Release»)", "Ordering::Relaxed", FAILURES),
    ("the new maximum is stored Relaxed", WRITE,
     ".store(new_max, «Ordering::Release»)", "Ordering::Relaxed", FAILURES),
    ("a failure is stored Relaxed", WRITE,
     "load_own(&failed[current]).wrapping_add(1), «Ordering::Release»", "Ordering::Relaxed", FAILURES),
    ("a start is stored Relaxed", WRITE,
     "«add_one(started);»", "started.store(load_own(started).wrapping_add(1), Ordering::Relaxed);", PLAIN),
    ("the copy is published Relaxed", WRITE,
     "copy.epoch.store(epoch, «Ordering::Release»)", "Ordering::Relaxed", BETWEEN),
    ("the copy is found Relaxed", READ,
     "copy.epoch.load(«Ordering::Acquire») != epoch", "Ordering::Relaxed", BETWEEN),
    ("the reader gives up looking again", READ,
     "|| «head.load(Ordering::Acquire) != before» {", "false", PLAIN),
    ("the reader counts a call in its cell and in the ring", READ,
     "if «last_filed > 0 && in_cells == last_filed» {", "false", EVERY_KIND),
    ("the reader leaves the call out that is being filed", READ,
     "if last_filed > 0 && «in_cells == last_filed» {", "true", EVERY_KIND),
    ("the copy lacks the last call", WRITE,
     "«self.file_durations::<true>();»", "", BETWEEN),
    ("the number of timed calls is stored Relaxed", WRITE,
     ".store(number.wrapping_add(1), «Ordering::Release»)", "Ordering::Relaxed", SAMPLED),
    ("a copy counts a call too many", WRITE,
     "set(&copy.ended, «head >> COUNT_BIT»);", "(head >> COUNT_BIT) + 1", BETWEEN),
    ("what came before a window is stored Relaxed", HISTORY,
     "cell.store(*value, «Ordering::Release»)", "Ordering::Relaxed", QUICK),
    ("a window that has passed is written where it is read", WRITE,
     "history[«1 - current»].store(&past", "current", WINDOW),
    ("a new window keeps the extremes of the last", WRITE,
     "«self.write_extremes(current_slot(head, EXTREMES_BIT), NO_EXTREMES);»", "", PASSED),
    ("a new window's extremes are emptied where they are read", WRITE,
     "self.write_extremes(«current_slot(head, EXTREMES_BIT)», NO_EXTREMES)", "1 - current_slot(head, EXTREMES_BIT)", PASSED),
    ("a new window does not count with its first call", WRITE,
     "«1 << HISTORY_BIT | 1 << EXTREMES_BIT»", "1 << EXTREMES_BIT", WINDOW),
    ("an untimed call does not begin its window", WRITE,
     "self.commit(load_own(head), outcome, «replaced», None);", "0", UNTIMED),
    ("a copy shows the writer's window for the reader's", WRITE,
     "self.publish(copy, epoch, past.lifetime(extremes), past.recent(«window»,", "past.window", COPY),
    ("a reader takes the writer's window for its own", READ,
     "= (past.lifetime(extremes), past.recent(«window», extremes))", "past.window", UNSEEN),
    ("a window is forgotten too early", HISTORY,
     "Some(place) => «self.earlier[place - 1]»,", "NO_EXTREMES", WINDOW),
    ("what came before a window is forgotten", HISTORY,
     "before: «self.lifetime(current)», earlier }", "current", WINDOWS),
    ("a rotation is no window", EPOCH,
     "guard.begin(«(window_of(epoch) + 1) << WINDOW_BIT»)", "epoch + 1", UNSEEN),
    ("the words of an exemplar are stored Relaxed", TRACED,
     "cell.store(word, «Ordering::Release»)", "Ordering::Relaxed", WHOLE),
    ("the version of an exemplar is stored Relaxed", TRACED,
     "self.version.store(version, «Ordering::Release»)", "Ordering::Relaxed", COUNTED),
    ("the version of an exemplar is first read Relaxed", TRACED,
     "let version = self.version.load(«Ordering::Acquire»);", "Ordering::Relaxed", WHOLE),
    ("the fence of an exemplar is missing", TRACED,
     "«fence(Ordering::Acquire);»", "", WHOLE),
    ("the version of an exemplar is not read again", TRACED,
     "if «self.version.load(Ordering::Relaxed) == version» {", "true", WHOLE),
    ("the number of exemplars is stored Relaxed", OFFER,
     "exemplars_taken.store(taken, «Ordering::Release»)", "Ordering::Relaxed", WHOLE),
    ("the number of exemplars is read Relaxed", OFFER,
     "exemplars_taken.load(«Ordering::Acquire»)", "Ordering::Relaxed", WHOLE),
    ("an exemplar is written where it is read", TRACED,
     "self.copies[«copy_of(version)»].iter()", "1 - copy_of(version)", WHOLE),
    ("a writer is handed back Relaxed", WRITER,
     "self.is_leased.store(false, «Ordering::Release»)", "Ordering::Relaxed", LEASE),
    ("a writer is leased Relaxed", WRITER,
     "(false, true, «Ordering::Acquire», Ordering::Relaxed)", "Ordering::Relaxed", LEASE),
    ("a writer is leased without an exchange", WRITER,
     "«self.is_leased.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()»",
     "self.is_leased.store(true, Ordering::Release); true", LEASE),
    ("a node is pushed Relaxed", LIST,
     "pointer, «Ordering::Release», Ordering::Relaxed", "Ordering::Relaxed", NODES),
    ("the newest node is found Relaxed", LIST,
     "deref(self.newest.load(«Ordering::Acquire»))", "Ordering::Relaxed", NODES),
    ("an error is recorded Relaxed", COLLECTOR,
     "self.errors.fetch_add(1, «Ordering::Release»)", "Ordering::Relaxed", ERRORS),
    ("bytes are recorded Relaxed", COLLECTOR,
     "self.bytes_sent.fetch_add(bytes, «Ordering::Release»)", "Ordering::Relaxed", ERRORS),
    ("errors are read Relaxed", COLLECTOR,
     "self.errors.load(«Ordering::Acquire»)", "Ordering::Relaxed", ERRORS),
    ("bytes are read Relaxed", COLLECTOR,
     "self.bytes_sent.load(«Ordering::Acquire»)", "Ordering::Relaxed", ERRORS),
    ("a histogram is reset by a load and a store", HISTOGRAM,
     "self.read(|cell| «cell.swap(0, Ordering::Relaxed)»)",
     "let value = cell.load(Ordering::Relaxed); cell.store(0, Ordering::Relaxed); value", "what_a_histogram_records"),
    ("a new extreme gives up after one exchange", MIN_MAX,
     "Err(actual) => «current = actual»,", "return", "no_extreme_is_lost"),
    ("a series keeps what was counted before its index was free", SERIES,
     "«self.owner.clear(self.index());»", "", INDEX),
    ("a series gives its index back when it is removed", SERIES,
     "«self.removals.fetch_add(1, Ordering::Relaxed);»",
     "self.removals.fetch_add(1, Ordering::Relaxed); lock(&self.free).push(entry.index);", INDEX),
    ("a series that is held is forgotten when it is removed", SERIES,
     "if «entry.holders.load(Ordering::Relaxed) == 0» {", "true", HELD),
    ("a removed series is remembered after its last handle", SERIES,
     "if «!is_held» && this", "is_held", HELD),
    ("an update does not ask whether its series was removed", SERIES,
     "«self.is_active() || self.wake()»", "true", "an_idle_series_goes"),
    ("a range is what the cells hold", MIN_MAX,
     "(min, max) => «Some((max, min))»,", "Some((min, max))", "the_extremes_of_all_values"),
]


# The environment variable that selects a weakening by its index in the table.
VARIABLE = "TACHOMETER_WEAKENED"

CHOICE = f"""
/// Whether the weakening with this number is selected.
pub(crate) fn weakened(number: usize) -> bool {{
    static SELECTED: std::sync::OnceLock<Option<usize>> = std::sync::OnceLock::new();
    let selected = || std::env::var("{VARIABLE}").ok().map(|text| text.parse().expect("the number of a weakening"));
    *SELECTED.get_or_init(selected) == Some(number)
}}
"""

# The timeout of a process, which runs one model.
TIMEOUT_SECONDS = 1800

TARGET = pathlib.Path("target/loom")


def find(name, source, path, marked):
    """Returns the offsets of the begin and the end of the marked part in its file."""
    before, _, rest = marked.partition("«")
    part, mark, after = rest.partition("»")
    if not part or not mark:
        sys.exit(f"{name}: mark the weakened part with « and » in {marked!r}")
    found = source.count(before + part + after)
    if found != 1:
        sys.exit(f"{name}: {path} holds {before + part + after!r} {found} times, not once; adapt the table in {__file__}")
    begin = source.index(before + part + after) + len(before)
    return begin, begin + len(part)


def embed(source, begin, end, places):
    """Returns the source between two offsets with each of `places` as a choice. One may contain another."""
    # The outermost come first. Of two with the same part, the second is in the branch in which the first is not selected.
    places = sorted(places, key=lambda place: (place[0], -place[1]))
    pieces = []
    while places:
        first, last, number, weakened = places.pop(0)
        inner = [place for place in places if place[0] < last]
        places = places[len(inner):]
        for place in inner:
            if place[1] > last:
                sys.exit(f"{WEAKENED[number][0]}: overlaps with: {WEAKENED[place[2]][0]}")
        original = embed(source, first, last, inner)
        pieces.append(source[begin:first])
        pieces.append(f"{{ if crate::weakened({number}) {{ {weakened} }} else {{ {original} }} }}")
        begin = last
    return "".join(pieces) + source[begin:end]


def copy_tree(tree):
    """Copies the tree to `tree` with all weakenings. Unchanged files keep their time, so Cargo need not compile them again."""
    places = {}
    for number, (name, path, marked, weakened, _) in enumerate(WEAKENED):
        source = pathlib.Path(path).read_text(encoding="utf-8")
        places.setdefault(path, []).append((*find(name, source, path, marked), number, weakened))
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True, check=True).stdout.split("\0")
    names = {name for name in listed if name and os.path.exists(name)}
    for name in names:
        content = pathlib.Path(name).read_bytes()
        if name in places:
            source = content.decode()
            content = embed(source, 0, len(source), places[name]).encode()
        if name == LIBRARY:
            content += CHOICE.encode()
        copy = tree / name
        if not copy.exists() or copy.read_bytes() != content:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
            shutil.copymode(name, copy)
    for copy in tree.rglob("*"):
        if copy.is_file() and str(copy.relative_to(tree)) not in names:
            copy.unlink()


def compile_models(tree, target):
    """Compiles the models and returns the path of the program."""
    environment = dict(os.environ, RUSTFLAGS="--cfg loom", CARGO_TARGET_DIR=str(target))
    command = ["cargo", "test", "--quiet", "--locked", "--release", "-p", "tachometer", "--lib", "--no-run",
               "--message-format", "json-render-diagnostics"]
    # Warnings about the choices (unnecessary braces) are irrelevant; errors are not.
    result = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"the weakened library does not compile\n{result.stderr}")
    messages = map(json.loads, result.stdout.splitlines())
    programs = [message["executable"] for message in messages if message.get("executable")]
    return programs[0]


def run(program, model, number):
    """Runs a model, with a weakening or with none; returns its result, its time, and its output."""
    environment = dict(os.environ, RUST_TEST_THREADS="1", RUST_BACKTRACE="0")
    environment.pop(VARIABLE, None)
    if number is not None:
        environment[VARIABLE] = str(number)
    began = time.monotonic()
    try:
        result = subprocess.run([program, "--exact", model], env=environment, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "takes too long", TIMEOUT_SECONDS, ""
    # A model fails by a panic. A program that ends in another way has not run it.
    does = "passes" if result.returncode == 0 else "fails" if "panicked at" in result.stdout else "does not run"
    return does, time.monotonic() - began, result.stdout


def main():
    os.chdir(pathlib.Path(__file__).resolve().parent.parent)
    wanted = sys.argv[1:]
    chosen = [number for number, case in enumerate(WEAKENED) if not wanted or any(word in case[0] for word in wanted)]
    if not chosen:
        sys.exit("no weakening has such a name")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TARGET)).resolve()
    copy_tree(target / "weakened")
    began = time.monotonic()
    # Not the target of `.ci/loom`: Cargo takes the copy and the original for the same package, and does not rebuild.
    program = compile_models(target / "weakened", target / "weakened-target")
    print(f"compiled with {len(WEAKENED)} weakenings in {time.monotonic() - began:.0f} s", flush=True)
    listed = subprocess.run([program, "--list", "--format", "terse"], capture_output=True, text=True, check=True).stdout
    models = [line.removesuffix(": test") for line in listed.splitlines() if "loom::" in line]
    # A model, and the weakening with which it must fail. All models with no weakening take longest, and so begin first.
    runs = [(model, None) for model in models]
    for number in chosen:
        name, *_, word = WEAKENED[number]
        matching = [model for model in models if word in model]
        if len(matching) != 1:
            sys.exit(f"{name}: {len(matching)} models have {word!r} in their name, not one: {' '.join(matching)}")
        runs.append((matching[0], number))
    if wanted:
        seeing = {model for model, number in runs if number is not None}
        runs = [(model, number) for model, number in runs if model in seeing]
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        pending = {pool.submit(run, program, *each): each for each in runs}
        for future in concurrent.futures.as_completed(pending):
            (model, number), (does, seconds, output) = pending[future], future.result()
            is_wrong = does != ("passes" if number is None else "fails")
            wrong += is_wrong
            name = f"nothing weakened: {model}" if number is None else WEAKENED[number][0]
            print(f"{does.upper() if is_wrong else does + ' as it should':20} {seconds:5.1f} s  {name}", flush=True)
            if is_wrong and does != "passes":
                print(output, flush=True)
    if wrong:
        sys.exit(f"{wrong} models that do not behave as they should")


if __name__ == "__main__":
    main()
