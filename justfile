# Recipes for contributors; `.ci/run` does without them. An argument may contain spaces: `just weaken "a new window"`.

set positional-arguments

# Lists the recipes
[private]
default:
    @just --list --unsorted

# Runs the tests of the workspace; arguments go to `cargo test`
test *arguments:
    cargo test --workspace "$@"

# Formats, and runs Clippy on all that the workspace and the other packages have
lint:
    cargo fmt --all
    cargo fmt --manifest-path fuzz/Cargo.toml
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    cargo clippy --manifest-path tests/packages/disabled/Cargo.toml --target-dir target --all-targets -- -D warnings
    RUSTFLAGS='--cfg fuzzing' cargo clippy --manifest-path fuzz/Cargo.toml --no-default-features --all-targets -- -D warnings

# Checks other platforms, and runs the sanitizers: all of it, or parts such as `just platforms aarch64`
platforms *parts:
    bash .ci/platforms "$@"

# Runs the tests as programs for Windows, under Wine
windows:
    bash .ci/windows

# Writes the documentation; `just docs --open` shows it
docs *arguments:
    RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --all-features "$@"

# Runs the loom models, or those whose name contains the filter
loom *filter:
    bash .ci/loom "$@"

# Checks that each weakening of a protocol is seen by a model; names select some of them
weaken *names:
    python3 .ci/weaken.py "$@"

# Writes the expected messages of the macros anew; read the difference before you commit it
ui-overwrite:
    TRYBUILD=overwrite cargo test -p tachometer-workspace --test ui
    git diff --stat -- tests/ui

# Writes the dashboards anew, from their script
dashboards:
    "$(bash .ci/counterparts dashboards | cut -d ' ' -f 3)" dashboards/generate.py
    git diff --stat -- dashboards

# Tests what the fuzz targets assert, for their seeds and for each of these with one byte changed
fuzz-seeds:
    RUSTFLAGS='--cfg fuzzing' cargo test --manifest-path fuzz/Cargo.toml --no-default-features

# Measures the costs beside other libraries: all, or one of the parts in benchmarks/README.md
bench *part:
    cd benchmarks && cargo run --release -- "$@"

# Measures what each memory ordering costs
bench-orderings:
    cargo bench -p tachometer --bench compare_orderings

# Runs the checks: `quick` needs the Rust toolchain alone, `full` is all that must hold before a change lands
ci mode="full":
    bash .ci/run "$1"
